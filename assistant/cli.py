"""The command `clippings`. JSON alone goes to stdout; progress and messages to stderr."""

from __future__ import annotations

import gc
import io
import json
import os
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from pydantic import ValidationError

from assistant.errors import BadModel
from assistant.settings import Settings
from index.errors import BadDate, ClippingsError, EmptyQuestion

if TYPE_CHECKING:
    from assistant import Answer
    from assistant.evaluate import Score
    from index import Report

app = typer.Typer(
    name="clippings",
    help="Ask your articles; every answer rests on quotations you can open.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
users = typer.Typer(
    help="Who may sign in at the page: without any, it is open on this machine alone.", no_args_is_help=True
)
app.add_typer(users, name="user")
_Progress = Callable[[str, int, int], None]

Store = Annotated[
    Path | None, typer.Option("--store", metavar="DIR", help="The store (default: store, or CLIPPINGS_STORE).")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else, to standard output.")]
ProgressFlag = Annotated[
    Literal["bar", "json", "none"],
    typer.Option(
        "--progress", help="How progress is shown on standard error; `json`: a line {stage, done, total} a step."
    ),
]
Since = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles of this day or later (YYYY-MM-DD).")]
Until = Annotated[str | None, typer.Option(metavar="DATE", help="Only articles of this day or earlier (YYYY-MM-DD).")]
Publisher = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="Only articles of this publisher; may be repeated.")
]
Model = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="A chat model that writes the answers, such as ollama:llama3.2, openai:gpt-5-mini, or "
        "openai:NAME@http://127.0.0.1:8080/v1 for a server of your own (default: CLIPPINGS_MODEL, or none: quotations).",
    ),
]


