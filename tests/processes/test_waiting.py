"""Who waits for PostgreSQL must not stop everybody else: the driver waits in C if it may."""

import json
import os
import subprocess
import sys

import pytest

from simulation.servers import ROOT
from simulation.waiting import HANGS_S
from tests.support.stores import Postgres

pytestmark = [pytest.mark.live, pytest.mark.servers]

QUERIES, TICKS = 10, 20

PROGRAM = f"""
import json, os, sys, threading, time
import wsgi  # patches
from sqlalchemy import text
from exchange.database.engine import _postgresql
wsgi.raise_open_files()
# As in a hall: every phone is an open file, and select() knows only the first 1,024.
files = [os.dup(0) for _ in range(1100)]
engine = _postgresql(sys.argv[1])
def query():
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_lock_shared(1)"))
def count(connection):
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return connection.scalar(text(waiting))
holder = engine.connect()
holder.execute(text("SELECT pg_advisory_lock(1)"))
threads = [threading.Thread(target=query) for _ in range({QUERIES})]
for one in threads:
    one.start()
most = ticks = 0
while most < {QUERIES} or ticks < {TICKS}:
    time.sleep(0.01)
    ticks += 1
    most = max(most, count(holder))
holder.execute(text("SELECT pg_advisory_unlock(1)"))
for one in threads:
    one.join()
holder.close()
engine.dispose()
print(json.dumps([most, ticks]))
"""


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_postgresql_queries_wait_without_blocking_the_loop(mode: str, postgres: Postgres) -> None:
    """All ten wait for a lock that is given back only when all of them wait, and others ticked."""
    url = postgres.url("postgres").replace("postgresql:", "postgresql+psycopg:")
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, url],
        cwd=ROOT,
        env=os.environ | {"EXCHANGE_ASYNC_MODE": mode, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    most, ticks = json.loads(told.stdout)
    assert most == QUERIES
    assert ticks >= TICKS
