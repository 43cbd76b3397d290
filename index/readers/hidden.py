"""Text of a web page that a person does not see: by attribute, by style, or in the colour of its background."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

_MARK = "\ua66e"  # a letter of a single manuscript: on a word, it says that the word was hidden
_WORD = re.compile(r"\w+")
INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite code data dfn em font i ins kbd label mark nobr output q samp small span strong
    sub sup time tt u var
    """.split()
)
SAID_OF_SIGHT = ("style", "hidden", "aria-hidden")  # attributes that trafilatura, too, goes by
_NEVER_SHOWN = frozenset({"script", "style", "noscript", "template", "head", "title", "datalist", "noframes"})
_HIDDEN_WORD = re.compile(
    r"hid|invisible|sr-only|screen-?reader|visually|^d-none$|collapse|message|noprint|notloaded", re.I
)
_FOR_EARS = re.compile(r"(?:sr-only|screen-?reader|visually-?hidden|a11y|assistive)", re.I)
_LABEL = 8  # words of a label, such as “(opens in a new window)”, at most
_PHRASE = 4  # words that do not come together twice by chance
_WHOLE = 0.8  # of a page's letters: what holds so many is its text, hidden only until a script has run

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.S)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.S)
_DECLARATION = re.compile(r"""([-\w]+)\s*:\s*((?:[^;"'()]|"[^"]*"|'[^']*'|\((?:[^()]|\([^()]*\))*\))*)""")
_COMPOUND = re.compile(r"(\*|[\w-]+)?((?:[#.][\w-]+|\[[^\]]*\])*)$")
_SIMPLE = re.compile(r"""[#.][\w-]+|\[\s*([-\w]+)\s*(?:([~|^$*]?)=\s*["']?([^"'\]]*?)["']?\s*(?:[is]\s*)?)?\]""")
_CONDITION = re.compile(r"\(\s*(min|max)-width\s*:\s*([\d.]+)(px|r?em)\s*\)")
_SCREEN = 1280  # pixels: the width of the screen for which media queries are answered
_NUMBER = re.compile(r"(-?\d*\.?\d+(?:e-?\d+)?)\s*(px|r?em|pt|pc|in|cm|mm|ex|ch|%|vw|vh|vmin|vmax)?", re.I)
_PIXELS = {"px": 1, "": 1, "pt": 4 / 3, "pc": 16, "in": 96, "cm": 37.8, "mm": 3.78, "vw": 12.8, "vh": 8, "vmin": 8, "vmax": 12.8}  # fmt: skip
_AWAY = -500  # pixels (or a whole width) past an edge, from which on nothing is left to see
_SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0, "x-large": 24.0, "xx-large": 32.0,
    "initial": 16.0,
}  # fmt: skip
_COLOURS = {
    "white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240), "mintcream": (245, 255, 250),
    "azure": (240, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255),
    "green": (0, 128, 0), "yellow": (255, 255, 0), "gray": (128, 128, 128), "grey": (128, 128, 128),
    "silver": (192, 192, 192), "navy": (0, 0, 128), "maroon": (128, 0, 0), "purple": (128, 0, 128),
    "orange": (255, 165, 0), "lightgray": (211, 211, 211), "lightgrey": (211, 211, 211), "beige": (245, 245, 220),
    "darkgray": (169, 169, 169), "darkgrey": (169, 169, 169), "lightyellow": (255, 255, 224), "teal": (0, 128, 128),
    "aliceblue": (240, 248, 255), "gainsboro": (220, 220, 220), "seashell": (255, 245, 238), "pink": (255, 192, 203),
    "honeydew": (240, 255, 240), "linen": (250, 240, 230), "cornsilk": (255, 248, 220), "lavender": (230, 230, 250),
    "brown": (165, 42, 42), "gold": (255, 215, 0), "olive": (128, 128, 0), "cyan": (0, 255, 255), "aqua": (0, 255, 255),
    "magenta": (255, 0, 255), "fuchsia": (255, 0, 255), "dimgray": (105, 105, 105), "dimgrey": (105, 105, 105),
}  # fmt: skip
_ALIKE = 24  # of 255 in each of red, green and blue: below that, letters do not stand out
_FAINT = 0.05  # of full opacity
_PROPERTIES = frozenset(
    """
    display visibility opacity font-size font color background background-color background-image background-clip
    -webkit-background-clip text-indent position left right top bottom margin-left margin-top clip clip-path
    -webkit-clip-path width height max-width max-height overflow overflow-x overflow-y transform -webkit-transform scale
    zoom filter content-visibility -webkit-text-fill-color
    """.split()
)

