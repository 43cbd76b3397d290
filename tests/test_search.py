import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Hit, Library, build
from index.article import Article
from index.errors import ArticleChanged, ArticleGone, BadDate, EmptyQuestion, NoStore, StoreError
from index.generation import current
from index.passages import sentences
from index.search import as_day, is_newer

COPIES = {"Littoral News Agency", "Evening Capstan", "The Beacon", "La Vigie"}


def write(path: Path, text: str, **facts: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = "".join(f"{name}: {value}\n" for name, value in facts.items())
    path.write_text(f"---\n{fields}---\n{text}\n" if fields else text, encoding="utf-8")


def ids(library: Library) -> list[str]:
    with library.view() as view:
        return view.some_articles(999)


class TestFinding:
    def test_every_sentence_finds_its_article(self, library: Library) -> None:
        lost = []
        for article in map(library.article, ids(library)):
            for start, end in sentences(article.text)[::3]:
                sentence = article.text[start:end]
                hits = library.search(sentence, 5)
                if not any(sentence in one.text for hit in hits for one in (hit.article, *hit.also)):
                    lost.append((article.title, sentence, hits[0].text))
        assert lost == []

    def test_a_hit_is_a_passage_of_its_article(self, library: Library) -> None:
        hits = library.search("Who was injured on the ferry?")
        assert "Ferry" in hits[0].article.title
        for hit in hits:
            article = library.article(hit.article_id, hit.article.version)
            assert hit.text == article.text[hit.start : hit.end] != ""
            assert hit.found_by
            assert set(hit.found_by) <= {"meaning", "words"}
            assert hit.to_dict()["text"] == hit.text
            assert hit.to_dict()["version"] == article.version
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert all(0 <= hit.score <= 1 for hit in hits)

    @pytest.mark.parametrize("limit", [1, 3, 12, 500])
    def test_no_more_hits_come_than_asked(self, library: Library, limit: int) -> None:
        found = library.search("ship", limit)
        assert len(found) <= limit
        assert found == library.search("ship", 500)[:limit]

    def test_a_search_says_the_same_twice(self, library: Library) -> None:
        assert library.search("bananas") == library.search("bananas")

    def test_a_word_that_one_article_has_is_found(self, library: Library) -> None:
        assert "bananas" in library.search("bananas")[0].text.casefold()

    @pytest.mark.parametrize(
        ("question", "publisher"),
        [
            ("What did the Harbour Post write about the bridge?", "Harbour Post"),
            ("What did The Beacon write about the bridge?", "The Beacon"),
            ("According to La Vigie, what happened to the ship?", "La Vigie"),
        ],
    )
    def test_a_publisher_that_is_named_comes_first(self, library: Library, question: str, publisher: str) -> None:
        hits = library.search(question)
        assert hits[0].article.publisher == publisher
        assert {hit.article.publisher for hit in hits} > {publisher}, "the others are not left out"
        assert all(0 <= hit.score <= 1 for hit in hits)

    @pytest.mark.parametrize(
        ("asked", "day"), [("on 14 June 2025", date(2025, 6, 14)), ("in September 2025", date(2025, 9, 26))]
    )
    def test_a_day_that_is_named_comes_first(self, library: Library, asked: str, day: date) -> None:
        assert library.search(f"What was written about the bridge {asked}?")[0].article.published == day

    def test_each_of_two_publishers_that_are_named_is_among_the_first(self, library: Library) -> None:
        hits = library.search("Do The Beacon and La Vigie agree about the medieval ship?", 3)
        assert {"The Beacon", "La Vigie"} <= {hit.article.publisher for hit in hits} | {
            copy.publisher for hit in hits for copy in hit.also
        }

    def test_the_name_of_the_only_publisher_moves_nothing(self, tmp_path: Path) -> None:
        for number, text in enumerate(["A crane fell.", "A ferry ran aground.", "The town sold its lanterns."]):
            write(tmp_path / "root" / f"{number}.md", text, title=f"Part {number}", publisher="The Beacon")
        build([tmp_path / "root"], tmp_path / "store")
        with Library.open(tmp_path / "store") as library:
            hits = library.search("What did The Beacon write about a ferry?")
        assert hits[0].text == "A ferry ran aground."
        assert hits[0].score == 1.0
        assert hits[-1].score < 0.1

    def test_what_suits_one_part_of_a_question_is_not_behind_all_that_suits_the_other(self, library: Library) -> None:
        bridge = "Why was the Pilgrim Bridge closed to lorries when divers saw cracks in its old piers"
        mussels = "what made the council forbid anyone to gather mussels from the beds"
        first, second, *_ = library.search(f"{bridge}, and {mussels}?")
        assert "Bridge" in first.article.title
        assert "mussels" in second.article.title

    def test_a_publisher_that_is_named_stays_within_the_filter(self, library: Library) -> None:
        hits = library.search("What did The Beacon write about the bridge?", publishers=["Harbour Post"])
        assert {hit.article.publisher for hit in hits} == {"Harbour Post"}

    @pytest.mark.parametrize("text", ["", " \n\t"])
    def test_an_empty_question_is_refused(self, library: Library, text: str) -> None:
        with pytest.raises(EmptyQuestion, match="the question is empty"):
            library.search(text)

    @pytest.mark.parametrize("text", ["?", "the", "\0", "水", "🚢", "x" * 5000, "word " * 2000, '"a AND (b', "\ufffd"])
    def test_anything_else_can_be_asked(self, library: Library, text: str) -> None:
        assert library.search(text)

    @settings(max_examples=25, deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip))
    def test_any_text_can_be_asked(self, library: Library, text: str) -> None:
        assert library.search(text)


