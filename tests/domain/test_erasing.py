"""What was redacted or withdrawn is gone: from rows, log and files, and no undo finds it again."""

import logging
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from exchange.config import Settings
from exchange.database import erasing
from exchange.domain.refusals import Refused
from simulation.servers import DATABASE
from tests.support.fair import BAU, ROBO, Fair, new_key
from tests.support.windows import Window

TEXT, NAME = "Warum grüßt Herr Vogtländer nie?", "Clara Vogtländer"
MARK = "Vogtländer"
STATUSES = ["open", "shortlisted", "live", "answered", "owed", "declined"]
TABLES = {"redact-answer": "answers", "redact-reason": "reasons"}


def nothing_of(fair: Fair, mark: str = MARK) -> bool:
    """Whether no table holds the word."""
    return mark not in str(fair.everything())


def refused(fair: Fair, word: str, change: int) -> bool:
    with pytest.raises(Refused) as found:
        fair.undo(change)
    return found.value.word == word


# Withdrawing


def test_a_withdrawn_question_has_no_words_left_anywhere(fair: Fair) -> None:
    neighbour = fair.ask(BAU, "Und Frau Neubauer?", asker="Bert", name="Neubauer")
    question = fair.ask(ROBO, TEXT, name=NAME)
    fair.act(question, "decline", reason=f"Herr {MARK} ist krank.")
    fair.act(question, "reopen")
    fair.act(question, "answer", answer=f"Fragen Sie {MARK}.")
    fair.act(question, "shortlist")
    fair.act(question, "withdraw", by="attendee")
    assert nothing_of(fair)
    card = fair.card(question)
    assert (card.status.value, card.text, card.name) == ("withdrawn", "", None)
    assert card.answer
    assert card.answer.text is None
    kept = fair.card(neighbour)
    assert (kept.text, kept.name) == ("Und Frau Neubauer?", "Neubauer")


def test_a_withdrawn_head_leaves_no_words_with_its_followers(fair: Fair) -> None:
    head = fair.ask(ROBO, TEXT, name=NAME)
    follower = fair.ask(BAU, "Wer pflegt das?", asker="Bert")
    fair.act(follower, "merge", head=head)
    fair.act(head, "withdraw", by="attendee")
    assert nothing_of(fair)
    assert fair.card(follower).text == "Wer pflegt das?"


@pytest.mark.parametrize("verb", ["withdraw", "redact"])
def test_the_key_of_an_erased_question_still_gets_the_first_answer(fair: Fair, verb: str) -> None:
    key = new_key()
    first = fair.tell(ROBO, TEXT, key=key, name=NAME)
    question = fair.card(1).id
    role = "attendee" if verb == "withdraw" else "moderator"
    fair.act(question, verb, by=role, text="Warum grüßt man nie?")
    again = fair.tell(ROBO, TEXT, key=key, name=NAME)
    assert (again.key, again.number, again.status, again.created) == (
        first.key,
        first.number,
        first.status,
        False,
    )
    for words, name in (("Warum grüßt man nie?", None), ("", None), (TEXT, None)):
        with pytest.raises(Refused, match="key_reused"):
            fair.tell(ROBO, words, key=key, name=name)
    assert nothing_of(fair)


@pytest.mark.parametrize("verb", ["withdraw", "redact"])
def test_the_municipality_goes_with_the_name(fair: Fair, verb: str) -> None:
    neighbour = fair.ask(BAU, "Und hier?", asker="Bert", municipality="Stadt Neubau")
    question = fair.ask(ROBO, "Wer zahlt?", name=NAME, municipality=f"Stadt {MARK}")
    assert not nothing_of(fair)
    role = "attendee" if verb == "withdraw" else "moderator"
    fair.act(question, verb, by=role, text="Wer zahlt das?")
    assert nothing_of(fair)
    card = fair.card(question)
    assert (card.name, card.municipality, card.asked_by) == (None, None, "")
    assert fair.card(neighbour).municipality == "Stadt Neubau"


# Answers and reasons


def test_a_redacted_answer_is_gone_with_its_earlier_wordings(fair: Fair) -> None:
    neighbour = fair.asked_as("answered", BAU)
    question = fair.ask()
    first = fair.act(question, "answer", answer=f"Frau {MARK}, 0209 12345.").change
    fair.act(question, "answer", answer=f"{MARK} weiß es.", how="in_writing")
    redacted = fair.act(question, "redact-answer", by="presenter", answer=" Das Amt  weiß es. ")
    assert nothing_of(fair)
    answer = fair.card(question).answer
    assert answer
    assert (answer.text, answer.how.value, answer.corrected) == (
        "Das Amt weiß es.",
        "in_writing",
        True,
    )
    assert [row["text"] for row in fair.rows("answers") if row["question_id"] == question] == [
        None,
        "Das Amt weiß es.",
    ]
    assert refused(fair, "erased", redacted.change)
    assert refused(fair, "built_upon", first)
    others = fair.card(neighbour).answer
    assert others
    assert others.text == "Im Rathaus fragen."


