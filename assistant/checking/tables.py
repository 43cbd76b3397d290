"""The words that checking knows, as data: numbers, units, dates, negations, synonyms and opposites."""

from __future__ import annotations

from fractions import Fraction


def _words(block: str) -> frozenset[str]:
    return frozenset(block.split())


def _rows(block: str) -> list[list[str]]:
    return [row.split() for row in block.strip().split("\n")]


# ------------------------------------------------------------------------------------------- numbers

ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
    "hundreds": 100,
    "thousands": 1_000,
    "millions": 10**6,
    "billions": 10**9,
    "trillions": 10**12,
    "lakh": 10**5,
    "crore": 10**7,
}
# Letters that stand for a scale only at the end of figures: £1.4m, $2.5bn.
SCALE_LETTERS = {"k": 1_000, "m": 10**6, "mn": 10**6, "mln": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
} | {
    "thirtieth": 30,
    "fortieth": 40,
    "fiftieth": 50,
    "sixtieth": 60,
    "seventieth": 70,
    "eightieth": 80,
    "ninetieth": 90,
    "hundredth": 100,
    "thousandth": 1_000,
}
PARTS = {
    "half": Fraction(1, 2),
    "halves": Fraction(1, 2),
    "quarter": Fraction(1, 4),
    "quarters": Fraction(1, 4),
    **{word: Fraction(1, value) for word, value in ORDINALS.items() if value > 2},
    **{word + "s": Fraction(1, value) for word, value in ORDINALS.items() if value > 2},
}
VULGAR = {"½": Fraction(1, 2), "¼": Fraction(1, 4), "¾": Fraction(3, 4), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3)}
TIMES = {"twice": 2, "thrice": 3}
MINUS = _words("minus negative")

# Unit: its dimension, and how many of the dimension's base unit it holds. Different dimensions never agree.
_UNIT_ROWS = """
    percent      1            % percent pct procent percentage
    point        1            percentage-point percentage-points
    metre        1/1000000000 nanometre nanometres nanometer nanometers nm
    metre        1/1000000    micron microns micrometre micrometres
    metre        1/1000       millimetre millimetres millimeter millimeters mm
    metre        1/100        centimetre centimetres centimeter centimeters cm
    metre        1            metre metres meter meters m
    metre        1000         kilometre kilometres kilometer kilometers km kms
    mile         1            mile miles mi
    foot         1            foot feet ft
    inch         1            inch inches
    yard         1            yard yards
    light-year   1            light-year light-years lightyear lightyears
    gram         1/1000       milligram milligrams mg
    gram         1            gram grams gramme grammes g
    gram         1000         kilogram kilograms kilo kilos kg kgs
    gram         1000000      tonne tonnes ton tons t
    pound-weight 1            lb lbs
    ounce        1            ounce ounces oz
    litre        1/1000       millilitre millilitres milliliter milliliters ml
    litre        1            litre litres liter liters
    gallon       1            gallon gallons
    barrel       1            barrel barrels
    hectare      1            hectare hectares ha
    acre         1            acre acres
    degree       1            degree degrees ° °c celsius c
    fahrenheit   1            fahrenheit f °f
    kelvin       1            kelvin
    second       1            second seconds sec secs
    second       60           minute minutes min mins
    second       3600         hour hours hr hrs
    second       86400        day days
    second       604800       week weeks
    month        1            month months
    month        12           year years yr yrs
    month        120          decade decades
    month        1200         century centuries
    watt         1            watt watts w
    watt         1000         kilowatt kilowatts kw
    watt         1000000      megawatt megawatts mw
    watt         1000000000   gigawatt gigawatts gw
    volt         1            volt volts
    hertz        1            hertz hz
    byte         1000000      megabyte megabytes mb
    byte         1000000000   gigabyte gigabytes gb
    byte         1000000000000 terabyte terabytes tb
    knot         1            knot knots
    kmh          1            km/h kph kmh
    mph          1            mph
    times        1            times fold
    dollar       1            $ us$ dollar dollars usd buck bucks
    dollar       1/100        cent cents ¢
    euro         1            € euro euros eur
    sterling     1            £ pound pounds quid gbp
    sterling     1/100        penny pence p
    yen          1            ¥ yen jpy
    yuan         1            yuan renminbi rmb cny
    rupee        1            ₹ rupee rupees inr rs
    rouble       1            ₽ rouble roubles ruble rubles rub
    won          1            ₩ krw
    franc        1            franc francs chf
    crown        1            crown crowns krona kronor krone kroner koruna korunas sek nok dkk czk kr
    zloty        1            zloty zlotys pln
    lira         1            ₺ lira liras
    hryvnia      1            ₴ hryvnia hryvnias
    peso         1            peso pesos
    real         1            reais brl
    rand         1            rand zar
    shekel       1            ₪ shekel shekels
    naira        1            ₦ naira
    dirham       1            dirham dirhams
    dinar        1            dinar dinars
    riyal        1            riyal riyals
    forint       1            forint forints
    mark         1            deutschmark deutschmarks
    shilling     1            shilling shillings
    guilder      1            guilder guilders
    bitcoin      1            bitcoin bitcoins
"""
UNITS: dict[str, tuple[str, Fraction]] = {
    word: (row[0], Fraction(row[1])) for row in _rows(_UNIT_ROWS) for word in row[2:]
}
SIGNS = _words("$ us$ € £ ¥ ₹ ₽ ₩ ₺ ₴ ₪ ₦")  # currencies written before the figures
CODES = _words("usd eur gbp chf jpy")  # may stand before the figures as well
SPEEDS: dict[tuple[str, ...], str] = {
    (unit, per, "hour"): speed
    for per in ("per", "an")
    for unit, speed in (("kilometres", "kmh"), ("kilometers", "kmh"), ("km", "kmh"), ("miles", "mph"))
}
CURRENCIES = frozenset(UNITS[word][0] for word in _words("dollar euro pound yen yuan rupee rouble franc crown"))
# Units that are a word of their own as well: taken only right behind figures, not behind number words.
AFTER_FIGURES = _words("m p c f g t w b k c ha rs mi mb gb in min sec ton kr pound")