@app.command("index")
def index_command(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Folders or files to add and bring up to date, or to put back; none: all that the store knows, or articles/ the very first time."
        ),
    ] = None,
    rebuild: Annotated[
        bool,
        typer.Option(
            "--rebuild", help="Read every file again and build whole; vectors of unchanged passages are kept."
        ),
    ] = False,
    store: Store = None,
    progress: ProgressFlag = "bar",
    known: Annotated[
        bool,
        typer.Option("--known", help="Add nothing: of PATHS, bring up to date what is a root and can be read now."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring the store up to date with its roots; folders and files that are named become roots.

    Read are web pages (.html, .htm, .xhtml), .pdf, .docx, .epub, e-mail (.eml), .md, .markdown, .txt, .text, and records in .json, .jsonl and .ndjson; each also gzipped (.gz). What can't be read is named with its reason.

    Dates, publishers and authors are taken where an article states them (front matter, metadata, JSON-LD, publication fields of PDF and Word files), never from a file's name or times, an address, or the text.
    """
    from index import build

    settings = Settings()
    place = store or settings.store
    named = list(paths or [])
    if not named and not (place / "record.sqlite").exists() and Path("articles").is_dir():
        named = [Path("articles")]
    with _shown(progress) as show, _holding():
        report = build(named, place, rebuild, settings.embedding_model, show, known)
    if as_json:
        _json(report.to_dict())
        return
    for path, reason in report.unreadable:
        _say(f"Not read: {path}: {reason}")
    _say(_summary(report))


@contextmanager
def _holding() -> Iterator[None]:
    """No look at what could be freed: a build holds what it reads to its end, and of many articles looks take a tenth of it."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _summary(report: Report) -> str:
    changes = f"{report.added} added, {report.changed} changed, {report.removed} removed, {report.kept} kept"
    again = f", {report.duplicates} more places hold one of them again" if report.duplicates else ""
    return f"{_count(report.articles, 'article')} in {_count(report.passages, 'passage')} ({changes}{again}); generation {report.generation}, {report.seconds:.1f} s."


@app.command()
def watch(store: Store = None, progress: ProgressFlag = "bar") -> None:
    """Keep the store up to date: index whenever something changes under its roots, until interrupted."""
    from index import build
    from index.watch import watch as watch_roots

    settings = Settings()
    place = store or settings.store

    def bring_up_to_date(roots: Sequence[Path]) -> None:
        with _shown(progress) as show, _holding():
            report = build(roots, place, False, settings.embedding_model, show, known=True)
        _say(_summary(report))

    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        watch_roots(place, bring_up_to_date, threading.Event(), _say)
    finally:
        signal.signal(signal.SIGTERM, before)


@app.command()
def forget(
    path: Annotated[
        str,
        typer.Argument(
            metavar="PATH", help="A root: a folder or file that was indexed; or a file under one; or an article's id."
        ),
    ],
    store: Store = None,
    progress: ProgressFlag = "bar",
) -> None:
    """Take a root and its articles out of the store, or leave out one article or file; your own files stay."""
    from index import forget as forget_here

    with _shown(progress) as show:
        forgotten = forget_here(path, store or Settings().store, show)
    for one in forgotten.left_out:
        _say(f"Left out: {one}; put it back with: clippings index {shlex.quote(str(one.file))}")
    for file in forgotten.deleted:
        _say(f"Deleted: {file}, the store's own copy.")
    removed = f"{_count(forgotten.report.removed, 'article')} removed, {forgotten.report.articles} left."
    partly = forgotten.left_out or forgotten.deleted
    _say(removed if partly else f"Forgot {path}: {removed}")


@app.command()
def status(store: Store = None, as_json: Json = False) -> None:
    """What the store holds."""
    from assistant.confidence import calibrated
    from index import Library

    with Library.open(store or Settings().store) as library:
        found = library.status()
    fields = found.to_dict()
    size = fields.pop("bytes")
    fields |= {"calibrated": calibrated(found.model_digest), "bytes": size}
    if as_json:
        _json(fields)
        return
    rows = [
        ("articles", f"{found.articles} in {_count(found.passages, 'passage')}, {found.undated} without a date"),
        ("dates", f"{found.first} to {found.last}" if found.first else "none"),
        ("publishers", ", ".join(f"{name} ({count})" for name, count in list(found.publishers.items())[:20]) or "none"),
        ("roots", "\n".join(found.roots)),
        ("generation", str(found.generation)),
        (
            "embedding model",
            found.embedding_model + ("" if fields["calibrated"] else " (confidence was not measured for it)"),
        ),
        ("on disk", f"{found.bytes / 1e6:.1f} MB"),
    ]
    _table(("", ""), rows, titled=False)


@app.command()
def check(
    repair: Annotated[
        bool,
        typer.Option("--repair", help="Mend what is damaged: the index from the record, the record from the roots."),
    ] = False,
    store: Store = None,
    progress: ProgressFlag = "bar",
    as_json: Json = False,
) -> None:
    """Prove that the store holds what it says: hashes, ids, rows, and that every article finds itself."""
    from index import check as check_store

    with _shown(progress) as show:
        checks = check_store(store or Settings().store, repair, show)
    sound = all(one.ok for one in checks)
    if as_json:
        _json({"sound": sound, "checks": [{"name": one.name, "ok": one.ok, "detail": one.detail} for one in checks]})
    else:
        _table(("check", "", "detail"), [(one.name, "ok" if one.ok else "FAILED", one.detail) for one in checks])
    if not sound:
        raise ClippingsError("The store is damaged; mend it with: clippings check --repair")


@app.command()
def show(
    id: Annotated[str, typer.Argument(help="An article's id, as search and ask print it.")],
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Show an article: all fields and its text."""
    from index import Library

    with Library.open(store or Settings().store) as library:
        article = library.article(id)
    if as_json:
        _json(article.to_dict())
        return
    facts = [
        article.publisher,
        ", ".join(article.authors),
        article.published and article.published.isoformat(),
        article.url,
    ]
    head = [article.title, " · ".join(fact for fact in facts if fact), "; ".join(article.paths), *article.marks]
    lines = [*head, "", article.text]
    sys.stdout.write("\n".join(lines) + "\n")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, help="How many passages at most.")] = 10,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Find passages by meaning and by words."""
    from index import Library

    with Library.open(store or Settings().store) as library:
        hits = library.search(text, limit, since, until, publisher or ())
    if as_json:
        _json([hit.to_dict() for hit in hits])
        return
    if not hits:
        _say("Nothing was found.")
    for number, hit in enumerate(hits, 1):
        article = hit.article
        facts = " · ".join(
            fact for fact in (article.publisher, article.published and article.published.isoformat()) if fact
        )
        sys.stdout.write(
            f"{number}. {article.title} ({facts or 'no publisher, no date'}) {article.id}\n   {' '.join(hit.text.split())}\n\n"
        )


@app.command()
def ask(
    context: typer.Context,
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            metavar="QUESTIONS.jsonl",
            help='Ask a question a line: {"id", "question", "history"?, "since"?, "until"?, "publishers"?, "infer"?}; needs --json.',
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
    publisher: Publisher = None,
    model: Model = None,
    infer: Annotated[
        bool,
        typer.Option(
            "--infer/--no-infer",
            help="Take dates of publication and publishers that the question names as filters, where none are given.",
        ),
    ] = True,
    store: Store = None,
    form: Annotated[
        Literal["text", "markdown", "bibtex", "ris", "csl"],
        typer.Option(
            "--format", help="Print the answer as text or Markdown, or its sources as BibTeX, RIS or CSL-JSON."
        ),
    ] = "text",
    as_json: Json = False,
) -> None:
    """Ask a question; the answer is made of verbatim quotations, or written by a chat model and carried by them."""
    if (question is None) == (file is None):
        context.fail("Ask one QUESTION, or name a --file of them.")
    if file is not None and not as_json:
        context.fail("--file prints an answer a line: give --json, too.")
    if as_json and form != "text":
        context.fail("Give --json or --format, not both.")
    from assistant import Assistant, references
    from index import Library

    filters: dict[str, Any] = {"since": since, "until": until, "publishers": tuple(publisher or ()), "infer": infer}
    settings = Settings()
    # Of several models that are configured for the page, the first one writes here.
    name = settings.model.partition(",")[0].strip() if model is None else model
    with Library.open(store or settings.store) as library:
        assistant = Assistant(library, name or None)
        if file is not None:
            _ask_file(assistant.ask, file, filters)
            return
        answer = assistant.ask(str(question), **filters)
    if as_json:
        _json(answer.to_dict())
    else:
        forms: dict[str, Callable[[Answer], str]] = {
            "text": partial(_readable, given=filters),
            "markdown": references.markdown,
            "bibtex": references.bibtex,
            "ris": references.ris,
            "csl": references.csl,
        }
        sys.stdout.write(forms[form](answer))


Name = Annotated[str, typer.Argument(metavar="NAME", help="A name of small letters, digits, - and _.")]


@users.command("add")
def add_user(name: Name, store: Store = None) -> None:
    """Let somebody sign in, or give a user a new password, which is asked for (or read, as a line, where no terminal is).

    The first user owns the library: its owner alone adds folders, brings them up to date, and removes articles of others. All others ask, see what the library holds, and add files; conversations and added files are each user's own.
    """
    from assistant.accounts import Accounts

    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    accounts = Accounts(store or Settings().store)
    new = name not in accounts.users()
    user = accounts.add(name, password)
    role = " and owns the library" if user.owner else ""
    _say(f"{name} may sign in{role}." if new else f"{name} has a new password, and has to sign in anew.")


@users.command("remove")
def remove_user(name: Name, store: Store = None) -> None:
    """Take a user away, with the conversations; what the user added stays in the library."""
    from assistant.accounts import Accounts

    Accounts(store or Settings().store).remove(name)
    _say(f"{name} may not sign in any more.")


@users.command("list")
def list_users(store: Store = None) -> None:
    """Print who may sign in."""
    from assistant.accounts import Accounts

    _table(
        ("name", ""),
        [(user.name, "owner" if user.owner else "") for user in Accounts(store or Settings().store).users().values()],
    )


@app.command("evaluate")
def evaluate_command(
    folders: Annotated[list[Path], typer.Argument(metavar="FOLDER...", help="Folders with labelled data.")],
    limit: Annotated[
        int | None,
        typer.Option(
            min=1, help="Score a sample: at most so many questions of a sort, documents, claims, pages a folder."
        ),
    ] = None,
    half: Annotated[
        Literal["choose", "report"] | None,
        typer.Option(help="Score one half: choose what is best on one, and report what it does on the other."),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", metavar="DIR", help="Keep the stores that are made, in DIR/evaluate, and use them the next time."
        ),
    ] = None,
    progress: ProgressFlag = "bar",
    as_json: Json = False,
) -> None:
    """Score the search, the answers and the refusals on labelled data, beside plain dense search and plain words.

    A FOLDER holds any of: qa.jsonl, or queries.jsonl with qrels.tsv, each beside docs.jsonl or a folder docs with articles; attributions.jsonl with docs; claims.jsonl; pages.jsonl. Each also gzipped (.gz). STORE/feedback, where the page keeps what people thought of answers, is scored on that store's own articles.
    """
    from assistant.evaluate import evaluate

    with _shown(progress) as show:
        keep = store / "evaluate" if store else None
        scores = evaluate(folders, limit, half, keep, Settings().embedding_model, show, _say)
    if as_json:
        _json([score.to_dict() for score in scores])
        return
    for task in dict.fromkeys(score.task for score in scores):
        _scores(task, [score for score in scores if score.task == task])


def _scores(task: str, scores: Sequence[Score]) -> None:
    """A table of one task: each figure above its 95 % interval; a column that tells nothing apart is left out."""
    figures = list(dict.fromkeys(name for score in scores for name in score.figures))
    kinds, systems = any(score.kind for score in scores), len({score.system for score in scores}) > 1

    def cell(score: Score, name: str) -> str:
        if name not in score.figures:
            return ""
        interval = [_figure(end, 2) for end in score.intervals.get(name, ())]
        return "\n".join([_figure(score.figures[name], 3), *(["–".join(interval)] if interval else [])])

    def line(set: str, kind: str, system: str, n: str, *figures: str) -> list[str]:
        return [set, *([kind] if kinds else []), *([system] if systems else []), n, *figures]

    head = line(task, "kind", "system", "n", *(name.replace("_", "\n") for name in figures))
    rows = [
        line(Path(one.set).name, one.kind or "", one.system, str(one.n), *(cell(one, name) for name in figures))
        for one in scores
    ]
    _table(head, rows, width=None if sys.stdout.isatty() else 120)
    sys.stdout.write("\n")


def _figure(value: float, digits: int) -> str:
    """.927 for a share, 18.6 for a count."""
    text = f"{value:.{digits}f}" if abs(value) < 10 else f"{value:.1f}"
    return text.replace("0.", ".", 1) if abs(value) < 1 and text[-digits - 2] == "0" else text


@app.command()
def chat(
    host: Annotated[
        str | None,
        typer.Option(
            help="Where to listen (default: 127.0.0.1, or CLIPPINGS_HOST). Beyond this machine only with users: clippings user add."
        ),
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port (default: 7860, or CLIPPINGS_PORT); 0: a free one.")
    ] = None,
    model: Model = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="A certificate (PEM), so that the page is reached by https (or CLIPPINGS_CERTIFICATE)."
        ),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The certificate's key (PEM; or CLIPPINGS_KEY).")
    ] = None,
    store: Store = None,
) -> None:
    """Open the chat page."""
    settings = Settings()
    page = Path(__file__).resolve().parent.parent / "app.py"
    flags = [
        "--store",
        store or settings.store,
        "--host",
        host or settings.host,
        "--port",
        settings.port if port is None else port,
        "--model",
        settings.model if model is None else model,
    ]
    for flag, file in (("--certificate", certificate or settings.certificate), ("--key", key or settings.key)):
        flags += [flag, file] if file else []
    os.execv(sys.executable, [sys.executable, str(page), *map(str, flags)])


