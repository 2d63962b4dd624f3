"""Passes, and what each of them opens: every address, every role."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask

from exchange.access import PASSES_COOKIE
from exchange.domain import passes
from tests.support.fair import (
    AC,
    AC_ROBO,
    BAU,
    ELSEWHERE,
    GE,
    KEY,
    OTHER_TOUR,
    ROBO,
    TOUR,
    Fair,
    new_key,
)
from tests.support.windows import Window

# Every address, who may open it, and how it is asked for. {q}: a question at the first stand.
# Whoever is not named gets 403; everybody means nobody needs a pass.
EVERYBODY = "everybody"
ADDRESSES = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/e/GE"): EVERYBODY,
    ("GET", "/e/GE/qr.svg"): EVERYBODY,
    ("GET", "/e/GE/minutes"): EVERYBODY,
    ("GET", "/s/ROBO"): EVERYBODY,
    ("GET", "/s/ROBO/qr.svg"): EVERYBODY,
    ("POST", "/s/ROBO/questions"): EVERYBODY,
    ("PUT", "/questions/{q}/me-too"): EVERYBODY,
    ("POST", "/questions/{q}/edit"): "asker",
    ("POST", "/questions/{q}/withdraw"): "asker",
    ("GET", "/projects/robo"): EVERYBODY,
    ("GET", "/S/ROBO"): EVERYBODY,
    ("GET", "/pass"): EVERYBODY,
    ("GET", "/pass%23AAAAAAAAAAAAAAAAAAAAAA"): EVERYBODY,
    ("POST", "/pass"): "nobody without a secret",
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/healthz/alive"): EVERYBODY,
    ("GET", "/present/ROBO"): "presenter",
    ("POST", "/present/ROBO/questions"): "presenter",
    ("GET", "/present/ROBO/questions/1"): "presenter",
    ("POST", "/present/ROBO/questions/{q}/shortlist"): "presenter",
    ("POST", "/present/ROBO/undo"): "presenter",
    ("GET", "/moderate/GE"): "moderator",
    ("POST", "/moderate/GE/questions"): "moderator",
    ("GET", "/moderate/GE/questions/1"): "moderator",
    ("POST", "/moderate/GE/questions/{q}/shortlist"): "moderator",
    ("POST", "/moderate/GE/undo"): "moderator",
    ("POST", "/moderate/GE/message"): "moderator",
    ("POST", "/moderate/GE/pitch"): "moderator",
    ("GET", "/screen/GE"): "screen, moderator",
    ("GET", "/organise"): "organiser, organiser of another tour",
    ("POST", "/organise/series"): "organiser, organiser of another tour",
    ("GET", "/organise/series/tour/settings"): "organiser",
    ("POST", "/organise/series/tour/settings"): "organiser",
    ("POST", "/organise/series/tour/archive"): "organiser",
    ("POST", "/organise/series/tour/remove-demo"): "organiser",
    ("POST", "/organise/series/tour/undo"): "organiser",
    ("GET", "/organise/series/tour/events/new"): "organiser",
    ("POST", "/organise/series/tour/events/new"): "organiser",
    ("GET", "/organise/series/tour/projects"): "organiser",
    ("POST", "/organise/series/tour/projects"): "organiser",
    ("GET", "/organise/projects/robo"): "organiser",
    ("POST", "/organise/projects/robo"): "organiser",
    ("POST", "/organise/projects/robo/archive"): "organiser",
    ("POST", "/organise/projects/robo/contacts"): "organiser",
    ("POST", "/organise/projects/robo/contacts/1/up"): "organiser",
    ("GET", "/organise/GE"): "organiser",
    ("GET", "/organise/GE/settings"): "organiser",
    ("POST", "/organise/GE/settings"): "organiser",
    ("POST", "/organise/GE/archive"): "organiser",
    ("GET", "/organise/GE/stands"): "organiser",
    ("POST", "/organise/GE/stands"): "organiser",
    ("POST", "/organise/GE/swap"): "organiser",
    ("GET", "/organise/GE/stands/ROBO"): "organiser",
    ("POST", "/organise/GE/stands/ROBO"): "organiser",
    ("POST", "/organise/GE/stands/ROBO/restore"): "organiser",
    ("POST", "/organise/GE/sheets/printed"): "organiser",
    ("POST", "/organise/GE/undo"): "organiser",
    ("GET", "/organise/GE/import"): "organiser",
    ("POST", "/organise/GE/import"): "organiser",
    ("GET", "/organise/GE/import/0123456789abcdef"): "organiser",
    ("GET", "/organise/GE/import/0123456789abcdef/progress"): "organiser",
    ("POST", "/organise/GE/import/0123456789abcdef"): "organiser",
    ("POST", "/organise/GE/import/0123456789abcdef/apply"): "organiser",
    ("POST", "/organise/GE/import/0123456789abcdef/discard"): "organiser",
    ("GET", "/organise/GE/live"): "organiser",
    ("GET", "/organise/GE/registered"): "organiser",
    ("POST", "/organise/GE/registered"): "organiser",
    ("POST", "/organise/GE/registered/clear"): "organiser",
    ("GET", "/e/GE/municipalities"): EVERYBODY,
    ("POST", "/organise/GE/phase"): "organiser",
    ("POST", "/organise/GE/moderation"): "organiser",
    ("GET", "/organise/GE/sheets"): "organiser",
    ("GET", "/organise/GE/pitches"): "organiser",
    ("POST", "/organise/GE/pitches"): "organiser",
    ("POST", "/organise/GE/pitches/ROBO/time"): "organiser",
    ("POST", "/organise/GE/pitches/ROBO/move"): "organiser",
    ("POST", "/organise/GE/pitches/call"): "organiser",
    ("GET", "/organise/GE/passes"): "organiser",
    ("POST", "/organise/GE/passes/add"): "organiser",
    ("POST", "/organise/GE/passes/restore-all"): "organiser",
    ("GET", "/organise/GE/passes/hand-out"): "organiser",
    ("POST", "/organise/GE/passes/hand-out"): "organiser",
    ("GET", "/organise/passes/{p}/qr.svg"): "organiser",
    ("POST", "/organise/passes/{p}/rotate"): "organiser",
    ("GET", "/projects/robo.vcf"): EVERYBODY,
    ("GET", "/present/ROBO/entry"): "presenter",
    ("POST", "/present/ROBO/entry"): "presenter",
    ("GET", "/contact/robo"): "contact",
    ("POST", "/contact/robo"): "contact",
    ("GET", "/organise/GE/entries"): "organiser",
    ("POST", "/organise/GE/entries"): "organiser",
    ("POST", "/organise/GE/entries/open"): "organiser",
    ("GET", "/organise/series/tour/questions"): "organiser",
    ("POST", "/organise/series/tour/questions"): "organiser",
    # Last: who logs out holds nothing any more.
    ("POST", "/pass/leave"): EVERYBODY,
}
# What each role of our fair holds, and its counterparts next door, who may nothing here.
HOLDERS = {
    "presenter": ("presenter", ROBO),
    "moderator": ("moderator", GE),
    "screen": ("screen", GE),
    "organiser": ("organiser", TOUR),
    "contact": ("contact", "robo"),
    "asker": None,
    "attendee": None,
    "presenter next door": ("presenter", BAU),
    "presenter in the next city": ("presenter", AC_ROBO),
    "moderator in the next city": ("moderator", AC),
    "contact of another project": ("contact", "bau"),
    "screen in the next city": ("screen", AC),
    "moderator of another tour": ("moderator", ELSEWHERE),
    "organiser of another tour": ("organiser", OTHER_TOUR),
}


def test_every_route_is_in_the_table_of_passes(app: Flask) -> None:
    adapter = app.url_map.bind("localhost:5000")
    listed = {
        (method, adapter.match(path.format(q=1, p=1), method)[0]) for method, path in ADDRESSES
    }
    served = {
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in {"static", "built_file"}
    }
    # The same vote in its other forms.
    served -= {("POST", "attendee.me_too"), ("DELETE", "attendee.me_too")}
    assert served == listed


@pytest.mark.parametrize("holder", HOLDERS)
def test_each_pass_opens_its_addresses_and_no_others(fair: Fair, holder: str) -> None:
    asker = Window(fair)
    question = asker.ask(ROBO)
    held = HOLDERS[holder]
    window = asker if holder == "asker" else Window(fair)
    if held:
        window.enter(*held)
    pass_id = fair.pass_id("presenter", BAU)
    wrong = {}
    for (method, address), may in ADDRESSES.items():
        path = address.format(q=question, p=pass_id)
        before = fair.everything()
        answer = window.client.open(
            path,
            method=method,
            data={"key": new_key(), "version": fair.version(question)} if method != "GET" else None,
            headers={"Sec-Fetch-Site": "same-origin", "Accept": "text/html"},
        )
        opened = answer.status_code != 403
        if opened is not (may == EVERYBODY or holder in may.split(", ")):
            wrong[method, path] = answer.status_code
        if not opened:
            assert fair.everything() == before
            assert "Zugangskarte" in answer.text or "Seite" in answer.text
    assert wrong == {}


@pytest.mark.parametrize(
    ("role", "place", "leads_to"),
    [
        ("presenter", ROBO, "/present/ROBO"),
        ("moderator", GE, "/moderate/GE"),
        ("screen", GE, "/screen/GE"),
        ("organiser", TOUR, "/organise"),
    ],
)
def test_a_pass_leads_to_its_page(
    phone: Window, fair: Fair, role: str, place: str, leads_to: str
) -> None:
    answer = phone.post("/pass", secret=f"  {fair.secret(role, place)}\n")
    assert (answer.status_code, answer.headers["Location"]) == (303, leads_to)
    sent = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(sent.split("; "))
    assert phone.get(leads_to).status_code == 200


def test_a_contacts_pass_opens_the_project_with_what_it_owes(phone: Window, fair: Fair) -> None:
    fair.bring(fair.ask(ROBO, "Wer liefert die Unterlagen?"), "owed")
    row = next(one for one in fair.rows("passes") if one["role"] == "contact")
    with fair.app.app_context():
        from exchange.database.connections import db
        from exchange.models import Pass

        secret = passes.secret_of(db.session.get_one(Pass, row["id"]), KEY)
    assert "Unterlagen" not in phone.get("/projects/robo").text
    answer = phone.post("/pass", secret=secret)
    assert answer.headers["Location"] == "/projects/robo"
    assert "Unterlagen" in phone.get("/projects/robo").text
    assert "Unterlagen" not in phone.get("/projects/bau").text


def test_one_laptop_opens_all_views(phone: Window) -> None:
    for role, place in (("moderator", GE), ("screen", GE), ("presenter", ROBO), ("presenter", BAU)):
        phone.enter(role, place)
    for path in ("/moderate/GE", "/screen/GE", "/present/ROBO", "/present/BAU"):
        assert phone.get(path).status_code == 200
    assert phone.get("/organise").status_code == 403


def test_entering_a_pass_twice_keeps_it_once(phone: Window) -> None:
    phone.enter("screen", GE)
    once = phone.cookie(PASSES_COOKIE)
    phone.enter("screen", GE)
    assert phone.cookie(PASSES_COOKIE) == once


@dataclass(frozen=True)
class Spoilt:
    name: str
    spoil: Callable[[str], str]


SPOILT = [
    Spoilt("empty", lambda _: ""),
    Spoilt("a letter less", lambda secret: secret[:-1]),
    Spoilt("a letter more", lambda secret: secret + "A"),
    Spoilt(
        "another's id", lambda secret: secret[:5] + ("B" if secret[5] != "B" else "C") + secret[6:]
    ),
    Spoilt(
        "another mac",
        lambda secret: secret[:10] + ("B" if secret[10] != "B" else "C") + secret[11:],
    ),
    Spoilt("no base64", lambda _: "!" * 22),
    Spoilt("not ASCII", lambda _: "ä" * 22),
    Spoilt("the id alone", lambda secret: secret[:6] + "A" * 16),
    Spoilt("long", lambda secret: secret * 100),
]


@pytest.mark.parametrize("spoilt", SPOILT, ids=lambda one: one.name)
def test_a_secret_that_was_tampered_with_opens_nothing(
    phone: Window, fair: Fair, spoilt: Spoilt
) -> None:
    secret = spoilt.spoil(fair.secret("moderator", GE))
    answer = phone.post("/pass", secret=secret)
    assert answer.status_code == 403
    assert "Zugangskarte" in answer.text
    assert phone.cookie(PASSES_COOKIE) is None
    phone.client.set_cookie(PASSES_COOKIE, secret or ".")
    assert phone.get("/moderate/GE").status_code == 403


PASTED: dict[str, Callable[[str], str]] = {
    "with its sign": "#{}".format,
    "the whole link": "http://localhost:5000/pass#{}".format,
    "with %23": "http://localhost:5000/pass%23{}".format,
    "through another program": (
        "https://eur01.safelinks.example.com/?url=http%3A%2F%2Flocalhost%2Fpass%2523{}&data=05%7C"
    ).format,
    "a full stop": "{}.".format,
    "in brackets": "<{}>".format,
    "quoted": "„{}“,".format,
    "unseen characters": lambda secret: f"\u200b{secret[:9]}\u00ad{secret[9:]}\ufeff",
    "broken by a mail program": lambda secret: f" {secret[:12]}\r\n {secret[12:]} ",
    "with words": "Text auf der Karte: {} (Moderation)".format,
    "wide letters": lambda secret: "".join(
        chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in secret
    ),
}


@pytest.mark.parametrize("pasted", PASTED)
def test_whoever_holds_a_secret_gets_in_however_it_was_pasted(
    phone: Window, fair: Fair, pasted: str
) -> None:
    answer = phone.post("/pass", secret=PASTED[pasted](fair.secret("moderator", GE)))
    assert (answer.status_code, answer.headers.get("Location")) == (303, "/moderate/GE")


@pytest.mark.parametrize("sign", ["%23", "%2523", "/%23", "/%2523"])
def test_a_link_whose_sign_was_encoded_leads_to_the_door_and_redeems_nothing(
    phone: Window, fair: Fair, sign: str
) -> None:
    secret, before = fair.secret("moderator", GE), fair.everything()
    answer = phone.get(f"/pass{sign}{secret}.")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/pass#{secret}")
    assert phone.cookie(PASSES_COOKIE) is None
    assert fair.everything() == before
    odd = phone.get(f"/pass{sign}%0d%0aX:1")
    assert odd.headers["Location"].startswith("/pass#")
    assert "X" not in odd.headers


def test_no_two_passes_have_a_secret_in_common_and_none_is_stored(fair: Fair) -> None:
    secrets = [
        fair.secret(role, place)
        for role, place in (
            ("moderator", GE),
            ("moderator", AC),
            ("screen", GE),
            ("presenter", ROBO),
        )
    ]
    assert len(set(secrets)) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", secret) for secret in secrets)
    kept = str(fair.everything())
    assert not any(secret in kept for secret in secrets)


def test_a_secret_of_another_instance_opens_nothing(phone: Window, fair: Fair) -> None:
    with fair.app.app_context():
        foreign = passes.secret_of(fair._pass("moderator", GE), "another key")
    assert phone.post("/pass", secret=foreign).status_code == 403


def test_a_revoked_pass_closes_at_once_and_opens_again_when_restored(
    fair: Fair, organiser: Window
) -> None:
    holder = Window(fair).enter("moderator", GE)
    pass_id = fair.pass_id("moderator", GE)
    assert organiser.post(f"/organise/passes/{pass_id}/revoke").status_code == 303
    assert holder.get("/moderate/GE").status_code == 403
    assert holder.send("/moderate/GE/message", key=new_key(), value="Hallo").status_code == 403
    assert organiser.post(f"/organise/passes/{pass_id}/restore").status_code == 303
    assert holder.get("/moderate/GE").status_code == 200


def test_a_rotated_pass_closes_and_its_neighbours_stay(fair: Fair, organiser: Window) -> None:
    holder = Window(fair).enter("presenter", ROBO).enter("presenter", BAU)
    organiser.post(f"/organise/passes/{fair.pass_id('presenter', ROBO)}/rotate")
    assert holder.get("/present/ROBO").status_code == 403
    assert holder.get("/present/BAU").status_code == 200
    assert holder.enter("presenter", ROBO).get("/present/ROBO").status_code == 200


@pytest.mark.parametrize("verb", ["rotate", "revoke", "restore", "one-browser", "free"])
def test_passes_of_another_tour_are_not_the_organisers(
    organiser: Window, fair: Fair, verb: str
) -> None:
    before = fair.everything()
    for role, place in (("moderator", ELSEWHERE), ("organiser", OTHER_TOUR)):
        pass_id = fair.pass_id(role, place)
        assert organiser.post(f"/organise/passes/{pass_id}/{verb}").status_code == 403
    assert organiser.post(f"/organise/passes/9999/{verb}").status_code == 403
    assert fair.everything() == before


def test_the_organisers_page_names_no_pass_of_another_tour(organiser: Window, fair: Fair) -> None:
    page = organiser.get("/organise/GE").text
    assert fair.secret("presenter", ROBO) in page
    assert fair.secret("presenter", "XXONE") not in page


def test_a_page_that_needs_a_pass_says_so_in_either_language(phone: Window) -> None:
    german = phone.get("/moderate/GE", Accept_Language="de")
    english = phone.get("/moderate/GE", Accept_Language="en")
    assert (german.status_code, english.status_code) == (403, 403)
    assert german.text != english.text
    assert 'href="/pass"' in german.text


def test_the_oldest_pass_is_dropped_when_the_cookie_is_full(phone: Window, fair: Fair) -> None:
    stands = [f"S{number}" for number in range(3, 104)]
    for number, stand in enumerate(stands, start=3):
        fair.make_stand(stand, GE, label=str(number))
    held = ".".join(fair.secret("presenter", stand) for stand in stands[:100])
    phone.client.set_cookie(PASSES_COOKIE, held)
    assert phone.get(f"/present/{stands[99]}").status_code == 200
    phone.enter("presenter", stands[100])
    assert len(phone.cookie(PASSES_COOKIE) or "") < 4000
    assert phone.get(f"/present/{stands[100]}").status_code == 200
    assert phone.get(f"/present/{stands[99]}").status_code == 403


def test_changes_to_a_pass_are_logged_in_its_series(fair: Fair, organiser: Window) -> None:
    pass_id = fair.pass_id("presenter", ROBO)
    series = {row["code"]: row["id"] for row in fair.rows("series")}
    revisions = fair.revisions()
    for verb in ("rotate", "revoke", "revoke", "restore"):
        organiser.post(f"/organise/passes/{pass_id}/{verb}")
    # The second time there was nothing to revoke.
    logged = [
        (row["verb"], row["subject"], row["subject_id"], row["series_id"], row["event_id"])
        for row in fair.rows("changes")
    ]
    wanted = ("renew", "revoke", "restore")
    assert logged == [(verb, "pass", pass_id, series[TOUR], None) for verb in wanted]
    assert {row["role"] for row in fair.rows("changes")} == {"organiser"}
    # No page shows it: no counter moved.
    assert fair.revisions() == revisions
