import codecs
import gzip
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index import readers
from index.article import normalise
from index.errors import Unreadable
from index.readers import records, text
from index.readers.fields import TITLE_LENGTH, Reading, day, title_from


def written(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def only(found: Iterator[Reading | Unreadable]) -> Reading:
    """The one article that was found."""
    (one,) = found
    assert isinstance(one, Reading), one
    return one


def markdown(content: str) -> Reading:
    return only(text.read_markdown(io.BytesIO(content.encode())))


def lines(content: str | bytes) -> list[Reading | Unreadable]:
    return list(records.read_lines(io.BytesIO(content.encode() if isinstance(content, str) else content)))


def array(content: str | bytes) -> list[Reading | Unreadable]:
    """What a JSON file gives, and last the reason why no more of it can be read, if there is one."""
    found: list[Reading | Unreadable] = []
    try:
        for one in records.read_json(io.BytesIO(content.encode() if isinstance(content, str) else content)):
            found.append(one)
    except Unreadable as reason:
        found.append(reason)
    return found


def told(found: list[Reading | Unreadable]) -> list[str]:
    """The text of each article, and the reason of each that can't be read."""
    return [one.text if isinstance(one, Reading) else f"! {one}" for one in found]


class TestFrontMatter:
    def test_every_field_is_read(self) -> None:
        found = markdown(
            "---\n"
            'title: "Ferry rams   Pier No. 5"\n'
            "publisher: The Beacon\n"
            "authors:\n  - Nadia Harrowell\n  - Joris Pell\n"
            "date: 2025-07-09\n"
            "url: https://beacon.example/ferry\n"
            "---\n"
            "The ferry rammed the pier.\n"
        )
        assert found == Reading(
            place="",
            title="Ferry rams Pier No. 5",
            text="The ferry rammed the pier.",
            publisher="The Beacon",
            authors=("Nadia Harrowell", "Joris Pell"),
            published=date(2025, 7, 9),
            url="https://beacon.example/ferry",
        )

    def test_a_name_may_be_written_otherwise(self) -> None:
        found = markdown("---\nHeadline: A\nSOURCE: B\nAuthor: C\nPublished: 2025-07-09\n---\nText.")
        assert (found.title, found.publisher, found.authors, found.published) == ("A", "B", ("C",), date(2025, 7, 9))

    def test_nothing_is_stated_where_nothing_is(self) -> None:
        found = markdown("---\ntitle:\nauthors: []\n---\nText.")
        assert (found.title, found.publisher, found.authors, found.published, found.url) == (
            "Text.",
            None,
            (),
            None,
            None,
        )

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("2025-07-09", date(2025, 7, 9)),
            ("2025-07-09 23:30:00", date(2025, 7, 9)),
            ("2025-07-09T23:30:00-05:00", date(2025, 7, 9)),
            ('"July 9, 2025"', date(2025, 7, 9)),
            ("2025", None),
        ],
    )
    def test_a_date_of_yaml_is_a_date(self, value: str, expected: date | None) -> None:
        assert markdown(f"---\ndate: {value}\n---\nText.").published == expected

    @pytest.mark.parametrize(
        ("field", "line"),
        [("title: 'open", 2), ("title: a: b", 2), ("- list\ntitle: a", 3), ("x: !!python/name:os.system", 2)],
    )
    def test_broken_yaml_is_named_with_its_line(self, field: str, line: int) -> None:
        with pytest.raises(Unreadable, match=f"front matter is not YAML in line {line};"):
            markdown(f"---\n{field}\n---\nText.")

    @pytest.mark.parametrize(
        "value", ["2025-02-30", "!!int ''", "!!float ''", "!!bool maybe", "!!timestamp never", "1" * 5000]
    )
    def test_a_value_that_yaml_chokes_on_is_no_more_than_unreadable(self, value: str) -> None:
        with pytest.raises(Unreadable, match="front matter is not YAML; mend it"):
            markdown(f"---\ndate: {value}\n---\nText.")

    def test_two_rules_around_prose_are_not_front_matter(self) -> None:
        content = "---\nIt was a dark night.\n---\nThe storm rose."
        assert markdown(content).text == content

    def test_a_rule_without_a_second_one_is_not_front_matter(self) -> None:
        assert markdown("---\ntitle: A\nText.").text == "---\ntitle: A\nText."

    def test_a_rule_inside_the_text_stays(self) -> None:
        assert markdown("---\ntitle: A\n---\nOne.\n\n---\nTwo.").text == "One.\n\n---\nTwo."

    @pytest.mark.parametrize("end", ["\r\n", "\r"])
    def test_other_line_ends_are_read_alike(self, end: str) -> None:
        found = markdown("---\ndate: 2025-07-09\n---\n# The ferry\n\nIt sank.\n".replace("\n", end))
        assert (found.title, found.text, found.published) == ("The ferry", "It sank.", date(2025, 7, 9))

    def test_a_name_is_one_line_without_hidden_characters(self) -> None:
        assert markdown('---\npublisher: "The\\n Bea\\u200bcon"\n---\nText.').publisher == "The Beacon"

    def test_a_name_of_thousands_of_digits_is_none(self) -> None:
        assert markdown(f"---\ntitle: 0x{'f' * 5000}\n---\nText.").title == "Text."

    def test_a_mapping_without_text_is_unreadable(self) -> None:
        with pytest.raises(Unreadable, match="it has no text"):
            markdown("---\ntitle: A\n---\n \n\u200b\n")


