"""The assistant and its library as LangChain has such things; imported when asked for, which takes half a second."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from pydantic import ConfigDict

from assistant.answer import Answer
from assistant.chain import Assistant
from assistant.retriever import best_passages
from index import Hit, Library


class Chain(Runnable[str | Mapping[str, Any], Answer]):
    """LangChain's way in. Its stream gives whole answers so far; Answer adds up to the later one."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def invoke(self, input: str | Mapping[str, Any], config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        return self._call_with_config(lambda given: self._assistant.ask(**_arguments(given)), input, config, **kwargs)

    def stream(
        self, input: str | Mapping[str, Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Answer]:
        def answers(given: Iterator[str | Mapping[str, Any]]) -> Iterator[Answer]:
            for one in given:
                yield from self._assistant.stream(**_arguments(one))

        yield from self._transform_stream_with_config(iter([input]), answers, config, **kwargs)


def _arguments(given: str | Mapping[str, Any]) -> dict[str, Any]:
    return {"question": given} if isinstance(given, str) else dict(given)


class LibraryRetriever(BaseRetriever):
    """A LangChain retriever over a library: hybrid search, re-ranked by the best sentence."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    library: Library
    k: int = 4

    def _get_relevant_documents(self, query: str, **_: Any) -> list[Document]:
        return [_document(hit) for hit in best_passages(self.library, query, self.k)]


def _document(hit: Hit) -> Document:
    article = hit.article
    return Document(
        page_content=hit.text,
        metadata={
            "article_id": article.id,
            "version": article.version,
            "title": article.title,
            "publisher": article.publisher,
            "published": article.published.isoformat() if article.published else None,
            "url": article.url,
            "start": hit.start,
            "end": hit.end,
            "score": hit.score,
        },
    )
