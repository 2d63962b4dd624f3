"""Pages and fragments, rendered in one language at a time.

A page has hundreds of sentences in it, and looking each of them up took half of the time that it
takes to render one. A language therefore has an environment of its own, in which a template's
sentences are translated once, when the template is compiled.
"""

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from flask import current_app
from flask_babel import get_locale, gettext
from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from exchange import sentences
from exchange.models.base import day_in_hall, now, today
from exchange.sentences import isolated

CACHE_SIZE = 400
DRAWN_SIZE = 4000
"""How many questions are kept as they were drawn, in all languages: some 2 KB each."""


def render(template: str, **context: object) -> str:
    """A template in the language that is in force, as text.

    It knows neither request nor viewer, unless they are handed to it.
    """
    return _environment().get_template(template).render(**context)


def render_each(template: str, cards: Iterable[object]) -> str:
    """A template once for each card, as `card`: what a page has for each, one after the other."""
    return "".join(drawn(template, card) for card in cards)


class Drawn:
    """Questions as they were drawn: a page of two hundred draws only those that have changed.

    A template that knows nothing but the card gives the same for equal cards; what differs in
    anything that the card holds (version, votes, the day's phase) is another one. So is the same
    card on another day: what was promised may be overdue by then.
    """

    def __init__(self) -> None:
        self._kept = lru_cache(DRAWN_SIZE)(_draw)
        self.card: Callable[[str, str, object, int, date], Markup] = self._kept

    def kept(self) -> int:
        """How many are kept."""
        return self._kept.cache_info().currsize

    def forget(self) -> None:
        """Keep nothing of what was drawn: text was erased."""
        self._kept.cache_clear()


def drawn(template: str, card: object, level: int = 3) -> Markup:
    """A template of one card, as text that is not escaped again. `card`: frozen, all the way.

    `level`: of the card's heading on its page.
    """
    kept: Drawn = current_app.extensions["process"].drawn
    return kept.card(_locale(), template, card, level, today())


def forget_drawn() -> None:
    """Forget how questions were drawn: erased text does not stay in the memory of this process."""
    kept: Drawn = current_app.extensions["process"].drawn
    kept.forget()


def _draw(locale: str, template: str, card: object, level: int, _day: date) -> Markup:
    drawing = _environment_in(locale).get_template(template)
    # Rendered with escaping on.
    return Markup(drawing.render(card=card, level=level))  # noqa: S704


def _locale() -> str:
    return str(get_locale() or "de")


def _environment() -> Environment:
    return _environment_in(_locale())


def _environment_in(locale: str) -> Environment:
    environments: dict[str, Environment] = current_app.extensions["process"].environments
    if locale not in environments:
        environment = current_app.jinja_env.overlay(
            extensions=[_TranslateOnce], cache_size=CACHE_SIZE
        )
        known = environment.globals | {
            "_fill": _fill,
            "drawn": drawn,
            "today": today,
            "server_ms": _server_ms,
        }
        environment.globals = known
        environment.filters["when"] = _when
        # A plain dictionary: each import of a template compares them, and the library's layered
        # one made that the dearest step of rendering a card.
        environment.make_globals = _flat(known)  # type: ignore[method-assign, assignment]
        environments[locale] = environment
    return environments[locale]


def _server_ms() -> int:
    """The time, for a page that is written for one request alone."""
    return round(now().timestamp() * 1000)


def _when(moment: datetime) -> str:
    """The time in the hall; of another day, the day as well."""
    clock = current_app.jinja_env.filters["clock"](moment)
    day = day_in_hall(moment)
    return str(clock) if day == today() else f"{sentences.day_and_month(day)}, {clock}"


def _flat(
    known: MutableMapping[str, Any],
) -> Callable[[MutableMapping[str, Any] | None], MutableMapping[str, Any]]:
    return lambda own: {**known, **(own or {})}


class _TranslateOnce(Extension):
    """Replaces `_("…")` by its translation and `_("… %(n)s", n=1)` by `_fill("…", n=1)`; takes
    indentation away.

    Templates are compiled when they are first rendered, with the reader's language in force.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        while not stream.eos:
            token = next(stream)
            if token.test("data"):
                # Indentation is for whoever reads the template: on a page it would only weigh.
                yield Token(token.lineno, "data", _INDENTED.sub("\n", token.value))
                continue
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


_INDENTED = re.compile(r"\n\s+")


def _fill(text: str, **values: object) -> Markup:
    # The text is a translator's, and formatting escapes the values.
    return Markup(text) % {name: isolated(value) for name, value in values.items()}  # noqa: S704
