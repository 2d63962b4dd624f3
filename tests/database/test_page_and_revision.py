"""A page never claims a newer revision than what it shows, whatever is committed meanwhile.

Another connection commits a change before one statement of the page's reading, at each of them in
turn. If the page says that it is up to date, it must show what a fresh one shows; else the slow
check finds a newer revision and reads it again.
"""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from exchange.database.connections import db
from tests.support.fair import GE, ROBO, Fair
from tests.support.windows import Desk, Window

CHANGES: dict[str, Callable[[Fair, int], object]] = {
    "answer": lambda fair, question: fair.act(question, "answer", answer="Ja."),
    "live": lambda fair, question: fair.act(question, "live"),
    "decline": lambda fair, question: fair.act(question, "decline", reason="Anderswo."),
    "ask": lambda fair, _: fair.ask(words="Und was noch?", asker="Clara"),
    "phase": lambda fair, _: fair.enter("round"),
    "message": lambda fair, _: fair.conduct("message", "Gleich geht es weiter."),
    "me too": lambda fair, question: fair.me_too(question, "Dora"),
}


@contextmanager
def before_statement(fair: Fair, number: int, act: Callable[[], object]) -> Iterator[list[str]]:
    """Act once, in another context, before this statement of what follows; yields all of them."""
    seen: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        seen.append(statement)
        if len(seen) == number + 1 and not count.acted:  # type: ignore[attr-defined]
            count.acted = True  # type: ignore[attr-defined]
            act()

    count.acted = False  # type: ignore[attr-defined]
    with fair.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", count)


def shown_by(page: str) -> tuple[list[dict[str, Any]], str]:
    """What a page watches, and all else of it; keys and time differ at each reading."""
    found = re.search(r"data-watch='([^']*)'", page)
    assert found
    rest = page.replace(found.group(1), "")
    return json.loads(html.unescape(found.group(1))), re.sub(
        r'name="key" value="[^"]*"|data-now="\d+"', "", rest
    )


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["stand", "event", "desk", "moderation", "screen"])
def test_a_page_shows_what_it_claims_or_reads_again(  # noqa: PLR0917
    kind: str,
    change: str,
    fair: Fair,
    phone: Window,
    desk: Desk,
    moderation: Desk,
    as_screen: Callable[[str], Window],
) -> None:
    windows: dict[str, tuple[Window, str]] = {
        "stand": (phone, f"/s/{ROBO}"),
        "event": (phone, f"/e/{GE}"),
        "desk": (desk, f"/present/{ROBO}"),
        "moderation": (moderation, f"/moderate/{GE}"),
        "screen": (as_screen(GE), f"/screen/{GE}"),
    }
    window, path = windows[kind]
    phone.ask(ROBO)
    up_to_date, at = 0, 0
    while True:
        question = fair.ask()
        with before_statement(fair, at, partial(CHANGES[change], fair, question)) as seen:
            page = window.get(path).text
        if len(seen) <= at:
            break
        (claimed, shown), (revisions, fresh) = shown_by(page), shown_by(window.get(path).text)
        if claimed == revisions:
            up_to_date += 1
            assert shown == fresh, f"before statement {at}: {seen[at]}"
        undo(fair, change)
        at += 1
    # Some came before the page was read, and were shown; there were steps after that.
    assert at > 3
    assert up_to_date >= 1


def undo(fair: Fair, change: str) -> None:
    """The next step begins where this one did."""
    if change == "phase":
        fair.enter("fair")
    elif change == "message":
        fair.conduct("message", "")
