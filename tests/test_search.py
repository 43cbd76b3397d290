import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Hit, Library, build
from index.errors import ArticleChanged, ArticleGone, BadDate, EmptyQuestion, NoStore, StoreError
from index.generation import current
from index.passages import sentences
from index.search import as_day

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
