"""Why a change is not allowed: a word for programs and a sentence a person can act on."""

from datetime import date

from exchange.sentences import Sentence, day, isolated
from exchange.sentences import later as _l

_SENTENCES: dict[str, Sentence] = {
    # What arrived cannot be read.
    "key": _l("Diese Nachricht konnte nicht angenommen werden. Bitte laden Sie die Seite neu."),
    "unreadable": _l("Das konnte nicht gelesen werden. Bitte laden Sie die Seite neu."),
    "characters": _l(
        "Der Text enthält Zeichen, die nicht angezeigt werden können. Bitte schreiben Sie ihn neu."
    ),
    "key_reused": _l(
        "Von hier ist eben schon etwas anderes angekommen. Wenn auch dies ankommen soll, senden Sie"
        " es bitte noch einmal."
    ),
    # What arrived can be read but not be taken.
    "empty": _l("Bitte schreiben Sie Ihre Frage in das Feld."),
    "no_words": _l("Bitte stellen Sie die Frage in Worten."),
    "too_long": _l("Das ist zu lang: höchstens %(limit)s Zeichen, es sind %(length)s."),
    "facet": _l("Diesen Aspekt gibt es nicht. Bitte wählen Sie einen aus der Liste."),
    "nothing_written": _l("Bei Frage %(number)s steht davon nichts mehr."),
    "answer_missing": _l("Für eine schriftliche Antwort fehlt noch der Text."),
    "reason_missing": _l("Bitte nennen Sie einen Grund."),
    "how": _l("Diese Art der Antwort gibt es nicht."),
    "until": _l("Bitte nennen Sie einen Tag, der nicht vergangen ist."),
    "position": _l("Diesen Platz gibt es im Ablauf nicht."),
    "head": _l("Mit dieser Frage kann nicht zusammengelegt werden."),
    "stand": _l("Diesen Stand gibt es bei dieser Veranstaltung nicht."),
    "minutes": _l("Bitte geben Sie die Dauer in Minuten an, von 1 bis 240, oder 0 für keine."),
    "phase": _l("Diese Phase gibt es nicht."),
    # Pitches.
    "pitch_time": _l("Bitte geben Sie eine Uhrzeit an, etwa 10:30."),
    "pitch_minutes": _l("Bitte geben Sie die Dauer in Minuten an, von 1 bis %(most)s."),
    "pitch_pause": _l("Bitte geben Sie die Pause in Minuten an, von 0 bis %(most)s."),
    "pitch_late": _l("So reichten die Vorstellungen über Mitternacht hinaus."),
    "pitch_place": _l("Diesen Platz gibt es in der Reihenfolge nicht."),
    "no_pitch": _l("Dort gibt es keine weitere Vorstellung."),
    # Passes.
    "pass_name": _l("Bitte geben Sie der Karte einen eigenen Namen, etwa „Tablet 2“."),
    "passes_many": _l(
        "Dieser Stand hat schon %(limit)s Karten. Bitte nehmen Sie eine davon, oder stellen Sie sie"
        " neu aus."
    ),
    "no_event": _l("Eine Veranstaltung mit dem Code %(code)s gibt es nicht."),
    "file_kind": _l("Diese Art von Datei gibt es hier nicht."),
    # A stand list.
    "list_empty": _l("Diese Liste ist leer. Bitte wählen Sie die Datei noch einmal aus."),
    "list_large": _l(
        "Diese Datei ist zu groß: höchstens %(limit)s MB. Bitte entfernen Sie Bilder."
    ),
    "list_rows": _l(
        "Diese Liste ist zu lang: höchstens %(limit)s Zeilen. Bitte teilen Sie sie auf."
    ),
    "list_kind": _l(
        "Das ist keine Tabelle. Gelesen werden Dateien von Excel und LibreOffice (XLSX, XLS, ODS)"
        " sowie CSV und TSV."
    ),
    "list_encrypted": _l(
        "Diese Datei ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort."
    ),
    "list_damaged": _l(
        "Diese Datei ist beschädigt oder nicht vollständig angekommen. Bitte öffnen Sie sie,"
        " speichern Sie sie neu und wählen Sie sie noch einmal aus."
    ),
    "list_quote": _l(
        "In Zeile %(row)s beginnt ein Anführungszeichen, das nicht endet: Die Zeilen danach wären"
        " verloren. Bitte berichtigen Sie diese Zeile."
    ),
    "list_header": _l(
        "In dieser Tabelle ist keine Zeile mit Überschriften zu finden. Gebraucht werden mindestens"
        " zwei, etwa „Stand“ und „Projekt“."
    ),
    "list_sheet": _l("Ein Blatt „%(sheet)s“ hat diese Datei nicht."),
    "list_column": _l("Eine Spalte „%(column)s“ hat diese Liste nicht."),
    # What an organiser sets up.
    "missing": _l("Bitte füllen Sie dieses Feld aus."),
    "label": _l("Bitte nennen Sie den Stand mit Buchstaben oder Ziffern, etwa 7, A-12 oder Foyer."),
    "label_reserved": _l(
        "Die 0 gehört dem Stand „Allgemein“. Bitte geben Sie diesem Stand eine andere Nummer."
    ),
    "label_taken": _l(
        "Stand %(label)s gibt es schon: „%(project)s“. Bitte nehmen Sie eine andere Nummer, oder"
        " tauschen Sie die beiden Stände."
    ),
    "general": _l("Der Stand „Allgemein“ gehört zu jeder Veranstaltung und bleibt, wie er ist."),
    "project": _l("Dieses Projekt gibt es in dieser Reihe nicht."),
    "project_key_taken": _l("Das Kürzel „%(key)s“ hat schon ein anderes Projekt: „%(project)s“."),
    "project_shown": _l(
        "Dieses Projekt steht noch in %(city)s an Stand %(label)s. Bitte nehmen Sie es dort zuerst"
        " heraus."
    ),
    "archived": _l("Das wurde archiviert. Bitte holen Sie es zuerst zurück."),
    "link": _l(
        "Das ist keine Adresse einer Seite: „%(link)s“. Eine sieht etwa so aus: www.stadt.de."
    ),
    "contact": _l("Bitte nennen Sie eine Funktion oder eine Person."),
    "function": _l("Wenn der Name nicht gezeigt wird, braucht es eine Funktion."),
    "email": _l("Das ist keine E-Mail-Adresse. Eine sieht etwa so aus: name@stadt.de."),
    "phone": _l("Das ist keine Telefonnummer. Eine sieht etwa so aus: 0209 169-0."),
    "date": _l("Bitte nennen Sie den Tag in der Form 9.12.2026."),
    "time": _l("Bitte nennen Sie die Uhrzeit in der Form 14:30."),
    "closes": _l("Das Ende liegt nicht nach dem Beginn."),
    "number": _l("Bitte nennen Sie eine Zahl von %(least)s bis %(most)s."),
    "owed_early": _l("Dieser Tag liegt vor der Veranstaltung am %(date)s."),
    "owed_past": _l("Dieser Tag ist schon vorbei. Bitte nennen Sie einen späteren."),
    "event_code": _l(
        "Ein Kürzel hat 2 bis 12 Buchstaben und Ziffern, mindestens einen Buchstaben."
    ),
    "code": _l(
        "Als Kürzel geht „%(code)s“ nicht: Unter dieser Adresse fände es niemand. Möglich sind bis"
        " zu %(longest)s Zeichen: %(signs)s."
    ),
    "code_taken": _l("Das Kürzel %(code)s ist schon vergeben. Bitte nehmen Sie ein anderes."),
    "copy_unknown": _l("Eine Veranstaltung %(code)s gibt es in dieser Reihe nicht."),
    "event_running": _l(
        "Die Veranstaltung in %(city)s läuft. Archivieren lässt sie sich davor oder danach: in der"
        " Vorbereitung oder wenn sie abgeschlossen ist."
    ),
    "series_unknown": _l("Eine Reihe %(code)s gibt es nicht. Es gibt: %(codes)s."),
    "series_several": _l("Es gibt mehrere Reihen: %(codes)s. Bitte nennen Sie eine mit --series."),
    "series_none": _l("Es gibt noch keine Reihe."),
    "own_events": _l(
        "In dieser Reihe stehen auch eigene Veranstaltungen: %(cities)s. Sie gingen verloren."
        " Archivieren Sie sie zuerst, wenn Sie sie nicht mehr brauchen."
    ),
    "confirm": _l("Bitte schreiben Sie zur Bestätigung %(city)s."),
    "stand_gone": _l(
        "Dieser Stand gehört nicht mehr zur Veranstaltung. Ihr Text bleibt hier stehen; bitte"
        " stellen Sie die Frage dort, wo das Projekt jetzt steht."
    ),
    "list_unclear": _l(
        "Mehrere Spalten könnten „%(meaning)s“ sein: %(columns)s. Bitte sagen Sie, welche gilt."
    ),
    "list_no_project": _l(
        "In dieser Liste ist keine Spalte mit den Projekten zu finden. Bitte sagen Sie, welche es"
        " ist."
    ),
    "list_no_label": _l(
        "In dieser Liste ist keine Spalte mit den Standnummern zu finden. Bitte sagen Sie, welche"
        " es ist."
    ),
    "list_no_rows": _l("Unter den Überschriften dieser Liste steht nichts."),
    "list_field": _l("Ein Feld „%(name)s“ hat eine Standliste nicht. Möglich sind: %(fields)s."),
    "list_memory": _l(
        "Diese Liste braucht mehr Speicher, als hier für eine vorgesehen ist. Bitte teilen Sie sie"
        " auf."
    ),
    "list_time": _l(
        "Diese Liste zu lesen dauert länger als vorgesehen. Bitte teilen Sie sie auf, oder"
        " versuchen Sie es noch einmal."
    ),
    "list_gone": _l(
        "Diese Liste liegt hier nicht mehr. Bitte wählen Sie die Datei noch einmal aus."
    ),
    "list_nothing": _l("Bitte wählen Sie eine Datei aus, oder fügen Sie eine Tabelle ein."),
    "list_asked": _l(
        "So kann die Liste noch nicht übernommen werden: Bitte sehen Sie die abgelehnten Zeilen an."
    ),
    "list_stale": _l(
        "Inzwischen hat sich etwas geändert, die Liste passt nicht mehr dazu. Bitte sehen Sie sie"
        " noch einmal an."
    ),
    "list_mode": _l("Diese Art des Einlesens gibt es nicht."),
    # The rules say no.
    "not_yet": _l("Fragen können ab Beginn der Veranstaltung am %(date)s gestellt werden."),
    "closed": _l(
        "Die Veranstaltung ist beendet, Fragen werden nicht mehr angenommen."
        " Ihr Text bleibt hier stehen."
    ),
    "no_votes": _l("In dieser Phase ist „Interessiert mich auch“ nicht möglich."),
    "own": _l("Das ist Ihre eigene Frage."),
    "no_round": _l("In dieser Phase kommt keine Frage auf die Leinwand."),
    "status": _l("Frage %(number)s steht jetzt auf „%(status)s“. Von dort aus geht das nicht."),
    "published": _l(
        "Ihre Frage ist geprüft und veröffentlicht, ihr Text bleibt so."
        " Sie können sie zurückziehen und neu stellen."
    ),
    "phase_first": _l("In der Phase „%(phase)s“ geht das nicht. Die Organisation schaltet sie um."),
    "head_pending": _l(
        "Frage %(head)s ist noch nicht veröffentlicht, und mit ihr würde Frage %(number)s"
        " verschwinden. Bitte veröffentlichen Sie zuerst Frage %(head)s."
    ),
    "head_declined": _l(
        "Frage %(head)s ist abgelehnt, und mit ihr würde Frage %(number)s verschwinden."
        " Bitte öffnen Sie zuerst Frage %(head)s wieder."
    ),
    "follows": _l("Frage %(number)s folgt Frage %(head)s. Bitte tun Sie es dort."),
    "not_merged": _l("Frage %(number)s ist mit keiner anderen zusammengelegt."),
    "quicker": _l("Jemand war schneller: Frage %(number)s hat sich gerade geändert."),
    "another_live": _l("Jetzt ist eine andere Frage auf der Leinwand."),
    "built_upon": _l("Darauf folgten schon weitere Schritte; das lässt sich nicht zurücknehmen."),
    "asked": _l(
        "An Stand %(labels)s wurden schon Fragen gestellt; das lässt sich nicht zurücknehmen."
    ),
    "undone": _l("Das ist schon zurückgenommen."),
    "not_undoable": _l("Das lässt sich nicht zurücknehmen."),
    "erased": _l("Was entfernt oder zurückgezogen wurde, lässt sich nicht wiederherstellen."),
    # A project's entry.
    "prepared": _l(
        "Frage %(number)s ist vorab beantwortet: Ihr Text steht im Eintrag des Projekts und wird"
        " dort geändert."
    ),
    "entry_closed": _l(
        "Der Eintrag ist geschlossen, seit die Veranstaltung läuft. Die Organisation kann ihn"
        " wieder öffnen."
    ),
    "entry_changed": _l(
        "Dieser Vorschlag hat sich gerade geändert. Bitte sehen Sie ihn noch einmal an."
    ),
    "contacts_many": _l("Das sind zu viele Anlaufstellen: höchstens %(limit)s."),
    "no_contact": _l("Zu diesem Projekt ist zurzeit keine Anlaufstelle eingetragen."),
    # Who it is, or where from.
    "unknown": _l("Das gibt es hier nicht."),
    "origin": _l("Diese Anfrage kam von einer anderen Seite und wurde nicht angenommen."),
    "pass": _l("Diese Zugangskarte gilt nicht mehr. Bitte fragen Sie die Organisation."),
    "pass_ended": _l(
        "Diese Zugangskarte galt bis zum %(date)s. Die Organisation kann sie wieder gültig machen:"
        " Bitte fragen Sie dort."
    ),
    "pass_bound": _l(
        "Diese Zugangskarte gilt nur in dem Browser, der ihren Link zuerst geöffnet hat. War es"
        " dieser, öffnen Sie den Link bitte noch einmal; war es ein anderer, gibt die Organisation"
        " die Karte wieder frei."
    ),
    "not_yours": _l("Dafür brauchen Sie die passende Zugangskarte."),
    "no_cookies": _l(
        "Ihr Browser speichert keine Cookies, darum zählt „Interessiert mich auch“ hier nicht."
        " Bitte erlauben Sie Cookies für diese Seite, und laden Sie sie neu."
    ),
    "no_participant": _l("An diesem Gerät wurde hier noch nichts gefragt."),
    "slow_down": _l(
        "Sie haben gerade viele Fragen hintereinander gestellt. Weiter geht es in %(seconds)s s."
    ),
    "not_published": _l(
        "Das Protokoll wird nach dem Ende der Veranstaltung veröffentlicht. Die Fragen der Stände"
        " können Sie jetzt schon lesen."
    ),
    "busy": _l("Das geht im Augenblick nicht, voraussichtlich aber in %(seconds)s s wieder."),
    "broken": _l("Hier ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal."),
    "too_large": _l("Das ist zu groß. Bitte kürzen Sie den Text."),
    "long_address": _l(
        "Diese Adresse ist zu lang. Bitte geben Sie den Code ein, der am Stand unter dem QR-Code"
        " steht."
    ),
    "headers": _l(
        "Ihr Browser schickt mehr mit, als hier angenommen wird. Bitte löschen Sie die Cookies"
        " dieser Seite und versuchen Sie es noch einmal."
    ),
    "type": _l("In dieser Form kann die Nachricht nicht angenommen werden."),
    "method": _l("So kann diese Adresse nicht benutzt werden."),
    "address": _l("Diese Seite hat eine andere Adresse: %(url)s"),
}

