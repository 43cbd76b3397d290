"""Who says it: the voice of each sentence of an article, read off the words that say so."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

import regex

from assistant.answer import Span, Voice


def voices(text: str, sentences: Sequence[tuple[int, int]]) -> list[Voice | None]:
    """For each sentence of an article, who says it according to the article; None where the sentence names nobody."""
    return _Article(text, sentences).voices()


# A longer sentence is looked at only this far: it bounds the work, and no prose comes near it.
_LONGEST = 20_000
# How many tokens a noun phrase, and an apposition inside it, may take.
_PHRASE = 24
_APPOSITION = 40
# How many sentences a pronoun may lie behind the name it stands for.
_MEMORY = 6


# ---------------------------------------------------------------------------------------------- words

# Verbs of saying, by what they need beside a subject. "plain": nothing. "clause": that what is said stands
# beside them ("that ...", a quotation, a colon, or the sentence before the comma), since they also mean
# something else. "quote": words in quotation marks after them.
# A row: base, -s form, past (or past and participle), -ing form.
_VERBS: dict[Literal["plain", "clause", "quote"], str] = {
    "plain": """
        say says said saying; tell tells told telling; write writes wrote/written writing;
        tweet tweets tweeted tweeting; announce announces announced announcing;
        argue argues argued arguing; claim claims claimed claiming; allege alleges alleged alleging;
        explain explains explained explaining; note notes noted noting; warn warns warned warning;
        insist insists insisted insisting; testify testifies testified testifying;
        report reports reported reporting; assert asserts asserted asserting;
        admit admits admitted admitting; acknowledge acknowledges acknowledged acknowledging;
        concede concedes conceded conceding; complain complains complained complaining;
        declare declares declared declaring; caution cautions cautioned cautioning;
        joke jokes joked joking; remark remarks remarked remarking; quip quips quipped quipping;
        predict predicts predicted predicting; state states stated stating;
        emphasise emphasises emphasised emphasising; emphasize emphasizes emphasized emphasizing;
        stress stresses stressed stressing; reiterate reiterates reiterated reiterating;
        contend contends contended contending;
        lament laments lamented lamenting; boast boasts boasted boasting; vow vows vowed vowing;
        pledge pledges pledged pledging; promise promises promised promising; deny denies denied denying;
        accuse accuses accused accusing; urge urges urged urging; observe observes observed observing;
        reveal reveals revealed revealing; estimate estimates estimated estimating;
        criticise criticises criticised criticising; criticize criticizes criticized criticizing;
        denounce denounces denounced denouncing; praise praises praised praising
    """,
    "clause": """
        add adds added adding; continue continues continued continuing; reply replies replied replying;
        respond responds responded responding; recall recalls recalled recalling;
        conclude concludes concluded concluding; find finds found finding;
        show shows showed/shown showing; suggest suggests suggested suggesting;
        indicate indicates indicated indicating; confirm confirms confirmed confirming;
        propose proposes proposed proposing; repeat repeats repeated repeating;
        counter counters countered countering; retort retorts retorted retorting;
        ask asks asked asking; wonder wonders wondered wondering; answer answers answered answering;
        post posts posted posting; agree agrees agreed agreeing; shout shouts shouted shouting;
        read reads read reading; mention mentions mentioned mentioning; comment comments commented commenting;
        maintain maintains maintained maintaining; recount recounts recounted recounting;
        point-out points-out pointed-out pointing-out; disclose discloses disclosed disclosing;
        exclaim exclaims exclaimed exclaiming; whisper whispers whispered whispering;
        proclaim proclaims proclaimed proclaiming;
        speculate speculates speculated speculating; demand demands demanded demanding
    """,
    "quote": """
        call calls called calling; describe describes described describing; brand brands branded branding;
        dismiss dismisses dismissed dismissing; dub dubs dubbed dubbing; label labels labelled labelling;
        mock mocks mocked mocking; attack attacks attacked attacking; slam slams slammed slamming;
        thank thanks thanked thanking; blast blasts blasted blasting
    """,
}

_Form = Literal["base", "s", "past", "participle", "ing"]


class _Verb(NamedTuple):
    need: Literal["plain", "clause", "quote"]
    forms: frozenset[_Form]


def _verb_table() -> dict[str, _Verb]:
    table: dict[str, _Verb] = {}
    names: tuple[_Form, ...] = ("base", "s", "past", "ing")
    for need, rows in _VERBS.items():
        for row in rows.split(";"):
            for name, cell in zip(names, row.split(), strict=True):
                past, _, participle = cell.partition("/")
                for word in (past, participle or past) if name == "past" else (cell,):
                    forms: set[_Form] = {name}
                    if name == "past":
                        forms = {"past", "participle"} if not participle else {"past" if word == past else "participle"}
                    before = table[word].forms if word in table else frozenset()
                    table.setdefault(word, _Verb(need, frozenset()))
                    table[word] = _Verb(table[word].need, before | forms)
    return table


def _words(block: str) -> frozenset[str]:
    return frozenset(block.split())


_VERB = _verb_table()

# Verbs of saying that follow what is said: "...", said the mayor.
_TURNED = _words("""
    said says wrote writes added adds explained explains asked asks replied replies warned warns noted notes
    tweeted tweets continued continues argued argues recalled recalls reported reports admitted insisted joked
    quipped countered retorted exclaimed shouted whispered concluded stated remarked observed declared agreed
    responded answered lamented complained announced claimed cautioned
""")

# Forms that are nouns as well: taken as verbs only where what is said follows at once.
_NOUNS_TOO = _words("""
    claim claims report reports note notes state states tweet tweets post posts promise promises pledge pledges
    warn vow vows estimate estimates show shows reply replies answer answers call calls comment comments remark
    remarks demand demands stress stresses find finds boast boasts joke jokes praise praises attack attacks
    caution cautions counter counters brand brands label labels thanks point points complaint read reads
    lament laments quip quips repeat repeats
""")
_BEFORE_NOUNS = _words("""
    news police press media witness witnesses intelligence phone crime weather wire early previous other
    expense annual conference roll cat death robo
""")

# Of the verbs that need a clause, those that a clause without "that" follows: "suggested he was ill".
_REPORTED_BARE = _words("""
    suggest suggests suggested indicate indicates indicated conclude concludes concluded confirm confirms confirmed
    added adds recalled recalls replied agreed maintains maintained speculated disclosed
""")

# What may stand right behind "said" and make it no report, and what ends a noun phrase behind its noun.
_BARE_WORDS = _words("goodbye hello no yes little nothing sorry prayers grace mass")
_BEHIND_NOUNS = _words("published released conducted obtained familiar close briefed known")
_COUNTS = _words("one two three dozens hundreds thousands half percent number majority most many some several")
_OWNERS = _words("his her their its no any every")
_THROUGH = _words("interview interviews comments remarks conversation statement email op-ed article")

_AUXILIARIES = _words("has have had having 's 've 'd")
_BE = _words("is are was were am be been being gets got get isn't aren't wasn't weren't")
_NOT = _words("""
    not never didn't don't doesn't hasn't haven't hadn't won't wouldn't can't couldn't cannot neither nor
    didn’t don’t doesn’t hasn’t haven’t hadn’t won’t wouldn’t can’t couldn’t hardly
""")
_MODALS = _words("will would can could may might must shall should to do does did let let's let’s")
_ADVERBS = _words("""
    also later then once often still even just first again always soon now thus have ever rather both all
    previously since repeatedly long further only earlier today yesterday initially further too instead
    simply perhaps nonetheless nevertheless
