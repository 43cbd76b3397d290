"""The words that the grammar of voices knows."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

# Verbs of saying, by what they need beside a subject. "plain": nothing. "clause": that what is said stands
# beside them ("that ...", a quotation, a colon, or the sentence before the comma), since they also mean
# something else. "quote": words in quotation marks after them.
# A row: base, -s form, past (or past and participle), -ing form.
VERBS: dict[Literal["plain", "clause", "quote"], str] = {
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

Form = Literal["base", "s", "past", "participle", "ing"]


class Verb(NamedTuple):
    """What a verb of saying needs beside a subject, and which of its forms a word is."""

    need: Literal["plain", "clause", "quote"]
    forms: frozenset[Form]


def verb_table() -> dict[str, Verb]:
    """Each form of each verb of saying."""
    table: dict[str, Verb] = {}
    names: tuple[Form, ...] = ("base", "s", "past", "ing")
    for need, rows in VERBS.items():
        for row in rows.split(";"):
            for name, cell in zip(names, row.split(), strict=True):
                past, _, participle = cell.partition("/")
                for word in (past, participle or past) if name == "past" else (cell,):
                    forms: set[Form] = {name}
                    if name == "past":
                        forms = {"past", "participle"} if not participle else {"past" if word == past else "participle"}
                    before = table[word].forms if word in table else frozenset()
                    table.setdefault(word, Verb(need, frozenset()))
                    table[word] = Verb(table[word].need, before | forms)
    return table


def words(block: str) -> frozenset[str]:
    """The words of a block of them."""
    return frozenset(block.split())


VERB = verb_table()

# Verbs of saying that follow what is said: "...", said the mayor.
TURNED = words("""
    said says wrote writes added adds explained explains asked asks replied replies warned warns noted notes
    tweeted tweets continued continues argued argues recalled recalls reported reports admitted insisted joked
    quipped countered retorted exclaimed shouted whispered concluded stated remarked observed declared agreed
    responded answered lamented complained announced claimed cautioned
""")

# Forms that are nouns as well: taken as verbs only where what is said follows at once.
NOUNS_TOO = words("""
    claim claims report reports note notes state states tweet tweets post posts promise promises pledge pledges
    warn vow vows estimate estimates show shows reply replies answer answers call calls comment comments remark
    remarks demand demands stress stresses find finds boast boasts joke jokes praise praises attack attacks
    caution cautions counter counters brand brands label labels thanks point points complaint read reads
    lament laments quip quips repeat repeats
""")
BEFORE_NOUNS = words("""
    news police press media witness witnesses intelligence phone crime weather wire early previous other
    expense annual conference roll cat death robo
""")

# Of the verbs that need a clause, those that a clause without "that" follows: "suggested he was ill".
REPORTED_BARE = words("""
    suggest suggests suggested indicate indicates indicated conclude concludes concluded confirm confirms confirmed
    added adds recalled recalls replied agreed maintains maintained speculated disclosed
""")

# What may stand right behind "said" and make it no report, and what ends a noun phrase behind its noun.
BARE_WORDS = words("goodbye hello no yes little nothing sorry prayers grace mass")
BEHIND_NOUNS = words("published released conducted obtained familiar close briefed known")
COUNTS = words("one two three dozens hundreds thousands half percent number majority most many some several")
OWNERS = words("his her their its no any every")
THROUGH = words("interview interviews comments remarks conversation statement email op-ed article")

AUXILIARIES = words("has have had having 's 've 'd")
BE = words("is are was were am be been being gets got get isn't aren't wasn't weren't isn’t aren’t wasn’t weren’t")
NOT = words("""
    not never didn't don't doesn't hasn't haven't hadn't won't wouldn't can't couldn't cannot neither nor
    didn’t don’t doesn’t hasn’t haven’t hadn’t won’t wouldn’t can’t couldn’t hardly
""")
MODALS = words("will would can could may might must shall should to do does did let let's let’s")
ADVERBS = words("""
    also later then once often still even just first again always already soon now thus have ever rather both all
    previously since repeatedly long further only earlier today yesterday initially further too instead
    simply perhaps nonetheless nevertheless sometimes seldom twice almost quite
""")
PRONOUNS = words("he she they it")
# Pronouns with an auxiliary in one word.
CONTRACTED = {
    pronoun + mark + ending: pronoun
    for pronoun in ("he", "she", "they", "it", "who", "i", "we", "you")
    for mark in "'’"
    for ending in ("s", "re", "ve", "m", "d", "ll")
}
NOBODY = words("""
    i we you me us him them who whom whose which that this these those what there here one everyone someone
    anyone nobody everybody somebody anybody everything something nothing anything none others some many few most
    each another such either much more less her his their its my our your himself herself themselves itself
    several
