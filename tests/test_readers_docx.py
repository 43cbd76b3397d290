import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import HIDDEN_TEXT
from index.errors import Unreadable
from index.readers import docx
from index.readers.fields import Reading

MADE = Path(__file__).parent / "data" / "articles"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
Build = Callable[[Any], object]


def only(data: bytes) -> Reading:
    (found,) = docx.read(io.BytesIO(data))
    return found


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def built(*steps: Build) -> bytes:
    """A Word file to which these did something."""
    document = Document()
    document.core_properties.title, document.core_properties.author = "", "python-docx"
    for step in steps:
        step(document)
    return saved(document)


def xml(content: str) -> Build:
    """Adds elements to the body."""

    def add(document: Any) -> None:
        body = document.element.body
        for element in parse_xml(f"<w:body {SPACES}>{content}</w:body>"):
            body.insert(len(body) - 1, element)

    return add


def paragraph(text: str, style: str | None = None) -> Build:
    return lambda document: document.add_paragraph(text, style=style)


def run(properties: str, text: str = "Secret words.", of_paragraph: str = "") -> Build:
    """Adds a paragraph with one run that has these properties."""
    return xml(f"<w:p><w:pPr>{of_paragraph}</w:pPr><w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r></w:p>")


def changed(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The file with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            new.writestr(member.filename, change(old.read(member)) if member.filename == name else old.read(member))
    return out.getvalue()


def by_style(kind: str, properties: str) -> Build:
    """Adds a style that is based on one with these properties, and text in it."""

    def add(document: Any) -> None:
        styles = document.styles.element
        styles.append(
            parse_xml(
                f'<w:style {SPACES} w:type="{kind}" w:styleId="Base0"><w:name w:val="base 0"/>'
                f"<w:rPr>{properties}</w:rPr></w:style>"
            )
        )
        styles.append(
            parse_xml(
                f'<w:style {SPACES} w:type="{kind}" w:styleId="Own0"><w:name w:val="own 0"/>'
                '<w:basedOn w:val="Base0"/></w:style>'
            )
        )
        if kind == "paragraph":
            run("", of_paragraph='<w:pStyle w:val="Own0"/>')(document)
        else:
            run('<w:rStyle w:val="Own0"/>')(document)

    return add


def table(cell: str = "", row: str = "", style: str = "", look: str = "", text: str = "Secret words.") -> Build:
    return xml(
        f"<w:tbl><w:tblPr>{style}</w:tblPr><w:tr><w:trPr>{row}</w:trPr><w:tc><w:tcPr>{cell}</w:tcPr>"
        f"<w:p><w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )


def box(
    fill: str, look: str = "", about: str = "", text: str = "Secret words.", extent: str = 'cx="9" cy="9"'
) -> Build:
    """Adds a text box as Word writes it: once for itself, and once more for programs that know no such shapes."""
    content = f"<w:txbxContent><w:p><w:r><w:rPr>{look}</w:rPr><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"
    return xml(
        "<w:p><w:r><mc:AlternateContent>"
        f'<mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent {extent}/><wp:docPr id="1" name="Box" {about}/>'
        f"<a:graphic><a:graphicData><wps:wsp><wps:spPr>{fill}</wps:spPr><wps:txbx>{content}</wps:txbx></wps:wsp>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )


WHITE = '<w:color w:val="FFFFFF"/>'
DARK = '<w:shd w:val="clear" w:fill="1F2D3D"/>'
NO_FILL = "<a:noFill/>"
DARK_FILL = '<a:solidFill><a:srgbClr val="203040"/></a:solidFill>'

HIDDEN: dict[str, Build] = {
    "hidden": run("<w:vanish/>"),
    "hidden by a style of letters": by_style("character", "<w:vanish/>"),
    "hidden by a style of paragraphs": by_style("paragraph", "<w:vanish/>"),
    "white": run(WHITE),
    "nearly white": run('<w:color w:val="FDFCFE"/>'),
    "white by a style": by_style("paragraph", WHITE),
    "white under a white highlight": run(WHITE + '<w:highlight w:val="white"/>'),
    "as dark as its shading": run('<w:color w:val="202E3E"/>' + DARK),
    "black on black": run('<w:color w:val="000000"/>', of_paragraph='<w:shd w:val="solid" w:color="000000"/>'),
    "a point large": run('<w:sz w:val="2"/>'),
    "half a point large by a style": by_style("character", '<w:sz w:val="1"/>'),
    "squeezed": run('<w:w w:val="1"/>'),
    "without fill": run("<w14:textFill><w14:noFill/></w14:textFill>"),
    "lines without height": run("", of_paragraph='<w:spacing w:line="10" w:lineRule="exact"/>'),
    "white in a table": table(look=WHITE),
    "in a hidden row": table(row="<w:hidden/>"),
    "in a row without height": table(row='<w:trHeight w:val="5" w:hRule="exact"/>'),
    "in a white box": box(NO_FILL, WHITE),
    "as dark as its box": box(DARK_FILL, '<w:color w:val="203040"/>'),
    "in a hidden box": box(NO_FILL, about='hidden="1"'),
    "in a box without width": box(NO_FILL, extent='cx="0" cy="9"'),
    "in a hidden shape of old programs": xml(
        '<w:p><w:r><w:pict><v:shape style="width:9pt; visibility: hidden"><v:textbox><w:txbxContent><w:p><w:r>'
        "<w:t>Secret words.</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    ),
}

SEEN: dict[str, Build] = {
    "white on dark shading": run(WHITE + DARK, "Plain words."),
    "white on a dark highlight": run(WHITE + '<w:highlight w:val="darkBlue"/>', "Plain words."),
    "white on a dark paragraph": run(WHITE, "Plain words.", DARK),
    "white in a dark cell": table(cell=DARK, look=WHITE, text="Plain words."),
    "white in a table that its style may paint": table(
        style='<w:tblStyle w:val="GridTable4"/>', look=WHITE, text="Plain words."
    ),
    "white in a dark box": box(DARK_FILL, WHITE, text="Plain words."),
    "white in a box of an unknown colour": box("", WHITE, text="Plain words."),
    "in a box, once": box(NO_FILL, text="Plain words."),
    "of its own colour": run('<w:color w:val="auto"/>', "Plain words."),
    "yellow": run('<w:color w:val="FFFF00"/>', "Plain words."),
    "small print": run('<w:sz w:val="8"/>', "Plain words."),
    "hidden on the web only": run("<w:webHidden/>", "Plain words."),
    "not hidden": run('<w:vanish w:val="0"/>', "Plain words."),
    "hidden spaces": xml(
        "<w:p><w:r><w:t>Plain words.</w:t></w:r><w:r><w:rPr><w:vanish/></w:rPr><w:t xml:space='preserve'>  </w:t></w:r></w:p>"
    ),
    "inserted": xml(
        '<w:p><w:ins w:id="1" w:author="A"><w:r><w:t>Plain words.</w:t></w:r></w:ins>'
        '<w:del w:id="2" w:author="A"><w:r><w:delText>Old words.</w:delText></w:r></w:del></w:p>'
    ),
    "moved": xml(
        '<w:p><w:moveFrom w:id="1" w:author="A"><w:r><w:t>Plain words.</w:t></w:r></w:moveFrom></w:p>'
        '<w:p><w:moveTo w:id="2" w:author="A"><w:r><w:t>Plain words.</w:t></w:r></w:moveTo></w:p>'
    ),
    "linked": xml("<w:p><w:hyperlink><w:r><w:t>Plain words.</w:t></w:r></w:hyperlink></w:p>"),
    "in a control": xml("<w:sdt><w:sdtContent><w:p><w:r><w:t>Plain words.</w:t></w:r></w:p></w:sdtContent></w:sdt>"),
    "the result of a field": xml(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>IF 1 = 1 "Plain words." </w:instrText>'
        '<w:t>not shown</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Plain words.</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    ),
    "beside a prompt": xml(
        "<w:p><w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Click here.</w:t></w:r></w:sdtContent>"
        "</w:sdt><w:r><w:t>Plain words.</w:t></w:r></w:p>"
    ),
    "beside a symbol": xml(
        '<w:p><w:r><w:sym w:font="Wingdings" w:char="F04A"/></w:r><w:r><w:t>Plain words.</w:t></w:r></w:p>'
    ),
    "with its reading above": xml(
        "<w:p><w:r><w:ruby><w:rt><w:r><w:t>above</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>Plain words.</w:t></w:r>"
        "</w:rubyBase></w:ruby></w:r></w:p>"
    ),
    "in tags": xml("<w:p><w:smartTag><w:r><w:t>Plain words.</w:t></w:r></w:smartTag></w:p>"),
    "parted by a deleted end": xml(
        '<w:p><w:pPr><w:rPr><w:del w:id="1" w:author="A"/></w:rPr></w:pPr><w:r><w:t>Plain</w:t></w:r></w:p>'
        '<w:p><w:r><w:t xml:space="preserve"> words.</w:t></w:r></w:p>'
    ),
}


class TestHiddenText:
    @pytest.mark.parametrize("hide", HIDDEN.values(), ids=HIDDEN)
    def test_what_nobody_sees_is_left_out_and_marked(self, hide: Build) -> None:
        found = only(built(paragraph("The ferry sank."), hide, paragraph("It rose.")))
        assert (found.text, found.marks) == ("The ferry sank.\n\nIt rose.", (HIDDEN_TEXT,))

    @pytest.mark.parametrize("show", SEEN.values(), ids=SEEN)
    def test_what_is_seen_is_kept_and_not_marked(self, show: Build) -> None:
        found = only(built(paragraph("The ferry sank."), show, paragraph("It rose.")))
        assert (found.text, found.marks) == ("The ferry sank.\n\nPlain words.\n\nIt rose.", ())

    def test_deleted_rows_are_gone(self) -> None:
        found = only(built(paragraph("The ferry sank."), table(row='<w:del w:id="1" w:author="A"/>')))
        assert (found.text, found.marks) == ("The ferry sank.", ())


class TestText:
    def test_headings_and_tables_stand_in_their_order(self) -> None:
        def rows(document: Any) -> None:
            made = document.add_table(2, 2)
            for row, cells in enumerate([("Ship", "Built"), ("Lady Ansgard", "1989")]):
                for column, text in enumerate(cells):
                    made.cell(row, column).text = text

        found = only(built(paragraph("One."), paragraph("The ships", "Heading 2"), rows, paragraph("Two.")))
        assert found.text == "One.\n\nThe ships\n\nShip\tBuilt\n\nLady Ansgard\t1989\n\nTwo."

    def test_a_table_that_lays_a_page_out_is_read_by_cells(self) -> None:
        def columns(document: Any) -> None:
            made = document.add_table(1, 2)
            for column, words in enumerate([("Left one.", "Left two."), ("Right.",)]):
                made.cell(0, column).text = words[0]
                for text in words[1:]:
                    made.cell(0, column).add_paragraph(text)

        assert only(built(columns)).text == "Left one.\n\nLeft two.\n\nRight."

    def test_breaks_tabs_and_hyphens(self) -> None:
        def words(document: Any) -> None:
            made = document.add_paragraph("One").add_run("\tline\nand another")
            made.add_break(WD_BREAK.PAGE)
            made.add_text("U.S.")
            made._r.append(OxmlElement("w:noBreakHyphen"))
            made._r.append(OxmlElement("w:softHyphen"))
            made.add_text("made")

        assert only(built(words)).text == "One\tline\nand another\n\nU.S.-made"

    def test_raised_figures_do_not_join_a_number(self) -> None:
        assert only(built(xml(
            '<w:p><w:r><w:t>In 1931</w:t></w:r><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>2</w:t></w:r></w:p>'
        ))).text == "In 1931²"  # fmt: skip

    def test_a_formula_says_what_it_shows(self) -> None:
        half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>n+1</m:t></m:r></m:den></m:f>"
        power = "<m:sSup><m:e><m:r><m:t>x</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
        assert only(built(xml(f"<w:p><m:oMath>{half}{power}</m:oMath></w:p>"))).text == "1/(n+1)x²"

    def test_what_is_struck_out_is_no_text(self) -> None:
        struck = "<w:r><w:rPr><w:strike/></w:rPr><w:t>four </w:t></w:r>"
        data = built(xml(f"<w:p><w:r><w:t>It cost </w:t></w:r>{struck}<w:r><w:t>five crowns.</w:t></w:r></w:p>"))
        assert (only(data).text, only(data).marks) == ("It cost five crowns.", ())

    def test_notes_follow_the_text_that_refers_to_them(self) -> None:
        data = built(xml('<w:p><w:r><w:t>It sank.</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r></w:p>'))
        notes = (
            f'<w:footnotes {SPACES}><w:footnote w:id="1"><w:p><w:r><w:t>Nowhere.</w:t></w:r></w:p></w:footnote>'
            '<w:footnote w:id="2"><w:p><w:r><w:t>Logbook.</w:t></w:r></w:p></w:footnote></w:footnotes>'
        )
        kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
        data = changed(
            data,
            "word/_rels/document.xml.rels",
            lambda old: old.replace(
                b"</Relationships>",
                f'<Relationship Id="n" Type="{kind}" Target="footnotes.xml"/></Relationships>'.encode(),
            ),
        )
        content = b'<Override PartName="/word/footnotes.xml" ContentType="application/xml"/></Types>'
        data = changed(data, "[Content_Types].xml", lambda old: old.replace(b"</Types>", content))
        out = io.BytesIO(data)
        with zipfile.ZipFile(out, "a") as packed:
            packed.writestr("word/footnotes.xml", notes)
        assert only(out.getvalue()).text == "It sank.\n\nLogbook."


class TestFacts:
    def test_the_sample_states_everything(self) -> None:
        found = only((MADE / "2025-07-09-beacon-ferry-rams-pier.docx").read_bytes())
        assert (found.title, found.publisher, found.authors, found.published, found.url) == (
            "Ferry rams Pier No. 5 in the evening rush",
            "The Beacon",
            ("Nadia Harrowell", "Joris Pell"),
            date(2025, 7, 9),
            "https://beacon.example/2025/07/09/ferry-rams-pier",
        )

    @pytest.mark.parametrize("author", ["python-docx", "Microsoft Office User", "user", "jdoe", "Windows User", ""])
    def test_what_a_program_puts_in_is_no_fact(self, author: str) -> None:
        def state(document: Any) -> None:
            core = document.core_properties
            core.author, core.title = author, "Document1"
            core.created = core.modified = datetime(2025, 7, 9)

        found = only(built(state, paragraph("It sank. Nobody was hurt.")))
        assert (found.title, found.authors, found.published, found.publisher, found.url) == (
            "It sank.",
            (),
            None,
            None,
            None,
        )

    @pytest.mark.parametrize("style", ["Title", "Heading 1"])
    def test_without_a_stated_title_the_one_in_its_style_is_taken(self, style: str) -> None:
        found = only(built(paragraph("Kelverhaven"), paragraph("Ferry sank", style), paragraph("It sank.")))
        assert (found.title, found.text) == ("Ferry sank", "Kelverhaven\n\nIt sank.")

    def test_a_stated_title_is_not_repeated(self) -> None:
        def state(document: Any) -> None:
            document.core_properties.title = "Ferry sank"

        found = only(built(state, paragraph("FERRY  SANK"), paragraph("It sank.")))
        assert (found.title, found.text) == ("Ferry sank", "It sank.")

    def test_a_title_that_stands_in_the_text_comes_before_that_of_a_template(self) -> None:
        def state(document: Any) -> None:
            document.core_properties.title = "Press release of 2019"

        found = only(built(state, paragraph("Ferry sank", "Title"), paragraph("It sank.")))
        assert (found.title, found.text) == ("Ferry sank", "It sank.")
        assert only(built(state, paragraph("It sank.", "Heading 1"))).title == "Press release of 2019"

    def test_a_date_of_issue_is_one_of_publication(self) -> None:
        def state(document: Any) -> None:
            core = document.core_properties._element
            core.append(core.makeelement("{http://purl.org/dc/terms/}issued", {}))
            core[-1].text = "2025-07-09"

        assert only(built(state, paragraph("It sank."))).published == date(2025, 7, 9)


PLAIN = built(paragraph("The ferry sank."))


def with_part(name: str, content: bytes) -> bytes:
    out = io.BytesIO(PLAIN)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return out.getvalue()


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def doctype(old: bytes) -> bytes:
    """The document with a bomb of entities in front, and one of them in its text."""
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {two} "{("&" + one + ";") * 20}">' for one, two in zip("abcdefg", "bcdefgh", strict=True)
    )
    start = old.index(b"<w:document")
    return old[:start] + laughs.encode() + b"]>" + old[start:].replace(b"sank.", b"sank. &h;")


def lying(data: bytes) -> bytes:
    """The file whose headers say that every part has 10 bytes."""
    out = bytearray(data)
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        for match in re.finditer(re.escape(mark), data):
            out[match.start() + place : match.start() + place + 4] = (10).to_bytes(4, "little")
    return bytes(out)


class TestUnreadable:
    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (b"", "not a Word file"),
            (b"Not a Word file at all.", "not a Word file"),
            (b"PK\x03\x04", "not a Word file"),
            (zipped(mimetype=b"application/epub+zip"), "another zip file"),
            (changed(PLAIN, "[Content_Types].xml", lambda old: old.replace(b"document.main", b"template.main")), "of another program or kind"),
            (docx._OLE + b"\0" * 2000 + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
            (docx._OLE + b"\0" * 2000 + "WordDocument".encode("utf-16-le"), "an old Word file: save it as .docx"),
            (b"{\\rtf1 The ferry sank.}", "an RTF file"),
            (changed(PLAIN, "word/document.xml", doctype), "entity amplification"),
            (changed(PLAIN, "word/document.xml", lambda old: doctype(old).replace(b"&h;", b"&a;")), "it defines XML entities"),
            (changed(PLAIN, "word/document.xml", lambda _: b"<w:document"), "not a Word file"),
            (changed(PLAIN, "word/document.xml", lambda _: b"<a>" * 9000), "not a Word file"),
            (changed(PLAIN, "word/document.xml", lambda old: old.replace(b"The ferry sank.", b" ")), "it has no text"),
            (with_part("word/media/picture.png", b"\0" * 130_000_000), "it unpacks to more"),
            (with_part("word/extra.xml", b" " * 30_000_000), "it unpacks to more"),
            (lying(with_part("word/extra.xml", b" " * 30_000_000)), "it unpacks to more|not a Word file"),
        ],
        ids=range(16),
    )  # fmt: skip
    def test_it_is_named_with_its_reason(self, data: bytes, reason: str) -> None:
        with pytest.raises(Unreadable, match=reason):
            only(data)

    def test_many_parts_are_refused(self) -> None:
        with pytest.raises(Unreadable, match="parts, more than any Word file"):
            only(zipped(**{f"word/{number}.xml": b"" for number in range(5_001)}))

    def test_names_that_lead_out_of_the_file_lead_nowhere(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.xml"
        secret.write_text("<secret/>", encoding="utf-8")
        data = with_part("../../secret.xml", b"<x/>")
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"
        data = changed(
            data,
            "word/_rels/document.xml.rels",
            lambda old: old.replace(b"</Relationships>", b'<Relationship Id="x" Type="%s" Target="../../..%s"/></Relationships>' % (kind, str(secret).encode())),
        )  # fmt: skip
        with pytest.raises(Unreadable, match="not a Word file"):
            only(data)

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.booleans(),
        st.lists(
            st.tuples(st.floats(0, 1), st.sampled_from(["flip", "cut", "drop", "double"]), st.integers(0, 255)),
            max_size=6,
        ),
    )
    def test_a_broken_file_is_read_or_named(self, inside: bool, harms: list[tuple[float, str, int]]) -> None:
        def harmed(whole: bytes) -> bytes:
            data = bytearray(whole)
            for where, harm, value in harms:
                at = int(where * max(0, len(data) - 1))
                if harm == "flip":
                    data[at : at + 1] = bytes([value])
                elif harm == "cut":
                    del data[max(at, len(data) // 3) :]
                elif harm == "drop":
                    del data[at : at + value]
                else:
                    data[at:at] = data[at : at + value]
            return bytes(data)

        whole = (MADE / "evening-capstan-the-pilot.docx").read_bytes()
        try:
            assert only(changed(whole, "word/document.xml", harmed) if inside else harmed(whole)).text
        except Unreadable:
            return
