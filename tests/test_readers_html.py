from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.article import HIDDEN_TEXT, normalise
from index.errors import Unreadable
from index.readers import html
from index.readers.facts import people
from index.readers.fields import Reading

PAGES = Path(__file__).parent / "data" / "pages"
EXPECTED = json.loads((PAGES / "expected.json").read_text(encoding="utf-8"))

BODY = (
    "<p>The harbour council of Kelverhaven met on Monday evening and agreed to repair the swing bridge before winter.</p>"
    "<p>Masons will lift the granite blocks of the eastern pier one by one, and number each of them with chalk.</p>"
    "{}"
    "<p>“We have waited long enough,” said Oda Brandt, who runs the ferry across the inner basin with two of her sons.</p>"
    "<p>The work is to cost four million crowns, a third of which the province has promised to pay by the spring.</p>"
)
SECRET = "The treasurer had already resigned in secret over the missing money."


def page(body: str, head: str = "", attributes: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8><title>Bridge to be repaired</title>{head}</head>"
        f"<body {attributes}><nav><a href=/>Home</a> <a href=/town>Town</a></nav><article><h1>Bridge to be repaired</h1>"
        f"{body}</article><footer>© The Beacon, Pier Road, Kelverhaven</footer></body></html>"
    )


def found(content: str | bytes) -> Reading:
    (one,) = html.read(io.BytesIO(content if isinstance(content, bytes) else content.encode()))
    return one


