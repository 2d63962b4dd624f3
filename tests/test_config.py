"""Addresses of databases and of Redis: what cannot be used is one sentence without a password."""

import os
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from exchange import config, create_app, instance
from exchange.config import SettingRefused
from exchange.database import migrations
from exchange.database.engine import database_file
from exchange.paper import qr

SECRET = "geheim"


def read(tmp_path: Path, **environ: str) -> config.Settings:
    return instance.settings(environ, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://root:{SECRET}@host/exchange",
        f"postgresql+psycopg2://root:{SECRET}@host/exchange",
        f"postgresql://root:{SECRET}@host:{SECRET}/exchange",
        SECRET,
    ],
)
def test_a_database_that_cannot_be_used_is_a_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        read(tmp_path, EXCHANGE_DATABASE_URL=url)
    assert "EXCHANGE_DATABASE_URL" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("url", [f"http://{SECRET}", f"redis://:{SECRET}@host:{SECRET}/0"])
def test_a_redis_that_cannot_be_used_is_a_sentence(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingRefused) as refused:
        read(tmp_path, EXCHANGE_REDIS_URL=url)
    assert "EXCHANGE_REDIS_URL" in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("package", "name", "url"),
    [
        ("psycopg", "EXCHANGE_DATABASE_URL", "postgresql://host/exchange"),
        ("redis", "EXCHANGE_REDIS_URL", "redis://host"),
    ],
)
def test_a_missing_package_is_a_sentence_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str, name: str, url: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SettingRefused, match=rf"{name}.*{package}.*requirements-many\.txt"):
        read(tmp_path, **{name: url})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_may_be_written_as_its_hosts_write_it(tmp_path: Path, scheme: str) -> None:
    settings = read(tmp_path, EXCHANGE_DATABASE_URL=f"{scheme}://me:{SECRET}@host/exchange")
    assert settings.database_url == f"postgresql+psycopg://me:{SECRET}@host/exchange"
    assert SECRET not in repr(settings)


def test_an_origin_that_is_no_address_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match=r"EXCHANGE_ORIGINS is “fragen\.lan”"):
        read(tmp_path, EXCHANGE_ORIGINS="http://10.0.0.2:5000, fragen.lan")


def test_the_laptop_itself_may_write_on_any_port(tmp_path: Path) -> None:
    assert "http://localhost:5000" in read(tmp_path).allowed_origins
    # As browsers write the port of plain http: not at all.
    settings = read(tmp_path, EXCHANGE_PORT="80", EXCHANGE_PUBLIC_URL="http://fragen.lan")
    assert "http://localhost" in settings.allowed_origins
    assert {"fragen.lan", "localhost", "127.0.0.1"} <= settings.allowed_hosts


def test_without_settings_there_is_a_key_of_ones_own(tmp_path: Path) -> None:
    settings = read(tmp_path)
    key = tmp_path / config.KEY_FILE
    assert (settings.host, settings.port) == ("0.0.0.0", 5000)
    assert len(settings.secret_key) > 40
    assert key.read_text() == settings.secret_key
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == [config.KEY_FILE]
    assert read(tmp_path).secret_key == settings.secret_key


LONG = "a key that somebody has set, long enough"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_the_instance_folder_is_made_for_its_owner_only(
    tmp_path: Path, umask: int, elsewhere: bool
) -> None:
    """Also when neither key nor database stand in it."""
    folder = tmp_path / "made" / "instance"
    database = tmp_path / "database"
    database.mkdir()
    url = f"sqlite:///{database}/own.sqlite3"
    environ = {"EXCHANGE_SECRET_KEY": LONG, "EXCHANGE_DATABASE_URL": url} if elsewhere else {}
    before = os.umask(umask)
    try:
        settings = instance.settings({"EXCHANGE_INSTANCE": str(folder), **environ}, tmp_path)
        migrations.upgrade(settings.database_url, settings.secret_key)
        instance.lock_instance(folder).close()
        file = database_file(settings.database_url)
        assert file
        with closing(sqlite3.connect(file)) as opened:
            opened.execute("PRAGMA journal_mode = WAL")
            opened.execute("CREATE TABLE more (one)")
            beside = [Path(f"{file}{ending}") for ending in ("", "-wal", "-shm")]
            assert [mode(one) for one in beside] == [0o600] * 3
        assert mode(folder) == 0o700
        assert {mode(one) for one in folder.iterdir()} == {0o600}
    finally:
        os.umask(before)


