"""What the worker is told of mail: BEFFROI_SMTP_URL and its companions; a folder in a demonstration."""

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from beffroi.config.settings import Mode, SettingMissing, Settings, read_secret_setting

if TYPE_CHECKING:
    from beffroi.guard.notifying.settings import Mailing, Smtp

SENDER: Final = "beffroi@example.org"
"""In whose name a demonstration writes its files (RFC 2606, section 3)."""
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_PORTS: Final = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


def mail_folder(settings: Settings) -> Path:
    """Where a demonstration keeps the mails that it sends to nobody."""
    return settings.state / "mail"


def mailing_of(settings: Settings) -> "Mailing":
    """What sending takes. Raises SettingMissing: in production a server and a sender must be named."""
    from beffroi.guard.notifying.settings import Folder, Mailing

    url = settings.said("BEFFROI_SMTP_URL")
    if not url:
        if settings.mode is Mode.PRODUCTION:
            raise SettingMissing(
                "BEFFROI_SMTP_URL is not set: the worker tells people by mail. Name the mail server, as"
                " smtp://mail.example.fr:587 (STARTTLS) or smtps://mail.example.fr:465."
            )
        return Mailing(Folder(mail_folder(settings)), SENDER, settings.console_url)
    server = _server(settings, url)
    if settings.mode is Mode.DEMONSTRATION and server.host not in _LOOPBACK:
        raise SettingMissing("BEFFROI_SMTP_URL: a demonstration sends mail to a server of this machine only.")
    return Mailing(server, _sender(settings), settings.console_url)


def _server(settings: Settings, url: str) -> "Smtp":
    from beffroi.guard.notifying.settings import Security, Smtp

    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingMissing("BEFFROI_SMTP_URL must be smtp://host:port or smtps://host:port.") from None
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in _PORTS or not parts.hostname or not bare:
        raise SettingMissing(
            "BEFFROI_SMTP_URL must be smtp://host:port or smtps://host:port, without a user or a password in it."
        )
    security = {"smtp": Security.STARTTLS, "smtps": Security.TLS, "smtp+plain": Security.NONE}[parts.scheme]
    user = settings.said("BEFFROI_SMTP_USER") or None
    if security is Security.NONE and (parts.hostname not in _LOOPBACK or user is not None):
        raise SettingMissing(
            "BEFFROI_SMTP_URL: smtp+plain:// is for a server of this machine, without a user; elsewhere smtp:// or"
            " smtps://."
        )
    return Smtp(
        parts.hostname, port or _PORTS[parts.scheme], security, user, _password(settings, user), _authority(settings)
    )


def _password(settings: Settings, user: str | None) -> str | None:
    file = settings.said("BEFFROI_SMTP_PASSWORD_FILE")
    if settings.said("BEFFROI_SMTP_PASSWORD"):
        raise SettingMissing("BEFFROI_SMTP_PASSWORD is not read: name its file in BEFFROI_SMTP_PASSWORD_FILE.")
    if (user is None) != (not file):
        raise SettingMissing("BEFFROI_SMTP_USER and BEFFROI_SMTP_PASSWORD_FILE go together: set both or neither.")
    return read_secret_setting("BEFFROI_SMTP_PASSWORD_FILE", file) if file else None


def _authority(settings: Settings) -> Path | None:
    named = settings.said("BEFFROI_SMTP_CA_FILE")
    if named and not Path(named).is_file():
        raise SettingMissing("BEFFROI_SMTP_CA_FILE must be a file of certificates (PEM).")
    return Path(named) if named else None


def _sender(settings: Settings) -> str:
    from beffroi.guard.notifying.writing import Unwritable, ascii_address

    try:
        return ascii_address(settings.said("BEFFROI_MAIL_FROM"))
    except Unwritable:
        raise SettingMissing(
            "BEFFROI_MAIL_FROM must be one address, in whose name mails are sent, such as beffroi@example.fr."
        ) from None
