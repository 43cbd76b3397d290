"""With the defaults nothing beyond this machine is connected to or looked up, as the kernel is asked: by strace."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from visitors import crowd

ROOT = Path(__file__).parents[2]
PDF = ROOT / "tests" / "data" / "articles" / "2025-08-29-night-trams.pdf"
# Set by a user, these would say something else than the defaults.
OTHERS = ("CLIPPINGS_", "GRADIO_", "HF_", "HUGGING", "LANGCHAIN_", "LANGSMITH_", "TRANSFORMERS_", "CHROMA_", "OPENAI_")
ARTICLES = {
    "otter.md": "---\ntitle: The otter\npublisher: The Beacon\ndate: 2025-06-01\n---\nAn otter was seen at the lock of Arbeck.\n",
    "heron.xhtml": """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://dtd.elsewhere.example/strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml"><head><title>The heron</title><base href="http://base.elsewhere.example/"/>
<link rel="stylesheet" href="http://style.elsewhere.example/s.css"/></head><body><article><h1>The heron</h1>
<img src="http://picture.elsewhere.example/heron.png"/><p>A heron was seen at the weir of Arbeck on Monday, said the
keeper of the weir, who has counted the birds of the river for eleven years.</p></article></body></html>""",
    "badger.eml": "From: Ada <ada@mail.elsewhere.example>\nSubject: The badger\nDate: Mon, 02 Jun 2025 10:00:00 +0000\n\n"
    "A badger was seen at the mill of Arbeck.\n",
    "marten.json": '{"title": "The marten", "text": "A marten was seen in Arbeck.", "url": "http://elsewhere.example/1"}',
}

FAMILY = re.compile(r"sa_family=AF_(\w+)")
PORT = re.compile(r"sin6?_port=htons\((\d+)\)")
ADDRESS = re.compile(r'inet_(?:addr\(|pton\(AF_INET6, )"([^"]+)"')
RESOLVER = re.compile(r'sun_path="[^"]*(?:resolve|avahi|mdns)')


def outside(trace: str) -> list[str]:
    """The calls in a trace that name an address beyond this machine, or one that looks names up."""
    return [line for line in trace.splitlines() if (FAMILY.search(line) and not _inside(line)) or RESOLVER.search(line)]


def _inside(line: str) -> bool:
    if set(FAMILY.findall(line)) <= {"UNIX", "NETLINK", "UNSPEC"}:
        return True
    addresses = ADDRESS.findall(line)
    loopback = all(ip_address(address).is_loopback for address in addresses)
    return bool(addresses) and loopback and "53" not in PORT.findall(line)


@dataclass(frozen=True)
class Fresh:
    """A home that nothing was ever run in, and how commands run there."""

    strace: str
    home: Path
    trace: Path

    def command(self, command: Sequence[str]) -> list[str]:
        """A command under strace; it says its own process id first, for what it leaves a signal to."""
        calls = "trace=connect,sendto,sendmsg,sendmmsg"
        alone = ["sh", "-c", 'echo $$; exec "$0" "$@"']
        return [self.strace, "-f", "-qq", "-s", "200", "-e", calls, "-o", str(self.trace), *alone, *command]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
        return {**kept, "HOME": str(self.home), "XDG_CACHE_HOME": str(self.home / "cache"), "PYTHONPATH": str(ROOT)}

    def run(self, *command: str) -> str:
        """What a command prints."""
        done = subprocess.run(
            self.command([sys.executable, *command]),
            cwd=self.home,
            env=self.environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.partition("\n")[2]

    def called(self) -> str:
        """What was traced of the last command."""
        return self.trace.read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory, strace: str) -> Fresh:
    home = tmp_path_factory.mktemp("home")
    return Fresh(strace, home, home.parent / "trace")


@pytest.fixture(scope="module")
def store(fresh: Fresh) -> Path:
    """Built by `clippings index`, quietly."""
    folder, store = fresh.home / "articles", fresh.home / "store"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / name).write_text(text, encoding="utf-8")
    shutil.copy(PDF, folder)
    fresh.run("-m", "assistant", "index", str(folder), "--store", str(store))
    assert outside(fresh.called()) == []
    return store


REACHES = """
import socket
with socket.socket(socket.{family}, socket.SOCK_DGRAM) as reaching:
    try:
        reaching.{call}
    except OSError:
        pass
"""


@pytest.mark.parametrize(
    ("family", "call", "reaches_out"),
    [
        ("AF_INET", "connect(('192.0.2.1', 443))", True),
        ("AF_INET6", "connect(('2001:db8::1', 443))", True),
        ("AF_INET", "sendto(b'', ('192.0.2.1', 443))", True),
        ("AF_INET", "sendmsg([b''], [], 0, ('192.0.2.1', 443))", True),
        ("AF_INET", "connect(('127.0.0.1', 53))", True),
        ("AF_UNIX", "connect('/run/systemd/resolve/io.systemd.Resolve')", True),
        ("AF_INET", "connect(('127.0.0.1', 443))", False),
        ("AF_INET6", "connect(('::1', 443))", False),
        ("AF_UNIX", "connect('/run/elsewhere')", False),
    ],
)
def test_what_reaches_out_is_seen_and_no_more(fresh: Fresh, family: str, call: str, reaches_out: bool) -> None:
    fresh.run("-c", REACHES.format(family=family, call=call))
    assert FAMILY.search(fresh.called())
    assert len(outside(fresh.called())) == reaches_out


@pytest.mark.parametrize(
    ("command", "printed"),
    [
        (("ask", "Where was the otter seen?"), "lock of Arbeck"),
        (("search", "a heron at the weir"), "weir of Arbeck"),
        (("check",), "as in the record"),
    ],
    ids=["ask", "search", "check"],
)
def test_a_command_stays_on_this_machine(command: tuple[str, ...], printed: str, fresh: Fresh, store: Path) -> None:
    assert printed in fresh.run("-m", "assistant", *command, "--store", str(store))
    assert outside(fresh.called()) == []


def test_the_page_stays_on_this_machine(fresh: Fresh, store: Path) -> None:
    command = fresh.command([sys.executable, str(ROOT / "app.py"), "--store", str(store), "--port", "0"])
    with subprocess.Popen(
        command, cwd=fresh.home, env=fresh.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        page = int(process.stdout.readline())
        address = process.stdout.readline().split()[-1]
        try:
            assert httpx.get(address).status_code == 200
            assert httpx.get(f"{address}/library/state").status_code == 200
            asked = asyncio.run(crowd(address, {"": 1}, 0.01))[""]
            assert (len(asked.seconds), asked.errors) == (1, [])
        finally:
            os.kill(page, signal.SIGTERM)
        out, err = process.communicate()
    assert (process.returncode, out, err) == (0, "", "")
    assert outside(fresh.called()) == []
