"""Identifiers: each a type of its own, so that one can never be passed for another.

People, accounts, organisations, habilitations and sessions are known by canonical lower-case UUID text
(RFC 9562 section 4); applications, roles, purposes and buckets by a short code of the policy.
"""

import re
from typing import Final, NewType

PersonId = NewType("PersonId", str)
AccountId = NewType("AccountId", str)
OrganisationId = NewType("OrganisationId", str)
HabilitationId = NewType("HabilitationId", str)
SessionId = NewType("SessionId", str)
ApplicationId = NewType("ApplicationId", str)
ProviderId = NewType("ProviderId", str)
RoleCode = NewType("RoleCode", str)
PurposeCode = NewType("PurposeCode", str)
Bucket = NewType("Bucket", str)
EntryNumber = NewType("EntryNumber", int)

CODE: Final = re.compile(r"[a-z][a-z0-9-]{0,47}")
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def is_uuid(text: str) -> bool:
    """Whether ``text`` is a UUID in the one spelling accepted at the doors: canonical and lower-case."""
    return _UUID.fullmatch(text) is not None
