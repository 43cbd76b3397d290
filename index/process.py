"""Another Python that runs this program's own code: it holds nothing in memory yet, and it can be stopped."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def own_python(statement: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment that run a statement with this program on its path, wherever it starts."""
    return [sys.executable, "-P", "-c", statement, *arguments], own_environment()


def own_environment() -> dict[str, str]:
    """The environment in which Python finds this program first."""
    here = str(Path(__file__).resolve().parent.parent)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))}
