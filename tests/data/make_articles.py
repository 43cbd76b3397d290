"""Writes the sample articles as the other kinds of files that people keep: web page, Word file, PDF.

Run as `python tests/data/make_articles.py`; the same articles give the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import sys
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as escape_xml

import yaml
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

ARTICLES = Path(__file__).parent.parent.parent / "articles"
MADE = Path(__file__).parent / "articles"
ONCE = datetime(2026, 1, 15, 9, 30)  # when all files claim to be made: no article was published on that day


@dataclass(frozen=True)
class Sample:
    """A sample article as its Markdown has it."""

    name: str
    title: str
    publisher: str | None
    authors: list[str]
    published: date | None
    url: str | None
    blocks: list[tuple[str, str]]  # "text", "heading" or "item", and its text


def sample(path: Path) -> Sample:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    fields: dict[str, Any] = yaml.safe_load(front)
    blocks = []
    for part in re.split(r"\n\s*\n", body.strip()):
        for line in part.split("\n") if part.startswith("- ") else [" ".join(part.split())]:
            mark, _, rest = line.partition(" ")
            kind = {"#": "title", "##": "heading", "-": "item"}.get(mark, "text")
            blocks.append((kind, line if kind == "text" else rest))
    title = fields.get("title") or next(text for kind, text in blocks if kind == "title")
    return Sample(
        path.stem,
        title,
        fields.get("publisher"),
        fields.get("authors") or [],
        fields.get("date"),
        fields.get("url"),
        [block for block in blocks if block[0] != "title"],
    )


# Web page


def html(article: Sample, others: list[Sample]) -> bytes:
    """A page of a news site: a menu, the article, its neighbours, comments, a footer."""
    site = article.publisher or "Kelverhaven Notices"
    data: dict[str, Any] = {"@context": "https://schema.org", "@type": "NewsArticle", "headline": article.title}
    if article.authors:
        data["author"] = [{"@type": "Person", "name": name} for name in article.authors]
    if article.published:
        data["datePublished"] = f"{article.published}T06:00:00+02:00"
        data["dateModified"] = "2026-01-15T09:30:00+01:00"
    if article.publisher:
        data["publisher"] = {"@type": "NewsMediaOrganization", "name": article.publisher}
    if article.url:
        data["url"] = article.url
    head = [
        '<meta charset="utf-8">',
        f"<title>{escape(article.title)}{' | ' + escape(article.publisher) if article.publisher else ''}</title>",
        f'<meta property="og:title" content="{escape(article.title)}">',
        '<meta property="og:type" content="article">',
        f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>',
    ]
    if article.url:
        head.append(f'<link rel="canonical" href="{escape(article.url)}">')
    if article.publisher:
        head.append(f'<meta property="og:site_name" content="{escape(article.publisher)}">')
    body = []
    for place, (kind, text) in enumerate(article.blocks):
        tag = {"text": "p", "heading": "h2", "item": "li"}[kind]
        before = place > 0 and article.blocks[place - 1][0] == "item"
        after = place + 1 < len(article.blocks) and article.blocks[place + 1][0] == "item"
        opens, closes = kind == "item" and not before, kind == "item" and not after
        body.append(f"{'<ul>' * opens}<{tag}>{escape(text, quote=False)}</{tag}>{'</ul>' * closes}")
    byline = f'<p class="byline">By {escape(" and ".join(article.authors))}</p>' if article.authors else ""
    if article.published:
        byline += f'<time datetime="{article.published}">{article.published:%B} {article.published.day}, {article.published.year}</time>'
    related = "".join(
        f'<li><a href="/{other.name}">{escape(other.title)}</a> <time datetime="2026-01-0{place}">{place} January</time></li>'
        for place, other in enumerate(others, 1)
    )
    lines = "\n".join(body)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
{chr(10).join(head)}
<style>nav li {{ display: inline }} .byline {{ color: #555 }}</style>
</head>
<body>
<header><a href="/" class="logo">{escape(site)}</a>
<nav><ul><li><a href="/">Home</a></li><li><a href="/city">City</a></li><li><a href="/port">Port</a></li><li><a href="/culture">Culture</a></li><li><a href="/subscribe">Subscribe</a></li></ul></nav></header>
<main>
<article>
<header><h1>{escape(article.title, quote=False)}</h1>
{byline}</header>
<div class="article-body">
{lines}
</div>
</article>
<aside class="related"><h2>Most read</h2><ul>{related}</ul></aside>
<section id="comments" class="comments"><h2>2 comments</h2>
<div class="comment"><b>oarsman</b> <time datetime="2026-01-14T21:10">14 January 2026</time><p>About time somebody wrote this down.</p></div>
<div class="comment"><b>gull</b> <time datetime="2026-01-15T07:45">15 January 2026</time><p>I was there, and it was louder.</p></div></section>
</main>
<footer><p>© 2026 {escape(site)}. All rights reserved. <a href="/imprint">Imprint</a> <a href="/privacy">Privacy</a></p></footer>
<script>window.analytics = {{ page: "{article.name}" }};</script>
</body>
</html>
""".encode()


# Word


