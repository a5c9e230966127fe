"""What a containment is asked to cut, checked; and who asks."""

from typing import TYPE_CHECKING, Final, NamedTuple

from beffroi.core.approvals import Objection
from beffroi.core.containing import NAMED, Extent
from beffroi.core.fields import EVERY
from beffroi.core.ids import CODE, AccountId, OrganisationId, SessionId, is_uuid
from beffroi.guard.containing.words import EVERY_ONE

if TYPE_CHECKING:
    import asyncpg

_TABLES: Final = {
    Extent.APPLICATION: "application",
    Extent.ORGANISATION: "organisation",
    Extent.ACCOUNT: "account",
    Extent.LINE: "account",
}
_IDENTIFIED: Final = NAMED | {Extent.ORGANISATION}


class ContainingRefused(RuntimeError):
    """The command cannot be done; the message says what is missing, ``objection`` says it to a door."""

    def __init__(self, message: str, objection: Objection = Objection.NOT_IN_THAT_STATE) -> None:
        super().__init__(message)
        self.objection = objection


class Scope(NamedTuple):
    """What to cut: the id (or the application's code) of what is named, the bits of the field groups to withhold.

    Files are closed of one organisation by its id, or of all of a kind by that kind.
    """

    extent: Extent
    scope: str
    groups: int


class By(NamedTuple):
    """Who cuts: somebody through a door, or the system user ``operator`` on the guard's host."""

    account: AccountId | None = None
    session: SessionId | None = None
    organisation: OrganisationId | None = None
    operator: str | None = None


def read(kind: str, scope: str = "", groups: int = 0) -> Scope:
    """The scope these words name. Raises ContainingRefused."""
    try:
        extent = Extent(kind)
    except ValueError:
        raise ContainingRefused(f"One of {', '.join(Extent)} can be contained.") from None
    if extent is Extent.GROUPS:
        if not 0 < groups <= EVERY:
            raise ContainingRefused("Name the field groups to withhold.")
        return Scope(extent, "", groups)
    if extent is Extent.EVERYTHING:
        return Scope(extent, "", 0)
    if extent is Extent.FILES and scope not in EVERY_ONE and not is_uuid(scope):
        raise ContainingRefused(f"Name the organisation by its id, or {', '.join(EVERY_ONE)}.")
    if extent in _IDENTIFIED and not is_uuid(scope):
        word = "account" if extent is Extent.LINE else extent.value
        raise ContainingRefused(f"Name the {word} by its id.")
    return Scope(extent, scope, 0)


async def check_existence(conn: "asyncpg.Connection", scope: Scope) -> None:
    """Raises ContainingRefused when there is nothing by that id."""
    table = _TABLES.get(scope.extent)
    if scope.extent is Extent.FILES:
        table = None if scope.scope in EVERY_ONE else "organisation"
    if table is not None and await conn.fetchval(f"SELECT 1 FROM guard.{table} WHERE id = $1", scope.scope) is None:
        raise ContainingRefused(f"There is no such {table}.", Objection.NOTHING_TO_CUT)


def check_reason(reason: str) -> None:
    """A short code, never free text: the journal holds no personal value. Raises ContainingRefused."""
    if CODE.fullmatch(reason) is None:
        raise ContainingRefused("The reason is a short code: lower-case letters, digits, hyphens.")
