"""Addresses of databases and of Redis: what cannot be used is one sentence without a password."""

import sys
from pathlib import Path

import pytest

from exchange import config
from exchange.config import SettingRefused

SECRET = "geheim"


def read(tmp_path: Path, **environ: str) -> config.Settings:
    return config.read(environ, tmp_path)


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