class TestNearCopies:
    def test_the_copies_of_one_report_are_one_hit(self, library: Library) -> None:
        hits = library.search("What did the dredgers find off Kelverhaven?")
        ship = [hit for hit in hits if "merchant ship" in hit.article.text]
        assert len({hit.article_id for hit in ship}) == 1
        (lead,) = {hit.article for hit in ship}
        for hit in ship:
            assert len(hit.also) == 3
            assert {lead.publisher, *(article.publisher for article in hit.also)} == COPIES
            assert lead not in hit.also

    def test_reports_of_one_event_are_no_copies(self, library: Library) -> None:
        hits = library.search("Ferry rams Pier No. 5")
        titles = {hit.article.title for hit in hits}
        assert {"Ferry rams Pier No. 5 in the evening rush", "Ferry's engineer had warned of engine failure"} <= titles
        assert all(hit.also == () for hit in hits if "erry" in hit.article.title)

    def test_only_copies_that_pass_the_filters_are_told(self, library: Library) -> None:
        hits = library.search("What did the dredgers find?", until="2025-06-26")
        ship = next(hit for hit in hits if "merchant ship" in hit.article.text)
        assert {ship.article.publisher, *(one.publisher for one in ship.also)} == {
            "Littoral News Agency",
            "Evening Capstan",
        }


AGROUND = (
    "A tanker has run aground off Kelverhaven with 4,000 tonnes of heating oil on board, the coastguard said.\n\n"
    "The Marigold lost her rudder in the gale on Sunday night and drifted for three hours before she struck.\n\n"
    "Tugs from Ostrel are trying to pull her free before the next storm, said Ilse Marren, the harbour master. "
    "No oil has been seen on the water. The crew of 19 was taken off by helicopter, and nobody was hurt."
)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("crowded")
    chance = Random(1)
    for number in range(100):
        write(folder / "root" / f"other{number}.md", told_by(chance), title=f"Of the town, part {number}")
    for number in range(30):
        text = AGROUND
        if number % 2:
            text = text.replace("harbour", "harbor").replace("tonnes", "tons")
        if number % 3 == 1:
            text = "KELVERHAVEN, Monday - " + text.replace("has run", "ran")
        if number % 5 == 1:
            text = text.removesuffix(" The crew of 19 was taken off by helicopter, and nobody was hurt.")
        if number % 7 == 1:
            text += "\n\nPeople on the quay asked why no tug was sent earlier, and were given no answer."
        day = f"2025-07-{(number * 11) % 28 + 1:02}"
        write(folder / "root" / f"{number}.md", text, title=f"Aground {number}", publisher=f"Paper {number}", date=day)
    build([folder / "root"], folder / "store")
    with Library.open(folder / "store") as library:
        yield library


