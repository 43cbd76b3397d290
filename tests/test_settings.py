"""Every variable does what its flag does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from assistant.settings import Settings

ROOT = Path(__file__).parent.parent


def clippings(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"CLIPPINGS_{name.upper()}", raising=False)


def test_defaults() -> None:
    settings = Settings()
    assert settings.store == Path("store")
    assert settings.embedding_model == settings.model == ""
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)


VARIABLES = [
    ("STORE", "elsewhere", Path("elsewhere")),
    ("EMBEDDING_MODEL", "some/model", "some/model"),
    ("MODEL", "ollama:x,openai:y", "ollama:x,openai:y"),
    ("HOST", "::1", "::1"),
    ("PORT", "80", 80),
    ("CERTIFICATE", "page.pem", Path("page.pem")),
    ("KEY", "page.key", Path("page.key")),
]


@pytest.mark.parametrize(("name", "given", "meant"), VARIABLES)
def test_variables_are_read(monkeypatch: pytest.MonkeyPatch, name: str, given: str, meant: object) -> None:
    monkeypatch.setenv(f"CLIPPINGS_{name}", given)
    assert getattr(Settings(), name.lower()) == meant


def test_every_setting_is_tested_here() -> None:
    assert {name.lower() for name, _, _ in VARIABLES} == Settings.model_fields.keys()


@pytest.mark.parametrize("name", [name for name, _, _ in VARIABLES])
def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = Settings()
    monkeypatch.setenv(f"CLIPPINGS_{name}", "")
    assert Settings() == before


@pytest.mark.parametrize("port", ["many", "7860.5", "-1", "65536"])
def test_a_port_that_is_none(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("CLIPPINGS_PORT", port)
    with pytest.raises(ValidationError):
        Settings()


def test_a_bad_variable_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPPINGS_PORT", "many")
    done = clippings("chat")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("CLIPPINGS_PORT is not usable")


def test_the_page_listens_where_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """What can't be opened is named in the page's own words, so the values reached it."""
    monkeypatch.setenv("CLIPPINGS_HOST", "192.0.2.7")
    done = clippings("chat", "--port", "0")
    assert done.returncode == 2
    assert "192.0.2.7" in done.stderr
    again = clippings("chat", "--host", "198.51.100.7")  # the flag goes before the variable
    assert "198.51.100.7" in again.stderr
    assert "192.0.2.7" not in again.stderr


def test_the_store_is_where_the_variable_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLIPPINGS_STORE", str(tmp_path / "named"))
    assert str(tmp_path / "named") in clippings("check").stderr
    assert str(tmp_path / "flag") in clippings("check", "--store", str(tmp_path / "flag")).stderr


def test_the_embedding_model_is_the_one_that_the_variable_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("The bridge was closed.", encoding="utf-8")
    (tmp_path / "no-model").mkdir()
    monkeypatch.setenv("CLIPPINGS_EMBEDDING_MODEL", str(tmp_path / "no-model"))
    done = clippings("index", str(tmp_path / "a.txt"), "--store", str(tmp_path / "store"))
    assert done.returncode == 1
    assert "holds no embedding model" in done.stderr
