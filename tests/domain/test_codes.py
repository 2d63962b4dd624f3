"""Codes and labels: whatever is made can be found, and what could not be is refused."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from exchange.database.connections import db
from exchange.database.transactions import writing
from exchange.domain import events, projects, series, stands
from exchange.domain.changes import Actor
from exchange.domain.projects import ProjectEntry
from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.cells import read_cell
from exchange.models import Event, Project, Series, Stand
from exchange.models.codes import PROJECT, SERIES, SHORT, CodeRule
from exchange.queries import fair as fair_queries
from exchange.queries import organising
from tests.support.fair import AC, GE, ROBO, TOUR, Fair, IntegrityError
from tests.support.windows import Window

BY = Actor("organiser")
NOWHERE = [
    "KÖ26",
    "DO/1",
    "",
    "GE ",
    " GE",
    "G E",
    "GE\n",
    "ＧＥ",
    "GE.",
    "G\0E",
    "\ud83d",
    "ẞ",
    "ﬁ",
]
"""Codes that no address finds; of events and stands."""
SHOUTED, SLUGGISH = ["ess", "Ge", "a" * 13], ["TOUR", "Robo", "x" * 61]

Making = Callable[[Fair, str], object]


def make_event(fair: Fair, code: str) -> object:
    with writing() as session:
        return events.make_event(
            session, _series(session), title="Börse", city="Köln", date=None, code=code
        ).id


def make_stand(fair: Fair, code: str) -> object:
    with writing() as session:
        return events.make_stand(session, fair.event_id(), label="7", project=None, code=code).id


def make_series(fair: Fair, code: str) -> object:
    with writing() as session:
        return series.make_series(session, code, "Reihe").id


def make_project(fair: Fair, code: str) -> object:
    with writing() as session:
        entry = ProjectEntry(code=code, title="Projekt", partner="Stadt")
        return projects.make_project(session, _series(session), entry).id


def _series(session: Session) -> Series:
    return session.query(Series).filter_by(code=TOUR).one()


MAKING: list[tuple[Making, type[Any], list[str]]] = [
    (make_event, Event, SHOUTED),
    (make_stand, Stand, SHOUTED),
    (make_series, Series, SLUGGISH),
    (make_project, Project, SLUGGISH),
]


@pytest.mark.parametrize(("make", "model", "own"), MAKING)
def test_a_code_that_no_address_finds_is_refused_wherever_it_comes_from(
    fair: Fair, make: Making, model: type[Any], own: list[str]
) -> None:
    before = fair.everything()
    with fair.app.app_context():
        for code in [*NOWHERE, *own]:
            with pytest.raises(Refused, match="code") as refused:
                make(fair, code)
            assert refused.value.message
            with pytest.raises(ValueError, match="No address"):
                model(code=code)
        with pytest.raises(ValueError, match="No address"):
            model(code=None)
    assert fair.everything() == before


def test_what_the_tables_take_is_what_addresses_find(fair: Fair) -> None:
    """By chance, over signs that are near the border, in whatever case one asks."""
    chance = random.Random(26)
    signs = "AZaz09-_./ @[`{:Öäßſİ\u0130\u212aＡ٣\n\t"
    codes = {"".join(chance.choices(signs, k=chance.randint(0, 3))) for _ in range(400)}
    codes |= {"".join(chance.choices("AZ09-", k=chance.randint(1, 12))) for _ in range(40)}
    codes |= {chance.choice("AZ09-") * length for length in (1, 2, 11, 12)}
    taken = []
    for code in sorted(codes):
        try:
            fair.sql(f"UPDATE stands SET code = '{code}' WHERE code = '{ROBO}'")
        except IntegrityError:
            assert not SHORT.fits(code), code
            continue
        taken.append(code)
        with fair.app.app_context():
            for asked in (code, code.lower(), code.upper()):
                found = fair_queries.stand_at(asked)
                assert found, code
                assert found.label == "1"
        fair.sql(f"UPDATE stands SET code = '{ROBO}' WHERE code = '{code}'")
    assert len(taken) > 20
    assert len(taken) < len(codes)


@pytest.mark.parametrize(("rule", "longest"), [(SHORT, 12), (SERIES, 40), (PROJECT, 60)])
def test_a_code_is_read_in_any_case_and_kept_in_one(rule: CodeRule, longest: int) -> None:
    kept = rule.read("Ge-1")
    assert kept == ("GE-1" if rule.upper else "ge-1")
    assert rule.read(kept) == kept
    assert rule.fits(kept)
    assert rule.read("x" * longest)
    for none in (None, "", "x" * (longest + 1), "ge 1", "ge\n", "KÖ", "ﬁ", "ſ", "\0"):
        assert rule.read(none) is None


@pytest.mark.parametrize(
    "path", ["/e/{ge}", "/s/{robo}", "/projects/{p}", "/organise/{ge}", "/moderate/{ge}"]
)
def test_an_address_is_found_in_whatever_case(fair: Fair, path: str) -> None:
    window = Window(fair).enter("organiser", TOUR).enter("moderator", GE)
    for ge, robo, project in (("ge", "robo", "ROBO"), ("Ge", "RoBo", "Robo")):
        answer = window.get(path.format(ge=ge, robo=robo, p=project))
        assert answer.status_code == 200, path


def test_a_series_is_found_in_whatever_case(fair: Fair) -> None:
    window = Window(fair).enter("organiser", TOUR)
    for code in (TOUR, TOUR.upper(), TOUR.title()):
        assert window.get(f"/organise/series/{code}/settings").status_code == 200
    with fair.app.app_context():
        known = organising.all_series()
        assert series.the_only_one("TOUR", known).code == TOUR


@pytest.mark.parametrize(
    ("label", "word"),
    [
        *(("", "label"), (" ", "label"), ("–", "label"), ("?!", "label"), ("📍", "label")),
        *(("0", "label_reserved"), (" 00", "label_reserved"), ("x" * 41, "too_long")),
        ("1\0", "characters"),
    ],
)
def test_a_label_that_nobody_can_say_is_refused_wherever_it_comes_from(
    fair: Fair, label: str, word: str
) -> None:
    before = fair.everything()
    with fair.app.app_context():
        with pytest.raises(Refused, match=word), writing() as session:
            events.make_stand(session, fair.event_id(), label=label, project=None)
        with pytest.raises(Refused) as refused:
            stands.add(fair.event_id(), {"label": label}, by=BY)
        # An empty field is a field to be filled in.
        assert refused.value.word == (word if label.strip() else "missing")
        if word == "label":
            with pytest.raises(ValueError, match="called"):
                Stand(label=label)
            stand = db.session.query(Stand).filter_by(code=ROBO).one()
            with pytest.raises(ValueError, match="called"):
                stand.rename(label)
            db.session.rollback()
    assert fair.everything() == before


@pytest.mark.parametrize("cell", ["?!", "(*)", "📍", "7; –", "* / #"])
def test_a_stand_list_says_that_a_sign_is_no_label(fair: Fair, cell: str) -> None:
    found = read_cell("label", cell)
    assert found.problem
    assert found.problem.word == "label_odd"


def test_a_label_made_in_python_is_kept_as_one_that_was_typed(fair: Fair) -> None:
    with fair.app.app_context(), writing() as session:
        stand = events.make_stand(session, fair.event_id(), label="  A  2 ", project=None)
        assert (stand.label, stand.sort_key) == ("A 2", "a0000000002")


def test_an_event_is_copied_from_in_whatever_case(fair: Fair) -> None:
    with fair.app.app_context():
        made = events.add(fair.series_id(), {"city": "Köln"}, by=BY, like=" ge ")
        assert made
        with pytest.raises(Refused, match="copy_unknown"):
            events.add(fair.series_id(), {"city": "Köln"}, by=BY, like="KÖ26")
    assert len(fair.rows("events")) == 4
    assert AC in {row["code"] for row in fair.rows("events")}
