"""Who may sign in, and what the file of users holds of them."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from assistant.accounts import LONGEST, SHORTEST, Account, Accounts
from assistant.errors import BadAccount

ROOT = Path(__file__).parent.parent
PASSWORD = "seven slow ferries"


def test_the_first_user_is_the_owner(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path / "store")
    assert accounts.users() == {}
    assert [accounts.add(name, PASSWORD).owner for name in ("ann", "bob", "ann", "eve")] == [True, False, True, False]
    assert list(Accounts(tmp_path / "store").users()) == ["ann", "bob", "eve"]


def test_a_password_is_right_or_wrong(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    user = accounts.add("ann", PASSWORD)
    assert accounts.verified("ann", PASSWORD) == user
    for name, password in [("ann", PASSWORD + " "), ("ann", ""), ("bob", PASSWORD), ("", ""), ("Ann", PASSWORD)]:
        assert accounts.verified(name, password) is None
    accounts.add("ann", "another long one")
    assert accounts.verified("ann", PASSWORD) is None
    assert accounts.verified("ann", "another long one")


def test_a_password_is_the_same_however_it_is_typed(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.add("ann", unicodedata.normalize("NFD", "les élèves fâchés"))
    assert accounts.verified("ann", unicodedata.normalize("NFC", "les élèves fâchés"))


def test_no_password_stands_in_the_file(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.add("ann", PASSWORD)
    accounts.add("bob", PASSWORD)
    file = tmp_path / "users.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    hashed = [fields["password"] for fields in json.loads(file.read_text())]
    assert all(one.startswith("$argon2id$") for one in hashed)
    assert len(set(hashed)) == 2  # each with a salt of its own
    assert PASSWORD not in file.read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["users.json"]


@pytest.mark.parametrize(
    "name", ["", "Ann", "a b", "../up", "a/b", ".", "-a", "_a", "a" * 33, "ä", "a.md", "a\n", "a\0", "ann\u202e"]
)
def test_a_name_that_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadAccount, match="A name has small letters"):
        Accounts(tmp_path).add(name, PASSWORD)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("length", [0, SHORTEST - 1, LONGEST + 1])
def test_a_password_that_is_none(tmp_path: Path, length: int) -> None:
    with pytest.raises(BadAccount, match="A password has 12 to"):
        Accounts(tmp_path).add("ann", "x" * length)


def test_what_another_process_changed_is_seen(tmp_path: Path) -> None:
    here, there = Accounts(tmp_path), Accounts(tmp_path)
    there.add("ann", PASSWORD)
    there.add("bob", PASSWORD)
    assert list(here.users()) == ["ann", "bob"]
    there.remove("bob")
    assert list(here.users()) == ["ann"]
    there.remove("ann")
    assert here.users() == {}
    (tmp_path / "users.json").unlink()
    assert here.users() == {}


ANN = '{"name": "%s", "owner": true, "id": "%s", "password": "x"}'
DAMAGED = ["", "{", '"x"', "[{}]", "[1]", '{"ann": 1}', "null", "[" * 100_000, f"[{ANN % ('../ann', '01234567')}]"]
DAMAGED += [f"[{ANN % ('ann', id)}]" for id in ("", "../../..", "0123456")]


@pytest.mark.parametrize("damaged", DAMAGED, ids=range(len(DAMAGED)))
def test_a_damaged_file_lets_nobody_in(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "users.json").write_text(damaged)
    accounts = Accounts(tmp_path)
    for what in (accounts.users, lambda: accounts.verified("ann", PASSWORD), lambda: accounts.add("ann", PASSWORD)):
        with pytest.raises(BadAccount, match="can't be read"):
            what()
    assert (tmp_path / "users.json").read_text() == damaged


def test_the_owner_stays_while_there_are_others(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    accounts.add("ann", PASSWORD)
    accounts.add("bob", PASSWORD)
    with pytest.raises(BadAccount, match="remove them first"):
        accounts.remove("ann")
    with pytest.raises(BadAccount, match="There is no user eve; there are: ann, bob"):
        accounts.remove("eve")
    accounts.remove("bob")
    accounts.remove("ann")
    assert accounts.add("eve", PASSWORD).owner


def test_with_a_user_go_the_conversations_and_not_the_articles(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    added = {name: accounts.add(name, PASSWORD).account for name in ("ann", "bob", "eve")}
    for name, account in added.items():
        for folder in (accounts.folder(account), accounts.uploads(account)):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.md").touch()
    accounts.remove("bob")
    left = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.md"))
    eves = f"users/eve-{added['eve'].id}/eve.md"
    assert left == ["ann.md", "uploads/ann.md", "uploads/bob/bob.md", "uploads/eve/eve.md", eves]
    assert accounts.folder(Account("", True)) == tmp_path  # what the owner has, with or without users


def test_who_is_added_again_is_another_user(tmp_path: Path) -> None:
    accounts = Accounts(tmp_path)
    for name in ("ann", "bob", "eve"):
        accounts.add(name, PASSWORD)
    before = accounts.users()["bob"].account
    assert accounts.add("bob", "a new password").account == before
    accounts.remove("bob")
    after = accounts.add("bob", PASSWORD).account
    assert accounts.folder(after) != accounts.folder(before)
    accounts.folder(before).mkdir(parents=True)  # by an answer that was under way
    accounts.folder(after).mkdir()
    accounts.remove("eve")
    assert list((tmp_path / "users").iterdir()) == [accounts.folder(after)]


def test_what_can_not_be_removed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = Accounts(tmp_path)
    accounts.add("ann", PASSWORD)
    folder = accounts.folder(accounts.add("bob", PASSWORD).account)
    folder.mkdir(parents=True)

    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("shutil.rmtree", denied)
    with pytest.raises(
        BadAccount, match="bob may not sign in any more, but conversations are left in .*Permission denied"
    ):
        accounts.remove("bob")
    assert list(accounts.users()) == ["ann"]


def test_a_store_that_is_none_has_no_users(tmp_path: Path) -> None:
    with pytest.raises(BadAccount, match="has no users"):
        Accounts(tmp_path / "none").remove("ann")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "target").write_text("mine")
    (tmp_path / "users.json.new").symlink_to(tmp_path / "target")
    Accounts(tmp_path).add("ann", PASSWORD)
    assert (tmp_path / "target").read_text() == "mine"


def add(store: Path, number: int) -> None:
    Accounts(store).add(f"user-{number}", PASSWORD)


def test_users_that_are_added_at_once_are_all_there(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    adding = [spawn.Process(target=add, args=(tmp_path, number)) for number in range(6)]
    for process in adding:
        process.start()
    for process in adding:
        process.join()
        assert process.exitcode == 0
    users = Accounts(tmp_path).users()
    assert sorted(users) == [f"user-{number}" for number in range(6)]
    assert sum(user.owner for user in users.values()) == 1


def clippings(store: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "assistant", "user", *arguments]
    environment = {**os.environ, "CLIPPINGS_STORE": str(store)}
    return subprocess.run(command, cwd=ROOT, input=typed, env=environment, capture_output=True, text=True, check=False)


def test_the_command(tmp_path: Path) -> None:
    added = clippings(tmp_path, "add", "ann", typed=f"{PASSWORD}\n")
    assert (added.returncode, added.stdout, added.stderr) == (0, "", "ann may sign in and owns the library.\n")
    assert clippings(tmp_path, "add", "bob", typed=PASSWORD).stderr == "bob may sign in.\n"
    assert "a new password" in clippings(tmp_path, "add", "bob", typed="an even longer one").stderr
    assert Accounts(tmp_path).verified("bob", "an even longer one")
    listed = clippings(tmp_path, "list").stdout.split()
    assert listed == ["name", "ann", "owner", "bob"]
    refused = clippings(tmp_path, "add", "eve", typed="short\n")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("A password has 12")
    assert clippings(tmp_path, "remove", "ann").returncode == 1
    assert clippings(tmp_path, "remove", "bob").returncode == clippings(tmp_path, "remove", "ann").returncode == 0
    assert clippings(tmp_path, "list").stdout.split() == ["name"]
