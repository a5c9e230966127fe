"""A history as it is written down for the oracle, and what its next step may draw from: accounts, seats, places."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, ClassVar, NamedTuple, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from beffroi.config.embedded_postgres import EmbeddedPostgres
from spec import habilitations as oracle
from spec.habilitations import Attested, Became, Born, Event, Held, Moved, Reviewed, Used
from tests.databases import fresh_database
from tests.differential.histories import KIND_OF, Given, Network

Result = TypeVar("Result")
AT_FIRST = (
    ("founder", "Network"), ("founder", "Network"), ("approver", "Network"),
    ("security-officer", "Network"), ("network-administrator", "Network"), ("account-manager", "North"),
    ("account-manager", "South"), ("adviser", "North"),
)  # fmt: skip
NUMBER = st.integers(0, 63)
"""What chooses among however many there are."""


class Waiting(NamedTuple):
    """A request that was made, as the machine remembers it."""

    id: str
    kind: str
    requester: str
    beneficiary: str | None
    organisation: str
    needed: int
    about: str

    @property
    def apart(self) -> bool:
        """Whether it gives something back."""
        return self.kind in ("lift", "restore")


class Recorded(RuleBasedStateMachine):
    """One history, written down as it happens. ``server`` is set by the test that runs it."""

    server: ClassVar[EmbeddedPostgres]

    def __init__(self) -> None:
        super().__init__()
        self._database = fresh_database(self.server)
        fresh = self._database.__enter__()
        self.loop = asyncio.new_event_loop()
        self.network = Network(fresh.guard)
        self.history: list[Event] = []
        self.requests: list[Waiting] = []
        self.codes: list[tuple[str, str]] = []
        self.emails: dict[str, str] = {}
        self.makers: dict[str, set[str]] = {}
        self.at = datetime.min.replace(tzinfo=UTC)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self.loop.run_until_complete(asyncio.wait_for(work, 30))

    def teardown(self) -> None:
        if hasattr(self.network, "world"):
            self.run(self.network.end())
        self.loop.close()
        self._database.__exit__(None, None, None)

    @initialize()
    def lay(self) -> None:
        self.run(self.network.lay())
        for role, place in AT_FIRST:
            agent = self.run(self.network.world.agent(self.network.world.offices[place], role))
            row = self.run(self.network.accounts())[agent.account]
            now = self.run(self.network.world.now())
            kind = KIND_OF[role]
            self.history += [
                Born(agent.account, None, (), now, kind == "founder"),
                Became(agent.account, "active", now),
                Attested(agent.account, row["attested_until"]),
                Reviewed(agent.account, row["reviewed_until"]),
                Used(agent.account, now),
            ]
            self.network.handles.append(agent)
        for held in self.run(self.network.habilitations()).values():
            self._hold(held)
        self.settle()

    def settle(self) -> None:
        """What every history begins with."""

    # What the machine draws from.

    def seats(self, *kinds: str) -> list[Held]:
        found = [one for one in self.history if isinstance(one, Held) and (not kinds or one.kind in kinds)]
        living = [one for one in found if self._stands(one) in ("probation", "confirmed")]
        return living + found  # those in force twice as often

    def seat(self, number: int, *kinds: str) -> Held:
        """Somebody who may give commands, or, once in four times, anybody who ever held such a role."""
        now, found = self.run(self.network.world.now()), self.seats(*kinds)
        able = [one for one in dict.fromkeys(found) if oracle.may_command(self.history, one, now)]
        chosen = able if able and number % 4 else found
        return chosen[number // 4 % len(chosen)]

    def account(self, number: int) -> str:
        found = oracle.accounts(self.history)
        return found[-1 - number % len(found)]

    @property
    def places(self) -> list[str]:
        offices = self.network.world.offices
        return [offices["North"], offices["South"], offices["Network"]]

    @property
    def network_id(self) -> str:
        return self.network.world.offices["Network"]

    def _stands(self, held: Held) -> str:
        return next(stands for one, stands in oracle.held(self.history, held.account) if one == held)

    def _hold(self, row: Any, requested_by: str | None = None, approved_by: tuple[str, ...] = ()) -> None:
        held = Held(
            str(row["id"]), str(row["account"]), str(row["organisation"]), KIND_OF[row["role"]], row["from_at"],
            row["until_at"], requested_by, approved_by,
        )  # fmt: skip
        self.history += [held, Moved(held.habilitation, row["status"])]

    def _commanded(self, seat: Held, given: Given) -> bool:
        """Whether it was done; that the guard refused exactly whom the oracle refuses, and that it was a use."""
        self.at = given.at
        assert given.refused is not oracle.may_command(self.history, seat, given.at), given
        if given.done:
            self.history.append(Used(seat.account, given.at))
        return given.done
