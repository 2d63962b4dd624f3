"""A backup during load, restored elsewhere: everything acknowledged, every pass, every cookie."""

import fcntl
import json
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
from contextlib import closing
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from exchange import config, create_app
from exchange.database.connections import db
from exchange.extensions import socketio
from exchange.instance import settings as read_settings
from simulation.servers import DATABASE, ROOT, Running, launch
from simulation.waiting import HANGS_S, wait_until
from tests.support.fair import KEY, ROBO, Fair, new_key, stored
from tests.support.loopback import WORDS, send
from tests.support.phones import Told, phone

pytestmark = [pytest.mark.live, pytest.mark.slow]

KEY_FILE = "secret.key"
FORMER_KEY = "the former key of this instance, in full length"


@dataclass
class Done:
    """What a command said and how it ended."""

    code: int
    told: str
    complained: str


def flask(instance: Path, *words: object, **environ: str) -> Done:
    """`flask --app exchange ...` on an instance, as a program of its own."""
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "exchange", *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"EXCHANGE_INSTANCE": str(instance)} | environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=HANGS_S,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def quick(instance: Path, *words: object, **environ: str) -> Done:
    """The same in this process: there are many ways to be refused."""
    bound = dict(vars(socketio))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        made = create_app(read_settings({"EXCHANGE_INSTANCE": str(instance)} | environ, instance))
        result = made.test_cli_runner().invoke(args=[str(word) for word in words])
    with made.app_context():
        db.engine.dispose()
    vars(socketio).update(bound)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


def refused(done: Done, *words: str) -> None:
    """One sentence, in German and in English, and no traceback."""
    assert done.code == 1, done.told
    (told,) = done.complained.strip().splitlines()
    assert not told.startswith("Error")
    assert told.endswith(")")
    for word in words:
        assert word in told


def asked_in(file: Path) -> dict[str, int]:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return dict(database.execute("SELECT key, number FROM questions").fetchall())


@pytest.fixture
def instance(prepared: Path, tmp_path: Path) -> Path:
    made = tmp_path / "instance"
    made.mkdir()
    shutil.copy(prepared, made / DATABASE)
    return made


@pytest.fixture
def archive(instance: Path, tmp_path: Path) -> Path:
    made = tmp_path / "saved.tar.gz"
    done = quick(instance, "backup", made, EXCHANGE_SECRET_KEY=KEY)
    assert done.code == 0, done.complained
    return made


def test_a_backup_during_load_is_a_whole_fair_on_another_machine(
    instance: Path, tmp_path: Path, app: object, passes: Fair, seed: int
) -> None:
    fresh, folder = tmp_path / "fresh", tmp_path / "stick"
    folder.mkdir()
    old = launch(instance, EXCHANGE_SECRET_KEY=KEY)
    started: list[Running] = [old]
    told, halls = Told(), []
    try:
        old.wait_until_serving()
        status, mine, headers = send(
            f"{old.url}/s/{ROBO}/questions", {"key": new_key(), "text": WORDS}
        )
        assert status == 201
        cookie = "; ".join(
            f"{one.key}={one.value}" for one in SimpleCookie(headers["Set-Cookie"]).values()
        )
        dice = random.Random(seed)
        for _ in range(4):
            one = threading.Thread(target=phone, args=(old, told, random.Random(dice.random())))
            one.start()
            halls.append(one)
        wait_until(lambda: len(told.numbers) >= 50, lambda: old.output)
        before = dict(told.numbers)
        done = flask(instance, "backup", folder, EXCHANGE_SECRET_KEY=KEY)
        assert done.code == 0, done.complained
        had = len(told.numbers)
        wait_until(lambda: len(told.numbers) > had, lambda: "nobody goes on asking")
        old.finish()
        (archive,) = folder.iterdir()
        assert str(archive) in done.told
        assert stat.S_IMODE(archive.stat().st_mode) == 0o600

        done = flask(fresh, "restore", archive)
        assert done.code == 0, done.complained
        kept = asked_in(fresh / DATABASE)
        assert {stored(key): number for key, number in before.items()}.items() <= kept.items()
        assert kept[stored(mine["key"])] == mine["number"]
        assert len(set(kept.values())) == len(kept)
        # Its own key, from the backup: nothing is set here.
        new = launch(fresh)
        started.append(new)
        new.wait_until_serving()
        secret = passes.secret("presenter", ROBO)
        assert send(f"{new.url}/pass", {"secret": secret})[0] == 303
        with closing(sqlite3.connect(fresh / DATABASE)) as database:
            query = "SELECT id FROM questions WHERE key = ?"
            (id_,) = database.execute(query, [stored(mine["key"])]).fetchone()
        edit = {"text": "Was kostet er wirklich?", "key": new_key()}
        url = f"{new.url}/questions/{id_}/edit"
        assert send(url, edit, cookie=cookie)[0] == 200
        assert send(url, edit)[0] == 403
        again = {"key": mine["key"], "text": WORDS}
        status, body, _ = send(f"{new.url}/s/{ROBO}/questions", again, cookie=cookie)
        assert (status, body["number"]) == (200, mine["number"])
        assert new.stop() == 0
    finally:
        for running in started:
            running.finish()
        for one in halls:
            one.join()


