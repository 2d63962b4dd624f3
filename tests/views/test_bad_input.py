"""What may arrive at a public form: each has its clear answer, and nothing of it is stored."""

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from exchange.access import PARTICIPANT_COOKIE, PASSES_COOKIE
from tests.support.fair import AC_ROBO, GE, ROBO, TOUR, Fair, new_key
from tests.support.pages import reader_of_all
from tests.support.windows import SAME_ORIGIN, Desk, Ear, Window

ASK = f"/s/{ROBO}/questions"

# What was typed, and the answer to it.
REFUSED = {
    "nothing": ("", 422, "empty"),
    "blanks": (" \n\t\u00a0\u3000 ", 422, "empty"),
    "zero width only": ("\u200b\u2060\ufeff", 422, "empty"),
    "ten thousand characters": ("Warum? " * 1430, 422, "too_long"),
    "ten thousand emoji": ("Warum? " + "👍" * 9993, 422, "too_long"),
    "only emoji": ("👍🏽👩‍💻🇩🇪", 422, "no_words"),
    "NUL": ("Was kostet\x00 das?", 400, "characters"),
}
# What was typed, and what is kept of it.
KEPT = {
    "right-to-left override": ("Kosten \u202egnal\u202c?", "Kosten gnal?"),
    "zero width in a word": ("Ver\u200bwal\u2060tung?", "Verwaltung?"),
    "HTML": ("<h1>Was</h1> kostet <b>das</b>?", "<h1>Was</h1> kostet <b>das</b>?"),
    "script": ("<script>alert('1')</script>", "<script>alert('1')</script>"),
    "template": ("{{ 7*7 }} {% raw %} ${7*7}", "{{ 7*7 }} {% raw %} ${7*7}"),
    "a way out of the field": ('</textarea>"><img src=x>', '</textarea>"><img src=x>'),
    "SQL": ("'; DROP TABLE questions; --", "'; DROP TABLE questions; --"),
    "per cent": ("100 %s %(number)s %d?", "100 %s %(number)s %d?"),
    "control characters": ("\x1b[31mWas kostet\x07 das?", "[31mWas kostet das?"),
    "a slide of PowerPoint": (
        "Betrieb:\x0bWer zahlt?\x0cWer hilft?",
        "Betrieb:\nWer zahlt?\nWer hilft?",
    ),
    "Windows taken for Latin": ("Was hei\u00dft \x84offen\x93?", "Was heißt „offen“?"),
    "dictation": ("Was \ufffckostet das?", "Was kostet das?"),
    "lost letters": ("Was kostet\ufffd das?", "Was kostet das?"),
    "loose accents": ("Ko\u0308nnen wir?", "Können wir?"),
}


def clear(answer: Any) -> tuple[int, str]:
    """Status and word of a refusal that a program can read and a person can act on."""
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"error", "message"}
    assert re.fullmatch(r"[A-ZÄÖÜ].{9,}\.?", answer.json["message"])
    assert "Traceback" not in answer.text
    return answer.status_code, answer.json["error"]


def field(page: str) -> str:
    """What stands in the question field, or was given back beside a refusal."""
    found = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert found
    # Browsers drop the first line break of a field.
    return unescape(found[0]).removeprefix("\n")


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_and_stays_in_the_field(
    phone: Window, fair: Fair, name: str
) -> None:
    typed, status, word = REFUSED[name]
    before = fair.everything()
    assert clear(phone.send(ASK, key=new_key(), text=typed)) == (status, word)
    page = phone.post(ASK, key=new_key(), text=typed)
    assert page.status_code == status
    assert field(page.text) == typed
    assert "Traceback" not in page.text
    assert fair.everything() == before


@pytest.mark.parametrize("name", KEPT)
def test_what_can_be_taken_is_shown_as_text_everywhere(
    fair: Fair, desk: Desk, moderation: Desk, name: str
) -> None:
    typed, kept = KEPT[name]
    phone = Window(fair)
    question = phone.ask(ROBO, typed, name=typed[:80])
    assert fair.card(question).text == kept
    fair.enter("round")
    moderation.use("live", question)
    moderation.use("answer", question, answer=typed)
    for window, path in (
        (phone, f"/s/{ROBO}"),
        (phone, f"/e/{GE}"),
        (phone, "/projects/robo"),
        (desk, f"/present/{ROBO}"),
        (moderation, f"/moderate/{GE}"),
        (moderation, f"/screen/{GE}"),
    ):
        page = window.get(path).text
        assert kept in unescape(page), path
        if "<" in kept:
            assert kept not in page, path


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/json"])
@pytest.mark.parametrize(
    "body",
    [
        b"key=%s&text=Was+kostet+\xff\xfe",
        b"key=%s&text=%%ff%%fe",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"1",
        b'""',
        pytest.param(b"[" * 60_000, id="brackets"),
    ],
)
def test_what_is_no_text_at_all(phone: Window, fair: Fair, kind: str, body: bytes) -> None:
    sent = body.replace(b"%s", new_key().encode()).replace(b"%%", b"%")
    before = fair.everything()
    answer = phone.client.post(
        ASK, data=sent, content_type=kind, headers=SAME_ORIGIN | {"Accept": "application/json"}
    )
    status, word = clear(answer)
    assert (status, word) in {(400, "characters"), (400, "unreadable"), (400, "key")}
    assert fair.everything() == before