def test_what_was_erased_is_not_kept_as_it_was_drawn(fair: Fair) -> None:
    """A page that was drawn once is drawn faster again; not with words that were erased."""
    question = fair.ask(words="Geheimes Wort?")
    assert "Geheimes" in Window(fair).get(f"/s/{ROBO}").text
    drawn = fair.app.extensions["process"].drawn
    assert drawn.kept() > 0
    fair.act(question, "redact", text="Ein Wort?")
    assert drawn.kept() == 0


def test_an_undo_after_the_redaction_brings_no_words_back(fair: Fair) -> None:
    question = fair.ask()
    fair.act(question, "answer", answer=f"Frau {MARK}.")
    fair.act(question, "redact-answer", answer="")
    corrected = fair.act(question, "answer", answer="Das Amt.").change
    fair.undo(corrected)
    answer = fair.card(question).answer
    assert answer
    assert answer.text is None
    fair.act(question, "reopen")
    fair.act(question, "decline", reason=f"Frau {MARK} fehlt.")
    fair.act(question, "redact-reason", reason="")
    reopened = fair.act(question, "reopen").change
    fair.undo(reopened)
    assert (fair.status(question), fair.card(question).reason) == ("declined", None)
    assert nothing_of(fair)


def test_a_redacted_reason_is_gone_with_the_earlier_ones(fair: Fair) -> None:
    neighbour = fair.asked_as("declined", BAU)
    question = fair.ask()
    fair.act(question, "decline", reason=f"{MARK} ist krank.")
    fair.act(question, "decline", reason=f"{MARK} fehlt.")
    fair.act(question, "redact-reason", reason="Jemand fehlt.")
    assert nothing_of(fair)
    assert fair.card(question).reason == "Jemand fehlt."
    assert fair.card(neighbour).reason == "Gehört nicht hierher."


@pytest.mark.parametrize("verb", ["redact-answer", "redact-reason"])
def test_where_nothing_is_written_nothing_is_redacted(fair: Fair, verb: str) -> None:
    question = fair.ask()
    fair.act(question, "answer")
    before = fair.everything()
    with pytest.raises(Refused, match="nothing_written"):
        fair.act(question, verb, answer="Ja.", reason="Ja.")
    assert fair.everything() == before


@pytest.mark.parametrize("verb", ["redact-answer", "redact-reason"])
@pytest.mark.parametrize("status", STATUSES)
def test_what_was_written_can_be_redacted_wherever_the_question_stands(
    fair: Fair, verb: str, status: str
) -> None:
    for role in ("presenter", "moderator"):
        question = fair.ask()
        fair.act(question, "answer", answer=f"Frau {MARK}.")
        fair.act(question, "reopen")
        fair.act(question, "decline", reason=f"{MARK} fehlt.")
        fair.act(question, "reopen")
        fair.bring(question, status)
        with pytest.raises(Refused, match="not_yours"):
            fair.act(question, verb, by="attendee", answer="", reason="")
        fair.act(question, verb, by=role, answer="", reason="")
        assert fair.status(question) == status
        own = [row for row in fair.rows(TABLES[verb]) if row["question_id"] == question]
        assert own
        assert not [row for row in own if row["text"]]
        if status == "live":
            fair.act(question, "answer")


def test_a_redaction_may_not_grow_beyond_what_is_taken(fair: Fair) -> None:
    question = fair.asked_as("declined")
    with pytest.raises(Refused, match="too_long"):
        fair.act(question, "redact-reason", reason="a" * 301)


def test_what_is_redacted_in_a_heads_answer_is_told_to_its_followers(fair: Fair) -> None:
    head = fair.ask()
    follower = fair.ask(BAU, asker="Bert")
    fair.act(follower, "merge", head=head)
    fair.act(head, "answer", answer=f"Frau {MARK}.")
    before = fair.revisions()
    fair.act(head, "redact-answer", answer="Das Amt.")
    moved = {scope for scope, revision in fair.revisions().items() if revision != before.get(scope)}
    assert {("stand", ROBO), ("stand", BAU), ("mine", "Bert@GE"), ("mine", "Anna@GE")} <= moved


