"""A real mail server for tests, with TLS, and what a test asks of it."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from beffroi.guard.notifying.settings import Mailing, Security, Smtp

CONSOLE = "https://console.example"
SENDER = "beffroi@guard.example"
USER, PASSWORD = "worker", "a password of the tests"


@dataclass
class Mailbox:
    """What the server took; ``refusing`` maps an address to the answer to its RCPT, ``answer`` is DATA's."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    answer: str = "250 OK"
    on_taken: Callable[[], None] | None = None
    port: int = 0
    authority: Path | None = None

    async def handle_RCPT(  # noqa: N802 the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address in self.refusing:
            return self.refusing[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a mail, or not."""
        if not self.answer.startswith("250"):
            return self.answer
        content = envelope.content
        assert isinstance(content, bytes)
        self.taken.append((envelope.rcpt_tos[0], content))
        if self.on_taken is not None:
            self.on_taken()
        return self.answer

    def to(self, address: str) -> list[EmailMessage]:
        """Mails taken for an address, read."""
        return [read(content) for whom, content in self.taken if whom == address]

    def mailing(self, security: Security = Security.STARTTLS, **changes: Any) -> Mailing:
        """The settings that lead here."""
        said = {"ca_file": self.authority, "timeout": 5.0, **changes}
        host = said.pop("host", "localhost")
        port = said.pop("port", self.port)
        return Mailing(Smtp(host, port, security, **said), SENDER, CONSOLE)


def read(content: bytes) -> EmailMessage:
    """A mail as a reader's program sees it."""
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    """Its text, or its page."""
    part = message.get_body((kind,))
    assert part is not None
    found = part.get_content()
    assert isinstance(found, str)
    return found


def own_log(caplog: pytest.LogCaptureFixture) -> str:
    """What the product logged; the tests' mail server keeps a log of its own, addresses included."""
    return "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("beffroi"))


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """A self-signed certificate for a name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"{name}.pem", folder / f"{name}.key"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


def _authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)


@contextmanager
def mail_server(
    folder: Path,
    security: Security = Security.STARTTLS,
    *,
    box: Mailbox | None = None,
    port: int = 0,
    name: str = "localhost",
    login: bool = False,
    **more: Any,
) -> Iterator[Mailbox]:
    """A server on the loopback, in a thread of its own; ``port`` 0: any that is free."""
    box = box or Mailbox()
    chain, secret = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    said: dict[str, Any] = dict(more)
    if login:
        said |= {"auth_required": True, "authenticator": _authenticate}
    if security is Security.STARTTLS:
        said |= {"tls_context": context, "require_starttls": True}
    controller = _Controller(
        box, hostname="127.0.0.1", port=port, ssl_context=context if security is Security.TLS else None, **said
    )
    controller.start()
    box.port, box.authority = controller.bound, chain
    try:
        yield box
    finally:
        controller.stop()


class _Controller(Controller):
    """Finds its own port; its base makes the server at the first connection, and waits for that to have worked."""

    def _trigger_server(self) -> None:
        """Connect once."""
        with socket.create_connection((self.hostname, self.bound), 5) as plain:
            if self.ssl_context is None:
                plain.recv(1024)
                return
            trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
            with trusting.wrap_socket(plain) as wrapped:
                wrapped.recv(1024)

    @property
    def bound(self) -> int:
        """The port it has."""
        assert isinstance(self.server, asyncio.Server)
        number: int = self.server.sockets[0].getsockname()[1]
        return number