@pytest.mark.parametrize("value", [["a"], {"a": 1}, 1.5, "\ud800", "\ud83d\udca9\udca9", "a\x00b"])
@pytest.mark.parametrize("name", ["key", "text", "facet", "name"])
def test_json_of_the_wrong_kind(phone: Window, fair: Fair, name: str, value: object) -> None:
    body = {"key": new_key(), "text": "Was kostet es?"} | {name: value}
    before = fair.everything()
    answer = phone.client.post(ASK, json=body, headers=SAME_ORIGIN | {"Accept": "application/json"})
    status, word = clear(answer)
    assert status in (400, 422)
    assert word in {"key", "facet", "characters", "unreadable"}
    assert fair.everything() == before


def test_invalid_utf8_in_a_form_gives_the_text_back(phone: Window, fair: Fair) -> None:
    page = phone.client.post(
        ASK,
        data=b"key=" + new_key().encode() + b"&text=Was+kostet+%ff+das",
        content_type="application/x-www-form-urlencoded",
        headers=SAME_ORIGIN,
    )
    assert page.status_code == 400
    assert "Was kostet" in field(page.text)
    assert fair.cards() == []


def test_another_encoding_in_a_multipart_form_loses_no_letter(phone: Window, fair: Fair) -> None:
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % part
        for part in ((b"key", new_key().encode()), (b"text", "Für Köln?".encode("latin-1")))
    )
    answer = phone.client.post(
        ASK,
        data=body + b"--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers=SAME_ORIGIN | {"Accept": "application/json"},
    )
    assert clear(answer) == (400, "characters")
    assert fair.cards() == []


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data\r\n"]
)
def test_a_form_that_was_cut_off(phone: Window, fair: Fair, body: bytes) -> None:
    answer = phone.client.post(
        ASK,
        data=body,
        content_type="multipart/form-data; boundary=x",
        headers=SAME_ORIGIN | {"Accept": "application/json"},
    )
    assert answer.status_code == 400
    assert fair.cards() == []


def test_a_form_with_thousands_of_fields(phone: Window, fair: Fair) -> None:
    answer = phone.client.post(
        ASK,
        data={f"f{n}": "x" for n in range(3000)},
        headers=SAME_ORIGIN | {"Accept": "application/json"},
    )
    assert answer.status_code in (400, 413)
    many = phone.client.post(
        ASK,
        data={f"f{n}": "x" for n in range(1500)},
        content_type="multipart/form-data",
        headers=SAME_ORIGIN | {"Accept": "application/json"},
    )
    assert clear(many)[0] == 413
    assert fair.cards() == []


@pytest.mark.parametrize("field_name", ["answer", "reason", "text", "value"])
def test_what_staff_typed_is_given_back_with_the_refusal(
    moderation: Desk, fair: Fair, field_name: str
) -> None:
    question = fair.ask()
    verb = {"answer": "answer", "reason": "decline", "text": "redact"}.get(field_name)
    path = f"questions/{question}/{verb}" if verb else "message"
    page = moderation.post(f"/moderate/{GE}/{path}", **{field_name: "Ein <Text>\x00 von mir"})
    assert page.status_code in (400, 409)
    assert "Ein &lt;Text&gt;" in page.text


def test_a_stand_of_another_event_takes_no_question_of_this_one(
    moderation: Desk, fair: Fair
) -> None:
    answer = moderation.send(
        f"/moderate/{GE}/questions", key=new_key(), text="Wer pflegt das?", stand=AC_ROBO
    )
    assert clear(answer) == (422, "stand")
    assert fair.cards("AC") == fair.cards(GE) == []


def test_a_wrong_method_says_which_are_right(phone: Window) -> None:
    answer = phone.client.get(ASK, headers={"Accept": "application/json"})
    assert clear(answer) == (405, "method")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_refusal_speaks_the_readers_language(phone: Window, lang: str) -> None:
    answer = phone.client.post(
        ASK,
        data={"key": new_key(), "text": ""},
        headers=SAME_ORIGIN | {"Accept": "application/json", "Accept-Language": lang},
    )
    assert answer.json
    assert ("Bitte" in answer.json["message"]) is (lang == "de")


