"""Questions in, answers out that rest on quotations."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answer import Answer
    from assistant.chain import Assistant
    from assistant.retriever import library_retriever

__all__ = ["Answer", "Assistant", "library_retriever"]

_FROM = {"Answer": "assistant.answer", "Assistant": "assistant.chain", "library_retriever": "assistant.retriever"}


def __getattr__(name: str) -> Any:
    """Each of them when it is first asked for: a command that only builds needs none, and they take longer than the rest."""
    if name in _FROM:
        return getattr(import_module(_FROM[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
