"""What the demonstration provider must be told before it starts; nothing is guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from beffroi.simulation.identity_provider.keys import ensure_client_secret
from beffroi.simulation.identity_provider.mode import SettingsRefused, refuse_outside_demonstration

PREFIX: Final = "BEFFROI_IDENTITY_PROVIDER_"


@dataclass(frozen=True, slots=True)
class Settings:
    """``issuer`` ends in ``/api/v2`` as ProConnect's does; ``pkce``, ``max_age`` admit these parameters."""

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

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def base_path(self) -> str:
        return urlsplit(self.issuer).path


def _required(environ: Mapping[str, str], name: str) -> str:
    value = environ.get(PREFIX + name, "").strip()
    if not value:
        raise SettingsRefused(f"{PREFIX}{name} is not set.")
    return value


def _switch(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(PREFIX + name, "off")
    if value not in {"on", "off"}:
        raise SettingsRefused(f"{PREFIX}{name} must be on or off.")
    return value == "on"


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Settings from environment variables that begin with ``BEFFROI_IDENTITY_PROVIDER_``.

    Raises ``SettingsRefused`` outside demonstration mode, or naming the first setting missing or unusable.
    """
    refuse_outside_demonstration(environ.get("BEFFROI_MODE"))
    issuer = _required(environ, "ISSUER")
    if not issuer.endswith("/api/v2") or urlsplit(issuer).scheme not in {"http", "https"}:
        raise SettingsRefused(f"{PREFIX}ISSUER must be an http(s) URL that ends in /api/v2.")
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
