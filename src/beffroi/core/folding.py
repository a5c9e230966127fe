"""What the journal says of the rows that grant, cap or authenticate, held to the rows that are there (I-16).

Every writing of such a row leaves a *fact* in the journal: which row, which version, the beginning of its MAC. The
last fact of a row, by version, is the state expected of it: whoever writes the database behind the guard may put
back an older genuine row, or take one away, and the fact stays. Versions only grow, so that a fact said again, or an
old one appended once more, changes nothing.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

Key = tuple[str, str]
"""A row: its table, and its primary key as text (the parts of a longer key joined by ``/``)."""
GONE: Final = "gone"
"""Instead of a MAC: the guard deleted the row itself."""


class Fact(NamedTuple):
    """One writing of one row. ``mac`` is what the journal keeps of the row's MAC, in hex, or ``GONE``.

    ``account``, ``organisation`` and ``application`` say whom the row concerns, where it names one: the row itself
    may be gone when that is asked.
    """

    table: str
    id: str
    version: int
    mac: str
    account: str | None = None
    organisation: str | None = None
    application: str | None = None

    @property
    def key(self) -> Key:
        """Which row it is of."""
        return self.table, self.id


class Row(NamedTuple):
    """A row as the database has it. ``genuine``: its MAC is the guard's; None where nobody had to look."""

    table: str
    id: str
    version: int
    mac: str
    genuine: bool | None = None


class Kind(StrEnum):
    """How a row departs from the journal."""

    MISSING = "missing"
    OLDER = "older"
    UNKNOWN = "unknown-version"
    FORGED = "forged"


class Divergence(NamedTuple):
    """A row that is not what the journal says."""

    table: str
    id: str
    kind: Kind

    @property
    def key(self) -> Key:
        """Which row it is."""
        return self.table, self.id


Expected = Mapping[Key, Fact]


def fold(facts: Iterable[Fact], before: Expected | None = None) -> dict[Key, Fact]:
    """The state that follows ``before`` once these facts, in the order of the journal, are known.

    A fact of a lower version than one already known is of the past and is passed over. Of two facts of one version
    the first stands: the guard writes each version once.
    """
    state = dict(before or {})
    for fact in facts:
        add(state, fact)
    return state


def add(state: dict[Key, Fact], fact: Fact) -> None:
    """Let one more fact be known, as :func:`fold` does, in place."""
    known = state.get(fact.key)
    if known is None or fact.version > known.version or (fact.mac == GONE and known.version == fact.version):
        state[fact.key] = fact


def differs(fact: Fact | None, row: Row) -> bool:
    """Whether this row is anything else than what the fact says of it: then its MAC is worth a look."""
    return fact is None or fact.mac != row.mac or fact.version != row.version


class Comparison:
    """The rows of one snapshot, held to what is expected of them in as many steps as the caller likes.

    The snapshot is not older than the facts of ``expected``, which may not change meanwhile. Tables of ``whole`` are
    read whole: whatever is expected of them and was not among the rows is missing. A step costs what it is given: who
    gives few rows at a time, and lets others work between, holds nobody up.
    """

    __slots__ = ("_expected", "_found", "_seen", "_whole")

    def __init__(self, expected: Expected, whole: frozenset[str] = frozenset()) -> None:
        self._expected, self._whole = expected, whole
        self._found: dict[Key, Divergence] = {}
        self._seen: dict[str, set[str]] = {}

    def rows(self, rows: Iterable[Row]) -> None:
        """Take some rows. One whose MAC nobody had to look at, because it is the one of its fact, is genuine."""
        for row in rows:
            fact = self._expected.get((row.table, row.id))
            if fact is not None:  # its own text is kept, not the row's: nothing is left to be freed at the end
                self._seen.setdefault(fact.table, set()).add(fact.id)
            kind = _kind(fact, row)
            if kind is not None:
                self._found[row.table, row.id] = Divergence(row.table, row.id, kind)

    def unseen(self, facts: Iterable[Fact]) -> list[Fact]:
        """Once every row was taken: those of some expected facts, deletions left out, that no row was of."""
        absent = []
        for fact in facts:
            if fact.mac != GONE and fact.id not in self._seen.get(fact.table, ()):
                absent.append(fact)
                if fact.table in self._whole or forbids(fact.table, fact.id):
                    self._found[fact.key] = Divergence(fact.table, fact.id, Kind.MISSING)
        return absent

    def found(self) -> list[Divergence]:
        """Rows that are not what the journal says, in the order of their keys."""
        return [self._found[key] for key in sorted(self._found)]


