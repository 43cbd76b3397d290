"""What each user of the page has alone: conversations, and the files that the user added."""

from __future__ import annotations

import threading
from dataclasses import dataclass

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
        self._made: dict[Account, Drawer] = {}

    def of(self, account: Account) -> Drawer:
        with self._lock:
            if account not in self._made:
                accounts = self._accounts
                self._made[account] = Drawer(
                    Conversations(accounts.folder(account)),
                    Uploads(accounts.uploads(account), bounded=not account.owner),
                )
            return self._made[account]