class TestTitle:
    @pytest.mark.parametrize(
        ("heading", "title"),
        [
            ("# The ferry", "The ferry"),
            ("\n\n#\tThe ferry  ", "The ferry"),
            ("# The ferry ##", "The ferry"),
            ("# About C#", "About C#"),
        ],
    )
    def test_a_first_heading_of_markdown_is_the_title(self, heading: str, title: str) -> None:
        found = markdown(f"{heading}\n\nIt sank.\n")
        assert (found.title, found.text) == (title, "It sank.")

    def test_a_title_in_front_matter_comes_first_and_the_heading_stays(self) -> None:
        found = markdown("---\ntitle: Ship lost\n---\n# The ferry\n\nIt sank.")
        assert (found.title, found.text) == ("Ship lost", "# The ferry\n\nIt sank.")

    @pytest.mark.parametrize("content", ["## The ferry\n\nIt sank.", "#ferry sank.", "It sank.\n\n# The ferry"])
    def test_what_is_no_first_heading_stays_in_the_text(self, content: str) -> None:
        found = markdown(content)
        assert (found.title, found.text) == (content.split("\n")[0], content)

    def test_a_heading_is_text_in_plain_text(self) -> None:
        assert only(text.read(io.BytesIO(b"# The ferry\n\nIt sank."))).text == "# The ferry\n\nIt sank."

    def test_a_heading_of_spaces_is_read_at_once(self) -> None:
        assert (
            markdown(f"# a{' ' * 100_000}b\n\nText.").title == "a b"
        )  # hours, if every split of the spaces were tried

    @pytest.mark.parametrize(
        ("content", "title"),
        [
            ("The ferry sank. Nobody was hurt.", "The ferry sank."),
            ("Who sank   the ferry? Nobody knows.", "Who sank the ferry?"),
            ("The ferry sank\n\nNobody was hurt.", "The ferry sank"),
            ("\n  Version 3.11 sank.", "Version 3.11 sank."),
        ],
    )
    def test_without_a_title_the_first_sentence_stands_in(self, content: str, title: str) -> None:
        assert only(text.read(io.BytesIO(content.encode()))).title == title

    def test_a_long_first_sentence_is_cut_at_a_word(self) -> None:
        sentence = "and so on " * 30
        title = title_from(sentence)
        assert len(title) <= TITLE_LENGTH + 1
        assert title.endswith("…")
        assert sentence.startswith(title[:-1] + " ")

    @given(st.text())
    def test_a_title_is_one_line_of_limited_length(self, content: str) -> None:
        title = title_from(content)
        assert len(title) <= TITLE_LENGTH + 1
        assert title == " ".join(title.split())
        assert bool(title) == bool(content.strip())


