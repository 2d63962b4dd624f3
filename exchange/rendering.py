"""Pages and fragments, rendered in one language at a time.

A card has forty sentences in it, and looking each of them up took half of the time that it takes
to draw one. A language therefore has an environment of its own, in which a template's sentences
are translated once, when the template is compiled.
"""

import re
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from flask import current_app
from flask_babel import get_locale, gettext
from jinja2 import Environment, Template
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

CACHE_SIZE = 400


def render(template: str, **context: object) -> str:
    """A template in the language that is in force, as text.

    It knows neither request nor viewer, unless they are handed to it.
    """
    return _environment(str(get_locale() or "de")).get_template(template).render(**context)


def draw(template: str, card: Any) -> str:
    """A question's card, in the language that is in force.

    What `render(template, card=card)` gives; for most cards it is filled into a stencil.
    """
    return str(_drawn(_environment(str(get_locale() or "de")), template, card))


def _drawn(environment: Environment, template: str, card: Any) -> Markup:
    stencils: Stencils = environment.globals["stencil"]  # type: ignore[assignment]
    if _is_plain(card):
        return stencils.whole(environment.get_template(template), card)
    # Drawn by an escaping template.
    return Markup(environment.get_template(template).render(card=card))  # noqa: S704


def _environment(locale: str) -> Environment:
    environments: dict[str, Environment] = current_app.extensions["process"].environments
    if locale not in environments:
        environment = current_app.jinja_env.overlay(
            extensions=[_TranslateOnce], cache_size=CACHE_SIZE
        )
        known = environment.globals | {
            "_fill": _fill,
            "stencil": Stencils(environment.filters["clock"]),
            "drawn": partial(_drawn, environment),
        }
        environment.globals = known
        # A plain dictionary: each import of a template compares them, and the library's layered
        # one made that the dearest step of drawing a card.
        environment.make_globals = _flat(known)  # type: ignore[method-assign, assignment]
        environments[locale] = environment
    return environments[locale]


def _flat(
    known: MutableMapping[str, Any],
) -> Callable[[MutableMapping[str, Any] | None], MutableMapping[str, Any]]:
    return lambda own: {**known, **(own or {})}


_PLACE = "~.{}.~"
"""Passes through escaping and through addresses as it is."""
_PLACES = re.compile(r"~\.([a-z]+)\.~")

PLAIN = frozenset({"pending", "open", "shortlisted", "withdrawn"})
"""Statuses in which a card shows nothing that only it has, beside what a stencil can place."""


def _is_plain(card: Any) -> bool:
    """Whether nothing happened to a question yet that would make its card a special one."""
    return (
        card.status.value in PLAIN
        and card.head is None
        and not card.followers
        and card.answer is None
        and not card.redacted
    )


class _Blank:
    """Something of which only this is known; whoever draws with it can place it, not look."""

    def __init__(self, **known: object) -> None:
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> object:
        raise TypeError(f"A stencil cannot look at {name}.")


class _BlankMoment(_Blank):
    """A moment that is placed as a program reads it, or as the clock in the hall shows it."""

    def isoformat(self) -> str:
        return _PLACE.format("moment")

    def astimezone(self, _zone: object) -> "_BlankMoment":
        return self

    def strftime(self, _form: str) -> str:
        return _PLACE.format("clock")


_EVERY_CARD = {name: _PLACE.format(name) for name in ("id", "number", "version", "text")}


def _blank_like(card: Any) -> _Blank:
    """A plain card without what makes it this one."""
    return _Blank(
        **_EVERY_CARD,
        order=_PLACE.format("order"),
        votes=_PLACE.format("votes"),
        name=_PLACE.format("name") if card.name else None,
        asked_at=_BlankMoment(),
        stand=_Blank(
            number=_PLACE.format("stand"),
            code=_PLACE.format("code"),
            project=_PLACE.format("project"),
            event=_PLACE.format("event"),
            general=card.stand.general,
        ),
        status=card.status,
        shown=card.shown,
        facet=card.facet,
        origin=card.origin,
        redacted=False,
        may_edit=card.may_edit,
        head=None,
        followers=(),
        answer=None,
    )


@dataclass(frozen=True)
class Stencils:
    """What is the same on every card of a kind, drawn once.

    A card in the moderation carries a dozen forms that differ in four values. Drawing them all for
    every question took longer than writing it to the disk.
    """

    clock: Callable[[datetime], str]
    drawn: dict[tuple[object, ...], list[str]] = field(default_factory=dict)

    def __call__(
        self, kind: str, draw: Callable[..., str], card: Any, base: str, *shape: object
    ) -> Markup:
        """What `draw(card, base, *shape)` gives. `shape`: all that it decides by."""
        pieces = self.drawn.get((kind, *shape))
        if pieces is None:
            blank = _Blank(**_EVERY_CARD)
            pieces = self._cut(draw(blank, _PLACE.format("base"), *shape), kind, *shape)
        return _filled(pieces, {"base": base} | _every_card(card))

    def whole(self, template: Template, card: Any) -> Markup:
        """What `template` gives for a plain card."""
        shape = (
            card.status,
            card.facet,
            card.origin,
            bool(card.name),
            card.stand.general,
            card.may_edit,
        )
        pieces = self.drawn.get((template.name, *shape))
        if pieces is None:
            pieces = self._cut(template.render(card=_blank_like(card)), template.name, *shape)
        stand, asked_at = card.stand, card.asked_at
        filled = _every_card(card) | {
            "order": str(card.order),
            "votes": str(card.votes or ""),
            "name": escape(card.name or ""),
            "moment": asked_at.isoformat(),
            "clock": self.clock(asked_at),
            "stand": str(stand.number),
            "code": stand.code,
            "project": escape(stand.project or ""),
            "event": stand.event,
        }
        return _filled(pieces, filled)

    def _cut(self, stencil: str, *shape: object) -> list[str]:
        """Text and places by turns."""
        pieces = self.drawn[shape] = _PLACES.split(stencil)
        return pieces


def _every_card(card: Any) -> dict[str, str]:
    return {
        "id": str(card.id),
        "number": str(card.number),
        "version": str(card.version),
        "text": escape(card.text),
    }


def _filled(pieces: list[str], values: dict[str, str]) -> Markup:
    whole = pieces.copy()
    whole[1::2] = [values[name] for name in pieces[1::2]]
    # Drawn by an escaping template, and what is filled in is escaped as well.
    return Markup("".join(whole))  # noqa: S704


class _TranslateOnce(Extension):
    """Replaces `_("…")` by its translation and `_("… %(n)s", n=1)` by `_fill("…", n=1)`.

    Templates are compiled when they are first rendered, with the reader's language in force.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        while not stream.eos:
            token = next(stream)
            if not (token.test("name:_") and stream.current.test("lparen")):
                yield token
                continue
            opening = next(stream)
            if not stream.current.test("string"):
                yield token
                yield opening
                continue
            text = next(stream)
            translated = gettext(text.value)
            if stream.current.test("rparen"):
                # Without values: a sentence that is part of the template from now on.
                plain = Token(text.lineno, "string", translated.replace("%%", "%"))
                yield from (opening, plain, Token(text.lineno, "pipe", "|"))
                yield Token(text.lineno, "name", "safe")
            elif stream.current.test("comma"):
                yield from (Token(token.lineno, "name", "_fill"), opening)
                yield Token(text.lineno, "string", translated)
            else:
                yield from (token, opening, text)


def _fill(text: str, **values: object) -> Markup:
    # The text is a translator's, and formatting escapes the values.
    return Markup(text) % values  # noqa: S704