def forbids(table: str, id: str) -> bool:
    """Whether a relation is one that refuses (:mod:`beffroi.core.restricting`): gone, it would give more."""
    return table == "relation" and id.endswith("/restricted")


def compare(expected: Expected, rows: Iterable[Row], whole: frozenset[str] = frozenset()) -> list[Divergence]:
    """A :class:`Comparison` in one step."""
    comparison = Comparison(expected, whole)
    comparison.rows(rows)
    comparison.unseen(expected.values())
    return comparison.found()


def _kind(fact: Fact | None, row: Row) -> Kind | None:
    if row.genuine is False:
        return Kind.FORGED
    if not differs(fact, row):
        return None
    if fact is not None and (row.version < fact.version or fact.mac == GONE):
        return Kind.OLDER
    return Kind.UNKNOWN


class Extent(NamedTuple):
    """What is refused because of a divergence: ``kind`` is everything, application, organisation or account."""

    kind: str
    id: str


EVERYTHING: Final = Extent("everything", "")
_WHOLE: Final = frozenset({"containment", "policy", "turnstile"})
_OF_ACCOUNT: Final = frozenset(
    {
        "account",
        "habilitation",
        "factor",
        "enrolment",
        "session",
        "line_member",
        "exam",
        "reach",
        "cover",
        "invitation",
    }
)
_OF_APPLICATION: Final = frozenset({"application", "application_key", "breaker"})
_OF_ORGANISATION: Final = frozenset(
    {
        "organisation",
        "organisation_provider",
        "contract",
        "roster_domain",
        "roster_person",
        "scim_token",
        "relation",
        "presence_code",
        "person_alias",
    }
)
_MISSED: Final = frozenset({"contract"})
"""Of those, what demands something: where it is gone, more would be given."""


def extent(divergence: Divergence, fact: Fact | None) -> Extent | None:
    """What must be refused while this row is not what the journal says; None where nothing was gained by it.

    A forged row denies by itself wherever it is read. Of the tables that are not named here a row that is older or
    gone gives nobody access: the strict replay and a report are enough.
    """
    table = divergence.table
    if divergence.kind is Kind.FORGED:
        return None
    if table in _WHOLE:
        return EVERYTHING
    if table == "budget":
        return _of_budget(divergence.id)
    if table in _OF_ACCOUNT:
        account = divergence.id if table == "account" else None if fact is None else fact.account
        return EVERYTHING if account is None else Extent("account", account)
    if table in _OF_APPLICATION:
        application = None if fact is None else fact.application
        return Extent("application", application or divergence.id.partition("/")[0])
    if table in _OF_ORGANISATION:
        if divergence.kind is Kind.MISSING and table not in _MISSED:
            return None
        organisation = None if fact is None else fact.organisation
        return EVERYTHING if organisation is None else Extent("organisation", organisation)
    return None


def _of_budget(key: str) -> Extent:
    """Whose a budget is: a pool is an account's, and so is a share of an organisation."""
    kind, *rest = key.split("/")
    ids = rest[:-1]
    if kind in ("account", "pool", "share") and ids:
        return Extent("account", ids[-1])
    return Extent(kind, ids[0]) if kind in ("organisation", "application") and ids else EVERYTHING


MOST_AT_ONCE: Final = 20
"""More rows than these at one look are no single rollback: everything waits for people, and nothing is replayed."""


class Position(NamedTuple):
    """Where a journal has come to: how many of its entries are sealed."""

    size: int


def behind(here: Position, published: Position | None) -> int:
    """How far this database stands behind what was published of its journal: more than 0, and it was put back.

    It may be ahead of what is published, which follows it by a second. ``None``: nothing was published.
    """
    return 0 if published is None else max(0, published.size - here.size)
