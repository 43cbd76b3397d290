"""Irregular forms, and which words may stand for each other or exclude each other, as data."""

from __future__ import annotations


def _rows(block: str) -> list[list[str]]:
    return [row.split() for row in block.strip().split("\n")]


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

UNDERGONE = frozenset("die dies died dying".split())  # of a verb that says of who kills as well
NOUNS_IN_ED = frozenset(
    "hundred need seed feed deed weed reed breed speed creed greed shed sled sacred naked wicked indeed red".split()
)

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
    pass approve adopt | reject
    secede | join
    occupy | vacate
    land | crash
    old elderly | young
    halve | double doubled
    create | cut abolish
    heal recover | infect
    deny | confirm
    praise | mock
    enlarge | reduce
    invest | divest
    strengthen | dilute
    rich | needy
    boost | curb
    protect | endanger
    unite | divide split
    attack | retreat
    victory | defeat loss
    majority | handful
    lower | higher
    nominate | withdraw
    uphold confirm | overturn annul quash
    grant | deny refuse
    launch | cancel scrap
    evacuate | occupy
    ban | legalise legalize
    lengthen | shorten
    delay postpone | hasten
    overtake | trail
    survive | perish
    solve | cause
    empty | fill
    borrow | repay
    save | waste
"""
