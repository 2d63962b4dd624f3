"""Every setting: its EXCHANGE_* name, its default and what it means.

Settings are read once, when the app is made, and never from anywhere else.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import idna
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

ASYNC_MODES = ("eventlet", "gevent", "threading")

# A limit that a person meets belongs to the rules (domain/); these belong to the machine.
TIME_ZONE = "Europe/Berlin"
MAX_BODY_BYTES = 128 * 1024
"""Room for ten thousand emoji in a form, at twelve bytes each: they are refused with their text."""
MAX_FORM_FIELDS = 100
"""Four times what the longest form of ours has."""
FLUSH_INTERVAL_S = 1.0
"""Phones hear gathered news at most this often a stand."""
MAX_SOCKET_MESSAGE_BYTES = 16 * 1024
MOST_PASS_DAYS = 3650
KEY_FILE = "secret.key"
LEAST_KEY_CHARACTERS = 32
"""What somebody made up in a minute can be found by trying: a pass is enough to try against."""
SERVER_LOCK = "server.lock"
"""The file in the instance folder that a running server holds."""


class SettingRefused(ValueError):
    """A setting that cannot be used; its text is one sentence for whoever starts the server."""


@dataclass(frozen=True)
class Settings:
    """What one running server was told. Made by `read`; tests make their own."""

    instance: Path
    """EXCHANGE_INSTANCE: the folder of database and key."""
    database_url: str = field(repr=False)
    """EXCHANGE_DATABASE_URL: SQLite or PostgreSQL; by default SQLite in the instance folder."""
    secret_key: str = field(repr=False)
    """EXCHANGE_SECRET_KEY: signs passes; by default a file of mode 0600 in the instance folder."""
    host: str = "0.0.0.0"
    """EXCHANGE_HOST: the address to listen on."""
    port: int = 5000
    """EXCHANGE_PORT: the port to listen on."""
    public_url: str = "http://localhost:5000"
    """EXCHANGE_PUBLIC_URL: what QR codes lead to; by default this machine's LAN address."""
    origins: tuple[str, ...] = ()
    """EXCHANGE_ORIGINS: more addresses whose pages may write, separated by spaces or commas."""
    redis_url: str | None = field(default=None, repr=False)
    """EXCHANGE_REDIS_URL: joins several processes; none by default."""
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """EXCHANGE_PROXIES: reverse proxies whose X-Forwarded-For is believed, as addresses or
    networks, separated by spaces or commas; none by default."""
    connections_an_address: int = 3000
    """EXCHANGE_CONNECTIONS_AN_ADDRESS: a hall is one address, with several for each phone."""
    pass_days: int = 7
    """EXCHANGE_PASS_DAYS: how many days an event's passes open something after it was closed."""
    demo: bool = True
    """EXCHANGE_DEMO: whether an empty database is given the demo fair (yes, no)."""
    async_mode: str = "eventlet"
    """EXCHANGE_ASYNC_MODE: eventlet, gevent or threading."""

    @cached_property
    def allowed_origins(self) -> tuple[str, ...]:
        """The public address, loopback on our port, and EXCHANGE_ORIGINS: who may write."""
        names = ("localhost", "127.0.0.1", "[::1]")
        # As browsers write them: port 80 is not named.
        loopback = (origin_of(f"http://{name}:{self.port}") for name in names)
        return (origin_of(self.public_url), *loopback, *self.origins)

    @cached_property
    def allowed_hosts(self) -> frozenset[str]:
        """The `Host` values of the allowed origins; any other page says the right address."""
        return frozenset(urlsplit(origin).netloc for origin in self.allowed_origins)


def read(
    environ: Mapping[str, str], default_instance: Path, key_in: Callable[[Path], str]
) -> Settings:
    """Read all settings; changes nothing. `key_in`: the key of an instance folder, if none is set.

    Refuses (SettingRefused) a port, an address, a mode or a key that cannot be used.
    """
    instance = instance_folder(environ, default_instance)
    port = _port(environ.get("EXCHANGE_PORT") or "5000")
    return Settings(
        instance=instance,
        database_url=_database_url(environ.get("EXCHANGE_DATABASE_URL"))
        or f"sqlite:///{instance / 'exchange.sqlite3'}",
        secret_key=_set_key(environ.get("EXCHANGE_SECRET_KEY")) or key_in(instance),
        host=environ.get("EXCHANGE_HOST") or "0.0.0.0",
        port=port,
        public_url=_public_url(environ.get("EXCHANGE_PUBLIC_URL"), port),
        origins=tuple(
            _address("EXCHANGE_ORIGINS", word) for word in _words(environ.get("EXCHANGE_ORIGINS"))
        ),
        proxies=tuple(_network(word) for word in _words(environ.get("EXCHANGE_PROXIES"))),
        connections_an_address=_connections(
            environ.get("EXCHANGE_CONNECTIONS_AN_ADDRESS") or "3000"
        ),
        redis_url=_redis_url(environ.get("EXCHANGE_REDIS_URL")),
        pass_days=_days(environ.get("EXCHANGE_PASS_DAYS") or "7"),
        demo=_yes_or_no("EXCHANGE_DEMO", environ.get("EXCHANGE_DEMO") or "yes"),
        async_mode=_async_mode(environ.get("EXCHANGE_ASYNC_MODE") or "eventlet"),
    )


def instance_folder(environ: Mapping[str, str], default: Path) -> Path:
    """The folder of database and key."""
    return Path(environ.get("EXCHANGE_INSTANCE") or default).absolute()