# The log


def test_the_log_holds_no_text_that_anybody_wrote(fair: Fair) -> None:
    question = fair.ask(ROBO, TEXT, name=NAME, municipality=f"Stadt {MARK}")
    fair.act(question, "edit", by="attendee", text=f"{TEXT} Und {MARK}?")
    steps: list[tuple[str, dict[str, Any]]] = [
        ("decline", {"reason": f"{MARK} 1"}),
        ("decline", {"reason": f"{MARK} 2"}),
        ("reopen", {}),
        ("answer", {"answer": f"{MARK} 3"}),
        ("answer", {"answer": f"{MARK} 4"}),
        ("reopen", {}),
    ]
    for verb, fields in steps:
        fair.undo(fair.act(question, verb, **fields).change)
        fair.act(question, verb, **fields)
    fair.conduct("message", f"{MARK} bitte zum Empfang")
    fair.conduct("message", f"{MARK} hat sich gefunden")
    tables = fair.everything()
    assert MARK in str(tables)
    assert MARK not in str([tables["changes"], tables["change_questions"], tables["pending_news"]])


def test_a_copied_database_holds_no_key_to_be_repeated(fair: Fair) -> None:
    key, click = new_key(), new_key()
    fair.tell(ROBO, TEXT, key=key)
    fair.act(1, "shortlist", key=click)
    tables = fair.everything()
    assert key not in str(tables)
    assert click not in str(tables)
    (row,) = tables["questions"]
    logged = [change["key"] for change in tables["changes"] if change["key"]]
    assert len({row["key"], *logged, row["digest"]}) == 3
    # What stands there is none.
    assert fair.tell(ROBO, TEXT, asker="Bert", key=row["key"]).created


# The files


@pytest.fixture
def file(fair: Fair) -> Path:
    """The database's file of this test, whose name is a link."""
    settings: Settings = fair.app.extensions["process"].settings
    return (settings.instance / DATABASE).resolve()


def content(file: Path) -> bytes:
    """All bytes of the database: its file and its log."""
    log = Path(f"{file}-wal")
    return file.read_bytes() + (log.read_bytes() if log.exists() else b"")


@pytest.mark.sqlite
@pytest.mark.parametrize("verb", ["withdraw", "redact", "edit"])
def test_files_and_log_hold_nothing_of_what_was_erased(fair: Fair, file: Path, verb: str) -> None:
    neighbour = fair.ask(BAU, "Und Frau Neubauer?", asker="Bert")
    person = (NAME, f"Stadt {MARK}") if verb != "edit" else (None, None)
    question = fair.ask(ROBO, TEXT, name=person[0], municipality=person[1])
    fair.act(question, "answer", answer=f"Fragen Sie {MARK}.")
    fair.act(question, "redact-answer", answer="")
    fair.act(question, "reopen")
    assert MARK.encode() in content(file)
    role = "moderator" if verb == "redact" else "attendee"
    fair.act(question, verb, by=role, text="Warum grüßt man nie?")
    assert MARK.encode() not in content(file)
    assert b"Frau Neubauer" in content(file)
    assert fair.card(neighbour).text == "Und Frau Neubauer?"


@pytest.fixture
def later(fair: Fair) -> Iterator[None]:
    """Purges are not due by themselves within the test."""
    fair.app.config["FLUSH_INTERVAL_S"] = 3600
    yield
    fair.app.config["FLUSH_INTERVAL_S"] = 0
    fair.app.extensions["process"].erasures = erasing.Erasures()


@pytest.mark.sqlite
@pytest.mark.usefixtures("later")
def test_copies_that_sqlite_left_when_it_split_pages_are_gone_too(fair: Fair, file: Path) -> None:
    """`secure_delete` overwrites what is deleted, not what was moved from page to page."""
    fair.ask()
    dice = random.Random(4)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA secure_delete = ON")
        names = [row[1] for row in database.execute("PRAGMA table_info(questions)")]
        (like,) = database.execute("SELECT * FROM questions").fetchall()
        marks = ", ".join("?" * len(names))
        for number in range(2, 1502):
            own = {
                "id": number,
                "number": number,
                "key": f"{dice.randrange(16**32):032x}",
                "text": f"Wort{number:05d} " + "x" * dice.randrange(400),
            }
            row = [own.get(name, value) for name, value in zip(names, like, strict=True)]
            database.execute(f"INSERT INTO questions VALUES ({marks})", row)
            if number % 2:
                grown = dice.randrange(2, number + 1)
                database.execute(
                    "UPDATE questions SET text = text || ? WHERE id = ?", ["y" * 90, grown]
                )
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found = content(file)
    twice = [number for number in range(2, 1502) if found.count(b"Wort%05d" % number) > 1]
    for number in [*twice, 700, 701]:
        fair.act(number, "withdraw", by="attendee")
    with fair.app.app_context():
        assert erasing.purge() is True
    found = content(file)
    assert [one for one in [*twice, 700, 701] if b"Wort%05d" % one in found] == []


