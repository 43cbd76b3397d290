"""Words: BM25 over title, publisher and text of passages; the only file that knows tantivy.

All three are one field, and a question nothing but words of it: of that alone tantivy passes over whole blocks of passages
that can't be among the best (block-max WAND; Ding and Suel, 2011), a quarter of the time of weighing fields apart. How rare
a word is, is told by the text alone: what a paper is called says nothing of what its articles are about.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Sequence
from pathlib import Path

import tantivy

from index.record import PassageRow

_HEAP = 64_000_000  # bytes of each of the writer's threads
_THREADS = 2
# All passages lie in so many segments, or in fewer of at least so many passages. Where a passage goes, its segment is written
# anew, a sixth of all; a search of seven takes 9 % longer than one of two, of four 4 %. Of eight alike in size tantivy makes one.
_SEGMENTS, _SEGMENT = 6, 5_000
_ALONE = "alone"  # the field of the text without what stands above it
# Words that stand in more of the passages are passed over where there are others: their weight is negative by Robertson and
# Sparck Jones (1976), next to none by what came of it, and their lists are the longest. Of six collections no measure moved
# by .0005 for it; by a third or a fifth in place of a half some did.
_COMMON = 0.5
WORDS_VERSION = 1  # of what is indexed: words of another one are made anew


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(60))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


_ANALYZER = _analyzer()


def stems(text: str) -> list[str]:
    """The words of a text as they are searched: folded, without English stop words, stemmed as English."""
    return list(_ANALYZER.analyze(text))


def _schema() -> tantivy.Schema:
    build = tantivy.SchemaBuilder()
    build.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    build.add_text_field("text", tokenizer_name="words", index_option="freq")  # and what stands above it
    build.add_text_field(_ALONE, tokenizer_name="words", index_option="basic")
    build.add_text_field("publisher_name", tokenizer_name="raw", index_option="basic")
    build.add_unsigned_field("published", indexed=True, fast=True)
    return build.build()


class Words:
    """The passages of one generation in tantivy."""

    def __init__(self, folder: Path, create: bool = False) -> None:
        if create:
            folder.mkdir(parents=True)
            self._index = tantivy.Index(_schema(), path=str(folder))
        else:
            self._index = tantivy.Index.open(str(folder))
        self._index.register_tokenizer("words", _ANALYZER)
        self._searcher = self._index.searcher()
        try:
            self._searcher.doc_freq(_ALONE, "")
            self._text = _ALONE
        except ValueError:  # as it was made before: titles were a field apart
            self._text = "text"

    def change(self, removed: Collection[str], added: Collection[PassageRow]) -> None:
        """Remove passages by id and add others; of what was removed, words stay in the files of its segment: see `beside`."""
        every = self._searcher.num_docs - len(removed) + len(added)
        segments = max(round(len(added) / max(every / _SEGMENTS, _SEGMENT)), 1)
        threads = min(segments, _THREADS)  # of which each writes a segment until what was added is committed
        lot = math.ceil(len(added) * threads / segments)
        writer = self._index.writer(_HEAP * threads, threads)
        for id in removed:
            writer.delete_documents_by_term("id", id)
        for number, row in enumerate(added, 1):
            whole = f"{row.title}\n{row.publisher or ''}\n{row.text}"
            document = tantivy.Document(id=row.id, text=whole, alone=row.text)
            if row.publisher is not None:
                document.add_text("publisher_name", row.publisher)
            if row.published is not None:
                document.add_unsigned("published", row.published)
            writer.add_document(document)
            if number % lot == 0:
                writer.commit()
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        self._searcher = self._index.searcher()

    def best(
        self,
        text: str,
        limit: int,
        since: int | None = None,
        until: int | None = None,
        publishers: Sequence[str] = (),
    ) -> list[tuple[str, float]]:
        """The (id, BM25) of the passages that hold words of a text, best first; days are yyyymmdd, inclusive."""
        words = dict.fromkeys(stems(text))
        if not words:
            return []
        searcher, schema = self._searcher, self._index.schema
        most = _COMMON * searcher.num_docs
        telling = [word for word in words if 0 < searcher.doc_freq("text", word) <= most]
        asked = [tantivy.Query.term_query(schema, "text", word, "freq") for word in telling or words]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in asked])
        filters = []
        if since is not None or until is not None:
            days = tantivy.Query.range_query(schema, "published", tantivy.FieldType.Unsigned, since, until)
            filters.append(tantivy.Query.const_score_query(days, 0.0))
        if publishers:
            names = tantivy.Query.term_set_query(schema, "publisher_name", list(publishers))
            filters.append(tantivy.Query.const_score_query(names, 0.0))
        if filters:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in (query, *filters)])
        found = searcher.search(query, limit, count=False)
        return [(searcher.doc(address)["id"][0], float(score)) for score, address in found.hits]

    def rarity(self, word: str) -> float:
        """How much a stemmed word tells in this collection: BM25's inverse document frequency, over texts of passages."""
        passages, holding = self._searcher.num_docs, self._searcher.doc_freq(self._text, word)
        return math.log(1.0 + (passages - holding + 0.5) / (holding + 0.5))

    def ids(self) -> set[str]:
        """The ids of all passages."""
        return self._in_segments(range(self._searcher.num_segments))

    def beside(self, ids: Collection[str]) -> set[str]:
        """The ids of all passages that share a segment with one of these, which are among them.

        Once all of a segment was removed, its files are gone: nothing is left of what is not added again.
        """
        if not ids:
            return set()
        query = tantivy.Query.term_set_query(self._index.schema, "id", list(ids))
        found = self._searcher.search(query, max(1, len(ids)), count=False)
        return self._in_segments({address.segment_ord for _, address in found.hits})

    def _in_segments(self, segments: Container[int]) -> set[str]:
        searcher = self._searcher
        found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False)
        return {searcher.doc(address)["id"][0] for _, address in found.hits if address.segment_ord in segments}
