"""What the page itself says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from assistant.page.building import Ended, State
from assistant.page.text import counted, listed, plain_date

WELCOME = (
    '<div class="welcome"><p class="lead">Ask your articles.</p>'
    "<p>Every answer rests on their own words, and each quotation opens where it stands.</p></div>"
)

NO_ARTICLES = (
    '<div class="none-yet"><p class="lead">No articles yet.</p>'
    '<p>Add files or a folder in the <a href="#library">Library</a>, or in a terminal:</p>'
    "<pre><code>clippings index FOLDER</code></pre>"
    "<p>Then ask here; this page need not be opened again.</p></div>"
)

# What a build does, by the names that it gives its stages.
STAGES = {
    "": "Starting",
    "reading": "Reading files",
    "cutting": "Cutting articles into passages",
    "embedding": "Making passages searchable by meaning",
    "writing": "Writing the new index",
    "comparing": "Looking for near-copies",
    "verifying": "Proving the new index",
}

_HOW_TO_READ = (
    '<div class="how">'
    "<p><b>Quotations are verbatim.</b> Each is one or more whole sentences of an article, letter for letter. "
    "Its marker, such as [1], opens the article with those words highlighted.</p>"
    "<p><b>Under each quotation stands who says it,</b> where its own words name somebody, and the paper that prints "
    "it. Where only the paper stands, nobody was found to be named: open it, and see who speaks around it.</p>"
    "<p><b>A sentence that a language model wrote</b> stands over the quotations that carry it; what none of them carries is "
    "left out, and can be shown. Of the false sentences of a test, 94 in 100 were left out, and of the true ones 48: "
    "read the quotation before you rely on the sentence.</p>"
    "<p><b>An answer is one of three kinds.</b> <i>From your articles:</i> these sentences answer the question. "
    "<i>Closest in the articles:</i> nothing answers it surely, and this comes near; read it with care. "
    "<i>The articles don’t answer this:</i> below stand the passages that came nearest, for you to judge.</p>"
    "<p><b>The chance</b> says how often an answer found like this one does answer its question. It speaks of "
    "the finding alone: whether what an article says is true is for you to judge. Measured on {questions:,.0f} questions "
    "of public sets (SQuAD 2.0, XQuAD, CLAPnq, COVID-QA) that played no part in fitting it: of those that have nothing to do "
    "with the articles, {refused_elsewhere:.0%} are refused; of near misses, written to look answerable, "
    "{refused_near_misses:.0%} are refused and {closest_near_misses:.0%} called closest; of those that the articles "
    "answer, {refused_answerable:.0%} are refused by mistake.</p>"
    "</div>"
)


def how_to_read(measured: Mapping[str, float]) -> str:
    """What an answer's parts mean, with what was measured of its confidence."""
    return _HOW_TO_READ.format(**measured).replace("%", " %")


def collection(articles: int, publishers: int, first: date | None, last: date | None) -> str:
    """How many articles there are, of whom and of when; plain text."""
    if not articles:
        return "No articles yet"
    told = counted(articles, "article", "articles")
    if publishers:
        told += f" from {counted(publishers, 'publisher', 'publishers')}"
    days = [plain_date(day).replace(" ", "\u00a0") for day in (first, last) if day]
    return f"{told}, {' to '.join(dict.fromkeys(days))}" if days else told


def progress(state: State) -> str:
    """What the builder does now, and what waits for it."""
    if state.held:
        told = f"{state.held.removesuffix('.')}. Waiting for it."
    else:
        stage = STAGES.get(state.stage, state.stage.capitalize())
        much = f": {state.done:,} of {state.total:,}" if state.total > 1 else ""
        told = f"{state.job.told if state.job else ''}. {stage}{much}"
    waiting = len(state.waiting)
    return f"{told} ({waiting:,} more to do)" if waiting else told


def ended(last: Ended) -> str:
    """How the last job ended, with the figures of a build."""
    if last.how == "cancelled":
        return f"{last.job.told}: cancelled. What was done so far is kept for the next time."
    if last.how == "failed" or last.report is None:
        return last.message
    report = last.report
    counts = [
        f"{report[name]:,} {name}" for name in ("added", "changed", "removed", "kept", "duplicates") if name in report
    ]
    return f"{last.job.told}: {listed(counts)}, in {report.get('seconds', 0):,.1f} seconds."
