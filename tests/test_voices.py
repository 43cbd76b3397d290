"""Who says it: named cases, what gives no voice, and what holds of every text."""

from __future__ import annotations

import time
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer import Voice
from assistant.voices import every_voice, voices
from index.passages import sentences


def read(text: str) -> list[Voice | None]:
    return voices(text, sentences(text))


def alone(sentence: str) -> Voice | None:
    """The voice of a text that is one sentence."""
    (voice,) = voices(sentence, [(0, len(sentence))])
    return voice


class Case(NamedTuple):
    text: str
    speaker: str
    mention: str
    cue: str
    via: str | None = None


ONE_SENTENCE = {
    "name and verb": Case("Lena Brandt said the bridge was closed.", "Lena Brandt", "Lena Brandt", "said"),
    "present": Case("Lena Brandt says that the bridge is closed.", "Lena Brandt", "Lena Brandt", "says"),
    "has said": Case("Lena Brandt has said the bridge is closed.", "Lena Brandt", "Lena Brandt", "said"),
    "is saying": Case("Lena Brandt is saying the bridge is closed.", "Lena Brandt", "Lena Brandt", "saying"),
    "adverb between": Case("Brandt later also said it was closed.", "Brandt", "Brandt", "said"),
    "day between": Case("Brandt on Monday said it was closed.", "Brandt", "Brandt", "said"),
    "statement between": Case(
        "The ministry in a statement said it was closed.", "The ministry", "The ministry", "said"
    ),
    "told": Case("Brandt told reporters the bridge was closed.", "Brandt", "Brandt", "told"),
    "wrote": Case("Brandt wrote that the bridge was closed.", "Brandt", "Brandt", "wrote"),
    "points out": Case("Brandt points out that it is closed.", "Brandt", "Brandt", "points out"),
    "pointed out": Case("Brandt pointed out that it was closed.", "Brandt", "Brandt", "pointed out"),
    "noted": Case("Brandt noted that the bridge was closed.", "Brandt", "Brandt", "noted"),
    "reported": Case("Il Faro reported that the bridge was closed.", "Il Faro", "Il Faro", "reported"),
    "announced": Case("The ministry announced that it would close.", "The ministry", "The ministry", "announced"),
    "claims": Case("Brandt claims that the bridge is closed.", "Brandt", "Brandt", "claims"),
    "warned": Case("Brandt warned that the bridge would fall.", "Brandt", "Brandt", "warned"),
    "added": Case("Brandt added that nobody was hurt.", "Brandt", "Brandt", "added"),
    "explained": Case("Brandt explained that nobody was hurt.", "Brandt", "Brandt", "explained"),
    "argued": Case("Brandt argued that tolls must rise.", "Brandt", "Brandt", "argued"),
    "testified": Case("Brandt testified that she saw it fall.", "Brandt", "Brandt", "testified"),
    "calls": Case("Brandt calls the bridge a “ruin” in all but name.", "Brandt", "Brandt", "calls"),
    "saying behind a comma": Case(
        "Brandt closed the bridge at noon, saying it might fall.", "Brandt", "Brandt", "saying"
    ),
    "quoted as saying": Case("Brandt was quoted as saying it would fall.", "Brandt", "Brandt", "saying"),
    "according to first": Case(
        "According to Lena Brandt, it was closed.", "Lena Brandt", "Lena Brandt", "According to"
    ),
    "according to last": Case("It was closed, according to Brandt.", "Brandt", "Brandt", "according to"),
    "according to a study": Case(
        "Bridges age faster, according to a new study published in May.", "a new study", "a new study", "according to"
    ),
    "joint statement": Case(
        "According to the joint statement of the two ports, tolls will rise.",
        "the joint statement of the two ports",
        "the joint statement of the two ports",
        "According to",
    ),
    "quotation, said name": Case("“It will fall,” said Lena Brandt.", "Lena Brandt", "Lena Brandt", "said"),
    "quotation, name said": Case("“It will fall,” Lena Brandt said.", "Lena Brandt", "Lena Brandt", "said"),
    "straight marks": Case('"It will fall," said Brandt, laughing.', "Brandt", "Brandt", "said"),
    "guillemets": Case("«It will fall», Brandt said on Monday.", "Brandt", "Brandt", "said"),
    "nested guillemets": Case("«The «Old» Bridge will fall», said Brandt.", "Brandt", "Brandt", "said"),
    "single marks": Case("‘The workers’ bridge will fall,’ said Brandt.", "Brandt", "Brandt", "said"),
    "doubled marks": Case("''It will fall,'' said Brandt.", "Brandt", "Brandt", "said"),
    "content, said name": Case("The bridge will fall, said Lena Brandt.", "Lena Brandt", "Lena Brandt", "said"),
    "content, name said": Case("The bridge will fall, Lena Brandt said.", "Lena Brandt", "Lena Brandt", "said"),
    "apposition": Case("Lena Brandt, the harbour master, said it was closed.", "Lena Brandt", "Lena Brandt", "said"),
    "relative clause": Case(
        "Lena Brandt, who runs the port, said it was closed.", "Lena Brandt", "Lena Brandt", "said"
    ),
    "age": Case("Lena Brandt, 54, said it was closed.", "Lena Brandt", "Lena Brandt", "said"),
    "brackets": Case("Lena Brandt (Harbour Party) said it was closed.", "Lena Brandt", "Lena Brandt", "said"),
    "dashes": Case("Lena Brandt — the harbour master — said it was closed.", "Lena Brandt", "Lena Brandt", "said"),
    "name in apposition": Case(
        "On July 3, the master of the Port of Ostrava, Lena Brandt, officially announced the closure.",
        "Lena Brandt",
        "Lena Brandt",
        "announced",
    ),
    "two appositions": Case(
        "Lena Brandt, the editor of the port's paper, Il Faro, said it was closed.",
        "Lena Brandt",
        "Lena Brandt",
        "said",
    ),
    "as X put it": Case("The bridge, as Brandt put it, is a ruin.", "Brandt", "Brandt", "put it"),
    "as X said": Case("The bridge is a ruin, as Brandt said.", "Brandt", "Brandt", "said"),
    "in X's words": Case("The bridge is, in Brandt's words, a ruin.", "Brandt", "Brandt", "words"),
    "in the words of X": Case("The bridge is, in the words of Brandt, a ruin.", "Brandt", "Brandt", "in the words of"),
    "line start": Case("Brandt: “The bridge is a ruin.”", "Brandt", "Brandt", ":"),
    "transcript": Case("LENA BRANDT: The bridge is a ruin.", "LENA BRANDT", "LENA BRANDT", ":"),
    "outlet": Case(
        "The Czech newspaper Přístav points out that it is closed.",
        "Přístav",
        "The Czech newspaper Přístav",
        "points out",
    ),
    "outlet, according to": Case(
        "According to the Italian newspaper Faro, it is closed.", "Faro", "the Italian newspaper Faro", "According to"
    ),
    "radio": Case("Czech radio station RPO calls the bridge a «ruin».", "RPO", "Czech radio station RPO", "calls"),
    "outlet in guillemets": Case(
        "The newspaper «Il Faro» said it was closed.", "Il Faro", "The newspaper «Il Faro»", "said"
    ),
    "outlet in guillemets, according to": Case(
        "According to the newspaper «Il Faro», it was closed.", "Il Faro", "the newspaper «Il Faro»", "According to"
    ),
    "officials": Case("The bridge is closed, officials said.", "officials", "officials", "said"),
    "plural present": Case("Port officials say the bridge is closed.", "Port officials", "Port officials", "say"),
    "a spokesman": Case("“No trains,” a spokesman said.", "a spokesman", "a spokesman", "said"),
    "spokesman for": Case(
        "A spokesman for the ministry said it was closed.",
        "A spokesman for the ministry",
        "A spokesman for the ministry",
        "said",
    ),
    "the ministry": Case("The ministry said it was closed.", "The ministry", "The ministry", "said"),
    "unknown noun": Case("The plumber said the pipe was old.", "The plumber", "The plumber", "said"),
    "described name": Case(
        "Port spokesman Karel Novák said it was closed.", "Karel Novák", "Port spokesman Karel Novák", "said"
    ),
    "former": Case(
        "On Sunday, former mayor Karel Novák said it was closed.", "Karel Novák", "former mayor Karel Novák", "said"
    ),
    "two names": Case("Brandt and Novák said it was closed.", "Brandt and Novák", "Brandt and Novák", "said"),
    "particle": Case("Ursula van der Meer said it was closed.", "Ursula van der Meer", "Ursula van der Meer", "said"),
    "initials": Case("J. R. Okoye said it was closed.", "J. R. Okoye", "J. R. Okoye", "said"),
    "what somebody does": Case(
        "The caretaker Lene Marsk said on Wednesday that it was locked.",
        "Lene Marsk",
        "The caretaker Lene Marsk",
        "said",
    ),
    "what somebody does, behind": Case(
        "It was locked, the caretaker Lene Marsk said on Wednesday.", "Lene Marsk", "the caretaker Lene Marsk", "said"
    ),
    "what somebody does, with another": Case(
        "Police and the caretaker Lene Marsk said it was locked.",
        "Police and the caretaker Lene Marsk",
        "Police and the caretaker Lene Marsk",
        "said",
    ),
    "title, initials and institute": Case(
        "The ice is thinning, says Dr. N. T. Hadlin of the Institute.",
        "Dr. N. T. Hadlin of the Institute",
        "Dr. N. T. Hadlin of the Institute",
        "says",
    ),
    "marks that do not pair": Case('“It will fall," Brandt said.', "Brandt", "Brandt", "said"),
    "both marks opening": Case("“It will fall,“ said Lena Brandt.", "Lena Brandt", "Lena Brandt", "said"),
    "marks inside marks": Case("''We heard: 'It will fall,''' said Lena Brandt.", "Lena Brandt", "Lena Brandt", "said"),
    "brackets, then apposition": Case(
        "Lena Brandt (Harbour Party), the mayor, said it was closed.", "Lena Brandt", "Lena Brandt", "said"
    ),
    "interview with a channel": Case(
        "Yusov said in an interview with a Ukrainian channel that it was so.",
        "Yusov",
        "Yusov",
        "said",
        "a Ukrainian channel",
    ),
    "channel with a number": Case(
        "Yusov said so in an interview with the channel Kanal 5.", "Yusov", "Yusov", "said", "the channel Kanal 5"
    ),
    "title": Case("“It is closed,” Dr. Okoye said.", "Dr. Okoye", "Dr. Okoye", "said"),
    "not ASCII": Case(
        "Şebnem Çağlar-Ørsted said it was closed.", "Şebnem Çağlar-Ørsted", "Şebnem Çağlar-Ørsted", "said"
    ),
    "apostrophe": Case("“It is closed,” said Niamh O’Hara.", "Niamh O’Hara", "Niamh O’Hara", "said"),
    "not cased": Case("李明 said it was closed.", "李明", "李明", "said"),
    "behind but": Case("But Brandt said it was closed.", "Brandt", "Brandt", "said"),
    "behind a clause": Case("While trains still ran, Brandt said it was closed.", "Brandt", "Brandt", "said"),
    "the outer of two": Case("Brandt said Novák claims that it is closed.", "Brandt", "Brandt", "said"),
    "told an outlet": Case("Brandt told the Beacon that it was closed.", "Brandt", "Brandt", "told", "the Beacon"),
    "in an interview with": Case(
        "“It is closed,” Brandt said in an interview with a Czech TV channel.",
        "Brandt",
        "Brandt",
        "said",
        "a Czech TV channel",
    ),
    "details in an interview": Case(
        "Lena Brandt, a member of the board, revealed details in an interview with the Italian magazine Faro.",
        "Lena Brandt",
        "Lena Brandt",
        "revealed",
        "the Italian magazine Faro",
    ),
    "an outlet's reporter": Case("“It is closed,” Brandt told CNN's Dana Ruiz.", "Brandt", "Brandt", "told", "CNN"),
    "outlet, citing": Case(
        "The bridge is closed, the Post reported, citing Lena Brandt.",
        "Lena Brandt",
        "Lena Brandt",
        "citing",
        "the Post",
    ),
    "outlet, citing, between": Case(
        "The Post, citing Brandt, said it was closed.", "Brandt", "Brandt", "citing", "The Post"
    ),
    "said, according to an outlet": Case(
        "“It is closed,” Brandt said, according to the Daily Post.", "Brandt", "Brandt", "said", "the Daily Post"
    ),
    "according to an outlet, said": Case(
        "According to the Daily Post, Brandt said it was closed.", "Brandt", "Brandt", "said", "the Daily Post"
    ),
    "according to people, told": Case(
        "Brandt told aides it would close, according to two officials.",
        "two officials",
        "two officials",
        "according to",
    ),
}