def test_a_backup_never_takes_the_place_of_a_file(instance: Path, archive: Path) -> None:
    before = archive.read_bytes()
    refused(quick(instance, "backup", archive), str(archive), "not overwritten")
    assert archive.read_bytes() == before
    assert not [one.name for one in archive.parent.iterdir() if one.name.startswith(".")]


def test_a_backup_that_cannot_be_made_leaves_nothing(instance: Path, tmp_path: Path) -> None:
    refused(quick(instance, "backup", tmp_path / "nowhere" / "saved"), "cannot be written")
    refused(quick(tmp_path / "empty", "backup", tmp_path / "saved"), "EXCHANGE_INSTANCE")
    (instance / DATABASE).write_bytes(b"This is no database. " * 1000)
    refused(quick(instance, "backup", tmp_path / "saved"), "beschädigt")
    assert not (tmp_path / "saved").exists()
    elsewhere = {"EXCHANGE_DATABASE_URL": "postgresql://exchange@localhost/exchange"}
    refused(quick(instance, "backup", tmp_path / "saved", **elsewhere), "pg_dump")


def test_a_database_that_is_there_is_kept_beside(instance: Path, archive: Path) -> None:
    with closing(sqlite3.connect(instance / DATABASE)) as database, database:
        database.execute("UPDATE events SET city = 'Neustadt'")
    (instance / KEY_FILE).write_text(FORMER_KEY)
    refused(quick(instance, "restore", archive), "--replace")
    assert (instance / KEY_FILE).read_text() == FORMER_KEY
    done = quick(instance, "restore", "--replace", archive)
    assert done.code == 0, done.complained
    cities = "SELECT DISTINCT city = 'Neustadt' FROM events"
    (kept,) = instance.glob("exchange.before-*.sqlite3")
    assert str(kept) in done.told
    for file, renamed in ((kept, 1), (instance / DATABASE, 0)):
        with closing(sqlite3.connect(file)) as database:
            assert database.execute(cities).fetchall() == [(renamed,)]
    assert (instance / KEY_FILE).read_text() == KEY
    assert stat.S_IMODE((instance / KEY_FILE).stat().st_mode) == 0o600
    (old_key,) = instance.glob(f"{KEY_FILE}.before-*")
    assert old_key.read_text() == FORMER_KEY


