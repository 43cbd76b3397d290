"""What is accepted of advisories rests on tests that exist; and an audit that saw only a part says so."""

from __future__ import annotations

import ast
import re
import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}
SKIPPED = {"name": "torch", "skip_reason": "Dependency not found on PyPI and could not be audited: torch (2.13.0)"}


@pytest.fixture(scope="module")
def audit() -> Any:
    """The script that audits."""
    return SimpleNamespace(**runpy.run_path(str(ROOT / "tests" / "audit.py"), run_name="audit"))


def test_every_accepted_advisory_is_of_a_pinned_package_and_says_why(audit: Any) -> None:
    pinned = set(re.findall(r'"([\w-]+)==', (ROOT / "pyproject.toml").read_text(encoding="utf-8")))
    advisories = audit.accepted()
    assert len({advisory.id for advisory in advisories}) == len(advisories)
    for advisory in advisories:
        assert re.fullmatch(r"(CVE|GHSA|PYSEC)-[\w-]+", advisory.id)
        assert advisory.package in pinned
        assert re.fullmatch(r"\S.{40,300}\.", advisory.why)


def test_the_test_of_every_accepted_advisory_exists(audit: Any) -> None:
    for advisory in audit.accepted():
        file, _, name = advisory.test.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name.startswith("test_")
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, advisory


def test_the_accepted_are_left_to_pip_audit_to_ignore(audit: Any) -> None:
    command = audit.command("requirements.txt", audit.accepted())
    ignored = [after for word, after in zip(command, command[1:], strict=False) if word == "--ignore-vuln"]
    assert ignored == [advisory.id for advisory in audit.accepted()]


def test_all_that_is_installed_is_asked_about_but_this_program(audit: Any) -> None:
    asked = audit.installed()
    assert {"chromadb", "pip-audit", "torch"} <= {one.partition("==")[0] for one in asked}
    assert not [one for one in asked if one.startswith("clippings=") or "+" in one]


def test_no_advisory_is_a_success(audit: Any) -> None:
    assert audit.verdict({"dependencies": [SOUND]}) == (0, ["No advisories on 1 packages but those accepted."])


def test_an_advisory_is_named_with_the_release_that_mends_it(audit: Any) -> None:
    found = {"id": "PYSEC-2026-1", "aliases": ["CVE-2026-1"], "fix_versions": ["1.1", "2.0"]}
    new = {"id": "GHSA-x", "aliases": [], "fix_versions": []}
    assert audit.verdict({"dependencies": [SOUND, {"name": "six", "version": "1.0", "vulns": [found, new]}]}) == (
        1,
        [
            "six 1.0: PYSEC-2026-1, CVE-2026-1; mended in 1.1 or 2.0",
            "six 1.0: GHSA-x; mended in no release yet",
        ],
    )


@pytest.mark.parametrize(
    ("packages", "line"),
    [
        ([SOUND, SKIPPED], "No audit: 1 of 2 packages could not be looked up at PyPI (torch)."),
        ([], "No audit: 0 of 0 packages could not be looked up at PyPI."),
    ],
)
def test_an_audit_of_a_part_is_none(packages: list[dict[str, Any]], line: str, audit: Any) -> None:
    assert audit.verdict({"dependencies": packages}) == (2, [line])
