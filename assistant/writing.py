"""Answers written by a chat model: each sentence is checked as it comes, and stands with the quotations that carry it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import regex

from assistant import chat_model
from assistant.checking import Evidence, check, remembering
from assistant.errors import BadModel
from assistant.question import Turn
from assistant.quoting import Quoted, whole
from assistant.ranking import within
from assistant.retriever import RankedHit
from index import Hit
from index.embedder import Vectors
from index.passages import sentences
from index.words import stems
from prompts import messages

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

# Of the many answers that models write at once, so many look for quotations and check sentences: what waits for a model
# anyhow leaves the processors to those who ask for quotations alone.
COMPUTING = threading.BoundedSemaphore(2)
_ANSWER = 800  # tokens kept free for what the model writes
_PER_TOKEN = 3  # characters of a token, counted low: what does not fit is cut off silently by some servers
_NEAR = 4  # quotations that a sentence is compared with, the nearest ones
# How well one quotation must carry a sentence, and how well two together: chosen on half of tests/data/written.jsonl, where
# `check` alone let a fifth of the false sentences through. What two say is more easily put together wrongly.
_SURE = (0.7, 0.8)
_EARLIER, _OF_EACH = 3, 600  # turns of a conversation that a follow-up may refer to; characters of each answer
_QUESTION = 400  # characters of a question that was made to stand alone

_MARKER = regex.compile(
    r"\s*(?:[\[【(]\s*(?:(?:source|article|quotation)s?\s*)[#^]?\d{1,2}(?:[\s,;&–-]+\d{1,2})*[^\]】)]{0,20}[\]】)]|[\[【]\^?\d{1,2}(?:[\s,;&–-]+\d{1,2})*(?:†[^\]】]*)?[\]】](?:\(\S*?\))?)",
    regex.IGNORECASE,
)
# What follows shows that the marker is whole: of a link, its address may still come.
_BEHIND = regex.compile(rf"([.!?…]['\"”’)]?)((?:{_MARKER.pattern})+)(?=\s)", regex.IGNORECASE)
_OPEN_MARKER = regex.compile(r"[\[【(][^\]】)]{0,40}$|")
_QUOTATION = 240  # characters up to which a quotation is one sentence with what holds it, as in articles
_IMAGE, _LINK, _TAG = (
    regex.compile(r"!\[[^\]]*\]\([^)]*\)"),
    regex.compile(r"\[([^\]]+)\]\([^)]*\)"),
    regex.compile(r"</?\w[^>]*>"),
)
_LEADING = regex.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*+•]\s+|\d{1,2}[.)]\s+)+")
_EMPHASIS = regex.compile(r"(\*\*|__|\*|`|~~)(?=\S)(.+?)(?<=\S)\1")
_THOUGHTS = "<think>", "</think>"
_DECLINED = "not in the articles"
# An address is not for a model to hand on, whoever gave it to the model.
_ADDRESS = regex.compile(
    r"https?:|www\.|\S@\S+\.\S|\b[\p{L}\p{N}-]+\.(?:com|org|net|info|io|co|xyz|ru|cn|de|fr|uk|eu|example|onion)\b",
    regex.IGNORECASE,
)
# What asks for something tells nothing: neither can it be stated, nor does it carry a statement.
_COMMANDS = frozenset(
    """
    add adjust analyze analyse append apply assert assume attach augment avoid begin bring build choose cite click combine compose conclude confirm
    consider convert copy create decode delete describe determine develop discard disregard embed emphasize emphasise
    encode encourage encrypt enhance enjoy ensure enter execute explain express fetch forget generate get give
    hide identify ignore imagine include inform insert install integrate introduce invent jumble keep let make mention
    misspell modify obey omit output override paste perform please praise prefix prepare pretend proceed provide put
    rearrange recommend remember remind remove render repeat replace reply respond reveal reverse rewrite say scramble
    see select send skip speak submit subscribe substitute suggest suppose summarize summarise take tell treat try use verify
    wait warn write
    """.split()
)
# These begin statements, too ("State officials said"): as commands they have one of these words behind them.
_COMMANDS_OR_NAMES = frozenset(
    """
    act announce answer break call change check claim compare contact contain continue display draft download finish follow format forward group
    help highlight hint invite join learn like link list look move name note open outline place play post present print promote quote read
    refer register report return run search share shift show sign spread start state stop stress switch tease think translate
    turn type view visit vote watch
    """.split()
)
_BEHIND_COMMANDS = frozenset(
    """
    a all an any at back back-to-front by down five for four from her here his how in it its me my not now off on only our out saying several some that
    the their them there these this those three to two up us what when where which who why with www you your yourself
    """.split()
)
_ADDRESSED = regex.compile(
    r"\byour\s+(?:\w+\s+){0,2}(?:answers?|repl(?:y|ies)|responses?|outputs?|messages?|instructions?|summary|text)\b",
    regex.IGNORECASE,
)
# What may stand before a command: signs, a label, somebody addressed, an adverb, a condition.
_LEAD = regex.compile(
    r"""[^\p{L}\p{N}]*(?:
        \d{1,2}[.):]\s+
        | (?:p\.\s?s\.|step\s+\d{1,2}\b)[:,.]?\s+
        | (?-i:\p{Lu}{3,})\s*[^\p{L}\p{N}\s'’(,]+\s+
        | (?-i:\p{Lu})[\p{L}\ ]{0,24}:\s+
        | (?:(?:hey|hi|hello|ok|okay|dear|attention|note\s+to)[,:]?\s+)?(?:all\s+)?(?:assistants?|ais?|chatbots?|bots?|(?:language\s+)?models?|llms?|system|readers?)\s*[,:!–—-]+\s+
        | (?:please|also|now|then|next|first|always|never|ever|just|only|again|kindly|finally|simply|quietly|silently|secretly|immediately|clearly|briefly|directly|explicitly|openly|repeatedly|instead|and|but|so|or|do\s+not|don['’]t
            |you\s+(?:must|should|shall|can|may|might|will|need\s+to|have\s+to|are\s+(?:required|asked|told|instructed|expected|ordered|to)\s+(?:to\s+)?))[,:]?\s+
        | (?:stop|wait|listen|look|pause|think|go\s+(?:on|ahead|back))\s+(?:and|then)\s+
        | (?:when|whenever|whatever|whoever|if|before|after|while|once|to|from|for|in|as|until|regardless\s+of|no\s+matter)\b[^,.;:"“”]{1,60},\s+
        )""",
    regex.IGNORECASE | regex.VERBOSE,
)
_FIRST = regex.compile(
    r"[^\p{L}\p{N}]*(?P<word>\p{L}+)(?P<after>['’,:;.–—-]?)(?:\s+(?P<second>[\p{L}-]+))?", regex.IGNORECASE
)
_TELLS = r"""(?:say|state|mention|write|report|claim|tell|add|conclude|confirm|assert|repeat|include|reply|answer|respond|
    explain|announce|declare|suggest|recommend|promote|open|begin|start|end)"""
_ANSWERER = r"(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|outputs?|assistants?|ais?|ai\s+systems?|chatbots?|(?:language\s+)?models?|llms?)"
# Who is to say something does not say it; "went on to say" and "important to note" are no orders.
_ORDERED = regex.compile(
    rf"""\b{_ANSWERER}\b(?:\s+[\w’']+){{0,6}}\s+(?:must|should|shall|would|has\s+to|have\s+to|needs?\s+to|(?:is|are)\s+(?:\w+\s+)?to)\s+(?:\w+\s+)?{_TELLS}\b
    | \b(?:that|a\s+good|every|each|any|all)\s+(?:(?:the|every|each|any|all|an?)\s+)?{_ANSWERER}\s+{_TELLS}s?\b
    | \b(?:ask|asked|tell|told|order|ordered|instruct|instructed|want|wants|wanted|expect|expected|require|required|supposed|free|sure|task|job|instruction|rule)
        \s+(?:[\w’']+\s+){{0,3}}to\s+(?:\w+\s+)?(?:{_TELLS}|be\s+told)\s+(?:\w+\s+){{0,3}}that\b
    | \b(?:is|are|have|has)\s+to\s+(?:\w+\s+)?(?:{_TELLS}|be\s+told)\s+(?:\w+\s+){{0,3}}that\b
    | ^[^\p{{L}}]*be\s+(?:sure|certain)\b
    | ^[^\p{{L}}]*(?:could|can|would|will)\s+you\b | ^[^\p{{L}}]*you\s+(?:are|will\s+be)\s+(?:now\s+)?(?:an?|the)\b
    | \byou\s+to\s+{_TELLS}\b""",
    regex.IGNORECASE | regex.VERBOSE,
)

_OPENING = regex.compile(r"[\"“«„‘]")
# Where a full stop ends a sentence although no capital follows: what comes behind is to be carried by itself.
_GOES_ON = regex.compile(r"(?<=\p{Ll}{3}[.!?][\"”’)]?)\s+(?=[^\s\p{Lu}\p{N}])")

# A word of a name may begin a sentence, as others do; two of them hardly do so.
_WHOLE_NAME = regex.compile(
    r"(?<=\p{Ll},? |[—–(\"“«])(?:\p{Lu}\p{Ll}+[ -]|\p{Lu}\. ){1,3}(?P<last>\p{Lu}[\p{L}’'-]*\p{Ll})(?!['’\p{L}])"
)

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True, slots=True)
class Carried:
    """A sentence that a model wrote, with the quotations that carry it."""

    text: str
    quotations: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What a model has written so far: what is carried, and what is not; or that it found no answer."""

    statements: tuple[Carried, ...] = ()
    left_out: tuple[str, ...] = ()
    declined: bool = False


class Writer:
    """A chat model at work, given as an object or by name; a name is opened when it is first needed."""

    def __init__(self, model: BaseChatModel | str) -> None:
        self._named = _only(model) if isinstance(model, str) else None
        self._given = None if isinstance(model, str) else model
        self.name = self._named.name if self._named else chat_model.name_of(self._model())

    def _model(self) -> BaseChatModel:
        if self._given is not None:
            return self._given
        assert self._named
        return chat_model.opened(self._named)

    def write(self, question: str, ranked: Sequence[RankedHit], embed: Embed) -> Generator[Written, None, None]:
        """The answer as the model writes it, each sentence checked before it is given; raises ModelFailed.

        The same comes again, a few times a second, while the model is silent.
        """
        model = self._model()
        room = (chat_model.window(model) - _ANSWER) * _PER_TOKEN
        hits = _fitting(question, [one.hit for one in ranked], room)
        carriers = _Carriers(hits, remembering(embed))
        told, written = _Told(), Written()
        with closing(chat_model.stream(model, _messages(question, hits))) as pieces:
            for piece in pieces:
                for sentence in told.add(piece):
                    with COMPUTING:
                        written = _with(written, sentence, carriers)
                yield written
        for sentence in told.rest():
            with COMPUTING:
                written = _with(written, sentence, carriers)
        yield written

    def stand_alone(self, question: str, history: Sequence[Turn]) -> Generator[None, None, str | None]:
        """Returns the question as the model makes it stand alone, or nothing where it says more than was said.

        Yields while the model is silent or writes; raises ModelFailed.
        """
        text = ""
        with closing(chat_model.stream(self._model(), _rewriting(question, history))) as pieces:
            for piece in pieces:
                text += piece
                yield
        text = " ".join(_without_thoughts(text).split()).strip('"“”')
        said = " ".join([*(part for turn in history for part in turn), question])
        return text if text and len(text) <= _QUESTION and not _news(text, said) else None


def _only(name: str) -> chat_model.ChatModel:
    first, *others = chat_model.named(name) or (None,)
    if first is None or others:
        raise BadModel(f"One chat model writes an answer; {1 + len(others) if first else 'none'} are named.")
    return first


def _news(text: str, said: str) -> list[str]:
    """The names and numbers of a text that were not said."""
    known = {word.casefold() for word in regex.findall(r"[\p{L}\p{N}]+", said)}
    words = regex.findall(r"(?<!^)(?<![.?!]\s)\b\p{Lu}\p{L}+|\b\p{N}+", text)
    return [word for word in words if word.casefold() not in known]


def _rewriting(question: str, history: Sequence[Turn]) -> list[BaseMessage]:
    told = [f"Q: {_inert(asked)}\nA: {_inert(answered[:_OF_EACH])}" for asked, answered in history[-_EARLIER:]]
    return messages("standalone", conversation="\n".join(told), question=_inert(question))


def _messages(question: str, hits: Sequence[Hit]) -> list[BaseMessage]:
    by_article: dict[str, list[Hit]] = {}
    for hit in hits:
        by_article.setdefault(hit.article_id, []).append(hit)
    told = [_article(number, hits) for number, hits in enumerate(by_article.values(), 1)]
    return messages("answer", articles="\n\n".join(told), question=_inert(question))


def _article(number: int, hits: Sequence[Hit]) -> str:
    """The passages of an article between two lines that nothing in them can end."""
    article = hits[0].article
    facts = [("publisher", article.publisher), ("date", article.published and article.published.isoformat())]
    known = "".join(f' {name}="{_attribute(value)}"' for name, value in facts if value)
    passages = "\n[…]\n".join(_inert(article.text[start:end]) for start, end in _stretches(hits))
    return f'<article number="{number}" title="{_attribute(article.title)}"{known}>\n{passages}\n</article>'


def _stretches(hits: Sequence[Hit]) -> list[tuple[int, int]]:
    """What the passages of an article cover, those that overlap or touch as one."""
    found: list[tuple[int, int]] = []
    for hit in sorted(hits, key=lambda hit: hit.start):
        if found and not hit.article.text[found[-1][1] : hit.start].strip():
            found[-1] = found[-1][0], max(found[-1][1], hit.end)
        else:
            found.append((hit.start, hit.end))
    return found


def _inert(text: str) -> str:
    return text.replace("<", "‹").replace(">", "›")


def _attribute(text: str) -> str:
    return _inert(" ".join(text.split())).replace('"', "”")


def _fitting(question: str, hits: Sequence[Hit], characters: int) -> list[Hit]:
    """As many of the best hits as the model has room for; at least the first, as far as it goes."""
    while len(hits) > 1 and sum(len(str(one.content)) for one in _messages(question, hits)) > characters:
        hits = hits[:-1]
    return list(hits)


class _Told:
    """What a model says, cut into sentences as it comes."""

    def __init__(self) -> None:
        self._text = ""

    def add(self, piece: str) -> list[str]:
        """The sentences that are finished with this piece."""
        if not piece:
            return []
        self._text = _BEHIND.sub(r"\2\1", self._text + piece)
        opening, closing = _THOUGHTS
        begun = self._text.lstrip()[: len(opening)]
        if opening.startswith(begun) and closing not in self._text:
            return []
        self._text = _without_thoughts(self._text)
        spans = sentences(self._text)
        whole = 0
        while whole < len(spans) - 1 and not self._open(*spans[whole]):
            whole += 1
        # A marker behind a full stop belongs to what it ends.
        if whole and _OPEN_MARKER.fullmatch(_MARKER.sub("", self._text[spans[whole][0] :]).strip()):
            whole -= 1
        finished = [part for start, end in spans[:whole] for part in _GOES_ON.split(self._text[start:end])]
        self._text = self._text[spans[whole][0] :] if whole else self._text
        return finished

    def _open(self, start: int, end: int) -> bool:
        """Whether a quotation begins in a sentence and may still end behind it."""
        text = self._text[start:end]
        unclosed = text.count('"') % 2 or any(text.count(one) > text.count(other) for one, other in ("“”", "«»", "()"))
        return bool(unclosed) and len(self._text) - start <= _QUOTATION + len(text)

    def rest(self) -> list[str]:
        """The sentences that nothing follows."""
        text, self._text = _without_thoughts(_BEHIND.sub(r"\2\1", self._text + "\n")), ""
        return [part for start, end in sentences(text) for part in _GOES_ON.split(text[start:end])]


def _without_thoughts(text: str) -> str:
    opening, closing = _THOUGHTS
    return text.partition(closing)[2] if text.lstrip().startswith(opening) else text


def _with(written: Written, sentence: str, carriers: _Carriers) -> Written:
    text = plain(sentence)
    if not any(one.isalnum() for one in text):
        return written
    if text.casefold().strip(' .!:"“”') == _DECLINED:
        return replace(written, declined=True)
    carried = carriers.of(text, _markers(sentence))
    if carried is None:
        return replace(written, left_out=(*written.left_out, text))
    if any(text == one.text for one in written.statements):
        return written
    return replace(written, statements=(*written.statements, Carried(text, carried)))


def plain(sentence: str) -> str:
    """A sentence without markers, Markdown, tags, links and images: of a link, its words stay."""
    text = _TAG.sub(" ", _LINK.sub(r"\1", _IMAGE.sub(" ", _MARKER.sub("", sentence))))
    text = _LEADING.sub("", text)
    text = _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", text))
    return regex.sub(r"\s+([.,;:!?…])", r"\1", " ".join(text.split())).strip()


def _markers(sentence: str) -> frozenset[int]:
    """The numbers of the articles that the model names for a sentence."""
    return frozenset(
        int(number) for marker in _MARKER.findall(sentence) for number in regex.findall(r"\d{1,3}", marker)
    )


def asserts(sentence: str) -> bool:
    """Whether a sentence tells something, also in what it quotes: questions, commands, addresses to the answerer do not."""
    if "?" in sentence or _ADDRESSED.search(sentence) or _ORDERED.search(sentence):
        return False
    begins = [0, *(quote.end() for quote in _OPENING.finditer(sentence))]
    return not any(_commands(sentence[at:]) for at in begins)


def _commands(text: str) -> bool:
    """Whether a text begins with a command, behind whatever may stand before one."""
    at = 0
    while True:
        begun = _FIRST.match(text, at)
        if begun and not begun["after"]:
            first, second = begun["word"].lower(), (begun["second"] or "").lower()
            if first in _COMMANDS or (first in _COMMANDS_OR_NAMES and second in _BEHIND_COMMANDS):
                return True
        lead = _LEAD.match(text, at)
        if not lead:
            return False
        at = lead.end()


class _Carriers:
    """The sentences of the articles that the model has read, each as it would be quoted."""

    def __init__(self, hits: Sequence[Hit], embed: Embed) -> None:
        numbers = {id: number for number, id in enumerate(dict.fromkeys(hit.article_id for hit in hits), 1)}
        found: dict[tuple[str, int, int], tuple[int, Quoted]] = {}
        for hit in hits:
            for number, start, end in within(hit):
                text = hit.article.text
                if asserts(text[start:end]):
                    one = whole(hit, number)
                    if not all(asserts(one.text[slice(*span)]) for span in sentences(one.text)):
                        one = replace(one, start=start, end=end)
                    found.setdefault((hit.article_id, one.start, one.end), (numbers[hit.article_id], one))
        self._numbered = list(found.values())
        self._embed = embed
        self._stems = [frozenset(stems(one.text)) for _, one in self._numbered]
        self._vectors: Vectors | None = None

    def of(self, statement: str, named: frozenset[int]) -> tuple[Quoted, ...] | None:
        """The fewest quotations that carry a statement, those of the articles it names first; nothing if none do."""
        if not self._numbered or not asserts(statement) or _ADDRESS.search(statement):
            return None
        near = self._near(statement, named)
        for count, sure in enumerate(_SURE, 1):
            best: tuple[float, tuple[Quoted, ...]] | None = None
            for some in combinations(near, count):
                if count > 1 and not self._adds(statement, some):
                    continue
                told = tuple(self._numbered[at][1] for at in some)
                found = check(statement, [_evidence(one) for one in told], self._embed)
                if found.supported and found.score >= sure and (best is None or found.score > best[0]):
                    best = found.score, told
            if best:
                return _apart(best[1])
        return None

    def _near(self, statement: str, named: frozenset[int]) -> list[int]:
        if self._vectors is None:
            self._vectors = np.asarray(self._embed([one.text[:2_000] for _, one in self._numbered]))
        own = frozenset(stems(statement))
        cosines = self._vectors @ np.asarray(self._embed([statement]))[0]
        scores = [
            float(cosine) + len(own & words) / max(1, len(own)) + 0.1 * (number in named)
            for cosine, words, (number, _) in zip(cosines, self._stems, self._numbered, strict=True)
        ]
        return sorted(range(len(scores)), key=lambda at: -scores[at])[:_NEAR]

    def _adds(self, statement: str, some: Sequence[int]) -> bool:
        """Whether each of these has words of the statement that the others lack."""
        own = frozenset(stems(statement))
        shares = [own & self._stems[at] for at in some]
        return all(share - frozenset().union(*(other for other in shares if other is not share)) for share in shares)


def _evidence(one: Quoted) -> Evidence:
    """A quotation with what its article calls those of whom it only gives the last name."""
    article, voice = one.hit.article, one.voice
    full = dict(_in_full(article.text))
    if voice and voice.speaker in full:
        voice = replace(voice, speaker=full[voice.speaker])
    named = [name for last, name in full.items() if regex.search(rf"\b{regex.escape(last)}\b", one.text)]
    return Evidence(one.text, voice, article.publisher, article.published, ". ".join([article.title, *named]))


@lru_cache(maxsize=64)
def _in_full(text: str) -> tuple[tuple[str, str], ...]:
    """(last name, whole name) of those whom a text names in one way alone: Tomas Dovaly, for Dovaly."""
    found: dict[str, set[str]] = {}
    for name in _WHOLE_NAME.finditer(text):
        found.setdefault(name["last"], set()).add(name[0])
    return tuple((last, whole.pop()) for last, whole in found.items() if len(whole) == 1)


def _apart(quotations: Sequence[Quoted]) -> tuple[Quoted, ...]:
    """Without those that another one holds."""
    return tuple(
        one
        for one in quotations
        if not any(
            other is not one
            and other.hit.article_id == one.hit.article_id
            and other.start <= one.start
            and one.end <= other.end
            for other in quotations
        )
    )
