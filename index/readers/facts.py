"""The facts that a web page states about its article: never from its text, its address or the date of a change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from index.article import normalise
from index.readers.fields import day

_ARTICLE = re.compile(
    r"(?:https?://schema\.org/)?(?:(?:\w*News|Scholarly|Tech|Satirical|AdvertiserContent|Medical\w*)?Article"
    r"|BlogPosting|LiveBlogPosting|Report|Reportage\w*|SocialMediaPosting|DiscussionForumPosting|(?:Claim|Critic)?Review)$"
)
_PAGE = re.compile(r"(?:https?://schema\.org/)?(?:\w*WebPage|ItemPage|CreativeWork)$")
_UNRELATED = "ancestor::aside | ancestor::nav | ancestor::footer | ancestor::*[not(self::body) and ({})]".format(
    " or ".join(
        f"contains(translate(concat(@class, ' ', @id), 'CRST', 'crst'), '{name}')"
        for name in ("comment", "related", "sidebar", "teaser", "recommend", "most-read")
    )
)
_CHANGED = re.compile(
    r"updat|modif|edit|revis|chang|correct|aktualis|geändert|stand:|mis à jour|màj|actualiz|aggiorn|atualiz|gewijzigd|bijgewerkt",
    re.I,
)
_PUBLISHED = re.compile(r"publish|pubdate|pub-date|entry-date|post-date|posted|dateline", re.I)

# Names of <meta>, lower case, by what they state; the first that states something counts.
_TITLE = ("og:title", "citation_title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "twitter:title")
_AUTHOR = (
    "author", "article:author", "article:author_name", "citation_author", "parsely-author", "sailthru.author", "dc.creator",
    "dcterms.creator", "byl", "cxenseparse:author",
)  # fmt: skip
_PUBLISHER = ("og:site_name", "dc.publisher", "dcterms.publisher", "citation_publisher", "citation_journal_title")
# What names the article's publication outright comes before what names a date of the document.
_DATE = (
    "article:published_time", "article:published", "og:published_time", "og:article:published_time",
    "citation_publication_date", "citation_online_date", "parsely-pub-date", "sailthru.date", "cxenseparse:recs:publishtime",
    "datepublished", "dc.date.issued", "dcterms.issued", "dc.issued", "dc.date.published", "publishdate", "publish-date",
    "publish_date", "publication_date", "publication-date", "pubdate", "published", "dc.date", "dcterms.date", "date",
)  # fmt: skip

_UNSET = frozenset({date(1, 1, 1), date(1900, 1, 1), date(1970, 1, 1)})  # zero, as programs write it
_BY = re.compile(
    r"(?:(?:story|words|text|written|reported|report|analysis|opinion|commentary|review)\s+)?(?:by|von|par|por|door|di|av)\b:?\s+(?=\S)",
    re.I,
)
_NAME = re.compile(
    r"(?:[A-ZÀ-ÞŁŚŻĆŠŽČŐİĀ][\w'’.-]*|d['’][A-ZÀ-Þ][\w'’-]*|d[aeiou]s?|del|della|der|den|van|von|zu|la|le|al|el|bin|ibn|ter|ten|y)"
    r"(?:\s+(?=\S)|$)"
)
_LOG_IN = re.compile(
    r"(?:(?:site|web|wp)[ -]?)?(?:admin|administrator|webmaster|wordpress|root|user)\d*", re.I
)  # nobody's name
_ROLE = re.compile(
    r"\b(?:editor|correspondent|reporter|writer|columnist|contributor|staff|agency|bureau|team|desk|producer|analyst|chief|"
    r"redakteur\w*|korrespondent\w*|rédact\w+|correspondant\w*|journalist\w*|phd|md|jr|sr|news|press|associated|times|post)\b\.?|\.(?:com|org|net|co|de|fr)\b",
    re.I,
)


def stated(root: Any) -> dict[str, Any]:
    """What a page states of its article: title, authors, publisher, date and url, each only where it is stated."""
    meta = _metas(root)
    url = _url(root, meta)
    heading = next((text for one in root.iter("h1") if (text := _line(_text(one)))), None)
    titles = [_first(meta, _TITLE), heading, _line(_text(root.find("head/title")))]
    data = _article(_linked_data(root), url, titles)
    scope = _scope(root)
    publisher = _first(meta, _PUBLISHER) or _name(data.get("publisher")) or _property(scope, "publisher")
    publisher = publisher or _first(meta, ("application-name", "apple-mobile-web-app-title"))
    if publisher and publisher.startswith(("http:", "https:", "@")):
        publisher = None
    names = {name.casefold() for name in (publisher, _name(data.get("publisher"))) if name}
    names.add(urlsplit(url or "").netloc.removeprefix("www.").casefold())
    titles.insert(1, _line(data.get("headline")))
    title = next((without for one in titles if one and (without := _without_site(one, names))), None)
    return {
        "title": title,
        "publisher": publisher,
        "authors": _authors(root, meta, data, scope),
        "date": _date(root, meta, data, scope),
        "url": url or _address(_value(data.get("url") or data.get("mainEntityOfPage"))),
    }


def people(text: str) -> list[str]:
    """The names in a line such as “By Ann Lee and Bo Chu”; a line that may be one name stays one."""
    text = " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())
    if said := _BY.match(text):
        text = text[said.end() :]
    if re.match(r"(?:https?:|www\.|/|@)", text) or re.fullmatch(r"\S+@\S+|[\w.-]+\.(?:com|org|net|html?)", text):
        return []
    parts = re.split(r"\s*(?:;|\s[|/]\s)\s*", text)
    found = []
    for part in parts:
        pieces = re.split(r"\s*,\s+(?:and\s+|und\s+|et\s+)?|\s+(?:and|und|et|&)\s+", part)
        names = [piece for piece in pieces if piece and not _ROLE.search(piece)]
        together = re.search(r"\s(?:and|und|et|&)\s", part) is not None
        if len(pieces) > 1 and names and all(map(_is_full_name, names)) and (len(names) > 1 or not together):
            found += names
        elif part:
            found.append(part)
    stripped = (name.strip(" ,;|·•-–—") for name in found)
    return [name for name in stripped if re.search(r"\w", name) and not _LOG_IN.fullmatch(name)]


def _is_full_name(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 5 and all(_NAME.fullmatch(word) for word in words)


def _metas(root: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        content = _line(element.get("content"))
        for name in {element.get("property"), element.get("name")} - {None}:
            if content:
                found.setdefault(name.strip().lower(), []).append(content)
    return found


def _first(meta: dict[str, list[str]], names: Iterable[str]) -> str | None:
    return next((meta[name][0] for name in names if name in meta), None)


def _line(value: Any) -> str | None:
    """A value as one line without entities, some of which are written twice over; None where it is empty or no text."""
    if isinstance(value, list):
        value = value[0] if value else None
    return " ".join(normalise(unescape(value)).split()) or None if isinstance(value, str) else None


def _text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def _without_site(title: str, names: set[str]) -> str:
    """A title without the site's name in front or behind."""
    parts = re.split(r"(\s+[|–—·•»:-]+\s+|\s*[|»]\s*|:\s+)", title)
    while len(parts) > 1 and parts[-1].casefold().strip() in names:
        parts = parts[:-2]
    while len(parts) > 1 and parts[0].casefold().strip() in names:
        parts = parts[2:]
    return "".join(parts).strip()


