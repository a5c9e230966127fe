"""Where the rooms meet: what each process is given, and what the demonstration is made of."""

import importlib.resources
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from beffroi.config import console_tables
from beffroi.config.database import GUARD, Databases
from beffroi.config.processes import Service
from beffroi.config.settings import Mode, SettingMissing, Settings, read_secret_setting
from beffroi.core.ids import CODE

if TYPE_CHECKING:
    from beffroi.guard.retention.exporting import Place as ColdPlace
    from beffroi.guard.sealing.witnesses import Place as Witness
    from beffroi.guard.sealing.work import JournalSettings
    from beffroi.guard.settings import GuardSettings, Log, Provider, Scanner
    from beffroi.simulation.loading import Place

CLIENT_ID = "beffroi-guard"
CONSOLE_APPLICATION = "console"
"""The console among the guard's applications."""
CONSOLE_RETURN = "/retour/"
"""Path of the console to which the guard sends an agent's browser back."""
PERSON_RETURN = "/mon-espace/retour/"
"""Path of the console to which the guard sends a person's browser back. The two are its only redirect URIs."""
DEMONSTRATION_PEOPLE = 20_000
_HERE = (sys.executable, "-m", "beffroi")


def key_file(settings: Settings) -> Path:
    """The guard's keys."""
    return settings.keys / "guard.key"


def journal_key_file(settings: Settings) -> Path:
    """The key that signs the journal's checkpoints; the worker alone reads it."""
    return settings.keys / "journal.key"


def ensure_keys(settings: Settings) -> None:
    """Make the demonstration's key files where they are missing; in production `beffroi key init` does it."""
    from beffroi.guard import keys

    if settings.mode is Mode.DEMONSTRATION:
        settings.keys.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not key_file(settings).exists():
            keys.generate(key_file(settings))
        if not journal_key_file(settings).exists():
            keys.generate_journal_key(journal_key_file(settings))


def policy_file(settings: Settings) -> Path:
    """The policy in force: BEFFROI_POLICY, or the one that ships with the product.

    Raises SettingMissing in production when it is not named.
    """
    named = settings.said("BEFFROI_POLICY")
    if named:
        return Path(named)
    if settings.mode is Mode.PRODUCTION:
        raise SettingMissing("BEFFROI_POLICY is not set: name the policy file this installation applies.")
    return Path(str(importlib.resources.files("beffroi.core") / "policies" / "default.toml"))


def guard_settings(settings: Settings) -> "GuardSettings":
    """What the guard needs to start. Raises SettingMissing."""
    from beffroi.guard.settings import GuardSettings, Listening, Sealed
    from beffroi.guard.settings import Mode as GuardMode

    return GuardSettings(
        database=settings.database(GUARD),
        key_file=key_file(settings),
        journal_key_file=journal_key_file(settings),
        policy_file=policy_file(settings),
        public_url=settings.guard_url,
        mode=GuardMode(settings.mode.value),
        provider=_provider(settings),
        person_provider=_person_provider(settings),
        person_application=_person_application(settings),
        listening=Listening(host=settings.bind, port=settings.guard_port),
        cold_folder=cold_folder(settings),
        trusted_proxies=tuple(settings.said("BEFFROI_TRUSTED_PROXIES").split()),
        sealed=Sealed(_whole(settings, "BEFFROI_JOURNAL_LAG", 5, 1, 60)),
        scanner=scanner(settings),
    )


def scanner(settings: Settings) -> "Scanner | None":
    """ClamAV's daemon, by BEFFROI_CLAMD: ``unix:/run/clamav/clamd.ctl`` or ``tcp:host:3310``. Raises SettingMissing.

    None where nothing is said: then production takes no attachment, and says so.
    """
    from beffroi.guard.settings import Scanner

    said = settings.said("BEFFROI_CLAMD")
    if not said:
        return None
    scheme, _, place = said.partition(":")
    if scheme == "unix" and place.startswith("/"):
        return Scanner(socket=Path(place))
    host, _, port = place.rpartition(":")
    if scheme == "tcp" and host and port.isascii() and port.isdigit() and 0 < int(port) < 65_536:
        return Scanner(host=host.strip("[]"), port=int(port))
    raise SettingMissing("BEFFROI_CLAMD must be unix:/run/clamav/clamd.ctl or tcp:host:port.")


def cold_folder(settings: Settings) -> Path:
    """Files of the journal's past days: BEFFROI_COLD_FOLDER, or ``cold`` in the state folder."""
    named = settings.said("BEFFROI_COLD_FOLDER")
    return Path(named).expanduser().absolute() if named else settings.state / "cold"