@pytest.mark.parametrize("case", ONE_SENTENCE.values(), ids=ONE_SENTENCE)
def test_a_sentence_that_names_who_says_it(case: Case) -> None:
    voice = alone(case.text)
    assert voice is not None
    found = (voice.speaker, voice.mention.text, voice.cue.text, voice.via.text if voice.via else None)
    assert found == case[1:]


NOBODY = {
    "thing before a name": "The bridge Lena Brandt announced last year fell.",
    "no cue": "The bridge over the Elbe fell in May.",
    "article's own claim": "Harbour workers trained in Ostrava on the eve of the closure.",
    "passive": "It was said that the bridge would fall.",
    "passive, present": "Brandt is said to own the bridge.",
    "reported to be": "Three men were reported missing.",
    "said to be": "A man said to be forty crossed the bridge.",
    "told, passive": "Brandt was told the bridge would fall.",
    "did not say": "Brandt did not say when it would open.",
    "didn't say": "Brandt didn’t say when it would open.",
    "never said": "Brandt never said when it would open.",
    "has not said": "The ministry has not said when it would open.",
    "declined": "Brandt declined to comment.",
    "refused to say": "Brandt refused to say when it would open.",
    "would say": "Brandt would say anything.",
    "to say the least": "The bridge is old, to say the least.",
    "that is to say": "Brandt, that is to say the owner, closed it.",
    "let's say": "The bridge holds, let's say, forty cars.",
    "let’s say, curly": "The bridge holds, let’s say, forty cars.",
    "needless to say": "Needless to say, Brandt closed the bridge.",
    "said as an adjective": "Brandt sold the said bridge to Novák.",
    "points, a noun": "Brandt scored twelve points in Ostrava.",
    "notes, a noun": "Brandt keeps notes on every bridge.",
    "calls, a noun": "Phone calls to Brandt went unanswered.",
    "claims, a noun": "Russian claims that surfaced in May are false.",
    "insurance claims": "Insurance claims rose in May.",
    "reports, a noun": "Police reports of the fall are few.",
    "states, a noun": "Brandt toured Western states and came home.",
    "first person": "I said the bridge would fall.",
    "first person, plural": "We said the bridge would fall.",
    "subordinate": "The crowd left after Brandt said no more trains would run.",
    "what X said": "What Brandt said about the bridge is unknown.",
    "the plan X announced": "The plan Brandt announced last year failed.",
    "relative": "The man who said so left the port.",
    "cue inside the quotation": "“Brandt said it would fall.”",
    "said no": "Brandt said no to the plan.",
    "having said that": "Having said that, Brandt left.",
    "easier said": "Easier said than done.",
    "said nothing": "Brandt said nothing.",
    "according to plan": "The works went according to plan.",
    "according to needs": "They paid according to their means.",
    "nobody": "Nobody said the bridge was safe.",
    "some": "Some say the bridge is safe.",
    "pronoun without a name": "He said the bridge was safe.",
    "thing announced": "The plan announced on Monday would close it.",
    "wrote about": "Italian papers wrote about the bridge in May.",
    "question": "Who said the bridge was safe?",
}