class TestBody:
    def test_paragraphs_stand_apart_and_headings_on_lines_of_their_own(self) -> None:
        text = found(page(BODY.format("<h2>What it costs</h2>"))).text
        paragraphs = text.split("\n\n")
        assert len(paragraphs) == 5
        assert paragraphs[2] == "What it costs"
        assert "\n" not in "".join(paragraphs)

    def test_menus_and_footers_are_no_text_of_the_article(self) -> None:
        text = found(page(BODY.format(""))).text
        assert "Town" not in text
        assert "Pier Road" not in text

    @pytest.mark.parametrize(
        ("sentence", "expected"),
        [
            ("It burnt on <time datetime=2025-07-09>9 July</time> for an hour.", "It burnt on 9 July for an hour."),
            ("The <span class=author>keeper</span> saw it.", "The keeper saw it."),
            ("The <label>pilot</label> and <b>the <i>mate</i></b> left.", "The pilot and the mate left."),
            ("She said <q>no</q> twice.", "She said “no” twice."),
            ("See <a href=/x class='button share'>the plan</a> for more.", "See the plan for more."),
            ("H<sub>2</sub>O &amp; salt &lt;5&gt;", "H2O & salt <5>"),
            ("In 2024<sup><a href=#n1>1</a></sup> 3<sup>rd</sup> 10<sup>-3</sup>", "In 2024¹ 3rd 10⁻³"),
            ("About <math><mfrac><mn>1</mn><mn>2</mn></mfrac></math> of it.", "About 1/2 of it."),
            ("So <math><msup><mi>x</mi><mn>2</mn></msup><annotation>x^2</annotation></math> is.", "So x² is."),
            ("In 2024<sup>1, 2</sup> and later<sup>[3]</sup>.", "In 2024¹, ² and later[3]."),
            ("It cost <del>four</del> five crowns.", "It cost five crowns."),
            ("One\nline\tis   one&nbsp;line.", "One line is one line."),
        ],
    )
    def test_a_sentence_stays_whole(self, sentence: str, expected: str) -> None:
        assert expected in found(page(BODY.format(f"<p>{sentence}</p>"))).text.split("\n\n")

    @pytest.mark.parametrize(
        "box",
        [
            "<div class=correction>{}</div>",
            "<div class=card><div class=text><b>{}</b></div></div>",
            "<center>{}</center>",
        ],
    )
    def test_a_box_with_a_sentence_between_paragraphs_is_text(self, box: str) -> None:
        sentence = "An earlier version said that the bridge was built in 1913."
        assert sentence in found(page(BODY.format(box.format(sentence)))).text.split("\n\n")

    def test_the_title_is_not_said_twice(self) -> None:
        one = found(page(BODY.format("")))
        assert one.title == "Bridge to be repaired"
        assert not one.text.startswith("Bridge to be repaired")

    def test_rows_of_a_table_are_paragraphs_and_its_cells_set_apart(self) -> None:
        table = "<table><tr><th>Pier</th><th>Cost</th></tr><tr><td>East</td><td>3 million</td></tr></table>"
        assert {"Pier\tCost", "East\t3 million"} <= set(found(page(BODY.format(table))).text.split("\n\n"))

    def test_data_of_the_page_that_nobody_sees_is_no_text(self) -> None:
        data = json.dumps({"@type": "NewsArticle", "headline": "A", "articleBody": SECRET * 9})
        one = found(page("<p>Short.</p>", head=f'<script type="application/ld+json">{data}</script>'))
        assert "treasurer" not in one.text

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            ("<meta charset=iso-8859-1><p>Caf\xe9 \x93Pilot\x94 has opened.".encode("latin-1"), "Café “Pilot” has opened."),
            ("<meta charset=windows-1251><p>Мост закрыт на ремонт.".encode("cp1251"), "Мост закрыт на ремонт."),
            ("<meta http-equiv=Content-Type content='text/html; charset=Shift_JIS'><p>橋は閉鎖された。".encode("cp932"), "橋は閉鎖された。"),
            ("<meta charset=iso-8859-1><p>Café has opened.".encode(), "Café has opened."),  # declared wrongly
            ("<meta charset=nonsense><p>Le pont fermé cet été a rouvert.".encode("cp1252"), "Le pont fermé cet été a rouvert."),
            ("<p>Le café a été fermé.".encode("utf-16"), "Le café a été fermé."),
            (b"<p>Half a charact\xc3\xa9r\xc3", "Half a charactér"),
            (b"<p>No\0ught \0hidden.", "Nought hidden."),
        ],
    )  # fmt: skip
    def test_encodings(self, data: bytes, expected: str) -> None:
        assert found(data).text == expected

    def test_xhtml_is_read_as_xml(self) -> None:
        one = found(
            '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd">'
            '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Ferry</title><script src="a.js"/></head>'
            "<body><p>The ferry is late&nbsp;again.</p></body></html>"
        )
        assert (one.title, one.text) == ("Ferry", "The ferry is late again.")

    def test_entities_are_not_expanded(self, tmp_path: Path) -> None:
        (tmp_path / "secret").write_text("secret words")
        one = found(
            f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "boom"><!ENTITY b "&a;&a;"><!ENTITY f SYSTEM "file://{tmp_path}/secret">]>'
            '<html xmlns="http://www.w3.org/1999/xhtml"><body><p>Here &b; and &f; it is.</p></body></html>'
        )
        assert "boom" not in one.text
        assert "secret words" not in one.text

    @pytest.mark.parametrize(
        "content",
        [
            "",
            "   \n",
            "<!-- nothing -->",
            "<html><body></body></html>",
            "<script>x()</script>",
            "<frameset><frame src=a></frameset>",
        ],
    )
    def test_what_has_no_text_is_unreadable(self, content: str) -> None:
        with pytest.raises(Unreadable, match="it has no text"):
            found(content)

    def test_nesting_without_end_is_unreadable(self) -> None:
        with pytest.raises(Unreadable, match="nested more than 2,000 deep"):
            found(page("<div>" * 200_000 + "<p>Deep.</p>"))

    def test_nesting_that_is_merely_deep_is_read(self) -> None:
        assert "agreed to repair" in found(page("<div>" * 1500 + BODY.format("") + "</div>" * 1500)).text


