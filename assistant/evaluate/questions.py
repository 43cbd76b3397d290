"""Questions put to a store of a set's documents: how well the search ranks, the answers quote, and the refusals fall."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from assistant.answer import Answer
from assistant.chain import Assistant
from assistant.errors import BadLabels
from assistant.evaluate.labelled import Half, Labelled, Question, folded, sample
from assistant.evaluate.metrics import RANKING, Figure, Numbers, Score, auroc, column, ranking, score, share
from assistant.retriever import ranked_articles
from index import Library, build
from index.errors import ClippingsError
from index.search import View

Progress = Callable[[str, int, int], None]

_DEPTH = 100  # articles that each system ranks
_MOST_PASSAGES = 1_600  # that a leg of the search gives, to make up so many articles
_ELSEWHERE = 200  # questions of other sets that one set is asked, at most


@dataclass(frozen=True, slots=True)
class Prepared:
    """A set with a store of its documents."""

    labelled: Labelled
    store: Path
    article_of: Mapping[str, str]  # the store's article id, by the document's
    titles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rankings:
    """The RANKING figures of each question of a set, by system."""

    set: str
    tables: Mapping[str, Numbers]

    @property
    def baseline(self) -> str:
        """The plain system that ranks better, by nDCG."""
        return max(("dense", "words"), key=lambda system: float(self.tables[system][:, 0].mean()))

    @property
    def difference(self) -> Numbers:
        """By how much nDCG of each question is better than the better plain system's."""
        difference: Numbers = self.tables["clippings"][:, :1] - self.tables[self.baseline][:, :1]
        return difference


@dataclass(frozen=True, slots=True)
class Outcome:
    """What asking a set came to."""

    scores: list[Score]
    rankings: list[Rankings]  # one, or none where no question says which documents are right


def prepare(
    labelled: Labelled, store: Path, embedding_model: str, progress: Progress, note: Callable[[str], None]
) -> Prepared:
    """A store of a set's documents, built where there is none of them yet; raises BadLabels when a file is missing."""
    if labelled.store is not None:
        return _in_place(labelled, labelled.store, note)
    assert labelled.docs is not None
    store.parent.mkdir(parents=True, exist_ok=True)
    report = build([labelled.docs], store, embedding_model=embedding_model, progress=progress)
    with Library.open(store) as library, library.view() as view:
        articles = [view.article(listed.id) for listed in view.listing()]
    records = labelled.docs.is_file()  # whose ids were looked up when the labels were read
    article_of = {
        path.partition("#")[2] if records else path: article.id for article in articles for path in article.paths
    }
    unread = "; ".join(f"{path}: {reason}" for path, reason in report.unreadable[:3])
    for question in labelled.questions:
        for doc in question.gains:
            if doc not in article_of and not records:
                raise BadLabels(f"{question.where}: no document {doc} was read" + (f" ({unread})" if unread else ""))
    return Prepared(labelled, store, article_of, frozenset(article.title.casefold() for article in articles))


def _in_place(labelled: Labelled, store: Path, note: Callable[[str], None]) -> Prepared:
    """The store that the questions were asked of, without those whose articles it no longer holds."""
    with Library.open(store) as library, library.view() as view:
        titles = {listed.id: listed.title for listed in view.listing()}
    there = [question for question in labelled.questions if titles.keys() >= question.gains.keys()]
    gone = [question.where for question in labelled.questions if question not in there]
    if gone:
        note(f"Not scored, since the store no longer holds their articles: {'; '.join(gone)}.")
    folded_titles = frozenset(title.casefold() for title in titles.values())
    return Prepared(replace(labelled, questions=tuple(there)), store, {id: id for id in titles}, folded_titles)


def elsewhere(prepared: Prepared, all: Sequence[Prepared], part: Half | None) -> list[Question]:
    """Questions of sets that share no title with this one, so that this one can't answer them; always the same ones."""
    others = [other for other in all if other is not prepared and not other.titles & prepared.titles]
    pool = [question for other in others for question in sample(other.labelled.questions, part)]
    return sorted(pool, key=lambda question: hashlib.sha256(question.id.encode()).digest())[:_ELSEWHERE]


def ask(
    prepared: Prepared, elsewhere: Sequence[Question], part: Half | None, limit: int | None, progress: Progress
) -> Outcome:
    """Ask a set its own questions and those of others, each once; a question that fails ends the run."""
    own = [
        question
        for answerable in (True, False)
        for question in sample(
            (one for one in prepared.labelled.questions if one.answerable == answerable), part, limit
        )
    ]
    elsewhere = elsewhere[:limit]
    if not own:
        return Outcome([], [])
    answers: dict[str, Answer] = {}  # by where the question stands
    found: dict[str, list[list[str]]] = {"clippings": [], "dense": [], "words": []}
    ranked = [question for question in own if question.gains]
    with Library.open(prepared.store) as library:
        assistant = Assistant(library)
        for done, question in enumerate([*own, *elsewhere], 1):
            try:
                within = question.within if done <= len(own) else {}  # filters of this set mean nothing to another
                answers[question.where] = assistant.ask(question.text, **within)
                if question.gains:
                    with library.view() as view:
                        for system, articles in _ranked(view, question.text, len(set(prepared.article_of.values()))):
                            found[system].append(articles)
            except ClippingsError as error:
                raise ClippingsError(f"{question.where}: asking it failed: {error}") from error
            progress("asking", done, len(own) + len(elsewhere))
    name = prepared.labelled.name
    rankings = []
    if ranked:
        gains = [_by_article(question.gains, prepared.article_of) for question in ranked]
        rankings = [Rankings(name, {system: ranking(gains, ids) for system, ids in found.items()})]
    scores = [one for each in rankings for one in _retrieval(each)]
    scores += _answers(name, [(one, answers[one.where]) for one in own if one.answers])
    good = [answers[one.where] for one in own if one.answerable]
    near = [answers[one.where] for one in own if not one.answerable]
    scores += _refusal(name, "near misses", good, near)
    scores += _refusal(name, "elsewhere", good, [answers[one.where] for one in elsewhere])
    return Outcome(scores, rankings)


