"""Partners propose how their entry should read; the organiser takes it or leaves it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.domain import entries, events
from exchange.domain.changes import Actor
from exchange.domain.entries import Typed, TypedContact
from exchange.domain.refusals import Refused
from exchange.models import lengths
from exchange.queries import entries as entry_queries
from tests.support.entries import decide, entry, prepared_at, project_id, propose
from tests.support.fair import AC, AC_ROBO, GE, ROBO, Fair, bumped
from tests.support.hypotheses import REPEATABLE

SINCE = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def before_the_day(fair: Fair) -> None:
    for event in (GE, AC):
        fair.enter("preparing", event)


def waiting(fair: Fair, project: str = "robo") -> dict[str, Any]:
    id_ = project_id(fair, project)
    with fair.app.app_context():
        latest = entry_queries.latest_proposals(id_)
    return {name: one.value for name, one in latest.items() if one.decided is None}


def contact(**changed: Any) -> dict[str, Any]:
    usual = {
        "id": None,
        "function": "Geschäftsstelle",
        "person": "Erika Muster",
        "email": "e@example.org",
        "phone": "0209 1",
        "role": None,
        "basis": "public_function",
    }
    return usual | changed


def test_what_a_partner_saves_changes_nothing_that_others_read(fair: Fair) -> None:
    before, revisions = entry(fair), fair.revisions()
    assert propose(fair, summary="Neu.", prepared_kosten="Viel.")
    assert entry(fair) == before
    assert prepared_at(fair, ROBO) == {}
    assert bumped(fair, revisions) == {}
    assert waiting(fair) == {"summary": "Neu.", "prepared.kosten": "Viel."}


def test_saving_again_replaces_what_waits_and_what_stands_takes_it_away(fair: Fair) -> None:
    propose(fair, summary="Neu.")
    propose(fair, summary="Neuer.")
    assert waiting(fair) == {"summary": "Neuer."}
    assert len(fair.rows("proposals")) == 1
    assert propose(fair, summary=entry(fair).summary)
    assert waiting(fair) == {}
    assert propose(fair, summary=entry(fair).summary) is None


def test_what_is_taken_reads_so_at_every_stand_that_shows_the_project(fair: Fair) -> None:
    propose(fair, summary="Neu.", status="im Betrieb", prepared_kosten="Viel.")
    before = fair.revisions()
    assert decide(fair)
    assert (entry(fair).summary, entry(fair).status) == ("Neu.", "im Betrieb")
    assert prepared_at(fair, ROBO) == prepared_at(fair, AC_ROBO) == {"kosten": "Viel."}
    moved = bumped(fair, before)
    for scope in (("stand", ROBO), ("stand", AC_ROBO), ("public", AC), ("moderate", GE)):
        assert moved[scope] == 1
    assert not any(place.startswith("XX") for _, place in moved)
    assert waiting(fair) == {}


def test_a_summary_is_on_no_sheet(fair: Fair) -> None:
    propose(fair, summary="Neu.", contacts=[], prepared_kosten="Viel.")
    decide(fair)
    assert {row["stands_changed"] for row in fair.rows("events")} == {None}


def test_what_is_left_stays_and_may_be_proposed_again(fair: Fair) -> None:
    propose(fair, summary="Neu.")
    decide(fair, take=False)
    assert entry(fair).summary == "Was es ist."
    assert waiting(fair) == {}
    assert propose(fair, summary="Neu.")
    assert waiting(fair) == {"summary": "Neu."}


def test_each_can_be_taken_alone(fair: Fair) -> None:
    propose(fair, summary="Neu.", licence="EUPL")
    one = next(row for row in fair.rows("proposals") if row["field"] == "licence")
    decide(fair, proposal_id=one["id"])
    assert (entry(fair).licence, entry(fair).summary) == ("EUPL", "Was es ist.")
    assert waiting(fair) == {"summary": "Neu."}
    with pytest.raises(Refused) as refused:
        decide(fair, proposal_id=one["id"])
    assert refused.value.word == "entry_changed"


def test_all_of_a_project_are_its_own_alone(fair: Fair) -> None:
    propose(fair, "robo", summary="Neu.")
    propose(fair, "bau", summary="Neu.")
    decide(fair, project="bau")
    assert waiting(fair, "robo") == {"summary": "Neu."}
    assert waiting(fair, "bau") == {}


def test_what_was_not_read_yet_is_not_taken(fair: Fair) -> None:
    propose(fair, summary="Neu.")
    with fair.app.app_context():
        seen = entry_queries.totals(fair.event_id()).latest
    assert seen
    propose(fair, summary="Ganz anders.")
    one = fair.rows("proposals")[0]["id"]
    with pytest.raises(Refused) as refused:
        decide(fair, proposal_id=one, seen=seen)
    assert refused.value.word == "entry_changed"
    assert decide(fair, seen=seen) is None
    assert decide(fair, seen=seen + SINCE)
    assert entry(fair).summary == "Ganz anders."


def test_undo_takes_back_what_was_taken_and_lets_it_wait_again(fair: Fair) -> None:
    before = entry(fair)
    propose(fair, summary="Neu.", prepared_kosten="Viel.", contacts=[contact(person="Ali Neu")])
    outcome = decide(fair)
    assert outcome
    assert entry(fair).contacts[0].person == "Ali Neu"
    fair.undo(outcome.change, by="organiser")
    assert entry(fair) == before
    assert prepared_at(fair, ROBO) == {}
    assert set(waiting(fair)) == {"summary", "prepared.kosten", "contacts"}


def test_undo_is_refused_once_the_partner_has_proposed_something_else(fair: Fair) -> None:
    propose(fair, summary="Neu.")
    outcome = decide(fair)
    assert outcome
    propose(fair, summary="Noch neuer.")
    with pytest.raises(Refused) as refused:
        fair.undo(outcome.change, by="organiser")
    assert refused.value.word == "built_upon"


def test_a_desk_takes_back_nothing_that_an_organiser_took(fair: Fair) -> None:
    propose(fair, summary="Neu.")
    outcome = decide(fair)
    assert outcome
    for role in ("presenter", "moderator"):
        with pytest.raises(Refused) as refused:
            fair.undo(outcome.change, by=role)
        assert refused.value.word == "not_yours"


def test_a_neighbour_event_takes_nothing_of_what_it_does_not_show(fair: Fair) -> None:
    propose(fair, "bau", summary="Neu.")
    one = fair.rows("proposals")[0]["id"]
    for which in ({"proposal_id": one}, {"project": "bau"}):
        with pytest.raises(Refused) as refused:
            decide(fair, event=AC, **which)
        assert refused.value.word == "unknown"
    assert decide(fair, event=AC) is None
    assert waiting(fair, "bau") == {"summary": "Neu."}


# Until when


def test_an_entry_is_open_until_the_pitches(fair: Fair) -> None:
    fair.enter("pitches")
    with pytest.raises(Refused) as refused:
        propose(fair, summary="Neu.")
    assert refused.value.word == "entry_closed"
    let_open(fair, True)
    assert propose(fair, summary="Neu.")
    let_open(fair, False)
    with pytest.raises(Refused):
        propose(fair, summary="Neuer.")


def test_a_contact_may_while_any_event_of_the_project_lets_it(fair: Fair) -> None:
    fair.enter("pitches")
    assert propose(fair, event=None, summary="Neu.")
    fair.enter("closed", AC)
    with pytest.raises(Refused) as refused:
        propose(fair, event=None, summary="Neuer.")
    assert refused.value.word == "entry_closed"


def test_opening_the_entries_is_taken_back_as_any_setting(fair: Fair) -> None:
    outcome = let_open(fair, True)
    assert outcome
    fair.undo(outcome.change, by="organiser")
    fair.enter("fair")
    with pytest.raises(Refused):
        propose(fair, summary="Neu.")
    assert let_open(fair, False) is None


def let_open(fair: Fair, on: bool) -> Any:
    event_id = fair.event_id()
    with fair.app.app_context():
        return events.edit(event_id, {"entries_open": str(int(on))}, by=Actor("organiser"))


# Contacts


def test_another_person_takes_the_place_and_the_former_one_is_kept(fair: Fair) -> None:
    old = entry(fair).contacts[0]
    propose(fair, contacts=[contact(id=old.id, person="Ali Neu")])
    decide(fair)
    new = entry(fair).contacts[0]
    assert (new.person, new.id == old.id) == ("Ali Neu", False)
    former = next(row for row in fair.rows("contacts") if row["id"] == old.id)
    assert former["until"] is not None
    assert former["replaced_by_id"] == new.id
    assert former["person"] == "Erika Muster"


def test_another_telephone_number_is_the_same_person(fair: Fair) -> None:
    old = entry(fair).contacts[0]
    for id_ in (old.id, None):
        propose(fair, contacts=[contact(id=id_, phone=f"0209 {id_ or 22}", role="technical")])
        decide(fair)
        assert [one.id for one in entry(fair).contacts] == [old.id]
    assert entry(fair).contacts[0].phone == "0209 22"


def test_their_order_is_the_partners(fair: Fair) -> None:
    first = entry(fair).contacts[0]
    second = contact(person=None, function="Technik", email=None, phone=None)
    propose(fair, contacts=[second, contact(id=first.id)])
    decide(fair)
    assert [one.function for one in entry(fair).contacts] == ["Technik", "Geschäftsstelle"]
    propose(fair, contacts=[second])
    decide(fair)
    assert [one.function for one in entry(fair).contacts] == ["Technik"]


def test_the_first_contact_of_a_project_comes_with_a_pass(fair: Fair) -> None:
    def passes() -> list[int]:
        of = project_id(fair)
        return [row["id"] for row in fair.rows("passes") if row["project_id"] == of]

    fair.sql("DELETE FROM passes WHERE role = 'contact'")
    propose(fair, contacts=[contact(person="Ali Neu")])
    decide(fair)
    assert len(passes()) == 1


# What is typed


def typed(**texts: str) -> Typed:
    return Typed(texts, None)


def test_what_was_typed_is_read_as_the_cells_of_a_list(fair: Fair) -> None:
    with fair.app.app_context():
        found = entries.read(
            Typed(
                {"links": "example.org\nhttps://a.example.org/x", "since": " 2024 ", "licence": ""},
                [
                    TypedContact(function="Leitung", email="Ali <a@example.org>", phone="Tel. 02"),
                    TypedContact(),
                ],
            )
        )
    assert found.values["links"] == "https://example.org\nhttps://a.example.org/x"
    assert (found.values["since"], found.values["licence"]) == ("2024", None)
    assert found.values["contacts"] == [
        contact(function="Leitung", person=None, email="a@example.org", phone=None)
    ]
    assert list(found.problems) == ["contact-1-phone"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("summary", "x" * (lengths.SUMMARY + 1)),
        ("status", "x" * (lengths.PROJECT_STATUS + 1)),
        ("links", "kein Link"),
        ("links", "javascript:alert(1)"),
        ("prepared.kosten", "x" * (lengths.ANSWER + 1)),
        ("prepared.recht", "\uffff"),
    ],
)
def test_what_cannot_be_kept_gets_a_sentence(fair: Fair, name: str, text: str) -> None:
    with fair.app.app_context():
        assert list(entries.read(typed(**{name: text})).problems) == [name]


def test_a_contact_needs_a_name_of_some_kind_and_there_is_an_end_of_them(fair: Fair) -> None:
    with fair.app.app_context():
        found = entries.read(Typed({}, [TypedContact(), TypedContact(email="a@example.org")]))
        assert list(found.problems) == ["contact-2-function"]
        many = [TypedContact(function=f"Amt {n}") for n in range(entries.MOST_CONTACTS + 1)]
        assert list(entries.read(Typed({}, many)).problems) == ["contacts"]


@settings(REPEATABLE, max_examples=60)
@given(
    texts=st.dictionaries(st.sampled_from(entries.FIELDS), st.text(max_size=60)),
    contacts=st.lists(
        st.builds(
            TypedContact,
            id=st.sampled_from(["", "1", "x"]),
            **{name: st.text(max_size=20) for name in ("function", "person", "email", "phone")},
            role=st.sampled_from(["", "expert", "other"]),
            basis=st.sampled_from(["hidden", "consent", "other"]),
        ),
        max_size=3,
    ),
)
def test_whatever_is_typed_is_read_or_named(
    fair: Fair, texts: dict[str, str], contacts: list[TypedContact]
) -> None:
    texts.pop("contacts", None)
    with fair.app.app_context():
        found = entries.read(Typed(texts, contacts))
    for name in texts:
        assert (name in found.values) != (name in found.problems)
    for one in found.values["contacts"]:
        assert one["basis"] in ("hidden", "consent", "public_function")