""")
_PRONOUNS = _words("he she they it")
_NOBODY = _words("""
    i we you me us him them who whom whose which that this these those what there here one everyone someone
    anyone nobody everybody somebody anybody everything something nothing anything none others some many few most
    each another such either much more less her his their its my our your himself herself themselves itself
    several
""")
_DETERMINERS = _words("a an the his her their its some several many most one two three four five six no any every")
_SUBORDINATORS = _words("""
    that who whom whose which what when where why how if whether because since until unless although though after
    before than while whereas lest once
""")
_OPENERS = _words("""
    but yet so as still meanwhile however moreover also then later afterwards nevertheless nonetheless instead
    furthermore besides indeed thus hence therefore similarly likewise earlier now today yesterday recently
    finally first second and or perhaps plus even only
""")
_PREPOSITIONS = _words("""
    of for at from in with on to by into onto over under about against between among through during within without
    near via like upon off per amid around behind beyond across toward towards outside inside following including
    including despite
""")
_OTHER_FUNCTION = _words("""
    the a an and or but nor so yet if as than then not no is are was were be been being am has have had do does did
    will would can could may might must shall should let's let’s it's it’s that's that’s he's he’s she's she’s
    there's there’s i'm i’m i've i’ve we're we’re they're they’re you're you’re what's what’s who's who’s
    i'd i’d i'll i’ll we've we’ve don't don’t however meanwhile moreover although very too quite here there
    when where why how yes oh well please also out up down back away again ever never only just even still
    both either neither all half indeed perhaps maybe therefore thus hence asked according adding saying citing
    because said says told
""")
_FUNCTION = _NOBODY | _DETERMINERS | _SUBORDINATORS | _PREPOSITIONS | _OTHER_FUNCTION | _PRONOUNS | _NOT

_TIMES = _words("""
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs
    fri sat sun today yesterday tomorrow tonight morning afternoon evening night noon midnight week month year day
    weekend weeks months years days hours ago last next christmas easter summer winter spring autumn earlier later
    recently a.m p.m am pm then now here there meanwhile again once
""")
_OCCASIONS = _words("""
    statement interview tweet letter speech post email e-mail memo conference briefing release call debate rally
    interviews remarks hearing event appearance article op-ed column message report filing testimony address
    meeting text telegram facebook twitter instagram video blog essay
""")

# Common nouns for those who say things: people, bodies, outlets, and papers that speak for them.
_PEOPLE = _words("""
    official officials spokesman spokesmen spokeswoman spokeswomen spokesperson spokespeople president premier
    minister ministers chancellor king queen prince princess pope bishop archbishop cardinal imam rabbi priest
    senator senators representative representatives congressman congresswoman lawmaker lawmakers governor governors
    mayor mayors secretary ambassador ambassadors diplomat diplomats envoy general colonel captain major commander
    commanders admiral officer officers soldier soldiers chief chiefs head heads leader leaders director directors
    chairman chairwoman chair chairperson founder owner owners manager managers executive executives boss
    economist economists analyst analysts expert experts professor professors scientist scientists researcher
    researchers scholar scholars historian historians author authors writer writers journalist journalists reporter
    reporters editor editors columnist columnists commentator commentators blogger critic critics supporter
    supporters opponent opponents activist activists campaigner campaigners lawyer lawyers attorney attorneys
    prosecutor prosecutors judge judges justice justices sheriff detective detectives investigator investigators
    witness witnesses victim victims survivor survivors relative relatives neighbour neighbours neighbor neighbors
    resident residents villager villagers farmer farmers fisherman fishermen worker workers doctor doctors nurse
    nurses physician physicians surgeon teacher teachers student students pupil parent parents mother father son
    daughter brother sister wife husband widow friend friends colleague colleagues aide aides adviser advisers
    advisor advisors strategist strategists operative operatives staffer staffers candidate candidates nominee
    voter voters delegate delegates pollster pollsters source sources insider insiders person people man men woman
    women boy girl player coach captain singer actor actress director artist engineer engineers architect pilot
    driver master keeper speaker deputy member members co-author co-founder host anchor moderator counsel
    treasurer vice-president veteran donor donors banker bankers trader traders businessman billionaire tycoon
    contender rival rivals democrat democrats republican republicans conservatives liberals protesters
    demonstrators organiser organisers organizer organizers biologist physicist chemist curator conductor
    librarian warden guard ranger consultant consultants investor investors entrepreneur nominee ombudsman
    commissioner inspector superintendent sergeant lieutenant trustee legislator legislators sociologist
    ecologist geologist meteorologist forecaster forecasters psychologist politician politicians insider
""")
_BODIES = _words("""
    ministry government administration department office council parliament senate congress court commission
    committee board agency bureau police army navy military force forces union party campaign camp company firm
    corporation bank group groups organisation organization organisations organizations charity foundation
    institute institution university college school association federation league alliance coalition team
    authority authorities embassy consulate service services regulator watchdog hospital church club society
    city state country states countries side staff leadership management lobby network think-tank tribunal
    delegation mission secretariat directorate prosecution defence defense opposition junta kremlin
    operator manufacturer maker airline utility cooperative museum
""")
_OUTLET_KINDS = _words("""
    newspaper newspapers paper magazine journal weekly daily tabloid broadsheet station channel broadcaster
    broadcast network agency website site portal outlet resource blog podcast programme program press media
    radio tv television news newswire wire publication periodical quarterly monthly gazette
""")
_PAPERS = _words("""
    report reports statement statements study studies survey surveys poll polls document documents records data
    figures statistics letter transcript transcripts memo email emails e-mail filing filings indictment complaint
    affidavit ruling article articles analysis paper book press-release release census estimate estimates review
    audit results numbers account accounts testimony lawsuit readout aides website communique communiqué note
    findings research forecast biography memoir editorial summary rumours rumors legend polling averages average
    timeline video calculations notice announcement
""")
_SPEAKERS = _PEOPLE | _BODIES | _OUTLET_KINDS | _PAPERS
_RANKS = _words("""
    former current fellow veteran retired senior late incumbent longtime presumptive acting then-president ex
    outgoing incoming rookie junior conservative liberal progressive independent billionaire libertarian
""")
_OUTLETS = _words("""
    reuters ap afp bbc cnn nbc abc cbs fox msnbc cnbc npr pbs rfi tass interfax ria politico bloomberg axios
    breitbart slate vox xinhua buzzfeed buzzfeednews al-jazeera jazeera upi dpa ansa efe kyodo wsj lbc itv
    times post journal news herald tribune guardian beacon chronicle gazette globe mail mirror observer star sun
    telegraph examiner dispatch register bulletin courier monitor standard independent inquirer sentinel argus echo
    enquirer express today magazine radio tv television broadcasting media monde figaro spiegel zeitung país
    repubblica pravda izvestia atlantic economist newsweek yorker yahoo hill mic salon variety c-span cspan
    univision telemundo huffington vice mcclatchy gazeta libération stampa corriere mundo
""")
_TITLES = _words("""
    mr mrs ms miss dr sir dame lord lady sen rep gov gen col capt lt sgt maj adm prof rev hon pres st jr sr
    president senator governor secretary minister professor chancellor mayor