# What a person does not see, and why: (rule of a <style> element, the element that holds the secret).
HIDDEN = {
    "hidden attribute": ("", "<p hidden>{}</p>"),
    "hidden until found": ("", "<p hidden=until-found>{}</p>"),
    "display none": ("", "<p style='display:none'>{}</p>"),
    "display none, important": ("", "<p style='DISPLAY : NONE !important'>{}</p>"),
    "display none, escaped": ("", r"<p style='displa\79: no\6e e'>{}</p>"),
    "display none, with a comment": ("", "<p style='display:/* x */none'>{}</p>"),
    "visibility hidden": ("", "<p style='visibility:hidden'>{}</p>"),
    "visibility collapse": ("", "<div style='visibility:collapse'><p>{}</p></div>"),
    "opacity 0": ("", "<p style='opacity:0'>{}</p>"),
    "opacity 1%": ("", "<p style='opacity:1%'>{}</p>"),
    "filter": ("", "<p style='filter: blur(1px) opacity(0)'>{}</p>"),
    "font size 0": ("", "<p style='font-size:0'>{}</p>"),
    "font size 1px": ("", "<p>Seen. <span style='font-size:1px'>{}</span></p>"),
    "font size in em": ("", "<p style='font-size:.05em'>{}</p>"),
    "font shorthand": ("", "<p style='font:0/0 a'>{}</p>"),
    "text indent": ("", "<p style='text-indent:-9999px'>{}</p>"),
    "left of the screen": ("", "<p style='position:absolute;left:-10000px'>{}</p>"),
    "above the screen": ("", "<div style='position:fixed;top:-999em'><p>{}</p></div>"),
    "margin": ("", "<p style='margin-left:-9999px'>{}</p>"),
    "clip": ("", "<p style='position:absolute;clip:rect(0 0 0 0)'>{}</p>"),
    "clip, one pixel": ("", "<p style='position:absolute;clip:rect(1px,1px,1px,1px)'>{}</p>"),
    "clip path inset": ("", "<p style='clip-path:inset(50%)'>{}</p>"),
    "clip path circle": ("", "<p style='clip-path:circle(0)'>{}</p>"),
    "clip path polygon": ("", "<p style='clip-path:polygon(0 0, 0 0, 0 0)'>{}</p>"),
    "no height": ("", "<p style='height:0;overflow:hidden'>{}</p>"),
    "no largest height": ("", "<div style='max-height:0px;overflow:hidden'><p>{}</p></div>"),
    "one pixel wide": ("", "<p style='width:1px;height:1px;overflow:hidden'>{}</p>"),
    "scale 0": ("", "<p style='transform:scale(0)'>{}</p>"),
    "moved away": ("", "<p style='transform:translateX(-5000px)'>{}</p>"),
    "white on white": ("", "<p style='color:white'>{}</p>"),
    "white on white, hexadecimal": ("", "<p style='color:#FFF'>{}</p>"),
    "nearly white on white": ("", "<p style='color:rgb(250, 252, 251)'>{}</p>"),
    "white by hue": ("", "<p style='color:hsl(0, 0%, 100%)'>{}</p>"),
    "black on black": ("", "<div style='background:#000'><p style='color:#010101'>{}</p></div>"),
    "like the background above": ("", "<div style='background-color:navy'><p><b style='color:#000080'>{}</b></p></div>"),
    "in the colour of an old page": ("", "<p><font color='#FFFFFF'>{}</font></p>"),
    "like an old background": ("", "<div bgcolor='#eeeeee'><p><font color='#eeeeee'>{}</font></p></div>"),
    "transparent": ("", "<p style='color:transparent'>{}</p>"),
    "almost transparent": ("", "<p style='color:rgba(0,0,0,.01)'>{}</p>"),
    "fill": ("", "<p style='-webkit-text-fill-color: transparent'>{}</p>"),
    "template": ("", "<template><p>{}</p></template>"),
    "noscript": ("", "<noscript><p>{}</p></noscript>"),
    "rule of a class": (".x{display:none}", "<p class='a x'>{}</p>"),
    "rule of an id": ("#x { visibility: hidden }", "<p id=x>{}</p>"),
    "rule of a tag": ("aside, blockquote{opacity:0}", "<blockquote>{}</blockquote>"),
    "rule of tag and class": ("p.x.y{font-size:0px}", "<p class='y x'>{}</p>"),
    "rule of what stands above": ("article .x > p{display:none}", "<div class=x><p>{}</p></div>"),
    "rule of an attribute": ("[data-x=y]{display:none}", "<p data-x=y>{}</p>"),
    "rule for screens": ("@media screen and (min-width:600px){.x{display:none}}", "<p class=x>{}</p>"),
    "rule after a sheet's comment": ("<!-- /* } */ .x{color:#fefefe} -->", "<p class=x>{}</p>"),
    "the stronger rule": (".x{display:none!important} #y{display:block}", "<p id=y class=x style='display:block'>{}</p>"),
    "the later rule": (".x{display:block} .x{display:none}", "<p class=x>{}</p>"),
    "inside a sentence": ("", "<p>The mayor <span style='display:none'>{}</span> went home.</p>"),
    "a few words": ("", "<p>The mayor did <span style='font-size:0'>not</span> go home.</p>"),
}  # fmt: skip