# --------------------------------------------------------------------------------------------- dates

MONTHS = {
    name: number
    for number, names in enumerate(
        "january jan;february feb;march mar;april apr;may;june jun;july jul;august aug;september sept sep;"
        "october oct;november nov;december dec".split(";"),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        "monday mon;tuesday tues tue;wednesday wed;thursday thurs thur thu;friday fri;saturday sat;sunday sun".split(
            ";"
        )
    )
    for name in names.split()
}
DECADES = {
    "twenties": 20,
    "thirties": 30,
    "forties": 40,
    "fifties": 50,
    "sixties": 60,
    "seventies": 70,
    "eighties": 80,
    "nineties": 90,
}
CLOCK = {"a.m.": 0, "am": 0, "a.m": 0, "p.m.": 720, "pm": 720, "p.m": 720}
SEASONS = _words("spring summer autumn winter morning afternoon evening night")
DAY_PARTS = {"morning": 0, "afternoon": 720, "evening": 720}
NOONS = {"noon": 720, "midday": 720, "midnight": 0}
YEAR_BEFORE = ("a year earlier", "a year before", "the year before", "previous year", "one year earlier")
YEAR_AFTER = ("a year later", "the year after", "following year", "next year", "one year later")
BEFORE_YEARS = _words(
    "in since until till from to of by before after during between and around about circa c ca late early mid "
    "year season class autumn spring summer winter fall"
)

# ----------------------------------------------------------------------------------- kinds of words

FUNCTION = _words("""
    a an the this that these those some any each every all both either neither such other another same own
    i me my mine myself we us our ours ourselves you your yours he him his himself she her hers herself it its itself
    they them their theirs themselves who whom whose which what where when why how whether if because since until
    unless although though while whereas as than then so yet and or but nor not no
    of in on at by for with from to into onto upon over under about against between among through during within
    without near off out up down across along around behind beyond per via toward towards despite like amid
    is are was were be been being am has have had having do does did doing done will would can could may might must
    shall should ought let get gets got getting there here also too very just even only still already again ever
    quite rather much many more most few fewer less least several enough almost nearly now however therefore thus
    meanwhile moreover indeed instead otherwise else yes oh well s t d ll re ve m mr mrs ms dr sir dame
    according
""")
# Of these, what still says how much, when or which way: compared, though never needed.
PREPOSITIONS = _words("""
    of in on at by for with from to into onto upon over under about against between among through during within
    without near off across along around behind beyond per via toward towards despite like amid after before because
    since until when while where although though if unless as than whose who which that following including
""")
BE = _words("is are was were be been being am gets got get 's isn't wasn't aren't weren't")
DETERMINERS = _words("a an the his her its their our my your this that these those")
ADVERBIAL = _words("yesterday today tomorrow tonight last next this every")

# ----------------------------------------------------------------------------------------- negation

