import fcntl
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest

from index import Library, build, check, generation
from index.embedder import Embedder
from index.errors import BuildError, StoreDamaged, StoreError
from index.generation import Generation, Manifest, current, folder_of, make, prove, publish, remove_others
from index.record import PassageRow, Record
from index.vectors import Collection
from index.words import Words

pytestmark = pytest.mark.usefixtures("verified_here")

SUBJECTS = ["ferry", "bridge", "wreck", "strike", "mussels", "lantern", "tram", "pilot", "museum", "hospital"]
VERBS = ["was late on Monday", "cost the city a fortune", "is shown to visitors", "made people talk"]


def write_articles(folder: Path, count: int = 40) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        subject, verb = SUBJECTS[number % 10], VERBS[number // 10 % 4]
        text = f"The {subject} {verb}. Witness number {number} told it at the town hall."
        (folder / f"{number:02}.md").write_text(
            f"---\ntitle: The {subject}, part {number}\npublisher: Paper {number % 3}\ndate: 2025-07-{number % 28 + 1:02}\n---\n{text}\n"
        )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles/ and the store made of it, to be copied."""
    folder = tmp_path_factory.mktemp("built")
    write_articles(folder / "articles")
    build([folder / "articles"], folder / "store")
    return folder


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    """A copy of the store; its root is the folder that all copies share, which no test here changes."""
    return shutil.copytree(built / "store", tmp_path / "store")


@pytest.fixture
def record(store: Path) -> Iterator[Record]:
    opened = Record(store / "record.sqlite")
    yield opened
    opened.close()


def generation_folder(store: Path) -> Path:
    return folder_of(store, current(store))


def passage_ids(store: Path) -> set[str]:
    """The ids in Chroma, which must be those everywhere else."""
    opened = Generation(store, current(store))
    ids = set(opened.collection.everything())
    assert ids == set(opened.ids) == opened.words.ids()
    opened.close()
    return ids


def alien(row_of: str = "alien:0:0") -> PassageRow:
    return PassageRow(row_of, "alien", "Alien", None, None, 0, 5, "Alien", "key")


def cut_file(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def flip_byte(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def zero_rows(path: Path) -> None:
    """Every table but the one that lists them."""
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(bytes(path.stat().st_size - 4096))


def seal(folder: Path, manifest: Manifest) -> None:
    """Let the manifest say that the files must be what they are."""
    files, rows = generation._sealed(folder)
    replace(manifest, files=files, rows=rows).write(folder)


def in_chroma(change: Callable[[Collection, Generation], object]) -> Callable[[Path], None]:
    """What a faulty build would leave: changed, and its manifest speaks of the files as they are then."""

    def damage(folder: Path) -> None:
        opened = Generation(folder.parent.parent, int(folder.name))
        change(opened.collection, opened)
        opened.close()
        seal(folder, opened.manifest)

    return damage


def lose_vectors(folder: Path) -> None:
    """Rows without their vectors."""
    for saved in folder.glob("chroma/*/index_metadata.pickle"):
        shutil.rmtree(saved.parent)
    with sqlite3.connect(folder / "chroma" / "chroma.sqlite3") as rows:
        rows.execute("DELETE FROM embeddings_queue")
    rows.close()
    seal(folder, Manifest.read(folder))


def change_chroma(folder: Path) -> None:
    """A row that no search shows."""
    with sqlite3.connect(folder / "chroma" / "chroma.sqlite3") as rows:
        rows.execute("UPDATE max_seq_id SET seq_id = seq_id + 1")
    rows.close()


def change_manifest(folder: Path) -> None:
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text(text.replace('"dead": 0', '"dead": 4'))


def group_strangers(folder: Path) -> None:
    """What a faulty build would leave: sealed, but of no article that there is."""
    (folder / "copies.txt").write_text("alien stranger\n")
    seal(folder, Manifest.read(folder))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a missing file": (lambda folder: (folder / "vectors.npy").unlink(), "opens"),
    "no ids": (lambda folder: (folder / "ids.txt").unlink(), "opens"),
    "a cut file": (lambda folder: cut_file(folder / "vectors.npy"), "opens"),
    "no manifest": (lambda folder: (folder / "manifest.json").unlink(), "opens"),
    "a manifest of rubbish": (lambda folder: (folder / "manifest.json").write_text("rubbish"), "opens"),
    "a manifest of another kind": (lambda folder: (folder / "manifest.json").write_text("[1]"), "opens"),
    "a manifest without its files": (lambda folder: (folder / "manifest.json").write_text('{"files": {}}'), "opens"),
    "no Chroma": (lambda folder: shutil.rmtree(folder / "chroma"), "opens"),
    "Chroma of rubbish": (lambda folder: (folder / "chroma" / "chroma.sqlite3").write_bytes(b"rubbish" * 999), "opens"),
    "no words": (lambda folder: shutil.rmtree(folder / "words"), "opens"),
    "no folder at all": (shutil.rmtree, "opens"),
    "a flipped byte among the vectors": (lambda folder: flip_byte(folder / "vectors.npy"), "files"),
    "a flipped byte among the words": (lambda folder: flip_byte(next((folder / "words").glob("*.store"))), "opens"),
    "a flipped byte among the ids": (lambda folder: flip_byte(folder / "ids.txt"), "opens"),
    "Chroma of zeros after its head": (lambda folder: zero_rows(folder / "chroma" / "chroma.sqlite3"), "opens"),
    "a passage gone from Chroma": (in_chroma(lambda chroma, it: chroma.remove(it.ids[:1])), "ids in Chroma"),
    "a passage too many in Chroma": (in_chroma(lambda chroma, it: chroma.add([alien()], it.array[:1])), "ids in Chroma"),
    "metadata changed in Chroma": (
        in_chroma(lambda chroma, it: chroma.add([replace(alien(it.ids[0]), start=1)], it.array[:1])), "rows in Chroma",
    ),
    "vectors changed in Chroma": (
        in_chroma(
            lambda chroma, it: chroma._collection.update(
                ids=it.ids[:5], embeddings=np.roll(it.array[:5], 1, axis=1)  # type: ignore[arg-type]
            )
        ),
        "vectors in Chroma",
    ),
    "vectors lost in Chroma": (lose_vectors, "vectors in Chroma"),
    "a row of Chroma's own changed": (change_chroma, "files"),
    "a number in the manifest changed": (change_manifest, "opens"),
    "no near-copies": (lambda folder: (folder / "copies.txt").unlink(), "opens"),
    "near-copies of no article": (group_strangers, "near-copies"),
    "words emptied": (lambda folder: Words(folder / "words").change(passage_ids(folder.parent.parent), ()), "opens"),
}  # fmt: skip


def test_a_good_generation_passes_every_check(store: Path) -> None:
    checks = check(store)
    assert [one.name for one in checks if not one.ok] == []
    assert {"record's rows", "files", "record", "vectors", "finds itself", "recall@10"} <= {one.name for one in checks}
    assert {"ids in Chroma", "ids in tantivy", "ids of vectors", "rows in Chroma"} <= {one.name for one in checks}


@pytest.mark.parametrize(("damage", "name"), DAMAGES.values(), ids=DAMAGES)
def test_damage_is_named_and_healed(store: Path, damage: Callable[[Path], object], name: str) -> None:
    before = passage_ids(store)
    damage(generation_folder(store))
    failed = [one.name for one in check(store) if not one.ok]
    assert name in failed
    checks = check(store, repair=True)
    assert [one for one in checks if not one.ok] == []
    assert passage_ids(store) == before
    with Library.open(store) as library:
        assert len(library.search("mussels", 40)) > 0


@pytest.mark.parametrize("damage", ["no ids", "a manifest of rubbish", "no Chroma", "no folder at all"])
def test_a_damaged_generation_is_not_searched(store: Path, damage: str) -> None:
    DAMAGES[damage][0](generation_folder(store))
    with pytest.raises(StoreDamaged, match="Generation 0*1 is .*; run: clippings check --repair"):
        Library.open(store)


@pytest.mark.parametrize(
    "damage",
    [
        "a missing file",
        "no Chroma",
        "Chroma of rubbish",
        "Chroma of zeros after its head",
        "a row of Chroma's own changed",
    ],
)
def test_an_index_run_replaces_a_damaged_generation(store: Path, built: Path, damage: str) -> None:
    before = passage_ids(store)
    DAMAGES[damage][0](generation_folder(store))
    assert build([built / "articles"], store).generation == 2
    assert passage_ids(store) == before


def test_an_index_run_opens_rows_that_no_hash_was_written_of(store: Path, built: Path) -> None:
    folder, rows = generation_folder(store), "chroma/chroma.sqlite3"
    replace(Manifest.read(folder), rows="").write(folder)
    assert build([built / "articles"], store).generation == 1
    (folder / rows).write_bytes(b"rubbish" * 1000)
    assert build([built / "articles"], store).generation == 2


@pytest.mark.parametrize("rubbish", ["", "rubbish", "1.5", "\xff"])
def test_a_pointer_that_points_nowhere_is_damage_and_heals(store: Path, rubbish: str) -> None:
    before = passage_ids(store)
    (store / "CURRENT").write_text(rubbish, encoding="latin-1")
    with pytest.raises(StoreDamaged, match="CURRENT does not name a generation; run: clippings check --repair"):
        current(store)
    with pytest.raises(StoreDamaged, match="does not name a generation"):
        Library.open(store)
    assert [(one.name, one.ok) for one in check(store)] == [("opens", False)]
    assert all(one.ok for one in check(store, repair=True))
    assert passage_ids(store) == before


def test_a_pointer_of_another_record_is_damage_and_heals(store: Path) -> None:
    before = passage_ids(store)
    (store / "CURRENT").write_text("1 another\n")
    assert [(one.name, one.detail) for one in check(store) if not one.ok] == [("CURRENT", "it names another record")]
    assert all(one.ok for one in check(store, repair=True))
    assert passage_ids(store) == before


def test_copy_and_change_makes_what_a_whole_build_makes(
    built: Path, tmp_path: Path, model: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles = shutil.copytree(built / "articles", tmp_path / "articles")
    build([articles], tmp_path / "changed")
    (articles / "03.md").unlink()
    (articles / "05.md").write_text("---\ntitle: Whales\n---\nThree whales swam up the river.")
    write_articles(tmp_path / "more", 41)
    (tmp_path / "more" / "40.md").rename(articles / "40.md")
    copied = []
    change = generation._copy_and_change
    monkeypatch.setattr(generation, "_copy_and_change", lambda *given: copied.append(1) or change(*given))
    assert build([articles], tmp_path / "changed").generation == 2
    assert copied == [1]
    build([articles], tmp_path / "whole")
    assert copied == [1]
    one, other = Generation(tmp_path / "changed", 2), Generation(tmp_path / "whole", 1)
    assert sorted(one.ids) == sorted(other.ids)
    assert one.collection.everything() == other.collection.everything()
    assert one.words.ids() == other.words.ids() == set(one.ids)
    for id in one.ids:
        np.testing.assert_allclose(one.array[one.rows[id]], other.array[other.rows[id]], atol=1e-5)
    for vector in model.embed(["whales in the river", "who was late?", "The strike made people talk"]):
        expected = sorted(other.nearest(vector[None], 41)[0], key=lambda hit: (-round(hit[1], 5), hit[0]))
        found = sorted(one.nearest(vector[None], 41)[0], key=lambda hit: (-round(hit[1], 5), hit[0]))
        assert [id for id, _ in found] == [id for id, _ in expected]
    assert one.manifest.dead == 2
    assert other.manifest.dead == 0
    one.close()
    other.close()


def test_words_of_an_article_that_is_gone_are_in_no_dictionary(built: Path, tmp_path: Path) -> None:
    articles, store = shutil.copytree(built / "articles", tmp_path / "articles"), tmp_path / "store"
    (articles / "whales.md").write_text("---\ntitle: Of whales\n---\nThree whales swam up the river.")
    build([articles], store)

    def passages_with_whales() -> int:
        opened = Generation(store, current(store))
        held = sum(opened.words._searcher.doc_freq(field, "whale") for field in ("text", "alone"))
        opened.close()
        return held

    assert passages_with_whales() == 2
    (articles / "whales.md").unlink()
    build((), store)
    assert Manifest.read(generation_folder(store)).dead > 0  # made from a copy
    assert passages_with_whales() == 0


REPORT = (
    "Dredgers deepening the fairway have struck the wreck of a merchant ship, the Maritime Museum said on Thursday. "
    "The oak hull is the best preserved of its kind on this coast, said Alba Venning of the museum. "
    "Divers have so far brought up 31 barrels of tar, two bronze candlesticks and a child's leather shoe. "
    "The find has halted the dredging for at least six weeks, and the port authority counts its losses."
)


def groups(store: Path) -> set[tuple[str, ...]]:
    """The near-copies of each other, by the names of their files."""
    opened = Generation(store, current(store))
    names = {id: Path(one.paths[0]).stem for id, one in Record(store / "record.sqlite").live(opened.number).items()}
    found = {tuple(names[id] for id in opened.group(article)) for article in names} - {()}
    opened.close()
    return found


def test_near_copies_are_kept_and_change_as_a_whole_build_makes_them(built: Path, tmp_path: Path) -> None:
    articles, store = shutil.copytree(built / "articles", tmp_path / "articles"), tmp_path / "changed"
    for name in ("beacon", "capstan", "vigie"):
        (articles / f"{name}.md").write_text(f"---\ntitle: By {name}\npublisher: {name}\n---\n{REPORT}\n")
    build([articles], store)
    assert {frozenset(group) for group in groups(store)} == {frozenset({"beacon", "capstan", "vigie"})}
    (articles / "capstan.md").unlink()
    (articles / "vigie.md").write_text("---\ntitle: By vigie\n---\nThe museum has asked the state for a tank.\n")
    (articles / "post.md").write_text(f"---\ntitle: By post\n---\n{REPORT[:300]}\n")
    (articles / "other.md").write_text(f"---\ntitle: By other\n---\n{REPORT.replace('struck', 'hit')}\n")
    build((), store)
    assert Manifest.read(generation_folder(store)).dead > 0  # made from a copy
    assert {frozenset(group) for group in groups(store)} == {frozenset({"beacon", "post", "other"})}
    build([articles], tmp_path / "whole")
    assert groups(store) == groups(tmp_path / "whole")
    assert all(one.ok for one in check(store))


def test_a_generation_from_before_there_were_near_copies_is_searched_and_made_anew(store: Path) -> None:
    folder = generation_folder(store)
    fields = json.loads((folder / "manifest.json").read_text())
    del fields["copies"], fields["rows"], fields["digest"], fields["files"]["copies.txt"]
    (folder / "manifest.json").write_text(json.dumps(fields))
    (folder / "copies.txt").unlink()
    with Library.open(store) as library:
        assert library.search("mussels")
    assert build((), store).generation == 2
    assert Manifest.read(generation_folder(store)).copies > 0


def test_words_of_a_former_version_are_made_anew(store: Path) -> None:
    folder, ids = generation_folder(store), passage_ids(store)
    shutil.rmtree(folder / "words")
    Words(folder / "words", create=True).change((), [alien()])
    seal(folder, replace(Manifest.read(folder), words=0))
    assert build((), store).generation == 2
    assert Manifest.read(generation_folder(store)).dead == 0
    assert passage_ids(store) == ids


def test_much_change_is_made_whole(store: Path, record: Record) -> None:
    previous = Manifest.read(generation_folder(store))
    draft = replace(previous, generation=2, files={})
    assert generation._change(record, draft, previous) == ([], frozenset())
    assert generation._change(record, draft, replace(previous, dead=5)) is None
    record.prepare(2, list(record.live(1))[:6], ())
    assert generation._change(record, draft, previous) is None


@pytest.mark.parametrize("exact", [False, True], ids=["graph", "exact"])
@pytest.mark.parametrize("filtered", [False, True], ids=["all", "some"])
@pytest.mark.parametrize("few", [0, 10_000])
def test_the_nearest_are_those_of_comparing_all(
    store: Path, model: Embedder, exact: bool, filtered: bool, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "_FEW", few)  # with more, the graph is asked for more and filtered
    opened = Generation(store, 1)
    opened.manifest = replace(opened.manifest, exact=exact)
    articles = frozenset(id.partition(":")[0] for id in opened.ids[::3]) if filtered else None
    vectors = model.embed(["whales", "The ferry was late.", "What did the witness say?"])
    for vector, found in zip(vectors, opened.nearest(vectors, 8, articles), strict=True):
        scores = opened.array @ vector
        rows = [row for row in np.argsort(-scores) if not filtered or row % 3 == 0][:8]
        assert [id for id, _ in found] == [opened.ids[row] for row in rows]
        np.testing.assert_allclose([cosine for _, cosine in found], scores[rows], atol=1e-5)
    assert [len(found) for found in opened.nearest(vectors, 1000, articles)] == 3 * [14 if filtered else 40]
    assert opened.nearest(vectors, 8, frozenset()) == [[], [], []]
    assert opened.nearest(vectors, 8, frozenset({"of another generation"})) == [[], [], []]
    opened.close()


def test_of_many_passages_the_graph_is_read_while_the_model_is_loaded(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "_FEW", 39)
    asked: list[int] = []
    nearest = Collection.nearest

    def counted(self: Collection, vectors: np.ndarray, limit: int) -> list[list[tuple[str, float]]]:
        asked.append(limit)
        return nearest(self, vectors, limit)

    monkeypatch.setattr(Collection, "nearest", counted)
    with Library.open(store) as library:
        library.listing()
        assert library._now
        assert library._now.generation._collection is None
        library.search("whales")
        assert sorted(asked) == [1, 40]


def test_what_is_wrong_with_a_graph_that_is_read_ahead_is_said_to_whoever_asks_it(
    store: Path, model: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generation, "_FEW", 0)

    def broken(*_: object) -> Collection:
        raise RuntimeError("no such table: collections")

    monkeypatch.setattr(generation, "Collection", broken)
    opened = Generation(store, 1)
    opened.read_ahead()
    with pytest.raises(StoreDamaged, match="no such table"):
        opened.nearest(model.embed(["whales"]), 8)
    opened.close()


@pytest.mark.parametrize(("before", "expected"), [(100, [200, 400]), (200, [400]), (400, [])])
def test_a_graph_that_misses_too_much_is_searched_wider_or_exactly(
    store: Path, built: Path, before: int, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    wider: list[int] = []
    monkeypatch.setattr(Collection, "ef_search", before)
    monkeypatch.setattr(Collection, "search_wider", lambda _, ef_search: wider.append(ef_search))
    nearest = Collection.nearest
    monkeypatch.setattr(
        Collection,
        "nearest",
        lambda self, vectors, limit: nearest(self, -vectors, limit),  # the farthest
    )
    build([built / "articles"], store, rebuild=True)
    opened = Generation(store, 2)
    assert wider == expected
    assert opened.manifest.exact
    assert opened.nearest(opened.array[3:4], 1)[0][0][0] == opened.ids[3]
    opened.close()
    assert all(one.ok for one in check(store))


@pytest.mark.parametrize(
    ("told", "sound"), [({5: 1.0}, True), ({5: 0.98, 30: 0.992}, True), ({5: 0.98, 30: 0.985}, False)]
)
def test_of_recall_what_many_passages_tell_is_believed_not_what_few_do(
    store: Path, told: dict[int, float], sound: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def recall(_: Generation, sample: Sequence[int]) -> float:
        asked.append(len(sample))
        return told[len(sample)]

    monkeypatch.setattr(generation, "_RECALL_SAMPLES", (5, 30))
    monkeypatch.setattr(generation, "_recall", recall)
    opened = Generation(store, 1, whole=True)
    (found,) = [one for one in generation._search_sound(opened, None) if one.name == generation._RECALLS]
    assert found.ok == sound
    assert asked == list(told)
    opened.close()


def test_recall_is_that_of_comparing_all(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generation, "_COMPARED", 7)
    opened = Generation(store, 1, whole=True)
    nearest = Collection.nearest
    everything = range(len(opened.ids))
    assert generation._recall(opened, everything) == 1.0
    # One of each ten is another passage: the last.
    monkeypatch.setattr(
        Collection,
        "nearest",
        lambda self, vectors, limit: [
            one[:-1] + one_of_all[-1:]
            for one, one_of_all in zip(
                nearest(self, vectors, limit), nearest(self, vectors, len(opened.ids)), strict=True
            )
        ],
    )
    assert generation._recall(opened, everything) == pytest.approx(0.9)
    opened.close()


def test_a_passage_that_the_graph_does_not_reach_is_found_beside_it(
    store: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Generation(store, 1)
    alike = np.asarray(before.array @ before.array.T) - 2 * np.eye(len(before.ids))
    missed = next(id for id in before.ids if id.endswith(":0") and alike[before.rows[id]].max() < 0.9)
    before.close()
    nearest = Collection.nearest

    def without(self: Collection, vectors: np.ndarray, limit: int) -> list[list[tuple[str, float]]]:
        found = nearest(self, vectors, limit + 1)
        # The recall of so small a collection would suffer, too: only what looks for itself misses it.
        return [[pair for pair in near if limit > 1 or pair[0] != missed][:limit] for near in found]

    monkeypatch.setattr(Collection, "nearest", without)
    build([built / "articles"], store, rebuild=True)
    opened = Generation(store, 2)
    assert opened.manifest.unreached == (missed,)
    assert not opened.manifest.exact
    monkeypatch.setattr(generation, "_FEW", 0)
    assert opened.nearest(opened.array[[opened.rows[missed]]], 1)[0][0][0] == missed
    opened.close()
    assert all(one.ok for one in check(store))


def test_a_generation_that_can_not_be_made_whole_is_not_published(
    store: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = passage_ids(store)
    monkeypatch.setattr(Words, "change", lambda *_: None)
    with pytest.raises(BuildError, match=r"failed its checks \(.*ids in tantivy: 40 missing, 0 too many.*\)"):
        build([built / "articles"], store, rebuild=True)
    monkeypatch.undo()
    assert current(store) == 1
    assert passage_ids(store) == before


def test_a_copy_that_fails_its_checks_is_made_whole_and_nothing_of_it_stays(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    articles, store = shutil.copytree(built / "articles", tmp_path / "articles"), tmp_path / "store"
    build([articles], store)
    (articles / "03.md").unlink()
    monkeypatch.setattr(generation, "_change_words", lambda *_: None)
    build([articles], store)
    manifest = Manifest.read(generation_folder(store))
    assert (manifest.dead, manifest.unreached, manifest.exact) == (0, (), False)
    assert len(passage_ids(store)) == manifest.passages
    assert all(one.ok for one in check(store))


def test_of_a_copied_graph_what_came_finds_itself_and_what_lies_beside_it_and_some_of_the_rest(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def noted(*given: Any) -> generation.Proof:
        proof = prove(*given)
        told.extend(one.detail for one in proof.checks if one.name == "finds itself")
        return proof

    monkeypatch.setattr(generation, "prove", noted)
    monkeypatch.setattr(generation, "_NEXT", 3)
    monkeypatch.setattr(generation, "_KEPT", 5)
    articles = shutil.copytree(built / "articles", tmp_path / "articles")
    build([articles], tmp_path / "store")
    write_articles(tmp_path / "more", 42)
    for name in ("40.md", "41.md"):
        (tmp_path / "more" / name).rename(articles / name)
    build([articles], tmp_path / "store")
    assert told == ["40 of 40 articles", "9 of 9 passages, sampled from 42"]
    monkeypatch.setattr(generation, "prove", prove)
    assert next(one.detail for one in check(tmp_path / "store") if one.name == "finds itself") == "42 of 42 articles"


def test_a_fresh_process_finds_the_same(store: Path, record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    here = prove(store, record, 1)
    monkeypatch.undo()
    assert generation.prove_apart(store, 1) == here
    (generation_folder(store) / "ids.txt").unlink()
    (broken,) = generation.prove_apart(store, 1).checks
    assert (broken.name, broken.ok) == ("opens", False)
    assert "ids.txt is missing" in broken.detail


@pytest.mark.parametrize("ahead", [None, (1, "cut"), (0, "cut"), (1, "another"), (1, "")])
def test_of_what_was_just_made_a_fresh_process_writes_down_the_files(
    store: Path, monkeypatch: pytest.MonkeyPatch, ahead: tuple[int, str] | None
) -> None:
    """Whatever it has read ahead: what that holds, what the one before it held, passages of another cut, or nothing."""
    monkeypatch.undo()
    sealed = Manifest.read(generation_folder(store))
    (generation_folder(store) / "manifest.json").unlink()
    draft = replace(sealed, files={}, rows="")
    with generation.Prover(store) as prover:
        if ahead:
            number, cut = ahead
            prover.read_ahead(number, sealed.cut if cut == "cut" else cut)
        prover.begin(1, draft)
        proof = prover.proof()
    assert [one.name for one in proof.checks if not one.ok] == []
    assert (proof.files, proof.rows) == (sealed.files, sealed.rows)


def test_what_the_record_held_before_a_generation_was_made_is_what_it_is_proved_by(store: Path, record: Record) -> None:
    expected = generation._Expected.by(record, Manifest.read(generation_folder(store)).cut, 1)
    record._all("DELETE FROM passages WHERE number = 0")
    assert all(one.ok for one in prove(store, record, 1, expected=expected).checks)
    assert [one.name for one in prove(store, record, 1).checks if not one.ok][:2] == ["record", "ids in Chroma"]


def test_what_a_generation_holds_is_what_the_one_before_it_held_with_what_went_and_came(
    built: Path, tmp_path: Path
) -> None:
    articles, store = shutil.copytree(built / "articles", tmp_path / "articles"), tmp_path / "store"
    build([articles], store)
    cut = Manifest.read(generation_folder(store)).cut
    with closing(Record(store / "record.sqlite")) as record:
        before = generation._Expected.by(record, cut, 1)
    write_articles(articles, 42)
    (articles / "03.md").unlink()
    (articles / "07.md").write_text((articles / "07.md").read_text().replace("the town hall", "home"))
    with closing(Generation(store, 1)):  # what it held is not erased while it is read
        build([articles], store)
    with closing(Record(store / "record.sqlite")) as record:
        before.next(record)
        after = generation._Expected.by(record, cut, 2)
    assert before == after


def test_a_process_that_was_to_prove_ends_with_who_started_it(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with generation.Prover(store) as prover:
        prover.read_ahead(1)
        assert prover._process
        assert prover._process.communicate() == ("", "")  # as if that was killed: nothing more is written to it
        assert prover._process.returncode == 0


def test_a_table_that_chroma_lost_is_named(store: Path, record: Record) -> None:
    with closing(sqlite3.connect(folder_of(store, 1) / "chroma" / "chroma.sqlite3")) as db:
        db.execute("ALTER TABLE embedding_metadata RENAME TO lost")
    failed = {check.name for check in prove(store, record, 1).checks if not check.ok}
    assert failed == {"files", "rows in Chroma"}


class TestReaders:
    def test_a_passage_that_the_record_does_not_know_is_damage(self, store: Path) -> None:
        with Library.open(store) as library, sqlite3.connect(store / "record.sqlite") as record:
            record.execute("DELETE FROM passages")
            record.commit()
            with pytest.raises(StoreDamaged, match=r"passages are missing.*check --repair"):
                library.search("mussels")

    def test_a_reader_keeps_its_generation_until_it_moves_on(self, store: Path, record: Record) -> None:
        reader = Generation(store, 1)
        manifest, _ = make(store, record, replace(reader.manifest, generation=2, files={}), None, lambda *_: None)
        publish(store, record, 2)
        assert current(store) == 2
        assert not remove_others(store, 2)
        assert folder_of(store, 1).exists()
        assert reader.nearest(reader.array[5:6], 1)[0][0][0] == reader.ids[5]
        assert len(reader.words.best("witness", 99)) == manifest.passages
        reader.close()
        assert remove_others(store, 2)
        assert not folder_of(store, 1).exists()
        assert folder_of(store, 2).exists()

    def test_every_reader_counts(self, store: Path) -> None:
        readers = [Generation(store, 1) for _ in range(3)]
        for reader in readers:
            assert not remove_others(store, 2)
            reader.close()
        assert remove_others(store, 2)

    def test_a_library_moves_on_between_two_questions(self, store: Path, built: Path) -> None:
        with Library.open(store) as library:
            with library.view() as view:
                before = view.search("mussels").hits
                build([built / "articles"], store, rebuild=True)
                assert folder_of(store, 1).exists()
                assert view.search("mussels").hits == before
            assert library.status().generation == 2
            assert library.search("mussels") == list(before)
            build((), store)
            assert not folder_of(store, 1).exists()

    def test_text_that_is_gone_is_erased_once_the_last_reader_moves_on(self, built: Path, tmp_path: Path) -> None:
        articles, store = shutil.copytree(built / "articles", tmp_path / "articles"), tmp_path / "store"

        def told() -> bool:
            return any(b"Witness number 7 " in path.read_bytes() for path in store.rglob("*") if path.is_file())

        build([articles], store)
        with Library.open(store) as library:
            assert library.search("mussels")
            (articles / "07.md").unlink()
            build((), store)
            assert told()
            assert library.search("mussels")
            assert not told()

    def test_a_generation_that_is_gone_can_not_be_opened(self, store: Path) -> None:
        with pytest.raises(FileNotFoundError):
            Generation(store, 7)

    def test_a_generation_that_is_still_verified_after_a_kill_is_waited_for(
        self, store: Path, built: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copytree(folder_of(store, 1), folder_of(store, 2))
        verifier = Generation(store, 2)
        flock = fcntl.flock

        def wait(file: BinaryIO, how: int) -> None:
            if how == fcntl.LOCK_EX:  # from here on the builder waits, so the verifier may come to its end
                verifier.close()
            flock(file, how)

        monkeypatch.setattr(fcntl, "flock", wait)
        assert build([built / "articles"], store, rebuild=True).generation == 2
        assert all(one.ok for one in check(store))

    def test_a_generation_left_by_a_killed_build_is_made_anew(self, store: Path, built: Path) -> None:
        shutil.copytree(folder_of(store, 1), folder_of(store, 2))
        (folder_of(store, 2) / "chroma" / "chroma.sqlite3").write_bytes(b"half")
        assert build([built / "articles"], store, rebuild=True).generation == 2
        assert all(one.ok for one in check(store))


def test_a_manifest_comes_back(tmp_path: Path) -> None:
    manifest = Manifest(3, "model", "digest", "1:digest", 2, 5, 1, True, ("a:b:0",), {"vectors.npy": (7, "abc")})
    manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == manifest


def test_of_what_was_just_made_the_structure_of_chromas_file_is_proved(store: Path, record: Record) -> None:
    folder = generation_folder(store)
    draft = replace(Manifest.read(folder), files={}, rows="")
    assert all(one.ok for one in prove(store, record, 1, draft).checks)
    with (folder / "chroma" / "chroma.sqlite3").open("r+b") as file:
        file.seek(36)  # how many pages are free
        file.write((7).to_bytes(4, "big"))
    (failed,) = [one for one in prove(store, record, 1, draft).checks if not one.ok]
    assert (failed.name, "freelist" in failed.detail.lower()) == ("files", True)


def test_a_row_that_an_index_of_chromas_own_lacks_is_found(store: Path, record: Record) -> None:
    path, index = generation_folder(store) / "chroma" / "chroma.sqlite3", "embedding_metadata_int_value"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        listed = db.execute("SELECT * FROM sqlite_master WHERE name = ?", (index,)).fetchone()
        db.execute("PRAGMA writable_schema = ON")
        db.execute("DELETE FROM sqlite_master WHERE name = ?", (index,))
    with closing(sqlite3.connect(path, isolation_level=None)) as db:  # which does not know of the index
        db.execute("UPDATE embedding_metadata SET rowid = 99999 WHERE id = 1 AND key = 'start'")
        db.execute("PRAGMA writable_schema = ON")
        db.execute("INSERT INTO sqlite_master VALUES (?, ?, ?, ?, ?)", listed)
    (failed,) = [one for one in prove(store, record, 1).checks if not one.ok]
    assert (failed.name, index in failed.detail) == ("files", True)


@pytest.mark.parametrize("field", ["generation", "cut", "exact", "files"])
def test_a_manifest_that_lacks_a_field_is_damaged(store: Path, field: str) -> None:
    path = generation_folder(store) / "manifest.json"
    fields = json.loads(path.read_text())
    del fields[field], fields["digest"]
    path.write_text(json.dumps(fields))
    with pytest.raises(StoreDamaged, match="its manifest can't be read"):
        Generation(store, 1)


def test_a_store_without_a_pointer_has_no_generation(tmp_path: Path) -> None:
    assert current(tmp_path) == 0


def test_a_full_disk_is_said_to_be_full_and_not_damaged(
    store: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> Collection:
        raise RuntimeError("Database error: (code: 13) database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(generation, "_write_array", full)
        with pytest.raises(BuildError, match="could not be written .*disk is full.*; the one before it goes on"):
            build([built / "articles"], store, rebuild=True)
        assert not folder_of(store, 2).exists()
    monkeypatch.setattr(generation, "Collection", full)
    with pytest.raises(StoreError, match="can't be opened: the disk is full") as told:
        Generation(store, 1, whole=True)
    assert not isinstance(told.value, StoreDamaged)
    assert current(store) == 1
    with Library.open(store) as library:  # few passages are compared without Chroma, which would write
        assert library.search("whales")
