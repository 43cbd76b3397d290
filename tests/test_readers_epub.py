from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.article import HIDDEN_TEXT
from index.errors import Unreadable
from index.readers import epub
from index.readers.fields import Reading

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
FACTS = (
    "<dc:title>The Tides of Kelverhaven</dc:title><dc:creator>Oda Brandt</dc:creator>"
    "<dc:publisher>Pier Road Press</dc:publisher><dc:date>2025-04-01</dc:date>"
)


def chapter(body: str, head: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
        f'<html xmlns="http://www.w3.org/1999/xhtml"><head><title/>{head}</head><body>{body}</body></html>'
    )


def package(facts: str = FACTS, chapters: tuple[str, ...] = ("one.xhtml", "two.xhtml"), items: str = "") -> str:
    listed = "".join(f'<item id="c{n}" href="{c}" media-type="application/xhtml+xml"/>' for n, c in enumerate(chapters))
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    return (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" xmlns:opf="http://www.idpf.org/2007/opf" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>{facts}</metadata>'
        f"<manifest>{items}{listed}</manifest><spine>{order}</spine></package>"
    )


ONE = chapter("<h1>The flood</h1><p>The water came <i>by night</i>&nbsp;&mdash; and from both sides.</p>")
TWO = chapter("<h1>The ebb</h1><p>It left by day.<br/>Nobody waved.</p><ul><li>Two boats</li><li>A door</li></ul>")
BOOK = {
    "mimetype": "application/epub+zip",
    "META-INF/container.xml": CONTAINER,
    "OEBPS/book.opf": package(),
    "OEBPS/two.xhtml": TWO,
    "OEBPS/one.xhtml": ONE,
}


def packed(parts: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def found(data: bytes) -> Reading:
    """What is read of a file, which is asked for places before its beginning otherwise than one in memory."""
    with TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        (one,) = epub.read(file)
    return one


def book(**changes: str | bytes) -> Reading:
    named = {"opf": "OEBPS/book.opf", "container": "META-INF/container.xml", "one": "OEBPS/one.xhtml"}
    return found(packed({**BOOK, **{named[name]: content for name, content in changes.items()}}))


def test_chapters_follow_the_spine_with_the_facts_of_the_package() -> None:
    assert book() == Reading(
        place="",
        title="The Tides of Kelverhaven",
        text="The flood\n\nThe water came by night — and from both sides.\n\n"
        "The ebb\n\nIt left by day.\nNobody waved.\n\nTwo boats\n\nA door",
        publisher="Pier Road Press",
        authors=("Oda Brandt",),
        published=date(2025, 4, 1),
        url=None,
    )


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("<dc:date>2025</dc:date>", None),
        ("<dc:date>2025-04</dc:date>", None),
        ("<dc:date>2025-04-01T23:30:00-05:00</dc:date>", date(2025, 4, 1)),
        ('<dc:date opf:event="modification">2025-04-01</dc:date>', None),
        ('<dc:date opf:event="creation">2025-03-01</dc:date><dc:date opf:event="publication">2025-04-01</dc:date>', date(2025, 4, 1)),
        ("<dc:date>2025-04-01</dc:date><dc:date>2025-05-01</dc:date>", None),
        ('<meta property="dcterms:modified">2025-04-01T00:00:00Z</meta>', None),
        ("", None),
    ],
)  # fmt: skip
def test_a_date_is_a_full_day_of_publication(dates: str, expected: date | None) -> None:
    assert book(opf=package(dates)).published == expected


def test_only_authors_are_authors() -> None:
    facts = (
        '<dc:creator opf:role="aut">Oda Brandt</dc:creator><dc:creator opf:role="ill">Ill Ustrator</dc:creator>'
        '<dc:creator id="t">Trans Lator</dc:creator><meta refines="#t" property="role">trl</meta>'
        "<dc:creator>Jan Brandt</dc:creator><dc:contributor>Con Tributor</dc:contributor>"
    )
    assert book(opf=package(facts)).authors == ("Oda Brandt", "Jan Brandt")


def test_what_states_nothing_is_named_by_its_first_sentence() -> None:
    one = book(opf=package(""))
    assert (one.title, one.authors, one.publisher, one.published) == ("The flood", (), None, None)


def test_what_is_struck_out_is_no_text() -> None:
    text = book(one=chapter("<p>It cost <del>four</del> <s>six</s> five crowns.</p>")).text
    assert text.startswith("It cost five crowns.")


def test_hidden_text_is_left_out_and_marked() -> None:
    body = "<p>The water came.</p><p class='x'>It never came.</p>"
    one = book(one=chapter(body, head="<style>.x{display:none}</style>"))
    assert "never" not in one.text
    assert one.marks == (HIDDEN_TEXT,)


def test_a_sheet_of_styles_hides_text_as_in_a_page() -> None:
    link = '<link rel="stylesheet" href="../s.css"/><link rel="stylesheet" href="none.css"/>'
    one = chapter("<p>The water came.</p><p class='x'>It never came.</p>", head=link)
    hiding = found(packed({**BOOK, "OEBPS/one.xhtml": one, "s.css": b".x{display:none} \x01\xff"}))
    assert "never" not in hiding.text
    assert hiding.marks == (HIDDEN_TEXT,)


def test_the_number_of_a_note_does_not_join_a_number() -> None:
    text = "<p>In 2024<a xmlns:e='http://www.idpf.org/2007/ops' e:type='noteref' href='#n'>3</a> and 2025<a role='doc-noteref' href='#n'>4</a>.</p>"
    assert book(one=chapter(text)).text.startswith("In 2024³ and 2025⁴.")