NEGATORS = _words("""
    not no never none nobody nothing nowhere neither nor without cannot hardly barely scarcely fail fails failed
    failing refuse refuses refused refusing unable lack lacks lacked lacking deny denies denied denying denial
    n't false falsely untrue hoax impossible ceased
""")

# --------------------------------------------------------------------------------------------- names

PARTICLES = _words("de van der den von zu al el bin ibn la le les du da das dos di del y af av ter ten")
TITLES = {
    "sen": "senator",
    "gov": "governor",
    "prof": "professor",
    "gen": "general",
    "col": "colonel",
    "capt": "captain",
    "lt": "lieutenant",
    "rep": "representative",
    "pres": "president",
    "st": "saint",
    "mt": "mount",
}
RANKS = _words("""
    president senator governor professor general colonel captain lieutenant representative minister prime chancellor
    king queen prince princess pope bishop judge mayor councillor doctor sergeant major admiral saint mount lake river
    foreign secretary ambassador chief justice former vice deputy striker goalkeeper coach chairman chairwoman director
""")
# A row: names of one thing.
SAME_NAMES = """
    us usa america american americans united-states
    uk britain british united-kingdom great-britain
    eu european-union
    un united-nations
    france french
    spain spanish spaniard
    germany german germans
    poland polish pole poles
    netherlands dutch holland
    switzerland swiss
    denmark danish dane danes
    turkey turkish türkiye turk turks
    sweden swedish swede swedes
    finland finnish finn finns
    ireland irish
    scotland scottish scots scot
    wales welsh
    greece greek
    china chinese
    norway norwegian
    portugal portuguese
    iraq iraqi
    belgium belgian
    philippines filipino philippine
    kyiv kiev
    england english
    czechia czech czechs
    hungary hungarian
    russia russian
    iceland icelandic icelander icelanders
    thailand thai thais
    argentina argentine argentinian
    serbia serb serbian serbs
    croatia croat croatian croats
    israel israeli israelis
    pakistan pakistani
    new-zealand new-zealander
    peru peruvian
    congo congolese
    slovakia slovak
    slovenia slovene slovenian
    afghanistan afghan afghans
    ukraine ukrainian
    europe european europeans
    africa african africans
    asia asian asians
"""
DEMONYM_ENDINGS = ("vian", "lese", "ian", "ean", "an", "ese", "ish", "i", "n")
COUNTRY_ENDINGS = ("", "a", "ia", "y", "e", "o")

# ------------------------------------------------------------------------------------- who says it

REPORTED = _words("""
    said says say saying told tells tell according wrote reported announces announced claimed stated adds added
    explained warned argues argued alleges alleged alleging insists insisted noted notes deny denies denied confirmed
    accused promised admitted testified concluded suggests suggested estimated predicted believes thinks tweeted
    vowed declared acknowledged suggest show shows showed indicates indicated indicate
""")
# Verbs of saying that take a stand of their own: one may not stand for a verb outside its row.
STANDS = """
    deny denies denied denying reject rejects rejected refute refuted dismiss dismissed
    promise promises promised pledge pledges pledged vow vows vowed
    ask asks asked wonder wonders wondered
    demand demands demanded
    accuse accuses accused
    admit admits admitted acknowledge acknowledged concede conceded
"""
SPEAKS = REPORTED | _words(
    "called calls calling blamed blames criticised criticized praised asked replied dismissed described"
)
PRONOUNS = _words("he she they it his her")

# A row: words before a number that set a bound of one side, and those of the other.
BOUNDS = (
    _words(
        "at-least more-than over above exceeding exceeded exceeds upwards-of no-fewer-than no-less-than minimum beyond"
    ),
    _words("at-most less-than fewer-than under below up-to no-more-than not-more-than maximum almost nearly"),
)

# ------------------------------------------------------------------------- how many, and how surely

EXTENTS = {
    "all": _words("all every each entire"),
    "most": _words("most"),
    "many": _words("many numerous"),
    "some": _words("some several"),
    "few": _words("few"),
}
HEDGES = _words("""
    may might could perhaps maybe possibly probably presumably likely apparently allegedly reportedly supposedly
    potentially appears appear appeared seems seem seemed suspected alleged considering
""")
# What leaves something open in a statement, though it be another word than in the quotation.
OPEN = HEDGES | _words("""
    can would should ought consider considers considered think thinks thought believe believes believed suspect suspects
    possible possibility chance risk risks danger threatens threatened if unless whether able expected expects expect
    hopes hoped plans planned suggests suggested suggest indicates indicated allege alleges claim claims claimed
    accused unclear uncertain unsure doubt doubts conceivable supposed
""")
