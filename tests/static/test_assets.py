"""How scripts and stylesheets are delivered: small, for ever, and never stale."""

import gzip
import json
import os
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from exchange import assets
from exchange.assets import AssetsMissing

SCRIPT = b"export const stand = 'ROBO';" * 20


def build(folder: Path, fingerprint: str) -> None:
    """What `assets/build.mjs` leaves behind, with one script and one typeface."""
    for old in folder.glob("*"):
        old.unlink()
    script = f"attendee.{fingerprint}.js"
    (folder / script).write_bytes(SCRIPT)
    (folder / f"{script}.gz").write_bytes(gzip.compress(SCRIPT))
    (folder / f"{script}.br").write_bytes(b"brotli")
    (folder / f"font.{fingerprint}.woff2").write_bytes(b"letters")
    manifest = {"attendee.js": script, "font.woff2": f"font.{fingerprint}.woff2"}
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "static" / "build"
    made.mkdir(parents=True)
    return made


@pytest.fixture
def app(folder: Path) -> Flask:
    made = Flask("assets_alone", root_path=str(folder.parents[1]))
    assets.init_app(made)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def address(app: Flask, name: str) -> str:
    with app.app_context():
        return render_template_string("{{ asset(name) }}", name=name)


def test_an_asset_has_its_hash_in_its_name_and_is_immutable(
    app: Flask, client: FlaskClient, folder: Path
) -> None:
    build(folder, "one")
    assert address(app, "attendee.js") == "/static/build/attendee.one.js"
    answer = client.get("/static/build/attendee.one.js")
    assert answer.data == SCRIPT
    assert answer.content_type == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
    ],
)
def test_the_smallest_accepted_encoding_is_sent(
    client: FlaskClient, folder: Path, accepted: str, encoding: str | None
) -> None:
    build(folder, "one")
    answer = client.get("/static/build/attendee.one.js", headers={"Accept-Encoding": accepted})
    assert answer.content_encoding == encoding
    assert answer.vary.as_set() == {"accept-encoding"}


def test_typefaces_are_not_compressed(client: FlaskClient, folder: Path) -> None:
    build(folder, "one")
    answer = client.get("/static/build/font.one.woff2", headers={"Accept-Encoding": "br, gzip"})
    assert answer.data == b"letters"
    assert answer.content_encoding is None
    assert "Vary" not in answer.headers


@pytest.mark.parametrize(
    "name", ["manifest.json", "attendee.one.js.br", "attendee.js", "..%2Fsecret.key"]
)
def test_only_files_of_the_manifest_are_served(
    client: FlaskClient, folder: Path, name: str
) -> None:
    build(folder, "one")
    assert client.get(f"/static/build/{name}").status_code == 404


def test_a_running_server_notices_a_new_build_and_keeps_the_old_files(
    app: Flask, client: FlaskClient, folder: Path
) -> None:
    build(folder, "one")
    assert address(app, "attendee.js") == "/static/build/attendee.one.js"
    build(folder, "two")
    os.utime(folder / "manifest.json", (0, 2_000_000_000))
    assert address(app, "attendee.js") == "/static/build/attendee.two.js"
    assert client.get("/static/build/attendee.one.js").status_code == 200


def test_an_unbuilt_folder_is_refused_with_what_to_do(app: Flask) -> None:
    with pytest.raises(AssetsMissing, match="bin/assets"):
        address(app, "attendee.js")