def test_what_stood_open_is_closed_and_only_what_is_ours(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read(tmp_path)
    ours = ["exchange.sqlite3", "exchange.sqlite3-wal", "exchange.sqlite3-shm", config.SERVER_LOCK]
    ours += ["secret.key.before-2026-11-26-100000", "exchange.before-2026-11-26-100000.sqlite3"]
    ours += ["exchange-2026-11-26-100000.tar.gz", config.KEY_FILE]
    for name in [*ours, "somebodys.sh"]:
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o755)
    tmp_path.chmod(0o755)
    read(tmp_path)
    assert mode(tmp_path) == 0o700
    assert {mode(tmp_path / name) for name in ours} == {0o600}
    assert mode(tmp_path / "somebodys.sh") == 0o755
    assert capsys.readouterr() == ("", "")


def test_a_folder_that_all_share_stays_so_and_is_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o1777)
    read(tmp_path)
    assert mode(tmp_path) == 0o1777
    told = capsys.readouterr().err
    assert told.count(str(tmp_path)) == 1
    assert "chmod 700" in told
    assert mode(tmp_path / config.KEY_FILE) == 0o600


@pytest.mark.parametrize("length", [1, 31])
def test_a_short_key_is_refused_in_a_sentence_that_does_not_repeat_it(
    tmp_path: Path, length: int
) -> None:
    short = SECRET * 6
    with pytest.raises(SettingRefused, match=rf"EXCHANGE_SECRET_KEY has {length} .* 32") as refused:
        read(tmp_path, EXCHANGE_SECRET_KEY=short[:length])
    assert short[:length] not in str(refused.value) or length == 1
    (tmp_path / config.KEY_FILE).write_text(short[:length])
    with pytest.raises(SettingRefused, match=rf"{config.KEY_FILE} has {length} .* 32"):
        read(tmp_path)
    assert read(tmp_path, EXCHANGE_SECRET_KEY=short[:32]).secret_key == short[:32]


def test_an_empty_key_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / config.KEY_FILE).touch()
    with pytest.raises(SettingRefused, match=config.KEY_FILE):
        read(tmp_path)


def test_the_demo_fair_is_wanted_unless_somebody_says_no(tmp_path: Path) -> None:
    assert read(tmp_path).demo
    assert not read(tmp_path, EXCHANGE_DEMO="no").demo
    with pytest.raises(SettingRefused, match="EXCHANGE_DEMO"):
        read(tmp_path, EXCHANGE_DEMO="maybe")


@pytest.mark.parametrize(
    ("given", "kept", "shown"),
    [
        ("http://börse.lan:5104", "http://xn--brse-5qa.lan:5104", "börse.lan:5104/s/GE1"),
        ("HTTP://BÖRSE.LAN", "http://xn--brse-5qa.lan", "börse.lan/s/GE1"),
        (
            "http://straße.example.org",
            "http://xn--strae-oqa.example.org",
            "straße.example.org/s/GE1",
        ),
        ("http://xn--brse-5qa.lan", "http://xn--brse-5qa.lan", "börse.lan/s/GE1"),
        ("http://fragen.lan:5000", "http://fragen.lan:5000", "fragen.lan:5000/s/GE1"),
        ("http://[::1]:5000", "http://[::1]:5000", "[::1]:5000/s/GE1"),
    ],
)
def test_names_are_kept_as_browsers_send_them_and_shown_as_people_write_them(
    tmp_path: Path, given: str, kept: str, shown: str
) -> None:
    settings = read(tmp_path, EXCHANGE_PUBLIC_URL=given, EXCHANGE_ORIGINS=given)
    assert (settings.public_url, settings.origins) == (kept, (kept,))
    assert qr.short_address(f"{settings.public_url}/s/GE1") == shown
    app = create_app(
        replace(settings, secret_key="k" * 32, database_url=f"sqlite:///{tmp_path / 'x.sqlite3'}")
    )
    assert asked(app, kept.partition("//")[2])[0] == "200 OK"
    status, page = asked(app, "elsewhere.example.org")
    assert status.startswith("421")
    assert shown.partition("/")[0] in page


def asked(app: Flask, host: str) -> tuple[str, str]:
    """Status and page, without the test client: it decodes names by the standard of 2003."""
    environ = EnvironBuilder("/pass", environ_overrides={"HTTP_HOST": host}).get_environ()
    body, status, _ = run_wsgi_app(app, environ, buffered=True)
    return status, b"".join(body).decode()


@pytest.mark.parametrize("name", ["http://bör..lan", "http://-ä-.lan", "http://" + "ä" * 80])
def test_a_name_that_can_be_none_is_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingRefused, match="EXCHANGE_PUBLIC_URL"):
        read(tmp_path, EXCHANGE_PUBLIC_URL=name)
