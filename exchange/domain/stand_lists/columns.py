"""Which row is the header, and what each column means: by its German or English name, by its
neighbours, and where that is not enough by what stands in it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from exchange.domain.refusals import Refused
from exchange.domain.stand_lists.tables import Cell, Row, Sheet

FIELDS = (
    *("label", "place", "project", "key", "partner", "summary", "status", "field", "links"),
    *("person", "function", "email", "phone", "role", "pitch", "minutes"),
)
"""What a column may mean, in the order in which people are asked."""

_NAMES: Mapping[str, Sequence[str]] = {
    "label": (
        *("standnummer", "standnr", "stand nr", "stand nummer", "stand no", "nr des standes"),
        *("booth number", "booth no", "booth label", "booth name", "booth nr", "booth"),
        *("stand", "tischnummer", "tisch nr", "tisch", "table number", "table no", "table"),
        *(
            "standplatz",
            "standplatznummer",
            "standplatz nr",
            "stellplatz",
            "messestand",
            "standname",
        ),
        *("standbezeichnung", "standort nr", "stand label", "stand id", "booth id", "stall"),
        *("platz nr", "platznummer", "platz", "nr", "nummer", "no", "number"),
        *("lfd nr", "lfdnr", "lfd nummer", "laufende nr", "laufende nummer"),
    ),
    "place": (
        *("halle", "hall", "raum", "room", "saal", "etage", "stockwerk", "ebene", "floor"),
        *("location", "standort", "ort"),
    ),
    "project": (
        *("projekttitel", "projektname", "projekt titel", "projekt name", "projektbezeichnung"),
        *("name des projekts", "titel des projekts", "bezeichnung des projekts", "projekt"),
        *("project title", "project name", "project", "session title", "vorhaben", "massnahme"),
        *("name des projektes", "titel des projektes", "titel des vorhabens", "name des vorhabens"),
        *("name der massnahme", "losung", "produkt", "angebot", "solution", "exhibit"),
        *("exponat", "thema", "titel", "title", "bezeichnung", "name"),
    ),
    "key": (
        *("projekt id", "project id", "external id", "internal id", "account number"),
        *("companynumber", "company number", "kurzel", "id", "key", "kennung", "projektnummer"),
        *("projekt nr", "projektnr", "projekt nummer", "project no", "project number"),
        *("projektkurzel", "antragsnummer", "aktenzeichen", "forderkennzeichen"),
    ),
    "partner": (
        *("kommune partner", "projektpartner", "partner", "kommune", "stadt", "gemeinde", "kreis"),
        *("stadt gemeinde", "stadt kreis", "kommune kreis", "trager", "projekttrager"),
        *("institution", "organisation", "organization", "organisation name", "organization name"),
        *("firma", "aussteller", "company name", "company", "affiliation", "exhibitor"),
        *("einrichtung", "behorde", "verwaltung", "municipality", "city", "town", "council"),
        *("landkreis", "landkreis stadt", "stadt landkreis", "gebietskorperschaft", "korperschaft"),
        *("local authority", "authority", "antragsteller", "zuwendungsempfanger", "kommunen"),
    ),
    "summary": (
        *("kurzbeschreibung", "projektbeschreibung", "beschreibung", "abstract", "inhalt"),
        *("teaser", "kurztext", "about", "description", "summary", "short description"),
        *("projektinhalt", "kurzinfo", "projektinfo", "worum geht es", "worum es geht"),
    ),
    "status": (
        *("umsetzungsstand", "bearbeitungsstand", "projektstatus", "projektstand", "status"),
        *("project status", "stand der umsetzung", "reifegrad", "projektphase", "stage"),
    ),
    "field": (
        *("handlungsfeld", "themenfeld", "kategorie", "bereich", "cluster", "track", "category"),
        *("industry", "themenbereich", "rubrik", "topic"),
    ),
    "links": (
        *("website", "webseite", "internet", "internetseite", "homepage", "url", "link", "links"),
        *("repository", "web", "www", "webadresse", "projektseite", "projektwebsite"),
    ),
    "person": (
        *("ansprechperson", "ansprechpartner", "ansprechpartnerin", "ansprechpartner in"),
        *("ansprechpartnerinnen", "kontaktperson", "kontakt", "contact name", "contact person"),
        *("contact", "speaker", "presenter", "referent", "referentin", "vortragende"),
        *("name ansprechperson", "name ansprechpartner", "ansprechperson name", "ap", "asp"),
        *("kontakt vor ort", "gesprachspartner", "gesprachspartnerin", "gesprachspartnerinnen"),
        *("projektleitung", "projektleiter", "projektleiterin", "project lead", "project manager"),
        *("standbetreuung", "standpersonal", "standteam", "representative", "referenten"),
        *("name vorname", "vorname name", "vor und nachname", "vor und zuname", "wer"),
    ),
    "function": ("funktion", "position", "rolle", "amt", "job title", "dienststelle", "function"),
    "email": ("e mail", "email", "mail", "contact email", "e mail adresse", "mailadresse"),
    "phone": (
        *("telefon", "telefonnummer", "tel", "tel nr", "rufnummer", "durchwahl", "phone"),
        *("contact phone", "phone number", "mobil", "mobiltelefon", "handy", "mobile phone"),
        *("mobile", "telefon mobil", "fon", "rufnr", "telephone"),
    ),
    "role": ("zustandigkeit", "zustandig fur", "kontaktart", "contact role", "responsible for"),
    "pitch": (
        *("pitch zeit", "pitchzeit", "pitch", "pitch beginn", "pitch start", "uhrzeit", "zeit"),
        *("beginn", "start", "time start", "start time", "time", "vortragszeit", "startzeit"),
        *("zeitslot", "slot", "time slot", "timeslot", "vortrag", "prasentation", "presentation"),
        *("uhr", "talk"),
    ),
    "minutes": ("dauer", "minuten", "duration", "dauer min", "dauer minuten", "minutes", "min"),
}
"""As lists call it, the surest names first; as `plain` writes them."""

_PARTS_OF_A_NAME = {
    "anrede": "salutation",
    "salutation": "salutation",
    "akad titel": "degree",
    "akademischer titel": "degree",
    "vorname": "first",
    "first name": "first",
    "nachname": "last",
    "familienname": "last",
    "last name": "last",
    "surname": "last",
}
_NOTHING_OF_OURS = re.compile(r"fax\b|faxnummer")
"""What a word below would take for something else."""
_WORDS: Sequence[tuple[str, str]] = (
    (r"mail\b|e mail|email|mailadresse", "email"),
    (r"^tel|telefon|durchwahl|handy|\bmobil|phone", "phone"),
    (r"kurzbeschr|beschreibung|abstract", "summary"),
    (r"\b(stand|tisch|booth|table)\b.*\b(nr|nummer|no|number)\b", "label"),
    (r"ansprech|kontaktperson|contact (name|person)|gesprachspartner|verantwortlich", "person"),
    (r"dauer|minuten", "minutes"),
    (r"^projekt|^project", "project"),
    (r"funktion|position\b|job title", "function"),
    (r"\bpitch", "pitch"),
    (r"handlungsfeld|themenfeld|kategorie", "field"),
    (r"website|webseite|homepage|\burl\b|internet", "links"),
    (r"^halle|^raum|^etage|^saal", "place"),
    (r"partner|kommune|institution|organisation|trager", "partner"),
    (r"umsetzungsstand|bearbeitungsstand", "status"),
)
"""For longer names, by a word in them."""
_JOINED = frozenset({"place"})
"""Several columns of these are one: hall, floor and room."""
_RUNNING = frozenset(
    {"nr", "nummer", "no", "number", "lfd nr", "lfdnr", "lfd nummer"}
    | {"laufende nr", "laufende nummer"}
)
"""Beside a column that names the stand they number the rows."""
_OF_A_REGISTRATION = re.compile(
    r"angemeldet|abgemeldet|bestatigt|zugesagt|abgesagt|confirmed|registered|eingeladen|warteliste"
)
_ADDRESS = re.compile(r".+@.+\..+")
_LOOKED_AT = 30
"""So many rows may stand above the header."""


@dataclass(frozen=True)
class Columns:
    """The header of a sheet."""

    row: int
    """Its number."""
    names: tuple[str, ...]
    """As the list has them, each once: a second "Telefon" is "Telefon (2)"."""
    meanings: tuple[str | None, ...]
    """Of each column a field, a part of a person's name, or None."""
    unclear: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By field the columns of which each could be it: somebody must say."""

    def told(self) -> dict[str, str | None]:
        """What each column means, as it is shown: parts of a name are the person."""
        return {
            name: "person" if meaning in _PARTS_OF_A_NAME.values() else meaning
            for name, meaning in zip(self.names, self.meanings, strict=True)
            if name
        }


def plain(name: object) -> str:
    """A column's name without what differs from list to list: case, signs, accents, brackets."""
    text = str(name or "").casefold().replace("ß", "ss")
    text = re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", text)
    text = re.sub(r"[/*]-?in(nen)?\b", "", text)
    text = unicodedata.normalize("NFD", text)
    text = "".join(
        one if one.isalnum() else " " for one in text if unicodedata.category(one) != "Mn"
    )
    return " ".join(text.split())


