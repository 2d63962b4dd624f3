"""A backup while the server runs, and its way back into an instance: whole or not at all.

One archive holds the database, the key that its passes and cookies need, and a note of what it is.
"""

import contextlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from exchange.config import KEY_FILE, SERVER_LOCK, Settings
from exchange.database import migrations
from exchange.database.engine import database_file
from exchange.files import make_private, open_private, put_new, sync_folder, write_new

DATABASE, NOTE = "exchange.sqlite3", "backup.json"
FORMAT = 1
_MOST_BYTES = 10 * 1024**3
"""No fair is larger; a file that says so is none of ours."""


class BackupRefused(Exception):
    """Why it cannot be done: a word, and what its sentence has to name."""

    def __init__(self, word: str, about: object = "") -> None:
        super().__init__(word)
        self.word = word
        self.about = str(about)


@dataclass(frozen=True)
class Written:
    """What was saved, or brought back."""

    path: Path
    questions: int
    size: int
    kept: Path | None = None
    """Where the database is that was there before."""


def backup(settings: Settings, target: Path, moment: datetime) -> Written:
    """Save the instance into a new file, or into a folder under a name with the time.

    Refuses `not_sqlite`, `no_database`, `exists`, `not_writable`, `damaged`.
    """
    source = _file(settings)
    if not source.is_file():
        raise BackupRefused("no_database", source)
    if target.is_dir():
        target /= f"exchange-{moment:%Y-%m-%d-%H%M%S}.tar.gz"
    if target.exists():
        raise BackupRefused("exists", target)
    try:
        with _beside(target) as workshop:
            copy = workshop / DATABASE
            _copy(source, copy)
            questions = _inspect(copy)
            packed = workshop / "packed"
            _pack(packed, copy, settings.secret_key, moment)
            if not put_new(packed, target):
                raise BackupRefused("exists", target)
    except OSError as error:
        raise BackupRefused("not_writable", f"{target} ({error.strerror})") from error
    return Written(target, questions, target.stat().st_size)


def restore(settings: Settings, archive: Path, moment: datetime, *, replace: bool) -> Written:
    """Bring a backup into the instance; with `replace` the database that is there is kept beside.

    Refuses `not_sqlite`, `not_a_backup`, `newer`, `damaged`, `exists`, `running`, `other_key`,
    `not_writable`.
    """
    target = _file(settings)
    try:
        # Database and key may lie on two disks; each is put into its place by one renaming.
        place = settings.instance / KEY_FILE
        with _alone(settings.instance), _beside(target) as workshop, _beside(place) as safe:
            copy = workshop / DATABASE
            key = _unpack(archive, copy)
            questions = _inspect(copy)
            if migrations.is_unknown(_version(copy)):
                raise BackupRefused("newer", archive)
            if os.environ.get("EXCHANGE_SECRET_KEY") and settings.secret_key != key:
                raise BackupRefused("other_key")
            if target.exists() and not replace:
                raise BackupRefused("exists", target)
            migrations.upgrade(f"sqlite:///{copy}", key)
            # What may fail for want of room is done before anything of the old is touched.
            write_new(safe / KEY_FILE, key)
            copy.chmod(0o600)
            with _set_aside(settings, target, moment) as kept:
                (safe / KEY_FILE).replace(place)
                copy.replace(target)
            sync_folder(target.parent)
    except OSError as error:
        raise BackupRefused("not_writable", f"{target.parent} ({error.strerror})") from error
    return Written(target, questions, target.stat().st_size, kept)


def _file(settings: Settings) -> Path:
    file = database_file(settings.database_url)
    if file is None:
        raise BackupRefused("not_sqlite")
    return file


@contextlib.contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder for what is not whole yet, on the same disk, for nobody else's eyes."""
    made = Path(tempfile.mkdtemp(prefix=".exchange-", dir=target.parent))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _alone(instance: Path) -> Iterator[None]:
    """No server uses the instance meanwhile. Refuses `running`."""
    try:
        import fcntl
    except ModuleNotFoundError:  # Windows lets nobody replace a file that is open
        yield
        return
    with open_private(instance / SERVER_LOCK) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused("running", instance) from None
        yield


