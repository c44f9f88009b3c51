"""The settings of one instance, read once from environment and file. It knows no default that another room invents."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from core.instance import InstanceError, keep_secrets, make_folder

PREFIX = "ADDENDA_"
CONFIG_FILE = "config.toml"

KiB, MiB, GiB, TiB = 2**10, 2**20, 2**30, 2**40

# First path segments that are in use. The upload bucket is one too (`POST /addenda-uploads`), so it may be none of these.
TAKEN_SEGMENTS = frozenset(
    # the APIs
    "api alloy jsonapi v1 tus incident_report_images-attachments "
    # the house
    "docs healthz readyz metrics static favicon.ico robots.txt "
    # the pages
    "account activity admin attachments events files folders groups help jobs login logout new nodes outputs people "
    "records reports search session settings setup shares templates tokens trash types uploads users".split()
)


class SettingsError(Exception):
    """A setting that stops the start; its one line names the setting and never shows a secret value."""


@dataclass(frozen=True)
class Settings:
    """Every setting of an instance; sizes in bytes, times in days. Secrets stay out of its repr."""

    instance: Path
    database_url: str = field(repr=False)
    queue_url: str = field(repr=False)
    secret_key: bytes = field(repr=False)
    upload_access_key: str = field(repr=False)  # no secret of its own, and half of what signs
    upload_secret_key: str = field(repr=False)
    admin_password: str | None = field(default=None, repr=False)
    base_url: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    max_upload: int = 5 * GiB
    max_json: int = 64 * MiB
    upload_bucket: str = "addenda-uploads"
    retention_days: int = 30
    versions: int = 5
    timezone: str = "UTC"
    cors_origins: tuple[str, ...] = ()
    disk_reserve: int = 16 * MiB

    @property
    def uses_sqlite(self) -> bool:
        """Tell whether the database is a SQLite file."""
        return self.database_url.startswith("sqlite:")


def load(environ: Mapping[str, str] = os.environ, checkout: Path | None = None) -> Settings:
    """Read the settings: environment first, then config.toml, then defaults; make folder and secrets at the first run.

    Honours CONTRACT §3. Raises SettingsError for an unknown name, a bad value or an unusable instance folder.
    An empty environment variable counts as not set.
    """
    given = _from_environment(environ)
    instance = _instance(given.pop("instance", None), checkout or Path(__file__).resolve().parent.parent)
    try:
        make_folder(instance)
        kept = keep_secrets(instance)
    except InstanceError as error:
        raise SettingsError(f"{PREFIX}INSTANCE: {error}") from error
    values = _from_file(instance / CONFIG_FILE) | given
    _refuse_half_a_pair(values)
    defaults = {
        "database_url": f"sqlite:///{instance}/db.sqlite3",
        "queue_url": f"sqlite:///{instance}/queue.sqlite3",
        "upload_access_key": kept.upload_access_key,
        "upload_secret_key": kept.upload_secret_key,
    }
    settings = Settings(instance=instance, secret_key=kept.secret_key, **(defaults | values))
    _refuse_relative_files(settings)
    return settings


def read_size(raw: object) -> int:
    """Read a size such as `5 GiB` as a number of bytes; ValueError says what is expected."""
    match = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,6})?) ?(B|KiB|MiB|GiB|TiB)", _text(raw), re.ASCII)
    if match is None:
        raise ValueError("must be a number with B, KiB, MiB, GiB or TiB, such as 5 GiB")
    unit = {"B": 1, "KiB": KiB, "MiB": MiB, "GiB": GiB, "TiB": TiB}[match[2]]
    return int(float(match[1]) * unit) if "." in match[1] else int(match[1]) * unit


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    named = {key: value for key, value in environ.items() if key.upper().startswith(PREFIX) and value != ""}
    return {_known(key[len(PREFIX) :], key): _parsed(key[len(PREFIX) :], key, value) for key, value in named.items()}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        members = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    if any(key.lower() == "instance" for key in members):
        raise SettingsError(f"instance in {path}: set {PREFIX}INSTANCE in the environment, the folder holds this file")
    return {_known(key, f"{key} in {path}"): _parsed(key, f"{key} in {path}", raw) for key, raw in members.items()}


def _known(name: str, shown: str) -> str:
    if name.lower() not in _READERS:
        raise SettingsError(f"{shown}: there is no such setting")
    return name.lower()


def _parsed(name: str, shown: str, raw: object) -> object:
    reader = _READERS[_known(name, shown)]
    try:
        return reader(raw)
    except ValueError as error:
        raise SettingsError(f"{shown}: {error}") from error


def _instance(given: Path | None, checkout: Path) -> Path:
    return (given or checkout / "instance").expanduser().absolute()


def _refuse_half_a_pair(values: Mapping[str, object]) -> None:
    pair = {"upload_access_key", "upload_secret_key"}
    missing = pair - values.keys()
    if len(missing) == 1:
        raise SettingsError(f"{PREFIX}{missing.pop().upper()}: must be set together with the other key of the pair")


def _refuse_relative_files(settings: Settings) -> None:
    for name in ("database_url", "queue_url"):
        url: str = getattr(settings, name)
        if url.startswith("sqlite:") and not url.startswith("sqlite:////"):
            raise SettingsError(f"{PREFIX}{name.upper()}: the path of a SQLite file must be absolute (sqlite:////…)")


def _text(raw: object) -> str:
    if not isinstance(raw, str) or raw.strip() == "" or any(ord(character) < 32 for character in raw):
        raise ValueError("must be a text of one line")
    return raw.strip()


def _secret(raw: object) -> str:
    # Not stripped: a password may end in a blank.
    if not isinstance(raw, str) or raw == "" or any(ord(character) < 32 for character in raw):
        raise ValueError("must be a text of one line")
    return raw


def _count(lowest: int, highest: int) -> Callable[[object], int]:
    def read(raw: object) -> int:
        number = raw if isinstance(raw, int) and not isinstance(raw, bool) else None
        if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,9}", raw.strip(), re.ASCII):
            number = int(raw)
        if number is None or not lowest <= number <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return number

    return read


def _limit(raw: object) -> int:
    size = read_size(raw)
    if size < 1:
        raise ValueError("must be more than 0 B")
    return size


def _list(read: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    def read_all(raw: object) -> tuple[str, ...]:
        parts = raw if isinstance(raw, list) else _text(raw).split(",")
        return tuple(read(part) for part in parts if not isinstance(part, str) or part.strip())

    return read_all


def _path(raw: object) -> Path:
    return Path(_text(raw))


def _host(raw: object) -> str:
    host = _text(raw).lower()
    if not re.fullmatch(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", host, re.ASCII):
        raise ValueError("must be host names without scheme, port or path, separated by commas")
    return host


def _origin(raw: object) -> str:
    try:
        parts = urlsplit(_text(raw))
        port = parts.port
    except ValueError:
        raise ValueError("must be http(s)://host[:port]") from None
    clean = parts.scheme in {"http", "https"} and parts.hostname and parts.path in {"", "/"}
    if not clean or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be http(s)://host[:port] without a path")
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port not in {None, default} else "")


def _database(raw: object) -> str:
    url = _text(raw)
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")) or (url.startswith("sqlite:") and "?" in url):
        raise ValueError("must be sqlite:////absolute/path or postgresql+psycopg://…")
    return url


def _queue(raw: object) -> str:
    url = _text(raw).replace("postgresql+psycopg://", "postgresql://", 1)
    if not url.startswith(("sqlite:///", "postgresql://", "redis://", "rediss://")):
        raise ValueError("must be sqlite:////absolute/path, postgresql://… or redis://…")
    return url


def _bucket(raw: object) -> str:
    name = _text(raw)
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name, re.ASCII):
        raise ValueError("must be 3 to 63 small letters, digits, dots and hyphens")
    if name in TAKEN_SEGMENTS:
        raise ValueError(f"{name} is the name of another address of this server")
    return name


def _zone(raw: object) -> str:
    name = _text(raw)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be a time zone such as Europe/Berlin") from None
    return name


_READERS: dict[str, Callable[[object], object]] = {
    "instance": _path,
    "database_url": _database,
    "base_url": _origin,
    "trusted_hosts": _list(_host),
    "trusted_proxies": _count(0, 10),
    "admin_password": _secret,
    "max_upload": _limit,
    "max_json": _limit,
    "upload_access_key": _text,
    "upload_secret_key": _secret,
    "upload_bucket": _bucket,
    "retention_days": _count(0, 36500),
    "versions": _count(0, 1000),
    "timezone": _zone,
    "cors_origins": _list(_origin),
    "queue_url": _queue,
    "disk_reserve": read_size,
}
