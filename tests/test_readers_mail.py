from __future__ import annotations

import io
from contextlib import suppress
from datetime import date
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import HIDDEN_TEXT, normalise
from index.errors import Unreadable
from index.readers import mail
from index.readers.fields import Reading

HEAD = b"From: Oda Brandt <oda@beacon.example>\r\nSubject: The bridge\r\nDate: Wed, 9 Jul 2025 23:30:00 -0500\r\n"


def found(data: bytes | EmailMessage) -> Reading:
    (one,) = mail.read(io.BytesIO(data if isinstance(data, bytes) else data.as_bytes()))
    return one


def message(plain: str | None = None, html: str | None = None) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"], letter["From"] = "The bridge", "Oda Brandt <oda@beacon.example>"
    letter["Date"] = "Wed, 9 Jul 2025 23:30:00 -0500"
    if plain is not None:
        letter.set_content(plain)
    if html is not None and plain is not None:
        letter.add_alternative(html, subtype="html")
    elif html is not None:
        letter.set_content(html, subtype="html")
    return letter


def test_a_message_is_its_text_with_the_facts_of_its_head() -> None:
    assert found(HEAD + b"\r\nThe bridge is closed.\r\n\r\n> Is it?\r\nIt is.\r\n") == Reading(
        place="",
        title="The bridge",
        text="The bridge is closed.\n\n> Is it?\nIt is.",
        publisher=None,
        authors=("Oda Brandt",),
        published=date(2025, 7, 9),
        url=None,
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"From: oda@beacon.example", ("oda@beacon.example",)),
        (b'From: "Brandt, Oda" <oda@beacon.example>, Jan <jan@beacon.example>', ("Brandt, Oda", "Jan")),
        (b"From: =?iso-8859-1?q?K=E4the_M=F6hr?= <k@bote.example>", ("Käthe Möhr",)),
        ("From: Käthe Möhr <k@bote.example>".encode("cp1252"), ("Käthe Möhr",)),
        ("From: Käthe Möhr <k@bote.example>".encode(), ("Käthe Möhr",)),
        (b"From: =?nonsense?b?////?= <>", None),
        (b"From: <<<", None),
        (b"From:", None),
    ],
)
def test_senders(head: bytes, expected: tuple[str, ...] | None) -> None:
    authors = found(head + b"\r\nSubject: A\r\n\r\nText.\r\n").authors
    assert authors == expected if expected is not None else len(authors) <= 1


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Date: Wed, 9 Jul 2025 23:30:00 -0500", date(2025, 7, 9)),
        (b"Date: 10 Jul 2025 04:30 GMT", date(2025, 7, 10)),
        (b"Date: Wed, 9 Jul 25 23:30:00 -0500", None),
        (b"Date: yesterday", None),
        (b"Date: Wed, 31 Feb 2025 10:00:00 +0000", None),
        (b"Date:", None),
        (b"Received: by mx.example; Wed, 9 Jul 2025 23:30:00 -0500", None),
    ],
)
def test_the_day_is_that_of_the_date_header(head: bytes, expected: date | None) -> None:
    assert found(b"Subject: A\r\n" + head + b"\r\n\r\nText.\r\n").published == expected


def test_a_subject_may_be_folded_and_encoded() -> None:
    head = b"Subject: =?utf-8?q?Le_caf=C3=A9?=\r\n =?utf-8?q?_du_phare?=\r\n\tferme\r\n"
    assert found(head + b"\r\nText.\r\n").title == "Le café du phare ferme"


def test_without_a_subject_the_first_sentence_stands_in() -> None:
    assert found(b"From: a@b.example\r\n\r\nThe bridge is closed. Go round.\r\n").title == "The bridge is closed."


