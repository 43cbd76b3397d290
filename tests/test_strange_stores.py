"""A store whose Chroma says what to load, and a working folder that says how to run it: neither is listened to."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import Library, build
from index.generation import current, folder_of
from index.record import PassageRow
from index.vectors import Collection

ROOT = Path(__file__).parent.parent
ROWS = [PassageRow(f"a{n}:0:0", f"a{n}", "Title", "the beacon", 20250709, 0, 10, "Text", "key") for n in range(5)]

# Opens, reads, searches and changes a collection in a process that tells what it reached for meanwhile.
WATCHED = """
import json, sys
reached = []
def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.__new__", "socket.gethostname"):
        reached.append(event)
    elif event in ("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec"):
        reached.append(event)
    elif event == "import" and arguments[0].partition(".")[0] in {heavy!r}:
        reached.append(arguments[0])
sys.addaudithook(watch)
import numpy as np
from pathlib import Path
from index.record import PassageRow
from index.vectors import Collection
collection = Collection(Path(sys.argv[1]))
asked = np.eye(5, dtype=np.float32)
said = [collection.nearest(asked, 2), collection.everything(), collection.vectors(["a1:0:0"]).tolist()]
collection.add([PassageRow("b:0:0", "b", "Title", "the beacon", None, 0, 10, "Text", "key")], asked[:1])
collection.remove(["a2:0:0"])
collection.search_wider(400)
said.append(sorted(collection.everything()))
collection.close()
reached += [name for name in sys.modules if name.startswith("chromadb.server")]
print(json.dumps([reached, said]))
"""
HEAVY = {"planted", "sentence_transformers", "transformers", "torch", "onnxruntime", "huggingface_hub", "fastembed"}

# What a program does that leaves everything to Chroma.
UNWATCHED = """
import sys, chromadb
collection = chromadb.PersistentClient(path=sys.argv[1]).get_collection("passages", embedding_function=None)
collection.upsert(ids=["b"], embeddings=[[1.0, 0, 0, 0, 0]], metadatas=[{"publisher": "the beacon"}])
"""


@dataclass(frozen=True)
class Planted:
    """A model that is code: who loads it, or imports it, leaves a mark."""

    folder: Path
    mark: Path

    @classmethod
    def make(cls, place: Path) -> Planted:
        made = cls(place / "planted", place / "mark")
        made.folder.mkdir()
        (made.folder / "planted.py").write_text(f"open({str(made.mark)!r}, 'w').close()\n", encoding="utf-8")
        modules = [{"idx": 0, "name": "0", "path": "", "type": "planted.Planted"}]
        (made.folder / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
        for name in ("config.json", "config_sentence_transformers.json"):
            (made.folder / name).write_text("{}", encoding="utf-8")
        return made

    def function(self, name: str) -> dict[str, Any]:
        """An embedding function as Chroma stores it, which would load this."""
        config = {"model_name": str(self.folder), "device": "cpu", "kwargs": {"trust_remote_code": True}}
        return {"type": "known", "name": name, "config": {**config, "normalize_embeddings": False}}


@pytest.fixture
def planted(tmp_path: Path) -> Planted:
    return Planted.make(tmp_path)


@pytest.fixture
def chroma(tmp_path: Path) -> Path:
    made = Collection(tmp_path / "chroma", create=True)
    made.add(ROWS, np.eye(5, dtype=np.float32))
    made.close()
    return tmp_path / "chroma"


def name_function(chroma: Path, function: dict[str, Any], sparse: bool = False) -> None:
    """Write an embedding function wherever a collection's rows may name one."""
    with closing(sqlite3.connect(chroma / "chroma.sqlite3")) as rows, rows:
        ((written,),) = rows.execute("SELECT schema_str FROM collections").fetchall()
        schema = json.loads(written)
        if sparse:
            config = {"embedding_function": function, "source_key": "publisher", "bm25": False}
            schema["keys"]["words"] = {"sparse_vector": {"sparse_vector_index": {"enabled": True, "config": config}}}
        else:
            for named in (schema["defaults"], schema["keys"]["#embedding"]):
                named["float_list"]["vector_index"]["config"]["embedding_function"] = function
        rows.execute("UPDATE collections SET schema_str = ?", [json.dumps(schema)])
        if not sparse:
            config = {"hnsw": {"space": "cosine"}, "embedding_function": function}
            rows.execute("UPDATE collections SET config_json_str = ?", [json.dumps(config)])


