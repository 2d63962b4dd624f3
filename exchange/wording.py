"""The words readers see for statuses, facets, phases and ways of answering: one place for all.

Templates call `status_word(card.status)` and so on. The dictionaries are keyed by the values that
the database holds, so that this module needs no other and every layer may use it.
"""

import enum
from typing import Protocol

from flask import Flask
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from exchange.sentences import isolated

STATUS: dict[str, LazyString] = {
    "pending": _l("wird geprüft"),
    "open": _l("offen"),
    "shortlisted": _l("für die Schlussrunde"),
    "live": _l("jetzt in der Runde"),
    "answered": _l("beantwortet"),
    "owed": _l("Antwort folgt"),
    "declined": _l("abgelehnt"),
    "withdrawn": _l("zurückgezogen"),
}

FACET: dict[str, LazyString] = {
    "recht": _l("Recht"),
    "kosten": _l("Kosten"),
    "technik": _l("Technik"),
    "organisation": _l("Organisation"),
    "betrieb": _l("Betrieb"),
    "kontakt": _l("Kontakt"),
}

PHASE: dict[str, LazyString] = {
    "preparing": _l("Vorbereitung"),
    "pitches": _l("Kurzvorstellungen"),
    "fair": _l("Austauschbörse"),
    "round": _l("Schlussrunde"),
    "follow_up": _l("Nachlese"),
    "closed": _l("Abgeschlossen"),
}

HOW: dict[str, LazyString] = {
    "at_stand": _l("am Stand beantwortet"),
    "in_round": _l("in der Schlussrunde beantwortet"),
    "in_writing": _l("schriftlich beantwortet"),
}

ROLE: dict[str, LazyString] = {
    "attendee": _l("Gast"),
    "presenter": _l("Projektpartner"),
    "moderator": _l("Moderation"),
    "organiser": _l("Organisation"),
    "screen": _l("Leinwand"),
    "contact": _l("Anlaufstelle"),
}

CONTACT_ROLE: dict[str, LazyString] = {
    "expert": _l("fachlich"),
    "technical": _l("technisch"),
    "contract": _l("Nachnutzung und Vertrag"),
}
"""For what somebody is the one to call."""

BASIS: dict[str, LazyString] = {
    "public_function": _l("Öffentliche Funktion mit Außenkontakt"),
    "consent": _l("Einwilligung liegt vor"),
    "hidden": _l("Name wird nicht gezeigt"),
}
"""On what ground a contact's name is shown."""

ENTRY: dict[str, LazyString] = {
    "summary": _l("Kurzbeschreibung"),
    "status": _l("Umsetzungsstand"),
    "since": _l("Im Einsatz seit"),
    "licence": _l("Lizenz"),
    "links": _l("Links"),
    "contacts": _l("Anlaufstellen"),
}
"""The fields of a project's entry."""

DEED: dict[str, LazyString] = {
    "ask": _l("gestellt"),
    "publish": _l("veröffentlicht"),
    "shortlist": _l("für die Schlussrunde vorgesehen"),
    "live": _l("auf die Leinwand gerufen"),
    "answer": _l("beantwortet"),
    "owe": _l("schriftlich zugesagt"),
    "decline": _l("abgelehnt"),
    "reopen": _l("wieder geöffnet"),
    "merge": _l("zusammengelegt"),
    "split": _l("getrennt"),
    "redact": _l("Persönliches entfernt"),
    "redact-answer": _l("Persönliches aus der Antwort entfernt"),
    "redact-reason": _l("Persönliches aus dem Grund entfernt"),
    "move": _l("im Ablauf umgestellt"),
    "assign": _l("einem anderen Stand zugewiesen"),
    "edit": _l("neu formuliert"),
    "withdraw": _l("zurückgezogen"),
    "undo": _l("zurückgenommen"),
    "start-round": _l("Schlussrunde begonnen"),
    "end-round": _l("Schlussrunde beendet"),
    "phase": _l("Phase gewechselt"),
}
"""What was done, as a question's history tells it."""

