"""Handing a mail over: to a mail server (RFC 5321, 3207, 8314), or to a folder in a demonstration.

The standard library's client, in a thread: one mail at a time is enough, and the process that holds the keys takes no
other dependency for it. What a server answers is kept as a code alone: its text repeats the address.
"""

import asyncio
import os
import smtplib
import ssl
from contextlib import suppress
from enum import StrEnum
from typing import Final, NamedTuple, Protocol

from beffroi.guard.notifying.settings import Folder, Mailing, Security, Smtp
from beffroi.guard.notifying.writing import ascii_address

KEPT: Final = 500
"""Mails that the folder of a demonstration keeps, the newest."""
_TOO_LARGE: Final = 552


class Fate(StrEnum):
    """What became of a mail handed over."""

    SENT = "sent"
    PUT_OFF = "put-off"
    REFUSED = "refused"


class Outcome(NamedTuple):
    """Its fate; and, when it was not taken, why: ``smtp-`` and the server's three digits, or ``disconnected``."""

    fate: Fate
    code: str | None = None


class Unreachable(RuntimeError):
    """No mail can be handed over now, whoever it is for: ``code`` says why, without any value."""

    def __init__(self, code: str) -> None:
        super().__init__(f"mail server: {code}")
        self.code = code


class Post(Protocol):
    """Where mails are handed over; used by one task at a time."""

    async def deliver(self, to: str, document: bytes, identifier: str) -> Outcome:
        """Hand one mail over. Raises Unreachable."""

    async def close(self) -> None:
        """End what is open; it opens again by itself."""


def post_of(mailing: Mailing) -> Post:
    """The post that the settings name."""
    if isinstance(mailing.to, Folder):
        return FolderPost(mailing.to)
    return SmtpPost(mailing.to, mailing.sender)


class SmtpPost:
    """A mail server. The connection stays open between the mails of one round."""

    def __init__(self, settings: Smtp, sender: str) -> None:
        self._settings = settings
        self._sender = ascii_address(sender)
        self._server: smtplib.SMTP | None = None

    async def deliver(self, to: str, document: bytes, identifier: str) -> Outcome:
        """Hand one mail over. Raises Unreachable."""
        return await asyncio.to_thread(self._deliver, ascii_address(to), document)

    async def close(self) -> None:
        """Leave the server."""
        await asyncio.to_thread(self._leave)

    def _deliver(self, to: str, document: bytes) -> Outcome:
        server = self._server or self._connect()
        self._server = server
        try:
            server.sendmail(self._sender, [to], document)
        except smtplib.SMTPRecipientsRefused as error:
            return _answered(error.recipients[to][0])
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code == _TOO_LARGE:
                return _answered(error.smtp_code)
            self._leave()
            raise Unreachable(f"sender-{error.smtp_code}") from None
        except smtplib.SMTPDataError as error:
            return _answered(error.smtp_code)
        except (smtplib.SMTPException, OSError):
            # Taken or not, nobody knows: it is sent again, under the same Message-ID.
            self._leave()
            return Outcome(Fate.PUT_OFF, "disconnected")
        finally:
            if server.sock is None:
                self._server = None
        return Outcome(Fate.SENT)

    def _connect(self) -> smtplib.SMTP:
        said, name = self._settings, self._sender.rpartition("@")[2]
        server: smtplib.SMTP | None = None
        try:
            context = ssl.create_default_context(cafile=said.ca_file and str(said.ca_file))
            if said.security is Security.TLS:
                server = smtplib.SMTP_SSL(said.host, said.port, name, timeout=said.timeout, context=context)
            else:
                server = smtplib.SMTP(said.host, said.port, name, timeout=said.timeout)
            if said.security is Security.STARTTLS:
                server.starttls(context=context)
            if said.user is not None:
                server.login(said.user, said.password or "")
        except Exception as error:
            if server is not None:
                server.close()
            code = _failing(error)
            if code is None:
                raise
            raise Unreachable(code) from None
        return server

    def _leave(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            server.close()


def _answered(code: int) -> Outcome:
    """What a server's answer about one mail means (RFC 5321, section 4.2.1)."""
    return Outcome(Fate.REFUSED if 500 <= code < 600 else Fate.PUT_OFF, f"smtp-{code}")


def _failing(error: Exception) -> str | None:
    """Why a connection could not be made; ``None`` for what is a defect of this program."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "login"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "not-supported"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"smtp-{error.smtp_code}"
    return "connection" if isinstance(error, smtplib.SMTPException | OSError) else None


class FolderPost:
    """The folder of a demonstration: one ``.eml`` file a mail, for its owner alone, the newest kept."""

    def __init__(self, settings: Folder) -> None:
        self._path = settings.path

    async def deliver(self, to: str, document: bytes, identifier: str) -> Outcome:
        """Write the file; the same mail twice is one file. Raises Unreachable."""
        try:
            await asyncio.to_thread(self._write, document, identifier)
        except OSError as error:
            raise Unreachable(f"folder-{error.errno}") from None
        return Outcome(Fate.SENT)

    async def close(self) -> None:
        """Nothing is open."""

    def _write(self, document: bytes, identifier: str) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self._path / f".{identifier}.partial"
        partial.unlink(missing_ok=True)
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self._path / f"{identifier}.eml")
        kept = sorted(self._path.glob("*.eml"), key=lambda each: each.stat().st_mtime_ns)
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