class TestFacts:
    def test_every_page_is_expected(self) -> None:
        assert {path.name for path in PAGES.glob("*.html")} == EXPECTED.keys()
        assert len(EXPECTED) >= 20

    @pytest.mark.parametrize("name", EXPECTED)
    def test_a_page_with_awkward_metadata(self, name: str) -> None:
        expected = EXPECTED[name]
        one = found((PAGES / name).read_bytes())
        assert (one.title, list(one.authors), one.published, one.publisher, one.url) == (
            expected["title"],
            expected["authors"],
            date.fromisoformat(expected["date"]) if expected["date"] else None,
            expected["publisher"],
            expected["url"],
        )
        paragraphs = one.text.split("\n\n")
        assert paragraphs[0] == normalise(expected["first"])
        assert paragraphs[-1] == normalise(expected["last"])
        assert not [text for text in expected["absent"] if text in one.text]
        assert one.marks == ()


class TestHiddenText:
    @pytest.mark.parametrize("case", HIDDEN)
    def test_it_is_left_out_and_the_article_marked(self, case: str) -> None:
        rule, element = HIDDEN[case]
        secret = "not" if case == "a few words" else SECRET
        one = found(page(BODY.format(element.format(SECRET)), head=f"<style>{rule}</style>"))
        assert secret not in one.text
        assert one.marks == (HIDDEN_TEXT,)
        assert "agreed to repair" in one.text
        assert "province has promised" in one.text

    @pytest.mark.parametrize("style", ["display:none", "font-size:0", "opacity:0", "color:white"])
    def test_a_word_around_it_stays_whole(self, style: str) -> None:
        one = found(page(BODY.format(f"<p>The may<span style='{style}'>x</span>or went home.</p>")))
        assert "The mayor went home." in one.text.split("\n\n")
        assert one.marks == (HIDDEN_TEXT,)

    @pytest.mark.parametrize(
        ("rule", "element"),
        [
            ("", "<p aria-hidden=true>{}</p>"),
            (".x{display:none}", "<p class=x style='display:block'>{}</p>"),
            ("#x{display:block} .x{display:none}", "<p id=x class=x>{}</p>"),
            ("@media print{.x{display:none}}", "<p class=x>{}</p>"),
            ("@media (max-width:600px){.x{display:none}}", "<p class=x>{}</p>"),
            ("p:hover{opacity:0}", "<p>{}</p>"),
            ("[ng\\:cloak]{display:none}", "<p>{}</p>"),
            ("@media screen{display:none} } x{", "<p>{}</p>"),
            ("@font-face{font-family:a;src:url(a)} .y .x{display:none}", "<p class=x>{}</p>"),
            ("@keyframes a{from{opacity:0}to{opacity:1}}", "<p>{}</p>"),
            ("", "<div style='visibility:hidden'><p style='visibility:visible'>{}</p></div>"),
            ("", "<div style='font-size:0'><p style='font-size:16px'>{}</p></div>"),
            ("", "<div style='background:#003'><p style='color:#fff'>{}</p></div>"),
            ("", "<div style='background:url(night.jpg)'><p style='color:#fff'>{}</p></div>"),
            ("", "<p style='color:#fff;background:black'>{}</p>"),
            (
                "",
                "<p style='background:linear-gradient(red,blue);-webkit-background-clip:text;color:transparent'>{}</p>",
            ),
            ("", "<p style='overflow:hidden;height:200px'>{}</p>"),
            ("", "<p style='position:relative;left:-10px;opacity:.8;font-size:.9em'>{}</p>"),
            ("", "<p style='color:#777'>{}</p>"),
            ("", "<details><summary>More</summary><p>{}</p></details>"),
        ],
    )
    def test_what_a_person_sees_stays(self, rule: str, element: str) -> None:
        one = found(page(BODY.format(element.format(SECRET)), head=f"<style>{rule}</style>"))
        assert SECRET in one.text
        assert one.marks == ()

    @pytest.mark.parametrize(
        "around",
        [
            "<div id=menu style='display:none'><ul><li><a href=/a>Town</a></li><li><a href=/b>Harbour</a></li></ul></div>",
            "<div class='newsletter-popup' style='display:none'><p>Read our letter every morning, free of charge.</p></div>",
            "<div class=share-buttons hidden><a href=x>Share on Facebook</a></div>",
            "<div class=cookie-banner style='visibility:hidden'><p>We use cookies to make this page better for you.</p></div>",
            "<form style='display:none'><input type=hidden value='secret'><label>Your name</label></form>",
            "<noscript><img src=pixel.gif></noscript>",
            "<aside hidden><h3>Related</h3><p>Another article entirely, about mussels and their price this year.</p></aside>",
            "<!-- The treasurer had already resigned. --><script>var text = 'The treasurer had resigned.'</script>",
            "<a class=skip style='position:absolute;left:-9999px' href=#main>Skip to the content</a>",
        ],
    )
    def test_an_ordinary_page_is_not_marked(self, around: str) -> None:
        content = page(BODY.format("")).replace("<nav>", around + "<nav>").replace("<footer>", around + "<footer>")
        one = found(content)
        assert one.marks == ()
        assert one.text == found(page(BODY.format(""))).text

    @pytest.mark.parametrize(
        "inside",
        [
            "<p>See <a href=/x>the plan<span class=sr-only> (opens in a new window)</span></a> for more of it.</p>",
            "<noscript><p>Please turn on JavaScript to see what others have said about this.</p></noscript>",
            "<figure><img src=a.jpg><noscript><img src=a.jpg></noscript></figure>",
            "<p style='display:none'> … </p><div hidden></div>",
        ],
    )
    def test_an_article_with_apparatus_is_not_marked(self, inside: str) -> None:
        rule = ".sr-only{position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)}"
        one = found(page(BODY.format(inside), head=f"<style>{rule}</style>"))
        assert one.marks == ()
        assert "window" not in one.text
        assert "JavaScript" not in one.text

    def test_a_long_text_is_no_label(self) -> None:
        inside = f"<p class=sr-only style='clip-path:inset(50%)'>{SECRET}</p>"
        assert found(page(BODY.format(inside))).marks == (HIDDEN_TEXT,)

    def test_a_copy_for_another_screen_hides_nothing(self) -> None:
        again = "<p class=phone>Masons will lift the granite blocks of the eastern pier one by one, and number each of them with chalk.</p>"
        one = found(page(BODY.format(again), head="<style>.phone{display:none}</style>"))
        assert one.marks == ()
        assert one.text.count("granite") == 1

    @pytest.mark.parametrize(
        ("head", "attributes"),
        [
            (
                "<style amp-boilerplate>body{animation:-amp-start 8s steps(1,end) 0s 1 normal both;visibility:hidden}</style>",
                "",
            ),
            ("<style>html{opacity:0}</style>", ""),
            ("", "style='display:none'"),
            ("<style>article{opacity:0}</style>", ""),
            ("<style>.fade{visibility:hidden}</style>", "class=fade"),
            ("<style>p,h1,nav,footer{opacity:0}</style>", ""),
            ("<style>body{color:#fff}</style><link rel=stylesheet href=dark.css>", ""),
        ],
    )
    def test_nothing_is_lost_where_a_script_would_show_the_page(self, head: str, attributes: str) -> None:
        one = found(page(BODY.format(""), head, attributes))
        assert one.text == found(page(BODY.format(""))).text
        assert one.marks == ()


