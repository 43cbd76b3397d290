"""Files made to hurt: each is read or named as unreadable, within the limits, and the next file is read after it."""

import base64
import gzip
import io
import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from index.process import own_python
from index.readers.apart import MEMORY

MB = 1024 * 1024
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {"abcdefghijklmnop"[n]} "{("&" + "abcdefghijklmnop"[n - 1] + ";") * 20}">' for n in range(1, 14)
)
LAUGHS += "]>"

# What reading a file came to: in a process of its own, so that what its child needed can be told from the others'.
MEASURE = """
import json, resource, sys
from pathlib import Path
from index.errors import Unreadable
from index.readers.apart import Reader
bomb, good = map(Path, sys.argv[1:])
told = []
with Reader() as reader:
    for path in (bomb, good):
        try:
            told += [str(one) if isinstance(one, Unreadable) else one.text[:100] for one in reader.read(path)][:10]
        except Unreadable as error:
            told.append(str(error))
print(json.dumps([told, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]))
"""


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


CATALOGUE, PAGES = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
FONT = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources" + FONT + b">>>>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(data), entries, data)


def deflated(size: int, times: int = 1, byte: bytes = b" ") -> bytes:
    """So many bytes, deflated so many times."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(byte * MB) for _ in range(size // MB)) + packer.flush()
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def packed(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return whole.getvalue()


TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
RELATIONS = b"""<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"""
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(document: bytes, **more: bytes) -> bytes:
    return packed({"[Content_Types].xml": TYPES, "_rels/.rels": RELATIONS, "word/document.xml": document, **more})


CONTAINER = b"""<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>"""
PACKAGE = b"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Book</dc:title></metadata>
<manifest><item id="a" href="%s" media-type="application/xhtml+xml"/></manifest><spine>%s</spine></package>"""


def epub(chapter: bytes, name: str = "a.xhtml", spine: bytes = b'<itemref idref="a"/>', **more: bytes) -> bytes:
    files = {"mimetype": b"application/epub+zip", "META-INF/container.xml": CONTAINER}
    return packed({**files, "book.opf": PACKAGE % (name.encode(), spine), name: chapter, **more})


def members(size: int) -> bytes:
    """A gzip file of many members, so that it need not be packed at length here."""
    return gzip.compress(b"a" * 16 * MB, 9) * (size // (16 * MB))


def nested_mail(depth: int) -> bytes:
    heads = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth))
    return f"Subject: deep\nMIME-Version: 1.0\n{heads}Content-Type: text/plain\n\nWords.\n".encode()


def self_drawing() -> bytes:
    """A PDF whose page draws a form that draws itself."""
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"
    return pdf(CATALOGUE, PAGES, page, stream(b"/X Do"), form)