_BACKGROUNDS = ("background", "background-color", "background-image")

Colour = tuple[float, float, float]
Style = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unseen:
    """What of a page is not seen: elements with all they hold, and elements whose own text alone is not."""

    elements: list[Any] = field(default_factory=list)
    own_text: list[Any] = field(default_factory=list)

    def texts(self) -> Iterator[str]:
        """The pieces of text that are not seen, without those that say nothing of the article."""
        for element in self.elements:
            if not _is_apparatus(element):
                yield "".join(element.itertext())
        for element in self.own_text:
            yield element.text or ""
            yield from (child.tail or "" for child in element)

    def among(self, twins: Mapping[Any, Any]) -> Unseen:
        """The same in a copy of the tree."""
        return Unseen([twins[one] for one in self.elements], [twins[one] for one in self.own_text])


def has_words(text: str) -> bool:
    """Whether there is a letter or digit in a text."""
    return _WORD.search(text) is not None


def words(text: str) -> int:
    """How many words there are in a text."""
    return len(_WORD.findall(text))


def leave_out(unseen: Unseen) -> None:
    """Takes what is not seen out of its tree."""
    for element in unseen.own_text:
        element.text = None
        for child in element:
            child.tail = None
        if element.tag in INLINE and len(element) == 0:
            remove(element)
    for element in unseen.elements:
        remove(element)


def lay_bare(unseen: Unseen) -> None:
    """Makes what is not seen like everything else in its tree, with a mark on each of its words."""
    for element in unseen.own_text:
        element.text = _marked(element.text)
        for child in element:
            child.tail = _marked(child.tail)
    for element in unseen.elements:
        if _is_apparatus(element):
            remove(element)
            continue
        if element.tag in ("template", "noscript", "dialog"):
            element.tag = "div"
        for one in element.iter():
            one.text = _marked(one.text)
            if one is not element:
                one.tail = _marked(one.tail)
            _plain(one)
    for element in unseen.own_text:
        _plain(element)


def laid_bare(text: str, beside: str) -> bool:
    """Whether a text holds marked words that do not stand beside them in a text of what is seen."""
    seen = " ".join(_WORD.findall(beside))
    run: list[str] = []
    for word in [*_WORD.findall(text), ""]:
        if _MARK in word:
            run.append(word.replace(_MARK, ""))
        elif run:
            # A copy for another width of screen hides nothing; a word or three may stand anywhere.
            if len(run) < _PHRASE or " ".join(run) not in seen:
                return True
            run = []
    return False


def unseen(root: Any) -> Unseen:
    """What of a page a person does not see once it is loaded, as far as the page's own styles and attributes say.

    A style that hides nearly all of the page, or the element that holds it, counts for nothing: a script takes it back.
    """
    letters = _letters(root)
    found = _unseen(root, _Sheet(root), letters)
    if sum(letters[element] for element in found.elements) > _WHOLE * letters[root]:
        found = _unseen(root, _Sheet(), letters)
    return found


def _unseen(root: Any, sheet: _Sheet, letters: Mapping[Any, int]) -> Unseen:
    found = Unseen()
    sights = {root: _Sight()}
    waiting = [root]
    while waiting:
        element = waiting.pop()
        sight = sights.pop(element)
        if not isinstance(element.tag, str):
            continue
        style = sheet.style(element)
        if letters[element] > _WHOLE * letters[root] and (element.tag in ("html", "body") or _holds_article(element)):
            style = {name: value for name, value in style.items() if name in _BACKGROUNDS}
        elif element.tag in _NEVER_SHOWN or _gone(style):
            found.elements.append(element)
            continue
        sight = sight.within(element, style)
        if sight.hidden():
            found.own_text.append(element)
        for child in element:
            sights[child] = sight
            waiting.append(child)
    return found


def _holds_article(element: Any) -> bool:
    return element.tag in ("main", "article") or next(element.iter("main", "article", "h1"), None) is not None


def _letters(root: Any) -> dict[Any, int]:
    """How many characters of text each element holds."""
    count: dict[Any, int] = {}
    for element in reversed(list(root.iter())):
        if element.tag in _NEVER_SHOWN or not isinstance(element.tag, str):
            count[element] = 0
            continue
        own = len((element.text or "").strip())
        count[element] = own + sum(count[child] + len((child.tail or "").strip()) for child in element)
    return count