def _address(value: Any, base: str = "") -> str | None:
    if not isinstance(value, str):
        return None
    try:
        address = urljoin(base, value.strip())
        split = urlsplit(address)
        return address if split.scheme in ("http", "https") and split.netloc and not re.search(r"\s", address) else None
    except ValueError:
        return None


def _url(root: Any, meta: dict[str, list[str]]) -> str | None:
    """The address that a page gives as its own; a front page that is named as such by mistake is not taken."""
    graph = _address(_first(meta, ("og:url",)))
    base = next((one.get("href") for one in root.iter("base") if one.get("href")), "") or graph or ""
    links = [one.get("href") for one in root.iter("link") if "canonical" in (one.get("rel") or "").lower().split()]
    found = [address for one in [*links, graph] if (address := _address(one, base))]
    return next((one for one in found if urlsplit(one).path not in ("", "/")), found[0] if found else None)


# JSON-LD


def _linked_data(root: Any) -> list[dict[str, Any]]:
    """The nodes of all JSON-LD of a page that stand for something on their own; those that are only named are resolved."""
    top: list[dict[str, Any]] = []
    by_id: dict[str, dict[str, Any]] = {}
    for script in root.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() != "application/ld+json":
            continue
        waiting = [_json("".join(script.itertext()))]
        while waiting:
            value = waiting.pop(0)
            if isinstance(value, list):
                waiting = value + waiting
            elif isinstance(value, dict):
                top.append(value)
                inside = value.get("@graph")
                waiting = (inside if isinstance(inside, list) else [inside]) + waiting if inside else waiting
    for node in top:
        if isinstance(node.get("@id"), str) and len(node) > 1:
            by_id.setdefault(node["@id"], node)
    for node in top:
        main = node.get("mainEntity")
        if isinstance(main, dict) and len(main) > 2 and not any(main is other for other in top):
            top.append(main)
    return [{name: _resolved(value, by_id) for name, value in node.items()} for node in top]