def together(all: Sequence[Rankings]) -> list[Score]:
    """Retrieval over the questions of all sets, each compared with the better plain system of its own set."""
    tables = {system: np.concatenate([one.tables[system] for one in all]) for system in all[0].tables}
    differences = np.concatenate([one.difference for one in all])
    return _table("all", tables, differences, "the better of each set")


# ---------------------------------------------------------------------------------------------- retrieval


def _ranked(view: View, text: str, articles: int) -> Iterable[tuple[str, list[str]]]:
    """The articles that each system finds, best first."""
    yield "clippings", ranked_articles(view, text, _DEPTH)[:_DEPTH]
    yield "dense", _deep_enough(lambda many: view.by_meaning(text, many), min(_DEPTH, articles))
    yield "words", _deep_enough(lambda many: view.by_words(text, many), min(_DEPTH, articles))


def _deep_enough(best: Callable[[int], list[tuple[str, float]]], articles: int) -> list[str]:
    """The articles of the best passages, so many passages that they make up so many articles."""
    many = 2 * _DEPTH
    while True:
        passages = best(many)
        found = list(dict.fromkeys(article for article, _ in passages))
        if len(found) >= articles or len(passages) < many or many >= _MOST_PASSAGES:
            return found[:articles]
        many *= 2


def _by_article(gains: Mapping[str, int], article_of: Mapping[str, str]) -> dict[str, int]:
    """The gains of articles: the highest, where one article stands for several equal documents."""
    found: dict[str, int] = {}
    for doc, gain in gains.items():
        article = article_of.get(doc, doc)  # without a text it is in no store: right, and never found
        found[article] = max(gain, found.get(article, 0))
    return found


def _retrieval(one: Rankings) -> list[Score]:
    return _table(one.set, one.tables, one.difference, one.baseline)


def _table(set: str, tables: Mapping[str, Numbers], differences: Numbers, against: str) -> list[Score]:
    figures: dict[str, Figure] = {name: column(place) for place, name in enumerate(RANKING)}
    compared = {**figures, "difference": column(len(RANKING))}
    both = np.hstack([tables["clippings"], differences])
    ours = score(set, "retrieval", "clippings", [both], compared, against=against)
    return [ours, *(score(set, "retrieval", system, [tables[system]], figures) for system in ("dense", "words"))]


# ---------------------------------------------------------------------------------------------- answers and refusals


def _answers(set: str, asked: Sequence[tuple[Question, Answer]]) -> list[Score]:
    """How often the gold answer stands in the first quotation, and in any; a refusal quotes nothing."""
    if not asked:
        return []
    units = []
    for question, answer in asked:
        quoted = [folded(one.text) for statement in answer.statements for one in statement.quotations]
        right = [any(gold in text for gold in question.answers) for text in quoted]
        words = sum(len(text.split()) for text in quoted)
        units.append([right[:1] == [True], any(right), len(quoted), words, bool(quoted), answer.refused])
    figures: dict[str, Figure] = {
        "first": column(0),
        "any": column(1),
        "quotations": lambda units: share(units[:, 2].sum(), units[:, 4].sum()),
        "words": lambda units: share(units[:, 3].sum(), units[:, 2].sum()),
        "refused": column(5),
    }
    return [score(set, "answers", "clippings", [np.array(units, float)], figures)]


def _refusal(set: str, kind: str, answerable: Sequence[Answer], unanswerable: Sequence[Answer]) -> list[Score]:
    """How well confidence tells answerable questions from others, and how many of each are refused and answered."""
    if not unanswerable:
        return []
    counts = {"answerable": len(answerable), "unanswerable": len(unanswerable)}
    if not answerable:  # ratings may be of refusals alone
        bad = np.array([_sureness(one) for one in unanswerable], float)
        alone: dict[str, Figure] = {"refused_unanswerable": column(1), "answered_unanswerable": column(2)}
        return [score(set, "refusal", "clippings", [bad], alone, kind=kind, counts=counts)]
    samples = [np.array([_sureness(one) for one in answers], float) for answers in (answerable, unanswerable)]
    figures: dict[str, Figure] = {
        "auroc": lambda good, bad: auroc(good[:, 0], bad[:, 0]),
        "refused_unanswerable": lambda _, bad: float(bad[:, 1].mean()),
        "refused_answerable": lambda good, _: float(good[:, 1].mean()),
        "answered_unanswerable": lambda _, bad: float(bad[:, 2].mean()),
        "answered_answerable": lambda good, _: float(good[:, 2].mean()),
    }
    if any(one.confidence is None for one in (*answerable, *unanswerable)):
        del figures["auroc"]
    return [score(set, "refusal", "clippings", samples, figures, kind=kind, counts=counts)]


def _sureness(answer: Answer) -> list[float]:
    return [answer.confidence or 0.0, float(answer.tier == "refusal"), float(answer.tier == "answer")]