class TestBodies:
    def test_plain_text_comes_before_html(self) -> None:
        assert found(message("Plain.", "<p>Fancy.</p>")).text == "Plain."

    def test_html_stands_in_for_plain_text_that_is_empty(self) -> None:
        assert found(message(" \n", "<p>Fancy.</p>")).text == "Fancy."

    def test_all_that_a_newsletter_shows_is_text(self) -> None:
        html = (
            "<html><head><style>.pre{display:none}</style></head><body><div class=pre>Preheader for the list</div>"
            "<table><tr><td><h1>Morning letter</h1></td></tr><tr><td><p>The bridge is closed.</p></td></tr>"
            "<tr><td>Ferry</td><td>four a day</td></tr></table><img src=http://x.example/pixel.gif></body></html>"
        )
        one = found(message(html=html))
        assert one.text == "Morning letter\n\nThe bridge is closed.\n\nFerry\tfour a day"
        assert one.marks == (HIDDEN_TEXT,)

    def test_a_plain_text_that_only_points_to_the_letter_is_not_taken_for_it(self) -> None:
        html = "<p>The bridge is closed until May, and the ferry goes four times a day, says the harbour office.</p>"
        assert found(message("View in your browser.", html)).text.startswith("The bridge is closed")
        assert found(message("The bridge is closed until May.", html)).text == "The bridge is closed until May."

    def test_attachments_are_no_text(self) -> None:
        letter = message("The letter.")
        letter.add_attachment("Attached text.", filename="a.txt")
        letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
        letter.add_attachment(message("A letter in a letter."))
        assert found(letter).text == "The letter."

    def test_parts_inside_parts(self) -> None:
        letter = message("Plain.", "<p>Fancy <img src=cid:x></p>")
        letter.get_payload()[1].add_related(b"GIF", "image", "gif", cid="<x>")
        letter.make_mixed()
        footer = EmailMessage()
        footer.set_content("Sent by the list.")
        footer.add_header("Content-Disposition", "inline")
        letter.attach(footer)
        assert found(letter).text == "Plain.\n\nSent by the list."

    @pytest.mark.parametrize(
        ("kind", "coding", "body", "expected"),
        [
            ("text/plain; charset=utf-8", "8bit", "Café – ouvert.".encode(), "Café – ouvert."),
            ("text/plain; charset=iso-8859-1", "quoted-printable", b"Caf=E9 =\r\nouvert=2E", "Café ouvert."),
            ("text/plain; charset=windows-1251", "base64", b"zO7x8iDn4Orw+/I=", "Мост закрыт"),
            ("text/plain; charset=utf-8", "8bit", "Le café était fermé.".encode("cp1252"), "Le café était fermé."),
            ("text/plain; charset=x-unknown", "8bit", b"Plain.", "Plain."),
            ("text/plain; charset=us-ascii", "8bit", "Café.".encode(), "Café."),
            ("text/plain; charset=utf-8", "base64", b"!!not base64", None),
            ("text/plain; charset=utf-8", "x-nothing", b"Plain.", "Plain."),
            ("text/html", "8bit", b"<meta charset=windows-1252><p>Caf\xe9.", "Café."),
            ("text/html; charset=utf-8", "quoted-printable", b"<p>a=C3=A9<p>b", "aé\n\nb"),
            ("text/plain; format=flowed", "7bit", b"A long \r\nline.\r\n From here.\r\n-- \r\nOda", "A long line.\nFrom here.\n-- \nOda"),
            ("text/plain; format=flowed; delsp=yes", "7bit", b"A long  \r\nline and a har \r\nbour.", "A long line and a harbour."),
            ("text/plain", "7bit", b"No\0thing.", "Nothing."),
        ],
    )  # fmt: skip
    def test_encodings(self, kind: str, coding: str, body: bytes, expected: str | None) -> None:
        head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n".encode()
        with suppress(*([] if expected else [Unreadable])):
            one = found(HEAD + head + body)
            assert expected is None or one.text == expected

    @pytest.mark.parametrize(
        ("data", "reason"),
        [
            (HEAD + b"\r\n", "it has no text"),
            (HEAD, "it has no text"),
            (HEAD + b"Content-Type: application/pdf\r\n\r\nJVBE", "it has no text"),
            (HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x--", "it has no text"),
            (HEAD + b"Content-Type: text/html\r\n\r\n<style>p{}</style>", "it has no text"),
            (b"Just some text that somebody gave a wrong name.", "no e-mail"),
            (b"", "no e-mail"),
        ],
    )
    def test_what_can_not_be_read_is_named(self, data: bytes, reason: str) -> None:
        with pytest.raises(Unreadable, match=reason):
            found(data)

    def test_parts_without_end_are_unreadable_or_read(self) -> None:
        parts = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(3000))
        with suppress(Unreadable):
            assert found(HEAD + parts + b"Content-Type: text/plain\r\n\r\nDeep.").text


@settings(max_examples=200, deadline=None)
@given(place=st.integers(0, 2000), junk=st.binary(max_size=8), cut=st.none() | st.integers(0, 2000))
def test_a_damaged_message_is_an_article_or_unreadable(place: int, junk: bytes, cut: int | None) -> None:
    letter = message("Plain café.", "<p>Fancy café.</p>")
    letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="é.pdf")
    data = letter.as_bytes()
    place %= len(data)
    with suppress(Unreadable):
        one = found((data[:place] + junk + data[place:])[:cut])
        assert one.text.strip()
        assert all(name == normalise(name) for name in (one.title, *one.authors))
