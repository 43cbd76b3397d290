"""References to take away, read back by other code than ours: every fact as it was, and nothing as markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import bibtexparser
import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pylatexenc import latex2text

from assistant import references
from assistant.answer import Answer, Disagreement, Filters, Nearest, Quotation, Seconds, Source, Span, Statement, Voice

HOSTILE = [
    "<script>alert(1)</script>",
    "![](http://elsewhere.example/x.png)",
    "[x](http://elsewhere.example) [1]: http://elsewhere.example",
    "http://elsewhere.example www.elsewhere.example a@elsewhere.example",
    "# heading",
    "1. one",
    "2) two",
    "- list",
    "+ list",
    "===",
    "> quoted",
    "`code` ```mermaid *a* __b__ ~~c~~ |d| $x^2$ &lt; &#60;",
    "ends with a backslash \\",
    "{unbalanced {braces",
    "}, author = {Somebody Else}, x = {",
    "100 % of R&D #1, a_b ~c^d",
    "a\nER  - \nTY  - BOOK\nTI  - owned",
    "one -- two --- ``three'' ?`",
    "“Über Öl” – “naïve” “quotes”, \"straight\" and 'single'",
]


def source(number: int = 1, **facts: Any) -> Source:
    whole: dict[str, Any] = {
        "article_id": f"a{number}",
        "version": "0" * 64,
        "title": "The bridge is shut",
        "publisher": "The Beacon",
        "authors": ("Ann Writer",),
        "published": "2025-06-14",
        "url": "https://beacon.example/bridge?a=1&b=%20",
        "path": "bridge.md",
    }
    return Source(number=number, **{**whole, **facts})


def answer(*sources: Source, text: str = "The bridge is shut.", tier: Any = "answer", **fields: Any) -> Answer:
    """An answer that quotes each of these sources once."""
    said = Voice("Ann Berg", Span(0, 1, "A"), Span(0, 1, "s"))
    quotations = [Quotation(one.number, 0, 9, text, 3, said) for one in sources]
    whole: dict[str, Any] = {
        "question": "Why?",
        "standalone": "Why?",
        "tier": tier,
        "confidence": 0.9,
        "model": None,
        "generation": 1,
        "filters": Filters(),
        "statements": tuple(Statement(one.text, "quoted", (one,)) for one in quotations),
        "sources": sources,
        "nearest": (),
        "seconds": Seconds(0.1, 0.1),
    }
    return Answer(**{**whole, **fields})


def line(text: str) -> str:
    return " ".join("".join(letter for letter in text if letter.isspace() or letter.isprintable()).split())


# BibTeX


def bib(found: Answer) -> list[dict[str, str]]:
    """The entries as another reader finds them, their LaTeX read as text."""
    library = bibtexparser.parse_string(references.bibtex(found))
    assert not library.failed_blocks
    assert len(library.blocks) == len(library.entries)
    signs = {
        "textless": "<",
        "textgreater": ">",
        "textbar": "|",
        "textbraceleft": "{",
        "textbraceright": "}",
        "textasciicircum": "^",
    }
    names = latex2text.get_default_latex_context_db()  # these names of LaTeX's own are missing there
    names.add_context_category("signs", prepend=True, macros=[latex2text.MacroTextSpec(*one) for one in signs.items()])
    as_text = latex2text.LatexNodes2Text(latex_context=names, math_mode="verbatim", keep_comments=True).latex_to_text
    entries = []
    for entry in library.entries:
        fields = {field.key: str(field.value) for field in entry.fields}
        read = {name: value if name == "url" else as_text(value) for name, value in fields.items()}
        entries.append({"kind": entry.entry_type, "key": entry.key, **read})
    return entries


def test_bibtex_of_a_whole_source() -> None:
    assert bib(answer(source())) == [
        {
            "kind": "article",
            "key": "writer2025bridge",
            "author": "Writer, Ann",
            "title": "The bridge is shut",
            "journal": "The Beacon",
            "date": "2025-06-14",
            "year": "2025",
            "url": "https://beacon.example/bridge?a=1&b=%20",
            "month": "jun",
        }
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_bibtex_reads_back_as_it_was(text: str) -> None:
    (entry,) = bib(answer(source(title=text, publisher=text, authors=(text,))))
    assert line(entry["title"]) == line(text)
    assert line(entry["journal"]) == line(text)
    assert " ".join(reversed(entry["author"].split(", "))) == line(text) or line(entry["author"]) == line(text)


@given(st.text(), st.text(min_size=1), st.lists(st.text(), max_size=3))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_out_of_a_bibliography(title: str, publisher: str, authors: list[str]) -> None:
    found = answer(source(title=title, publisher=publisher, authors=tuple(authors)), source(2))
    library = bibtexparser.parse_string(references.bibtex(found))
    assert not library.failed_blocks
    assert [entry.fields_dict["date"].value for entry in library.entries] == ["2025-06-14"] * 2
    assert [one.get("primary_title", one.get("title", "")) for one in rispy.loads(references.ris(found))] == [
        line_of(title),
        "The bridge is shut",
    ]
    assert [one.get("title", "") for one in json.loads(references.csl(found))] == [line_of(title), "The bridge is shut"]


def line_of(text: str) -> str:
    """As the file has it; rispy takes the spaces at the ends away, too."""
    return references._line(text)


@pytest.mark.parametrize(
    ("authors", "told"),
    [
        (("Ann Writer", "Bo Øst"), "Writer, Ann and Øst, Bo"),
        (("Writer, Ann",), "Writer, Ann"),
        (("Ludwig van der Berg",), "van der Berg, Ludwig"),
        (("Lord & Sons",), r"{Lord \& Sons}"),
        (("The Editors",), "{The Editors}"),
        (("Smith and Wesson",), "{Smith and Wesson}"),
        (("Agence France-Presse",), "{Agence France-Presse}"),
        (("Reuters",), "{Reuters}"),
        (("REUTERS STAFF",), "{REUTERS STAFF}"),
        (("Writer, Ann, Jr.",), "{Writer, Ann, Jr.}"),
        (("", "  ", "Ann Writer"), "Writer, Ann"),
        (("王小明",), "{王小明}"),
    ],
)
def test_persons_are_taken_apart_and_institutions_are_not(authors: tuple[str, ...], told: str) -> None:
    assert f"author = {{{told}}}," in references.bibtex(answer(source(authors=authors)))


def test_capitals_of_a_title_stay() -> None:
    assert "title = {{NATO and the Öresund}}," in references.bibtex(answer(source(title="NATO and the Öresund")))


def test_keys_are_told_apart() -> None:
    same = [source(number) for number in (1, 2, 3)]
    strange = source(4, title="«»", publisher="«»", authors=(), published=None)
    keys = [entry["key"] for entry in bib(answer(*same, strange))]
    assert keys == ["writer2025bridge", "writer2025bridge-2", "writer2025bridge-3", "source"]
    assert [item["id"] for item in json.loads(references.csl(answer(*same, strange)))] == keys


# RIS


def test_ris_of_a_whole_source() -> None:
    (entry,) = rispy.loads(references.ris(answer(source(authors=("Ann Writer", "The Editors")))))
    assert entry == {
        "type_of_reference": "NEWS",
        "authors": ["Writer, Ann", "The Editors"],
        "title": "The bridge is shut",
        "secondary_title": "The Beacon",
        "year": "2025",
        "date": "2025/06/14",
        "urls": ["https://beacon.example/bridge?a=1&b=%20"],
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_ris_reads_back_as_it_was(text: str) -> None:
    entries = rispy.loads(references.ris(answer(source(title=text, publisher=text), source(2))))
    assert len(entries) == 2
    assert (entries[0]["title"], entries[0]["secondary_title"]) == (line(text), line(text))


# CSL-JSON


def test_csl_of_a_whole_source() -> None:
    assert json.loads(references.csl(answer(source(authors=("Ann Writer", "The Editors"))))) == [
        {
            "id": "writer2025bridge",
            "type": "article-newspaper",
            "title": "The bridge is shut",
            "author": [{"family": "Writer", "given": "Ann"}, {"literal": "The Editors"}],
            "container-title": "The Beacon",
            "issued": {"date-parts": [[2025, 6, 14]]},
            "URL": "https://beacon.example/bridge?a=1&b=%20",
        }
    ]


# All of them


def test_an_absent_fact_stays_absent() -> None:
    bare = answer(source(publisher=None, authors=(), published=None, url=None))
    assert bib(bare) == [{"kind": "misc", "key": "sourcebridge", "title": "The bridge is shut"}]
    assert rispy.loads(references.ris(bare)) == [{"type_of_reference": "NEWS", "title": "The bridge is shut"}]
    assert json.loads(references.csl(bare)) == [
        {"id": "sourcebridge", "type": "article-newspaper", "title": "The bridge is shut"}
    ]
    assert "[1] The bridge is shut.\n" in references.markdown(bare)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "https://x.example/ a", "not an address"])
def test_only_an_address_of_the_web_is_one(url: str) -> None:
    found = answer(source(url=url))
    assert "url" not in references.bibtex(found)
    assert "UR  -" not in references.ris(found)
    assert "URL" not in references.csl(found)
    assert url not in references.markdown(found)


@pytest.mark.parametrize("published", ["soon", "2025-13-40", ""])
def test_what_is_no_day_is_no_date(published: str) -> None:
    found = answer(source(published=published))
    assert "date" not in references.bibtex(found)
    assert "DA  -" not in references.ris(found)
    assert "issued" not in references.csl(found)


def test_only_what_is_quoted_is_cited() -> None:
    found = replace(answer(source(1)), sources=(source(1), source(2, title="Not quoted")))
    for write in (references.bibtex, references.ris, references.csl, references.markdown):
        assert "Not quoted" not in write(found)


def test_a_refusal_cites_nothing() -> None:
    near = Nearest("a1", "0" * 64, "A title", "The Beacon", None, 0, 9, "A passage.", 0.5, ("meaning",))
    found = answer(tier="refusal", nearest=(near,))
    assert (references.bibtex(found), references.ris(found), json.loads(references.csl(found))) == ("", "", [])
    told = references.markdown(found)
    assert "The articles don’t answer this." in told
    assert "> A passage.\n>\n> — A title, The Beacon" in told
    assert "Sources" not in told


# Markdown


def tokens(text: str) -> list[Any]:
    """What a reader that takes everything for markup makes of it, flat."""
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return [inner for token in reader.parse(text) for inner in (token, *(token.children or ()))]


def test_markdown_of_a_whole_answer() -> None:
    written = Statement(
        "It is shut.", "supported", (Quotation(1, 0, 9, "The bridge is shut."), Quotation(2, 0, 9, "Shut."))
    )
    found = replace(answer(source(), source(2, authors=(), url=None)), statements=(written,))
    assert references.markdown(found) == (
        "**Why?**\n\nFrom the articles:\n\nIt is shut. [1][2]\n\n"
        "> The bridge is shut. [1]\n>\n> — in The Beacon\n\n> Shut. [2]\n>\n> — in The Beacon\n\n"
        "Sources:\n\n[1] The bridge is shut. Ann Writer. The Beacon, 14 June 2025. "
        "<https://beacon.example/bridge?a=1&b=%20>\n\n[2] The bridge is shut. The Beacon, 14 June 2025.\n"
    )
    (quoted,) = (one for one in references.markdown(answer(source())).split("\n") if one.startswith("> —"))
    assert quoted == "> — Ann Berg, according to The Beacon, page 3"


def test_markdown_of_what_differs_and_of_who_wrote() -> None:
    first, second = source(), source(2, publisher=None, published=None)
    one, other = (Quotation(number, 0, 5, f"It was {number}.") for number in (1, 2))
    found = answer(
        first,
        second,
        model="openai:x",
        statements=(Statement("It was 1.", "supported", (one,)),),
        disagreements=(Disagreement("how many *there* were", (one, other), ("1", "2")),),
    )
    told = references.markdown(found)
    assert "Written by openai\\:x; each sentence was checked against the quotations under it." in told
    assert "The articles differ: how many \\*there\\* were\n\n1 (The Beacon, 14 June 2025)\n\n> It was 1. [1]" in told
    assert "2 (no publisher, no date)\n\n> It was 2. [2]" in told


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_is_text_and_reads_as_it(text: str) -> None:
    said = Statement(text, "supported", (Quotation(1, 0, 9, text, None, Voice(text, Span(0, 1, text), Span(0, 1, text), Span(0, 1, text))),))  # fmt: skip
    one = source(title=text, publisher=text, authors=(text,))
    near = Nearest("a1", "0" * 64, text, text, None, 0, 9, text, 0.5, ("meaning",))
    for found in (
        replace(answer(one, text=text), question=text),
        replace(answer(one), statements=(said,)),
        answer(tier="refusal", nearest=(near,), question=text),
    ):
        read = tokens(references.markdown(found))
        kinds = {token.type for token in read}
        assert not kinds & {
            "heading_open", "image", "html_inline", "html_block", "code_inline", "fence", "code_block", "em_open",
            "s_open", "table_open", "hr", "bullet_list_open", "ordered_list_open",
        }  # fmt: skip
        links = [token.attrs["href"] for token in read if token.type == "link_open"]
        assert links == [one.url] * (not found.refused)
        paragraphs = [token for token in read if token.type == "inline"]
        assert line(text) in re.sub(r"\s+", " ", "\n".join(_plain(token) for token in paragraphs))


def _plain(inline: Any) -> str:
    return "".join(child.content for child in inline.children)


@pytest.mark.parametrize("address", ["http://elsewhere.example", "www.elsewhere.example", "mailto:a@b.example"])
def test_a_bare_address_is_broken_for_readers_that_link_those(address: str) -> None:
    written = references.markdown(answer(source(url=None), text=f"See {address} there."))
    assert address not in written