FACTS = {
    "2025-07-09": date(2025, 7, 9),
    "2025-07-09T23:30:00-05:00": date(2025, 7, 9),
    "2025-07-09 00:10:00Z": date(2025, 7, 9),
    "2025/07/09": date(2025, 7, 9),
    "2025.7.9": date(2025, 7, 9),
    "Wed, 09 Jul 2025 10:00:00 +0000": date(2025, 7, 9),
    "July 9, 2025": date(2025, 7, 9),
    "9  July\n2025": date(2025, 7, 9),
    "Jul 9 2025 11:30 PM": date(2025, 7, 9),
    "13/04/2025": date(2025, 4, 13),
    "04/13/2025": date(2025, 4, 13),
    "25.07.2025": date(2025, 7, 25),
    "2024-02-29": date(2024, 2, 29),
}
NO_FACTS: list[Any] = [
    "9 juillet", "9 juillet 2025", "03/04/2025", "09.07.2025", "2025", "March 2025", "July 9", "July 9, '25", "9/7/25",
    "Wednesday 2025", "10:30 July 2025", "2025-02-30", "2025-13-01", "2025-02-29", "0000-01-01", "today", "",
    "yesterday 2025", "Q3 2025", "July 9, 2025 and more", "2025-07-09" * 7, 2025, 1752019200, 1752019200000,
    20250709.0, True, False, None, [], {}, ["2025-07-09"], {"date": "2025-07-09"}, b"2025-07-09", float("nan"),
]  # fmt: skip


class TestDate:
    @pytest.mark.parametrize(("value", "expected"), FACTS.items(), ids=FACTS)
    def test_a_day_that_is_named_beyond_doubt_is_a_fact(self, value: str, expected: date) -> None:
        assert day(value) == expected

    @pytest.mark.parametrize("value", NO_FACTS, ids=repr)
    def test_anything_else_is_absent(self, value: Any) -> None:
        assert day(value) is None

    @given(st.dates())
    def test_iso_dates_come_back(self, value: date) -> None:
        assert day(value.isoformat()) == value
        assert day(value.strftime("%Y-%m-%d").zfill(10) + "T12:00:00Z") == value

    @given(st.dates(min_value=date(1000, 1, 1)))
    def test_days_in_figures_are_read_only_when_one_order_fits(self, value: date) -> None:
        expected = value if value.day > 12 or value.day == value.month else None
        assert day(f"{value.day:02}/{value.month:02}/{value.year}") == expected
        assert day(f"{value.month:02}/{value.day:02}/{value.year}") == expected

    @given(st.text() | st.from_regex(r"[0-9A-Za-z :,./+-]{6,40}"))
    def test_garbage_is_absent_or_states_its_year(self, value: str) -> None:
        found = day(value)
        assert found is None or f"{found.year:04}" in value or any(not sign.isascii() for sign in value)


FRENCH = (
    "Le maire de Kelverhaven a été réélu dimanche après une journée très agitée. Selon la préfecture, près de 21 000 "
    "électeurs se sont déplacés, « malgré la pluie », a déclaré à La Vigie la présidente du bureau de vote. Le pont, "
    "fermé depuis le mois de juin, ne rouvrira qu’à l’été prochain, où l’on espère moins de bruit."
)
ENCODED = {
    "UTF-8": ("Zürich: “Æther” – 10 €", "utf-8"),
    "UTF-8 with a byte order mark": ("Zürich: “Æther” – 10 €", "utf-8-sig"),
    "UTF-16": ("Zürich: “Æther” – 10 €", "utf-16"),
    "UTF-32": ("Zürich: “Æther” – 10 €", "utf-32"),
    "French in Latin-1": (FRENCH.replace("’", "'"), "latin-1"),
    "French in Windows-1252": (FRENCH, "cp1252"),
    "English in Windows-1252": ("The mayor said “nobody’s naïve” — the council agreed.", "cp1252"),
    "Portuguese in Windows-1252": (
        "A ponte permanecerá fechada até à primavera; os moradores estão preocupados.",
        "cp1252",
    ),
    "Czech in Windows-1250": ("Starosta řekl, že most zůstane uzavřen. Obyvatelé jsou znepokojeni situací.", "cp1250"),
    "Russian in Windows-1251": ("Мэр сказал, что мост останется закрытым до весны.", "cp1251"),
}


