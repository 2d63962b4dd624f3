"""Who waits for PostgreSQL must not stop everybody else: the driver waits in C if it may."""

import json
import os
import subprocess
import sys

import pytest

from simulation.servers import ROOT
from tests.support.stores import Postgres

pytestmark = [pytest.mark.live, pytest.mark.servers]

QUERIES, EACH_S = 10, 0.5

PROGRAM = f"""
import json, os, sys, threading, time
import wsgi  # patches
from sqlalchemy import text
from exchange.database.engine import _postgresql
wsgi.raise_open_files()
# As in a hall: every phone is an open file, and select() knows only the first 1,024.
files = [os.dup(0) for _ in range(1100)]
engine = _postgresql(sys.argv[1])
ticks = 0
def query():
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_sleep({EACH_S})"))
began = time.monotonic()
waiting = [threading.Thread(target=query) for _ in range({QUERIES})]
for one in waiting:
    one.start()
while any(one.is_alive() for one in waiting):
    time.sleep(0.01)
    ticks += 1
took = time.monotonic() - began
engine.dispose()
print(json.dumps([took, ticks]))
"""


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_ten_queries_wait_side_by_side_and_others_go_on(mode: str, postgres: Postgres) -> None:
    url = postgres.url("postgres").replace("postgresql:", "postgresql+psycopg:")
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM, url],
        cwd=ROOT,
        env=os.environ | {"EXCHANGE_ASYNC_MODE": mode, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    took, ticks = json.loads(told.stdout)
    # One after the other they would need all of it, and nothing could tick meanwhile.
    assert took < QUERIES * EACH_S / 2
    assert ticks > 10
