"""What holds for all scripts, beside their types (bin/check)."""

import re
from pathlib import Path

import pytest

from exchange.config import TIME_ZONE

JS = Path(__file__).parents[2] / "exchange" / "static" / "js"
SCRIPTS = sorted(JS.rglob("*.js"))

MAY_IMPORT = {
    "page": {"page"},
    "live": {"page", "live"},
    "outbox": {"page", "live", "outbox"},
    "phone": {"page", "live", "outbox", "phone"},
    "staff": {"page", "live", "outbox", "staff"},
    "screen": {"page", "screen"},
    # One for each kind of page.
    "": {"page", "live", "outbox", "phone", "staff", "screen"},
}


def folder(path: Path) -> str:
    return path.parent.relative_to(JS).as_posix().removeprefix(".")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: str(path.relative_to(JS)))
def test_a_folder_of_scripts_imports_from_those_below_it_alone(script: Path) -> None:
    text = script.read_text("utf-8")
    named = re.findall(r'^(?:import|export) .*?"(\.[^"]+)";', text, re.MULTILINE)
    imported = [(script.parent / name).resolve() for name in named]
    assert [path for path in imported if not path.exists()] == []
    assert {folder(path) for path in imported} <= MAY_IMPORT[folder(script)]


def test_every_script_is_imported_or_an_entry() -> None:
    text = "".join(path.read_text("utf-8") for path in SCRIPTS)
    # The parser takes the place of the socket client's: assets/build.mjs.
    others = [path for path in SCRIPTS if folder(path) and path != JS / "live" / "parser.js"]
    assert [path.name for path in others if f'/{path.name}";' not in text] == []


def test_events_of_our_own_are_made_and_heard_in_one_place() -> None:
    table = JS / "page" / "events.js"
    others = [path.name for path in SCRIPTS if path != table]
    makes = re.compile(r"exchange:|new CustomEvent|dispatchEvent")
    assert [name for name in others if any(makes.search(text) for text in read(name))] == []
    names = set(
        re.findall(r"^ \* @property \{.*\} ([\w-]+)", table.read_text("utf-8"), re.MULTILINE)
    )
    texts = [path.read_text("utf-8") for path in SCRIPTS]
    made = {name for text in texts for name in re.findall(r'(?<!\.)\bemit\("([\w-]+)"', text)}
    heard = {name for text in texts for name in re.findall(r'(?<!\.)\bon\("([\w-]+)"', text)}
    assert made == heard == names


MAY_READ_THE_DEVICES_CLOCK = {
    "page/server-time.js": "which corrects it",
    "live/updates.js": "how long the page slept",
    "outbox/sender.js": "leases, between tabs of one browser",
    "staff/same-place.js": "how long ago this browser sent the form that it comes back from",
}


def test_every_time_that_is_shown_is_the_servers() -> None:
    reads = re.compile(r"Date\.now|new Date\b|toLocale(?:Time|Date)String|toDateString")
    found = {
        path.relative_to(JS).as_posix() for path in SCRIPTS if reads.search(path.read_text("utf-8"))
    }
    assert found == set(MAY_READ_THE_DEVICES_CLOCK)


def test_scripts_and_server_write_times_of_the_same_zone() -> None:
    ages = (JS / "page" / "ages.js").read_text("utf-8")
    assert re.findall(r'timeZone = "(.+)"', ages) == [TIME_ZONE]
    others = [path.name for path in SCRIPTS if "DateTimeFormat" in path.read_text("utf-8")]
    assert others == ["ages.js"]


def read(name: str) -> list[str]:
    return [path.read_text("utf-8") for path in SCRIPTS if path.name == name]


def test_elements_are_typed_by_looking_them_up_not_by_casts() -> None:
    cast = re.compile(r"@type \{[^}]*(?:Element|Event)\b[^}]*\} \*/ \(")
    found = [path.name for path in SCRIPTS if cast.search(path.read_text("utf-8"))]
    assert found == ["events.js"]
