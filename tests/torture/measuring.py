"""What the torture tests measure: one line a figure, held or not."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing, and what was wanted of it."""

    name: str
    wanted: str
    measured: str
    held: bool


@dataclass(slots=True)
class Figures:
    """All that was measured so far."""

    all: list[Figure] = field(default_factory=list)

    def add(self, name: str, wanted: object, measured: object, held: bool) -> None:
        """Note a figure; a test that noted one that is not held fails at its end."""
        self.all.append(Figure(name, str(wanted), str(measured), held))

    def equal(self, name: str, wanted: object, measured: object) -> None:
        """Note a figure that must be just this."""
        self.add(name, wanted, measured, measured == wanted)

    def at_most(self, name: str, most: float, measured: float, unit: str = "") -> None:
        """Note a figure that must not be more."""
        self.add(name, f"<= {most:g}{unit}", f"{measured:.3g}{unit}", measured <= most)