def find_columns(
    sheet: Sheet,
    told: Mapping[str, str] | None = None,
    remembered: Mapping[str, str] | None = None,
) -> Columns:
    """The header of a sheet and what its columns mean.

    `told`: what a person said of columns, {name: field or ""}; it decides. `remembered`: the same,
    of an earlier list: what this one does not have is left out. Refuses `list_header` when no row
    names a project and something more, and `list_column` for a name in `told` that no column has.
    """
    strictly = dict(told or {})
    said = {**(remembered or {}), **strictly}
    rows = [row for row in sheet.rows[:_LOOKED_AT] if not row.hidden]
    best = max(rows, key=lambda row: _likeness(row, said), default=None)
    if best is None or _likeness(best, said) < 2:
        raise Refused("list_header")
    names = _distinct(best.cells)
    missing = next((name for name in strictly if name not in names), None)
    if missing is not None:
        raise Refused("list_column", column=missing)
    said = {name: meaning for name, meaning in said.items() if name in names}
    below = [row for row in sheet.rows if row.number > best.number]
    meanings, unclear = _meanings(names, said, lambda place: _contents(below, place))
    return Columns(best.number, names, meanings, unclear)


def likely_names(sheet: Sheet) -> tuple[str, ...]:
    """The names of the columns, where no header was found: the row with the most words."""
    rows = [row for row in sheet.rows[:_LOOKED_AT] if not row.hidden]
    words = {row.number: sum(isinstance(cell, str) for cell in row.cells) for row in rows}
    best = max(rows, key=lambda row: words[row.number], default=None)
    return _distinct(best.cells) if best is not None else ()


