"""What can go wrong in the assistant, next to what index.errors draws.

ClippingsError
├── BadAccount            a user can't be added or removed, or the file of users can't be read
├── BadInput              a line of a file of questions is not a question
├── BadModel              a name that names no chat model
├── ModelFailed           a chat model could not be asked, or did not answer to the end
└── BadLabels             a labelled folder, or a line of one of its files, can't be scored
"""

from __future__ import annotations

from index.errors import ClippingsError


class BadAccount(ClippingsError):
    """A user can't be added or removed, or the file of users can't be read."""


class BadInput(ClippingsError):
    """A line of a file of questions can't be asked."""


class BadModel(ClippingsError):
    """A chat model is named in a form that is none."""


class ModelFailed(ClippingsError):
    """A chat model is missing something, can't be reached, or did not answer to the end."""


class BadLabels(ClippingsError):
    """A labelled folder, or a line of one of its files, can't be scored."""
