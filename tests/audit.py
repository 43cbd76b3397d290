"""Looks for advisories on what is installed, with pip-audit; those in advisories.toml are accepted.

    python tests/audit.py

Ends with 0 where there is none, with 1 where there are some, and with 2 where not every package could be looked up: an
audit of a part is none.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("advisories.toml")
OWN = "clippings"


@dataclass(frozen=True)
class Advisory:
    """One that is accepted: why it can't be reached here, and the test that shows it (file::name)."""

    id: str
    package: str
    why: str
    test: str


def accepted() -> list[Advisory]:
    """The advisories in the file; raises TypeError where an entry has not just these fields."""
    return [Advisory(**entry) for entry in tomllib.loads(FILE.read_text(encoding="utf-8"))["accepted"]]


def installed() -> list[str]:
    """What is installed, pinned; of a local build (2.13.0+cpu) the version that it was built from."""
    versions = {re.sub(r"[-_.]+", "-", one.name).lower(): one.version.partition("+")[0] for one in distributions()}
    return sorted(f"{name}=={version}" for name, version in versions.items() if name != OWN)


def command(requirements: str, advisories: Sequence[Advisory]) -> list[str]:
    """pip-audit over pinned requirements, without these advisories."""
    ignored = [word for advisory in advisories for word in ("--ignore-vuln", advisory.id)]
    options = ["--no-deps", "--disable-pip", "--format=json", "--progress-spinner=off"]
    return [sys.executable, "-m", "pip_audit", "--requirement", requirements, *options, *ignored]


def verdict(report: Mapping[str, Any]) -> tuple[int, list[str]]:
    """The exit status and what there is to say of what pip-audit reports."""
    packages = report["dependencies"]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if unknown or not packages:
        some = f" ({', '.join(unknown[:3])}{', …' if unknown[3:] else ''})" if unknown else ""
        return 2, [f"No audit: {len(unknown)} of {len(packages)} packages could not be looked up at PyPI{some}."]
    lines = []
    for package in packages:
        for found in package["vulns"]:
            names = ", ".join([found["id"], *found["aliases"]])
            mended = " or ".join(found["fix_versions"]) or "no release yet"
            lines.append(f"{package['name']} {package['version']}: {names}; mended in {mended}")
    return (1, lines) if lines else (0, [f"No advisories on {len(packages)} packages but those accepted."])


def audit() -> tuple[int, list[str]]:
    """Ask about everything that is installed."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text("\n".join(installed()), encoding="utf-8")
        done = subprocess.run(
            command(str(requirements), accepted()), capture_output=True, encoding="utf-8", check=False
        )
    try:
        return verdict(json.loads(done.stdout))
    except ValueError:
        last = (done.stderr.split("\n\n")[-1].strip().splitlines() or [f"exit {done.returncode}"])[-1]
        return 2, [f"No audit: pip-audit failed ({last})."]


def main() -> int:
    status, lines = audit()
    (sys.stderr if status else sys.stdout).write("\n".join(lines) + "\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