def _likeness(row: Row, told: Mapping[str, str]) -> int:
    """How many fields the cells of a row name."""
    names = [cell for cell in row.cells if isinstance(cell, str)]
    found = {meaning for name in names if (meaning := told.get(name) or _by_name(plain(name)))}
    return len(found)


def _distinct(cells: Iterable[Cell]) -> tuple[str, ...]:
    names: list[str] = []
    for cell in cells:
        name = " ".join(str(cell).split()) if cell is not None else ""
        number = 2
        distinct = name
        while name and distinct in names:
            distinct = f"{name} ({number})"
            number += 1
        names.append(distinct)
    return tuple(names)


def _contents(rows: Sequence[Row], place: int) -> list[str]:
    return [
        str(row.cells[place])
        for row in rows[:200]
        if place < len(row.cells) and row.cells[place] is not None
    ]


def _by_name(name: str) -> str | None:
    """What a name means that stands alone."""
    if name in _PARTS_OF_A_NAME:
        return _PARTS_OF_A_NAME[name]
    for meaning, names in _NAMES.items():
        if name in names:
            return meaning
    if len(name) <= 60 and not _NOTHING_OF_OURS.search(name):
        for pattern, meaning in _WORDS:
            if re.search(pattern, name):
                return meaning
    return None


def _meanings(
    names: Sequence[str], told: Mapping[str, str], contents: Callable[[int], list[str]]
) -> tuple[tuple[str | None, ...], dict[str, tuple[str, ...]]]:
    plains = [re.sub(r" \d+$", "", plain(name)) if name else "" for name in names]
    meanings = [
        (told[name] or None) if name in told else _by_name(short) if short else None
        for name, short in zip(names, plains, strict=True)
    ]
    free = [place for place, name in enumerate(names) if name and name not in told]
    _by_neighbours(plains, meanings, free)
    _by_contents(plains, meanings, free, contents)
    unclear: dict[str, tuple[str, ...]] = {}
    for meaning in FIELDS:
        places = [place for place, found in enumerate(meanings) if found == meaning]
        said = [place for place in places if place not in free]
        if len(places) < 2 or meaning in _JOINED:
            continue
        chosen = said or _surest(meaning, places, plains)
        if len(chosen) > 1 and any(
            contents(place) != contents(chosen[0]) for place in chosen[1:] if contents(place)
        ):
            unclear[meaning] = tuple(names[place] for place in chosen)
        for place in places:
            if place != chosen[0]:
                meanings[place] = None
    return tuple(meanings), unclear