def _is_apparatus(element: Any) -> bool:
    """Whether an element is for programs, for those who have no script, or a label for those who listen."""
    if element.tag in ("script", "style", "head", "title", "datalist", "noframes"):
        return True
    text = "".join(element.itertext())
    if element.tag == "noscript":
        return re.search(r"java\s?script|cookies|browser", text, re.I) is not None
    return words(text) <= _LABEL and any(map(_FOR_EARS.match, element.get("class", "").split()))


def remove(element: Any) -> None:
    """Takes an element out of its tree, but not the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    tail = element.tail or ""
    if element.tag not in INLINE:  # it stood between two lines, not between two letters
        tail = " " + tail
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(element)


def _marked(text: str | None) -> str | None:
    return _WORD.sub(rf"\g<0>{_MARK}", text) if text else text


def _plain(element: Any) -> None:
    for name in SAID_OF_SIGHT:
        element.attrib.pop(name, None)
    for name in ("class", "id"):
        if value := element.get(name):
            element.set(name, " ".join(word for word in value.split() if not _HIDDEN_WORD.search(word)))


@dataclass(frozen=True, slots=True)
class _Sight:
    """How an element's own text looks."""

    font_size: float = 16.0
    colour: Colour | None = None  # None: none was given, so that it is legible
    alpha: float = 1.0
    background: Colour | None = (255.0, 255.0, 255.0)  # None: an image, of which we know nothing
    invisible: bool = False
    indented_away: bool = False
    filled_by_background: bool = False

    def within(self, element: Any, style: Style) -> _Sight:
        """How the text of an element inside this one looks."""
        changed: dict[str, Any] = {}
        if "font-size" in style:
            changed["font_size"] = _font_size(style["font-size"], self.font_size)
        if "visibility" in style:
            changed["invisible"] = style["visibility"] in ("hidden", "collapse") or (
                self.invisible and style["visibility"] not in ("visible", "initial")
            )
        if "text-indent" in style:
            changed["indented_away"] = _pixels(style["text-indent"], of=_SCREEN) <= _AWAY
        background = style.get("background-color") or style.get("background") or element.get("bgcolor")
        drawn = f"{style.get('background', '')} {style.get('background-image', '')}"
        if re.search(r"url\(|gradient\(|image", drawn):
            changed["background"] = None
        elif background and (colour := _colour_in(background)) and colour[1] > 0.5:
            changed["background"] = colour[0]
        fill = style.get("-webkit-text-fill-color") or style.get("color")
        if fill is None and element.tag == "font":
            fill = element.get("color")
        if fill and (colour := _colour_in(fill)):
            changed["colour"], changed["alpha"] = colour
        elif element.tag == "a" and element.get("href") is not None:
            changed["colour"], changed["alpha"] = None, 1.0
        if "text" in (style.get("background-clip"), style.get("-webkit-background-clip")):
            changed["filled_by_background"] = True
        return replace(self, **changed) if changed else self

    def hidden(self) -> bool:
        """Whether such text is not to be seen."""
        return (
            self.invisible
            or self.indented_away
            or self.font_size <= 1
            or (not self.filled_by_background and self._blends())
        )

    def _blends(self) -> bool:
        if self.colour is None:
            return False
        if self.alpha <= _FAINT:
            return True
        if self.background is None:
            return False
        return all(
            abs(letter - ground) * self.alpha <= _ALIKE
            for letter, ground in zip(self.colour, self.background, strict=True)
        )


def _gone(style: Style) -> bool:
    """Whether an element of this style is not to be seen, with all it holds."""
    if not style:
        return False
    return (
        style.get("display") == "none"
        or style.get("content-visibility") == "hidden"
        or _share(style.get("opacity")) <= _FAINT
        or _share(style.get("zoom")) <= 0
        or any(_share(found) <= _FAINT for found in re.findall(r"opacity\(([^)]*)\)", style.get("filter", "")))
        or _collapsed(style)
        or _clipped(style)
        or _moved_away(style)
    )


