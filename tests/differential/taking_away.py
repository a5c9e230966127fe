"""Steps of a history that take away: suspensions, containments, leavers, reviews, sweeps, time; and restarts."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from beffroi.core.approvals import Objection
from beffroi.core.reviewing import Verdict
from beffroi.guard.sweeping.leaving import Outcome
from spec import habilitations as oracle
from spec.habilitations import Approved, Became, Cut, Held, Moved, Reviewed
from tests.differential.letting_in import LettingIn
from tests.differential.recorded import NUMBER

DAYS = (3, 16, 16, 32, 53, 97)
SLACK = timedelta(hours=1)
"""Between the oracle's instants and the product's."""
LONGEST = timedelta(days=600)
"""The journal has partitions for two years."""


class Histories(LettingIn):
    """Whole histories: whatever lets in, takes away, and time."""

    # Taking away.

    @rule(who=NUMBER, whom=NUMBER)
    def suspend(self, who: int, whom: int) -> None:
        self._suspend(self.seat(who, "manager", "security", "founder"), self.account(whom))

    def _suspend(self, seat: Held, account: str) -> None:
        if self._commanded(seat, self.run(self.network.suspend(seat, account))):
            self.history.append(Became(account, "suspended", self.at))
            self._nothing_waits_for({account})

    @rule(who=NUMBER, whom=NUMBER, kind=st.sampled_from(["line", "line", "account", "organisation"]))
    def contain(self, who: int, whom: int, kind: str) -> None:
        seat = self.seat(who, "security", "founder")
        scope = self.places[whom % 2] if kind == "organisation" else self.account(whom)
        given = self.run(self.network.contain(seat, kind, scope))
        if self._commanded(seat, given):
            self._cut(given.answer.id, kind, scope)

    @rule(whom=NUMBER, kind=st.sampled_from(["line", "account", "account", "organisation", "everything"]))
    def contain_from_the_host(self, whom: int, kind: str) -> None:
        if whom % 3:
            return  # rarely: it stops most of what follows
        scope = {"organisation": self.places[whom % 2], "everything": ""}.get(kind, self.account(whom))
        self._cut(self.run(self.network.contain_from_host(kind, scope)), kind, scope)

    def _cut(self, id_: str, kind: str, scope: str) -> None:
        self.history.append(Cut(id_, kind, scope))
        if kind in ("line", "account"):
            self._nothing_waits_for(oracle.line(self.history, scope) if kind == "line" else {scope})

    def _nothing_waits_for(self, people: set[str]) -> None:
        waiting = "SELECT 1 FROM guard.request WHERE status = 'pending' AND requester = ANY ($1::uuid[])"
        assert not self.run(self.network.rows(waiting, sorted(people))), "I-07: a request of somebody cut still waits"

    @rule(which=NUMBER, who=NUMBER, suspended=st.booleans())
    def first_approver_is_cut_before_the_second_signs(self, which: int, who: int, suspended: bool) -> None:
        waiting = [one for one in self.requests if one.needed > 1]
        if waiting:
            asked = waiting[-1 - which % len(waiting)]
            self._approve(asked, self.seat(who | 1, "approver", "founder"))
            agreed = [one.approver for one in self.history if isinstance(one, Approved) and one.request == asked.id]
            for approver in agreed[-1:]:
                if suspended:
                    self._suspend(self.seat(which | 1, "security", "founder"), approver)
                else:
                    self._cut(self.run(self.network.contain_from_host("account", approver)), "account", approver)
            self.approve_by_whoever_may(self.requests[::-1].index(asked))

    @rule(who=NUMBER, whom=NUMBER)
    def leave(self, who: int, whom: int) -> None:
        about, seat = self.seat(whom), self.seat(who, "manager", "security", "founder")
        given = self.run(self.network.leave(seat, about.account, about.organisation))
        if self._commanded(seat, given) and given.answer is Outcome.LEFT:
            open_ = oracle.held(self.history, about.account)
            for held, stands in open_:
                if held.organisation == about.organisation and stands != "closed":
                    self.history.append(Moved(held.habilitation, "closed"))
            left = {stands for _, stands in oracle.held(self.history, about.account)}
            if left == {"closed"} and oracle.status(self.history, about.account) != "suspended":
                self.history.append(Became(about.account, "suspended", self.at))

    # Reviews, sweeps, time, restarts.

    @rule(who=NUMBER, place=st.integers(0, 2), removing=st.integers(0, 63), closely=st.booleans())
    def review(self, who: int, place: int, removing: int, closely: bool) -> None:
        organisation = self.places[place]
        self.run(self.network.open_campaign(organisation))
        query = "SELECT id FROM guard.campaign WHERE organisation = $1 AND closed_at IS NULL"
        running = self.run(self.network.rows(query, organisation))
        if not running:
            return
        seat = self.seat(who, "approver", "founder")
        campaign = str(running[0]["id"])
        sheet = (
            "SELECT r.id, r.habilitation, r.account FROM guard.review r JOIN guard.habilitation h"
            " ON h.id = r.habilitation WHERE r.campaign = $1 AND r.verdict IS NULL"
            " AND h.status IN ('probation', 'confirmed') ORDER BY r.id"
        )
        lines = {
            str(row["id"]): row
            for row in self.run(self.network.rows(sheet, campaign))
            if closely or oracle.outside(self.history, seat.account, str(row["account"]))
        }
        verdicts = {name: Verdict.REMOVE if number == removing else Verdict.KEEP for number, name in enumerate(lines)}
        given = self.run(self.network.review(seat, campaign, verdicts))
        if self._commanded(seat, given):
            for name, row in lines.items():
                assert oracle.outside(self.history, seat.account, str(row["account"])), (
                    "I-04: reviewed by his own line"
                )
                if verdicts[name] is Verdict.REMOVE:
                    self.history.append(Moved(str(row["habilitation"]), "closed"))
        elif given.answer is Objection.WITHIN_LINE:
            assert not all(oracle.outside(self.history, seat.account, str(row["account"])) for row in lines.values())
        self._follow_reviews()

    def _follow_reviews(self) -> None:
        """Reviews that hold longer than before hold by somebody's word, or four eyes let the account in meanwhile."""
        vouched = (
            "SELECT c.id FROM guard.campaign c WHERE"
            " (EXISTS (SELECT 1 FROM guard.review r WHERE r.campaign = c.id AND r.account = $1"
            "   AND r.verdict = 'keep')"
            "  AND NOT EXISTS (SELECT 1 FROM guard.review r WHERE r.campaign = c.id AND r.account = $1"
            "   AND r.verdict IS NULL))"
            " OR EXISTS (SELECT 1 FROM guard.habilitation h WHERE h.account = $1 AND h.organisation = c.organisation"
            "  AND h.status IN ('probation', 'confirmed') AND NOT EXISTS (SELECT 1 FROM guard.review r"
            "   WHERE r.habilitation = h.id AND r.campaign = c.id))"
        )
        for account, row in self.run(self.network.accounts()).items():
            before = [one.until for one in self.history if isinstance(one, Reviewed) and one.account == account][-1]
            assert row["reviewed_until"] >= before
            if row["reviewed_until"] > before:
                assert self.run(self.network.rows(vouched, account)), "I-12: nobody vouched for this account"
                self.history.append(Reviewed(account, row["reviewed_until"]))

    @precondition(lambda self: self.network.shifted < LONGEST)
    @rule(days=st.sampled_from(DAYS))
    def time_passes(self, days: int) -> None:
        self.sweep()  # as every night
        self.run(self.network.pass_time(days))
        self.run(self.network.sweep_reviews())
        late = "SELECT h.id, h.status FROM guard.habilitation h WHERE h.status = 'suspended'"
        for row in self.run(self.network.rows(late)):
            held = next(one for one in self.seats() if one.habilitation == str(row["id"]))
            if self._stands(held) in ("probation", "confirmed"):
                silent = "SELECT 1 FROM guard.review WHERE habilitation = $1 AND verdict = 'silent'"
                assert self.run(self.network.rows(silent, held.habilitation)), "suspended, and nobody was silent"
                self.history.append(Moved(held.habilitation, "suspended"))
        kept = (
            "SELECT 1 FROM guard.review r JOIN guard.campaign c ON c.id = r.campaign JOIN guard.habilitation h"
            " ON h.id = r.habilitation WHERE c.due_at < guard.instant() AND h.status IN ('probation', 'confirmed')"
            " AND coalesce(r.verdict, 'silent') = 'silent'"
        )
        assert not self.run(self.network.rows(kept)), "I-12: silence at the deadline suspends"
        self._follow_reviews()
        self.sweep()

    @rule()
    def sweep(self) -> None:
        self.run(self.network.sweep())
        now = self.run(self.network.world.now())
        for id_, row in self.run(self.network.habilitations()).items():
            held = next(one for one in self.seats() if one.habilitation == id_)
            if row["status"] != self._stands(held):
                assert row["status"] == "closed"
                assert held.until_at <= now + SLACK, "closed before its period ended"
                self.history.append(Moved(id_, "closed"))
        waits = "SELECT account FROM guard.leaver WHERE status = 'waiting' AND source = 'idle'"
        waiting = {str(row["account"]) for row in self.run(self.network.rows(waits))}
        rows = self.run(self.network.accounts())
        for account, row in rows.items():
            if row["status"] == "suspended" and oracle.status(self.history, account) != "suspended":
                due = (
                    oracle.overdue(self.history, account, now + SLACK, anew=False)  # given back between two sweeps
                    or oracle.lapsed(self.history, account, now + SLACK)
                    or oracle.nothing_left(self.history, account, now + SLACK)
                )
                assert due, "a sweep suspended somebody who is not due"
                self.history.append(Became(account, "suspended", now))
        for account in rows:
            if oracle.status(self.history, account) in ("active", "invited") and account not in waiting:
                assert not oracle.overdue(self.history, account, now - SLACK), "I-12: idle, swept, and still in use"
        # Those who wait are few: the last who could give anything back, and whoever is past the machine's limit.
        assert len(waiting) <= len(rows)

    @rule()
    def restart(self) -> None:
        self.run(self.network.restart())

    # What always holds.

    @invariant()
    def statuses_are_the_oracles(self) -> None:
        if self.history:
            rows = self.run(self.network.accounts())
            assert {one: row["status"] for one, row in rows.items()} == {
                one: oracle.status(self.history, one) for one in oracle.accounts(self.history)
            }
            held = {one.habilitation: self._stands(one) for one in self.seats()}
            assert {one: row["status"] for one, row in self.run(self.network.habilitations()).items()} == held