class TestManyCopies:
    """30 papers print one report, among 100 other articles."""

    @pytest.mark.parametrize(
        "question", ["Which ship ran aground?", "Was oil seen on the water?", "the harbour master"]
    )
    def test_one_of_them_has_a_place_and_names_the_others(self, crowded: Library, question: str) -> None:
        hits = crowded.search(question)
        ours = [hit for hit in hits if hit.article.title.startswith("Aground")]
        assert len(hits) == 10
        assert ours[0] in hits[:5]
        assert len({hit.article_id for hit in ours}) == 1
        papers = [ours[0].article.publisher, *(other.publisher for other in ours[0].also)]
        assert sorted(papers, key=str) == sorted((f"Paper {number}" for number in range(30)), key=str)
        days = [other.published for other in ours[0].also]
        assert days == sorted(days, key=str)

    def test_they_are_counted_once(self, crowded: Library) -> None:
        """What comes behind them is what would come if 29 of them were not there."""
        alone = crowded.search("Which ship ran aground?", publishers=["Paper 0"])
        assert [hit.also for hit in alone] == [()]
        behind = [hit.article.title for hit in crowded.search("Which ship ran aground?", 60)[1:]]
        assert len(set(behind)) == len(behind) == 59

    def test_those_that_fail_the_filters_are_not_told(self, crowded: Library) -> None:
        some = ["paper 3", "Paper 4", "Paper 11"]
        (hit,) = crowded.search("aground", publishers=some)
        assert {hit.article.publisher, *(other.publisher for other in hit.also)} == {"Paper 3", "Paper 4", "Paper 11"}


def told_by(chance: Random) -> str:
    """A few sentences of town news, never twice the same."""
    who = ["The mayor", "A baker", "The choir", "A pilot", "The museum", "A teacher", "The ferry line", "A widow"]
    did = ["opened", "sold", "praised", "mended", "refused", "painted", "lost", "asked for", "counted", "defended"]
    what = ["a bench", "the old crane", "nine lanterns", "a garden", "the tram", "two boats", "a song", "the clock"]
    where = ["behind the station", "on the quay", "in Lunde", "at the market", "by the lock", "near the brewery"]
    why = ["to please the neighbours", "after a quarrel", "for the first time in years", "without saying why"]
    return " ".join(
        f"{chance.choice(who)} {chance.choice(did)} {chance.choice(what)} {chance.choice(where)} {chance.choice(why)}."
        for _ in range(5)
    )