class TestEncoding:
    @pytest.mark.parametrize(("content", "encoding"), ENCODED.values(), ids=ENCODED)
    @pytest.mark.parametrize("name", ["a.txt", "a.md", "a.md.gz"])
    def test_text_comes_back(self, tmp_path: Path, name: str, content: str, encoding: str) -> None:
        data = content.encode(encoding)
        found = only(readers.read(written(tmp_path, name, gzip.compress(data) if name.endswith(".gz") else data)))
        assert found.text == content

    @pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
    def test_both_orders_of_utf_16_come_back(self, order: str) -> None:
        mark = codecs.BOM_UTF16_LE if order.endswith("le") else codecs.BOM_UTF16_BE
        assert text.decode(mark + "Zürich".encode(order)) == "Zürich"

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
    @pytest.mark.parametrize("kind", [lines, array])
    def test_records_come_back(self, kind: Any, encoding: str) -> None:
        # A line separator may stand in JSON's strings; it ends no record.
        rows = [{"id": 1, "text": "Ein Haus — é\u2028Zwei\x85Drei"}, {"id": 2, "text": "Wasser 水 " * 5000}]
        data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode(encoding)
        assert told(kind(data)) == [normalise(str(row["text"])) for row in rows]

    def test_a_line_of_latin_1_among_utf_8_is_read(self) -> None:
        content = "Le maire a été élu à Besançon après une journée très agitée."
        row = json.dumps({"text": content}, ensure_ascii=False)
        assert told(lines(row.encode() + b"\n" + row.encode("latin-1"))) == [content, content]

    def test_binary_is_unreadable(self, tmp_path: Path) -> None:
        path = written(tmp_path, "a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
        with pytest.raises(Unreadable, match="not text: it holds binary data"):
            list(readers.read(path))

    @pytest.mark.parametrize(
        ("data", "declared"),
        [
            (codecs.BOM_UTF8 + b"a\xff", "UTF-8"),
            (codecs.BOM_UTF16_LE + b"a", "UTF-16"),
            (codecs.BOM_UTF32_BE + b"a", "UTF-32"),
        ],
    )
    def test_a_mark_that_does_not_hold_is_unreadable(self, data: bytes, declared: str) -> None:
        with pytest.raises(Unreadable, match=f"not, or not to its end, the {declared} that its first bytes declare"):
            text.decode(data)

    def test_a_mark_that_stops_holding_costs_the_rest_of_the_records(self) -> None:
        data = codecs.BOM_UTF8 + b'{"text": "One."}\n' + b'{"text": "Two."}\n' * 1000 + b"\xff\n"
        found: list[Reading | Unreadable] = []
        with pytest.raises(Unreadable, match="not to its end, the UTF-8 that its first bytes declare"):
            found.extend(records.read_lines(io.BytesIO(data)))
        assert told(found)[:2] == ["One.", "Two."]


class TestFiles:
    def test_a_cut_gzip_file_gives_what_came_before(self, tmp_path: Path) -> None:
        rows = "".join(json.dumps({"id": n, "text": f"Article {n}."}) + "\n" for n in range(20_000))
        whole = gzip.compress(rows.encode())
        found: list[Reading | Unreadable] = []
        path = written(tmp_path, "a.jsonl.gz", whole[: len(whole) // 2])
        with pytest.raises(Unreadable, match="not a whole gzip file"):
            found.extend(readers.read(path))
        assert len(found) > 1000
        assert told(found) == [f"Article {n}." for n in range(len(found))]

    @pytest.mark.parametrize("data", [b"Not packed.", b"\x1f\x8b\x08\0garbage", gzip.compress(b"Text.")[:-6]])
    def test_what_is_not_gzip_is_unreadable(self, tmp_path: Path, data: bytes) -> None:
        with pytest.raises(Unreadable, match="not a whole gzip file"):
            list(readers.read(written(tmp_path, "a.md.gz", data)))

    @pytest.mark.parametrize("name", ["a.txt", "a.md", "a.json", "a.jsonl", "a.md.gz"])
    def test_an_empty_file_is_unreadable(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(Unreadable, match="the file is empty"):
            list(readers.read(written(tmp_path, name, b"")))

    @pytest.mark.parametrize("name", ["a.doc", "a.gz", "a", "a.md.bz2"])
    def test_another_kind_is_unreadable(self, tmp_path: Path, name: str) -> None:
        path = written(tmp_path, name, "Text.")
        assert not readers.readable(path)
        with pytest.raises(Unreadable, match="this kind of file is not read; read are .txt"):
            list(readers.read(path))

    @pytest.mark.parametrize("name", ["a.txt", "a.TEXT", "a.b.Md", "a.markdown", "a.json", "a.jsonl", "a.ndjson.gz"])
    def test_kinds_are_known_by_the_end_of_the_name(self, name: str) -> None:
        assert readers.readable(Path(name))
        assert not readers.readable(Path("." + name))

    def test_a_missing_file_is_an_error_of_the_system(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            list(readers.read(tmp_path / "a.md"))

    def test_more_than_the_limit_is_unreadable(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text, "LARGEST", 1024 * 1024)
        assert len(markdown("a" * 1024 * 1024).text) == 1024 * 1024
        with pytest.raises(Unreadable, match="larger than 1 MB, the most for one article"):
            markdown("a" * (1024 * 1024 + 1))


class TestRecords:
    def test_every_field_is_read(self) -> None:
        row = {
            "id": "w-7",
            "headline": "Ferry rams pier",
            "body": "The ferry\r\nrammed the pier.",
            "source": {"id": None, "name": "The Beacon"},
            "authors": ["Nadia Harrowell", {"name": "Joris Pell"}, None, 7],
            "published_at": "2025-07-09T18:40:00Z",
            "url": "https://beacon.example/ferry",
        }
        expected = Reading(
            place="#w-7",
            title="Ferry rams pier",
            text="The ferry\nrammed the pier.",
            publisher="The Beacon",
            authors=("Nadia Harrowell", "Joris Pell", "7"),
            published=date(2025, 7, 9),
            url="https://beacon.example/ferry",
        )
        assert lines(json.dumps(row)) == array(json.dumps(row)) == array(json.dumps([row])) == [expected]

    @pytest.mark.parametrize("value", [None, "", [], {}, {"name": None}, True, float("nan"), "\u200b"], ids=repr)
    def test_what_names_nobody_is_absent(self, value: Any) -> None:
        (found,) = lines(json.dumps({"text": "Text.", "title": value, "author": value, "source": value, "url": value}))
        assert isinstance(found, Reading)
        assert (found.title, found.publisher, found.authors, found.url) == ("Text.", None, (), None)

    @pytest.mark.parametrize("kind", [lines, array])
    def test_a_record_without_an_id_is_named_by_what_it_says(self, kind: Any) -> None:
        rows = [
            {"text": "One.", "url": "a"},
            {"url": "a", "text": "One."},
            {"text": "Two."},
            {"text": "Two.", "id": True},
        ]
        one, again, two, other = kind("\n".join(map(json.dumps, rows)))
        assert one.place == again.place
        assert len({one.place, two.place, other.place}) == 3
        assert all(found.place.startswith("#") and len(found.place) == 17 for found in (one, two, other))

    @pytest.mark.parametrize(
        ("id", "place"), [("a b", "#a b"), (7, "#7"), (0, "#0"), ("é", "#é"), ("\ud800", "#\\ud800")]
    )
    def test_a_record_is_named_by_its_id(self, id: Any, place: str) -> None:
        (found,) = lines(json.dumps({"id": id, "text": "Text."}))
        assert isinstance(found, Reading)
        assert found.place == place
        assert found.place.encode()  # it can be stored

    @pytest.mark.parametrize(
        "row", ['{"title": "A"}', '{"text": null}', '{"text": ["A"]}', '{"text": 7}', '{"text": ""}']
    )
    def test_a_record_without_text_costs_that_record(self, row: str) -> None:
        good = '{"text": "Good."}'
        reason = "it has no text: expected a field “text” or “body”"
        assert told(lines(f"{good}\n{row}\n{good}")) == ["Good.", f"! line 2: {reason}", "Good."]
        assert told(array(f"[{good}, {row}, {good}]")) == ["Good.", f"! record 2: {reason}", "Good."]

    def test_a_record_of_white_space_costs_that_record(self) -> None:
        assert told(lines('{"text": " \\n\\u200b"}\n{"text": "Good."}')) == ["! line 1: it has no text", "Good."]

    @pytest.mark.parametrize("row", ["null", "7", '"text"', "[]", "true"])
    def test_what_is_no_record_costs_that_place(self, row: str) -> None:
        reason = "not a record: expected {…} with a field “text” or “body”"
        assert told(lines(f'{row}\n{{"text": "Good."}}')) == [f"! line 1: {reason}", "Good."]
        assert told(array(f'[{row}, {{"text": "Good."}}]')) == [f"! record 1: {reason}", "Good."]

    def test_a_bad_line_costs_that_line_and_is_named(self) -> None:
        content = '{"text": "One."}\n\n{"text": "Two.\n   \n{"text": "Five."} x\n{"text": "Six."}\n\xff'
        one, three, five, six, seven = told(lines(content))
        assert (one, six) == ("One.", "Six.")
        assert three.startswith("! line 3: not JSON (Invalid control character at at character 15)")
        assert five.startswith("! line 5: not JSON (Extra data at character 19)")
        assert seven.startswith("! line 7: not JSON")

    def test_a_line_over_the_limit_costs_that_line(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(records, "LARGEST", 1024 * 1024)
        long = json.dumps({"text": "a" * 3 * 1024 * 1024})
        expected = ["One.", "! line 2: longer than 1 MB, the most for one article", "Three."]
        assert told(lines(f'{{"text": "One."}}\n{long}\n{{"text": "Three."}}')) == expected
        assert told(lines(f'{{"text": "One."}}\n{long}')) == expected[:2]

    def test_a_record_over_the_limit_costs_that_record(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(records, "LARGEST", 1024 * 1024)
        content = json.dumps([{"text": "a" * (1024 * 1024 + 1)}, {"text": "Two."}])
        assert told(array(content)) == ["! record 1: larger than 1 MB, the most for one article", "Two."]

    @pytest.mark.parametrize("between", ["", " ", "\n", "\r\n\t"])
    def test_records_may_follow_each_other(self, between: str) -> None:
        assert told(array(between.join(f'{{"text": "{n}."}}' for n in range(3)))) == ["0.", "1.", "2."]

    def test_an_array_is_read_while_it_comes(self) -> None:
        class Endless(io.RawIOBase):
            """An array that has no end: who wants all of it first never gets an answer."""

            waiting = b" \n[" + b'{"text": "One."},'
            given = 0

            def readable(self) -> bool:
                return True

            def seek(self, place: int, whence: int = 0) -> int:
                assert (place, whence) == (0, 0)
                self.waiting = b" \n[" + b'{"text": "One."},'
                return 0

            def read(self, size: int = -1) -> bytes:
                assert size > 0
                self.given += size
                assert self.given < 10_000_000
                while len(self.waiting) < size:
                    self.waiting += b'{"text": "One."},' * 1000
                out, self.waiting = self.waiting[:size], self.waiting[size:]
                return out

        found = records.read_json(Endless())  # type: ignore[arg-type]
        assert [next(found).text for _ in range(3)] == ["One."] * 3  # type: ignore[union-attr]

    @pytest.mark.parametrize("rest", ["", "]", ',{"text": "Tw', ", x]", ',{"text": 1e999}]', '] {"text": "A"}', ",]"])
    def test_an_array_that_breaks_gives_what_came_before(self, rest: str) -> None:
        found = told(array('[{"text": "One."}' + rest))
        assert found[0] == "One."
        assert len(found) == (1 if rest == "]" else 2)
        assert all(reason.startswith("! not JSON from record 2 on (") for reason in found[1:])

    @pytest.mark.parametrize("content", ["x", '"text"', "7", "Not JSON"])
    def test_what_is_no_json_of_records_is_unreadable(self, content: str) -> None:
        assert told(array(content)) == ["! not JSON: expected a record in {…} or an array of them in […]"]

    def test_white_space_alone_is_an_empty_file(self) -> None:
        assert told(array(" \r\n\t")) == ["! the file is empty"]

    def test_an_empty_array_is_no_error(self) -> None:
        assert array("[]") == []

    @pytest.mark.parametrize("depth", [500, 100_000])
    @pytest.mark.parametrize("kind", [lines, array])
    def test_a_record_nested_without_end_costs_that_record(self, kind: Any, depth: int) -> None:
        row = '{"text": "Deep.", "x": ' + "[" * depth + "]" * depth + "}"
        found = told(kind(f'{row}\n{{"text": "Good."}}'))
        assert found[-1] == "Good." or "nested too deeply" in found[-1]
        assert found[0] == "Deep." or "1: nested too deeply" in found[0] or "from record 1 on" in found[0]

    def test_a_number_of_thousands_of_digits_costs_that_line(self) -> None:
        huge, good = told(lines('{"text": "A.", "x": ' + "1" * 5000 + '}\n{"text": "Good."}'))
        assert huge.startswith("! line 1: not read (Exceeds the limit")
        assert good == "Good."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["id", "title", "headline", "text", "body", "source", "publisher", "author", "authors", "date", "published", "url"]
)
PIECES = st.sampled_from(
    [b"---\n", b"---\r\ntitle: ", b"date: !!int ''\n", b": &a [*a]\n", b"# ", b"\r", b"\n", b'{"text": "', b'"}', b"[", b"]", b"{",
     b"}", b",", b'"id": 1e400,', b"null", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0", b"\0", b"\x1f\x8b\x08",
     b"\\ud800", "é水\u2028".encode(), b"\xe9"]
)  # fmt: skip
BYTES = st.binary() | st.lists(PIECES | st.binary(max_size=4), max_size=12).map(b"".join)


@pytest.mark.parametrize("read", [text.read, text.read_markdown, records.read_json, records.read_lines])
@given(data=BYTES)
@example(data=b"\xff\xfe\0")
@example(data=codecs.BOM_UTF8 + b"\xff")
def test_any_bytes_are_articles_or_unreadable(read: Any, data: bytes) -> None:
    try:
        for one in read(io.BytesIO(data)):
            assert isinstance(one, Unreadable) or one == sound(one)
    except Unreadable:
        pass


@given(st.lists(st.dictionaries(FIELDS, JSON) | JSON, max_size=4))
def test_any_json_is_articles_or_unreadable(rows: list[Any]) -> None:
    for content in ("\n".join(json.dumps(row) for row in rows), json.dumps(rows)):
        for one in lines(content) + array(content):
            assert isinstance(one, Unreadable) or one == sound(one)


def sound(one: Reading) -> Reading:
    """The same reading, after a look at what holds for all."""
    assert one.text == normalise(one.text)
    assert one.text.strip()
    names = [one.title, *one.authors, one.publisher or "-", one.url or "-"]
    assert all(name and name == " ".join(normalise(name).split()) for name in names)
    (one.place + one.text + "".join(names)).encode()  # all of it can be stored
    return one
