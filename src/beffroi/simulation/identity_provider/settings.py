"""What the demonstration provider must be told before it starts; nothing is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from beffroi.simulation.identity_provider.keys import ensure_client_secret
from beffroi.simulation.identity_provider.mode import SettingsRefused, refuse_outside_demonstration
from beffroi.simulation.identity_provider.roles import FRANCECONNECT, PROCONNECT, Role

PREFIX: Final = "BEFFROI_IDENTITY_PROVIDER_"
PEOPLE: Final = f"{PREFIX}PEOPLE_"
"""What the names of the second part's settings begin with."""
_END: Final = "/api/v2"


@dataclass(frozen=True, slots=True)
class Settings:
    """``issuer`` ends in ``/api/v2`` as ProConnect's and FranceConnect's do; what stands before it in the path tells
    the two parts apart on one port. ``pkce``, ``max_age`` admit these parameters.
    """

    issuer: str
    port: int
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    users_file: Path
    key_file: Path
    client_jwks: bytes | None = None
    pkce: bool = False
    max_age: bool = False
    role: Role = PROCONNECT

    @property
    def prefix(self) -> str:
        return self.base_path.removesuffix(_END)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def base_path(self) -> str:
        return urlsplit(self.issuer).path


def _required(environ: Mapping[str, str], name: str, before: str = PREFIX) -> str:
    value = environ.get(before + name, "").strip()
    if not value:
        raise SettingsRefused(f"{before}{name} is not set.")
    return value


def _switch(environ: Mapping[str, str], name: str, before: str = PREFIX) -> bool:
    value = environ.get(before + name, "off")
    if value not in {"on", "off"}:
        raise SettingsRefused(f"{before}{name} must be on or off.")
    return value == "on"


def _issuer(environ: Mapping[str, str], before: str) -> str:
    issuer = _required(environ, "ISSUER", before)
    if not issuer.endswith(_END) or urlsplit(issuer).scheme not in {"http", "https"}:
        raise SettingsRefused(f"{before}ISSUER must be an http(s) URL that ends in {_END}.")
    return issuer


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from environment variables that begin with ``BEFFROI_IDENTITY_PROVIDER_``.

    Raises ``SettingsRefused`` outside demonstration mode, or naming the first setting missing or unusable.
    """
    refuse_outside_demonstration(environ.get("BEFFROI_MODE"))
    issuer = _issuer(environ, PREFIX)
    port = _required(environ, "PORT")
    if not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise SettingsRefused(f"{PREFIX}PORT must be a port number.")
    jwks_file = environ.get(PREFIX + "CLIENT_JWKS_FILE")
    return Settings(
        issuer=issuer,
        port=int(port),
        client_id=_required(environ, "CLIENT_ID"),
        client_secret=ensure_client_secret(Path(_required(environ, "CLIENT_SECRET_FILE"))),
        redirect_uris=tuple(_required(environ, "REDIRECT_URIS").split()),
        post_logout_redirect_uris=tuple(_required(environ, "POST_LOGOUT_REDIRECT_URIS").split()),
        users_file=Path(_required(environ, "USERS_FILE")),
        key_file=Path(_required(environ, "KEY_FILE")),
        client_jwks=Path(jwks_file).read_bytes() if jwks_file else None,
        pkce=_switch(environ, "PKCE"),
        max_age=_switch(environ, "MAX_AGE"),
    )


def read_people_settings(environ: Mapping[str, str], beside: Settings) -> Settings | None:
    """Settings of the part that people sign in to, on the port of the other; None where its issuer is not named.

    Raises ``SettingsRefused`` for one that is missing or unusable, or an issuer that is not on the same origin.
    """
    if not environ.get(f"{PEOPLE}ISSUER", "").strip():
        return None
    issuer = _issuer(environ, PEOPLE)
    if urlsplit(issuer)[:2] != urlsplit(beside.issuer)[:2] or urlsplit(issuer).path == beside.base_path:
        raise SettingsRefused(f"{PEOPLE}ISSUER must be another path of the origin of {PREFIX}ISSUER.")
    return Settings(
        issuer=issuer,
        port=beside.port,
        client_id=_required(environ, "CLIENT_ID", PEOPLE),
        client_secret=ensure_client_secret(Path(_required(environ, "CLIENT_SECRET_FILE", PEOPLE))),
        redirect_uris=tuple(_required(environ, "REDIRECT_URIS", PEOPLE).split()),
        post_logout_redirect_uris=tuple(_required(environ, "POST_LOGOUT_REDIRECT_URIS", PEOPLE).split()),
        users_file=Path(_required(environ, "USERS_FILE", PEOPLE)),
        key_file=Path(_required(environ, "KEY_FILE", PEOPLE)),
        pkce=_switch(environ, "PKCE", PEOPLE),
        role=FRANCECONNECT,
    )
