"""What is still missing for the day, each with the place where it is mended."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from exchange import config, sentences, wording
from exchange.config import Settings
from exchange.models import Phase, Role
from exchange.models.base import today
from exchange.queries import entries, readiness
from exchange.queries.readiness import Found, Unredeemed

NAMED = 5
"""So many stands are named one by one; of the others it is said how many they are."""
_AHEAD = (Phase.PREPARING, Phase.PITCHES, Phase.FAIR)


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: a sentence, and the page and field that mend it."""

    word: str
    sentence: LazyString | str
    path: str
    """Below `/organise/`; with the field behind a `#`."""
    mend: LazyString | str
    """What the link to it says."""
    details: dict[str, Any] = field(default_factory=dict)


def missing(event_id: int) -> list[Missing]:
    """What is missing for the day of an event; nothing once the round has begun, and nothing more
    is to be made ready.
    """
    found = readiness.found(event_id)
    if found.phase not in _AHEAD or found.archived:
        return []
    settings: Settings = current_app.extensions["process"].settings
    lines = [
        *_of_the_day(found),
        *_of_stands(found),
        *_of_contacts(found),
        *_of_entries(found, event_id),
        *_of_sheets(found),
        *_of_passes(found),
    ]
    if config.only_local(settings):
        lines.append(
            Missing(
                "address",
                _l(
                    "Telefone erreichen diese Adresse nicht: %(url)s. Setzen Sie beim Start"
                    " EXCHANGE_PUBLIC_URL auf den Namen oder die Adresse dieses Rechners im Netz.",
                    url=config.readable(settings.public_url),
                ),
                f"{found.code}#ways",
                _l("Ansichten"),
            )
        )
    return lines


def _of_the_day(found: Found) -> Iterator[Missing]:
    path, mend = f"{found.code}/settings#event-date", _l("Termin eintragen")
    if found.date is None:
        yield Missing("date", _l("Der Termin steht noch nicht fest."), path, mend)
    elif found.date < today() and found.phase is Phase.PREPARING:
        yield Missing(
            "past",
            _l(
                "Der Termin am %(day)s ist vorbei, und die Veranstaltung ist noch in Vorbereitung.",
                day=sentences.day(found.date),
            ),
            path,
            _l("Termin ändern"),
        )


def _of_stands(found: Found) -> Iterator[Missing]:
    if not found.stands:
        yield Missing(
            "stands",
            _l("Es gibt noch keinen Stand."),
            f"{found.code}/stands#new-label",
            _l("Stände anlegen"),
        )
    for code, label in found.without_project[:NAMED]:
        yield Missing(
            "project",
            _l("Stand %(label)s hat noch kein Projekt.", label=label),
            f"{found.code}/stands/{code}#stand-project",
            _l("Projekt wählen"),
        )
    yield from _others("project", found, len(found.without_project) - NAMED)


def _of_contacts(found: Found) -> Iterator[Missing]:
    for project, label in found.without_contact[:NAMED]:
        yield Missing(
            "contact",
            _l("Stand %(label)s hat keine Anlaufstelle.", label=label),
            f"projects/{project}#contact-function",
            _l("Anlaufstelle eintragen"),
        )
    yield from _others("contact", found, len(found.without_contact) - NAMED)


def _others(word: str, found: Found, many: int) -> Iterator[Missing]:
    """The rest of a long list, in one line."""
    if many <= 0:
        return
    sentence = (
        ngettext(
            "%(num)s weiterer Stand hat kein Projekt.",
            "%(num)s weitere Stände haben kein Projekt.",
            many,
        )
        if word == "project"
        else ngettext(
            "%(num)s weiterer Stand hat keine Anlaufstelle.",
            "%(num)s weitere Stände haben keine Anlaufstelle.",
            many,
        )
    )
    yield Missing(word, sentence, f"{found.code}/stands", _l("Alle Stände"))


def _of_entries(found: Found, event_id: int) -> Iterator[Missing]:
    path, mend = f"{found.code}/entries", _l("Einträge ansehen")
    waiting, unanswered = entries.owed_by_partners(event_id)
    if waiting:
        yield Missing(
            "proposals",
            ngettext(
                "%(num)s Änderung eines Projektpartners wartet auf Sie.",
                "%(num)s Änderungen von Projektpartnern warten auf Sie.",
                waiting,
            ),
            path,
            mend,
        )
    if unanswered:
        yield Missing(
            "prepared",
            ngettext(
                "%(num)s Projekt hat noch nicht alle sechs Fragen vorab beantwortet.",
                "%(num)s Projekte haben noch nicht alle sechs Fragen vorab beantwortet.",
                unanswered,
            ),
            path,
            mend,
        )


def _of_sheets(found: Found) -> Iterator[Missing]:
    if not found.stands:
        return
    path = f"{found.code}/sheets"
    if found.sheets_printed is None:
        yield Missing(
            "sheets",
            _l("Die Aushänge sind noch nicht gedruckt."),
            path,
            _l("Aushänge drucken"),
        )
    elif found.stands_changed and found.stands_changed > found.sheets_printed:
        yield Missing(
            "sheets",
            _l("Seit dem Druck der Aushänge hat sich an den Ständen etwas geändert."),
            path,
            _l("Aushänge prüfen"),
        )


def _of_passes(found: Found) -> Iterator[Missing]:
    if not found.unredeemed:
        return
    names = [_holder(one) for one in found.unredeemed]
    rest = len(names) - NAMED
    told = ", ".join(str(name) for name in names[:NAMED])
    yield Missing(
        "passes",
        _l("Zugangskarten, die noch niemand eingelöst hat: %(names)s.", names=told)
        if rest <= 0
        else _l(
            "Zugangskarten, die noch niemand eingelöst hat: %(names)s und %(rest)s weitere.",
            names=told,
            rest=rest,
        ),
        f"{found.code}/passes",
        _l("Zugangskarten ausgeben"),
    )


def _holder(one: Unredeemed) -> LazyString | str:
    if one.role is Role.PRESENTER:
        return _l("Stand %(label)s", label=one.label)
    return wording.role_word(one.role)