@pytest.mark.parametrize("sentence", NOBODY.values(), ids=NOBODY)
def test_a_sentence_that_names_nobody(sentence: str) -> None:
    assert alone(sentence) is None


SEVERAL = {
    "he is the last who spoke": (
        "On July 3, the master of the Port of Ostrava, Karel Novák, announced the closure.\n"
        "“The bridge is old”, he said in an interview with a Czech TV channel.",
        [("Karel Novák", "Karel Novák", None), ("Karel Novák", "he", "a Czech TV channel")],
    ),
    "she is the one introduced before": (
        "Lena Brandt runs the port of Ostrava. She said the bridge was closed.",
        [None, ("Lena Brandt", "She", None)],
    ),
    "across the article's own sentences": (
        "“It will fall,” said Lena Brandt. The bridge dates from 1902. “Nobody listens,” she added.",
        [("Lena Brandt", "Lena Brandt", None), None, ("Lena Brandt", "she", None)],
    ),
    "he does not fit her": (
        "Maria Brandt said the bridge was closed. He said it was open.",
        [("Maria Brandt", "Maria Brandt", None), None],
    ),
    "past one who does not fit": (
        "Mr. Novák said it was closed. Mrs. Brandt said it was open. He said she was wrong.",
        [("Mr. Novák", "Mr. Novák", None), ("Mrs. Brandt", "Mrs. Brandt", None), ("Mr. Novák", "He", None)],
    ),
    "two who could be meant": (
        "Karel Novák met Tomasz Wilk in Ostrava. He said the bridge was closed.",
        [None, None],
    ),
    "the unnamed who spoke": (
        "“It will fall,” a spokesman said. “Soon,” he added.",
        [("a spokesman", "a spokesman", None), ("a spokesman", "he", None)],
    ),
    "they": (
        "Officials said the bridge was closed. They said it would open in May.",
        [("Officials", "Officials", None), ("Officials", "They", None)],
    ),
    "never carried": (
        "According to the Italian newspaper Faro, the port is closed. Workers left it in May.",
        [("Faro", "the Italian newspaper Faro", None), None],
    ),
    "a quotation over two sentences": (
        "“The bridge is old. Brandt said it would fall,” Novák said.",
        [None, ("Novák", "Novák", None)],
    ),
}


