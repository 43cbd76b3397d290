"""Questions in, answers out that rest on quotations."""

from assistant.answer import Answer
from assistant.chain import Assistant
from assistant.retriever import library_retriever

__all__ = ["Answer", "Assistant", "library_retriever"]
