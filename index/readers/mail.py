"""E-mail: what the message says, and who sent it when."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage, MIMEPart
from typing import Any, BinaryIO

from index.article import HIDDEN_TEXT
from index.errors import Unreadable
from index.readers.fields import Reading, reading
from index.readers.hidden import words
from index.readers.html import markup, tree, visible
from index.readers.text import decode, whole

_STUB = 1 / 3  # of the words of the HTML: a plain text with fewer only says where to read the letter
_HEADERS = ("from", "to", "subject", "date", "message-id", "received")


def read(file: BinaryIO) -> Iterator[Reading]:
    """The one article of a message: its plain text, or that of its HTML where it is longer by far; raises Unreadable when it has none."""
    try:
        message = email.message_from_bytes(whole(file), policy=email.policy.default)
        parts = _bodies(message)
    except RecursionError as error:
        raise Unreadable("its parts are nested too deeply") from error
    except (ValueError, LookupError, AttributeError, TypeError) as error:  # whatever the library trips over
        raise Unreadable("its parts are described in a way that can't be understood") from error
    if not any(name in message for name in _HEADERS):
        raise Unreadable("no e-mail: it has neither sender nor subject nor date")
    said = [_said(part) for part in parts]
    text = "\n\n".join(text for text, _ in said if text.strip())
    if not text:
        raise Unreadable("it has no text: neither plain text nor HTML in its body")
    fields = {"title": _line(message, "subject"), "authors": _senders(message), "date": _day(message)}
    yield reading(fields, text, marks=[HIDDEN_TEXT] if any(left_out for _, left_out in said) else [])


def _bodies(part: MIMEPart) -> list[MIMEPart]:
    """The parts that a mail program shows one after the other; of alternatives the plain one, if it is the whole letter."""
    if part.get_content_disposition() == "attachment" or part.get_content_maintype() == "message":
        return []
    if not part.is_multipart():
        named = part.get_filename() is not None and part.get_content_disposition() is None
        return [part] if part.get_content_type() in ("text/plain", "text/html") and not named else []
    shown = [found for inner in part.iter_parts() if (found := _bodies(inner))]
    if part.get_content_subtype() == "alternative":
        plain = [found for found in shown if all(one.get_content_type() == "text/plain" for one in found)]
        said = [(found, sum(words(_said(one)[0]) for one in found)) for found in plain + shown]
        most = max((count for _, count in said), default=0)
        return next((found for found, count in said if count >= _STUB * most), [])
    if part.get_content_subtype() == "related":
        return next(iter(shown), [])
    return [one for found in shown for one in found]


def _said(part: MIMEPart) -> tuple[str, bool]:
    """The text of a part, and whether hidden text was left out of it."""
    data = part.get_payload(decode=True)
    data = data.replace(b"\0", b"") if isinstance(data, bytes) else b""
    if not data.strip():
        return "", False
    html = part.get_content_type() == "text/html"
    try:
        text = data.decode(part.get_content_charset("utf-8"))
    except (UnicodeDecodeError, LookupError, ValueError):  # not in the encoding that it declares, or in none there is
        text = markup(data) if html else decode(data)
    if html:
        return visible(tree(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_param("format", "") == "flowed":
        text = _reflowed(text, "" if part.get_param("delsp", "") == "yes" else " ")
    return text.strip("\n"), False


def _reflowed(text: str, joint: str) -> str:
    """Text without the line ends that stand, after a space, for the width of the sender's window (RFC 3676)."""
    lines = [line.removeprefix(" ") for line in text.split("\n")]
    return re.sub(r"(?<!^--) \n(?=[^>\n])", joint, "\n".join(lines), flags=re.MULTILINE)


def _raw(message: EmailMessage, name: str) -> str | None:
    """A header as it was sent, on one line."""
    raw = next((str(value) for one, value in message.raw_items() if one.lower() == name), None)
    if raw is None:
        return None
    if not raw.isascii():  # bytes of some encoding, where the rules ask for ASCII
        raw = decode(raw.encode("utf-8", "surrogateescape").replace(b"\0", b""))
    return re.sub(r"[\r\n]+", "", raw)


def _header(message: EmailMessage, name: str) -> Any:
    """A header as the library understands it; None where there is none, or where it can't be understood."""
    raw = _raw(message, name)
    try:
        return email.policy.default.header_factory(name, raw) if raw is not None else None
    except Exception:  # of a broken header the library raises what comes: IndexError, AttributeError, HeaderParseError
        return None


def _line(message: EmailMessage, name: str) -> str | None:
    header = _header(message, name)
    return str(header) if header is not None else None


def _senders(message: EmailMessage) -> list[str]:
    addresses = getattr(_header(message, "from"), "addresses", ())
    names = [address.display_name or address.addr_spec for address in addresses]
    return [name for name in names if re.search(r"\w", name)]


def _day(message: EmailMessage) -> date | None:
    """The day on which a message was sent, where its sender was; a year of two digits is no year."""
    sent = getattr(_header(message, "date"), "datetime", None)
    return sent.date() if sent is not None and str(sent.year) in (_raw(message, "date") or "") else None
