"""Two thousand files of all kinds, mutated from the sample articles: each is read, or unreadable with a reason."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from index import readers
from index.article import normalise
from index.errors import Unreadable
from index.readers.apart import Reader
from index.readers.fields import Reading

SAMPLES = Path(__file__).parent / "data" / "articles"
ARTICLES = sorted((Path(__file__).parent.parent / "articles").glob("*.md"))
FILES = 2_000


def plain(kind: str) -> list[bytes]:
    return [path.read_bytes() for path in (ARTICLES if kind == ".md" else sorted(SAMPLES.glob(f"*{kind}")))]


def read(path: Path) -> Reading:
    (one,) = readers.read(path)
    assert isinstance(one, Reading)
    return one


def record(article: Reading) -> dict[str, object]:
    day = article.published and article.published.isoformat()
    return {"id": article.title, "title": article.title, "text": article.text, "date": day, "source": article.publisher}


def books() -> list[bytes]:
    """Each sample's page as the one chapter of a book."""
    made = []
    for page in plain(".html"):
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "META-INF/container.xml",
                '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
                '<rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
            )
            archive.writestr(
                "b.opf",
                '<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest>'
                '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest>'
                '<spine><itemref idref="a"/></spine></package>',
            )
            archive.writestr("a.xhtml", page)
        made.append(whole.getvalue())
    return made


def letters() -> list[bytes]:
    """Each sample as a message, its page beside its text."""
    made = []
    for path, page in zip(ARTICLES, plain(".html"), strict=True):
        message = EmailMessage()
        message["Subject"], message["From"] = read(path).title, "Ann Lee <ann@beacon.example>"
        message.set_content(read(path).text)
        message.add_alternative(page.decode(), subtype="html")
        made.append(message.as_bytes())
    return made


SEEDS: dict[str, Callable[[], list[bytes]]] = {
    ".md": lambda: plain(".md"),
    ".txt": lambda: [read(path).text.encode("utf-16") for path in ARTICLES],
    ".html": lambda: plain(".html"),
    ".pdf": lambda: plain(".pdf"),
    ".docx": lambda: plain(".docx"),
    ".epub": books,
    ".eml": letters,
    ".json": lambda: [json.dumps([record(read(path)) for path in ARTICLES]).encode()],
    ".jsonl": lambda: ["\n".join(json.dumps(record(read(path))) for path in ARTICLES).encode()],
    ".html.gz": lambda: [gzip.compress(page) for page in plain(".html")],
}
NASTY = [
    b"\0",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"<" * 99,
    b"%" * 99,
    b"\r",
    b"\xe2\x80\xae",
    b"&#x110000;",
    b"\x1f\x8b\x08",
]


@st.composite
def mutations(draw: st.DrawFn) -> tuple[int, list[tuple[str, float, float, bytes]]]:
    """Which sample, and what is done to it; places are shares of its length."""
    share = st.floats(0, 1)
    what = st.sampled_from(["flip", "cut", "drop", "repeat", "insert", "move"])
    junk = st.one_of(st.sampled_from(NASTY), st.binary(max_size=20))
    return draw(st.integers(0, 15)), draw(st.lists(st.tuples(what, share, share, junk), min_size=1, max_size=6))


def mutated(data: bytes, steps: list[tuple[str, float, float, bytes]]) -> bytes:
    for what, first, second, junk in steps:
        at, other = int(first * len(data)), int(second * len(data))
        end = min(len(data), at + 1 + other % 200)
        match what:
            case "flip":
                data = data[:at] + bytes(byte ^ 1 << other % 8 for byte in data[at : at + 1]) + data[at + 1 :]
            case "cut":
                data = data[: max(at, 1)]
            case "drop":
                data = data[:at] + data[end:]
            case "repeat":
                data = data[:end] + data[at:end] * (1 + other % 50) + data[end:]
            case "insert":
                data = data[:at] + junk + data[at:]
            case "move":
                data = data[:other] + data[at:end] + data[other:]
    return data


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


@pytest.mark.parametrize("kind", SEEDS)
def test_a_mutated_file_is_read_or_unreadable_with_a_reason(
    kind: str, reader: Reader, tmp_path_factory: pytest.TempPathFactory
) -> None:
    seeds = SEEDS[kind]()
    path = tmp_path_factory.mktemp("fuzz") / f"a{kind}"

    # Without shrinking: a file that fails is kept as it is, and most of a run would be spent on it.
    @settings(
        max_examples=FILES // len(SEEDS),
        deadline=None,
        phases=[Phase.reuse, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(mutations())
    def check(drawn: tuple[int, list[tuple[str, float, float, bytes]]]) -> None:
        seed, steps = drawn
        path.write_bytes(mutated(seeds[seed % len(seeds)], steps))
        found: list[Reading | Unreadable] = []
        try:
            found += reader.read(path)
        except Unreadable as error:
            found.append(error)
        for one in found:
            if isinstance(one, Unreadable):
                assert str(one)
                assert "broke down" not in str(one)
                assert "seconds" not in str(one)
                assert not str(one).startswith("not read (")  # what no reader foresaw
            else:
                assert one.text == normalise(one.text)
                assert one.text.strip()
                assert list(one.pages) == sorted(one.pages)
                assert all(0 <= page <= len(one.text) for page in one.pages)
        if kind not in (".json", ".jsonl"):
            assert len(found) == 1

    check()
