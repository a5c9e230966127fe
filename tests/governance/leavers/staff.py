"""Managers at work on a whole product: signed in with a code, then given the role and the passkey's level.

How a passkey is proved is the sign-in's own tests; here only what a manager's session may do matters.
"""

from datetime import timedelta

from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.sweeping import leavers
from beffroi.guard.sweeping.leavers import Source, Standing
from tests.config.console.stack import Stack
from tests.guard.signin.serving import Member


def promote(stack: Stack, member: Member, role: str = "account-manager") -> None:
    """The member's habilitation and live sessions become those of another role."""
    guard = stack.guard
    held = guard.row("SELECT * FROM guard.habilitation WHERE account = $1", member.account)
    guard.amend("habilitation", held["id"], role=role)
    session = guard.row(
        "SELECT * FROM guard.session WHERE account = $1 ORDER BY created_at DESC LIMIT 1", member.account
    )
    guard.amend("session", session["id"], level=3)


def idle(stack: Stack, member: Member, days: int) -> None:
    """The member signed in for the last time so many days ago."""
    guard = stack.guard
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    at = guard.run(guard.world.sign_in(member.account, held, guard.organisation, "adviser"))
    guard.execute(
        "UPDATE guard.session SET seen_at = seen_at - make_interval(days => $2) WHERE id = $1", at.session, days
    )


def waits(stack: Stack, member: Member, source: Source = Source.IDLE, days: int = 0) -> str:
    """The member's leaving, in so many days when there are any, waits for a person."""
    guard = stack.guard

    async def write() -> str:
        conn = guard.world.conn
        async with conn.transaction():
            await turnstile.take(conn)
            work = Work(conn, guard.world.keys, guard.world.policy, await stamped.instant(conn))
            until = work.now + timedelta(days=days) if days else None
            identifier, _ = await leavers.record(
                work, member.account, guard.organisation, source, Standing.WAITING, until=until
            )
        return identifier

    return guard.run(write())


def status(stack: Stack, member: Member) -> str:
    """Status of the member's account."""
    return str(stack.guard.one("SELECT status FROM guard.account WHERE id = $1", member.account))
