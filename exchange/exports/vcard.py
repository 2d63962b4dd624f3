"""Contacts as vCards, version 3.0 (RFC 2426): phones and Outlook both read it, 4.0 breaks umlauts
on iPhones. UTF-8, CRLF, lines folded at 75 bytes.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from exchange.wording import contact_names

LINE = 75
"""The longest line, in bytes without its end (RFC 2426, 2.6)."""
_UNSHOWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TITLE = re.compile(r"(?:\w{2}[\w.-]*\.\s+)+")
"""Dr. med., Prof. Dr., Dipl.-Ing.: what ends with a stop before a name."""
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""What was not changed since it was made is older than any change."""


@dataclass(frozen=True)
class Card:
    """Whom to call about a project. `person`: None where the name is not to be shown."""

    uid: str
    """The same for the same contact, so that it replaces itself in an address book."""
    function: str | None
    person: str | None
    organisation: str
    email: str | None
    phone: str | None
    url: str
    """The project's page."""
    note: str
    since: datetime | None
    """When it was last changed."""


def cards(contacts: Iterable[Card]) -> bytes:
    """A file of vCards, one for each contact. The function is its name: people change."""
    lines = [line for contact in contacts for line in _lines(contact)]
    return b"".join(fold(line) for line in lines)


def _lines(contact: Card) -> list[str]:
    name = contact_names(contact)[0]
    revised = (contact.since or _NEVER).astimezone(UTC)
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{escape(name)}",
        f"N:{';'.join(map(escape, _name_parts(contact.person, name)))}",
        f"ORG:{escape(contact.organisation)}",
    ]
    if contact.function:
        lines.append(f"TITLE:{escape(contact.function)}")
    if contact.email:
        lines.append(f"EMAIL;TYPE=INTERNET:{escape(contact.email)}")
    if contact.phone:
        lines.append(f"TEL;TYPE=WORK,VOICE:{escape(contact.phone)}")
    return [
        *lines,
        f"URL:{contact.url}",
        f"NOTE:{escape(contact.note)}",
        f"UID:urn:uuid:{contact.uid}",
        f"REV:{revised:%Y-%m-%dT%H:%M:%SZ}",
        "END:VCARD",
    ]


def _name_parts(person: str | None, name: str) -> Sequence[str]:
    """Family name, given names, further ones, title, suffix. Without a person it is called by its
    family name.
    """
    if not person:
        return (name, "", "", "", "")
    found = _TITLE.match(person)
    title = found[0].strip() if found else ""
    given, _, family = person[len(found[0]) if found else 0 :].strip().rpartition(" ")
    return (family, given, "", title, "")


def escape(text: str) -> str:
    """A text as a value: commas, semicolons, backslashes and line breaks written so."""
    plain = _UNSHOWABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    for character in "\\,;":
        plain = plain.replace(character, f"\\{character}")
    return plain.replace("\n", "\\n")


def fold(line: str) -> bytes:
    """A line with its end, folded: no piece is longer than `LINE` bytes, none ends within a letter.

    Each further piece begins with a blank, which whoever reads it takes away again.
    """
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        encoded = character.encode()
        if len(piece) + len(encoded) > LINE:
            pieces.append(piece)
            piece = b" "
        piece += encoded
    return b"\r\n".join([*pieces, piece]) + b"\r\n"