def _ask_file(ask: Callable[..., Answer], file: Path, filters: dict[str, Any]) -> None:
    """One answer a line, in the order of the questions; a bad line gives its error and fails the whole at the end."""
    bad = 0
    try:
        lines = file.open("rb")
    except OSError as error:
        raise ClippingsError(f"{file} can't be read ({error.strerror}).") from error
    with lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            id: Any = None
            try:
                fields = _question_fields(line)
                id = fields.pop("id", None)
                out = {"id": id, **ask(**{**filters, **fields}).to_dict()}
            except ClippingsError as error:
                bad += 1
                id = id if id is not None else _id_of(line)
                out = {"id": id, "error": f"line {number}: {error}"}
            _json(out, indent=None)
    if bad:
        raise ClippingsError(f"{_count(bad, 'line')} of {file} could not be answered; each says why in its “error”.")


_QUESTION_FIELDS = ("id", "question", "history", "since", "until", "publishers", "infer")


def _question_fields(line: bytes) -> dict[str, Any]:
    from assistant.errors import BadInput

    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"not JSON ({error})") from error
    if not isinstance(fields, dict) or not isinstance(fields.get("question"), str):
        raise BadInput('expected {"id": …, "question": "…"}')
    if unknown := fields.keys() - set(_QUESTION_FIELDS):
        raise BadInput(f"unknown field {', '.join(sorted(unknown))}; known are {', '.join(_QUESTION_FIELDS)}")
    history = fields.get("history", [])
    if not isinstance(history, list) or not all(_is_turn(turn) for turn in history):
        raise BadInput('“history” is a list of ["question", "answer"] pairs')
    publishers = fields.get("publishers", [])
    if not isinstance(publishers, list) or not all(isinstance(name, str) for name in publishers):
        raise BadInput("“publishers” is a list of names")
    if not isinstance(fields.get("infer", True), bool):
        raise BadInput("“infer” is true or false")
    if any(not isinstance(fields.get(name, ""), str | None) for name in ("since", "until")):
        raise BadInput("“since” and “until” are dates, YYYY-MM-DD")
    return fields