@pytest.mark.parametrize(("text", "expected"), SEVERAL.values(), ids=SEVERAL)
def test_sentences_of_one_article(text: str, expected: list[tuple[str, str, str | None] | None]) -> None:
    spans = sentences(text)
    if text.startswith("“The bridge is old. "):
        cut = text.index(" Brandt")
        spans = [(0, cut), (cut + 1, len(text))]
    found = [
        (voice.speaker, voice.mention.text, voice.via.text if voice.via else None) if voice else None
        for voice in voices(text, spans)
    ]
    assert found == expected


class Said(NamedTuple):
    speaker: str
    mention: str
    cue: str


EVERY = {
    "two verbs of one": (
        "Lena Brandt said the bridge was closed and added that nobody was hurt.",
        [Said("Lena Brandt", "Lena Brandt", "said"), Said("Lena Brandt", "Lena Brandt", "added")],
    ),
    "behind another verb": (
        "Lena Brandt laughed and said it was closed.",
        [Said("Lena Brandt", "Lena Brandt", "said")],
    ),
    "two who disagree": (
        "Many drivers say it is unsafe, but the ministry says it is sound.",
        [Said("Many drivers", "Many drivers", "say"), Said("the ministry", "the ministry", "says")],
    ),
    "the governing one first": (
        "While critics say the bridge is safe, Lena Brandt says it will fall.",
        [Said("Lena Brandt", "Lena Brandt", "says"), Said("critics", "critics", "say")],
    ),
    "none that governs": (
        "Karel Novák, who said the bridge was safe, left the port.",
        [Said("Karel Novák", "Karel Novák, who", "said")],
    ),
    "participle first": (
        "Before saying that it would close, Lena Brandt met the mayor.",
        [Said("Lena Brandt", "Lena Brandt", "saying")],
    ),
    "a share of people": (
        "Half of the residents said the bridge was safe.",
        [Said("Half of the residents", "Half of the residents", "said")],
    ),
    "according to somebody": (
        "The bridge is safe, according to someone in the harbour office.",
        [Said("someone in the harbour office", "someone in the harbour office", "according to")],
    ),
    "one of them, behind a quotation": (
        "“It will fall,” said one of those advisers, who left.",
        [Said("one of those advisers", "one of those advisers", "said")],
    ),
    "a number of people": (
        "In the north, 1,200 said the bridge was safe.",
        [Said("1,200", "1,200", "said")],
    ),
    "some": ("Some say the bridge is safe.", [Said("Some", "Some", "say")]),
    "another": (
        "Another driver, Karel Novák, said it was safe.",
        [Said("Karel Novák", "Karel Novák", "said")],
    ),
    "participle across brackets": (
        "Lena Brandt (Harbour Party) of Ostrava closed the bridge, then crossed it, saying it might fall.",
        [Said("Lena Brandt", "Lena Brandt", "saying")],
    ),
    "reported by another": (
        "Lena Brandt said Karel Novák had warned that it would fall.",
        [Said("Lena Brandt", "Lena Brandt", "said")],
    ),
    "asked whether, not said": ("If Lena Brandt says it is safe, the bridge opens.", []),
    "means something else": ("Lena Brandt continued to the port.", []),
    "left unsaid": (
        "Lena Brandt left, but she did not say that it was safe.",
        [Said("Lena Brandt", "she", "say")],
    ),
    "left unsaid, with nothing behind": ("Lena Brandt left, but she did not answer.", []),
    "may say": ("Lena Brandt may warn that it is old.", []),
    "went on to say": ("Lena Brandt went on to say that it was old.", [Said("Lena Brandt", "Lena Brandt", "say")]),
    "declined to say": ("Lena Brandt declined to say why.", [Said("Lena Brandt", "Lena Brandt", "say")]),
    "wants to say": ("Lena Brandt wants to say why.", []),
    "relies on to say": ("Lena Brandt relies on to say the least old maps.", []),
    "statement saying": (
        "Lena Brandt issued a statement saying it was closed.",
        [Said("Lena Brandt", "Lena Brandt", "saying")],
    ),
    "fence saying": ("Lena Brandt painted a fence saying it was closed.", []),
    "with somebody saying": (
        "The bridge fell, with Lena Brandt saying it was old.",
        [Said("Lena Brandt", "Lena Brandt", "saying")],
    ),
    "picture of somebody saying": ("The picture of Lena Brandt saying so fell.", []),
    "who, of nobody named": ("The port has drivers from the north, who said it was closed.", []),
    "who has said": ("The port has drivers from the north, who have demanded more.", []),
    "which somebody says": ("The bridge, which Lena Brandt says is a ruin, fell.", []),
    "which somebody named proposed": ("The bridge, which Lena Brandt proposed, fell.", []),
    "whom somebody calls": ("The mayor, whom Lena Brandt calls a friend, left.", []),
    "after somebody said": ("The port closed after Lena Brandt warned that it was old.", []),
    "until somebody said": ("The port stayed open until Lena Brandt warned that it was old.", []),
    "talked about": ("Lena Brandt talked about the bridge.", [Said("Lena Brandt", "Lena Brandt", "talked")]),
    "called for": ("Lena Brandt called for a new bridge.", [Said("Lena Brandt", "Lena Brandt", "called")]),
    "called somebody": ("Lena Brandt called the police.", []),
    "called a name": ("The mayor met a group called the “Harbour Party” in Ostrava.", []),
    "confirmed by": ("The mayor left, a fact confirmed by Karel Novák.", []),
    "first reported by": ("The plan was first reported by the Daily Post.", []),
    "through an outlet": (
        "“It is closed,” Lena Brandt said, according to the Daily Post.",
        [Said("the Daily Post", "the Daily Post", "according to")],
    ),
    "a poll's share": ("A poll found trouble: 60 percent of voters said it was old.", []),
    "a share without a poll": (
        "About 60 percent of voters said it was old.",
        [Said("About 60 percent of voters", "About 60 percent of voters", "said")],
    ),
    "people who find": ("Lena Brandt found that it was old.", []),
    "researchers who find": (
        "Researchers at the University of Ostrava found that it was old.",
        [
            Said(
                "Researchers at the University of Ostrava",
                "Researchers at the University of Ostrava",
                "found",
            )
        ],
    ),
    "a study that finds": ("A new study found that it was old.", [Said("A new study", "A new study", "found")]),
    "pronoun with its auxiliary": ("He’s predicting that it will fall.", [Said("He", "He", "predicting")]),
    "pronoun that might": ("He’d say anything.", []),
    "verb like a noun, with an object": (
        "Lena Brandt vows to close the bridge.",
        [Said("Lena Brandt", "Lena Brandt", "vows")],
    ),
    "noun like a verb": ("Lena Brandt posts were rare.", []),
    "noun behind have": ("Lena Brandt and Karel Novák have claims in the area.", []),
    "both": ("Both vowed to close the bridge.", []),
    "across an apposition": (
        "One of his advisers, Karel Novák, told reporters that he left.",
        [Said("One of his advisers", "One of his advisers", "told")],
    ),
    "across dashes": (
        "Some old drivers - including a mechanic - warn that it is old.",
        [Said("Some old drivers", "Some old drivers", "warn")],
    ),
    "across a relative clause": (
        "Another man who worked at the port and who didn't want to be named said he saw it.",
        [Said("Another man", "Another man", "said")],
    ),
    "not across another verb": ("The bridge fell into the river, told in full by a film.", []),
    "place and date first": (
        "OSTRAVA, May 3 — Lena Brandt, speaking at the port, thanked the drivers.",
        [Said("Lena Brandt", "Lena Brandt", "thanked")],
    ),
    "participle of who opens": (
        "Lena Brandt, recalling the old bridge, wept.",
        [Said("Lena Brandt", "Lena Brandt", "recalling")],
    ),
    "put behind a name": (
        "The port lost Lena Brandt, a driver who warned that it was old.",
        [Said("Lena Brandt", "Lena Brandt, a driver who", "warned")],
    ),
    "said, behind a comma": (
        "It is old, said several drivers, who left.",
        [Said("several drivers", "several drivers", "said")],
    ),
    "writing": ("The ads ask drivers to slow down.", [Said("The ads", "The ads", "ask")]),
    "thing": ("The ropes ask nothing of drivers.", []),
    "abbreviation before a comma": (
        "Karel Novák, D-Ky., said it was old.",
        [Said("Karel Novák", "Karel Novák", "said")],
    ),
    "apposition that ends in a quotation": (
        "Lena Brandt, star of the film “Harbour,” thanked the drivers.",
        [Said("Lena Brandt", "Lena Brandt", "thanked")],
    ),
    "participle that opens": (
        "Speaking in Ostrava, Lena Brandt, without naming him, also accused the mayor.",
        [Said("Lena Brandt", "Lena Brandt", "accused")],
    ),
    "a pronoun for nobody known": ("She said the bridge was closed.", [Said("She", "She", "said")]),
    "no cue": ("The bridge over the Elbe fell in May.", []),
    "cue inside the quotation": ("“Brandt said it would fall.”", []),
    "a noun": ("Insurance claims rose in May.", []),
    "told, passive": ("Brandt was told the bridge would fall.", []),
}


