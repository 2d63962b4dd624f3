"""One request, one connection: nobody waits for a lock, a batch or another while holding one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from urllib.request import Request, urlopen

import pytest
from sqlalchemy import select

from exchange.database.connections import SecondConnection, db
from exchange.database.engine import POSTGRESQL_CONNECTIONS
from exchange.database.transactions import try_write_lock, writing, writing_raw
from exchange.models import Event
from simulation.servers import Running, launch
from simulation.waiting import HANGS_S
from tests.support.apps import TEMPLATE
from tests.support.fair import AC_ROBO, GE, KEY, ROBO, Fair
from tests.support.stores import Postgres


def test_a_second_connection_in_one_context_raises(fair: Fair) -> None:
    with fair.app.app_context():
        db.session.scalar(select(Event.id))
        with pytest.raises(SecondConnection):
            db.raw_connection()
        with pytest.raises(SecondConnection), db.engine.connect():
            pass
        db.release()
        db.raw_connection().close()


def test_raw_reads_use_the_sessions_connection(fair: Fair) -> None:
    with fair.app.app_context():
        db.session.scalar(select(Event.id))
        with db.reading() as connection:
            same = db.session.connection().connection.dbapi_connection
            assert connection.connection.dbapi_connection is same


def test_a_writer_releases_its_connection_before_it_waits_for_the_lock(fair: Fair) -> None:
    with fair.app.app_context():
        for take in (writing, writing_raw):
            db.session.scalar(select(Event.id))
            with take():
                pass
        db.session.scalar(select(Event.id))
        try_write_lock(1)


def test_waiting_for_a_batch_holds_no_connection(fair: Fair) -> None:
    with fair.app.app_context():
        db.session.scalar(select(Event.id))
        with pytest.raises(SecondConnection):
            fair.app.extensions["process"].new_questions.submit(1, None, lambda _: [None])


def test_each_app_context_has_a_connection_of_its_own(fair: Fair) -> None:
    with fair.app.app_context():
        db.session.scalar(select(Event.id))
        with fair.app.app_context():
            db.session.scalar(select(Event.id))


@pytest.mark.live
@pytest.mark.servers
@pytest.mark.parametrize("mode", ["eventlet", "gevent", "threading"])
def test_twice_as_many_pages_at_once_as_the_pool_has_connections_are_all_served(
    mode: str, prepared_postgres: Postgres, tmp_path: Path
) -> None:
    name = f"pages_{mode}"
    url = prepared_postgres.create(name, TEMPLATE)
    running = launch(tmp_path, mode=mode, EXCHANGE_SECRET_KEY=KEY, EXCHANGE_DATABASE_URL=url)
    try:
        running.wait_until_serving()
        assert load_at_once(running, 2 * POSTGRESQL_CONNECTIONS) == {
            200: 2 * POSTGRESQL_CONNECTIONS
        }
        assert running.stop() == 0
        assert "Traceback" not in running.output
    finally:
        running.finish()
        prepared_postgres.drop(name)


def load_at_once(running: Running, number: int) -> Counter[int]:
    """Pages of several kinds, asked for in the same moment; how many had which status."""
    paths = (f"/s/{ROBO}", f"/e/{GE}", f"/s/{AC_ROBO}", "/projects/robo", f"/e/{GE}?q=kosten")
    together = Barrier(number)

    def load(which: int) -> int:
        request = Request(running.url + paths[which % len(paths)])
        together.wait(HANGS_S)
        with urlopen(request, timeout=HANGS_S) as response:
            response.read()
            return int(response.status)

    with ThreadPoolExecutor(number) as pool:
        return Counter(pool.map(load, range(number)))