def cold_place(settings: Settings) -> "ColdPlace":
    """Where past days go, and for how long: BEFFROI_COLD_MONTHS, three years by default. Raises SettingMissing."""
    from beffroi.guard.retention.exporting import Place as ColdPlace

    months = _months(settings, "BEFFROI_COLD_MONTHS", 36)
    return ColdPlace(cold_folder(settings), timedelta(days=-(-months * 30_437 // 1000)))


def hot_months(settings: Settings) -> int:
    """Whole months that stay in PostgreSQL: BEFFROI_HOT_MONTHS, twelve by default. Raises SettingMissing."""
    return _months(settings, "BEFFROI_HOT_MONTHS", 12)


def _months(settings: Settings, name: str, default: int) -> int:
    said = settings.said(name, str(default))
    if not (said.isascii() and said.isdigit() and 4 <= int(said) <= 1200):
        raise SettingMissing(f"{name} must be a whole number of months, from 4 to 1200.")
    return int(said)


def journal_settings(settings: Settings) -> "JournalSettings":
    """The log that the worker keeps. Raises SettingMissing."""
    from beffroi.guard.sealing.work import JournalSettings

    witnesses = _witnesses(settings)
    quorum = _whole(settings, "BEFFROI_JOURNAL_QUORUM", 0, 0, 16)
    if quorum > len(witnesses):
        raise SettingMissing(
            f"BEFFROI_JOURNAL_QUORUM is {quorum} where BEFFROI_JOURNAL_WITNESSES names {len(witnesses)} witnesses."
        )
    return JournalSettings(
        origin=journal_origin(settings),
        key_file=journal_key_file(settings),
        store=journal_store(settings),
        witnesses=witnesses,
        quorum=quorum,
        mirrors=_mirrors(settings),
    )


def published_log(settings: Settings) -> "Log":
    """What a guard holds its database to, by the journal's public key: BEFFROI_JOURNAL_PUBLIC_KEY, or that of the key
    file, where the guard has it. Raises SettingMissing, KeysRefused.
    """
    from beffroi.guard.sealing.work import log_of, signer_of
    from beffroi.standards.tlog import Malformed, note

    kept = journal_settings(settings)
    said = settings.said("BEFFROI_JOURNAL_PUBLIC_KEY")
    if not said:
        return log_of(kept, signer_of(kept).key)
    try:
        key = note.decode_key(said)
    except Malformed as error:
        raise SettingMissing(f"BEFFROI_JOURNAL_PUBLIC_KEY is no key: {error}.") from None
    if key.name != kept.origin or key.algorithm != note.ED25519:
        raise SettingMissing(f"BEFFROI_JOURNAL_PUBLIC_KEY is not of the log {kept.origin}: `beffroi journal key`.")
    return log_of(kept, key)


def _mirrors(settings: Settings) -> tuple[str, ...]:
    """Copies of the log, by BEFFROI_JOURNAL_MIRRORS: folders or http(s) addresses. Raises SettingMissing."""
    named = tuple(settings.said("BEFFROI_JOURNAL_MIRRORS").split())
    for one in named:
        if not one.startswith(("https://", "http://", "/")):
            raise SettingMissing(f"BEFFROI_JOURNAL_MIRRORS: {one} is neither an http(s) address nor a whole path.")
    return named


def journal_origin(settings: Settings) -> str:
    """The log's name: BEFFROI_JOURNAL_ORIGIN, or the guard's host followed by /journal; never changed afterwards."""
    named = settings.said("BEFFROI_JOURNAL_ORIGIN") or f"{urlsplit(settings.guard_url).netloc}/journal"
    if any(character.isspace() or character == "+" for character in named):
        raise SettingMissing("BEFFROI_JOURNAL_ORIGIN has neither spaces nor +: guard.example.fr/journal.")
    return named


def journal_store(settings: Settings) -> Path:
    """The folder of tiles and checkpoint: BEFFROI_JOURNAL_STORE, or one of the state folder."""
    named = settings.said("BEFFROI_JOURNAL_STORE")
    return Path(named).expanduser().absolute() if named else settings.state / "journal"


def _witnesses(settings: Settings) -> "tuple[Witness, ...]":
    """Those of the file that BEFFROI_JOURNAL_WITNESSES names: a key and an address a line. Raises SettingMissing."""
    named = settings.said("BEFFROI_JOURNAL_WITNESSES")
    if not named:
        return ()
    from beffroi.guard.sealing.witnesses import PlaceRefused, places

    try:
        return places(Path(named).read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        raise SettingMissing(f"BEFFROI_JOURNAL_WITNESSES: {named} cannot be read.") from None
    except PlaceRefused as error:
        raise SettingMissing(f"BEFFROI_JOURNAL_WITNESSES: {named}, {error}.") from None


def _whole(settings: Settings, name: str, default: int, least: int, most: int) -> int:
    said = settings.said(name, str(default))
    if not (said.isascii() and said.isdigit() and least <= int(said) <= most):
        raise SettingMissing(f"{name} must be a whole number from {least} to {most}.")
    return int(said)


def sweep_seconds(settings: Settings) -> float:
    """How often the worker sweeps: BEFFROI_SWEEP_MINUTES, an hour by default. Raises SettingMissing."""
    said = settings.said("BEFFROI_SWEEP_MINUTES", "60")
    if not (said.isascii() and said.isdigit() and 0 < int(said) <= 1440):
        raise SettingMissing("BEFFROI_SWEEP_MINUTES must be a whole number of minutes, from 1 to 1440.")
    return 60.0 * int(said)


def heartbeat_file(settings: Settings) -> Path:
    """What the worker writes every few seconds while it lives."""
    return settings.state / "worker" / "heartbeat.json"


def _provider(settings: Settings) -> "Provider":
    from beffroi.guard.settings import Provider

    if settings.mode is Mode.DEMONSTRATION:
        from beffroi.simulation.identity_provider.keys import ensure_client_secret

        secret = ensure_client_secret(client_secret_file(settings))
        return Provider(issuer=settings.identity_provider_url, client_id=CLIENT_ID, client_secret=secret, pkce=True)
    found = {}
    for name in ("CLIENT_ID", "CLIENT_SECRET_FILE"):
        found[name] = settings.said(f"BEFFROI_PROVIDER_{name}")
        if not found[name]:
            raise SettingMissing(f"BEFFROI_PROVIDER_{name} is not set: the guard must know its identity provider.")
    pkce = settings.said("BEFFROI_PROVIDER_PKCE", "off")
    if pkce not in ("on", "off"):
        raise SettingMissing("BEFFROI_PROVIDER_PKCE must be on or off (off with ProConnect).")
    return Provider(
        issuer=settings.identity_provider_url,
        client_id=found["CLIENT_ID"],
        client_secret=read_secret_setting("BEFFROI_PROVIDER_CLIENT_SECRET_FILE", found["CLIENT_SECRET_FILE"]),
        idp_id=settings.said("BEFFROI_PROVIDER_IDP_ID") or None,
        pkce=pkce == "on",
    )


def _person_provider(settings: Settings) -> "Provider | None":
    """The provider of people; None where none is named. Raises SettingMissing for one that is named in part."""
    from beffroi.guard.settings import Provider

    issuer = settings.person_provider_url
    if not issuer:
        return None
    if settings.mode is Mode.DEMONSTRATION:
        from beffroi.simulation.identity_provider.keys import ensure_client_secret

        secret = ensure_client_secret(person_secret_file(settings))
        return Provider(issuer=issuer, client_id=CLIENT_ID, client_secret=secret, pkce=True)
    found = {}
    for name in ("CLIENT_ID", "CLIENT_SECRET_FILE"):
        found[name] = settings.said(f"BEFFROI_PERSON_PROVIDER_{name}")
        if not found[name]:
            raise SettingMissing(
                f"BEFFROI_PERSON_PROVIDER_{name} is not set: the guard must be known to the provider of people."
            )
    return Provider(
        issuer=issuer,
        client_id=found["CLIENT_ID"],
        client_secret=read_secret_setting("BEFFROI_PERSON_PROVIDER_CLIENT_SECRET_FILE", found["CLIENT_SECRET_FILE"]),
    )


def _person_application(settings: Settings) -> str | None:
    """The application that shows people their space; None where there is none. Raises SettingMissing."""
    if not settings.person_provider_url:
        return None
    name = "BEFFROI_PERSONAL_APPLICATION"
    code = settings.said(name) or (CONSOLE_APPLICATION if settings.mode is Mode.DEMONSTRATION else "")
    if CODE.fullmatch(code) is None:
        raise SettingMissing(f"{name} must be the code of the one application that shows people their own space.")
    return code


def client_secret_file(settings: Settings) -> Path:
    """The secret between the guard and the demonstration identity provider."""
    return settings.credentials / "identity-provider.client-secret"


def person_secret_file(settings: Settings) -> Path:
    """The secret between the guard and the part of that provider which people sign in to."""
    return settings.credentials / "person-provider.client-secret"


def residents_file(settings: Settings) -> Path:
    """Which people can prove who they are; written by the demonstration's loading."""
    return settings.state / "identity-provider" / "residents.json"


def personas_file(settings: Settings) -> Path:
    """Who can sign in with the demonstration identity provider; written by the demonstration's loading."""
    return settings.state / "identity-provider" / "personas.json"


def identity_provider_environ(settings: Settings) -> dict[str, str]:
    """What the demonstration identity provider is told."""
    values = {
        "ISSUER": settings.identity_provider_url,
        "PORT": str(settings.identity_provider_port),
        "CLIENT_ID": CLIENT_ID,
        "CLIENT_SECRET_FILE": str(client_secret_file(settings)),
        "REDIRECT_URIS": f"{settings.guard_url}/sign-in/callback",
        "POST_LOGOUT_REDIRECT_URIS": f"{settings.console_url}/ {settings.guard_url}/sign-out",
        "USERS_FILE": str(personas_file(settings)),
        "KEY_FILE": str(settings.state / "identity-provider" / "signing-key.json"),
        "PKCE": "on",
        "PEOPLE_ISSUER": settings.person_provider_url,
        "PEOPLE_CLIENT_ID": CLIENT_ID,
        "PEOPLE_CLIENT_SECRET_FILE": str(person_secret_file(settings)),
        "PEOPLE_REDIRECT_URIS": f"{settings.guard_url}/person/callback",
        "PEOPLE_POST_LOGOUT_REDIRECT_URIS": f"{settings.guard_url}/person/signed-out",
        "PEOPLE_USERS_FILE": str(residents_file(settings)),
        "PEOPLE_KEY_FILE": str(settings.state / "identity-provider" / "person-signing-key.json"),
        "PEOPLE_PKCE": "on",
    }
    return {f"BEFFROI_IDENTITY_PROVIDER_{name}": value for name, value in values.items()} | {
        "BEFFROI_MODE": settings.mode.value
    }


def migrate_console(settings: Settings) -> None:
    """Bring the console's own tables to their last version. Raises StartRefused with what Django said."""
    console_tables.migrate_console(os.environ | told(settings))


def told(settings: Settings) -> dict[str, str]:
    """What every process of this installation is told by its environment."""
    return {"BEFFROI_STATE": str(settings.state), "BEFFROI_MODE": settings.mode.value}


def demonstration_place(settings: Settings, databases: Databases) -> "Place":
    """Where the demonstration is loaded, for the rooms that know addresses and files but no settings."""
    from beffroi.simulation.loading import Place

    return Place(
        guard_dsn=databases.guard,
        console_dsn=databases.console,
        key_file=key_file(settings),
        policy_file=policy_file(settings),
        personas_file=personas_file(settings),
        application=CONSOLE_APPLICATION,
        application_key_file=console_key_file(settings),
        redirect_uris=(settings.console_url + CONSOLE_RETURN, settings.console_url + PERSON_RETURN),
        issuer=settings.identity_provider_url,
    )


def load_demonstration(settings: Settings, databases: Databases) -> None:
    """Give an empty demonstration its invented network; does nothing when one is there."""
    if settings.mode is not Mode.DEMONSTRATION:
        return
    from beffroi.simulation.loading import load_when_empty

    load_when_empty(demonstration_place(settings, databases), DEMONSTRATION_PEOPLE)


def sign_in_sheet(settings: Settings) -> str:
    """Who can sign in to the demonstration and how, as text for the terminal; empty where nobody is known yet."""
    if settings.mode is not Mode.DEMONSTRATION or not personas_file(settings).exists():
        return ""
    from beffroi.simulation.sign_in_sheet import sign_in_sheet as sheet

    return sheet(personas_file(settings))


def console_key_file(settings: Settings) -> Path:
    """The private key by which the console proves itself to the guard (RFC 7523)."""
    return settings.keys / "console.jwk"


def services(settings: Settings) -> list[Service]:
    """The processes of `beffroi run`, in the order of their start."""
    environ = told(settings)
    started = [
        Service(
            "guard",
            (*_HERE, "guard"),
            f"{settings.guard_server_url}/healthz",
            settings.guard_port,
            environ,
        ),
        Service("worker", (*_HERE, "worker"), heartbeat_file(settings), None, environ),
        Service(
            "console",
            (*_HERE, "console"),
            f"http://127.0.0.1:{settings.console_port}/",
            settings.console_port,
            environ,
        ),
    ]
    if settings.mode is Mode.DEMONSTRATION:
        provider = Service(
            "identity-provider",
            (*_HERE, "identity-provider"),
            f"{settings.identity_provider_url}/.well-known/openid-configuration",
            settings.identity_provider_port,
            environ,
        )
        # First: the guard reads the provider's metadata.
        started.insert(0, provider)
    return started