def _collapsed(style: Style) -> bool:
    def cut(*names: str) -> bool:
        return any(style.get(name, "").split()[:1] in (["hidden"], ["clip"]) for name in names)

    height = any(_pixels(style.get(name), missing=99) <= 1 for name in ("height", "max-height"))
    width = any(_pixels(style.get(name), missing=99) <= 1 for name in ("width", "max-width"))
    return (height and cut("overflow", "overflow-y")) or (width and cut("overflow", "overflow-x"))


def _clipped(style: Style) -> bool:
    if (rect := re.match(r"rect\(([^)]*)\)", style.get("clip", ""))) and style.get("position") in ("absolute", "fixed"):
        sides = re.split(r"[\s,]+", rect[1].strip())
        if len(sides) == 4 and "auto" not in sides:
            top, right, bottom, left = [_pixels(side) for side in sides]
            if bottom - top <= 1 or right - left <= 1:
                return True
    path = style.get("clip-path") or style.get("-webkit-clip-path") or ""
    if inset := re.match(r"inset\(([^)]*)\)", path):
        cut = [_share(side) for side in inset[1].split() if side.endswith("%")]
        if not cut:
            return False
        top_cut, right_cut, bottom_cut, left_cut = (cut * 4)[:4] if len(cut) != 3 else [*cut, cut[1]]
        return top_cut + bottom_cut >= 1 or right_cut + left_cut >= 1
    if round_path := re.match(r"(?:circle|ellipse)\(([^)]*)\)", path):
        return _pixels(round_path[1], missing=99) == 0
    if polygon := re.match(r"polygon\(([^)]*)\)", path):
        points = {" ".join(str(_pixels(side)) for side in point.split()) for point in polygon[1].split(",")}
        return len(points) <= 2
    return False


def _moved_away(style: Style) -> bool:
    if style.get("position") in ("absolute", "fixed", "relative"):
        if any(_pixels(style.get(name), of=_SCREEN) <= _AWAY for name in ("left", "top", "right", "bottom")):
            return True
        if any(_pixels(style.get(name)) >= 10 * -_AWAY for name in ("left", "top")):
            return True
    if any(_pixels(style.get(name)) <= 2 * _AWAY for name in ("margin-left", "margin-top")):  # overlaps are less
        return True
    if _share(style.get("scale", "1").split()[0]) == 0:
        return True
    transform = style.get("transform") or style.get("-webkit-transform") or ""
    for name, inside in re.findall(r"(\w+)\(([^)]*)\)", transform):
        values = re.split(r"\s*,\s*", inside.strip())
        if name.startswith("scale") and name != "scalez" and any(_share(value) == 0 for value in values[:2]):
            return True
        if name == "matrix" and _share(values[0]) == 0 and _share(values[-3] if len(values) == 6 else "1") == 0:
            return True
        # What a carousel moves by the width of its pictures is still in its window.
        if name.startswith("translate") and any(_pixels(value) <= 4 * _AWAY for value in values[:2]):
            return True
    return False


def _pixels(value: str | None, of: float = 0, missing: float = 0) -> float:
    """A length in pixels, a percentage of `of`; `missing` where there is none or it can't be told."""
    match = _NUMBER.match(value.strip()) if value else None
    if match is None:
        return missing
    unit = (match[2] or "").lower()
    number = _float(match[1])
    if unit == "%":
        return number / 100 * of if of else (0 if number == 0 else missing)
    return number * _PIXELS.get(unit, 16)


def _share(value: str | None) -> float:
    """A number or percentage as a number; 1 where there is none."""
    match = _NUMBER.match(value.strip()) if value else None
    if match is None:
        return 1.0
    return _float(match[1]) / (100 if match[2] == "%" else 1)


def _float(number: str) -> float:
    try:
        return max(-1e9, min(1e9, float(number)))
    except ValueError:
        return 0.0


def _font_size(value: str, parent: float) -> float:
    if value in _SIZES:
        return _SIZES[value]
    match = _NUMBER.match(value)
    if match is None:
        return parent
    unit = (match[2] or "").lower()
    if unit in ("em", "%", "ex", "ch"):
        return _float(match[1]) * parent / (100 if unit == "%" else 1)
    return _pixels(value)


