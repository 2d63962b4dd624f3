"""What PostgreSQL cannot look for is not there; what else it cannot take is a fault of ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from exchange.config import Settings
from exchange.database.connections import db
from tests.support.apps import TEMPLATE, dispose, make_app
from tests.support.fair import KEY
from tests.support.stores import Postgres

pytestmark = pytest.mark.servers


@pytest.fixture
def app(prepared_postgres: Postgres, tmp_path: Path) -> Iterator[Flask]:
    name = "errors"
    url = prepared_postgres.create(name, TEMPLATE)
    made = make_app(Path(), settings=Settings(tmp_path, url, KEY, async_mode="threading"))
    made.config["PROPAGATE_EXCEPTIONS"] = False

    @made.get("/a-fault-of-ours")
    def fault() -> str:
        return str(db.session.scalar(text("SELECT CAST('seven' AS integer)")))

    yield made
    dispose(made)
    prepared_postgres.drop(name)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("word", ["%00", "A%00B", "%ED%A0%80", "\u00e4", "A" * 500])
@pytest.mark.parametrize("path", ["/s/{}", "/e/{}", "/projects/{}", "/screen/{}", "/?code={}"])
def test_an_impossible_code_is_not_found(client: FlaskClient, path: str, word: str) -> None:
    assert client.get(path.format(word)).status_code == 404


def test_a_data_error_of_our_own_is_500_and_not_404(
    client: FlaskClient,
) -> None:
    answer = client.get("/a-fault-of-ours", headers={"Accept": "application/json"})
    assert answer.status_code == 500
    assert answer.json
    assert answer.json["error"] == "broken"