""")
DETERMINERS = words(
    "a an the his her their its some several many most one two three four five six no any every another"
)
SUBORDINATORS = words("""
    that who whom whose which what when where why how if whether because since until unless although though after
    before than while whereas lest once
""")
OPENERS = words("""
    but yet so as still meanwhile however moreover also then later afterwards nevertheless nonetheless instead
    furthermore besides indeed thus hence therefore similarly likewise earlier now today yesterday recently
    finally first second and or perhaps plus even only overall elsewhere
""")
PREPOSITIONS = words("""
    of for at from in with on to by into onto over under about against between among through during within without
    near via like upon off per amid around behind beyond across toward towards outside inside following including
    including despite
""")
OTHER_FUNCTION = words("""
    the a an and or but nor so yet if as than then not no is are was were be been being am has have had do does did
    will would can could may might must shall should let's let’s it's it’s that's that’s he's he’s she's she’s
    there's there’s i'm i’m i've i’ve we're we’re they're they’re you're you’re what's what’s who's who’s
    i'd i’d i'll i’ll we've we’ve don't don’t however meanwhile moreover although very too quite here there
    when where why how yes oh well please also out up down back away again ever never only just even still
    both either neither all half indeed perhaps maybe therefore thus hence asked according adding saying citing
    because said says told overall elsewhere
""")
FUNCTION = NOBODY | DETERMINERS | SUBORDINATORS | PREPOSITIONS | OTHER_FUNCTION | PRONOUNS | NOT

TIMES = words("""
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august
    september october november december jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs
    fri sat sun today yesterday tomorrow tonight morning afternoon evening night noon midnight week month year day
    weekend weeks months years days hours ago last next christmas easter summer winter spring autumn earlier later
    recently a.m p.m am pm then now here there meanwhile again once
""")
OCCASIONS = words("""
    statement interview tweet letter speech post email e-mail memo conference briefing release call debate rally
    interviews remarks hearing event appearance article op-ed column message report filing testimony address
    meeting text telegram facebook twitter instagram video blog essay
""")

# Common nouns for those who say things: people, bodies, outlets, and papers that speak for them.
PEOPLE = words("""
    official spokesman spokesmen spokeswoman spokeswomen spokesperson spokespeople president premier minister
    chancellor king queen prince princess pope bishop archbishop cardinal imam rabbi priest senator representative
    congressman congresswoman lawmaker governor mayor secretary ambassador diplomat envoy general colonel captain
    major commander admiral officer soldier chief chiefs head leader director chairman chairwoman chair chairperson
    founder owner manager executive boss economist analyst expert professor scientist researcher scholar historian
    author writer journalist reporter editor columnist commentator blogger critic supporter opponent activist
    campaigner lawyer attorney prosecutor judge justice sheriff detective investigator witness witnesses victim
    survivor relative neighbour neighbor resident villager farmer fisherman fishermen worker doctor nurse physician
    surgeon teacher student pupil parent mother father son daughter brother sister wife husband widow friend
    colleague aide adviser advisor strategist operative staffer candidate nominee voter delegate pollster source
    insider person people man men woman women boy girl player coach singer actor actress artist engineer architect
    pilot driver master keeper speaker deputy member co-author co-founder host anchor moderator counsel treasurer
    vice-president veteran donor banker trader businessman billionaire tycoon contender rival democrat republican
    conservatives liberals protesters demonstrators organiser organizer biologist physicist chemist curator
    conductor librarian warden guard ranger consultant investor entrepreneur ombudsman commissioner inspector
    superintendent sergeant lieutenant trustee legislator sociologist ecologist geologist meteorologist forecaster
    psychologist politician observer employee employer backer ally allies elder front-runner frontrunner user reader
    viewer listener defender detractor challenger respondent customer client patient passenger tenant landlord fan
    follower volunteer skeptic sceptic advocate proponent immigrant migrant refugee marcher counterpart predecessor
    successor panelist narrator hacker negotiator mediator taxpayer producer developer counsellor counselor clerk
    cleric pastor reverend nun monk designer chef musician comedian novelist poet playwright astronomer
    mathematician statistician demographer kid child children teenager pensioner caller competitor adult celebrity
    speechwriter biographer regulator spouse nephew niece cousin uncle aunt grandmother grandfather grandson
    granddaughter stepson girlfriend boyfriend partner roommate classmate teammate acquaintance onlooker bystander
    commuter motorist pedestrian shopper diner guest attendee participant contestant winner loser champion trainer
    referee laureate translator interpreter publisher agent broker dealer vendor grower rancher miner trucker
    carpenter electrician plumber mechanic firefighter paramedic therapist pharmacist veterinarian dentist nanny
    tutor lecturer dean provost chaplain deacon rector sides