def docx(article: Sample) -> bytes:
    """A Word file with styles, and with the facts among its properties."""
    document = Document()
    core = document.core_properties
    core.author, core.title = "; ".join(article.authors) or "python-docx", article.title
    core.created = core.modified = ONCE
    core.last_modified_by, core.comments, core.revision = "archive", "", 1
    document.add_paragraph(article.title, style="Title")
    styles = {"text": None, "heading": "Heading 2", "item": "List Bullet"}
    for kind, text in article.blocks:
        paragraph = document.add_paragraph(style=styles[kind])
        for place, part in enumerate(re.split("(?<=,)", text)):  # Word cuts text into runs as it was typed
            paragraph.add_run(part).bold = True if kind == "heading" and place == 0 else None
    stated = {"Published": article.published, "Publisher": article.publisher, "URL": article.url}
    custom = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name="{name}">'
        f"<vt:lpwstr>{escape_xml(str(value))}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(stated.items(), 2)
        if value
    )
    package = document.part.package
    blob = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{custom}</Properties>'
    ).encode()
    content_type = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    package.relate_to(
        Part(PackURI("/docProps/custom.xml"), content_type, blob, package), RELATIONSHIP_TYPE.CUSTOM_PROPERTIES
    )
    written, again = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():  # the same bytes at whatever time they are written
            new.writestr(zipfile.ZipInfo(member.filename), old.read(member), zipfile.ZIP_DEFLATED, 9)
    return again.getvalue()


# PDF

# A layout for each article, so that columns, pages and words break at many places.
LAYOUTS = [((290, 330), 1, 10.5), ((400, 270), 2, 10), ((260, 300), 1, 10), ((400, 300), 2, 10.5)]


def pdf(article: Sample, number: int) -> bytes:
    """A paper's page: running head over two lines, justified columns, hyphenation, page numbers."""
    (width, height), columns, size = LAYOUTS[number % len(LAYOUTS)]
    day = (
        f"{article.published:%B} {article.published.day}, {article.published.year}" if article.published else "Archive"
    )

    def furnish(canvas: Canvas, _: Any) -> None:
        canvas.setFont("Times-Bold", 11)
        canvas.drawString(36, height - 26, (article.publisher or "Kelverhaven notices").upper())
        canvas.setFont("Times-Italic", 8)
        canvas.drawString(36, height - 37, f"Kelverhaven, {day}")
        canvas.line(36, height - 41, width - 36, height - 41)
        canvas.setFont("Times-Roman", 9)
        canvas.drawCentredString(width / 2, 20, f"– {canvas.getPageNumber()} –")

    gap = 14
    column = (width - 72 - gap * (columns - 1)) / columns
    written = io.BytesIO()
    document = BaseDocTemplate(
        written, pagesize=(width, height), title=article.title, author=", ".join(article.authors) or None, invariant=1
    )
    frames = [
        Frame(36 + place * (column + gap), 36, column, height - 82, leftPadding=0, rightPadding=0, topPadding=0)
        for place in range(columns)
    ]
    document.addPageTemplates(PageTemplate(frames=frames, onPage=furnish))
    base = ParagraphStyle(
        "text", fontName="Times-Roman", fontSize=size, leading=size * 1.22, alignment=TA_JUSTIFY, embeddedHyphenation=1
    )
    indented = number % 3 == 0  # else a little space between paragraphs
    styles = {
        "title": ParagraphStyle("title", fontName="Times-Bold", fontSize=1.7 * size, leading=2 * size, spaceAfter=10),
        "first": ParagraphStyle("first", parent=base, spaceAfter=0 if indented else 6),
        "text": ParagraphStyle(
            "text", parent=base, firstLineIndent=12 if indented else 0, spaceAfter=0 if indented else 6
        ),
        "heading": ParagraphStyle(
            "heading", parent=base, fontName="Times-Bold", fontSize=size + 1.5, spaceBefore=8, spaceAfter=4
        ),
        "item": ParagraphStyle("item", parent=base, leftIndent=12, bulletIndent=2, spaceAfter=3),
    }
    story: list[Any] = [Paragraph(escape_xml(article.title), styles["title"])]
    for place, (kind, text) in enumerate(article.blocks):
        style = styles["first" if kind == "text" and place == 0 else kind]
        bullet = {"bulletText": "•"} if kind == "item" else {}
        story.append(Paragraph(escape_xml(breakable(text)), style, **bullet))
    document.build(story)
    written.seek(0)
    writer = PdfWriter(clone_from=PdfReader(written))
    writer.xmp_metadata = xmp(article)
    packet = writer.root_object["/Metadata"]
    packet.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
    described = io.BytesIO()
    writer.write(described)
    return described.getvalue()


def breakable(text: str) -> str:
    """The text with soft hyphens where its longer words may be broken: between two consonants after a vowel."""

    def broken(word: re.Match[str]) -> str:
        return re.sub(r"(?<=[a-z]{2})(?<=[aeiouy][b-df-hj-np-tv-xz])(?=[b-df-hj-np-tv-xz][a-z]{2})", "\u00ad", word[0])

    return re.sub(r"[A-Za-z][a-z]{6,}", broken, text)


def xmp(article: Sample) -> bytes:
    """What a publisher's system writes into a PDF about its article."""
    stated = (
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape_xml(article.title)}</rdf:li></rdf:Alt></dc:title>'
    )
    if article.authors:
        names = "".join(f"<rdf:li>{escape_xml(name)}</rdf:li>" for name in article.authors)
        stated += f"<dc:creator><rdf:Seq>{names}</rdf:Seq></dc:creator>"
    if article.publisher:
        stated += f"<prism:publicationName>{escape_xml(article.publisher)}</prism:publicationName>"
    if article.published:
        stated += f"<prism:publicationDate>{article.published}</prism:publicationDate>"
    if article.url:
        stated += f"<prism:url>{escape_xml(article.url)}</prism:url>"
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/" xmp:CreateDate="{ONCE.isoformat()}">{stated}</rdf:Description>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    samples = [sample(path) for path in sorted(ARTICLES.glob("*.md"))]
    for number, article in enumerate(samples):
        others = [samples[(number + step) % len(samples)] for step in (3, 7, 11)]
        (folder / f"{article.name}.html").write_bytes(html(article, others))
        (folder / f"{article.name}.docx").write_bytes(docx(article))
        (folder / f"{article.name}.pdf").write_bytes(pdf(article, number))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else MADE)
