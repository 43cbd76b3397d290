"""Answers and articles small enough to check by eye, and texts that try to be more than text."""

from __future__ import annotations

from datetime import date

from assistant.answer import Answer, Filters, Nearest, Quotation, Seconds, Source, Span, Statement, Voice
from index.article import Article, version_of

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![](http://elsewhere.example/x.png)",
    "[x](http://elsewhere.example)",
    "[x](javascript:alert(1))",
    "http://elsewhere.example www.elsewhere.example a@elsewhere.example",
    "$x^2$ $$y$$ \\(z\\)",
    "`code` ```mermaid",
    "# heading\n\n- list\n\n<b>",
    "&lt;b&gt; &#60;",
    "[1]",
]


def article(text: str = "Rain fell.\n\nThe bridge is shut.", title: str = "The bridge", **facts: object) -> Article:
    fields: dict[str, object] = {
        "id": "a1",
        "text": text,
        "title": title,
        "publisher": "The Beacon",
        "authors": ("Ann Writer",),
        "published": date(2025, 6, 14),
        "url": "https://beacon.example/bridge",
        "paths": ("bridge.md",),
        "version": version_of(text),
    }
    return Article(**{**fields, **facts})  # type: ignore[arg-type]


def answer(text: str = "The bridge is shut.", tier: str = "answer", **fields: object) -> Answer:
    source = Source(1, "a1", "0" * 64, text, text, (text,), "2025-06-14", text, text)
    span = Span(0, len(text), text)
    quotation = Quotation(1, 0, max(len(text), 1), text, None, Voice(text, span, span, span))
    near = Nearest("a1", "0" * 64, text, text, None, 0, max(len(text), 1), text, 0.5, ("meaning",))
    whole: dict[str, object] = {
        "question": text,
        "standalone": text,
        "tier": tier,
        "confidence": 0.87,
        "model": None,
        "generation": 1,
        "filters": Filters(publishers=(text,)),
        "statements": () if tier == "refusal" else (Statement(text, "quoted", (quotation,)),),
        "sources": () if tier == "refusal" else (source,),
        "nearest": (near,),
        "seconds": Seconds(0.1, 0.1),
        "notices": (text,),
        "left_out": (text,),
    }
    return Answer(**{**whole, **fields})  # type: ignore[arg-type]