@pytest.mark.sqlite
@pytest.mark.usefixtures("later")
def test_a_reader_neither_fails_nor_is_disturbed_by_a_purge(fair: Fair, file: Path) -> None:
    question = fair.ask(ROBO, TEXT, name=NAME)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        before = reader.execute("SELECT text FROM questions").fetchall()
        fair.act(question, "withdraw", by="attendee")
        with fair.app.app_context():
            assert erasing.purge() is False
        assert reader.execute("SELECT text FROM questions").fetchall() == before
        # Writers go on, too.
        fair.ask(BAU, "Wer pflegt das?", asker="Bert")
        reader.execute("COMMIT")
    with fair.app.app_context():
        assert erasing.purge() is True
    assert MARK.encode() not in content(file)


@pytest.mark.sqlite
@pytest.mark.usefixtures("later")
def test_a_log_that_is_held_does_not_grow_with_each_try(fair: Fair, file: Path) -> None:
    fair.act(fair.ask(ROBO, TEXT), "withdraw", by="attendee")
    sizes = []
    with closing(sqlite3.connect(file, isolation_level=None)) as reader, fair.app.app_context():
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM questions").fetchall()
        for _ in range(3):
            assert erasing.purge() is False
            sizes.append(Path(f"{file}-wal").stat().st_size)
    assert sizes[0] == sizes[1] == sizes[2] > 0


@pytest.mark.sqlite
@pytest.mark.usefixtures("later")
def test_a_disk_without_room_keeps_it_for_questions(
    fair: Fair, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair.act(fair.ask(ROBO, TEXT, name=NAME), "withdraw", by="attendee")
    monkeypatch.setattr(erasing, "ROOM_BYTES", 10**18)
    before = file.stat().st_size
    with fair.app.app_context():
        assert erasing.purge() is False
        assert (file.stat().st_size, Path(f"{file}-wal").stat().st_size) == (before, 0)
        monkeypatch.setattr(erasing, "ROOM_BYTES", 0)
        assert erasing.purge() is True


@pytest.mark.sqlite
@pytest.mark.usefixtures("later")
def test_a_writer_of_another_process_puts_a_purge_off(fair: Fair, file: Path) -> None:
    question = fair.ask(ROBO, TEXT, name=NAME)
    fair.act(question, "withdraw", by="attendee")
    with closing(sqlite3.connect(file, isolation_level=None)) as other, fair.app.app_context():
        other.execute("BEGIN IMMEDIATE")
        assert erasing.purge() is False
        other.execute("ROLLBACK")
        assert erasing.purge() is True


@pytest.mark.sqlite
@pytest.mark.usefixtures("later")
def test_what_cannot_be_purged_is_told_once_and_tried_until_it_is_done(
    fair: Fair, file: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "RETRY_S", (0.0,))
    monkeypatch.setattr(erasing, "TELL_AFTER_S", -1.0)
    fair.act(fair.ask(ROBO, TEXT), "withdraw", by="attendee")
    tries = 0
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM questions").fetchall()

        def counted(work: erasing.Work) -> bool:
            nonlocal tries
            tries += 1
            if tries == 4:
                reader.execute("COMMIT")
            return work()

        fair.app.extensions["process"].erasures.in_thread = counted
        with caplog.at_level(logging.WARNING), fair.app.app_context():
            erasing.purge_until_done()
    assert tries == 4
    told = [record.getMessage() for record in caplog.records]
    assert [
        word in line for word, line in zip(("could not yet", "has been"), told, strict=True)
    ] == [
        True,
        True,
    ]
    assert MARK not in "".join(told)
    assert MARK.encode() not in content(file)


@pytest.mark.sqlite
@pytest.mark.usefixtures("later")
def test_many_erasures_share_one_purge(fair: Fair) -> None:
    erasures = fair.app.extensions["process"].erasures
    for _ in range(3):
        fair.act(fair.ask(), "withdraw", by="attendee")
    assert erasures.due
    assert erasures.again