def _colour_in(value: str) -> tuple[Colour, float] | None:
    """The first colour that a value names, and how opaque it is."""
    value = value.lower()
    if match := re.search(r"#([0-9a-f]{3,8})\b", value):
        digits = match[1] if len(match[1]) in (6, 8) else "".join(digit * 2 for digit in match[1])
        if len(digits) not in (6, 8):
            return None
        red, green, blue, *alpha = (int(digits[place : place + 2], 16) for place in range(0, len(digits), 2))
        return (red, green, blue), alpha[0] / 255 if alpha else 1.0
    if match := re.search(r"(rgb|hsl)a?\(([^)]*)\)", value):
        parts = re.split(r"[\s,/]+", match[2].strip())
        if len(parts) < 3:
            return None
        opacity = _share(parts[3]) if len(parts) > 3 else 1.0
        if match[1] == "hsl":
            return _from_hsl(_pixels(parts[0]), _share(parts[1]), _share(parts[2])), opacity
        levels = [_share(part) * (255 if part.endswith("%") else 1) for part in parts[:3]]
        return (levels[0], levels[1], levels[2]), opacity
    for word in re.findall(r"[a-z]+", value):
        if word == "transparent":
            return (0.0, 0.0, 0.0), 0.0
        if word in _COLOURS:
            return _COLOURS[word], 1.0
    return None


def _from_hsl(hue: float, saturation: float, lightness: float) -> Colour:
    def part(offset: float) -> float:
        place = (offset + hue / 30) % 12
        reach = saturation * min(lightness, 1 - lightness)
        return 255 * (lightness - reach * max(-1, min(place - 3, 9 - place, 1)))

    return part(0), part(8), part(4)


@dataclass(frozen=True, slots=True)
class _Compound:
    """The part of a selector that speaks of one element: its tag, ids, classes, and attributes with their values."""

    tag: str | None
    ids: frozenset[str]
    classes: frozenset[str]
    attributes: tuple[tuple[str, str, str | None], ...]

    def fits(self, element: Any) -> bool:
        if self.tag is not None and element.tag != self.tag:
            return False
        if self.ids and self.ids != {element.get("id")}:
            return False
        if self.classes and not self.classes <= set(element.get("class", "").split()):
            return False
        return all(_attribute_fits(element.get(name), operator, value) for name, operator, value in self.attributes)


def _attribute_fits(found: str | None, operator: str, value: str | None) -> bool:
    if found is None or value is None:
        return found is not None
    if not value and operator:
        return False
    return {
        "": found == value,
        "~": value in found.split(),
        "|": found == value or found.startswith(value + "-"),
        "^": found.startswith(value),
        "$": found.endswith(value),
        "*": value in found,
    }[operator]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A selector with what it declares; of two rules for one element, the greater weight wins."""

    last: _Compound
    before: tuple[tuple[str, _Compound], ...]  # what stands above, from the inside out: " " or ">", and what it is
    weight: tuple[int, ...]
    declared: tuple[tuple[str, str, bool], ...]

    def fits(self, element: Any) -> bool:
        return self.last.fits(element) and _above(element, self.before)


def _above(element: Any, before: tuple[tuple[str, _Compound], ...]) -> bool:
    if not before:
        return True
    combinator, compound = before[0]
    for ancestor in element.iterancestors():
        if compound.fits(ancestor) and _above(ancestor, before[1:]):
            return True
        if combinator == ">":
            break
    return False


class _Sheet:
    """The rules of a page's <style> elements that could hide something or show it again."""

    def __init__(self, root: Any = None) -> None:
        self._by_key: dict[str, list[_Rule]] = {}
        count = 0
        for element in root.iter("style") if root is not None else ():
            if element.get("media") and not _applies(element.get("media")):
                continue
            if any(ancestor.tag == "noscript" for ancestor in element.iterancestors()):
                continue
            for selectors, declared in _rules(element.text or ""):
                relevant = tuple(_declarations(declared))
                if not relevant:
                    continue
                for selector in selectors.split(","):
                    count += 1
                    if rule := _rule(selector, relevant, count):
                        self._by_key.setdefault(_key(rule.last), []).append(rule)

    def style(self, element: Any) -> dict[str, str]:
        """The declarations that hold for an element, the strongest of each property."""
        keys = ["*", str(element.tag), *("." + name for name in element.get("class", "").split())]
        if element.get("id"):
            keys.append("#" + element.get("id"))
        strongest: dict[str, tuple[tuple[int, ...], str]] = {}

        def declare(name: str, value: str, weight: tuple[int, ...]) -> None:
            if name not in strongest or strongest[name][0] <= weight:
                strongest[name] = (weight, value)

        if element.get("hidden") is not None or (element.tag == "dialog" and element.get("open") is None):
            declare("display", "none", (False, -1))  # any rule of the page is stronger
        for key in keys:
            for rule in self._by_key.get(key, ()):
                if rule.fits(element):
                    for name, value, important in rule.declared:
                        declare(name, value, (important, *rule.weight))
        if inline := element.get("style"):
            for place, (name, value, important) in enumerate(_declarations(inline)):
                declare(name, value, (important, 1, place))
        return {name: value for name, (_, value) in strongest.items()}


