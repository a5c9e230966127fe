"""What every process must be told, read once from the environment and from one file of the state folder.

A setting comes from the environment variable of its name or, where that is absent, from the line
``NAME=value`` of ``settings.env`` in the state folder. A secret may instead be named by its file:
``NAME_FILE=/path``. Nothing is guessed: what is missing refuses the start with a sentence that names it.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from beffroi.config.database import CONSOLE, GUARD, OWNER, ROLES, Databases, dsn_file
from beffroi.config.secret_files import NotPrivate, read_private, write_private

SETTINGS_FILE = "settings.env"
CREDENTIALS = "credentials"
LARGEST_FILE = 65_536
DSN_SETTINGS = {
    OWNER: "BEFFROI_OWNER_DATABASE_URL",
    GUARD: "BEFFROI_GUARD_DATABASE_URL",
    CONSOLE: "BEFFROI_CONSOLE_DATABASE_URL",
}
"""The setting that names each role's database by hand."""


class SettingMissing(RuntimeError):
    """A setting is absent or unusable; the message names it and says what to write."""


class Mode(StrEnum):
    """What the installation is for. There is no default: who does not say it does not start."""

    PRODUCTION = "production"
    DEMONSTRATION = "demonstration"


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings shared by all processes. URLs have no trailing slash; ports are on `bind`."""

    mode: Mode
    state: Path
    """Folder of everything this installation keeps outside PostgreSQL."""
    database_url: str | None = field(repr=False)
    """Administrator's URI of a real server; None for the embedded one, or for a process that does not need it."""
    bind: str
    console_port: int
    guard_port: int
    identity_provider_port: int
    console_url: str
    guard_url: str
    """As browsers see the guard: an origin of its own."""
    guard_server_url: str
    """As the console's server reaches the guard."""
    identity_provider_url: str
    """Issuer of the demonstration identity provider."""
    person_provider_url: str
    """Issuer of the provider by which people, not agents, prove who they are; empty: the personal space is closed."""
    role_urls: Mapping[str, str] = field(repr=False)
    """URIs given by hand for roles that an administrator made beforehand."""
    roles: frozenset[str]
    """Database roles as which this process acts."""
    values: Mapping[str, str] = field(repr=False)
    """Every setting as it was said, environment over ``settings.env``: `said` reads those of one process alone."""

    @property
    def credentials(self) -> Path:
        """Passwords and URIs of the database roles, one 0600 file each."""
        return self.state / CREDENTIALS

    @property
    def keys(self) -> Path:
        """Key files of the guard, the journal and the applications."""
        return self.state / "keys"

    @property
    def logs(self) -> Path:
        """One log file a process."""
        return self.state / "logs"

    @property
    def embedded_postgres(self) -> Path:
        """Folder of the embedded server."""
        return self.state / "postgres"

    def said(self, name: str, default: str = "") -> str:
        """Return what was said under ``name``, blanks around it left out."""
        return self.values.get(name, default).strip()

    def database(self, role: str) -> str:
        """Return the URI of a database role.

        Raises SettingMissing when the database was never prepared and no URI was given, or when other accounts of
        the host may read the URI that was prepared.
        """
        given = self.role_urls.get(role)
        if given:
            return given
        prepared = dsn_file(self.credentials, role)
        if not prepared.exists():
            raise SettingMissing(
                f"{DSN_SETTINGS[role]} is not set and {prepared} does not exist: "
                "run `beffroi migrate` first, or name the role's database there."
            )
        return read_secret_setting(DSN_SETTINGS[role], str(prepared))

    def databases(self) -> Databases:
        """Return the URIs of the three roles. Raises SettingMissing as `database` does."""
        return Databases(self.database(OWNER), self.database(GUARD), self.database(CONSOLE))


def load(environ: Mapping[str, str] | None = None, *, roles: Collection[str] = ROLES) -> Settings:
    """Read and check the settings, with the addresses of the database ``roles`` that this process acts as.

    In production no other role's address is read, nor the administrator's unless the owner is among ``roles``: who
    breaks into a process finds there its own address alone.

    Raises SettingMissing, naming the first one that is absent or unusable.
    """
    given = dict(os.environ if environ is None else environ)
    state = _state_folder(given)
    values = _remembered(state / SETTINGS_FILE) | given
    mode = _mode(values, state)
    if mode is Mode.PRODUCTION and not given.get("BEFFROI_STATE"):
        raise SettingMissing("BEFFROI_STATE is not set: name the folder that keeps keys, credentials and logs.")
    ports = {
        name: _port(values, f"BEFFROI_{name}_PORT", default)
        for name, default in (("CONSOLE", 8000), ("GUARD", 8001), ("IDENTITY_PROVIDER", 8002))
    }
    everything = mode is Mode.DEMONSTRATION
    role_urls = {
        role: found
        for role, name in DSN_SETTINGS.items()
        if (everything or role in roles) and (found := _secret(values, name))
    }
    database_url = _secret(values, "DATABASE_URL") if everything or OWNER in roles else None
    missing = [role for role in ROLES if role in roles and role not in role_urls]
    if missing and mode is Mode.PRODUCTION and not database_url:
        _refuse_unprepared(missing, state / CREDENTIALS)
    identity_provider_url = _url(
        values, "BEFFROI_IDENTITY_PROVIDER_URL", mode, f"http://127.0.0.1:{ports['IDENTITY_PROVIDER']}/api/v2"
    )
    return Settings(
        mode=mode,
        state=state,
        database_url=database_url,
        bind=values.get("BEFFROI_BIND", "127.0.0.1"),
        console_port=ports["CONSOLE"],
        guard_port=ports["GUARD"],
        identity_provider_port=ports["IDENTITY_PROVIDER"],
        console_url=_url(values, "BEFFROI_CONSOLE_URL", mode, f"http://localhost:{ports['CONSOLE']}"),
        guard_url=_url(values, "BEFFROI_GUARD_URL", mode, f"http://guard.localhost:{ports['GUARD']}"),
        guard_server_url=_url(
            values, "BEFFROI_GUARD_SERVER_URL", mode, f"http://127.0.0.1:{ports['GUARD']}", inside=True
        ),
        identity_provider_url=identity_provider_url,
        person_provider_url=_person_provider(values, mode, identity_provider_url),
        role_urls=role_urls,
        roles=frozenset(roles),
        values=values,
    )


