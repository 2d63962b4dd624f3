"""Forms of the organiser's pages: what was typed stays in them when it is refused."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import make_response, request
from flask.typing import ResponseReturnValue

from exchange.domain.refusals import Refused
from exchange.views.refusing import wants_json, with_status


@dataclass(frozen=True)
class Form:
    """A form as it stands: what is in its fields, and what is wrong with one of them."""

    id: str
    """Tells the forms of a page apart; begins the ids of its fields."""
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: str | None = None
    """The field that was refused."""
    message: str = ""
    key: str = field(default_factory=lambda: str(uuid.uuid4()))

    def value(self, name: str) -> str:
        """What stands in a field."""
        return self.values.get(name) or ""

    def error(self, name: str) -> str:
        """What is wrong with a field; nothing for all others."""
        return self.message if name == self.wrong else ""


def refused_form(id_: str, fields: Mapping[str, str], refused: Refused) -> Form:
    """The form as it was sent, with the sentence at its field."""
    return Form(id_, fields, refused.field, refused.message)


def again(refused: Refused, page: Callable[[], str]) -> ResponseReturnValue:
    """The page once more with what was typed. Raises what no field of it can mend, and what a
    program asked.
    """
    if wants_json() or refused.field is None:
        raise refused
    return with_status(make_response(page()), refused)


def asked_words() -> str:
    """The words that a list is narrowed down by."""
    return " ".join(request.args.get("q", "")[:100].split())


def asked_start(name: str = "from") -> int:
    """Where a part of a list begins, as it was asked for."""
    return number_in(request.args, name, 0)


def number_in(fields: Mapping[str, str], name: str, otherwise: int) -> int:
    """A number that says which part of a list is meant; what makes no sense is as if not said."""
    word = fields.get(name, "")
    return int(word) if word.isascii() and word.isdecimal() and len(word) < 7 else otherwise