""")
BODIES = words("""
    ministry government administration department office council parliament senate congress court commission
    committee board agency bureau police army navy military force forces union party campaign camp company firm
    corporation bank group groups organisation organization organisations organizations charity foundation
    institute institution university college school association federation league alliance coalition team
    authority authorities embassy consulate service services regulator watchdog hospital church club society
    city state country states countries side staff leadership management lobby network think-tank tribunal
    delegation mission secretariat directorate prosecution defence defense opposition junta kremlin
    operator manufacturer maker airline utility cooperative museum audience crowd family families couple couples panel
    inquiry affiliate retailer retailers
""")
OUTLET_KINDS = words("""
    newspaper newspapers paper outlets networks stations channels sites tabloids magazine journal weekly daily tabloid broadsheet station channel broadcaster
    broadcast network agency website site portal outlet resource blog podcast programme program press media
    radio tv television news newswire wire publication periodical quarterly monthly gazette
""")
PAPERS = words("""
    report reports statement statements study studies survey surveys poll polls document documents records data
    figures statistics letter transcript transcripts memo email emails e-mail filing filings indictment complaint
    affidavit ruling article articles analysis paper book press-release release census estimate estimates review
    audit results numbers account accounts testimony lawsuit readout aides website communique communiqué note
    findings research forecast biography memoir editorial summary rumours rumors legend polling averages average
    timeline video calculations notice announcement
""")
# Things with words in them, which say what stands there, and are nobody's spokesmen.
WRITINGS = words("""
    ad ads advertisement advertisements quiz question questions page pages tweet tweets message messages post posts
    story stories book books textbook textbooks film documentary video videos headline headlines letters text chapter
    verse passage answer answers petition manifesto pamphlet leaflet flyer script song poem caption slogan
""")
POLLS = words("poll polls polling survey surveys")
PEOPLE |= {
    word + "s" for word in PEOPLE if not word.endswith(("s", "man", "men", "people", "police", "child", "chief"))
}
SPEAKERS = PEOPLE | BODIES | OUTLET_KINDS | PAPERS
# Nouns that end as those for people at work do, and are none.
THINGS = words("""
    number order power answer offer matter center centre theater river water weather winter summer dinner shoulder
    cover corner border quarter chapter letter paper tower disaster error factor motor floor door color colour labor
    labour honor honour favor favour behavior behaviour sector mirror terror horror restaurant elephant grant plant
    fee committee degree tree success access process business address press express progress congress initiative
    perspective alternative objective motive archive drive newsletter counter banner barrier carrier trailer poster
    cancer computer server fiber fibre meter metre liter litre
""")
RANKS = words("""
    former current fellow veteran retired senior late incumbent longtime presumptive acting then-president ex
    outgoing incoming rookie junior conservative liberal progressive independent billionaire libertarian
""")
OUTLETS = words("""
    reuters ap afp bbc cnn nbc abc cbs fox msnbc cnbc npr pbs rfi tass interfax ria politico bloomberg axios
    breitbart slate vox xinhua buzzfeed buzzfeednews al-jazeera jazeera upi dpa ansa efe kyodo wsj lbc itv
    times post journal news herald tribune guardian beacon chronicle gazette globe mail mirror observer star sun
    telegraph examiner dispatch register bulletin courier monitor standard independent inquirer sentinel argus echo
    enquirer express today magazine radio tv television broadcasting media monde figaro spiegel zeitung país
    repubblica pravda izvestia atlantic economist newsweek yorker yahoo hill mic salon variety c-span cspan
    univision telemundo huffington vice mcclatchy gazeta libération stampa corriere mundo
""")
TITLES = words("""
    mr mrs ms miss dr sir dame lord lady sen rep gov gen col capt lt sgt maj adm prof rev hon pres st jr sr
    president senator governor secretary minister professor chancellor mayor
""")
PARTICLES = words(
    "de van von der den del della di da dos du la le les al el bin ibn ben af av zu zum zur ter ten y e of"
)
ORGANISATION = (
    BODIES
    | OUTLETS
    | words("""
    house united new north south east west san los saint santa street avenue county bay lake river mount park
    university college ministry institute center centre association fund foundation national international
    american european african royal federal supreme central democratic republican inc corp ltd co llc plc nations
    directorate treasury pentagon wall day war act bill super pac americans act gop show convention
    caucuses primary hall palace square bridge hotel tower island islands republic kingdom