@pytest.mark.usefixtures("verified_here")
class TestVersions:
    OLD = (
        "A ferry has rammed a pier in Kelverhaven, and 12 passengers were hurt, the coastguard said on Wednesday. "
        "The Lady Ansgard came in from Ostrel with 140 people on board and did not slow down, said Ilse Marren. "
        "Divers will look at the hull in the morning, and the line has cancelled its boats until Friday. "
        "The pier was built in 1931 and was to be repaired this winter for 3 million crowns, the city says."
    )
    NEW = OLD.replace("12 passengers", "17 passengers") + " One of them is in hospital."

    def article(self, publisher: str | None = "The Beacon", day: int | None = 9, text: str = OLD) -> Article:
        published = date(2025, 7, day) if day else None
        return Article("a", text, "Ferry rams pier", publisher, (), published, None, ("a.md",), "v")

    def test_a_newer_version_is_the_same_paper_s_of_a_later_day_with_other_words(self) -> None:
        old = self.article()
        assert is_newer(self.article(day=10, text=self.NEW), old)
        assert is_newer(self.article("THE BEACON", 10, self.NEW), old)
        assert not is_newer(old, self.article(day=10, text=self.NEW))

    @pytest.mark.parametrize(
        ("publisher", "day", "text"),
        [
            ("La Vigie", 10, NEW),
            (None, 10, NEW),
            ("The Beacon", 9, NEW),
            ("The Beacon", 8, NEW),
            ("The Beacon", None, NEW),
            ("The Beacon", 10, OLD.replace(". ", ".\n\n")),
        ],
        ids=["another paper's", "nobody's", "of the same day", "of an earlier day", "of no day", "the same words"],
    )
    def test_what_is_no_newer_version(self, publisher: str | None, day: int | None, text: str) -> None:
        assert not is_newer(self.article(publisher, day, text), self.article())
        assert not is_newer(self.article(None, 10, self.NEW), self.article(None, 9))

    def test_it_stands_for_an_old_one_that_ranks_hardly_better(self, tmp_path: Path) -> None:
        for number, (day, text) in enumerate([("2025-07-10", self.NEW), ("2025-07-09", self.OLD)]):
            write(tmp_path / "root" / f"{number}.md", text, title="Ferry rams pier", publisher="The Beacon", date=day)
        write(tmp_path / "root" / "other.md", "The mussels are poisonous until the water cools.", title="Mussels")
        build([tmp_path / "root"], tmp_path / "store")
        with Library.open(tmp_path / "store") as library:
            hits = library.search("Who rammed the pier?")
            assert hits[0].article.published == date(2025, 7, 10)
            assert [other.published for other in hits[0].also] == [date(2025, 7, 9)]
            (old,) = library.search("Who rammed the pier?", until="2025-07-09")
            assert (old.article.published, old.also) == (date(2025, 7, 9), ())


class TestFilters:
    @pytest.mark.parametrize(
        ("since", "until"), [("2025-07-09", None), (None, "2025-07-09"), ("2025-07-09", "2025-07-12")]
    )
    @pytest.mark.parametrize("publishers", [(), ("THE BEACON",), ("the beacon", "harbour post")])
    def test_days_are_inclusive_and_publishers_casefolded(
        self, library: Library, since: str | None, until: str | None, publishers: tuple[str, ...]
    ) -> None:
        expected = set()
        for article in map(library.article, ids(library)):
            day = article.published.isoformat() if article.published else None
            named = not publishers or (article.publisher or "").casefold() in [name.casefold() for name in publishers]
            if named and day and (since or "") <= day <= (until or "9"):
                expected.add(article.id)
        assert expected
        found = library.search("the city", 500, since, until, publishers)
        assert {hit.article_id for hit in found} | {one.id for hit in found for one in hit.also} == expected

    def test_undated_articles_drop_out_and_are_counted(self, library: Library) -> None:
        with library.view() as view:
            everything, dated = view.search("Greta Ommerly", 500), view.search("Greta Ommerly", 500, since="1900-01-01")
        assert everything.undated == 0
        assert dated.undated == 1
        assert everything.hits[0].article.title == "The woman who brings the ships in"
        assert all(hit.article.published for hit in dated.hits)

    def test_filters_that_nothing_passes_find_nothing(self, library: Library) -> None:
        assert library.search("ferry", publishers=("Nobody",)) == []
        assert library.search("ferry", since="2030-01-01") == []
        assert library.search("ferry", since="2025-08-01", until="2025-07-01") == []

    def test_days_may_be_dates(self, library: Library) -> None:
        assert library.search("ferry", since=date(2025, 7, 10)) == library.search("ferry", since="2025-07-10")

    @pytest.mark.parametrize(
        "value", ["2025", "2025-7", "July", "", "2025-02-30", "2025-07-09T10", "20250709", "2025-W28-3", "09-07-2025"]
    )
    def test_what_is_no_day_is_refused(self, library: Library, value: str) -> None:
        with pytest.raises(BadDate, match=f"“{value}” is not a date; write it as YYYY-MM-DD"):
            library.search("ferry", since=value)

    def test_a_day_comes_back(self) -> None:
        assert as_day("2025-07-09") == as_day(date(2025, 7, 9)) == date(2025, 7, 9)
        assert as_day(None) is None