def run(script: str, chroma: Path, folder: Path, planted: Planted) -> subprocess.CompletedProcess[str]:
    """A script over a collection, in a folder, with the planted model where an import would find it."""
    paths = os.pathsep.join([str(ROOT), str(planted.folder)])
    return subprocess.run(
        [sys.executable, "-P", "-W", "ignore::DeprecationWarning", "-c", script, str(chroma)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": paths, "HF_HOME": str(folder / "hub")},
        capture_output=True,
        text=True,
        check=False,
    )


def watched(chroma: Path, folder: Path, planted: Planted) -> tuple[list[str], Any]:
    """What using a collection reached for, and what it said."""
    done = run(WATCHED.format(heavy=HEAVY), chroma, folder, planted)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stderr == ""
    reached, said = json.loads(done.stdout)
    return reached, said


def default(_: Planted) -> dict[str, Any]:
    return {"type": "known", "name": "default", "config": {}}


def downloaded(planted: Planted) -> dict[str, Any]:
    function = planted.function("sentence_transformer")
    return {**function, "config": {**function["config"], "model_name": "planted/elsewhere"}}


@pytest.mark.parametrize(
    ("function", "sparse"),
    [
        pytest.param(default, False, id="default"),
        pytest.param(lambda planted: planted.function("sentence_transformer"), False, id="trusted"),
        pytest.param(downloaded, False, id="downloaded"),
        pytest.param(lambda planted: planted.function("planted"), False, id="foreign"),
        pytest.param(lambda planted: planted.function("huggingface_sparse"), True, id="sparse"),
    ],
)
def test_a_stored_embedding_function_is_never_made(
    function: Callable[[Planted], dict[str, Any]], sparse: bool, chroma: Path, tmp_path: Path, planted: Planted
) -> None:
    name_function(chroma, function(planted), sparse)
    reached, (nearest, everything, vectors, after) = watched(chroma, tmp_path, planted)
    assert reached == []
    assert not planted.mark.exists()
    assert [found[0][0] for found in nearest] == [row.id for row in ROWS]
    assert everything.keys() == {row.id for row in ROWS}
    assert vectors == [[0, 1, 0, 0, 0]]
    assert after == ["a0:0:0", "a1:0:0", "a3:0:0", "a4:0:0", "b:0:0"]


def test_chroma_alone_would_make_it(chroma: Path, tmp_path: Path, planted: Planted) -> None:
    name_function(chroma, planted.function("sentence_transformer"))
    run(UNWATCHED, chroma, tmp_path, planted)
    assert planted.mark.exists(), "Chroma no longer does so; see what advisories.toml need not accept any more"


def test_a_whole_store_that_names_one_is_searched_and_built_on(tmp_path: Path, planted: Planted) -> None:
    folder, store = tmp_path / "articles", tmp_path / "store"
    folder.mkdir()
    for animal in ("heron", "badger", "otter", "marten"):
        (folder / f"{animal}.md").write_text(f"A {animal} was seen at the lock of Arbeck.", encoding="utf-8")
    build([folder], store)
    name_function(folder_of(store, current(store)) / "chroma", planted.function("sentence_transformer"))
    with Library.open(store) as library:
        assert "otter" in library.search("Where was the otter seen?", limit=1)[0].text
    (folder / "stoat.md").write_text("A stoat was seen at the lock of Arbeck.", encoding="utf-8")
    assert build([folder], store).kept == 4
    with Library.open(store) as library:
        assert "stoat" in library.search("Where was the stoat seen?", limit=1)[0].text
    assert not planted.mark.exists()


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(
            b"CHROMA_API_IMPL=planted.Planted\nCHROMA_SEGMENT_MANAGER_IMPL=planted.Planted\nPERSIST_DIRECTORY=elsewhere\n"
            b"CHROMA_PRODUCT_TELEMETRY_IMPL=planted.Planted\nCHROMA_TELEMETRY_IMPL=planted.Planted\n"
            b"CHROMA_OTEL_COLLECTION_ENDPOINT=http://127.0.0.1:9\nCHROMA_OTEL_GRANULARITY=all\nALLOW_RESET=true\n"
            b"ANONYMIZED_TELEMETRY=true\nMIGRATIONS=none\nCHROMA_SERVER_HOST=elsewhere.example\n",
            id="hostile",
        ),
        pytest.param(b"CHROMA_SERVER_HTTP_PORT=eight\nIS_PERSISTENT=perhaps\n", id="of another program"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
    ],
)
def test_an_env_file_in_the_working_folder_changes_nothing(
    file: bytes, chroma: Path, tmp_path: Path, planted: Planted
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".env").write_bytes(file)
    reached, (nearest, *_) = watched(chroma, tmp_path / "work", planted)
    assert reached == []
    assert [found[0][0] for found in nearest] == [row.id for row in ROWS]
    assert not planted.mark.exists()
    assert [path.name for path in (tmp_path / "work").iterdir()] == [".env"]
