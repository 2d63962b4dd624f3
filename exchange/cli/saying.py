"""How commands answer: one object for programs, or words; a refusal is one sentence on stderr."""

import functools
import json
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from exchange.domain.refusals import Refused

P = ParamSpec("P")
R = TypeVar("R")


def print_json(told: Any) -> None:
    """One object on stdout; nothing else goes there."""
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


def refusable(command: Callable[P, R]) -> Callable[P, R]:
    """A command that the rules may refuse: exit 1, and the sentence on stderr."""

    @functools.wraps(command)
    def wrapped(*arguments: P.args, **options: P.kwargs) -> R:
        try:
            return command(*arguments, **options)
        except Refused as refused:
            raise click.ClickException(refused.message) from refused

    return wrapped