class TestSpread:
    def test_no_article_crowds_the_others_out(self, tmp_path: Path) -> None:
        crowd = "\n\n".join(
            f"The whale of berth {n} " + "swam slowly past the grey whale watchers. " * 40 for n in range(9)
        )
        write(tmp_path / "root" / "crowd.md", crowd, title="Whale, whale, whale")
        for number, text in enumerate(
            ["A whale was heard.", "No whale came to the regatta.", "Whale songs, a concert."]
        ):
            write(tmp_path / "root" / f"{number}.md", text, title=f"Short {number}")
        build([tmp_path / "root"], tmp_path / "store")
        with Library.open(tmp_path / "store") as library:
            hits = library.search("whale", 20)
        places = [number for number, hit in enumerate(hits) if hit.article.title.startswith("Whale")]
        assert len(places) > 5
        assert sum(place < 5 for place in places) == 2
        assert len(hits) == len({(hit.article_id, hit.start) for hit in hits})


@pytest.mark.usefixtures("verified_here")
class TestChanges:
    @pytest.fixture
    def root(self, tmp_path: Path) -> Path:
        write(tmp_path / "root" / "ferry.md", "The ferry rammed the pier.", title="Ferry")
        write(tmp_path / "root" / "bridge.md", "The bridge was closed.", title="Bridge")
        build([tmp_path / "root"], tmp_path / "store")
        return tmp_path / "root"

    @pytest.fixture
    def opened(self, root: Path) -> Iterator[Library]:
        with Library.open(root.parent / "store") as library:
            yield library

    def test_an_article_that_changed_is_not_passed_off_as_the_old_one(self, root: Path, opened: Library) -> None:
        old = opened.search("ferry")[0].article
        assert opened.article(old.id, old.version) == old
        write(root / "ferry.md", "The ferry sank.", title="Ferry")
        build((), opened.store)
        with pytest.raises(ArticleChanged, match="“Ferry” has changed since"):
            opened.article(old.id, old.version)
        assert opened.article(old.id).text == "The ferry sank."

    def test_an_article_that_went_is_gone(self, root: Path, opened: Library) -> None:
        old = opened.search("ferry")[0].article
        (root / "ferry.md").unlink()
        build((), opened.store)
        for version in (None, old.version):
            with pytest.raises(ArticleGone, match=f"holds no article {old.id}"):
                opened.article(old.id, version)

    def test_a_store_without_articles_answers_nothing(self, root: Path, opened: Library) -> None:
        for path in root.iterdir():
            path.unlink()
        build((), opened.store)
        assert opened.search("ferry") == []
        assert opened.search("ferry", since="2025-01-01", publishers=("The Beacon",)) == []
        assert opened.status().articles == 0

    def test_a_question_sees_one_generation_from_its_beginning_to_its_end(self, root: Path, opened: Library) -> None:
        with opened.view() as view:
            before = view.search("ferry").hits
            write(root / "ferry.md", "The ferry sank.", title="Ferry")
            build((), opened.store)
            assert view.search("ferry").hits == before
            assert view.article(before[0].article_id).text == "The ferry rammed the pier."
            assert opened.search("ferry")[0].text == "The ferry sank."

    def test_a_store_that_was_made_anew_is_seen(self, root: Path, opened: Library) -> None:
        assert opened.search("ferry")
        shutil.rmtree(opened.store)
        write(root / "ferry.md", "The ferry is another one.", title="Ferry")
        # By another process: in this one Chroma holds on to the folder that was there.
        command = [sys.executable, "-c", f"from index import build; build([{str(root)!r}], {str(opened.store)!r})"]
        subprocess.run(command, check=True, cwd=Path(__file__).parents[1])
        assert current(opened.store) == 1
        assert opened.search("ferry")[0].text == "The ferry is another one."

    def test_threads_search_while_generations_are_published(self, root: Path, opened: Library) -> None:
        for number in range(12):
            write(root / f"{number}.md", f"Whale {number} came in round 0.", title=f"Whale {number}")
        build((), opened.store)
        done = threading.Event()
        seen: list[set[str]] = []
        errors: list[BaseException] = []

        def ask() -> None:
            try:
                while not done.is_set():
                    with opened.view() as view:
                        found = view.search("the whales that came", 30).hits
                        same = {view.article(hit.article_id).text for hit in found}
                    texts = {hit.article.text for hit in found}
                    assert same == texts
                    seen.append({text.split()[-1] for text in texts if text.startswith("Whale")})
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for turn in range(1, 4):
                for number in range(12):
                    write(root / f"{number}.md", f"Whale {number} came in round {turn}.", title=f"Whale {number}")
                build((), opened.store)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        assert errors == []
        assert all(len(rounds) == 1 for rounds in seen)
        assert len(seen) > 4
        assert opened.search("whale")[0].text.endswith("round 3.")

    def test_an_old_generation_goes_from_the_disk_with_its_last_reader(self, root: Path, opened: Library) -> None:
        write(root / "ferry.md", "The ferry sank.", title="Ferry")
        build((), opened.store)
        assert opened.search("ferry")
        build((), opened.store)
        assert [folder.name for folder in (opened.store / "generations").iterdir()] == ["000002"]