def remember(state: Path, name: str, value: str) -> None:
    """Write a setting into ``settings.env``, so that later commands on the same state folder find it."""
    values = _remembered(state / SETTINGS_FILE) | {name: value}
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(state / SETTINGS_FILE, "".join(f"{key}={values[key]}\n" for key in sorted(values)))


def checkout() -> Path | None:
    """Return the root of the source checkout the program runs from, if it does."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").exists() else None


def _refuse_unprepared(roles: Collection[str], credentials: Path) -> None:
    """Raise SettingMissing for the first role whose address was neither said nor left here by `beffroi migrate`."""
    for role in roles:
        if dsn_file(credentials, role).exists():
            continue
        if role == OWNER:
            raise SettingMissing(
                "DATABASE_URL is not set: production needs a real PostgreSQL server (or the URI of each role in "
                f"{', '.join(DSN_SETTINGS.values())})."
            )
        raise SettingMissing(
            f"{DSN_SETTINGS[role]} is not set: this process needs the address of its own role ({role}), or a file "
            f"that holds it, named by {DSN_SETTINGS[role]}_FILE."
        )


def _state_folder(given: Mapping[str, str]) -> Path:
    named = given.get("BEFFROI_STATE", "").strip()
    if named:
        return Path(named).expanduser().absolute()
    root = checkout()
    if root is None:
        raise SettingMissing("BEFFROI_STATE is not set: name the folder that keeps keys, credentials and logs.")
    return root / "var"


def _remembered(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    if path.stat().st_size > LARGEST_FILE:
        raise SettingMissing(f"{path} is larger than {LARGEST_FILE} bytes: it holds lines NAME=value only.")
    found = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SettingMissing(f"{path}, line {number}: NAME=value expected.")
        found[name.strip()] = value.strip()
    return found


def _mode(values: Mapping[str, str], state: Path) -> Mode:
    said = values.get("BEFFROI_MODE", "").strip()
    try:
        return Mode(said)
    except ValueError:
        raise SettingMissing(
            f"BEFFROI_MODE is {'not set' if not said else 'unknown'}: write demonstration (invented people only) or "
            f"production, in the environment or in {state / SETTINGS_FILE}."
        ) from None


def _secret(values: Mapping[str, str], name: str) -> str | None:
    direct, file = values.get(name, "").strip(), values.get(f"{name}_FILE", "").strip()
    if direct and file:
        raise SettingMissing(f"{name} and {name}_FILE are both set: keep one.")
    return read_secret_setting(f"{name}_FILE", file) if file else direct or None


def read_secret_setting(name: str, file: str) -> str:
    """Read the secret that the setting ``name`` keeps in ``file``.

    Raises SettingMissing when it cannot be read, is open to other accounts, is too large, or holds nothing.
    """
    try:
        return read_private(Path(file))
    except NotPrivate as error:
        raise SettingMissing(f"{name}: {error}") from None


def _port(values: Mapping[str, str], name: str, default: int) -> int:
    said = values.get(name, str(default)).strip()
    if not (said.isascii() and said.isdigit() and 0 < int(said) < 65_536):
        raise SettingMissing(f"{name} must be a port number, from 1 to 65535.")
    return int(said)


def _person_provider(values: Mapping[str, str], mode: Mode, beside: str) -> str:
    """The issuer for people; in a demonstration, beside that of agents."""
    name = "BEFFROI_PERSON_PROVIDER_URL"
    if mode is Mode.PRODUCTION and not values.get(name, "").strip():
        return ""
    parts = urlsplit(beside)
    return _url(values, name, mode, f"{parts.scheme}://{parts.netloc}/particulier/api/v2")


def _url(values: Mapping[str, str], name: str, mode: Mode, default: str, *, inside: bool = False) -> str:
    """Read a URL; in production it must be said, and be https unless it stays `inside` the host."""
    said = values.get(name, "").strip()
    if not said:
        if mode is Mode.PRODUCTION:
            raise SettingMissing(f"{name} is not set: in production every address is written down.")
        return default
    parts = urlsplit(said)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise SettingMissing(f"{name} must be an http(s) address without query, such as https://beffroi.example.fr.")
    loopback = inside and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if mode is Mode.PRODUCTION and parts.scheme != "https" and not loopback:
        raise SettingMissing(f"{name} must begin with https:// in production.")
    return said.rstrip("/")