@pytest.mark.parametrize(("text", "expected"), EVERY.values(), ids=EVERY)
def test_every_voice_of_a_sentence(text: str, expected: list[Said]) -> None:
    (found,) = every_voice(text, [(0, len(text))])
    assert [Said(voice.speaker, voice.mention.text, voice.cue.text) for voice in found] == expected


def test_a_pronoun_is_resolved_among_several_voices() -> None:
    text = "Lena Brandt runs the port. She said it was closed, and Karel Novák said it was open."
    _, found = every_voice(text, sentences(text))
    assert [(voice.speaker, voice.mention.text) for voice in found] == [("Lena Brandt", "She"), ("Karel Novák",) * 2]


# Texts made of the pieces that the patterns look at, so that they meet in every order.
PIECES = st.sampled_from(
    """Lena Brandt|Novák|J.|Dr.|van|der|the|a|officials|spokesman|newspaper|Leadership|he|She|they|it|I|said|says|
    has said|according to|According to|told|citing|calls|points out|put it|words|in|of|and|, |.|. |: |“|”|«|»|"|'|''|’s
    |—|(|)|\n|\n\n| |claims|that|not|who|saying|was|interview with|the Post|Monday|7|é|李明|…|?""".replace(
        "\n    ", ""
    ).split("|")
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=60).map(" ".join))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_every_span_lies_where_it_says(text: str) -> None:
    spans = sentences(text)
    found = every_voice(text, spans)
    assert len(found) == len(spans)
    for (start, end), each in zip(spans, found, strict=True):
        for voice in each:
            assert voice.speaker
            for span in (voice.mention, voice.cue, voice.via):
                if span is not None:
                    assert start <= span.start < span.end <= end
                    assert span.text == text[span.start : span.end]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_the_governing_voice_is_the_first_of_all(text: str) -> None:
    spans = sentences(text)
    for governing, every in zip(voices(text, spans), every_voice(text, spans), strict=True):
        assert governing is None or governing not in every or every[0] == governing
        assert len({(voice.cue.start, voice.cue.end) for voice in every}) == len(every)


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(0, 200), st.integers(0, 200))
def test_any_spans_are_read(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    assert len(voices(text, [(start, end)])) == len(every_voice(text, [(start, end)])) == 1


LONG = {
    "words": "word ",
    "names": "Brandt ",
    "cues": "Brandt said ",
    "commas": "Brandt, the mayor, ",
    "quotation marks": "“a ”said “",
    "apostrophes": "'a ' ",
    "initials": "J. R. ",
    "dots": "a.",
    "according": "according to the ",
    "of": "spokesman of the ",
    "and": "Brandt and ",
    "no space": "x",
}


@pytest.mark.parametrize("piece", LONG.values(), ids=LONG)
def test_a_sentence_of_a_megabyte_ends(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    before = time.perf_counter()
    every_voice(text, [(0, len(text))])
    assert time.perf_counter() - before < 20  # a fraction of a second where it is linear; hours where it is not
