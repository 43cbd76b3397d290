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
NOONS = {"noon": 720, "midday": 720, "midnight": 0}
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

# ------------------------------------------------------------------------- forms, synonyms, opposites

_IRREGULAR_VERBS = """
    be am is are was were been being
    bear bore borne born
    beat beaten
    become became
    begin began begun
    bend bent
    bind bound
    bite bit bitten
    bleed bled
    blow blew blown
    break broke broken
    breed bred
    bring brought
    build built
    burn burnt
    buy bought
    catch caught
    choose chose chosen
    come came
    creep crept
    deal dealt
    dig dug
    draw drew drawn
    dream dreamt
    drink drank drunk
    drive drove driven
    eat ate eaten
    fall fell fallen
    feed fed
    feel felt
    fight fought
    find found
    flee fled
    fly flew flown
    forbid forbade forbidden
    forget forgot forgotten
    forgive forgave forgiven
    freeze froze frozen
    give gave given
    go went gone
    grow grew grown
    hang hung
    hear heard
    hide hid hidden
    hold held
    keep kept
    know knew known
    lay laid
    lead led
    learn learnt
    leave left
    lend lent
    lie lay lain
    light lit
    lose lost
    make made
    mean meant
    meet met
    overtake overtook overtaken
    overthrow overthrew overthrown
    pay paid
    rebuild rebuilt
    ride rode ridden
    ring rang rung
    rise rose risen
    run ran
    say said
    see saw seen
    seek sought
    sell sold
    send sent
    shake shook shaken
    shine shone
    shoot shot
    show shown
    shrink shrank shrunk
    sing sang sung
    sink sank sunk
    sit sat
    sleep slept
    slide slid
    speak spoke spoken
    spend spent
    spin spun
    stand stood
    steal stole stolen
    stick stuck
    strike struck stricken
    swear swore sworn
    sweep swept
    swim swam swum
    swing swung
    take took taken
    teach taught
    tear tore torn
    tell told
    think thought
    throw threw thrown
    understand understood
    undertake undertook
    wake woke woken
    wear wore worn
    win won
    withdraw withdrew withdrawn
    write wrote written
"""
_IRREGULAR_OTHERS = """
    man men
    woman women
    child children
    person people persons
    foot feet
    tooth teeth
    mouse mice
    wife wives
    life lives
    half halves
    good better best
    bad worse worst
    far further farther furthest
    old elder eldest older oldest
    long longer longest
    high higher highest
    low lower lowest
    large larger largest
    small smaller smallest
    big bigger biggest
    short shorter shortest
    deep deeper deepest
    shallow shallower shallowest
    young younger youngest
    early earlier earliest
    late later latest
    fast faster fastest
    slow slower slowest
    strong stronger strongest
    weak weaker weakest
    rich richer richest
    poor poorer poorest
    cheap cheaper cheapest
    dear dearer dearest
    warm warmer warmest
    cold colder coldest
    hot hotter hottest
    wide wider widest
    narrow narrower narrowest
    heavy heavier heaviest
    light lighter lightest
    easy easier easiest
    hard harder hardest
    near nearer nearest
    new newer newest
    safe safer safest
    great greater greatest
    bright brighter brightest
    thick thicker thickest
    thin thinner thinnest
    death deaths died dead dies dying die
"""
IRREGULAR: dict[str, str] = {}
for _row in _rows(_IRREGULAR_VERBS) + _rows(_IRREGULAR_OTHERS):
    for _form in _row[1:]:
        IRREGULAR.setdefault(_form, _row[0])
VERB_FORMS = frozenset(form for row in _rows(_IRREGULAR_VERBS) for form in row[1:]) - {"left", "lay", "found"} | {
    "beat",
    "hit",
    "quit",
}

