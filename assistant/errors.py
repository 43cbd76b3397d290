"""What can go wrong in the assistant, next to what index.errors draws.

ClippingsError
├── EmptyQuestion         nothing was asked
└── BadInput              a line of a file of questions is not a question
"""

from __future__ import annotations

from index.errors import ClippingsError


class EmptyQuestion(ClippingsError):
    """The question is empty."""


class BadInput(ClippingsError):
    """A line of a file of questions can't be asked."""
