"""What can go wrong below the assistant. Every message says what happened and what to do.

ClippingsError
├── StoreError            the store as a whole
│   ├── NoStore           there is none where one was asked for
│   ├── StoreLocked       another process is writing
│   └── StoreDamaged      what is stored is not what was stored
├── NoArticles            a first build found none
├── RootError             a root is missing or can't be read
├── ModelError            an embedding model can't be loaded, or is not the one that was promised
├── BuildError            a generation failed its checks
├── BadDate               a date that is not YYYY-MM-DD
├── ArticleGone           the article is no longer in the store
└── ArticleChanged        the article's text is another one now
Unreadable                one file, or one record of a file of many; never ends a build
"""


class ClippingsError(Exception):
    """The root of all errors that a user can do something about; its text is one line for a person."""


class StoreError(ClippingsError):
    """Something is the matter with the store as a whole."""


class NoStore(StoreError):
    """There is no store, or nothing was ever built in it."""


class StoreLocked(StoreError):
    """Another process is building in this store."""


class StoreDamaged(StoreError):
    """A row or file of the store does not hold what was put there."""


class NoArticles(ClippingsError):
    """A first build found nothing to read."""


class RootError(ClippingsError):
    """A root is missing or can't be read; nothing of it was removed."""


class ModelError(ClippingsError):
    """An embedding model can't be loaded, or its files are not the expected ones."""


class BuildError(ClippingsError):
    """A generation could not be made whole; the one before it goes on."""


class EmptyQuestion(ClippingsError):
    """The question, or what is to be searched for, is empty."""


class BadDate(ClippingsError):
    """A date that was asked with is not of the form YYYY-MM-DD."""


class ArticleGone(ClippingsError):
    """The store no longer holds this article."""


class ArticleChanged(ClippingsError):
    """The article's text differs from the version asked for."""


class Unreadable(Exception):
    """A file, or one record in it, that can't be read as an article; its text is the reason."""
