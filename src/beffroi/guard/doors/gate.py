"""Before any door: which application speaks, with whose session, from which client."""

from typing import Final, NamedTuple

from beffroi.core.decision import Refusal
from beffroi.core.ids import ApplicationId
from beffroi.core.refusals import Code
from beffroi.guard.sessions.handles import CLIENT_CHARACTERS, SECRET, digest
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Call, Malformed

_BEARER: Final = b"Bearer "


class Caller(NamedTuple):
    """An application with a live token, and what identifies the session it speaks for (hashes only)."""

    application: ApplicationId
    handle_hash: bytes
    client_hash: bytes


def caller_of(call: Call) -> Caller | Fault | Refusal:
    """Who calls (RFC 6750 section 2.1 for the token). The session itself is judged by the decision.

    Raises Malformed when the client's fingerprint is too long.
    """
    if call.known is not None:
        token, caller = call.known
        return Fault.TOKEN_INVALID if call.services.tokens.read(token) is None else caller
    headers = call.headers
    authorization = headers.get(b"authorization", b"")
    if authorization[:7] != _BEARER:
        scheme, _, rest = authorization.partition(b" ")
        if scheme.lower() != b"bearer":
            return Fault.TOKEN_INVALID
        authorization = _BEARER + rest.strip()
    token = authorization[7:].decode("latin-1")
    application = call.services.tokens.read(token)
    if application is None:
        return Fault.TOKEN_INVALID
    handle = headers.get(b"beffroi-session", b"").decode("latin-1")
    if SECRET.fullmatch(handle) is None:
        return Refusal(Code.SESSION_UNKNOWN)
    client = headers.get(b"beffroi-client", b"").decode("latin-1")
    if len(client) > CLIENT_CHARACTERS:
        raise Malformed("beffroi-client", f"at most {CLIENT_CHARACTERS} characters")
    caller = Caller(application, digest(handle), digest(client))
    call.known = token, caller
    return caller