def _is_turn(turn: Any) -> bool:
    return isinstance(turn, list) and len(turn) == 2 and all(isinstance(part, str) for part in turn)


def _id_of(line: bytes) -> Any:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields.get("id") if isinstance(fields, dict) else None


def _readable(answer: Answer, given: Mapping[str, Any]) -> str:
    """An answer for the terminal; `given` are the filters that it was asked with."""
    sure = "" if answer.confidence is None else f" (confidence {answer.confidence:.0%})"
    tiers = {
        "answer": "From your articles",
        "closest": "Closest in the articles; nothing answers it surely",
        "refusal": "The articles don't answer this",
    }
    lines = [tiers[answer.tier] + sure]
    if answer.standalone != answer.question:
        lines.append(f"Asked as: {answer.standalone}")
    lines += [*_inferred(answer, given), *answer.notices]
    for statement in answer.statements:
        if statement.verdict == "supported":
            markers = " ".join(f"[{number}]" for number in dict.fromkeys(one.source for one in statement.quotations))
            lines += ["", f"{statement.text} {markers}"]
        for quotation in statement.quotations:
            voice, outlet = quotation.voice, answer.source(quotation.source).publisher or "the article"
            via = f", via {voice.via.text}" if voice and voice.via else ""
            page = "" if quotation.page is None else f", page {quotation.page}"
            lines += [
                "",
                f"  “{' '.join(quotation.text.split())}” [{quotation.source}]",
                (f"    — {voice.speaker}{via}, according to {outlet}" if voice else f"    — in {outlet}") + page,
            ]
    for differs in answer.disagreements:
        lines += ["", f"  The articles differ: {differs.about}"]
        for quotation, value in zip(differs.quotations, differs.values, strict=True):
            source = answer.source(quotation.source)
            said = f"; {quotation.voice.speaker} says so" if quotation.voice else ""
            lines += [
                f"    {' '.join(value.split())} — {source.publisher or 'no publisher'}, {source.published or 'no date'}{said}",
                f"      “{' '.join(quotation.text.split())}” [{quotation.source}]",
            ]
    if answer.left_out:
        lines += ["", f"Left out, since no quotation carries it ({_count(len(answer.left_out), 'sentence')}):"]
        lines += [f"  - {sentence}" for sentence in answer.left_out]
    lines.append("")
    for source in answer.sources:
        also = "".join(
            f"; {'newer version' if other.newer else 'also printed'} in {other.publisher or 'another article'}"
            for other in source.also
        )
        lines.append(
            f"[{source.number}] {source.title}. {source.publisher or 'no publisher'}, {source.published or 'no date'}{also}. {source.article_id}"
        )
    if answer.refused and answer.nearest:
        lines.append("Nearest passages:")
        lines += [
            f"  {near.title} ({near.publisher or 'no publisher'}, {near.published or 'no date'}): {' '.join(near.text.split())[:200]} …"
            for near in answer.nearest[:3]
        ]
    return "\n".join(lines) + "\n"