# A row: words that may stand for each other, or, with bars, groups of which one excludes the others.
GROUPS = """
    lose loss lost | gain
    slow slowed | accelerate accelerated
    free gratis | paid
    construct | dismantle
    strengthened | weakened
    earlier sooner | later
    often | seldom
    stay remain | leave quit resign
    hire recruit | sack
    lift | impose
    widen | narrow
    tie-up | loosen
    gather | scatter
    lock | unlock
    lift-off | landing
    appear | disappear vanish
    attract | deter
    encourage | discourage
    promote | demote
    qualify | disqualify
    agree | disagree
    like | dislike
    connect | disconnect
    load | unload
    pack | unpack
    trust | distrust mistrust
    obey | disobey
    order | disorder
    proven | disproven
    reveal | conceal hide
    separate | unite join
    divide | multiply
    deposit | withdraw
    debt | asset
    strength | weakness
    advantage | disadvantage
    honest | dishonest
    loyal | disloyal
    sharp | blunt
    rough | smooth
    loud noisy | quiet silent
    busy | idle
    brave | cowardly
    tall | short
    fat | thin slim
    clear | unclear vague
    busy | quiet
    polite | rude
    innocent | guilty
    smart clever | stupid
    ahead | behind
    upper | lower
    exterior | interior
    maximum | minimum
    northward | southward
    eastward | westward
    guest | host
    lender creditor | borrower debtor
    exporter | importer
    home | away
    rural | urban
    day | night
    sunrise dawn | sunset dusk
    hurriedly | slowly
    briefly | lengthily
    unanimous unanimously | divided
    mild moderate | severe serious
    slight slightly | serious seriously severe severely
    partly partially | fully wholly completely entirely
    minority | majority
    all every | none no
    most | few
    rise increase grow climb gain jump soar surge up raise boost growth hike | fall drop decline decrease sink plunge down lower reduce cut slump shrink dip tumble reduction
    win victory triumph | lose loss lost
    beat defeat
    pass passed | fail failed fails
    before prior ahead | after afterwards
    more | less fewer
    most | fewest least
    many | few
    above exceed | below beneath
    over | under
    high | low
    large big huge great vast giant | small little tiny
    long | short
    deep | shallow
    old ancient elderly | new modern
    young
    early | late
    fast quick rapid quickly rapidly swift swiftly | slow slowly
    strong powerful | weak feeble
    rich wealthy | poor
    cheap inexpensive | dear expensive costly
    warm hot | cold cool chilly
    wide broad | narrow
    heavy | light
    easy simple easily | difficult hard tough
    good well positive | bad poor badly negative
    near close nearby | far distant remote
    thick | thin
    best | worst
    better | worse
    safe secure safely | unsafe dangerous hazardous risky
    open reopen opened | close shut closure closed
    begin start launch commence beginning | end finish conclude over stop halt cease ended
    first | last final
    buy purchase acquire acquisition | sell sale
    import | export
    enter arrive arrival | leave depart departure exit
    come | go
    accept approve agree endorse adopt approval back | reject refuse veto oppose decline rejection
    allow permit let authorise authorize legalise legalize | forbid ban prohibit outlaw bar
    support favour favor in-favour | oppose against opposition
    succeed success successful successfully | fail failure unsuccessful unsuccessfully
    convict guilty conviction | acquit innocent exonerate acquittal
    arrest detain jail imprison | free release
    attack assault | defend defence defense
    praise hail laud commend applaud welcome | criticise criticize condemn denounce blast slam criticism
    hire recruit employ appoint | dismiss fire sack resign
    join | quit
    build construct erect | demolish destroy wreck ruin raze
    create establish found set-up | abolish disband dissolve
    live alive survive survivor | dead die kill death
    lend | borrow
    give donate grant hand | take receive
    increase-speed accelerate | decelerate
    strengthen tighten | weaken loosen ease
    improve improvement improved | worsen deteriorate
    gain profit | deficit
    include | exclude
    true right correct accurate | false wrong incorrect inaccurate
    public | private
    legal lawful | illegal unlawful
    possible | impossible
    likely probable probably | unlikely
    known | unknown
    able | unable
    guilty | innocent
    male man boy gentleman | female woman girl lady
    father dad | mother mum
    son | daughter
    brother | sister
    husband | wife widow
    uncle | aunt
    nephew | niece
    king | queen
    prince | princess
    north northern | south southern | east eastern | west western
    northeast northeastern | northwest northwestern | southeast southeastern | southwest southwestern
    spring | summer | autumn | winter
    morning | afternoon | evening | night
    yesterday | today | tomorrow
    double doubled | triple tripled treble | quadruple quadrupled | halve halved
    red | blue | green | yellow | white | black | brown | orange | purple | pink
    always | never | sometimes | rarely seldom | often frequently
    everyone everybody all | nobody none | someone somebody
    everything | nothing | something
    left-wing | right-wing
    left-hand | right-hand
    conservative | liberal
    democrat democratic | republican
    teacher | pupil student
    employer | employee
    import-duty tariff | subsidy
    ally friend | enemy foe rival
    war | peace
    love | hate
    remember recall | forget
    present | absent
    presence | absence
    upstream | downstream
    inside indoors | outside outdoors
    top upper | bottom
    front | rear
    maximum | minimum
    major | minor
    majority | minority
    full | empty
    wet | dry
    clean | dirty polluted
    healthy | ill sick unhealthy
    optimistic hopeful | pessimistic
    confirm | deny
    admit acknowledge concede | deny
    temporary temporarily | permanent permanently
    voluntary voluntarily | compulsory mandatory
    domestic | foreign
    urban | rural
    ascend | descend
    expand extend expansion lengthen | contract shorten
    attract | repel
    hostile unfriendly | friendly
    advance | retreat withdraw
    land | take-off
    discover find discovery | conceal hide
    save rescue | abandon
    exceeded surpass | undershoot
    optimism | pessimism
    surplus | shortage shortfall
    inflow | outflow
    credit | debit
    innocent | guilty
    visible | invisible
    stable | unstable critical
    lucky fortunate | unlucky unfortunate
    happy glad pleased | unhappy sad
    calm | anxious
    satisfied | dissatisfied
    familiar | unfamiliar
    fair | unfair unjust
    usual common | unusual rare
    expected | unexpected
    certain sure | uncertain unsure doubtful
    complete whole entire | incomplete partial
    valid | invalid
    equal same identical | unequal different
    willing ready | unwilling reluctant
    aware | unaware
    armed | unarmed
    employed | unemployed
    occupied | vacant
    married | unmarried single divorced
    dependent | independent
    official | unofficial
    popular | unpopular
    profitable | unprofitable loss-making
    lawful | unlawful
    reliable | unreliable
    successful | unsuccessful
    natural | artificial
    active | inactive dormant extinct
    direct | indirect
    formal | informal
    local | national | international
    pro | anti
    plus | minus
    single | double
    senior | junior
    former previous | current present incumbent
    winner champion | loser
    buyer customer purchaser | seller vendor
    landlord | tenant
    doctor physician | patient
    plaintiff | defendant
    prosecutor prosecution | defender
    government | opposition
    minister | mayor | president | governor | ambassador
    resign step-down quit
    car vehicle automobile
    company firm business corporation enterprise
    factory plant works
    game match
    maker manufacturer producer
    hurt injure wound injury injured wounded | unhurt unharmed uninjured
    job post position
    house home
    money cash funds
    worker labourer
    pupil schoolchild
    film movie
    road street
    boat ship vessel
    plane aircraft jet airplane airliner
    police officer
    area region district zone
    country nation state
    town city
    fire blaze
    shop store
    sickness illness disease
    help assist aid
    need require
    want wish seek demand
    show reveal demonstrate indicate suggest
    say tell state declare announce note add explain
    damage harm
    talk negotiation discussion
    try attempt bid
    plan intend scheme
    immediate once immediately
    roughly about approximately around some circa
    nearly almost
    main chief principal
    author writer
    prize award
    price cost
    yearly annual annually
    ask request
    choose pick select
    keep retain maintain
    mend repair fix
    protest demonstrate rally
    resume restart
    locate lie situate
    remove take-out
    murder kill slay
    gather collect assemble
    speak talk
    inquiry investigation investigate probe
    crash collide collision accident
    chief head leader
    vote ballot
    election poll
    pay wage salary
    pensioner retiree
    kid child
    expect anticipate forecast predict
    because cause due
    warn caution
    storm gale
    quake earthquake
    pact deal agreement treaty accord
    sum amount total
    holiday vacation
    autumn fall-season
    flat apartment
    lorry truck
    railway railroad
    football soccer
    figure number
    get obtain receive
    happen occur
    appear seem
"""

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
    poland polish
    netherlands dutch holland
    switzerland swiss
    denmark danish
    turkey turkish türkiye
    sweden swedish
    finland finnish
    ireland irish
    scotland scottish scots
    wales welsh
    greece greek
    china chinese
    norway norwegian
    portugal portuguese
    iraq iraqi
    wales welsh
    belgium belgian
    philippines filipino philippine
    kyiv kiev
    england english
    czechia czech
    hungary hungarian
    russia russian
"""
DEMONYM_ENDINGS = ("ian", "ean", "an", "ese", "ish", "i", "n")
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
