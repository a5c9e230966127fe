"""Mail domains of the public: anybody may have an address there, so no organisation's roster may hold one."""

import re
from typing import Final

_DOMAIN: Final = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
PUBLIC: Final = frozenset(
    {
        "aliceadsl.fr", "aol.com", "bbox.fr", "cegetel.net", "club-internet.fr", "dbmail.com", "free.fr",
        "gmail.com", "gmx.com", "gmx.fr", "googlemail.com", "hotmail.com", "hotmail.fr", "icloud.com",
        "infomaniak.com", "ik.me", "laposte.net", "libertysurf.fr", "live.com", "live.fr", "mac.com", "mail.com",
        "mailo.com", "me.com", "msn.com", "neuf.fr", "noos.fr", "numericable.fr", "orange.fr", "outlook.com",
        "outlook.fr", "pm.me", "proton.me", "protonmail.com", "sfr.fr", "tuta.com", "tutanota.com", "voila.fr",
        "wanadoo.fr", "yahoo.com", "yahoo.fr", "yandex.com", "ymail.com", "zoho.com",
    }
)  # fmt: skip
"""The large providers; a list can only help, and the approvers read the domain."""


def mail_domain(text: str) -> str | None:
    """A domain as mail addresses end, in small letters; ``None`` when it is none (RFC 1123, section 2.1)."""
    domain = text.strip().removeprefix("@").rstrip(".").lower()
    return domain if _DOMAIN.fullmatch(domain) is not None else None


def is_public(domain: str) -> bool:
    """Whether anybody may have an address of this domain, or of one under it."""
    return any(domain == one or domain.endswith(f".{one}") for one in PUBLIC)