""")
_PARTICLES = _words(
    "de van von der den del della di da dos du la le les al el bin ibn ben af av zu zum zur ter ten y e of"
)
_ORGANISATION = (
    _BODIES
    | _OUTLETS
    | _words("""
    house united new north south east west san los saint santa street avenue county bay lake river mount park
    university college ministry institute center centre association fund foundation national international
    american european african royal federal supreme central democratic republican inc corp ltd co llc plc nations
    directorate treasury pentagon wall day war act bill super pac americans act gop show convention
    caucuses primary hall palace square bridge hotel tower island islands republic kingdom
""")
)
_MALE = _words("""
    sebastian luke mark martin alan stan lou neil ken glenn hugh ralph fred phil don ray russ doug
    james john robert michael william david richard joseph thomas charles daniel matthew anthony mark paul steven
    andrew andrei joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric
    jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis
    jerry tyler aaron jose adam henry nathan peter kyle walter ethan jeremy harold carl keith roger donald ted
    bernie marco ben jeb chris barack joe bill mitt mike jim tom bob tim steve vladimir ivan mohammed muhammad ahmed
    ali hassan jean pierre hans carlos juan luis pedro sergei dmitri viktor
""")
_FEMALE = _words("""
    anne ann kate katie sally jill jane kellyanne megyn debbie wendy stephanie kathy valerie alice
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley
    kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen amy
    angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet
    maria catherine heather diane olga julie joyce victoria ruth virginia lauren kelly christina joan evelyn judith
    hillary carly chelsea ivanka melania elena ana fatima aisha ingrid marie claire natalia svetlana irina
