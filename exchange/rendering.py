"""Pages and fragments, rendered in one language at a time.

A card has forty sentences in it, and looking each of them up took half of the time that it takes
to draw one. A language therefore has an environment of its own, in which a template's sentences
are translated once, when the template is compiled.
"""

import re
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from flask_babel import get_locale, gettext
from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

CACHE_SIZE = 400


def render(template: str, **context: object) -> str:
    """A template in the language that is in force, as text.

    It knows neither request nor viewer, unless they are handed to it.
    """
    return _environment(str(get_locale() or "de")).get_template(template).render(**context)


def _environment(locale: str) -> Environment:
    environments: dict[str, Environment] = current_app.extensions.setdefault("environments", {})
    if locale not in environments:
        environment = current_app.jinja_env.overlay(
            extensions=[_TranslateOnce], cache_size=CACHE_SIZE
        )
        known = environment.globals | {"_fill": _fill, "stencil": Stencils()}
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


_PLACE = "\ue000{}\ue001"
_PLACES = re.compile("\ue000([a-z]+)\ue001")


@dataclass(frozen=True)
class _Blank:
    """A card of which nothing is known; whoever draws with it can only place, not look."""

    id: str = _PLACE.format("id")
    number: str = _PLACE.format("number")
    version: str = _PLACE.format("version")
    text: str = _PLACE.format("text")

    def __getattr__(self, name: str) -> object:
        raise TypeError(f"A stencil cannot look at a card's {name}.")


@dataclass(frozen=True)
class Stencils:
    """What is the same on every card of a kind, drawn once.

    A card in the moderation carries a dozen forms that differ in four values. Drawing them all for
    every question took longer than writing it to the disk.
    """

    drawn: dict[tuple[object, ...], str] = field(default_factory=dict)

    def __call__(
        self, kind: str, draw: Callable[..., str], card: Any, base: str, *shape: object
    ) -> Markup:
        """What `draw(card, base, *shape)` gives. `shape`: all that it decides by."""
        stencil = self.drawn.get((kind, *shape))
        if stencil is None:
            stencil = str(draw(_Blank(), _PLACE.format("base"), *shape))
            self.drawn[(kind, *shape)] = stencil
        filled = {
            "base": base,
            "id": str(card.id),
            "number": str(card.number),
            "version": str(card.version),
            "text": str(escape(card.text)),
        }
        # Drawn by an escaping template, and what is filled in is escaped as well.
        return Markup(_PLACES.sub(lambda place: filled[place[1]], stencil))  # noqa: S704


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