def _by_neighbours(plains: list[str], meanings: list[str | None], free: list[int]) -> None:
    """Some names mean what their neighbours leave to them."""
    known = set(plains)
    has_parts = "first" in meanings or "last" in meanings
    for place in free:
        others = {found for at, found in enumerate(meanings) if at != place}
        match plains[place]:
            case "titel" | "title" if has_parts and "project" in others:
                meanings[place] = "degree"
            case "name" if has_parts:
                meanings[place] = "last"
            case "name" if "project" in others:
                meanings[place] = None if "person" in others else "person"
            case "ort" if known & {"plz", "postleitzahl", "zip", "strasse", "anschrift"}:
                meanings[place] = None
            case "platz" if "label" in others:
                meanings[place] = "place"
            case "bezeichnung" | "name" | "angebot" | "losung" | "produkt" if "project" in others:
                meanings[place] = None
            case "status" if "status" in others:
                meanings[place] = None
            case "rolle" if "function" in others:
                meanings[place] = "role"
            case short if short in _RUNNING and "label" in others:
                meanings[place] = None


def _by_contents(
    plains: list[str],
    meanings: list[str | None],
    free: list[int],
    contents: Callable[[int], list[str]],
) -> None:
    """Others mean what stands in them."""
    for place in free:
        if meanings[place] == "person" and "email" not in meanings:
            values = contents(place)
            if (
                values
                and sum(bool(_ADDRESS.fullmatch(value)) for value in values) > len(values) / 2
            ):
                meanings[place] = "email"
        elif plains[place] == "status" and meanings[place] == "status":
            values = [plain(value) for value in contents(place)]
            if any(_OF_A_REGISTRATION.search(value) for value in values):
                # Whether somebody comes, not how far a project is.
                meanings[place] = None


def _surest(meaning: str, places: list[int], plains: list[str]) -> list[int]:
    """Of several columns those with the surest name; several when they have the same."""
    order = list(_NAMES[meaning])
    rank = {
        place: order.index(plains[place]) if plains[place] in order else len(order)
        for place in places
    }
    best = min(rank.values())
    return [place for place in places if rank[place] == best]