_OTHER_SENTENCES: dict[str, Sentence] = {
    # `slow_down`, when it is not the reader who was quick.
    "crowd": _l(
        "Gerade schreiben hier sehr viele zum ersten Mal. Weiter geht es in %(seconds)s s, oder"
        " fragen Sie direkt am Stand."
    ),
    "hall": _l("Gerade ist hier sehr viel los. Weiter geht es in %(seconds)s s."),
    "wrong_passes": _l(
        "Von hier kamen gerade viele Zugangskarten, die nichts öffnen. Weiter geht es in"
        " %(seconds)s s."
    ),
    # `not_yours`, for a browser that holds no pass at all, and for one that has just opened one.
    "no_pass": _l(
        "Dafür brauchen Sie die passende Zugangskarte. Haben Sie Ihre hier eben erst geöffnet? Dann"
        " liegt es daran: Ihr Browser speichert keine Cookies. Bitte erlauben Sie Cookies für diese"
        " Seite, und öffnen Sie den Link der Karte noch einmal."
    ),
    "pass_not_kept": _l(
        "Ihre Zugangskarte gilt, aber Ihr Browser speichert keine Cookies und vergisst sie sofort"
        " wieder. Bitte erlauben Sie Cookies für diese Seite, und öffnen Sie den Link der Karte"
        " noch einmal."
    ),
    # `not_yours`, for who wants to change a question.
    "not_asker": _l(
        "Ändern und zurückziehen lässt sich eine Frage nur mit dem Browser, in dem sie gestellt"
        " wurde, solange er seine Cookies behält."
    ),
    # `not_yet`, while the day is not settled.
    "no_day": _l("Fragen können ab Beginn der Veranstaltung gestellt werden."),
    # `own_events`, where there is one.
    "own_event": _l(
        "In dieser Reihe steht auch eine eigene Veranstaltung: %(cities)s. Sie ginge verloren."
        " Archivieren Sie sie zuerst, wenn Sie sie nicht mehr brauchen."
    ),
    # `label_taken`, by a stand without a project.
    "label_taken_bare": _l("Stand %(label)s gibt es schon. Bitte nehmen Sie eine andere Nummer."),
    # `asked`, where a stand is to show another project.
    "asked_of_project": _l(
        "An diesem Stand wurde schon gefragt, und die Fragen gehören zu seinem Projekt. Legen Sie"
        " für ein anderes Projekt bitte einen neuen Stand an."
    ),
    # `archived`, of a stand's project.
    "archived_project": _l(
        "Das Projekt „%(project)s“ wurde archiviert. Bitte holen Sie es zuerst zurück."
    ),
    # `no_votes`, where the event does without.
    "no_me_too": _l("„Interessiert mich auch“ ist bei dieser Veranstaltung ausgeschaltet."),
    # `list_header`, in a list of municipalities that registered.
    "registered_header": _l(
        "In dieser Liste ist keine Spalte „Kommune“ zu finden. Bitte geben Sie der Spalte mit den"
        " Kommunen diese Überschrift."
    ),
    # `too_long` and `characters`, in a field beside that of the question.
    "municipality_too_long": _l(
        "Der Name der Kommune ist zu lang: höchstens %(limit)s Zeichen, es sind %(length)s."
    ),
    "municipality_characters": _l(
        "Der Name der Kommune enthält Zeichen, die nicht angezeigt werden können. Bitte schreiben"
        " Sie ihn neu."
    ),
    # `list_large`, when the file itself is small.
    "list_unpacked": _l(
        "Ausgepackt ist diese Datei zu groß: höchstens %(limit)s MB. Bitte speichern Sie die"
        " Tabelle ohne Bilder in eine neue Datei."
    ),
}

_DETAILS: dict[str, dict[str, object]] = {"busy": {"seconds": 5}}
"""What a sentence says as long as nobody knows better: a database that is away names no time."""

WORDS = frozenset(_SENTENCES)


class Refused(Exception):
    """The rules say no. `word` is for programs, `message` is the sentence for the reader.

    `details` are plain values: the sentence is made where it is read. `sentence`: the name of
    another one than the word's own.
    """

    def __init__(
        self, word: str, *, field: str | None = None, sentence: str = "", **details: object
    ) -> None:
        super().__init__(word)
        self.word = word
        self.field = field
        self.sentence = sentence
        self.details = _DETAILS.get(word, {}) | details

    @property
    def message(self) -> str:
        """The sentence, in the language of whoever reads it; days in its form."""
        details = {
            name: day(value) if isinstance(value, date) else isolated(str(value))
            for name, value in self.details.items()
        }
        own = _OTHER_SENTENCES.get(self.sentence) or _SENTENCES[self.word]
        return str(own) % details
