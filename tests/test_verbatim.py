"""Every quotation stands in the file that it names: found there, in the raw bytes, by code that is not ours."""

from __future__ import annotations

import gzip
import json
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import Answer, Assistant
from index import Library, build

ROOT = Path(__file__).parent.parent
ARTICLES = ROOT / "articles"
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (ROOT / "tests" / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
ANSWERABLE = [one for one in QUESTIONS if one["answer"]]
ELSEWHERE = ["u01", "u02", "u03", "u04", "u05", "u06"]  # of other subjects; the rest of the u are near misses
# Shares of the answerable ones, below the 28 and 24 of 30 that are reached: a change of a question or two passes.
LEAST_ANSWERED, LEAST_RIGHT = 0.75, 0.65


def folded(text: str) -> str:
    return " ".join(text.split())


def quotations(answer: Answer) -> list[str]:
    return [quotation.text for statement in answer.statements for quotation in statement.quotations]


@pytest.fixture(scope="module")
def answers(library: Library) -> dict[str, Answer]:
    """The answer to every labelled question, by its id."""
    assistant = Assistant(library)
    return {one["id"]: assistant.ask(one["question"]) for one in QUESTIONS}


def test_every_quotation_stands_in_its_article(answers: dict[str, Answer]) -> None:
    seen = 0
    for answer in answers.values():
        for statement in answer.statements:
            for quotation in statement.quotations:
                source = answer.source(quotation.source)
                raw = (ARTICLES / source.path).read_bytes().decode("utf-8")
                assert folded(quotation.text) in folded(raw), (answer.question, source.path)
                seen += 1
    assert seen > len(ANSWERABLE) / 2


def test_every_voice_stands_in_its_article(answers: dict[str, Answer], library: Library) -> None:
    for answer in answers.values():
        for statement in answer.statements:
            for quotation in statement.quotations:
                if quotation.voice is None:
                    continue
                text = library.article(answer.source(quotation.source).article_id).text
                voice = quotation.voice
                for span in filter(None, (voice.mention, voice.cue, voice.via)):
                    assert span.text == text[span.start : span.end]
                    assert span.text.strip()


def test_questions_of_other_subjects_are_refused(answers: dict[str, Answer]) -> None:
    assert {id: answers[id].tier for id in ELSEWHERE} == dict.fromkeys(ELSEWHERE, "refusal")


def test_most_of_what_the_articles_answer_is_answered(answers: dict[str, Answer]) -> None:
    right = [one["id"] for one in ANSWERABLE if has_gold(answers[one["id"]], one["answer"])]
    answered = [one["id"] for one in ANSWERABLE if not answers[one["id"]].refused]
    assert len(answered) >= LEAST_ANSWERED * len(ANSWERABLE), f"only {answered}"
    assert len(right) >= LEAST_RIGHT * len(ANSWERABLE), f"of {answered} only {right} are right"


def has_gold(answer: Answer, gold: list[str]) -> bool:
    text = [folded(one) for one in quotations(answer)]
    return any(words in one for words in gold for one in text)


# Files as they come. Each is read here by the standard library alone.

PAGES: dict[str, tuple[bytes, Callable[[bytes], str], str]] = {
    "crlf.txt": (
        b"The windmill of Arbeck burned down\r\non the night of March 3.\r\n\r\nNobody was inside the mill.\r\n",
        lambda raw: raw.decode("ascii"),
        "When did the windmill of Arbeck burn down?",
    ),
    "cr.txt": (
        b"The abbey of Morvane sold its last cow\rin the spring of 1788.\r\rThe monks wept.\r",
        lambda raw: raw.decode("ascii"),
        "When did the abbey of Morvane sell its last cow?",
    ),
    "bom.md": (
        "---\ntitle: Lighthouse keepers\n---\nThe lighthouse “Élise” is 61 metres tall.\n".encode("utf-8-sig"),
        lambda raw: raw.decode("utf-8-sig"),
        "How tall is the lighthouse Élise?",
    ),
    "wide.txt": (
        "The glacier of Tröndal lost 40 metres of ice in one summer.\n".encode("utf-16"),
        lambda raw: raw.decode("utf-16"),
        "How much ice did the glacier of Tröndal lose?",
    ),
    "latin1.txt": (
        (
            "Le café de la gare de Brévannes a été fermé en février par décision du préfet. "
            "Le propriétaire, très déçu, réclame une indemnité à l'État. La clientèle espère une réouverture en été.\n"
        ).encode("latin-1"),
        lambda raw: raw.decode("latin-1"),
        "Quand le café de la gare de Brévannes a été fermé?",
    ),
    # An article is kept in NFC, whatever form its file has: the oracle composes the file's letters, too.
    "decomposed.txt": (
        unicodedata.normalize("NFD", "The composer Dvořák visited Škofja Loka in 1891 and ate a čevapčič.\n").encode(),
        lambda raw: unicodedata.normalize("NFC", raw.decode("utf-8")),
        "When did the composer Dvořák visit Škofja Loka?",
    ),
    # What a reader can't see is not quoted: the oracle takes out the three characters that stand in this file.
    "hidden.txt": (
        "The rail\u00adway tun\u00adnel under Mount Ossa\u200b is 14\ufeff kilo\u00admetres long.\n".encode(),
        lambda raw: raw.decode("utf-8").replace("\u00ad", "").replace("\u200b", "").replace("\ufeff", ""),
        "How long is the railway tunnel under Mount Ossa?",
    ),
    # A record's text stands in its file with escapes: the oracle reads the lines as JSON.
    "records.jsonl": (
        b'{"id": 1, "title": "Salt", "text": "The salt pans of \\u00cele Gr\\u00e9e yield \\u201cnine tons\\u201d\\na week.\\n\\nIt rains \\ud83c\\udf27."}\n'
        b'{"id": 2, "title": "Cork", "text": "The cork oaks of Serrana are peeled\\tevery nine years."}\n',
        lambda raw: "\n".join(json.loads(line)["text"] for line in raw.splitlines()),
        "How much salt do the salt pans of Île Grée yield?",
    ),
    "packed.txt.gz": (
        gzip.compress(b"The observatory on Mount Kelm recorded 112 meteors on one night in August.\n"),
        lambda raw: gzip.decompress(raw).decode("utf-8"),
        "How many meteors did the observatory on Mount Kelm record?",
    ),
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Assistant]]:
    """A folder of these files, and an assistant that has read them."""
    place = tmp_path_factory.mktemp("odd")
    (place / "read").mkdir()
    for name, (raw, _, _) in PAGES.items():
        (place / "read" / name).write_bytes(raw)
    report = build([place / "read"], place / "store")
    assert report.unreadable == ()
    with Library.open(place / "store") as library:
        yield place / "read", Assistant(library)


@pytest.mark.parametrize("name", PAGES)
def test_quotations_of_odd_files_stand_in_them(odd: tuple[Path, Assistant], name: str) -> None:
    folder, assistant = odd
    answer = assistant.ask(PAGES[name][2])
    assert name in {source.path.partition("#")[0] for source in answer.sources}, answer.tier
    for statement in answer.statements:
        for quotation in statement.quotations:
            file = answer.source(quotation.source).path.partition("#")[0]
            raw = (folder / file).read_bytes()
            assert folded(quotation.text) in folded(PAGES[file][1](raw))
