"""What can go wrong in the assistant, next to what index.errors draws.

ClippingsError
├── BadInput              a line of a file of questions is not a question
└── BadLabels             a labelled folder, or a line of one of its files, can't be scored
"""

from __future__ import annotations

from index.errors import ClippingsError


class BadInput(ClippingsError):
    """A line of a file of questions can't be asked."""


class BadLabels(ClippingsError):
    """A labelled folder, or a line of one of its files, can't be scored."""
