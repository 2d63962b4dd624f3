"""Any list at any fair: taken in, it has nothing more to say; taken back, nothing is left of it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exchange.models import Base
from tests.support.fair import Fair
from tests.support.lists import Office, office, table

COLUMNS = ("Stand", "ID", "Projekt", "Partner", "Person", "Funktion", "E-Mail", "Pitch", "Halle")
LABELS = ("1", "02", "3", "A-4", "5, 6")
TITLES = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
PARTNERS = ("", "Stadt A", "Kreis B")
LEFT_OUT = {"changes", "change_records", "revisions", "pending_news"}
"""The log, and what pages need to know that they are out of date."""


def places(words: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Each once, in any order; or some of them more than once."""
    some = st.lists(st.sampled_from(words), min_size=len(words), max_size=len(words))
    return st.one_of(st.permutations(words), some)


@st.composite
def lists(draw: st.DrawFn) -> bytes:
    kept = draw(st.sets(st.sampled_from(COLUMNS[1:])).map(lambda some: {"Stand", "Projekt", *some}))
    rows = []
    labels, titles = draw(places(LABELS)), draw(places(TITLES))
    for place in range(draw(st.integers(1, 5))):
        cells = {
            "Stand": labels[place],
            "ID": draw(st.sampled_from(("", "", "k1", "k2", "k3"))),
            "Projekt": titles[place],
            "Partner": draw(st.sampled_from(PARTNERS)),
            "Person": draw(st.sampled_from(("", "Anna", "Bert"))),
            "Funktion": draw(st.sampled_from(("", "Amt 1", "Amt 2"))),
            "E-Mail": draw(st.sampled_from(("", "a@example.org", "b@example.org"))),
            "Pitch": draw(st.sampled_from(("", "10:05", "10:10"))),
            "Halle": draw(st.sampled_from(("", "Halle 1", "Foyer"))),
        }
        rows.append(";".join(cells[name] for name in COLUMNS if name in kept))
    return table(";".join(name for name in COLUMNS if name in kept), *rows)


def as_it_is(fair: Fair) -> dict[str, Any]:
    """The fair; what an undo leaves archived or ended is as good as gone."""
    now = fair.everything()
    gone = {
        kind: {row["id"] for row in now[kind] if row[mark]}
        for kind, mark in (("stands", "archived"), ("projects", "archived"), ("contacts", "until"))
    }
    return {
        table.name: [
            {name: value for name, value in row.items() if name != "stands_changed"}
            for row in now[table.name]
            if row.get("id") not in gone.get(table.name, ())
            and row.get("stand_id") not in gone["stands"]
            and row.get("project_id") not in gone["projects"]
            # A pass is never taken back: its project may have had a contact for a moment.
            and row.get("role") != "contact"
        ]
        for table in Base.metadata.sorted_tables
        if table.name not in LEFT_OUT
    }


@pytest.mark.sqlite
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.lists(lists(), min_size=1, max_size=3), mode=st.sampled_from(("fill", "clear")))
def test_taken_in_a_list_is_the_same_and_taken_back_it_was_never_there(
    at_office: Office, data: list[bytes], mode: str
) -> None:
    fair = at_office.fair
    taken = []
    for one in data:
        before = as_it_is(fair)
        compared = at_office.compare(one, mode=mode)
        if compared.refused or compared.words():
            continue
        outcome = at_office.confirm(compared)
        again = at_office.compare(one, mode=mode)
        assert set(again.summary) == {"same"}, again.rows
        if outcome is None:
            assert as_it_is(fair) == before
        else:
            taken.append((before, outcome))
    for before, outcome in reversed(taken):
        at_office.undo(outcome)
        assert as_it_is(fair) == before


@pytest.fixture
def at_office(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> Office:
    return office(fair, monkeypatch)
