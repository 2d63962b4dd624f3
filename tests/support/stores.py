"""PostgreSQL and Redis for tests: servers of their own, in a folder and under a user of their own.

What the machine itself runs is neither used nor touched.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

START_WITHIN_S = 30
_PLAIN = ("--no-sync", "--encoding=UTF8", "--locale=C.UTF-8")
_NOT_DURABLE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def find_postgresql() -> Path | None:
    """The folder of PostgreSQL's programs, the newest version's; Debian keeps them off the path."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


def find_redis() -> str | None:
    """Redis' program."""
    return shutil.which("redis-server")


def missing() -> list[str]:
    """Debian's names of what is not here."""
    return [
        name
        for name, found in (("postgresql", find_postgresql()), ("redis-server", find_redis()))
        if not found
    ]


class Postgres:
    """A cluster with a template from which each test's database is copied."""

    def __init__(self) -> None:
        programs = find_postgresql()
        assert programs, "PostgreSQL's programs are not here."
        # Not below pytest's own folder: that is for its user only, and its path is too long
        # for a socket's.
        self.folder = Path(tempfile.mkdtemp(prefix="exchange-"))
        # It refuses to run as root.
        user = _somebody() if os.geteuid() == 0 else None
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
        data = self.folder / "data"
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "exchange", "--auth=trust", *_PLAIN],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **self._as,  # type: ignore[call-overload]
        )
        options = [f"unix_socket_directories={self.folder}", "listen_addresses=", *_NOT_DURABLE]
        self._command = [str(programs / "postgres"), "-D", str(data)]
        self._command += [word for option in options for word in ("-c", option)]
        self.start()

    def start(self) -> None:
        """Start, or start again; answers when it can be talked to."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                **self._as,  # type: ignore[call-overload]
            )
        _wait(self._answers)

    def stop(self) -> None:
        """Break all connections and stop."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(START_WITHIN_S)

    def end(self) -> None:
        """Stop and leave nothing behind."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_WITHIN_S)
        shutil.rmtree(self.folder)

    def url(self, database: str) -> str:
        """As EXCHANGE_DATABASE_URL names it."""
        return f"postgresql://exchange@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """To look at what is in it, past the product."""
        return psycopg.connect(
            host=str(self.folder), user="exchange", dbname=database, autocommit=True
        )

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, a copy of another to which nobody is connected; its address."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Throw a database away, whoever is still connected."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def _answers(self) -> bool:
        assert self._process.poll() is None, (self.folder / "log").read_text()
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True


class Redis:
    """A Redis that keeps nothing, can be stopped and started again under the same address."""

    def __init__(self) -> None:
        self.port = _free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start, or start again."""
        program = find_redis()
        assert program, "Redis' program is not here."
        self._process = subprocess.Popen(
            [program, "--bind", "127.0.0.1", "--port", str(self.port), "--save", ""],
            cwd=tempfile.gettempdir(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait(self._answers)

    def stop(self) -> None:
        """As when its machine is switched off; pages and limits are forgotten."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(START_WITHIN_S)

    def freeze(self) -> None:
        """It takes connections and says nothing: what a blocked network looks like."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._process.send_signal(signal.SIGCONT)

    def _answers(self) -> bool:
        assert self._process.poll() is None
        with redis.Redis(port=self.port) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:
                return False


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise AssertionError("There is no user that PostgreSQL could run as.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(until: Callable[[], bool]) -> None:
    give_up = time.monotonic() + START_WITHIN_S
    while not until():
        assert time.monotonic() < give_up
        time.sleep(0.05)