class TestPeople:
    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            ("Ann Lee", ["Ann Lee"]),
            ("By Ann Lee", ["Ann Lee"]),
            ("admin", []),
            ("Rosa Admin", ["Rosa Admin"]),
            ("by Ann Lee and Bo Chu", ["Ann Lee", "Bo Chu"]),
            ("By Ann Lee, Bo Chu & Cy van Dam", ["Ann Lee", "Bo Chu", "Cy van Dam"]),
            ("Ann Lee; Bo Chu", ["Ann Lee", "Bo Chu"]),
            ("Von Käthe Möhr und Jörg Ahr", ["Käthe Möhr", "Jörg Ahr"]),
            ("Par Léa d’Orme et Élie Roux", ["Léa d’Orme", "Élie Roux"]),
            ("Ann Lee, Political Editor", ["Ann Lee"]),
            ("Analysis by Ann Lee, Beacon Editor-at-large", ["Ann Lee"]),
            ("Beacon Staff", ["Beacon Staff"]),
            ("Marks and Spencer", ["Marks and Spencer"]),
            ("Ministry of Fish and Ports", ["Ministry of Fish and Ports"]),
            ("Bylund Ek", ["Bylund Ek"]),
            ("https://beacon.example/ann-lee", []),
            ("@annlee", []),
            ("ann@beacon.example", []),
            ("Ann &amp; Bo", ["Ann & Bo"]),
            ("", []),
        ],
    )
    def test_names_in_a_line(self, line: str, expected: list[str]) -> None:
        assert people(line) == expected