def require_long_enough(key: str, name: str) -> None:
    """Refuses (SettingRefused) a key that could be guessed; `name`: where it stands."""
    if len(key) < LEAST_KEY_CHARACTERS:
        raise SettingRefused(
            f"{name} has {len(key)} characters; a key must have at least {LEAST_KEY_CHARACTERS}, "
            "or it can be guessed. With another key every link is a new one."
        )


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, as a browser's `Origin` header writes them."""
    parts = urlsplit(url)
    default_port = {"http": ":80", "https": ":443"}[parts.scheme]
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(default_port)}"


def lan_address() -> str:
    """This machine's address in its network, or `localhost` when it is in none.

    Connecting a datagram socket sends nothing: the kernel only looks up the route.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            address = str(probe.getsockname()[0])
        except OSError:
            return "localhost"
    return "localhost" if address.startswith(("127.", "0.")) else address


def only_local(settings: Settings) -> bool:
    """Whether no phone can reach the public address."""
    name = urlsplit(settings.public_url).hostname or ""
    return name in ("localhost", "::1") or name.startswith("127.")


def _set_key(key: str | None) -> str | None:
    if key:
        require_long_enough(key, "EXCHANGE_SECRET_KEY")
    return key


def _public_url(given: str | None, port: int) -> str:
    if given:
        return _address("EXCHANGE_PUBLIC_URL", given)
    return f"http://{lan_address()}" + ("" if port == 80 else f":{port}")


def _address(name: str, url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/"):
        raise SettingRefused(
            f"{name} is “{url}”; it must be an address like http://fragen.lan:5000, without a path."
        )
    host = parts.hostname or ""
    if not host.isascii():
        url = url.replace(parts.netloc, parts.netloc.lower().replace(host, _in_idna(name, host)))
    return origin_of(url)


def _in_idna(name: str, host: str) -> str:
    """A name with letters beyond ASCII as browsers send it: börse.lan is xn--brse-5qa.lan."""
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise SettingRefused(f"{name} names “{host}”, which can be no name: {error}.") from None


def readable(url: str) -> str:
    """An address of ours as people write it: the reverse."""
    host = urlsplit(url).hostname or ""
    if "xn--" not in host:
        return url
    try:
        return url.replace(host, idna.decode(host), 1)
    except idna.IDNAError:
        return url


def _words(text: str | None) -> list[str]:
    return (text or "").replace(",", " ").split()


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise SettingRefused(
            f"EXCHANGE_PROXIES names “{text}”; it must be an address like 127.0.0.1 "
            "or a network like 10.0.0.0/8."
        ) from None


LEAST_CONNECTIONS = 50
"""Less than one page with its reserve for passes needs."""


def _connections(text: str) -> int:
    if not text.isdecimal() or int(text) < LEAST_CONNECTIONS:
        raise SettingRefused(
            f"EXCHANGE_CONNECTIONS_AN_ADDRESS is “{text}”; "
            f"it must be a number from {LEAST_CONNECTIONS} on."
        )
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingRefused(f"EXCHANGE_PORT is “{text}”; it must be a number from 1 to 65535.")
    return int(text)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_PASS_DAYS:
        raise SettingRefused(
            f"EXCHANGE_PASS_DAYS is “{text}”; it must be a number of days from 0 to "
            f"{MOST_PASS_DAYS}."
        )
    return int(text)


def _yes_or_no(name: str, text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise SettingRefused(f"{name} is “{text}”; it must be yes or no.")
    return text.lower() == "yes"


def _async_mode(text: str) -> str:
    if text not in ASYNC_MODES:
        raise SettingRefused(
            f"EXCHANGE_ASYNC_MODE is “{text}”; it must be one of {', '.join(ASYNC_MODES)}."
        )
    return text


def _database_url(text: str | None) -> str | None:
    """The address with the driver that we use. It may hold a password: no sentence repeats it."""
    if not text:
        return None
    try:
        url: URL | None = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is not None and url.drivername in ("sqlite", "sqlite+pysqlite"):
        return text
    if url is None or url.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise SettingRefused(
            "EXCHANGE_DATABASE_URL must be an address like "
            "postgresql://name:password@host/exchange or sqlite:////folder/exchange.sqlite3."
        )
    _require("psycopg", "EXCHANGE_DATABASE_URL names PostgreSQL")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _redis_url(text: str | None) -> str | None:
    if not text:
        return None
    if not text.startswith(("redis://", "rediss://", "unix://")):
        raise SettingRefused("EXCHANGE_REDIS_URL must be an address like redis://host:6379/0.")
    _require("redis", "EXCHANGE_REDIS_URL is set")
    try:
        import_module("redis.connection").parse_url(text)
    except ValueError:
        raise SettingRefused(
            "EXCHANGE_REDIS_URL cannot be read; see its port and its number."
        ) from None
    return text


def _require(package: str, why: str) -> None:
    """What only some need is not installed for all."""
    try:
        import_module(package)
    except ImportError:
        raise SettingRefused(
            f"{why}, and the package {package} is not installed: "
            "pip install -r requirements-many.txt"
        ) from None


def flask_options(settings: Settings) -> dict[str, object]:
    """What Flask and our extensions are told, from the settings."""
    parts = urlsplit(settings.public_url)
    return {
        "SECRET_KEY": settings.secret_key,
        # Fragments are rendered without a request; their addresses must read the same.
        "SERVER_NAME": parts.netloc,
        "PREFERRED_URL_SCHEME": parts.scheme,
        "MAX_CONTENT_LENGTH": MAX_BODY_BYTES,
        "MAX_FORM_PARTS": MAX_FORM_FIELDS,
        "BABEL_DEFAULT_LOCALE": "de",
        "BABEL_DEFAULT_TIMEZONE": TIME_ZONE,
        "FLUSH_INTERVAL_S": FLUSH_INTERVAL_S,
    }
