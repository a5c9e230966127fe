"""One mail as it leaves: plain text and a plain page, French then English, without anybody's name.

RFC 5322 and 2045; RFC 3834 for ``Auto-Submitted``. The recipient's address stands in ``To`` and nowhere else.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Final, NamedTuple

from beffroi.core.policy import Label
from beffroi.guard.notifying import references
from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.notifying.templates import TEXTS

PRODUCT: Final = "Beffroi"
GATHERED: Final = Label("Plusieurs choses à voir", "Several things to see")
HELLO: Final = Label("Bonjour,", "Hello,")
SEE: Final = Label(
    "À voir dans Beffroi, par ce lien ou par le chemin que vous prenez d’habitude :",
    "See it in Beffroi, by this link or the way you usually go:",
)
NEVER: Final = Label(
    "Beffroi ne demande jamais de code ni de mot de passe par courriel. Un courriel ne prouve rien : seul compte ce"
    " que montre Beffroi. Ne répondez pas à ce message automatique.",
    "Beffroi never asks for a code or a password by mail. A mail proves nothing: only what Beffroi shows counts. Do"
    " not reply to this automatic message.",
)
TRIAL: Final = Label("Ceci est un essai d’envoi.", "This is a test of sending.")


class Unwritable(ValueError):
    """A mail cannot be written: ``code`` says why, without the address."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Told(NamedTuple):
    """A message as it is kept: its template and its references, canonical JSON."""

    template: Template
    refs: str


class Body(NamedTuple):
    """What a mail says: its subject, then paragraphs and links in order, each in both languages."""

    subject: Label
    parts: tuple[Label, ...]


def body(messages: Sequence[Told], console_url: str) -> Body:
    """The words of a mail that tells these messages, one or several. Raises WrongReference."""
    if len(messages) == 1:
        return _alone(messages[0], console_url)
    counts = Counter(message.template for message in messages)
    parts = []
    for template in sorted(counts, key=list(Template).index):
        text = TEXTS[template]
        parts.append(_filled(text.many, {"count": Label(str(counts[template]), str(counts[template]))}))
        parts.append(_link(console_url, text.page))
    return Body(GATHERED, (HELLO, *parts, NEVER))


def _alone(message: Told, console_url: str) -> Body:
    text = TEXTS[message.template]
    said = references.said(text.refs, message.refs)
    link = _link(console_url, text.path.format_map({name: each.fr for name, each in said.items()}))
    what, todo = _filled(text.what, said), _filled(text.todo, said)
    return Body(text.subject, (HELLO, what, todo, SEE, link, NEVER))


def trial(console_url: str) -> Body:
    """What ``beffroi mail test`` sends."""
    return Body(TRIAL, (HELLO, TRIAL, _link(console_url, "/"), NEVER))


def _filled(text: Label, said: dict[str, Label]) -> Label:
    return Label(
        text.fr.format_map({name: each.fr for name, each in said.items()}),
        text.en.format_map({name: each.en for name, each in said.items()}),
    )


def _link(console_url: str, path: str) -> Label:
    return Label(console_url + path, console_url + path)


def document(said: Body, *, to: str, sender: str, identifier: str, at: datetime) -> bytes:
    """The mail whole, seven bits a byte. ``identifier`` makes its Message-ID. Raises Unwritable."""
    message = EmailMessage(policy=SMTP)
    try:
        whom, who = Address(addr_spec=ascii_address(to)), Address(PRODUCT, addr_spec=ascii_address(sender))
        message["From"], message["To"] = who, whom
        message["Subject"] = f"{PRODUCT} : {said.subject.fr}"
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{identifier}@{who.domain}>"
    except (ValueError, MessageError, IndexError):
        raise Unwritable("address") from None
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_plain(said), cte="quoted-printable")
    message.add_alternative(_page(said), subtype="html", cte="quoted-printable")
    message["Content-Language"] = "fr, en"
    return message.as_bytes()


def ascii_address(address: str) -> str:
    """The address with its domain in ASCII (RFC 5891). Raises Unwritable for what is not one plain address."""
    local, at, domain = address.rpartition("@")
    try:
        plain = f"{local}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        raise Unwritable("address") from None
    printable = plain.isascii() and all(33 <= ord(one) < 127 for one in plain)
    if not (at and local and domain) or not printable or set(plain) & set(',;:<>()[]"\\'):
        raise Unwritable("address")
    return plain


def _plain(said: Body) -> str:
    french, english = ("\n\n".join(getattr(part, tongue) for part in said.parts) for tongue in ("fr", "en"))
    return f"{french}\n\n-- English --\n\n{said.subject.en}\n\n{english}\n"


def _page(said: Body) -> str:
    french = "".join(_paragraph(part.fr) for part in said.parts)
    english = "".join(_paragraph(part.en) for part in said.parts)
    return (
        '<!DOCTYPE html><html lang="fr"><head><meta charset="utf-8">'
        f"<title>{escape(said.subject.fr)}</title></head><body>{french}<hr>"
        f'<div lang="en"><p><strong>{escape(said.subject.en)}</strong></p>{english}</div></body></html>\n'
    )


def _paragraph(text: str) -> str:
    shown = escape(text)
    if text.startswith(("https://", "http://")):
        return f'<p><a href="{shown}">{shown}</a></p>'
    return f"<p>{shown}</p>"
