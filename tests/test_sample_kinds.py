"""The sample articles read from every kind of file: the same sentences and facts, each where an independent reader sees it."""

import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

import pytest

from index.passages import sentences
from index.readers import docx, html, pdf, text
from index.readers.fields import Reading

ARTICLES = Path(__file__).parent.parent / "articles"
MADE = Path(__file__).parent / "data" / "articles"
NAMES = sorted(path.stem for path in ARTICLES.glob("*.md"))
KINDS: dict[str, Callable[[BinaryIO], Iterator[Reading]]] = {".html": html.read, ".docx": docx.read, ".pdf": pdf.read}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def article(path: Path, read: Callable[[BinaryIO], Iterator[Reading]]) -> Reading:
    with path.open("rb") as file:
        (found,) = read(file)
    return found


def told(found: Reading) -> list[tuple[str, int]]:
    """Each sentence of a text in one line, without the sign of a list's item or a heading, and where it begins."""
    return [
        (re.sub(r"^(?:[-•]|#+)\s+", "", " ".join(found.text[start:end].split())), start)
        for start, end in sentences(found.text)
    ]


def facts(found: Reading) -> dict[str, object]:
    names = ("title", "publisher", "authors", "published", "url", "marks")
    return {name: getattr(found, name) for name in names}


def solid(content: str) -> str:
    """A text as nothing but its signs: no white space, no hyphens, ligatures as letters."""
    for ligature, letters in {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"}.items():
        content = content.replace(ligature, letters)
    return re.sub(r"[\s\u00ad-]+", "", content)


def test_every_sample_is_there_in_every_kind() -> None:
    assert len(NAMES) >= 16
    assert {path.name for path in MADE.iterdir()} == {name + kind for name in NAMES for kind in KINDS}


def test_they_are_what_their_maker_makes(tmp_path: Path) -> None:
    maker = MADE.parent / "make_articles.py"
    subprocess.run([sys.executable, str(maker), str(tmp_path)], check=True, timeout=120)
    for path in MADE.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), f"{path.name}: run {maker}"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_article_is_the_same_in_every_kind(name: str, kind: str) -> None:
    expected = article(ARTICLES / f"{name}.md", text.read_markdown)
    found = article(MADE / f"{name}{kind}", KINDS[kind])
    assert [sentence for sentence, _ in told(found)] == [sentence for sentence, _ in told(expected)]
    assert facts(found) == facts(expected)


def printed(path: Path, first: int, last: int) -> str:
    """The text of some pages as poppler reads it."""
    program = shutil.which("pdftotext")
    assert program, "the tests need pdftotext, which is in poppler-utils"
    # In the order of painting, and with each hyphen that is printed.
    command = [program, "-raw", "-enc", "UTF-8", "-f", str(first), "-l", str(last), str(path), "-"]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_stands_on_its_page(name: str) -> None:
    path = MADE / f"{name}.pdf"
    found = article(path, pdf.read)
    assert len(found.pages) >= 2
    bounds = [*found.pages, len(found.text)]
    pages = [body_of(printed(path, number, number)) for number in range(1, len(found.pages) + 1)]
    for sentence, start in told(found):
        page = sum(begin <= start for begin in found.pages)
        assert bounds[page - 1] <= start < bounds[page]
        both = "".join(pages[page - 1 : page + 1])
        assert solid(sentence) in solid(both), (page, sentence)
        # It begins on that page, not only on the next one.
        here = solid(found.text[start : min(start + 12, bounds[page])])
        assert here in solid(pages[page - 1]), (page, sentence)


def body_of(page: str) -> str:
    """A printed page without the two lines at its head and the one at its foot, which poppler reads first."""
    head, day, foot, body = page.split("\n", 3)
    assert head.isupper()
    assert day.startswith("Kelverhaven, ")
    assert re.fullmatch(r"– \d –", foot)
    return body


@pytest.mark.parametrize("name", NAMES)
def test_words_keep_the_hyphens_that_are_theirs(name: str) -> None:
    def words(content: str) -> set[str]:
        return set(re.findall(r"[\w.’']+(?:-[\w.’']+)+", content))

    found = article(MADE / f"{name}.pdf", pdf.read)
    assert words(found.text) == words(article(ARTICLES / f"{name}.md", text.read_markdown).text)


def test_lines_break_words_in_the_samples() -> None:
    broken = sum(len(re.findall(r"[a-z]-\n", printed(MADE / f"{name}.pdf", 1, 9))) for name in NAMES)
    assert broken >= 30


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_stands_in_the_word_file(name: str) -> None:
    path = MADE / f"{name}.docx"
    root = ElementTree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    lines = ["".join(part.text or "" for part in one.iter(W + "t")) for one in root.iter(W + "p")]
    for sentence, _ in told(article(path, docx.read)):
        assert any(sentence in " ".join(line.split()) for line in lines), sentence
