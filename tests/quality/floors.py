"""Measures what `clippings evaluate` measures, and compares it with the floors in floors.json, none of which may be missed.

    python tests/quality/floors.py CORPORA              the sets below CORPORA, on the half that methods are not chosen on
    python tests/quality/floors.py                      our own small set, as `make test` does
    ... --raise                                         floors that what is measured lies well above are raised to it
    ... --lower SET/TASK/FIGURE                         this one is set anew, though it be lower
    ... --renew SET                                     all of this set's: its data are others now

A floor lies half-way between a figure and the lower end of its 95 % interval; where less is better it is a ceiling, and
lies half-way to the upper end. Each set's floors hold for data of one digest, and are not compared with others'.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.evaluate import evaluate

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FILE = HERE / "floors.json"
SETS = ("squad2", "xquad", "multihop", "clapnq", "cranfield", "covid_qa", "polnear", "wice", "article_pages")
LIMIT = 25  # questions of a sort, documents, claims and pages a set: what keeps the whole to minutes

# What is watched of each task; "<": less is better.
WATCHED = {
    "retrieval": ("ndcg@10", "map", "recall@10", "mrr@10"),
    "answers": ("first", "any", "<words", "<refused"),
    "refusal": ("auroc", "refused_unanswerable", "<refused_answerable"),
    "voices": ("precision", "recall", "recall_speech"),
    "checking": ("auroc", "caught", "<false_alarms"),
    "pages": ("f1", "precision", "recall"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure, and the floor that it would be given."""

    value: float
    floor: float
    less: bool  # is better

    def misses(self, floor: float) -> bool:
        return self.value > floor if self.less else self.value < floor

    def beats(self, floor: float) -> bool:
        return self.floor < floor if self.less else self.floor > floor


@dataclass(frozen=True, slots=True)
class Floors:
    """The floors of one set, by TASK/FIGURE, and the digest of the data that they hold for."""

    digest: str
    floors: dict[str, float] = field(default_factory=dict)


def small(place: Path) -> Path:
    """Our own labelled set: questions and attributions over the sample articles, and claims; made in a folder."""
    folder = place / "small"
    folder.mkdir()
    (folder / "docs").symlink_to(ROOT / "articles")
    with (folder / "qa.jsonl").open("w", encoding="utf-8") as questions:
        for line in (ROOT / "tests/data/questions.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            labels = {"doc_id": row["articles"], "answers": row["answer"], "answerable": bool(row["articles"])}
            questions.write(json.dumps({"id": row["id"], "question": row["question"], **labels}) + "\n")
    for file in (HERE / "attributions.jsonl", HERE / "checking" / "claims.jsonl"):
        if file.exists():
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def digest(folder: Path) -> str:
    """The sha256 of a folder's files, their names and what they hold."""
    whole = hashlib.sha256()
    files = [path for top in sorted(folder.iterdir()) for path in ([top] if top.is_file() else sorted(top.rglob("*")))]
    for path in files:
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            whole.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return whole.hexdigest()


def figures(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Figure]]:
    """What is watched of rows as `evaluate --json` prints them: by set, then by TASK/FIGURE."""
    found: dict[str, dict[str, Figure]] = {}
    for row in rows:
        if row["system"] != "clippings" or row["set"] == "all":
            continue
        task = row["task"] + (f" {row['kind']}" if "kind" in row else "")
        for name in WATCHED[row["task"]]:
            less, name = name.startswith("<"), name.removeprefix("<")
            if name in row:
                value = row[name]
                low, high = row["interval"].get(name, (value, value))
                floor = round((value + (high if less else low)) / 2, 4)
                found.setdefault(Path(row["set"]).name, {})[f"{task}/{name}"] = Figure(value, floor, less)
    return found


def missed(set: str, measured: dict[str, Figure], digest: str, floors: Floors | None) -> Iterator[str]:
    """A sentence for each floor of a set that is not held, and for what keeps them from being compared."""
    if floors is None:
        yield f"{set}: has no floors yet; give it some with --raise"
    elif floors.digest != digest:
        yield f"{set}: the data are not those that its floors were set on, so nothing is compared; set them anew with --renew {set}"
    else:
        for name, floor in floors.floors.items():
            if (figure := measured.get(name)) is None:
                yield f"{set}/{name}: was not measured; its floor is {floor}"
            elif figure.misses(floor):
                yield f"{set}/{name}: {figure.value} is {'above its ceiling' if figure.less else 'below its floor'} {floor}"


def moved(
    set: str, measured: dict[str, Figure], digest: str, old: Floors | None, raise_all: bool, lower: Sequence[str]
) -> Floors:
    """The floors after this run: raised where asked, lowered only where named; on other data they stay as they are."""
    if old and old.digest != digest:
        return old
    floors = dict(old.floors) if old else {}
    for name, figure in measured.items():
        raised = raise_all and (name not in floors or figure.beats(floors[name]))
        if raised or f"{set}/{name}" in lower:
            floors[name] = figure.floor
    return Floors(digest, {name: floors[name] for name in sorted(floors)})


def known() -> dict[str, Floors]:
    """The floors as they are written."""
    if not FILE.exists():
        return {}
    return {name: Floors(**one) for name, one in json.loads(FILE.read_text(encoding="utf-8")).items()}


def write(floors: dict[str, Floors]) -> None:
    """Write the floors down."""
    rows = {name: {"digest": one.digest, "floors": one.floors} for name, one in sorted(floors.items())}
    FILE.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", type=Path, nargs="?", help="the folder with the sets; none: our own small set")
    parser.add_argument("--raise", action="store_true", dest="raise_all")
    parser.add_argument("--lower", action="append", default=[], metavar="SET/TASK/FIGURE")
    parser.add_argument("--renew", action="append", default=[], metavar="SET")
    parser.add_argument("--store", type=Path, help="keep the stores there, and use them the next time")
    parser.add_argument("--rows", type=Path, help="keep what was measured there, as `evaluate --json` prints it")
    given = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        if given.corpora:
            folders = [given.corpora / name for name in SETS if (given.corpora / name).is_dir()]
        else:
            folders = [small(Path(place))]
        scores = evaluate(
            folders,
            LIMIT if given.corpora else None,
            "report" if given.corpora else None,
            given.store,
            progress=_teller(),
        )
        digests = {folder.name: digest(folder) for folder in folders}
    rows = [score.to_dict() for score in scores]
    if given.rows:
        given.rows.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    floors = {name: one for name, one in known().items() if name not in given.renew}
    measured = figures(rows)
    if given.raise_all or given.lower or given.renew:
        for name, found in measured.items():
            raise_all = given.raise_all or name in given.renew
            floors[name] = moved(name, found, digests[name], floors.get(name), raise_all, given.lower)
        write(floors)
    wrong = [line for name in digests for line in missed(name, measured.get(name, {}), digests[name], floors.get(name))]
    count = sum(len(floors[name].floors) for name in digests if name in floors)
    sys.stderr.write(f"{count} floors, {len(wrong)} not held; {time.monotonic() - started:.0f} s\n")
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return 1 if wrong else 0


def _teller() -> Callable[[str, int, int], None]:
    """Writes a line when something begins."""
    told: set[str] = set()

    def tell(stage: str, _done: int, total: int) -> None:
        if stage not in told:
            told.add(stage)
            sys.stderr.write(f"{stage} ({total})\n")

    return tell


if __name__ == "__main__":
    sys.exit(main())
