"""How commands answer: one object for programs, or words; a refusal is one sentence on stderr."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from exchange.database.errors import UNAVAILABLE_ERRORS, Unavailable, classify, lacks_tables
from exchange.domain.refusals import Refused
from exchange.queries import fair
from exchange.queries.fair import EventRef


def print_json(told: Any) -> None:
    """One object on stdout; nothing else goes there."""
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def event_called(code: str) -> EventRef:
    """The event with this code. Refuses `no_event`."""
    found = fair.event_at(code)
    if found is None:
        raise Refused("no_event", code=code[:40])
    return found


class Refusal(click.ClickException):
    """Ends a command with 1 and its sentence, and nothing else, on stderr."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Without the word "Error" before it."""
        click.echo(self.format_message(), file=file, err=file is None)


class Command(click.Command):
    """A command that may be refused: by the rules, for what was typed, or for what is not there."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What was typed, as options and arguments."""
        with _in_one_sentence():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Do it."""
        with _in_one_sentence():
            return super().invoke(ctx)


class Group(Command, click.Group):
    """Commands below one word, each of which may be refused."""

    command_class = Command


@contextmanager
def _in_one_sentence() -> Iterator[None]:
    try:
        yield
    except Refused as refused:
        raise Refusal(refused.message) from refused
    except click.UsageError as error:
        raise Refusal(f"{_not_read(error)} ({_in_english(error)})") from error
    except click.ClickException as error:
        raise Refusal(error.message) from error
    except UNAVAILABLE_ERRORS as error:
        reason = classify(error)
        if reason is None and not lacks_tables(error):
            raise
        raise Refusal(_without_database(reason)) from error


def _without_database(reason: Unavailable | None) -> str:
    """What is wrong with the database, and what helps."""
    if reason is None or reason is Unavailable.GONE:
        return (
            "Hier gibt es noch keine Datenbank. Bitte starten Sie einmal bin/run."
            " (There is no database here. Please start bin/run once.)"
        )
    return f"Die Datenbank ist nicht zu benutzen. (The database cannot be used: {reason.sentence}.)"


def _not_read(error: click.UsageError) -> str:
    """What of a command's words is missing or cannot be read."""
    if isinstance(error, click.MissingParameter) and error.param and error.ctx:
        return f"Es fehlt {error.param.get_error_hint(error.ctx)}."
    return "So kann der Befehl nicht gelesen werden."


def _in_english(error: click.UsageError) -> str:
    """What click says, in one line that ends as a sentence does."""
    return " ".join(error.format_message().split()).rstrip(".") + "."