def _inferred(answer: Answer, given: Mapping[str, Any]) -> Iterator[str]:
    """A line on the filters that were read off the question: those of a sort that was not given."""
    filters = answer.filters
    bounds = [] if given["since"] or given["until"] else [("from", filters.since), ("until", filters.until)]
    by = "" if given["publishers"] else " or ".join(filters.publishers)
    told = [f"{word} {value}" for word, value in [*bounds, ("by", by)] if value]
    if filters.inferred and told:
        yield f"Only articles {' '.join(told)}, as the question says (--no-infer: all)."


@contextmanager
def _shown(progress: str) -> Iterator[_Progress]:
    """How progress is shown while something long runs."""
    if progress == "json":
        yield lambda stage, done, total: _say(json.dumps({"stage": stage, "done": done, "total": total}))
        return
    if progress == "none" or not sys.stderr.isatty():
        yield lambda _stage, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        rows: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in rows:
                rows[stage] = bars.add_task(stage, total=total)
            bars.update(rows[stage], completed=done, total=total)

        yield show


def _table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], titled: bool = True, width: int | None = None
) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=None, show_header=titled, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    Console(markup=False, highlight=False, width=width).print(table)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _json(value: Any, indent: int | None = 1) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=indent) + "\n")
    sys.stdout.flush()


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def main() -> None:
    """Run the command; every failure is one line on standard error and its exit status."""
    # Nothing leaves this machine unless the user named an address or a model.
    for name, value in (("LANGSMITH_TRACING", "false"), ("LANGCHAIN_TRACING_V2", "false")):
        os.environ.setdefault(name, value)
    if not os.environ.get("CLIPPINGS_EMBEDDING_MODEL"):
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if sys.stdout is None:  # closed by whoever called
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # half a character, which JSON may hold, has no bytes
    try:
        app()  # shows misuse, and exits 2 for that and 130 when interrupted
    except KeyboardInterrupt:
        sys.exit(130)
    except ValidationError as error:
        first = error.errors()[0]
        _say(f"CLIPPINGS_{str(first['loc'][0]).upper()} is not usable: {first['msg']}.")
        sys.exit(2)
    except ClippingsError as error:
        _say(str(error))
        sys.exit(2 if isinstance(error, BadDate | BadModel | EmptyQuestion) else 1)
    except OSError as error:
        _say(f"{error.filename or 'A file'} can't be used ({error.strerror or error}).")
        sys.exit(1)


if __name__ == "__main__":
    main()