def doubling() -> bytes:
    """A PDF of thirty forms that each draw the next twice."""
    forms = [
        stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X %d 0 R>>>>" % (6 + n))
        for n in range(30)
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</XObject<</X 5 0 R>>>>>>"
    last = stream(b"BT (words) Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]")
    return pdf(CATALOGUE, PAGES, page, stream(b"/X Do"), *forms, last)


SPARSE = "sparse"
BOMBS: dict[str, Callable[[], bytes | str]] = {
    "tags-without-end.html": lambda: b"<a " * 2_000_000,
    "attributes-without-end.html": lambda: b"<p " + b"a='" * 2_000_000,
    "comments-without-end.html": lambda: b"<!--" * 2_000_000,
    "brackets.html": lambda: b"<" * 5_000_000,
    "entities.html": lambda: b"<p>" + b"&amp" * 2_000_000,
    "deep.html": lambda: b"<div>" * 1_000_000 + b"words",
    "deep-inline.html": lambda: b"<p>" + b"<b><i>" * 500_000 + b"words",
    "tables.html": lambda: b"<table><tr><td>" * 200_000 + b"words",
    "wide.html": lambda: b"<p>word</p>" * 1_000_000,
    "styles.html": lambda: b"<style>" + b".a .b>.c{display:none}" * 100_000 + b"</style>" + b"<p class=a>word</p>" * 10_000,
    "laughs.xhtml": lambda: f"<?xml version='1.0'?>{LAUGHS}<html><body><p>&n;</p></body></html>".encode(),
    "json-ld.html": lambda: b'<script type="application/ld+json">' + b"[" * 1_000_000 + b"</script><p>words</p>",
    "nul.html": lambda: b"\0" * 5_000_000,
    "flate.pdf": lambda: pdf(CATALOGUE, PAGES, PAGE, stream(deflated(1024 * MB), b"/Filter/FlateDecode")),
    "flate-twice.pdf": lambda: pdf(
        CATALOGUE, PAGES, PAGE, stream(deflated(1024 * MB, 2), b"/Filter[/FlateDecode/FlateDecode]")
    ),
    "operators.pdf": lambda: pdf(
        CATALOGUE, PAGES, PAGE, stream(zlib.compress(b"BT /F1 9 Tf (a) Tj ET " * 2_000_000), b"/Filter/FlateDecode")
    ),
    "own-parent.pdf": lambda: pdf(CATALOGUE, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
    "draws-itself.pdf": self_drawing,
    "doubling.pdf": doubling,
    "many-pages.pdf": lambda: pdf(
        CATALOGUE, b"<</Type/Pages/Kids[" + b"3 0 R " * 300_000 + b"]/Count 300000>>", PAGE, stream(b"BT (a) Tj ET")
    ),
    "deep-array.pdf": lambda: pdf(b"<</Type/Catalog/Pages " + b"[" * 500_000 + b">>"),
    "previous-loop.pdf": lambda: pdf(CATALOGUE, PAGES, PAGE, stream(b""), trailer=b"/Prev 9"),
    "length.pdf": lambda: pdf(CATALOGUE, PAGES, PAGE, b"<</Length 99999999999>>\nstream\nBT (a) Tj ET\nendstream"),
    "numbers.pdf": lambda: b"%PDF-1.4\n" + b"1 0 obj\n" * 1_000_000,
    "zip.docx": lambda: docx(b"<w:document %s>" % WORD.encode() + b" " * (600 * MB)),
    "paragraphs.docx": lambda: docx(
        f"<w:document {WORD}><w:body>{'<w:p><w:r><w:t>a</w:t></w:r></w:p>' * 1_000_000}</w:body></w:document>".encode()
    ),
    "laughs.docx": lambda: docx(
        f"<?xml version='1.0'?>{LAUGHS}<w:document {WORD}><w:body><w:p><w:r><w:t>&n;</w:t></w:r></w:p></w:body></w:document>".encode()
    ),
    "deep.docx": lambda: docx(f"<w:document {WORD}><w:body>{'<w:p>' * 500_000}".encode()),
    "entries.docx": lambda: packed({f"word/{n}.xml": b"x" for n in range(60_000)}),
    "no.docx": lambda: packed({"a.txt": b"words"}),
    "outside.docx": lambda: docx(b"<x/>", **{"../../../../x": b"words"}),
    "zip.epub": lambda: epub(b"<html><body><p>" + b"word " * (120 * MB)),
    "laughs.epub": lambda: epub(f"<?xml version='1.0'?>{LAUGHS}<html><body><p>&n;</p></body></html>".encode()),
    "again.epub": lambda: epub(b"<p>word</p>" * 100_000, spine=b'<itemref idref="a"/>' * 10_000),
    "outside.epub": lambda: epub(b"<p>words</p>", name="../../../../etc/passwd"),
    "deep.eml": lambda: nested_mail(20_000),
    "head.eml": lambda: b"Subject: " + b"a\n b" * 4_000_000 + b"\n\nWords.",
    "encoded-words.eml": lambda: b"Subject: " + b"=?utf-8?b?" * 500_000 + b"\n\nWords.",
    "receivers.eml": lambda: b"From: " + b"(" * 500_000 + b"\n\nWords.",
    "html.eml": lambda: b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n"
    + base64.encodebytes(b"<div>" * 1_000_000),
    "line.jsonl": lambda: SPARSE,
    "line.txt": lambda: SPARSE,
    "sparse.pdf": lambda: SPARSE,
    "sparse.html": lambda: SPARSE,
    "sparse.eml": lambda: SPARSE,
    "members.txt.gz": lambda: members(4096 * MB),
    "members.jsonl.gz": lambda: members(4096 * MB),
    "members.html.gz": lambda: members(4096 * MB),
    "deep.json": lambda: b"[" * 20_000_000,
    "deep-maps.json": lambda: b'{"a":' * 5_000_000,
    "digits.json": lambda: b'{"text": ' + b"9" * 20_000_000 + b"}",
    "laughs.md": lambda: (
        "---\na: &a [x, x]\n"
        + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefghijk", "bcdefghijkl", strict=True))
        + "authors: *l\n---\nWords.\n"
    ).encode(),
    "deep.md": lambda: b"---\ntitle: " + b"[" * 20_000 + b"\n---\nWords.",
    "surrogate.json": lambda: json.dumps({"title": "\ud800", "text": "half \udfff a character"}).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_its_file_alone(name: str, tmp_path: Path) -> None:
    bomb, good = tmp_path / name, tmp_path / "good.md"
    data = BOMBS[name]()
    with bomb.open("wb") as file:
        if isinstance(data, str):
            file.truncate(2048 * MB)
        else:
            file.write(data)
    del data
    good.write_text("Words that can be read.", encoding="utf-8")
    command, environment = own_python(MEASURE, str(bomb), str(good))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told, memory = json.loads(done.stdout)
    assert told[-1] == "Words that can be read."
    assert all(told)
    assert "broke down" not in " ".join(told)
    assert memory * (1 if sys.platform == "darwin" else 1024) <= MEMORY
    assert sorted(os.listdir(tmp_path)) == sorted([name, "good.md"])
