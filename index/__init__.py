"""Articles in, passages out: the store, how it is built, and how it is searched."""

from index.article import Article
from index.build import Forgotten, Report, build, check, forget
from index.record import LeftOut, Listed
from index.search import Hit, Library, Status

__all__ = [
    "Article",
    "Forgotten",
    "Hit",
    "LeftOut",
    "Library",
    "Listed",
    "Report",
    "Status",
    "build",
    "check",
    "forget",
]
