"""Real parts that are slow to make, made once: the embedding model, and a store of the sample articles."""

from __future__ import annotations

import functools
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from index import Library, build, embedder, generation
from index.embedder import Embedder
from index.record import Record

ARTICLES = Path(__file__).parent.parent / "articles"


def pytest_configure() -> None:
    """A shell that runs the tests in the background has SIGINT ignored, and what they start would inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _model_loaded_once() -> Iterator[None]:
    """The packaged model is hashed and loaded by the first test that needs it, and kept for the others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedder, "load", functools.cache(embedder.load))
        patch.setattr(embedder, "_packaged", functools.cache(embedder._packaged))
        yield


@pytest.fixture(scope="session")
def model() -> Embedder:
    """The packaged embedding model."""
    return embedder.load(embedder.find())


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny embedding model of 64 dimensions, with weights by chance and the packaged tokenizer."""
    return _tiny_model(tmp_path_factory.mktemp("models") / "tiny", 128)


@pytest.fixture
def make_model() -> Callable[[Path, int], Path]:
    """Makes such a model in a folder, one that reads so many word pieces at once."""
    return _tiny_model


def _tiny_model(folder: Path, pieces: int) -> Path:
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import AutoTokenizer, BertConfig, BertModel

    packaged = embedder.find().folder
    torch.manual_seed(7)
    config = BertConfig(
        hidden_size=64, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64, max_position_embeddings=pieces
    )
    BertModel(config).save_pretrained(folder / "made")
    AutoTokenizer.from_pretrained(packaged, model_max_length=pieces).save_pretrained(folder / "made")
    reads = models.Transformer(str(folder / "made"), max_seq_length=pieces)
    SentenceTransformer(modules=[reads, models.Pooling(64), models.Normalize()]).save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the sample articles, for tests that only read."""
    store = tmp_path_factory.mktemp("sample") / "store"
    build([ARTICLES], store)
    return store


@pytest.fixture(scope="session")
def library(sample_store: Path) -> Iterator[Library]:
    """The sample articles, open."""
    with Library.open(sample_store) as opened:
        yield opened


@pytest.fixture
def verified_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generations are verified in this process: the same checks, without the seconds that another one takes to start."""

    class Here(generation.Prover):
        def read_ahead(self, number: int, cut: str = "") -> None:
            pass

        def begin(self, number: int, draft: generation.Manifest | None = None, copied: bool = False) -> None:
            with closing(Record(self._store / "record.sqlite")) as record:
                self._proof = generation.prove(self._store, record, number, draft, copied)

        def proof(self) -> generation.Proof:
            return self._proof

    for module in (generation, sys.modules["index.build"]):
        monkeypatch.setattr(module, "Prover", Here)