""")


# --------------------------------------------------------------------------------------------- tokens

_Kind = Literal["word", "comma", "colon", "open", "close", "break", "bracket", "end"]


_NAMED = regex.compile(r"(?:[\p{Ll}]{1,2}['’])?[\p{Lu}\p{Lt}\p{Lo}]|\p{Ll}\p{Lu}")


class _Token(NamedTuple):
    start: int
    end: int
    text: str
    word: str  # lower case, without a possessive ending
    kind: _Kind
    quoted: bool
    possessive: bool

    @property
    def name(self) -> bool:
        """Written as a name is."""
        return (
            self.kind == "word"
            and _NAMED.match(self.text) is not None
            and self.word not in _FUNCTION
            and self.word not in _TIMES
            and not self.contraction
        )

    @property
    def contraction(self) -> bool:
        return self.word.replace("’", "'") in _FUNCTION or self.word.endswith(("n't", "n’t"))

    @property
    def number(self) -> bool:
        return self.text[0].isdigit()

    @property
    def plain(self) -> bool:
        """An ordinary word that may stand in a noun phrase."""
        return (
            self.kind == "word"
            and not self.name
            and self.word not in _FUNCTION
            and self.word not in _TIMES
            and not self.contraction
            and not (self.word.endswith("ly") and self.word not in ("family", "assembly", "daily", "weekly", "monthly"))
        )

    @property
    def time(self) -> bool:
        return self.kind == "word" and (self.word in _TIMES or self.number)


_TOKEN = regex.compile(
    r"""
      (?P<word> (?:\p{L}\.){2,}+
              | (?:Mr|Mrs|Ms|Dr|St|Sen|Rep|Reps|Sens|Gov|Gen|Col|Capt|Lt|Sgt|Maj|Adm|Prof|Rev|Hon|Jr|Sr|Jan|Feb|Aug
                  |Sept|Oct|Nov|Dec|Inc|Corp|Ltd|Co)\.
              | \p{Lu}\.(?=\s*\p{Lu})
              | [\p{L}\p{N}][\p{L}\p{M}\p{N}]*+ (?: [-'’&.·‑] [\p{L}\p{N}] [\p{L}\p{M}\p{N}]*+ )*+ )
    | (?P<comma> , ) | (?P<colon> : ) | (?P<break> [;—–…] | --++ | \s-\s | \.\.\.++ ) | (?P<bracket> [()\[\]] )
    | (?P<end> [.!?] ) | (?P<mark> '' | ["“”„«»‘’'‹›] )
    """,
    regex.VERBOSE,
)
_QUOTE = regex.compile(
    r"""''|["“”„«»]|(?<![\p{L}\p{N}.])['‘](?=[\p{L}])|(?<=[\p{L}\p{N},.!?…])['’](?![\p{L}\p{N}])|\n"""
)
_PAIRS = {"“": "”", "„": "“", "«": "»", "»": "«", '"': '"', "'": "'", "‘": "’", "''": "''"}
_POSSESSIVE = regex.compile(r"['’]s\z", regex.IGNORECASE)
_ENDED = ".!?…:;»”\"“'’)"


def _quotations(text: str) -> list[tuple[int, int]]:
    """Where the text stands in quotation marks, marks included; a paragraph closes what it opened."""
    found: list[tuple[int, int]] = []
    opened: list[tuple[int, str]] = []
    for mark in _QUOTE.finditer(text):
        character, at = mark.group(), mark.start()
        if character == "\n":
            # A line may be broken inside a quotation; a new paragraph ends it.
            before = text[max(0, at - 3) : at].rstrip()
            if opened and (text[at + 1 : at + 2] in ("", "\n") or not before or before[-1] in _ENDED):
                if opened[0][1] not in ("'", "’"):
                    found.append((opened[0][0], at))
                opened.clear()
            continue
        spaced_before = at == 0 or text[at - 1].isspace() or text[at - 1] in "([—–-“«"
        spaced_after = at + 1 >= len(text) or text[at + 1].isspace() or text[at + 1] in ".,;:!?)]—–-”»"
        closes = bool(opened) and opened[-1][1] == character
        if character == '"' and closes and spaced_before and not spaced_after:
            closes = False  # a mark was forgotten: this one opens again
            found.append((opened[0][0], at))
            opened.clear()
        if closes:
            start, _ = opened.pop()
            if not opened:
                found.append((start, at + 1))
        elif character == "”" and any(closing == "”" for _, closing in opened):
            while opened[-1][1] != "”":
                opened.pop()
            start, _ = opened.pop()
            if not opened:
                found.append((start, at + 1))
        elif (
            character in _PAIRS
            and not (character in "'\"" and spaced_after and not spaced_before)
            and not (opened and character in "'‘" and not spaced_before)
        ):
            opened.append((at, _PAIRS[character]))
    if opened and opened[0][1] not in ("'", "’"):
        found.append((opened[0][0], len(text)))
    return found


class _Phrase(NamedTuple):
    """A noun phrase, by tokens: [start, end)."""

    start: int
    end: int


class _Found(NamedTuple):
    """A voice as one sentence gives it: the phrase, the words that say so, and the token of the first of them."""

    phrase: _Phrase
    cue: tuple[int, int]
    at: int
    kind: Literal["verb", "according"] = "verb"


# ------------------------------------------------------------------------------------------- sentences


class _Sentence:
    """One sentence as tokens, and the voices that its own words give."""

    def __init__(self, text: str, start: int, end: int, quotations: list[tuple[int, int]], starts: list[int]) -> None:
        self.text = text
        self.start = start
        self.line_start = not text[max(0, start - 1) : start].strip(" \t")
        self.tokens = list(self._tokens(text, start, min(end, start + _LONGEST), quotations, starts))

    @staticmethod
    def _tokens(
        text: str, start: int, end: int, quotations: list[tuple[int, int]], starts: list[int]
    ) -> Iterator[_Token]:
        for found in _TOKEN.finditer(text, start, end):
            at, after, words = found.start(), found.end(), found.group()
            number = bisect_right(starts, at) - 1
            inside = number >= 0 and at < quotations[number][1]
            kind = found.lastgroup
            if kind == "mark":
                if not inside:
                    continue
                if at == quotations[number][0]:
                    yield _Token(at, after, words, words, "open", False, False)
                elif after == quotations[number][1]:
                    yield _Token(at, after, words, words, "close", False, False)
                continue
            ending = _POSSESSIVE.search(words) if kind == "word" else None
            if ending and words.lower().replace("’", "'") in _FUNCTION:
                ending = None
            bare = words[: ending.start()] if ending else words
            word = bare.lower() if "." in bare.rstrip(".") else bare.lower().rstrip(".")
            yield _Token(at, after, words, word, kind, inside, ending is not None)  # type: ignore[arg-type]

    def span(self, phrase: _Phrase) -> Span:
        tokens = self.tokens[phrase.start : phrase.end]
        start, end = tokens[0].start, tokens[-1].end
        if tokens[-1].possessive:
            end -= 2
        return Span(start, end, self.text[start:end])

    def word(self, at: int) -> str:
        return self.tokens[at].word if 0 <= at < len(self.tokens) and self.tokens[at].kind == "word" else ""

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if 0 <= at < len(self.tokens) else "edge"

    # ------------------------------------------------------------------------------------ phrases

    def _quoted_name_before(self, at: int) -> int | None:
        """Where a name in quotation marks begins that closes at this token: the newspaper «Le Matin»."""
        if self.kind(at) != "close":
            return None
        for first in range(at - 1, max(-1, at - 7), -1):
            token = self.tokens[first]
            if token.kind == "open":
                inner = self.tokens[first + 1 : at]
                if not inner or not inner[0].name or any(each.kind != "word" for each in inner):
                    return None
                before = self.tokens[first - 1] if first else None
                if (
                    before
                    and before.kind == "word"
                    and (before.word in _SPEAKERS or before.name or before.word == "the")
                ):
                    return first
                return None
        return None

    def _chunk_before(self, last: int) -> int | None:
        """The first token of the noun phrase without prepositions that ends at this token."""
        at = last
        lowest = max(-1, last - _PHRASE)
        names_end = False
        first = last + 1
        determined = False
        while at > lowest:
            token = self.tokens[at]
            quoted = self._quoted_name_before(at)
            if quoted is not None:
                names_end = True
                first, at = quoted, quoted - 1
                continue
            if token.kind != "word" or token.quoted or determined:
                break
            if token.word in _DETERMINERS and first <= last:
                first = at
                break
            if token.name:
                if first > last:
                    names_end = True
                first, at = at, at - 1
                if token.possessive and at >= 0 and not self.tokens[at].name and self.word(at) not in _DETERMINERS:
                    break
                continue
            if token.number and not (first <= last and self.word(at - 1) in _TIMES):
                first, at = at, at - 1
                continue
            if (
                token.word in _PARTICLES
                and token.word != "of"
                and first <= last
                and self.tokens[first].name
                and at > 0
                and (
                    self.tokens[at - 1].name
                    or token.word in ("al", "el", "bin")
                    or (self.word(at - 1) in _PARTICLES - {"of"} and at > 1 and self.tokens[at - 2].name)
                )
            ):
                first, at = at, at - 1
                continue
            if token.plain:
                if names_end and self.tokens[first].name and not self._describes(token):
                    return None
                first, at = at, at - 1
                if token.possessive and self.word(at) in _DETERMINERS:
                    first = at
                    break
                continue
            break
        if first > last:
            return None
        return first

    @staticmethod
    def _describes(token: _Token) -> bool:
        """Whether a common noun stands before the name it describes: newspaper, spokesman, former."""
        return token.word in _SPEAKERS | _RANKS or token.word.endswith(
            ("man", "woman", "men", "women", "ist", "ists", "ician", "person", "-elect", "star")
        )

    def _clean_before(self, at: int) -> bool:
        """Whether a clause may begin after this token."""
        if at < 0:
            return True
        token = self.tokens[at]
        if token.kind != "word":
            return True
        if token.word in _OPENERS and token.word not in ("and", "or"):
            return token.word != "so" or at == 0 or self.kind(at - 1) != "word"
        if token.word in ("and", "or"):
            return True
        return token.time and not token.possessive

    def phrase_before(self, last: int) -> _Phrase | None:
        """The noun phrase that ends at this token and begins its clause."""
        last = self._skip_back(last)
        if last < 0:
            return None
        token = self.tokens[last]
        if token.kind == "comma":
            return self._before_apposition(last)
        if token.kind == "break" and token.text in ("—", "–", "--", " - "):
            return self._before_apposition(last)
        if token.kind == "bracket" and token.text in ")]":
            for at in range(last - 1, max(-1, last - _APPOSITION), -1):
                if self.kind(at) == "bracket":
                    return self.phrase_before(at - 1) if self.tokens[at].text in "([" else None
            return None
        if token.kind == "word" and token.word in _PRONOUNS and not token.quoted:
            return _Phrase(last, last + 1) if self._clean_before(last - 1) else None
        return self._noun_phrase_before(last)

    def _noun_phrase_before(self, last: int) -> _Phrase | None:
        end = last + 1
        if self.kind(last) not in ("word", "close") or (self.kind(last) == "word" and self.tokens[last].quoted):
            return None
        first = self._chunk_before(last)
        if first is None or not self._speaks(first, last):
            return None
        for _ in range(4):
            before = first - 1
            if before > 0 and self.word(before) in _PREPOSITIONS and not self.tokens[before].quoted:
                if self.word(before) not in ("of", "for", "at", "from", "in", "with", "on", "to", "by"):
                    return None
                further = self._chunk_before(before - 1)
                if further is None or not self._heads(before - 1):
                    return None
                first = further
                continue
            if before > 0 and self.word(before) in ("and", "&", "or") and not self.tokens[before].quoted:
                further = self._chunk_before(before - 1)
                if further is not None and self._heads(before - 1):
                    return _Phrase(further, end) if self._clean_before(further - 1) else None
            break
        if not self._clean_before(first - 1):
            return None
        return _Phrase(first, end)

    def _heads(self, last: int) -> bool:
        """Whether a phrase can be one that speaks, with more said of it after a preposition."""
        token = self.tokens[last]
        if token.kind != "word":
            return False
        return token.name or token.word in _SPEAKERS or self._describes(token) or token.word in _COUNTS

    def _speaks(self, first: int, last: int) -> bool:
        """Whether a phrase without prepositions can name a speaker."""
        token = self.tokens[last]
        if token.kind == "close":
            return True
        if token.kind != "word" or token.possessive or token.number or token.word in _FUNCTION:
            return False
        if token.name:
            return True
        if token.word in _SPEAKERS or self._describes(token):
            return True
        # Unknown nouns pass behind an article: "the plumber".
        return (
            last > first
            and (self.word(first) in _DETERMINERS or self.tokens[first].possessive)
            and last - first <= 4
            and not token.word.endswith(("ing", "ed"))
            and token.word not in _OCCASIONS
        )

    def _skip_back(self, last: int) -> int:
        """Back over "on Monday" and "in a statement" between a subject and its verb."""
        for _ in range(3):
            at = last
            while at >= 0 and self.tokens[at].kind == "word" and (self.tokens[at].time) and last - at < 5:
                at -= 1
            if at < last:
                if at >= 0 and self.word(at) in ("on", "in", "at", "late", "early", "this"):
                    at -= 1
                last = at
                continue
            if self.word(last) in _OCCASIONS:
                for at in range(last - 1, max(-1, last - 6), -1):
                    if self.word(at) in ("in", "at", "on", "during", "via", "by", "through"):
                        if at > 0 and self.kind(at - 1) == "word":
                            return at - 1
                        return last
                    if self.kind(at) != "word":
                        return last
            return last
        return last

    def _before_apposition(self, closing: int) -> _Phrase | None:
        """The phrase before a comma pair that ends here: "Lena Brandt, the harbour master, said"."""
        # The farthest comma that fits: "Vian, the editor of the paper, Il Faro, said" is about Vian.
        farthest = None
        tried = 0
        for at in range(closing - 1, max(0, closing - _APPOSITION), -1):
            token = self.tokens[at]
            if token.kind in ("end", "open", "close", "colon") and not token.quoted:
                break
            if token.kind not in ("comma", "break") or token.quoted or at + 1 >= closing:
                continue
            if (token.kind == "break") != (self.tokens[closing].kind == "break"):
                continue
            tried += 1
            if tried > 5:
                break
            farthest = self._apposed(at, closing) or farthest
        return farthest

    def _apposed(self, opening: int, closing: int) -> _Phrase | None:
        inner = self.tokens[opening + 1 : closing]
        first = inner[0]
        if first.kind != "word":
            return None
        last = self._skip_back(opening - 1)
        if last < 0:
            return None
        if self.word(last) in _PRONOUNS and len(inner) <= 6 and self._clean_before(last - 1):
            return _Phrase(last, last + 1)
        named = all(token.name or token.word in _PARTICLES for token in inner) and len(inner) <= 5
        fits = (
            named
            or first.word in _DETERMINERS
            or first.word
            in ("who", "whose", "which", "speaking", "citing", "however", "meanwhile", "himself", "herself")
            or first.word in _OPENERS
            or first.word in _PREPOSITIONS
            or first.word in _SPEAKERS
            or first.number
            or first.possessive
            or first.word.endswith(("ing", "ed", "ly"))
            or (first.name and len(inner) <= 12)
            or any(token.word in _SPEAKERS for token in inner[:5])
        )
        clause = any(
            token.word in (_BE | _AUXILIARIES | _MODALS) - {"to", "being"} and not token.quoted for token in inner
        )
        if not fits or (clause and first.word not in ("who", "whose", "which", "when", "where")):
            return None
        phrase = self._noun_phrase_before(last)
        if phrase is None:
            return None
        if first.word in _PREPOSITIONS and not (self.tokens[phrase.end - 1].name or phrase.start == 0):
            return None
        if named and not self.tokens[phrase.end - 1].possessive:
            heads = [token for token in self.tokens[phrase.start : phrase.end] if token.kind == "word"]
            if heads[0].word in _DETERMINERS or any(token.plain and token.word in _PEOPLE for token in heads):
                return _Phrase(opening + 1, closing)
        return phrase

    def phrase_after(self, first: int, known: bool) -> _Phrase | None:
        """The noun phrase that begins at this token; `known` asks for a name or a noun for speakers."""
        at = first
        total = len(self.tokens)
        if self.word(at) in _PRONOUNS and not self.tokens[at].quoted:
            return _Phrase(at, at + 1)
        while self.word(at) in _DETERMINERS:
            at += 1
        body = at
        last = None  # the last token the phrase may end with
        named = False
        while at < total and at < first + _PHRASE:
            token = self.tokens[at]
            if token.kind == "open":
                close = next((k for k in range(at + 1, min(at + 8, total)) if self.tokens[k].kind == "close"), None)
                inner = self.tokens[at + 1 : close] if close else []
                if close and inner and all(each.kind == "word" for each in inner) and inner[0].name and not named:
                    last, named = close, True
                    at = close + 1
                    continue
                break
            if token.kind != "word" or token.quoted:
                break
            if token.name:
                last, named = at, True
            elif (
                token.word in _PARTICLES
                and token.word != "of"
                and named
                and at + 1 < total
                and self.tokens[at + 1].name
            ):
                pass
            elif token.number and at == body:
                last = at
            elif token.plain:
                if named and not self.tokens[at - 1].possessive and not self._describes(token):
                    break
                if token.word.endswith("ing") and last is not None:
                    break
                if token.word in _BEHIND_NOUNS:
                    break
                last = at
                named = False
            else:
                break
            at += 1
            following = self.word(at)
            if (
                last == at - 1
                and following in ("of", "for", "at", "from", "and", "in", "with")
                and self._more(at, named)
            ):
                at += 1
                while self.word(at) in _DETERMINERS:
                    at += 1
                named = False
        if last is None:
            return None
        phrase = _Phrase(first, last + 1)
        tokens = [token for token in self.tokens[first : last + 1] if token.kind == "word"]
        if tokens[-1].possessive:
            return None
        if known and not any(token.name or token.word in _SPEAKERS or self._describes(token) for token in tokens):
            return None
        return phrase

    def _more(self, preposition: int, named: bool) -> bool:
        """Whether what follows a preposition still belongs to the noun phrase before it."""
        word = self.word(preposition)
        after = preposition + 1
        while self.word(after) in _DETERMINERS:
            after += 1
        if after >= len(self.tokens):
            return False
        following = self.tokens[after]
        if following.kind != "word" or following.quoted or following.time:
            return False
        if following.word in _OCCASIONS:
            return False
        if word == "and":
            return named and following.name and self.word(preposition + 1) not in _DETERMINERS
        if word == "of":
            return following.name or following.plain
        if named:
            return False
        return following.name or (word in ("for", "at", "from") and following.plain)

    # --------------------------------------------------------------------------------------- cues

    @cached_property
    def _has_quotation(self) -> bool:
        return any(token.kind in ("open", "close") or token.quoted for token in self.tokens)

    def found(self) -> Iterator[_Found]:
        """What gives this sentence a voice, in the order of the sentence."""
        for at, token in enumerate(self.tokens):
            if token.quoted:
                continue
            if token.kind == "colon":
                yield from self._line(at)
            if token.kind != "word":
                continue
            if token.word == "according" and self.word(at + 1) == "to":
                yield from self._according(at)
            elif token.word == "put" and self.word(at + 1) == "it":
                phrase = self.phrase_before(at - 1)
                if phrase is not None and (self.word(phrase.start - 1) == "as" or self._has_quotation):
                    yield _Found(phrase, (token.start, self.tokens[at + 1].end), at)
            elif token.word == "words":
                yield from self._in_words(at)
            elif token.word in ("point", "points", "pointed") and self.word(at + 1) == "out":
                yield from self._said(at, _VERB[token.word + "-out"], self.tokens[at + 1].end)
            elif token.word in _VERB:
                yield from self._said(at, _VERB[token.word], token.end)

    def _line(self, at: int) -> Iterator[_Found]:
        """A name, a colon and what is said, at the start of a line."""
        names = self.tokens[:at]
        if not self.line_start or not 1 <= at <= 5 or at + 1 >= len(self.tokens):
            return
        if not all(token.name or token.word in _PARTICLES for token in names) or not names[-1].name:
            return
        if self.kind(at + 1) == "open" or (at >= 2 and all(token.text.isupper() for token in names)):
            yield _Found(_Phrase(0, at), (self.tokens[at].start, self.tokens[at].end), at)

    def _according(self, at: int) -> Iterator[_Found]:
        if self.word(at - 1) in _NOT:
            return
        phrase = self.phrase_after(at + 2, known=True)
        if phrase is None:
            return
        owned = self.word(phrase.start) in _OWNERS
        if not owned or any(token.name or token.word in _PEOPLE for token in self._of(phrase)):
            yield _Found(phrase, (self.tokens[at].start, self.tokens[at + 1].end), at, "according")

    def _of(self, phrase: _Phrase) -> list[_Token]:
        return self.tokens[phrase.start : phrase.end]

    def _in_words(self, at: int) -> Iterator[_Found]:
        """In Brandt's words; in the words of Brandt."""
        if self.word(at - 1) == "the" and self.word(at - 2) == "in" and self.word(at + 1) == "of":
            phrase = self.phrase_after(at + 2, known=True)
            if phrase is not None:
                yield _Found(phrase, (self.tokens[at - 2].start, self.tokens[at + 1].end), at)
            return
        first = at - 1
        while first >= 0 and at - first < 8 and self.kind(first) == "word" and self.word(first) != "in":
            first -= 1
        owner = self.tokens[first + 1 : at]
        if (
            self.word(first) == "in"
            and owner
            and owner[-1].possessive
            and (owner[-1].name or owner[-1].word in _SPEAKERS)
        ):
            yield _Found(_Phrase(first + 1, at), (self.tokens[at].start, self.tokens[at].end), at)

    def _said(self, at: int, verb: _Verb, end: int) -> Iterator[_Found]:
        token = self.tokens[at]
        after = at + (2 if end > token.end else 1)
        if token.name and at > 0 and token.word in _NOUNS_TOO:
            return
        if not self._may_follow(after):
            return
        if token.word in _TURNED and self._turned_before(at):
            phrase = self._turned(after)
            if phrase is not None:
                yield _Found(phrase, (token.start, end), at)
                return
        if "ing" in verb.forms and self.kind(at - 1) == "comma" and at > 1:
            phrase = self._opening_subject(at)
            if phrase is not None and self._reports(at, after, verb):
                yield _Found(phrase, (token.start, end), at)
            return
        last, form = self._subject_end(at, verb)
        if last is None or not self._needs(at, after, verb, last):
            return
        phrase = self.phrase_before(last)
        if phrase is None or not self._agrees(phrase, form, token, after):
            return
        yield _Found(phrase, (token.start, end), at)

    def _reports(self, at: int, after: int, verb: _Verb) -> bool:
        """Whether a participle ("..., adding that") has what is said behind it."""
        opens = self.kind(after) == "open" or (
            self.kind(after) in ("comma", "colon") and self.kind(after + 1) == "open"
        )
        return verb.need != "quote" and (
            self.word(after) == "that" or opens or self.tokens[at].word in ("saying", "arguing", "claiming")
        )

    def _opening_subject(self, before: int) -> _Phrase | None:
        """The subject that opens the sentence, for a participle behind its comma."""
        first = 0
        while self.word(first) in _OPENERS and first < 2:
            first += 2 if self.kind(first + 1) == "comma" else 1
        if self.kind(first) != "word" or self.tokens[first].quoted:
            return None
        phrase = self.phrase_after(first, known=True)
        if phrase is None or phrase.end >= before or self.kind(phrase.end) != "word":
            return None
        if any(self.kind(at) in ("comma", "end", "break") for at in range(phrase.end, before - 1)):
            return None
        following = self.tokens[phrase.end]
        verb = following.plain or following.word in _AUXILIARIES | _ADVERBS or following.word.endswith("ly")
        return phrase if verb and not following.quoted else None

    def _may_follow(self, after: int) -> bool:
        word = self.word(after)
        if word in _BARE_WORDS:
            # "said no one had ..." and "said yes-men ..." still report something.
            return (
                word == "no" and self.kind(after + 1) == "word" and self.word(after + 1) not in _PREPOSITIONS | {"and"}
            )
        if word in _PREPOSITIONS and self.word(after - 1) in ("tell", "tells", "telling"):
            return False
        if word in ("victory", "credit") or self.word(after + 1) in ("victory", "credit"):
            return False
        if word == "about" and self.word(after - 1) in ("write", "writes", "wrote", "written", "writing"):
            return False
        if word in ("from", "for") and self.word(after - 1) in ("reported", "reports", "report"):
            return False
        return word != "than" and not (word == "to" and self.word(after + 1) in ("be", "have"))

    def _turned_before(self, at: int) -> bool:
        """Whether what is said has just ended, so that the speaker may follow the verb."""
        if at == 0:
            return False
        before = self.kind(at - 1)
        if before == "close":
            return self._quoted_name_before(at - 1) is None
        return before == "comma" or (before in ("end", "break") and at > 1)

    def _turned(self, after: int) -> _Phrase | None:
        phrase = self.phrase_after(after, known=False)
        if phrase is None or self.tokens[phrase.start].time:
            return None
        tokens = [token for token in self._of(phrase) if token.kind == "word"]
        if (
            not tokens[-1].name
            and tokens[-1].word not in _PRONOUNS
            and not any(token.name or token.word in _SPEAKERS or self._describes(token) for token in tokens)
            and self.word(phrase.start) not in _DETERMINERS
        ):
            return None
        quoted = any(self.kind(at) == "close" for at in range(max(0, after - 4), after - 1))
        if not quoted and not any(token.name or token.word in _PRONOUNS or token.word in _SPEAKERS for token in tokens):
            return None
        following = phrase.end
        kind = self.kind(following)
        if kind == "word" and self.tokens[following].quoted:
            return None
        if kind != "word":
            if not quoted and self._verbless_before(after):
                return None
            return phrase
        word = self.word(following)
        if word in _BE | _AUXILIARIES | _MODALS | _NOT:
            return None
        if quoted and (word in _PREPOSITIONS | _SUBORDINATORS | _TIMES | {"and", "as"} or word.endswith(("ing", "ly"))):
            return phrase
        return None

    def _verbless_before(self, after: int) -> bool:
        """Whether the words before the verb are only a name and its apposition: "Brandt, the mayor, said X"."""
        closing = after - 2
        phrase = self._before_apposition(closing) if self.kind(closing) == "comma" else None
        return phrase is not None and self._clean_before(phrase.start - 1)

    def _subject_end(self, at: int, verb: _Verb) -> tuple[int | None, _Form]:
        """The token a subject would end with, and the form of the verb behind it."""
        before = at - 1
        while (
            before >= 0
            and self.kind(before) == "word"
            and not self.tokens[before].name
            and at - before <= 4
            and (
                self.word(before) in _ADVERBS - _AUXILIARIES
                or (
                    self.word(before).endswith("ly")
                    and self.word(before) not in ("family", "assembly", "daily", "weekly")
                )
            )
        ):
            before -= 1
        if before < 0:
            return None, "past"
        word = self.word(before)
        if word in _NOT or word in _MODALS or word == "having":
            return None, "past"
        if word in _BE:
            back = before - 1
            if "ing" in verb.forms and word not in ("be", "being"):
                if word == "been":
                    back = before - 2 if self.word(before - 1) in _AUXILIARIES else -1
                return (back if back >= 0 else None), "ing"
            return None, "past"
        if word == "as" and "ing" in verb.forms and self.word(before - 1) in ("quoted", "cited"):
            back = before - 2
            while back > 0 and (self.word(back) in _BE | _AUXILIARIES or self.word(back) in _ADVERBS):
                back -= 1
            return (back if back >= 0 and back < before - 2 else None), "ing"
        if word in ("has", "have", "had"):
            return (before - 1 if before and "participle" in verb.forms else None), "participle"
        if "ing" in verb.forms:
            return None, "ing"
        if "past" in verb.forms:
            return before, "past"
        if "s" in verb.forms:
            return before, "s"
        return (before, "base") if "base" in verb.forms else (None, "participle")

    def _needs(self, at: int, after: int, verb: _Verb, last: int) -> bool:
        """Whether what the verb needs beside its subject is there."""
        word, kind = self.word(after), self.kind(after)
        opens = kind == "open" or (kind in ("comma", "colon") and self.kind(after + 1) == "open")
        reported = word == "that" or opens or kind == "colon"
        if verb.need == "quote":
            return word in ("for", "on") or any(
                self.kind(k) == "open"
                for k in range(after, min(after + 16, len(self.tokens)))
                if not self._stops(after, k)
            )
        if self.tokens[at].word in _NOUNS_TOO:
            if self.word(last) in _BEFORE_NOUNS or self.word(last).endswith(
                ("ian", "ish", "ese", "ican", "ench", "ocratic")
            ):
                return False
            if reported:
                return True
            if word in _PRONOUNS | {"the", "a", "an", "his", "her", "their", "there"} and verb.need == "plain":
                return True
        if verb.need == "clause" or self.tokens[at].word in _NOUNS_TOO:
            if reported:
                return True
            if word in _PRONOUNS | {"there"} and self.tokens[at].word in _REPORTED_BARE:
                return True
            phrase = self.phrase_before(last)
            before = self.kind(phrase.start - 1) if phrase is not None and phrase.start else ""
            return before == "close" or (before == "comma" and kind in ("end", "comma", "edge", "break"))
        return True

    def _stops(self, first: int, at: int) -> bool:
        return any(self.kind(k) in ("end", "comma") and not self.tokens[k].quoted for k in range(first, at))

    def _agrees(self, phrase: _Phrase, form: _Form, token: _Token, after: int) -> bool:
        """Whether subject and verb form fit, and the phrase is no object of what was said before."""
        last = self.tokens[phrase.end - 1]
        words = [each.word for each in self._of(phrase)]
        if (
            self.word(after) in _BE | _MODALS
            and self.word(after) != "to"
            and form != "ing"
            and token.word in ("said", "say", "says")
        ):
            return False
        if self.word(after) == "by" and form == "past":
            return False
        plural = (
            last.word.endswith("s")
            or last.word in ("police", "people", "men", "women", "they", "media", "data")
            or ("and" in words and last.name)
            or any(word in _SPEAKERS and word.endswith("s") for word in words)
        )
        if form == "base":
            return plural and words[-1] not in ("he", "she", "it")
        if form == "s":
            return last.name or words[-1] in ("he", "she", "it") or not last.word.endswith("s") or last.word == "news"
        # "The plan announced on Monday": a thing before a participle is no speaker.
        if form == "past" and token.word not in ("said", "told", "wrote") and not last.name and last.kind == "word":
            known = any(word in _SPEAKERS or word in _PRONOUNS for word in words)
            return known or self.word(after) not in _PREPOSITIONS | _TIMES
        return True

    # ---------------------------------------------------------------------------------------- via

    def outlet(self, phrase: _Phrase) -> bool:
        """Whether a phrase names an outlet."""
        words = [token.word for token in self._of(phrase) if token.kind == "word"]
        if any(word in _PEOPLE or word in ("poll", "survey", "study") for word in words if word != "economist"):
            return False
        last = words[-1]
        return (
            last in _OUTLETS
            or last.endswith((".com", ".org", ".net"))
            or any(
                word in _OUTLET_KINDS or word in ("times", "post", "bbc", "cnn", "reuters", "nbc", "abc", "cbs", "fox")
                for word in words
            )
        )

    def via(self, found: _Found) -> _Phrase | None:
        """The outlet through which the article has what was said."""
        for at in range(len(self.tokens)):
            token = self.tokens[at]
            if token.quoted or token.kind != "word" or found.phrase.start <= at < found.phrase.end:
                continue
            first = self._via_start(at, found)
            if first is None:
                continue
            phrase = self.phrase_after(first, known=False)
            if (
                phrase is None
                and first + 1 < len(self.tokens)
                and self.tokens[first].possessive
                and self.tokens[first].name
            ):
                phrase = _Phrase(first, first + 1)
            if phrase is None or self.word(phrase.start) in _PRONOUNS:
                continue
            phrase = self._outlet_alone(phrase)
            following = self.tokens[phrase.end] if phrase.end < len(self.tokens) else None
            if following is not None and following.word in _OCCASIONS and self.tokens[phrase.end - 1].name:
                phrase = _Phrase(phrase.end - 1 if phrase.end - phrase.start == 2 else phrase.start, phrase.end)
            elif following is not None and following.plain and not following.word.endswith("ing"):
                continue
            if self.outlet(phrase) and not any(
                token.word in _OCCASIONS and not token.name for token in self._of(phrase)
            ):
                return phrase
        return None

    def _outlet_alone(self, phrase: _Phrase) -> _Phrase:
        """The outlet without what follows its name: "CNN" in "CNN's Dana Ruiz", "the Post" in "the Post of May"."""
        for at in range(phrase.start, phrase.end - 1):
            if self.tokens[at].name and self.tokens[at].possessive:
                return _Phrase(phrase.start, at + 1)
            if at > phrase.start and self.tokens[at - 1].name and self.word(at) in _PREPOSITIONS:
                return _Phrase(phrase.start, at)
        return phrase

    def _via_start(self, at: int, found: _Found) -> int | None:
        word = self.tokens[at].word
        if word in ("told", "tells", "telling") and at == found.at:
            return at + 1
        if word in _THROUGH:
            return at + 2 if self.word(at + 1) in ("with", "to", "for", "on", "in", "by") else None
        if word in ("speaking", "talking", "spoke") and self.word(at + 1) in ("to", "on", "with"):
            return at + 2
        if word in ("quoted", "cited") and self.word(at + 1) == "by":
            return at + 2
        if word == "according" and self.word(at + 1) == "to" and at != found.at:
            return at + 2
        if word in ("on", "in") and 0 < at - found.at <= 4 and found.kind == "verb":
            return at + 1
        return None

    def citing(self) -> _Found | None:
        """Whom an outlet cites: "the Post, citing the harbour master, reported"."""
        for at, token in enumerate(self.tokens):
            if token.word == "citing" and not token.quoted:
                phrase = self.phrase_after(at + 1, known=True)
                if phrase is not None and self.word(phrase.start) not in _PRONOUNS:
                    return _Found(phrase, (token.start, token.end), at)
        return None

    def voice(self) -> tuple[_Found | None, _Phrase | None]:
        """The voice of the whole sentence, and the outlet it came through."""
        found: _Found | None = None
        for each in self.found():
            if found is None:
                found = each
                continue
            through = found.kind == "according" and self.outlet(found.phrase) and each.kind == "verb"
            if through or (each.kind == "according" and not self.outlet(each.phrase)):
                found = each
                break
        if found is None:
            return None, None
        if self.outlet(found.phrase):
            cited = self.citing()
            if cited is not None:
                return cited, found.phrase
        return found, self.via(found)

    def speaker(self, phrase: _Phrase) -> str:
        """The name in a phrase: Le Monde in "the French newspaper Le Monde"; else the whole phrase."""
        first = last = phrase.end - 1
        if self.kind(last) == "close":
            opening = self._quoted_name_before(last)
            if opening is not None and opening >= phrase.start:
                return self.span(_Phrase(opening + 1, last)).text
        while first >= phrase.start and (self.tokens[first].name or self.word(first) in _PARTICLES - {"of"}):
            first -= 1
        while first < last and not self.tokens[first + 1].name and self.word(first + 1) in _PARTICLES:
            first += 1
        before = self.tokens[first] if first >= phrase.start else None
        described = first < last and before is not None and before.plain and self._describes(before)
        return self.span(_Phrase(first + 1, phrase.end) if described else phrase).text


class _Person(NamedTuple):
    """A person that an article names, where one sentence does."""

    name: str
    key: str  # the last word of the name
    gender: str  # "he", "she" or unknown
    at: int  # the token it begins with
    subject: bool  # it opens the sentence


class _Article:
    """An article's sentences, read in order; only those that a pronoun may reach are kept as tokens."""

    def __init__(self, text: str, sentences: Sequence[tuple[int, int]]) -> None:
        self.text = text
        self.spans = sentences
        self.recent: dict[int, _Sentence] = {}
        self.keys: set[str] = set()  # last words of the full names met so far
        self.genders: dict[str, str] = {}
        self.people: list[list[_Person]] = []
        self.said: list[_Found | None] = []
        self.out: list[Voice | None] = []

    def voices(self) -> list[Voice | None]:
        quotations = _quotations(self.text)
        starts = [start for start, _ in quotations]
        for number, (start, end) in enumerate(self.spans):
            sentence = _Sentence(self.text, start, end, quotations, starts)
            self.recent[number] = sentence
            self.recent.pop(number - _MEMORY - 1, None)
            self.people.append(self._people(sentence))
            found, via = sentence.voice()
            self.said.append(found)
            self.out.append(self._voice(sentence, found, via) if found else None)
        return self.out

    def _voice(self, sentence: _Sentence, found: _Found, via: _Phrase | None) -> Voice | None:
        mention = sentence.span(found.phrase)
        pronoun = mention.text.lower()
        speaker = (
            self._resolved(pronoun, found.phrase.start) if pronoun in _PRONOUNS else sentence.speaker(found.phrase)
        )
        if speaker is None:
            return None
        cue = Span(*found.cue, self.text[found.cue[0] : found.cue[1]])
        return Voice(speaker, mention, cue, sentence.span(via) if via else None)

    # ---------------------------------------------------------------------------------- pronouns

    def _people(self, sentence: _Sentence) -> list[_Person]:
        people: list[_Person] = []
        run: list[int] = []
        for at, token in enumerate([*sentence.tokens, None]):
            particle = token is not None and token.word in _PARTICLES and token.word != "of"
            if token is not None and not token.quoted and (token.name or (run and particle and token.kind == "word")):
                run.append(at)
                if not token.possessive:
                    continue
            if run:
                person = self._person(sentence, run)
                if person is not None:
                    people.append(person)
                run = []
        return people

    def _person(self, sentence: _Sentence, run: list[int]) -> _Person | None:
        tokens = [sentence.tokens[at] for at in run]
        while tokens and tokens[-1].word in _PARTICLES:
            tokens.pop()
        titles = []
        while tokens and (
            tokens[0].word in _TITLES | _SPEAKERS | _ORGANISATION
            or tokens[0].word.endswith(("ian", "ish", "ese", "ican"))
        ):
            titles.append(tokens.pop(0).word)
        if not tokens or len(tokens) > 5 or any(token.word in _ORGANISATION for token in tokens):
            return None
        key = tokens[-1].word
        if len(tokens) == 1 and not (set(titles) & (_TITLES | _PEOPLE)) and key not in self.keys:
            return None
        if len(tokens) > 1 or set(titles) & _TITLES:
            self.keys.add(key)
        gender = self._gender(titles, tokens[0].word if len(tokens) > 1 else "") or self.genders.get(key, "")
        if gender:
            self.genders[key] = gender
        first = run[0]
        subject = first <= 1 and not tokens[-1].possessive
        name = self.text[tokens[0].start : tokens[-1].end - (2 if tokens[-1].possessive else 0)]
        return _Person(name, key, gender, first, subject)

    @staticmethod
    def _gender(titles: list[str], first: str) -> str:
        if first in _MALE or {"mr", "sir", "lord"} & set(titles):
            return "he"
        return "she" if first in _FEMALE or {"mrs", "ms", "miss", "dame", "lady"} & set(titles) else ""

    def _resolved(self, pronoun: str, at: int) -> str | None:
        """The name that a pronoun at this token of the newest sentence stands for, if only one can."""
        if pronoun in ("they", "it"):
            return self._resolved_thing(pronoun)
        newest = len(self.people) - 1
        before = [person for person in self.people[newest] if person.at < at]
        fitting = [person for person in before if self._fits(person.key, pronoun)]
        tokens = self.recent[newest].tokens
        if len({person.key for person in fitting}) == 1:
            opens = tokens[fitting[0].at - 1].word in _SUBORDINATORS | {"as", "but"} if fitting[0].at else True
            if opens and not any(token.possessive for token in tokens[fitting[0].at : fitting[0].at + 3]):
                return fitting[0].name
        besides = {person.key for person in before}
        for back in range(newest - 1, max(-1, newest - 1 - _MEMORY), -1):
            people = [
                person for person in self.people[back] if person.key not in besides and self._fits(person.key, pronoun)
            ]
            names = {person.key for person in people}
            voice, said = self.out[back], self.said[back]
            if said is not None and voice is None and self._pronoun(back) == pronoun:
                return None
            if voice is not None and said is not None and said.kind == "verb":
                key = voice.speaker.lower().split()[-1].rstrip(".")
                if self._personal(voice) and key not in besides:
                    if self._fits(key, pronoun):
                        return voice.speaker
                    names.discard(key)
            if not names:
                continue
            if len(names) == 1 and people[0].subject:
                return people[0].name
            return None
        return None

    def _pronoun(self, sentence: int) -> str:
        said = self.said[sentence]
        return self.recent[sentence].word(said.phrase.start) if said else ""

    def _fits(self, key: str, pronoun: str) -> bool:
        return self.genders.get(key, pronoun) == pronoun

    def _personal(self, voice: Voice) -> bool:
        """Whether a voice is one person's."""
        words = voice.speaker.lower().split()
        if voice.mention.text.lower() in ("he", "she"):
            return True
        if " and " in voice.speaker or any(word.strip(".") in _BODIES | _OUTLETS | _PAPERS for word in words):
            return False
        if words[-1] in self.keys:
            return True
        return words[0] in _DETERMINERS and any(word in _PEOPLE and not word.endswith("s") for word in words)

    def _resolved_thing(self, pronoun: str) -> str | None:
        newest = len(self.people) - 1
        for back in range(newest - 1, max(-1, newest - 3), -1):
            voice = self.out[back]
            if voice is None:
                if self.people[back] or self.said[back]:
                    return None
                continue
            words = voice.speaker.lower().split()
            plural = (
                " and " in voice.speaker
                or words[-1] == "police"
                or (words[-1].endswith("s") and words[-1] in _SPEAKERS | {"democrats", "republicans"})
            )
            same = voice.mention.text.lower() == pronoun
            body = any(word in _BODIES | _OUTLETS | _PAPERS | _OUTLET_KINDS for word in words) and not plural
            return voice.speaker if same or (plural if pronoun == "they" else body) else None
        return None
