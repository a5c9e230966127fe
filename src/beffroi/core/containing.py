"""What a containment would cost, counted from who works where: numbers only, nobody's name.

Counting is pure, so that what a screen announces and what the command then does can be held to each other.
"""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from beffroi.core.ids import AccountId, ApplicationId, OrganisationId
from beffroi.core.policy import Label, RoleKind

WATCHERS: Final = frozenset({RoleKind.APPROVER, RoleKind.SECURITY, RoleKind.FOUNDER})
"""Who approves, contains or investigates: no containment stops them, but of their own account or line."""


class Extent(StrEnum):
    """What can be cut off."""

    EVERYTHING = "everything"
    APPLICATION = "application"
    ORGANISATION = "organisation"
    LINE = "line"
    ACCOUNT = "account"
    GROUPS = "groups"
    FILES = "files"


NAMED: Final = frozenset({Extent.ACCOUNT, Extent.LINE})
"""Extents that cut people by name: watchers too."""
QUIET: Final = frozenset({Extent.GROUPS, Extent.FILES})
"""Extents that close something of the files and stop nobody: people stay signed in, what is no file goes on."""


REASONS: Final[Mapping[str, Label]] = {
    "stolen-account": Label("Compte volé ou détourné", "Stolen or hijacked account"),
    "stolen-session": Label("Session volée", "Stolen session"),
    "mass-consultation": Label("Consultation massive", "Mass consultation"),
    "suspect-creation": Label("Créations de comptes suspectes", "Suspect creation of accounts"),
    "intrusion": Label("Intrusion dans une application ou un serveur", "Intrusion in an application or a server"),
    "notice-received": Label(
        "Alerte reçue d’une autorité ou d’un partenaire", "Notice from an authority or a partner"
    ),
    "departure": Label("Départ non signalé", "Departure nobody reported"),
    "exercise": Label("Exercice", "Exercise"),
}
"""Why one cuts through a door: a short list, so that no free text, hence no name, enters the journal."""

OF_THE_GUARD: Final[Mapping[str, Label]] = {
    "row-diverged": Label("Ligne qui n’est plus ce que dit le journal", "Row that is not what the journal says"),
    "loss-accepted": Label("Perte acceptée après une restauration", "Loss accepted after a restore"),
}
"""Why the guard itself cuts."""

SAID: Final[Mapping[str, Label]] = {**REASONS, **OF_THE_GUARD}
"""What a reason is called on a screen; one given on the guard's host is shown as it is."""

MANAGER_PERCENT: Final = 5
MANAGER_LEAST: Final = 3
MANAGER_HOURLY: Final = 20


def manager_may_suspend(accounts: int, today: int, this_hour: int) -> bool:
    """Whether a manager may suspend one account more of an organisation of so many, alone.

    ``today``: how many he and his colleagues suspended there in 24 hours; ``this_hour``: how many he did in an hour.
    The limit is the machines' (five percent, at least three, twenty an hour): a hijacked manager does not shut his
    office; whoever must cut more asks security.
    """
    share = max(MANAGER_LEAST, -(-max(accounts, 0) * MANAGER_PERCENT // 100))
    return today < share and this_hour < MANAGER_HOURLY


class Held(NamedTuple):
    """A habilitation in force of an account in use."""

    account: AccountId
    organisation: OrganisationId
    kind: RoleKind


class Live(NamedTuple):
    """A session in use; ``organisation`` is that of the membership chosen, where one is."""

    account: AccountId
    application: ApplicationId
    organisation: OrganisationId | None


class Cut(NamedTuple):
    """What would be cut: ``scope`` names the application or the organisation, ``members`` the accounts of a line or
    the one account, ``places`` the organisations whose files close."""

    extent: Extent
    scope: str
    members: frozenset[AccountId]
    places: frozenset[OrganisationId] = frozenset()


class Cost(NamedTuple):
    """What a containment stops, and what stays up. Accounts are people.

    ``stopped``: agents who can no longer work as they do; of whom ``working`` have a live session, and ``elsewhere``
    keep a membership at an organisation that is not cut. ``sessions``: live sessions that end. ``organisations``:
    where somebody is stopped; of which ``emptied`` have nobody left who works. ``reduced``: agents who go on
    without some field groups or without the files. ``watchers``: those who approve, contain or investigate and still
    can. ``going_on``: agents who work on untouched, at ``untouched`` organisations where nobody is stopped.
    """

    stopped: int
    working: int
    elsewhere: int
    sessions: int
    organisations: int
    emptied: int
    reduced: int
    watchers: int
    going_on: int
    untouched: int


def ended(cut: Cut, live: Iterable[Live], watchers: Collection[AccountId]) -> list[Live]:
    """Sessions that a containment ends: those of its extent, but the watchers' where it does not name them."""
    if cut.extent in QUIET:
        return []
    if cut.extent in NAMED:
        return [one for one in live if one.account in cut.members]
    return [one for one in live if one.account not in watchers and _within(cut, one)]


def _within(cut: Cut, one: Live) -> bool:
    if cut.extent is Extent.APPLICATION:
        return one.application == cut.scope
    if cut.extent is Extent.ORGANISATION:
        return one.organisation == cut.scope
    return True


def cost(cut: Cut, held: Collection[Held], live: Collection[Live]) -> Cost:
    """What a containment would cost; ``held`` and ``live`` are the whole network's at one instant.

    An application is used by everybody who has a role: all agents but the watchers count as stopped in it.
    """
    watchers = {one.account for one in held if one.kind in WATCHERS}
    stopped = {one.account for one in held if _stops(cut, one, watchers)}
    lost = {one.organisation for one in held if one.account in stopped and _stops(cut, one, watchers)}
    agents = {one.account for one in held} - watchers
    alive = {
        one.organisation for one in held if one.account not in watchers and not _stops(cut, one, watchers)
    }  # fmt: skip
    over = ended(cut, live, watchers)
    reduced = {one.account for one in held if _reduces(cut, one)}
    places = {one.organisation for one in held}
    return Cost(
        stopped=len(stopped),
        working=len(stopped & {one.account for one in over}),
        elsewhere=len({one.account for one in held if one.account in stopped and not _stops(cut, one, watchers)}),
        sessions=len(over),
        organisations=len(lost),
        emptied=len(lost - alive),
        reduced=len(reduced),
        watchers=len(watchers - cut.members if cut.extent in NAMED else watchers),
        going_on=len(agents - stopped - reduced),
        untouched=len(places - lost),
    )


def _reduces(cut: Cut, one: Held) -> bool:
    """Whether this membership goes on, and opens less."""
    if one.kind is not RoleKind.READER:
        return False
    return cut.extent is Extent.GROUPS or (cut.extent is Extent.FILES and one.organisation in cut.places)


def _stops(cut: Cut, one: Held, watchers: Collection[AccountId]) -> bool:
    """Whether this membership gives nothing any more."""
    if cut.extent in QUIET:
        return False
    if cut.extent in NAMED:
        return one.account in cut.members
    if one.account in watchers:
        return False
    return cut.extent is not Extent.ORGANISATION or one.organisation == cut.scope