def _key(compound: _Compound) -> str:
    if compound.ids:
        return "#" + min(compound.ids)
    if compound.classes:
        return "." + min(compound.classes)
    return compound.tag or "*"


def _rule(selector: str, declared: tuple[tuple[str, str, bool], ...], place: int) -> _Rule | None:
    """The rule of one selector; None for selectors that ask for more than names, attributes and what stands above."""
    steps = re.findall(r"(>?)\s*((?:[^\s>\[]|\[[^\]]*\])+)", selector.strip())
    if not steps or len(steps) > 12 or re.search(r"[:+~](?![^\[]*\])", selector):
        return None
    compounds = [_compound(text) for _, text in steps]
    if any(compound is None for compound in compounds):
        return None
    found = [compound for compound in compounds if compound is not None]
    weight = (
        0,
        sum(len(one.ids) for one in found),
        sum(len(one.classes) + len(one.attributes) for one in found),
        sum(one.tag is not None for one in found),
        place,
    )
    before = tuple((steps[place + 1][0] or " ", found[place]) for place in range(len(found) - 2, -1, -1))
    return _Rule(found[-1], before, weight, declared)


def _compound(text: str) -> _Compound | None:
    match = _COMPOUND.match(text)
    if match is None or _SIMPLE.sub("", match[2]):
        return None
    ids, classes, attributes = set(), set(), []
    for simple in _SIMPLE.finditer(match[2]):
        if simple[0][0] == "#":
            ids.add(simple[0][1:])
        elif simple[0][0] == ".":
            classes.add(simple[0][1:])
        else:
            attributes.append((simple[1].lower(), simple[2] or "", simple[3]))
    tag = match[1].lower() if match[1] and match[1] != "*" else None
    return _Compound(tag, frozenset(ids), frozenset(classes), tuple(attributes))


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """The selectors and declarations of a sheet that hold on a screen."""
    inside = [(True, "")]  # for each brace that is open, whether what it encloses holds, and the selectors it is of
    before = ""
    for piece in re.findall(r"[^{}]+|[{}]", _COMMENT.sub(" ", sheet)):
        holds, selectors = inside[-1]
        if piece == "{":
            begun = before.rsplit(";", 1)[-1].strip()
            before = ""
            if begun.startswith("@"):
                name, _, condition = begun.partition(" ")
                known = name in ("@layer", "@supports", "@container") or (name == "@media" and _applies(condition))
                inside.append((holds and known, ""))
            else:
                inside.append((holds, begun))
        elif piece == "}":
            if holds and selectors and before.strip():
                yield selectors, before
            before = ""
            if len(inside) > 1:
                inside.pop()
        else:
            before = piece


def _applies(media: str) -> bool:
    """Whether a media query holds on a screen of a common width."""
    for query in media.lower().split(","):
        rest = query
        fits = True
        for edge, number, unit in _CONDITION.findall(query):
            width = _float(number) * (1 if unit == "px" else 16)
            fits = fits and (width <= _SCREEN if edge == "min" else width >= _SCREEN)
        rest = _CONDITION.sub("", rest)
        if fits and set(rest.split()) <= {"all", "screen", "only", "and"}:
            return True
    return False


def _declarations(text: str) -> Iterator[tuple[str, str, bool]]:
    """The declarations that could hide something: name, value, and whether it is important."""
    text = _ESCAPE.sub(_unescaped, _COMMENT.sub(" ", text)).lower()
    for name, value in _DECLARATION.findall(text):
        if name not in _PROPERTIES:
            continue
        value, important, _ = value.partition("!")
        value = " ".join(value.split())
        if name == "font":  # of the shorthand, the size: before a slash, or the only length
            if size := re.search(r"(?:^|\s)([\d.]+(?:[a-z]+|%)?)(?:/|\s)", value):
                yield "font-size", size[1], bool(important)
        elif value:
            yield name, value, bool(important)


def _unescaped(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else ""