def test_a_header_that_is_nonsense_is_no_accident(phone: Window) -> None:
    for headers in (
        {"Accept-Language": "\x80;q=x,,,;;"},
        {"Accept": "no/such, */*;q=nonsense"},
        {"If-None-Match": '"' * 500},
        {"Cookie": "exchange_participant=%ff; exchange_passes=....; exchange_lang=xx"},
        {"Accept-Encoding": "br;q=9, *;q=-1"},
        {"Range": "bytes=9-1"},
    ):
        assert phone.client.get(f"/s/{ROBO}", headers=headers).status_code == 200


def test_a_secret_of_a_pass_that_no_table_can_number_opens_nothing(phone: Window) -> None:
    assert phone.send("/pass", secret="_" * 21 + "A").status_code == 403
    phone.client.set_cookie("exchange_passes", "_" * 21 + "A")
    assert phone.get(f"/s/{ROBO}").status_code == 200


def test_a_code_that_no_column_can_hold_is_not_there(
    phone: Window, listen: Callable[..., Ear]
) -> None:
    assert phone.get("/s/%00").status_code == 404
    ear = listen("stand", ROBO)
    told = ear.say("watch", {"room": "stand", "code": "a\x00"})
    assert told == {"ok": False, "error": "unknown"}


NUL = "a\x00b"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (f"/organise/{GE}/swap", "first"),
        (f"/organise/{GE}/swap", "second"),
        (f"/organise/{GE}/entries", "project"),
        (f"/organise/{GE}/stands", "project"),
        (f"/organise/series/{TOUR}/events/new", "copy"),
        (f"/organise/series/{TOUR}/questions", "recht"),
        (f"/moderate/{GE}/questions/1/assign", "stand"),
        (ASK, "municipality"),
        (ASK, "facet"),
        ("/pass", "secret"),
    ],
)
@pytest.mark.parametrize("kind", ["form", "json", "multipart"])
def test_no_form_takes_what_postgresql_cannot_hold(
    fair: Fair, path: str, name: str, kind: str
) -> None:
    fair.ask()
    window = reader_of_all(fair)
    before = fair.everything()
    fields = {"key": new_key(), "version": "1", "city": "Marl", "label": "7", "do": "take"}
    fields |= {name: NUL}
    headers = SAME_ORIGIN | {"Accept": "application/json"}
    if kind == "json":
        answer = window.client.post(path, json=fields, headers=headers)
    else:
        form = {"multipart": "multipart/form-data", "form": None}[kind]
        answer = window.client.post(path, data=fields, headers=headers, content_type=form)
    assert clear(answer) == (400, "characters")
    assert fair.everything() == before


@pytest.mark.parametrize(
    "address",
    [
        f"/e/{GE}?q={{}}",
        "/?code={}",
        f"/s/{ROBO}?list={{}}&after={{}}",
        f"/organise/{GE}/stands?q={{}}&from={{}}",
        f"/organise/{GE}/sheets?stand={{}}",
        f"/organise/series/{TOUR}/events/new?copy={{}}",
        f"/organise/{GE}/import/{{}}",
        f"/organise/series/{TOUR}{{}}/settings",
        f"/s/{ROBO}{{}}",
        "/projects/robo{}",
        "/projects/robo{}.vcf",
    ],
)
def test_no_address_fails_for_what_postgresql_cannot_hold(fair: Fair, address: str) -> None:
    answer = reader_of_all(fair).get(address.replace("{}", "a%00b"))
    assert answer.status_code in (200, 403, 404, 422)


def test_no_cookie_and_no_socket_fails_for_it(fair: Fair, listen: Callable[..., Ear]) -> None:
    cookies = "; ".join(f'{name}="a\\000b"' for name in (PARTICIPANT_COOKIE, PASSES_COOKIE))
    for path, status in ((f"/s/{ROBO}", 200), ("/organise", 403)):
        assert Window(fair).get(path, Cookie=cookies).status_code == status
    ear = listen("event", GE, lang=NUL)
    for room in ("stand", "desk", "moderate", "event", "screen", "mine", "organise", NUL):
        told = ear.socket.emit("watch", {"room": room, "code": NUL}, callback=True)
        assert told == {"ok": False, "error": "unknown"}


def test_the_name_of_a_file_may_hold_it(fair: Fair, organiser: Window) -> None:
    def sent(page: str, content: str) -> TestResponse:
        file = (BytesIO(content.encode()), f"{NUL}.csv")
        return organiser.client.post(
            f"/organise/{GE}/{page}",
            data={"file": file, "mode": "add"},
            headers=SAME_ORIGIN,
            content_type="multipart/form-data",
        )

    answer = sent("import", "Stand;Projekt\n9;Neu\n")
    assert answer.status_code == 303
    assert organiser.get(answer.headers["Location"]).status_code == 200
    assert sent("registered", "Kommune\nStadt Waltrop\n").status_code == 200