SEEDS = [path.read_bytes() for path in sorted(PAGES.glob("*.html"))]
SEEDS += [
    page(BODY.format(element.format(SECRET)), head=f"<style>{rule}</style>").encode()
    for rule, element in HIDDEN.values()
]
PIECES = st.sampled_from(
    [b"<", b">", b"<p>", b"</p>", b"<div>" * 30, b"</article>", b"<!--", b"-->", b"<style>", b"{", b"}", b"\0", b"\xff\xfe", b"\xed\xa0\x80",
     b"&#xD800;", b"&#1;", b"&#xffff", b"\x01", b"&", b"<table><tr><td>", b"<ul><li>", b"<script>", b"<template>", b'"', b"'", b"=", b"<svg>", b"<!DOCTYPE [", b"<?xml ",
     b"<html xmlns=", b"<br>", b"<body>", b"<html>", b"<a href=//[>", b"<link rel=canonical href='http://[x'>", b"style='color:rgb(,,'",
     b"<q>", b"<del>", b"<select><option>", b"<frameset>", b"<base href='http://[::'>", b"<time>", b" itemprop=datePublished "]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.sampled_from(SEEDS),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), st.binary(max_size=4) | PIECES), max_size=6),
    cut=st.floats(0.05, 1),
)
def test_a_damaged_page_is_an_article_or_unreadable(
    seed: bytes, changes: list[tuple[float, int, bytes]], cut: float
) -> None:
    data = seed
    for place, lost, put in changes:
        start = int(place * len(data))
        data = data[:start] + put + data[start + lost :]
    with suppress(Unreadable):
        one = found(data[: int(cut * len(data))])
        assert one.text == normalise(one.text)
        assert one.text.strip()
        assert one.title
        (one.text + one.title + "".join(one.authors) + (one.publisher or "") + (one.url or "")).encode()
