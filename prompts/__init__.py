"""The prompts, one text file each: what the system says, a line of three dashes, what the person says."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_FOLDER = Path(__file__).parent


def messages(prompt: str, **values: str) -> list[BaseMessage]:
    """The finished messages of a prompt; raises KeyError where a value is missing, ValueError where one is not used."""
    from langchain_core.messages import HumanMessage, SystemMessage  # a tenth of a second, where no model is ever asked

    template = Template((_FOLDER / f"{prompt}.txt").read_text(encoding="utf-8"))
    if unused := values.keys() - set(template.get_identifiers()):
        raise ValueError(f"The prompt “{prompt}” does not use {', '.join(sorted(unused))}.")
    # Cut first, so that no value can end what the system says.
    system, person = (Template(part.strip()).substitute(values) for part in template.template.split("\n---\n"))
    return [SystemMessage(system), HumanMessage(person)]
