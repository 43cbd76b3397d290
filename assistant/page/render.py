"""An answer as the chat shows it.

Each function gives one line of HTML: a Markdown reader leaves a block of HTML alone until its first empty line.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.answer import Also, Answer, Disagreement, Filters, Nearest, Quotation, Source, Statement, Voice
from assistant.page.text import counted, link_out, listed, literal, plain_date, reader_address
from assistant.references import web_address

if TYPE_CHECKING:
    from assistant.page.conversation import Turn

TIERS = {
    "answer": "From your articles",
    "closest": "Closest in the articles: nothing answers it surely; this comes near",
    "refusal": "The articles don’t answer this.",
}
EXCERPT = 320  # characters of a nearest passage: about four lines of the column


def question(text: str) -> str:
    """What was asked, as text."""
    return f'<div class="asked" dir="auto">{literal(text)}</div>'


def pending(model: str | None = None) -> str:
    """What stands where an answer will be, or where a model goes on with it."""
    told = f"{literal(model)} is writing…" if model else "Reading your articles…"
    return f'<div class="pending" role="status">{told}</div>'


def notice(text: str) -> str:
    """One line for the person at the page, or nothing."""
    return f'<div class="notice" role="alert">{literal(text)}</div>' if text else ""


def stopped() -> str:
    """What stands under an answer that was stopped."""
    return '<div class="stopped">Stopped.</div>'


def current(conversation: str) -> str:
    """What tells the page which conversation it shows: after a reload it asks for that one."""
    return f'<span class="current" id="conversation-{conversation or "none"}"></span>'


def ready() -> str:
    """What tells the page that it can be asked for a conversation."""
    return '<span class="ready"></span>'


def actions(conversation: str, turn: Turn) -> str:
    """The place of what can be done with an answer; page.js draws it, since Gradio lets no button through."""
    rating = turn.rating
    marks = [
        "actions",
        "finished" if turn.answer and not turn.stopped else "",
        "cites" if turn.answer and turn.answer.sources else "",
        f"rated-{rating.thumb}" if rating else "",
    ]
    reason = literal(rating.reason) if rating else ""
    return (
        f'<div class="{" ".join(mark for mark in marks if mark)}" '
        f'id="answer-{conversation}-{turn.number}-{turn.id}">{reason}</div>'
    )


def answer(found: Answer, chips_of: str = "", without: Sequence[str] = ()) -> str:
    """An answer, whole or so far: tier, notices, statements with their quotations, sources or nearest passages.

    Filters are told in a sentence; of the turn that is named here they are chips, which can be taken away.
    """
    begun = bool(found.statements) or found.refused
    parts = [
        f'<div class="answer tier-{found.tier}">',
        f'<p class="tier">{TIERS[found.tier]}</p>' if begun else "",
        f'<p class="confidence">{confidence(found)}</p>' if begun and (found.statements or found.nearest) else "",
        _written_by(found),
        _asked_as(found),
        _chips(found.filters, chips_of, without) if chips_of else _filters(found.filters),
        *(f'<p class="remark">{literal(text)}</p>' for text in found.notices),
        *(_statement(found, statement) for statement in found.statements),
        *(_disagreement(found, one) for one in found.disagreements),
        _left_out(found.left_out),
        _sources(found.sources) if found.statements else "",
        _nearest(found.nearest) if found.refused else "",
        "</div>",
    ]
    return "".join(parts)


def spoken(found: Answer) -> str:
    """An answer as the words a later question may refer to."""
    return " ".join(statement.text for statement in found.statements) or TIERS[found.tier]


def confidence(found: Answer) -> str:
    """How likely the articles answer the question, in plain words."""
    if found.confidence is None:
        return "No confidence is given: this embedding model has not been calibrated."
    hundredths = round(found.confidence * 100)
    chance = (
        "less than 1 in 100"
        if hundredths < 1
        else "more than 99 in 100"
        if hundredths > 99
        else f"about {hundredths} in 100"
    )
    if found.refused:
        return f"The chance that they do after all: {chance}."
    return f"The chance that this answers it: {chance}."


def _written_by(found: Answer) -> str:
    if not found.model or not any(statement.verdict == "supported" for statement in found.statements):
        return ""
    told = f"Written by {found.model}; each sentence was checked against the quotations under it."
    return f'<p class="remark">{literal(told)}</p>'


def _asked_as(found: Answer) -> str:
    if found.standalone == " ".join(found.question.split()):
        return ""
    return f'<p class="remark">Asked as: {literal(found.standalone)}</p>'


def chips(filters: Filters) -> dict[str, str]:
    """Each filter by the name that it is taken away by, in words."""
    named = {f"publisher-{place}": name for place, name in enumerate(filters.publishers)}
    if filters.since:
        named["since"] = f"from {plain_date(filters.since)}"
    if filters.until:
        named["until"] = f"until {plain_date(filters.until)}"
    return named


def _chips(filters: Filters, turn: str, without: Sequence[str]) -> str:
    why = ", as your question says" if filters.inferred else ""
    drawn = " ".join(
        f'<span class="chip" id="filter-{turn}-{name}"><bdi>{literal(told)}</bdi></span>'
        for name, told in chips(filters).items()
    )
    row = f'<p class="chips">Searched only{why}: {drawn}</p>' if drawn else ""
    if not without:
        return row
    words = literal(f"Searched without: {listed(without)}")
    return f'{row}<p class="remark"><span class="without" id="without-{turn}">{words}</span></p>'


def _filters(filters: Filters) -> str:
    bounds = [
        f"from {plain_date(filters.since)}" if filters.since else "",
        f"until {plain_date(filters.until)}" if filters.until else "",
        f"in {listed(filters.publishers)}" if filters.publishers else "",
    ]
    told = " ".join(bound for bound in bounds if bound)
    return f'<p class="remark">{literal(f"Searched only articles {told}.")}</p>' if told else ""


def _statement(found: Answer, statement: Statement) -> str:
    quotations = "".join(_quotation(found, quotation) for quotation in statement.quotations)
    if statement.verdict == "quoted" or [statement.text] == [quotation.text for quotation in statement.quotations]:
        return f'<div class="statement">{quotations}</div>'
    markers = " ".join(_marker(found, quotation) for quotation in statement.quotations)
    return (
        f'<div class="statement supported"><p class="written" dir="auto">{literal(statement.text)} {markers}</p>'
        f"{quotations}</div>"
    )


def _quotation(found: Answer, quotation: Quotation) -> str:
    page = f", page {quotation.page}" if quotation.page is not None else ""
    return (
        f'<blockquote class="quotation"><p dir="auto">{literal(quotation.text)} {_marker(found, quotation)}</p>'
        f'<footer class="voice">{voice(quotation.voice, found.source(quotation.source).publisher)}{page}</footer></blockquote>'
    )


def _disagreement(found: Answer, differs: Disagreement) -> str:
    sides = "".join(
        f'<li><p class="value" dir="auto">{literal(value)}</p>{_side(found, quotation)}</li>'
        for quotation, value in zip(differs.quotations, differs.values, strict=True)
    )
    about = f'<bdi class="about">{literal(differs.about)}</bdi>'
    return f'<div class="disagreement"><p class="heading">The articles differ: {about}</p><ul>{sides}</ul></div>'


def _side(found: Answer, quotation: Quotation) -> str:
    """A quotation below its paper and day, since two sides may be of one paper; who says it where somebody does."""
    source = found.source(quotation.source)
    said = f'<footer class="voice">{voice(quotation.voice, source.publisher)}</footer>' if quotation.voice else ""
    page = f" · page {quotation.page}" if quotation.page is not None else ""
    return (
        f'<span class="facts">{_facts(source.publisher, source.published)}{page}</span><blockquote class="quotation">'
        f'<p dir="auto">{literal(quotation.text)} {_marker(found, quotation)}</p>{said}</blockquote>'
    )


def _marker(found: Answer, quotation: Quotation) -> str:
    source = found.source(quotation.source)
    address = reader_address(source.article_id, source.version, quotation.start, quotation.end)
    return f'<a class="cite" href="{html.escape(address)}">&#91;{source.number}&#93;</a>'


def voice(said: Voice | None, publisher: str | None) -> str:
    """Who says it, and in which paper; where nobody was found to say it, the paper alone."""
    outlet = f"<bdi>{literal(publisher)}</bdi>" if publisher else "the article"
    if said is None:
        return f"in {outlet}"
    via = f", via <bdi>{literal(said.via.text)}</bdi>" if said.via else ""
    return f'<bdi class="speaker">{literal(said.speaker)}</bdi>{via}, according to {outlet}'


def _left_out(sentences: tuple[str, ...]) -> str:
    if not sentences:
        return ""
    told = counted(len(sentences), "sentence", "sentences")
    one = len(sentences) == 1
    why = (
        f"The model wrote {'it' if one else 'them'}, and no quotation from your articles carries {'it' if one else 'them'}; "
        f"so {'it is' if one else 'they are'} no part of the answer."
    )
    rows = "".join(f'<li dir="auto">{literal(sentence)}</li>' for sentence in sentences)
    return (
        f'<details class="left-out"><summary>{told} left out; <span class="show">show</span></summary>'
        f'<p class="why">{why}</p><ul>{rows}</ul></details>'
    )


def _sources(sources: tuple[Source, ...]) -> str:
    rows = "".join(_source(source) for source in sources)
    return f'<div class="sources"><p class="heading">Sources</p><ol>{rows}</ol></div>'


def _source(source: Source) -> str:
    address = html.escape(reader_address(source.article_id, source.version))
    url = web_address(source.url)
    return (
        f'<li value="{source.number}"><a class="open" href="{address}" dir="auto">{literal(source.title)}</a>'
        f'<span class="facts">{_facts(source.publisher, source.published)}'
        f"{' · ' + link_out(url, 'original') if url else ''}{_also(source.also)}</span></li>"
    )


def _facts(publisher: str | None, published: str | None) -> str:
    named = f"<bdi>{literal(publisher)}</bdi> · " if publisher else ""
    return f"{named}{literal(plain_date(published))}"


def _also(copies: tuple[Also, ...]) -> str:
    newer, others = [copy for copy in copies if copy.newer], [copy for copy in copies if not copy.newer]
    told = (("newer version: ", newer), ("also printed in ", others))
    return "".join(f'<span class="also">{what}{listed(map(_copy, some))}</span>' for what, some in told if some)


def _copy(copy: Also) -> str:
    address = html.escape(reader_address(copy.article_id, copy.version))
    named = literal(copy.publisher or "an unnamed outlet")
    return f'<a class="open" href="{address}"><bdi>{named}</bdi></a> {literal(f"({plain_date(copy.published)})")}'


def _nearest(passages: tuple[Nearest, ...]) -> str:
    if not passages:
        return ""
    rows = "".join(_passage(passage) for passage in passages)
    return f'<div class="nearest"><p class="heading">Nearest passages</p><ul>{rows}</ul></div>'


def _passage(passage: Nearest) -> str:
    address = html.escape(reader_address(passage.article_id, passage.version, passage.start, passage.end))
    excerpt = passage.text if len(passage.text) <= EXCERPT else passage.text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    return (
        f'<li><a class="open" href="{address}" dir="auto">{literal(passage.title)}</a>'
        f'<span class="facts">{_facts(passage.publisher, passage.published)}</span>'
        f'<p class="excerpt" dir="auto">{literal(excerpt)}</p></li>'
    )
