"""The plain chain: retrieval over articles as LangChain's documentation has it, in a few lines. Our peer on speed.

    python tests/benchmarks/plain_chain.py build DOCS.jsonl FOLDER
    python tests/benchmarks/plain_chain.py ask FOLDER QUESTION
    python tests/benchmarks/plain_chain.py search FOLDER QUESTIONS.txt [YYYYMMDD]
    python tests/benchmarks/plain_chain.py fill STORE FOLDER

Each prints a line of JSON.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def _embeddings() -> Any:
    from langchain_huggingface import HuggingFaceEmbeddings

    from index import embedder

    return HuggingFaceEmbeddings(model_name=str(embedder.find().folder), encode_kwargs={"batch_size": 32})


def _opened(folder: str) -> Any:
    from langchain_chroma import Chroma

    return Chroma(persist_directory=folder, embedding_function=_embeddings(), collection_name="articles")


def build(docs: str, folder: str) -> dict[str, Any]:
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    begun = time.monotonic()
    read = []
    with Path(docs).open(encoding="utf-8") as lines:
        for line in lines:
            fields = json.loads(line)
            date = int((fields.get("date") or "0").replace("-", "")[:8] or 0)
            read.append(Document(fields["text"], metadata={"title": fields.get("title") or "", "date": date}))
    characters = sum(len(one.page_content) for one in read)
    chunks = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(read)
    store = Chroma(persist_directory=folder, embedding_function=_embeddings(), collection_name="articles")
    for first in range(0, len(chunks), 5_000):  # Chroma takes 5,461 at a time
        store.add_documents(chunks[first : first + 5_000])
    return {"seconds": time.monotonic() - begun, "characters": characters, "passages": len(chunks)}


def fill(ours: str, folder: str) -> dict[str, Any]:
    """A store as it would have made it, out of passages and vectors that ours holds."""
    from index.generation import Generation, current
    from index.record import Record

    number = current(Path(ours))
    made, record = Generation(Path(ours), number), Record(Path(ours) / "record.sqlite")
    rows = list(record.passage_rows(made.manifest.cut, number))
    collection = _opened(folder)._collection
    for first in range(0, len(rows), 5_000):
        some = rows[first : first + 5_000]
        collection.upsert(
            ids=[row.id for row in some],
            embeddings=made.array[[made.rows[row.id] for row in some]],
            documents=[row.text for row in some],
            metadatas=[{"title": row.title, "date": row.published or 0} for row in some],
        )
    return {"passages": len(rows)}


def ask(folder: str, question: str) -> dict[str, Any]:
    return {"found": [one.page_content for one in _opened(folder).similarity_search(question, k=4)]}


def search(folder: str, questions: str, before: str = "") -> dict[str, Any]:
    store = _opened(folder)
    filter = {"date": {"$lte": int(before)}} if before else None
    asked = Path(questions).read_text(encoding="utf-8").splitlines()
    store.similarity_search(asked[0], k=4, filter=filter)
    seconds = []
    for question in asked:
        begun = time.monotonic()
        store.similarity_search(question, k=4, filter=filter)
        seconds.append(time.monotonic() - begun)
    return {"seconds": seconds}


if __name__ == "__main__":
    told = {"build": build, "fill": fill, "ask": ask, "search": search}[sys.argv[1]](*sys.argv[2:])
    scale = 1 if sys.platform == "darwin" else 1024
    told["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale
    sys.stdout.write(json.dumps(told) + "\n")