def _resolved(value: Any, by_id: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, list):
        return [_resolved(one, by_id) for one in value if not isinstance(one, list)]
    if isinstance(value, dict) and isinstance(value.get("@id"), str) and "name" not in value:
        return by_id.get(value["@id"], value)
    return value


def _json(text: str) -> Any:
    """The value of a JSON text as pages write it; None when even lenience does not help."""
    text = re.sub(
        r"^\s*(?:<!--|(?://|/\*)?\s*<!\[CDATA\[(?:\s*\*/)?)|(?:-->|(?://|/\*)?\s*\]\]>(?:\s*\*/)?)\s*$", "", text
    )
    text = text.strip().rstrip(";")
    for attempt in (text, re.sub(r",\s*(?=[}\]])", "", text), unescape(text)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _article(nodes: list[dict[str, Any]], url: str | None, titles: list[str | None]) -> dict[str, Any]:
    """The node that is about the page's article; empty where none is, or where it can't be told which."""
    candidates = [node for node in nodes if _is_of(node, _ARTICLE)]
    # A page is dated like its article; that it is this page, not the one above it, its node has to say.
    for some in (candidates, [node for node in nodes if _is_of(node, _PAGE)]):
        if own := [node for node in some if _is_about(node, url, titles)]:
            return own[0]
    return candidates[0] if len(candidates) == 1 and not _is_of_another(candidates[0], url, titles) else {}


def _is_of(node: dict[str, Any], kind: re.Pattern[str]) -> bool:
    types = node.get("@type")
    return any(isinstance(one, str) and kind.match(one) for one in (types if isinstance(types, list) else [types]))


def _is_about(node: dict[str, Any], url: str | None, titles: list[str | None]) -> bool:
    return bool(url and _key(url) in _addresses(node, url)) or any(
        _alike(headline, title) for headline in _headlines(node) for title in titles if title
    )


def _is_of_another(node: dict[str, Any], url: str | None, titles: list[str | None]) -> bool:
    """Whether a node says what it is about, and that is not this page."""
    return bool(url and _addresses(node, url)) and bool(_headlines(node) and any(titles))


def _addresses(node: dict[str, Any], base: str) -> set[str]:
    found = (_value(node.get(name)) for name in ("url", "mainEntityOfPage", "@id"))
    return {_key(address) for one in found if (address := _address(one, base))}


def _headlines(node: dict[str, Any]) -> list[str]:
    return [text for name in ("headline", "name", "alternativeHeadline") if (text := _line(node.get(name)))]


def _key(address: str) -> str:
    split = urlsplit(address)
    return split.netloc.removeprefix("www.") + split.path.rstrip("/")


def _alike(one: str, other: str) -> bool:
    """Whether two titles share most of their words."""
    words, others = (set(re.findall(r"\w+", text.casefold())) for text in (one, other))
    return len(words & others) * 2 > min(len(words), len(others)) and len(words & others) > 0


def _value(value: Any) -> Any:
    """A JSON-LD value, or what stands for it in an object."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        return value.get("@value") or value.get("@id") or value.get("url")
    return value


def _name(value: Any) -> str | None:
    if isinstance(value, list):
        return next((name for one in value if (name := _name(one))), None)
    if isinstance(value, dict):
        value = value.get("name") or " ".join(
            filter(None, (_line(value.get(part)) for part in ("givenName", "familyName")))
        )
        return _line(value)
    name = _line(value)
    return name if name and not name.startswith(("http:", "https:", "#")) else None


# Microdata, and what stands in the page


def _scope(root: Any) -> Any:
    """The element that the page's microdata or its markup makes the article; None where it can't be told which."""
    kinds = [one for one in root.xpath("//*[@itemtype]") if any(map(_ARTICLE.match, one.get("itemtype").split()))]
    for found in (kinds, list(root.iter("article"))):
        known = set(found)
        outer = [one for one in found if not any(above in known for above in one.iterancestors())]
        headed = [one for one in outer if next(one.iter("h1"), None) is not None]
        for some in (headed, outer):
            if len(some) == 1:
                return some[0]
    return None


def _properties(scope: Any, name: str) -> Iterator[Any]:
    """The elements that state a property of the scope itself, not of something inside it."""
    if scope is None:
        return
    for element in scope.xpath(f".//*[@itemprop='{name}' or @property='{name}' or @property='schema:{name}']"):
        another = any(above.get("itemscope") is not None for above in _between(element, scope))
        if not another and not element.xpath(_UNRELATED):
            yield element


def _property(scope: Any, name: str) -> str | None:
    for element in _properties(scope, name):
        inner = element.xpath("descendant-or-self::*[@itemprop='name']") if element.get("itemscope") is not None else []
        said = inner[0] if inner else element
        if text := _line(said.get("content") or _text(said)):
            return text
    return None


def _authors(root: Any, meta: dict[str, list[str]], data: dict[str, Any], scope: Any) -> list[str]:
    """Those whom the most particular statement names: the article's data, the page's, then its markup."""
    said = data.get("author") or data.get("creator")
    in_data = [_name(one) for one in (said if isinstance(said, list) else [said])]
    in_meta = [meta.get(name, []) for name in _AUTHOR]
    in_markup = []
    for element in _properties(scope, "author"):
        inner = element.xpath("descendant-or-self::*[@itemprop='name']")
        in_markup.append(
            (inner[0].get("content") or _text(inner[0])) if inner else element.get("content") or _text(element)
        )
    linked = [
        _text(one)
        for one in (scope if scope is not None else root).xpath(".//a[contains(concat(' ', @rel, ' '), ' author ')]")
        if not one.xpath(_UNRELATED)
    ]
    statements: list[Iterable[str | None]] = [in_data, *in_meta, in_markup, linked]
    for names in statements:
        found = [name for one in names if one for name in people(one)]
        if found:
            return list(dict.fromkeys(found))
    return []


def _date(root: Any, meta: dict[str, list[str]], data: dict[str, Any], scope: Any) -> date | None:
    """The day of publication that the most particular statement names beyond doubt.

    JSON-LD comes first, because it names the very article that it dates; then <meta>, which speaks of the page; then
    microdata and <time>, which stand among those of other articles and of comments.
    """
    candidates = [[_value(data.get("datePublished"))], *([meta[name][0]] for name in _DATE if name in meta)]
    candidates.append([_moment(one) for one in _properties(scope, "datePublished")])
    candidates.append([_moment(one) for one in _times(root, scope, named=True)])
    candidates.append([_moment(one) for one in _times(root, scope, named=False)])
    for said in candidates:
        days = {found for one in said if (found := _day(one))}
        if len(days) == 1:
            return days.pop()
    return None


def _day(value: Any) -> date | None:
    found = day(value) if isinstance(value, str) else None
    return found if found not in _UNSET else None


def _moment(element: Any) -> str:
    return element.get("datetime") or element.get("content") or _text(element)


def _times(root: Any, scope: Any, named: bool) -> list[Any]:
    """The <time> elements of the article's head: those that say “published”, or all that say nothing of a change."""
    heading = next((scope if scope is not None else root).iter("h1"), None)
    if heading is None:
        return []
    heads = [above for above in heading.iterancestors() if above.tag == "header"]
    if not heads and scope is None:
        return []
    found = []
    for one in (heads[0] if heads else scope).iter("time"):
        names = f"{one.get('class') or ''} {one.get('itemprop') or ''} {one.getparent().get('class') or ''}"
        before = (
            f"{one.getparent().text or ''} {(one.getprevious().tail or '') if one.getprevious() is not None else ''}"
        )
        if _CHANGED.search(f"{names} {before} {_text(one)}") or one.xpath(_UNRELATED):
            continue
        said = one.get("pubdate") is not None or _PUBLISHED.search(names)
        in_head = bool(heads) or not any(
            above.tag in ("p", "blockquote", "li", "td", "article") for above in _between(one, scope)
        )
        if said if named else in_head:
            found.append(one)
    return found


def _between(element: Any, scope: Any) -> Iterator[Any]:
    for above in element.iterancestors():
        if above is scope:
            return
        yield above
