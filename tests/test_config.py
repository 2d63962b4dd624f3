"""Addresses of databases and of Redis: what cannot be used is one sentence without a password."""

import stat
import sys
from pathlib import Path

import pytest

from exchange import config, instance
from exchange.config import SettingRefused

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


def test_an_empty_key_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / config.KEY_FILE).touch()
    with pytest.raises(SettingRefused, match=config.KEY_FILE):
        read(tmp_path)