def test_what_programs_fill_in_is_no_fact() -> None:
    facts = "<dc:title>A</dc:title><dc:creator>Unknown</dc:creator><dc:date>0101-01-01T00:00:00+00:00</dc:date>"
    one = book(opf=package(facts))
    assert (one.authors, one.published) == ((), None)


def test_the_contents_page_and_pictures_are_no_chapters() -> None:
    items = (
        '<item id="c0" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
        '<item id="c1" href="a.svg" media-type="image/svg+xml"/><item id="c2" href="one.xhtml" media-type="application/xhtml+xml"/>'
    )
    order = (
        '<itemref idref="c0"/><itemref idref="c1"/><itemref idref="c2"/><itemref idref="c2"/><itemref idref="gone"/>'
    )
    opf = package(chapters=()).replace("<manifest>", f"<manifest>{items}").replace("<spine>", f"<spine>{order}")
    assert book(opf=opf).text == "The flood\n\nThe water came by night — and from both sides."


def test_a_chapter_that_is_no_xml_is_read_as_html() -> None:
    assert book(one="<p>The water came & stayed<p>for long.").text.startswith("The water came & stayed\n\nfor long.")


def test_a_name_may_be_escaped_or_stand_in_the_folder_above() -> None:
    parts = {
        **BOOK,
        "OEBPS/book.opf": package(chapters=("a%20b.xhtml", "../c.xhtml")),
        "OEBPS/a b.xhtml": ONE,
        "c.xhtml": TWO,
    }
    assert found(packed(parts)).text.count("The ") == 3


def test_names_that_lead_out_of_the_book_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "a" / "b" / "c"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    (tmp_path / "a" / "x.xhtml").write_text(chapter("<p>From the disk.</p>"))
    parts = {
        **BOOK,
        "OEBPS/book.opf": package(chapters=("../../../x.xhtml", "../../y.xhtml", "/etc/passwd")),
        "../y.xhtml": ONE,
    }
    assert "disk" not in found(packed(parts)).text
    assert {path.name for path in tmp_path.rglob("*")} == {"a", "b", "c", "x.xhtml"}


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_books_do_not_have_is_named(method: int) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("META-INF/container.xml", CONTAINER)
    with pytest.raises(Unreadable, match="packed in a way that books are not"):
        found(out.getvalue())


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"META-INF/encryption.xml": "<encryption><EncryptedData><EncryptionMethod Algorithm='http://www.w3.org/2001/04/xmlenc#aes128-cbc'/></EncryptedData></encryption>"}, "it is encrypted"),
        ({"META-INF/rights.xml": "<rights/>"}, "it is encrypted"),
        ({"META-INF/container.xml": "<container/>"}, "does not say where its chapters are"),
        ({"META-INF/container.xml": "no xml"}, "does not say where its chapters are"),
        ({"OEBPS/book.opf": "<package"}, "does not say where its chapters are"),
        ({"OEBPS/book.opf": package(chapters=())}, "it has no text"),
        ({"OEBPS/book.opf": package(chapters=("gone.xhtml",))}, "it has no text"),
    ],
)  # fmt: skip
def test_what_can_not_be_read_is_named(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        found(packed({**BOOK, **changes}))


def test_a_font_made_unusable_elsewhere_hides_no_text() -> None:
    fonts = "<encryption><EncryptionMethod Algorithm='http://www.idpf.org/2008/embedding'/></encryption>"
    assert found(packed({**BOOK, "META-INF/encryption.xml": fonts})).text.startswith("The flood")


def test_a_password_is_named() -> None:
    data = bytearray(packed(BOOK))
    for head, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := data.find(head, place + 1)) >= 0:
            data[place + flags] |= 1
    with pytest.raises(Unreadable, match="can't be unpacked"):
        found(bytes(data))


def test_more_than_the_limit_is_unreadable_whatever_the_header_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub, "LARGEST", 1024 * 1024)
    many = {f"OEBPS/c{n}.xhtml": chapter("<p>" + "Water. " * 50_000 + "</p>") for n in range(4)}
    data = packed({**BOOK, **many, "OEBPS/book.opf": package(chapters=tuple(f"c{n}.xhtml" for n in range(4)))})
    with pytest.raises(Unreadable, match="larger than 1 MB unpacked"):
        found(data)
    size = struct.pack("<I", len(many["OEBPS/c0.xhtml"]))
    with pytest.raises(Unreadable):
        found(data.replace(size, struct.pack("<I", 10)))


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE html [<!ENTITY a "boom"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    one = book(one=ONE.replace("<!DOCTYPE html>", bomb).replace("by night", "&c;"), opf=bomb + package())
    assert "boom" not in one.text


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip", packed({}), packed({"a.txt": "A"})])
def test_what_is_no_book_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not an EPUB"):
        found(data)


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0, 4000), junk=st.binary(max_size=6), cut=st.none() | st.integers(0, 4000))
@example(place=2742, junk=b"\x01", cut=None)  # which points before its beginning
def test_a_damaged_book_is_an_article_or_unreadable(place: int, junk: bytes, cut: int | None) -> None:
    data = packed(BOOK)
    place %= len(data)
    data = (data[:place] + junk + data[place + len(junk) :])[:cut]
    with suppress(Unreadable):
        assert found(data).text.strip()
