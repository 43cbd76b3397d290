"""What each user of the page has alone: conversations, and the files that the user added."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from assistant.accounts import Account, Accounts
from assistant.page.conversations import Conversations
from assistant.page.uploads import Uploads


@dataclass(frozen=True, slots=True)
class Drawer:
    """What is one user's own."""

    conversations: Conversations
    uploads: Uploads


class Drawers:
    """The drawers of a page, each made when it is first opened; thread-safe."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._lock = threading.Lock()
        self._made: dict[Path, Drawer] = {}

    def of(self, account: Account) -> Drawer:
        accounts = self._accounts
        folder = accounts.folder(account)
        with self._lock:
            if folder not in self._made:
                if not account.owner:
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                uploads = Uploads(accounts.uploads(account), bounded=not account.owner)
                self._made[folder] = Drawer(Conversations(folder), uploads)
            return self._made[folder]
