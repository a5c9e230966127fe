"""What the pages on which something is signed share: a nonce, a passkey's assertion over its challenge, the way back.

The page keeps the nonce and says how it becomes a challenge, over a hash of exactly what is shown.
"""

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from beffroi.guard.signin import browser, factors, flow, progress
from beffroi.guard.signin.admitting import Admitted, Form
from beffroi.guard.signin.factors import FactorRefusal
from beffroi.guard.signin.progress import Progress, Step
from beffroi.guard.stamped import Row
from beffroi.guard.web.requests import Answer, Call, redirect
from beffroi.standards import webauthn

if TYPE_CHECKING:
    from datetime import datetime

    import asyncpg


class Signed(NamedTuple):
    """A fresh passkey assertion: which factor, over which challenge, made of which nonce."""

    factor: str
    nonce: bytes
    assertion: str


async def asked(
    conn: "asyncpg.Connection", call: Call, admitted: Admitted, step: Step, *, anew: bool
) -> tuple[Progress, bytes]:
    """The progress of a page about to be shown and its nonce, for which no other answer was given; ``anew`` after an
    answer that did not hold."""
    going = admitted.loaded.progress
    if going.challenge is None or anew:
        going = msgspec.structs.replace(going, challenge=flow.new_challenge())
        await progress.save(conn, call.services.keys, admitted.loaded, step, going)
    return going, going.challenge or b""


def options(call: Call, admitted: Admitted, challenge: bytes) -> str:
    """What the browser asks the authenticator; empty for somebody who has no passkey."""
    known = [factor["credential_id"] for factor in _passkeys(admitted)]
    return webauthn.assertion_options(flow.relying_party(call), challenge, known) if known else ""


async def proven(
    conn: "asyncpg.Connection", call: Call, admitted: Admitted, form: Form, challenge: bytes, now: "datetime"
) -> Signed | None:
    """The assertion that was sent, verified over this challenge; ``None``, and a failure counted, when it is not.

    Raises Forged.
    """
    party, answer = flow.relying_party(call), form.get("answer", "")
    found = await factors.verify_passkey(conn, call.services.keys, _passkeys(admitted), answer, party, challenge, now)
    if isinstance(found, FactorRefusal):
        await progress.fail(conn, admitted.loaded)
        return None
    return Signed(str(found["id"]), admitted.loaded.progress.challenge or b"", answer)


def back(going: Progress) -> str:
    """Where the application waits."""
    return flow.with_query(going.return_to, {"state": going.state})


async def leave(conn: "asyncpg.Connection", call: Call, admitted: Admitted) -> Answer:
    """Something was decided: this way in is over, and the application takes up again."""
    await progress.close(conn, admitted.loaded)
    return redirect(back(admitted.loaded.progress), browser.clear(call, browser.SIGN_IN))


def _passkeys(admitted: Admitted) -> list[Row]:
    return [factor for factor in admitted.who.factors if factor["kind"] == factors.PASSKEY]