class TestOpening:
    def test_where_no_store_is_none_is_opened(self, tmp_path: Path) -> None:
        with pytest.raises(NoStore, match="There is no store in .*; make one with: clippings index FOLDER"):
            Library.open(tmp_path / "store")
        assert not (tmp_path / "store").exists()

    def test_a_store_without_a_generation_is_none_yet(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(Exception, match="No articles were found"):
            build([tmp_path / "empty"], tmp_path / "store")
        assert current(tmp_path / "store") == 0
        with pytest.raises(NoStore, match="Nothing is indexed in"):
            Library.open(tmp_path / "store")

    def test_a_closed_library_says_so(self, sample_store: Path) -> None:
        library = Library.open(sample_store)
        library.close()
        library.close()
        with pytest.raises(StoreError, match="This library is closed"):
            library.search("ferry")

    def test_the_status_tells_what_the_store_holds(self, library: Library, sample_store: Path) -> None:
        found = library.status().to_dict()
        articles = [library.article(id) for id in ids(library)]
        assert found["articles"] == len(articles) == 16
        assert found["publishers"] == {
            name: sum(article.publisher == name for article in articles)
            for name in {article.publisher for article in articles if article.publisher}
        }
        assert (found["first"], found["last"], found["undated"]) == ("2025-06-14", "2025-09-26", 1)
        assert found["generation"] == current(sample_store) == 1
        assert found["embedding_model"] == "all-MiniLM-L6-v2"
        assert int(str(found["bytes"])) > 100_000

    def test_a_hit_shows_itself_in_json(self, library: Library) -> None:
        hit: Hit = library.search("bananas")[0]
        assert list(hit.to_dict()) == [
            "article_id", "version", "title", "publisher", "published", "start", "end", "text", "score", "found_by",
        ]  # fmt: skip


def test_a_store_that_is_away_for_a_while_is_back_when_it_is(sample_store: Path, tmp_path: Path) -> None:
    store = shutil.copytree(sample_store, tmp_path / "store")
    with Library.open(store) as library:
        before = library.search("cracks in the bridge", limit=1)
        (store / "CURRENT").rename(tmp_path / "aside")
        for _ in range(2):
            with pytest.raises(NoStore, match="Nothing is indexed"):
                library.search("cracks in the bridge")
        (tmp_path / "aside").rename(store / "CURRENT")
        assert library.search("cracks in the bridge", limit=1) == before
