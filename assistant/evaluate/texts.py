"""Texts that need no search: who says what in articles, which claims their evidence carries, what is taken from web pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

import assistant
from assistant.checking import Evidence, check, remembering
from assistant.evaluate.labelled import Claim, Half, Labelled, Page, Span, Spoken, sample
from assistant.evaluate.metrics import Figure, Numbers, Score, auroc, column, score, share
from assistant.voices import every_voice
from index import embedder
from index.errors import Unreadable
from index.passages import sentences as cut
from index.readers.apart import Reader
from index.words import stems

Progress = Callable[[str, int, int], None]


# ---------------------------------------------------------------------------------------------- voices


def score_voices(labelled: Labelled, part: Half | None, limit: int | None, progress: Progress) -> list[Score]:
    """How many of the voices found are right, and how many of those attributed by people are found."""
    documents = sample(labelled.spoken, part, limit)
    if not documents:
        return []
    saying = frozenset(Path(assistant.__file__).with_name("speech_verbs.txt").read_text(encoding="utf-8").split())
    units = []
    for done, document in enumerate(documents, 1):
        units.append(_voices(document, saying))
        progress("voices", done, len(documents))
    figures: dict[str, Figure] = {
        "precision": lambda units: share(units[:, 1].sum(), units[:, 0].sum()),
        "recall": lambda units: share(units[:, 3].sum(), units[:, 2].sum()),
        "recall_speech": lambda units: share(units[:, 5].sum(), units[:, 4].sum()),
    }
    table = np.array(units, float)
    counts = {
        "predicted": int(table[:, 0].sum()),
        "attributions": int(table[:, 2].sum()),
        "speech": int(table[:, 4].sum()),
        "dropped": sum(document.dropped for document in documents),
    }
    return [score(labelled.name, "voices", "clippings", [table], figures, counts=counts)]


def _voices(document: Spoken, saying: frozenset[str]) -> list[int]:
    """(predicted, right; attributions, found; of speech, found) in one document.

    An attribution is found when a mention overlaps its source and the cue beside it lies in the sentence of its cue.
    """
    sentences = cut(document.text)
    starts = [start for start, _ in sentences]
    predicted = [
        ((voice.mention.start, voice.mention.end), bisect_right(starts, voice.cue.start))
        for voices in every_voice(document.text, sentences)
        for voice in voices
    ]
    right: set[int] = set()
    found = speech = speech_found = 0
    for attribution in document.attributions:
        cued = {bisect_right(starts, start) for start, _ in attribution.cue}
        fits = [
            number
            for number, (mention, sentence) in enumerate(predicted)
            if sentence in cued and any(_overlap(mention, source) for source in attribution.source)
        ]
        words = re.findall(r"[\w-]+", attribution.cue_text.lower())
        says = words == ["according", "to"] or not saying.isdisjoint(words)
        right.update(fits)
        found += bool(fits)
        speech += says
        speech_found += says and bool(fits)
    return [len(predicted), len(right), len(document.attributions), found, speech, speech_found]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


# ---------------------------------------------------------------------------------------------- claims


def score_claims(
    labelled: Labelled, part: Half | None, limit: int | None, embedding_model: str, progress: Progress
) -> list[Score]:
    """How well the checker tells claims that their evidence carries from others, beside the share of their words alone."""
    claims = sample(labelled.claims, part, limit)
    if not claims:
        return []
    embed = remembering(embedder.load(embedder.find(embedding_model)).embed)
    units = []
    for done, claim in enumerate(claims, 1):
        checked = check(claim.text, [Evidence(sentence) for sentence in claim.evidence], embed)
        units.append([float(claim.supported), checked.score, float(not checked.supported), _share_of_words(claim)])
        progress("claims", done, len(claims))
    table, kinds = np.array(units), np.array([claim.kind or "" for claim in claims])
    scores = [_checked(labelled.name, table, None)]
    scores += [_checked(labelled.name, table[kinds == kind], kind) for kind in sorted(set(kinds) - {""})]
    words: dict[str, Figure] = {"auroc": lambda good, bad: auroc(good[:, 3], bad[:, 3])}
    both = [table[table[:, 0] == supported] for supported in (1, 0)]
    return [*scores, *([score(labelled.name, "checking", "words", both, words)] if all(map(len, both)) else [])]


def _checked(set: str, table: Numbers, kind: str | None) -> Score:
    """The row of all claims, or of those of one kind, which may be all carried or all not."""
    good, bad = (table[table[:, 0] == supported] for supported in (1, 0))
    flagged = column(2)
    counts = {"supported": len(good), "not_supported": len(bad)}
    if not len(good):
        return score(set, "checking", "clippings", [bad], {"caught": flagged}, kind=kind, counts=counts)
    if not len(bad):
        return score(set, "checking", "clippings", [good], {"false_alarms": flagged}, kind=kind, counts=counts)
    figures: dict[str, Figure] = {
        "auroc": lambda good, bad: auroc(good[:, 1], bad[:, 1]),
        "caught": lambda _, bad: flagged(bad),
        "false_alarms": lambda good, _: flagged(good),
    }
    return score(set, "checking", "clippings", [good, bad], figures, kind=kind, counts=counts)


def _share_of_words(claim: Claim) -> float:
    """How many of a claim's words, by their stems, the one sentence of its evidence has that has most of them."""
    words = set(stems(claim.text))
    return max(share(len(words & set(stems(sentence))), len(words)) if words else 0.0 for sentence in claim.evidence)


# ---------------------------------------------------------------------------------------------- pages

_RUN = 4  # words


def score_pages(labelled: Labelled, part: Half | None, limit: int | None, progress: Progress) -> list[Score]:
    """How cleanly web pages are read, beside trafilatura alone.

    As the article-extraction benchmark scores: words are runs of letters and digits, each text is a multiset of runs of
    four words (a shorter text is one run), precision and recall are means over the pages, and F1 is made of the two.
    """
    pages = sample(labelled.pages, part, limit)
    if not pages:
        return []
    ours, plain = [], []
    with Reader() as reader:
        for done, page in enumerate(pages, 1):
            ours.append(_precision_and_recall(_read(reader, page), page.body))
            plain.append(_precision_and_recall(_trafilatura(page), page.body))
            progress("pages", done, len(pages))
    figures: dict[str, Figure] = {"f1": _f1, "precision": column(0), "recall": column(1)}
    return [
        score(labelled.name, "pages", system, [np.array(units, float)], figures)
        for system, units in (("clippings", ours), ("trafilatura", plain))
    ]


def _read(reader: Reader, page: Page) -> str:
    try:
        return "\n".join(one.text for one in reader.read(page.html) if not isinstance(one, Unreadable))
    except Unreadable:  # of a page that can't be read the user gets nothing
        return ""


def _trafilatura(page: Page) -> str:
    import gzip

    import trafilatura

    data = page.html.read_bytes()
    return trafilatura.extract(gzip.decompress(data) if page.html.suffix == ".gz" else data) or ""


def _precision_and_recall(found: str, body: str) -> tuple[float, float]:
    got, wanted = _runs(found), _runs(body)
    common = (got & wanted).total()
    return share(common, got.total()) if got else 0.0, share(common, wanted.total()) if wanted else 1.0


def _runs(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1)) if words)


def _f1(units: Numbers) -> float:
    precision, recall = units.mean(axis=0)
    return share(2 * precision * recall, precision + recall)