REASONS: dict[str, LazyString] = {
    "Nicht für die öffentliche Liste geeignet": _l("Nicht für die öffentliche Liste geeignet"),
    "Wurde schon beantwortet": _l("Wurde schon beantwortet"),
    "Gehört nicht zu diesem Projekt": _l("Gehört nicht zu diesem Projekt"),
    "Betrifft einzelne Personen": _l("Betrifft einzelne Personen"),
}
"""Ready reasons for declining: kept in German, read in the reader's language."""


class Named(Protocol):
    """A contact, as far as it says what it is called."""

    @property
    def function(self) -> str | None: ...
    @property
    def person(self) -> str | None: ...
    @property
    def email(self) -> str | None: ...


def _word(words: dict[str, LazyString], value: enum.Enum | str) -> LazyString | str:
    """The word for an enum or its value; an unknown one stands for itself, no page fails."""
    key = str(value.value) if isinstance(value, enum.Enum) else value
    return words.get(key, key)


def status_word(value: enum.Enum | str) -> LazyString | str:
    """For a question's status: "offen", "beantwortet"."""
    return _word(STATUS, value)


def facet_word(value: enum.Enum | str) -> LazyString | str:
    """For what a question is about: "Kosten"."""
    return _word(FACET, value)


def phase_word(value: enum.Enum | str) -> LazyString | str:
    """For an event's phase: "Schlussrunde"."""
    return _word(PHASE, value)


def how_word(value: enum.Enum | str) -> LazyString | str:
    """For how a question was answered: "am Stand beantwortet"."""
    return _word(HOW, value)


def role_word(value: enum.Enum | str) -> LazyString | str:
    """For an audience: "Moderation"."""
    return _word(ROLE, value)


def contact_role_word(value: enum.Enum | str) -> LazyString | str:
    """For what a contact is there: "technisch"."""
    return _word(CONTACT_ROLE, value)


def basis_word(value: enum.Enum | str) -> LazyString | str:
    """On what ground a contact's name is shown: "Einwilligung liegt vor"."""
    return _word(BASIS, value)


def entry_word(name: str) -> LazyString | str:
    """For a field of a project's entry: "Umsetzungsstand"."""
    return _word(ENTRY, name)


def deed_word(verb: str) -> LazyString | str:
    """For what was done to a question: "beantwortet"."""
    return _word(DEED, verb)


def reason_word(reason: str) -> LazyString | str:
    """Why a question was declined: a ready reason in the reader's words, another as typed."""
    return _word(REASONS, reason)


def contact_names(contact: Named) -> list[str]:
    """What a contact is called, never nothing: function and person, as far as they are known, else
    the e-mail address. The first is its heading: people change, functions stay.
    """
    known = [word for word in (contact.function, contact.person) if word]
    return known or [contact.email or gettext("ohne Namen")]


def own(value: object) -> Markup:
    """What somebody typed, among words of ours: it has the direction of its own letters."""
    return Markup('<bdi dir="auto">%s</bdi>') % (value,) if value else Markup()


def named(value: object) -> Markup:
    """The same for a name, which is German in pages of any language: a project, a partner."""
    return Markup('<bdi lang="de" dir="auto">%s</bdi>') % (value,) if value else Markup()


def init_app(app: Flask) -> None:
    """Hand the words to every template, imported macros included."""
    app.jinja_env.filters.update(isolated=isolated, own=own, named=named)
    app.jinja_env.globals.update(
        status_word=status_word,
        facet_word=facet_word,
        phase_word=phase_word,
        how_word=how_word,
        role_word=role_word,
        contact_role_word=contact_role_word,
        basis_word=basis_word,
        contact_names=contact_names,
        reason_word=reason_word,
        deed_word=deed_word,
        entry_word=entry_word,
        reasons=tuple(REASONS),
    )
