"""Starting and ending the page as a process."""

from __future__ import annotations

import fcntl
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

APP = Path(__file__).parents[2] / "app.py"


def start(store: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(APP), "--store", str(store), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=store)


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_says_where_it_is_open_and_ends_cleanly(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    process = start(tmp_path, "--port", "0")
    assert process.stdout
    line = process.stdout.readline()
    address = re.fullmatch(r"Clippings is open at (http://127\.0\.0\.1:\d+)\n", line)
    assert address, line + (process.stderr.read() if process.stderr and process.poll() else "")
    assert httpx.get(address[1]).status_code == 200
    with httpx.stream("GET", f"{address[1]}/gradio_api/heartbeat/open") as page:
        assert next(page.iter_text())
        process.send_signal(sent)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (code, "", "")


def test_what_it_builds_ends_with_it(tmp_path: Path) -> None:
    folder, store = tmp_path / "articles", tmp_path / "store"
    folder.mkdir()
    store.mkdir()
    for number in range(400):
        (folder / f"{number}.md").write_text(f"Ferry number {number} sails at noon. " * 40, encoding="utf-8")
    process = start(store, "--port", "0")
    assert process.stdout
    address = process.stdout.readline().split()[-1]
    asked = httpx.post(f"{address}/library/folders", json={"path": str(folder)}, headers={"Origin": address})
    assert asked.status_code == 200
    while not (store / "lock").exists():
        assert httpx.get(f"{address}/library/state").json()["building"]
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")
    with (store / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, "--port", str(taken.getsockname()[1]))
        out, err = process.communicate()
    assert process.returncode == 1
    assert out == ""
    assert re.fullmatch(
        r"Port \d+ of 127\.0\.0\.1 can't be opened \(Address already in use\): choose another .*\n", err
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org"])
def test_only_this_machine_is_let_in(tmp_path: Path, host: str) -> None:
    process = start(tmp_path, "--host", host)
    out, err = process.communicate()
    assert process.returncode == 2
    assert out == ""
    assert err.count("\n") == 1
    assert host in err


def test_a_name_that_names_no_model_is_told_in_one_line(tmp_path: Path) -> None:
    process = start(tmp_path, "--model", "gpt")
    out, err = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert re.fullmatch(r"“gpt” names no chat model: .*\n", err)


def test_importing_the_page_loads_nothing_heavy() -> None:
    heavy = "{'gradio', 'torch', 'chromadb', 'fastapi', 'langchain_core', 'numpy', 'tantivy'}"
    code = f"import sys, app; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=APP.parent).returncode == 0
