"""A fair in a hall: a server process, its folder, and the Wi-Fi before it."""

import contextlib
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulation.demo import LAN_NAME, Links
from simulation.proxy import Proxy
from simulation.servers import DATABASE, ROOT, Running, free_port, launch
from simulation.waiting import HANGS_S, wait_until


@dataclass
class Venue:
    """The server can be stopped, killed and started again, always on the same folder and port.

    `url` is for programs, `base` for browsers; both lead through `line`. Programs that must not
    be disturbed go to `server.url`.
    """

    instance: Path
    line: Proxy
    settings: dict[str, str] = field(default_factory=dict)
    fair: dict[str, Any] = field(default_factory=dict)
    """What `demo --json` printed, if it is the demo fair."""
    may_complain: bool = False
    """Whether a traceback in the log belongs to the story."""
    running: list[Running] = field(default_factory=list)
    """All server processes so far."""

    @classmethod
    def open(
        cls, instance: Path, *, seed: int = 0, fair: dict[str, Any] | None = None, **settings: str
    ) -> "Venue":
        """Start the server on a folder with a fair in it, and the line before it.

        `settings` are further EXCHANGE_ ones.
        """
        line = Proxy(free_port(), seed=seed)
        line.start()
        venue = cls(instance, line, settings, fair or {})
        try:
            venue.start()
        except BaseException:
            venue.close()
            raise
        return venue

    @property
    def server(self) -> Running:
        return self.running[-1]

    @property
    def url(self) -> str:
        return self.line.url

    @property
    def base(self) -> str:
        return f"http://{LAN_NAME}:{self.line.port}"

    @property
    def links(self) -> Links:
        """The demo fair's links, for browsers."""
        return Links(self.base, self.fair)

    @property
    def database(self) -> Path:
        return self.instance / DATABASE

    @property
    def output(self) -> str:
        """What all server processes printed."""
        return "\n".join(one.output for one in self.running)

    # The server's life

    def start(self) -> None:
        """Start it, again if it has been there before, and wait until it serves."""
        started = self.launch()
        started.wait_until_serving()

    def launch(self) -> Running:
        """The same without waiting."""
        ours = {"EXCHANGE_PUBLIC_URL": self.base, "EXCHANGE_ORIGINS": f"{self.base} {self.url}"}
        made = launch(
            self.instance,
            mode=None,
            name=LAN_NAME,
            port=self.line.upstream,
            cwd=ROOT,
            **(ours | self.settings),
        )
        self.running.append(made)
        return made

    def kill(self) -> None:
        """SIGKILL: as if the laptop's power had gone."""
        self.server.finish()

    def restart(self) -> None:
        """SIGKILL, and up again."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """SIGSTOP: the process stands still, its connections stay open."""
        self.server.process.send_signal(signal.SIGSTOP)
        told = Path(f"/proc/{self.server.process.pid}/stat")
        # Its state is the first word after its name, which stands in brackets.
        wait_until(lambda: told.read_text().rpartition(")")[2].split()[0] == "T")

    def resume(self) -> None:
        """SIGCONT."""
        self.server.process.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Another process holds the database's write lock meanwhile."""
        other = sqlite3.connect(self.database, isolation_level=None, timeout=HANGS_S)
        with contextlib.closing(other):
            other.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                other.execute("ROLLBACK")

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """What the database holds, read past the server."""
        with contextlib.closing(sqlite3.connect(self.database, timeout=HANGS_S)) as file:
            file.row_factory = sqlite3.Row
            return [dict(row) for row in file.execute(statement, values)]

    def close(self) -> None:
        """End everything, whatever became of it."""
        for one in self.running:
            one.finish()
        self.line.stop()


def staying(venue: Venue) -> Iterator[Venue]:
    """Keep a venue for a test; nothing may have gone wrong inside the server."""
    try:
        yield venue
    finally:
        venue.close()
    assert venue.may_complain or "Traceback" not in venue.output