""")
)
MALE = words("""
    sebastian luke mark martin alan stan lou neil ken glenn hugh ralph fred phil don ray russ doug
    james john robert michael william david richard joseph thomas charles daniel matthew anthony mark paul steven
    andrew andrei joshua kevin brian george edward ronald timothy jason jeffrey ryan jacob gary nicholas eric
    jonathan stephen larry justin scott brandon benjamin samuel gregory frank alexander raymond patrick jack dennis
    jerry tyler aaron jose adam henry nathan peter kyle walter ethan jeremy harold carl keith roger donald ted
    bernie marco ben jeb chris barack joe bill mitt mike jim tom bob tim steve vladimir ivan mohammed muhammad ahmed
    ali hassan jean pierre hans carlos juan luis pedro sergei dmitri viktor
""")
FEMALE = words("""
    anne ann kate katie sally jill jane kellyanne megyn debbie wendy stephanie kathy valerie alice
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley
    kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca laura sharon cynthia kathleen amy
    angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet
    maria catherine heather diane olga julie joyce victoria ruth virginia lauren kelly christina joan evelyn judith
    hillary carly chelsea ivanka melania elena ana fatima aisha ingrid marie claire natalia svetlana irina
""")

# Verbs of saying whose base and -s forms are nouns as well.
NOUNS = words("""
    answer appeal bark blog boast brief call caution chant chat claim comment counsel cry demand email e-mail gripe
    groan growl grumble hint howl joke lament lecture mention moan mumble murmur note object phone pledge post promise
    protest query question quip quote rebuke recount relay remark reply report reprimand request retort retweet roar
    scold scream shout shriek sigh snap stress stutter state talk taunt telegraph telephone tweet vow wail whisper yell
    estimate show find read attack praise brand label counter repeat whine intimate warn slam blast
""")
PLURAL_NOUNS = frozenset({"cries", "queries", *(noun + "s" for noun in NOUNS)})
# Pronouns that are subjects wherever they stand before a verb, and words that stand for people without naming them.
SUBJECTS = words("he she they i we you it who")
INDEFINITE = words("some many others most both few several all one another none those everyone everybody someone")
# Past forms that do not end in -ed, and frequent verbs that are seldom nouns: what shows that a clause has its verb.
IRREGULAR = words("""
    took gave made went came got met left stood sat ran won lost held kept put let set sent spent built brought bought
    thought felt knew saw heard began became drew fell flew fought grew hit led meant paid rose sold shook spoke
    struck swung threw tore understood wore withdrew chose drove ate broke caught dealt forgot hid rode rang sang
    sought slept taught won't woke wrote think believe know want need seem see
""")

# Verbs of saying that tell as often what is not said, or that somebody spoke, but not what they said: "continued to
# grow", "called the police", "spoke in Ostrava", "mocked her".
OTHERWISE = words("""
    add admit agree call continue deny find indicate maintain read report respond show
    advise appeal beg brief chat cry email howl lecture phone plead protest speak threaten train
""")
# What behind such a verb makes it say something.
SAID_WITH = {
    "call": words("for on out him her it them"),
    "speak": words("about of out against"),
    "appeal": words("for"),
    "cry": words("out"),
    "plead": words("for"),
}

# What stands before "to" and a verb of saying where that is said, or surely is not: "went on to say", "declined to say".
GOES_ON = words(
    "on continue continues continued continuing decline declines declined declining "
    "refuse refuses refused refusing seek seeks sought seeking"
)

# What opens the words that are reported.
REPORTED = words("that how why what whether if he she they it there")


def saying_table(lines: list[str]) -> dict[str, frozenset[Form]]:
    """The forms of the verbs that may say something: those of saying, and those above."""
    table: dict[str, frozenset[Form]] = {}
    for line in lines:
        base = line.split()[0]
        for word in line.split():
            if word in (base, base.replace("iz", "is")):
                table[word] = frozenset({"base"})
            elif word.endswith("ing"):
                table[word] = frozenset({"ing"})
            elif word.endswith("s"):
                table[word] = frozenset({"s"})
            elif word in ("wrote", "spoke", "swore"):
                table[word] = frozenset({"past"})
            elif word in ("written", "spoken", "sworn"):
                table[word] = frozenset({"participle"})
            else:
                table[word] = frozenset({"past", "participle"})
    return {word: verb.forms for word, verb in VERB.items()} | table


_LINES = Path(__file__).parent.with_name("speech_verbs.txt").read_text(encoding="utf-8").splitlines()
SAYING = saying_table(_LINES)
# The base of each form of them.
LEMMAS = {
    word: row.split()[0]
    for row in [*(row for rows in VERBS.values() for row in rows.split(";")), *_LINES]
    for word in row.replace("/", " ").split()
}
