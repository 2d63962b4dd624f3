"""Contacts as vCards: any text comes out of the file as it went in."""

import re
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.exports import vcard
from exchange.exports.vcard import Card
from tests.support.hypotheses import REPEATABLE
from tests.support.vcards import read

WHEN = datetime(2026, 11, 27, 10, 5, tzinfo=UTC)
CARD = Card(
    uid="0f9a",
    function="Leitung, Bauordnung",
    person="Dr. Paul Portalinski",
    organisation="Stadt Emscherfurt; Kreis Wesenau",
    email="p@example.org",
    phone="+49 221 1",
    url="https://fair.example.org/projects/portal",
    note="Portal\nrund um die Uhr",
    since=WHEN,
)

# What people type in any script; control characters are taken out before they are kept.
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120)
lines = st.lists(words, max_size=3).map("\n".join)


@settings(REPEATABLE, max_examples=300)
@given(note=lines, organisation=words)
def test_what_is_written_is_read_back(note: str, organisation: str) -> None:
    (card,) = read(
        vcard.cards([Card(**{**vars(CARD), "note": note, "organisation": organisation})])
    )
    assert card["NOTE"] == note
    assert card["ORG"] == organisation


@settings(REPEATABLE, max_examples=300)
@given(line=words)
def test_no_line_is_longer_than_75_bytes_and_none_ends_within_a_letter(line: str) -> None:
    folded = vcard.fold(line)
    assert folded.endswith(b"\r\n")
    pieces = folded[:-2].split(b"\r\n")
    assert all(len(piece) <= 75 for piece in pieces)
    assert "".join(piece.decode()[number > 0 :] for number, piece in enumerate(pieces)) == line


def test_the_function_is_the_name_and_the_person_its_parts() -> None:
    file = vcard.cards([CARD])
    (card,) = read(file)
    assert card["VERSION"] == "3.0"
    assert card["FN"] == card["TITLE"] == "Leitung, Bauordnung"
    assert b"N:Portalinski;Paul;;Dr.;\r\n" in file
    assert b"ORG:Stadt Emscherfurt\\; Kreis Wesenau\r\n" in file
    assert card["EMAIL;TYPE=INTERNET"] == "p@example.org"
    assert card["TEL;TYPE=WORK,VOICE"] == "+49 221 1"
    assert card["UID"] == "urn:uuid:0f9a"
    assert card["REV"] == "2026-11-27T10:05:00Z"
    assert not re.search(rb"(?<!\r)\n", file)


def test_signs_of_the_format_in_a_name_or_an_address_stay_part_of_it() -> None:
    odd = {"person": "Paul Porta;lini, MdB", "email": "a;b@example.org", "phone": "0221 1;2"}
    file = vcard.cards([Card(**{**vars(CARD), **odd})])
    assert b"N:MdB;Paul Porta\\;lini\\,;;;\r\n" in file
    assert b"EMAIL;TYPE=INTERNET:a\\;b@example.org\r\n" in file
    assert b"TEL;TYPE=WORK,VOICE:0221 1\\;2\r\n" in file


def test_without_a_function_the_person_is_the_name_and_without_a_person_the_function() -> None:
    (person,) = read(vcard.cards([replace(CARD, function=None)]))
    assert person["FN"] == "Dr. Paul Portalinski"
    assert "TITLE" not in person
    (function,) = read(vcard.cards([replace(CARD, person=None)]))
    assert function["N"] == "Leitung, Bauordnung;;;;"


def test_several_contacts_are_one_file() -> None:
    assert len(read(vcard.cards([CARD, CARD, CARD]))) == 3
    assert vcard.cards([]) == b""
