"""Articles in, passages out: the store, how it is built, and how it is searched."""

from index.article import Article
from index.build import Report, build, check, forget
from index.search import Hit, Library, Status

__all__ = ["Article", "Hit", "Library", "Report", "Status", "build", "check", "forget"]