def test_a_leftover_wal_does_not_spoil_a_restore(instance: Path, archive: Path) -> None:
    with closing(sqlite3.connect(instance / DATABASE, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("UPDATE events SET city = 'Neustadt'")
        log = (instance / f"{DATABASE}-wal").read_bytes()
    (instance / DATABASE).unlink()
    (instance / f"{DATABASE}-wal").write_bytes(log)
    assert quick(instance, "restore", archive).code == 0
    with closing(sqlite3.connect(instance / DATABASE)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        query = "SELECT count(*) FROM events WHERE city = 'Neustadt'"
        assert database.execute(query).fetchone() == (0,)


def test_what_is_no_backup_is_refused_before_anything_is_touched(
    archive: Path, tmp_path: Path
) -> None:
    fresh = tmp_path / "fresh"
    text, cut = tmp_path / "text", tmp_path / "cut"
    text.write_text("Guten Tag")
    cut.write_bytes(archive.read_bytes()[:-3000])
    for wrong in (text, cut, tmp_path):
        refused(quick(fresh, "restore", wrong), "keine Sicherung")
    refused(quick(fresh, "restore", tmp_path / "nowhere"), "no such file")
    another = "another key, which is long enough, too"
    done = quick(fresh, "restore", archive, EXCHANGE_SECRET_KEY=another)
    refused(done, "EXCHANGE_SECRET_KEY differs")
    assert not (fresh / DATABASE).exists()


def repacked(archive: Path, statement: str, *, format_: int = 1) -> Path:
    """The same backup after somebody has been at its database."""
    folder, made = archive.with_name("opened"), archive.with_name("repacked.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    with closing(sqlite3.connect(folder / DATABASE)) as database, database:
        database.execute(statement)
    (folder / "backup.json").write_text(json.dumps({"format": format_}))
    with tarfile.open(made, "w:gz") as tar:
        for file in folder.iterdir():
            tar.add(file, file.name)
    return made


def test_a_backup_of_a_newer_version_is_refused(archive: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    future = repacked(archive, "UPDATE alembic_version SET version_num = 'from_the_future'")
    refused(quick(fresh, "restore", future), "newer version")
    future = repacked(archive, "UPDATE events SET city = city", format_=2)
    refused(quick(fresh, "restore", future), "newer version")
    broken = repacked(archive, "UPDATE stands SET project_id = 999")
    refused(quick(fresh, "restore", broken), "damaged")
    assert not (fresh / DATABASE).exists()


def test_nothing_is_restored_under_a_running_server(instance: Path, archive: Path) -> None:
    server = launch(instance, EXCHANGE_SECRET_KEY=KEY)
    try:
        server.wait_until_serving()
        before = asked_in(instance / DATABASE)
        refused(quick(instance, "restore", "--replace", archive), "running")
        assert asked_in(instance / DATABASE) == before
        assert server.stop() == 0
        assert quick(instance, "restore", "--replace", archive).code == 0
    finally:
        server.finish()


def test_what_fails_halfway_leaves_the_old_fair_in_its_place(instance: Path, archive: Path) -> None:
    with closing(sqlite3.connect(instance / DATABASE)) as database, database:
        database.execute("UPDATE events SET city = 'Neustadt'")
    # A folder where the key should be put.
    (instance / KEY_FILE).mkdir()
    (instance / KEY_FILE / "something").touch()
    done = quick(instance, "restore", "--replace", archive, EXCHANGE_SECRET_KEY=KEY)
    refused(done, "cannot be written")
    with closing(sqlite3.connect(instance / DATABASE)) as database:
        query = "SELECT DISTINCT city FROM events"
        assert database.execute(query).fetchall() == [("Neustadt",)]
    assert not list(instance.glob("exchange.before-*"))
    assert not list(instance.glob(".*"))


def test_database_and_key_may_lie_on_two_disks(instance: Path, archive: Path) -> None:
    other = Path(tempfile.mkdtemp(dir="/dev/shm"))
    try:
        url = {"EXCHANGE_DATABASE_URL": f"sqlite:///{other / DATABASE}"}
        done = quick(instance, "restore", archive, **url)
        assert done.code == 0, done.complained
        assert asked_in(other / DATABASE) == asked_in(instance / DATABASE)
        assert (instance / KEY_FILE).read_text() == KEY
        assert not list(instance.glob(".*"))
    finally:
        shutil.rmtree(other)


def test_an_uncheckpointed_wal_is_kept_with_its_database(instance: Path, archive: Path) -> None:
    with closing(sqlite3.connect(instance / DATABASE, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.execute("UPDATE events SET city = 'Neustadt'")
        killed = {end: Path(f"{instance / DATABASE}{end}").read_bytes() for end in ("", "-wal")}
    for end, content in killed.items():
        Path(f"{instance / DATABASE}{end}").write_bytes(content)
    assert quick(instance, "restore", "--replace", archive).code == 0
    # In one file, which moves as a whole.
    (kept,) = instance.glob("exchange.before-*")
    with closing(sqlite3.connect(kept)) as database:
        query = "SELECT DISTINCT city FROM events"
        assert database.execute(query).fetchall() == [("Neustadt",)]


def test_no_server_starts_while_a_backup_is_restored(instance: Path) -> None:
    with (instance / config.SERVER_LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = launch(instance)
        try:
            assert server.end() == 1, server.output
        finally:
            server.finish()
    told = [line for line in server.lines if not line.endswith("...")]
    assert len(told) == 1, server.output
    assert str(instance) in told[0]