def _copy(source: Path, copy: Path) -> None:
    """SQLite's own online backup, in one step: nobody who writes meanwhile has to wait."""
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, timeout=10)) as live,
            closing(sqlite3.connect(copy)) as saved,
        ):
            live.backup(saved)
            # One file, with nothing beside it.
            saved.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise BackupRefused("no_database", f"{source} ({error})") from error
    except sqlite3.DatabaseError as error:
        raise BackupRefused("damaged", source) from error


def _inspect(copy: Path) -> int:
    """How many questions are in it. Refuses `damaged`."""
    try:
        with closing(sqlite3.connect(copy)) as database:
            sound = database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            whole = not database.execute("PRAGMA foreign_key_check").fetchall()
            (questions,) = database.execute("SELECT count(*) FROM questions").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupRefused("damaged") from error
    if not sound or not whole:
        raise BackupRefused("damaged")
    return int(questions)


def _version(copy: Path) -> str:
    try:
        with closing(sqlite3.connect(copy)) as database:
            found = database.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupRefused("damaged") from error
    return str(found[0]) if found else ""


def _pack(packed: Path, copy: Path, key: str, moment: datetime) -> None:
    note = {"format": FORMAT, "made": moment.isoformat(), "tables": _version(copy)}
    # mkdtemp's folder is for us alone; the file must be, too, once it has left it.
    handle = os.open(packed, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as tar:
            for name, text in ((NOTE, json.dumps(note)), (KEY_FILE, key)):
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(text.encode()), 0o600
                tar.addfile(member, io.BytesIO(text.encode()))
            tar.add(copy, DATABASE, filter=_for_owner_only)
        file.flush()
        os.fsync(file.fileno())


def _for_owner_only(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mode, member.uname, member.gname, member.uid, member.gid = 0o600, "", "", 0, 0
    return member


def _unpack(archive: Path, copy: Path) -> str:
    """Unpack the database, return the key. Only what we know is read, whatever else is there."""
    try:
        with tarfile.open(archive, "r:gz") as tar:
            note = json.loads(_read(tar, NOTE, 10_000))
            if note["format"] > FORMAT:
                raise BackupRefused("newer", archive)
            key = _read(tar, KEY_FILE, 10_000).decode()
            member = tar.getmember(DATABASE)
            packed = tar.extractfile(member)
            if packed is None or not member.isfile() or member.size > _MOST_BYTES:
                raise BackupRefused("not_a_backup", archive)
            with packed, copy.open("wb") as file:
                shutil.copyfileobj(packed, file)
                file.flush()
                os.fsync(file.fileno())
    except FileNotFoundError:
        raise BackupRefused("not_there", archive) from None
    except (
        tarfile.TarError,
        EOFError,
        KeyError,
        ValueError,
        TypeError,
        IsADirectoryError,
    ) as error:
        raise BackupRefused("not_a_backup", archive) from error
    except OSError as error:
        if error.errno is None or archive.is_dir():  # gzip has no number for what is none
            raise BackupRefused("not_a_backup", archive) from error
        raise
    return key


def _read(tar: tarfile.TarFile, name: str, at_most: int) -> bytes:
    member = tar.getmember(name)
    file = tar.extractfile(member)
    if file is None or member.size > at_most:
        raise KeyError(name)
    with file:
        return file.read()


@contextlib.contextmanager
def _set_aside(settings: Settings, target: Path, moment: datetime) -> Iterator[Path | None]:
    """Move what is there out of the way; with it a log, which would spoil the new database.

    If what follows fails, it is all in its place again.
    """
    mark = f"before-{moment:%Y-%m-%d-%H%M%S}"
    kept = target.with_name(f"{target.stem}.{mark}{target.suffix}")
    key = settings.instance / KEY_FILE
    was_there = target.exists()
    if was_there and key.is_file():
        former = key.with_name(f"{KEY_FILE}.{mark}")
        shutil.copy2(key, former)
        make_private(former)
    _settle(target)
    moved: list[tuple[Path, Path]] = []
    try:
        for ending in ("-wal", "-shm", ""):
            part, away = Path(f"{target}{ending}"), Path(f"{kept}{ending}")
            if part.exists():
                make_private(part)
                part.rename(away)
                moved.append((part, away))
        yield kept if was_there else None
    except BaseException:
        for part, away in reversed(moved):
            away.replace(part)
        raise


def _settle(database: Path) -> None:
    """Let SQLite move what stands in the log into the one file, which then moves as a whole."""
    if not database.exists():
        return
    # What is damaged is kept as it is.
    with (
        contextlib.suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True)) as old,
    ):
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
