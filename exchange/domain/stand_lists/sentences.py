"""What an organiser reads about a cell that must be looked at."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from exchange.domain.stand_lists.cells import LIMITS, Problem
from exchange.sentences import isolated

NAMES: Mapping[str, LazyString] = {
    "label": _l("Standnummer"),
    "place": _l("Ort"),
    "project": _l("Projekt"),
    "key": _l("Kürzel"),
    "partner": _l("Partner"),
    "summary": _l("Kurzbeschreibung"),
    "status": _l("Umsetzungsstand"),
    "field": _l("Handlungsfeld"),
    "links": _l("Links"),
    "person": _l("Ansprechperson"),
    "function": _l("Funktion"),
    "email": _l("E-Mail"),
    "phone": _l("Telefon"),
    "role": _l("Zuständig für"),
    "pitch": _l("Pitch-Zeit"),
    "minutes": _l("Minuten"),
}
"""The fields of a list, as people call them."""

ACTION: Mapping[str, LazyString] = {
    "new": _l("neu"),
    "changed": _l("geändert"),
    "same": _l("unverändert"),
    "moved": _l("zieht um"),
    "refused": _l("abgelehnt"),
}
"""What a row does."""

REMARK: Mapping[str, LazyString] = {
    "phone_number": _l(
        "Die Telefonnummer stand als Zahl in der Tabelle; die führende Null wurde ergänzt."
    ),
}
"""What was put right in a cell and should be looked at."""

_SENTENCES: Mapping[str, LazyString] = {
    "missing": _l("Hier fehlt: %(name)s."),
    "label_twice": _l(
        "Stand %(found)s steht schon in Zeile %(row)s, mit einem anderen Projekt. Bitte geben Sie"
        " einem von beiden eine andere Nummer."
    ),
    "label_date": _l(
        "Aus der Standnummer hat die Tabelle ein Datum gemacht (%(found)s). Gemeint war vermutlich"
        " %(meant)s. Bitte formatieren Sie die Spalte als Text."
    ),
    "label_number": _l(
        "Die Standnummer %(found)s ist eine Zahl mit Komma. Gemeint war vermutlich %(meant)s. Bitte"
        " formatieren Sie die Spalte als Text."
    ),
    "label_odd": _l("„%(found)s“ ist keine Standnummer."),
    "time": _l("„%(found)s“ ist keine Uhrzeit. Bitte schreiben Sie sie wie 10:05."),
    "time_date": _l(
        "Aus der Uhrzeit hat die Tabelle ein Datum gemacht (%(found)s). Gemeint war vermutlich"
        " %(meant)s. Bitte schreiben Sie sie wie 10:05."
    ),
    "time_number": _l(
        "%(found)s ist eine Zahl und keine Uhrzeit. Gemeint war vermutlich %(meant)s. Bitte"
        " schreiben Sie sie wie 10:05."
    ),
    "minutes": _l("„%(found)s“ ist keine Dauer in Minuten von 1 bis 240."),
    "phone": _l("„%(found)s“ ist keine Telefonnummer. Bitte nennen Sie eine, und nur eine."),
    "email": _l("„%(found)s“ ist keine E-Mail-Adresse. Bitte nennen Sie eine, und nur eine."),
    "link": _l("„%(found)s“ ist keine Adresse im Internet. Bitte schreiben Sie sie mit https://."),
    "role": _l(
        "„%(found)s“ sagt nicht, wofür jemand zuständig ist. Möglich sind: fachlich, technisch,"
        " Nachnutzung und Vertrag."
    ),
    "too_long": _l(
        "%(name)s ist zu lang: höchstens %(limit)s Zeichen. Es beginnt mit „%(found)s“."
    ),
    "characters": _l("%(name)s enthält Zeichen, die nicht angezeigt werden können."),
    "label_reserved": _l(
        "Die Standnummer 0 ist für „Allgemein“ vergeben: für Fragen, die zu keinem einzelnen"
        " Projekt gehören. Bitte geben Sie diesem Projekt eine andere."
    ),
    "key_taken": _l(
        "Das Kürzel „%(found)s“ hat schon ein anderes Projekt: „%(meant)s“. Bitte geben Sie einem"
        " von beiden ein anderes."
    ),
    "contradicts": _l(
        "Zeile %(row)s gehört zum selben Projekt und sagt zu „%(name)s“ etwas anderes als"
        " „%(found)s“. Bitte gleichen Sie beide an."
    ),
    "answer": _l("„%(found)s“ kann hier nicht gemeint sein."),
    "asked_renamed": _l(
        "An Stand %(meant)s steht „%(found)s“. Heißt dieses Projekt jetzt anders, oder kommt ein"
        " anderes an seine Stelle?"
    ),
    "asked_which": _l("Mehrere Projekte könnten gemeint sein: %(found)s."),
    "asked_partner": _l(
        "Ein Projekt mit diesem Titel steht schon an Stand %(meant)s, von einem anderen Partner."
        " Ist es dasselbe?"
    ),
    "asked_gone": _l(
        "Stand %(meant)s, „%(found)s“, ist vom selben Partner, fehlt in der Liste und hat schon"
        " Fragen. Heißt das Projekt jetzt anders und zieht um, oder ist dies ein anderes?"
    ),
    "place_taken": _l(
        "An Stand %(found)s steht „%(meant)s“, und die Liste hat dafür keinen anderen Platz. Soll"
        " es die Veranstaltung verlassen?"
    ),
    "place_asked": _l(
        "An Stand %(found)s steht „%(meant)s“, und dort wurden schon Fragen gestellt. Bitte geben"
        " Sie ihm in der Liste einen anderen Platz."
    ),
}
_WITHOUT_GUESS: Mapping[str, LazyString] = {
    "time_date": _l(
        "Aus der Uhrzeit hat die Tabelle ein Datum gemacht (%(found)s). Bitte schreiben Sie sie wie"
        " 10:05."
    ),
    "time_number": _l(
        "%(found)s ist eine Zahl und keine Uhrzeit. Bitte schreiben Sie sie wie 10:05."
    ),
}
WORDS = frozenset(_SENTENCES)


def sentence(problem: Problem) -> str:
    """A problem, in the language of whoever reads it."""
    said = _SENTENCES[problem.word]
    if not problem.meant:
        said = _WITHOUT_GUESS.get(problem.word, said)
    return str(said) % {
        "name": NAMES[problem.field],
        "found": isolated(problem.found),
        "meant": isolated(problem.meant),
        "row": problem.row,
        "limit": LIMITS.get(problem.field, 0),
    }
