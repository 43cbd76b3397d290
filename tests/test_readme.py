"""Every command and every line of Python in the README works, as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.confidence import calibration

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line[2:] for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if line
]
SHORT = [command for command in COMMANDS if re.match("clippings (?!chat|watch)", command)]
ENVIRONMENT = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("readme")
    shutil.copytree(ROOT / "articles", place / "articles")
    (place / "mine").mkdir()
    (place / "mine" / "docs").symlink_to(place / "articles")
    (questions,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    (place / "mine" / "qa.jsonl").write_text(questions, encoding="utf-8")
    rated = {"id": "1", "question": "What is the capital of Mongolia?", "thumb": "up", "answerable": False}
    (place / "store" / "feedback").mkdir(parents=True)
    (place / "store" / "feedback" / "qa.jsonl").write_text(json.dumps(rated) + "\n", encoding="utf-8")
    return place


def test_what_the_readme_tells_to_type_is_known() -> None:
    assert COMMANDS[:2] == ["make chat", "make chat ARTICLES=/some/folder"]
    assert COMMANDS[-1] == "make test"
    assert len(SHORT) >= 7


def test_commands_in_their_order(folder: Path) -> None:
    said = {}
    for command in SHORT:
        done = subprocess.run(
            shlex.split(command), cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        said[command] = done.stdout
    asked = next(out for command, out in said.items() if command.endswith("--json"))
    assert json.loads(asked)["filters"]["publishers"] == ["The Beacon"]
    assert any("crowns" in out for command, out in said.items() if "How much" in command)
    assert all(task in said["clippings evaluate mine"] for task in ("retrieval", "answers", "refusal"))


def test_python(folder: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "crowns" in done.stdout


@pytest.mark.parametrize("command", [command for command in COMMANDS if "chat" in command])
def test_commands_that_open_the_page(command: str, folder: Path) -> None:
    command = command.replace("/some/folder", str(folder / "articles"))
    command = re.sub(r"--port \d+", "--port 0", command)
    if command.startswith("make"):
        command += f" PORT=0 STORE={folder / 'made'}"
    page = subprocess.Popen(
        shlex.split(command),
        cwd=ROOT if command.startswith("make") else folder,
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert page.stdout is not None
    try:
        lines = iter(page.stdout.readline, "")
        assert any(line.startswith("Clippings is open at http://127.0.0.1:") for line in lines)
    finally:
        os.killpg(page.pid, signal.SIGTERM)
        page.wait()
        page.stdout.close()


def test_rates_are_the_measured_ones() -> None:
    measured = calibration().measured
    for kind, line in (
        ("answerable", "that the articles answer"),
        ("near_misses", "near misses"),
        ("elsewhere", "from elsewhere"),
    ):
        refused, answered = measured[f"refused_{kind}"], measured[f"answer_{kind}"]
        row = next(row for row in README.splitlines() if row.startswith(f"  | {line}"))
        shares = [int(share) for share in re.findall(r"(\d+) %", row)]
        assert shares == [round(100 * share) for share in (refused, 1 - refused - answered, answered)]
    assert f"of {measured['questions']:,} questions" in README
