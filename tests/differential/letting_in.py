"""Steps of a history that let in or give back: asked for, agreed to, enrolled, examined; each held to the oracle."""

from itertools import combinations

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from beffroi.core.approvals import Objection, State
from spec import habilitations as oracle
from spec.habilitations import Approved, Attested, Became, Born, Confirmed, Held, Lifted, Moved, Reviewed, Used
from tests.differential.histories import Given
from tests.differential.recorded import NUMBER, Recorded, Waiting

WANTED = ("adviser", "adviser", "account-manager", "account-manager", "approver", "security-officer")
OFFICE_ROLES = ("adviser", "account-manager")
MAIL = st.integers(0, 11)
KNOWN = 8
"""Addresses from this one on are of no roster: they take two approvals."""
LINE_OBJECTIONS = {Objection.SAME_PERSON, Objection.WITHIN_LINE, Objection.RECIPROCAL}


class LettingIn(Recorded):
    """Requests of every kind, what becomes of them, and the way in."""

    def settle(self) -> None:
        """A manager's own manager, an adviser of his, and one more who waits for two approvals."""
        for mail, wanted in enumerate(("account-manager", "adviser")):
            north = [one for one in self.seats("manager") if one.organisation == self.places[0]]
            self._join(north[-1], mail, wanted, self.places[0])
        self._ask(north[-1], f"nora{KNOWN}@elsewhere.example", "adviser", self.places[0], 2)

    # Requests, and what becomes of them.

    @rule(who=NUMBER, mail=MAIL, wanted=st.sampled_from(WANTED), far=NUMBER)
    def ask_for_access(self, who: int, mail: int, wanted: str, far: int) -> None:
        seat = self.seat(who, "manager", "founder")
        email = f"nora{mail}@{'elsewhere' if mail >= KNOWN else 'north'}.example"
        place = far % 3 if seat.organisation == self.network_id or far < 8 else self.places.index(seat.organisation)
        if wanted in OFFICE_ROLES and self.places[place] == self.network_id:
            place = far % 2
        self._ask(seat, email, wanted, self.places[place], 2 if mail >= KNOWN else 1)

    def _ask(self, seat: Held, email: str, wanted: str, organisation: str, needed: int) -> None:
        now = self.run(self.network.world.now())
        given = self.run(self.network.access(seat, email, wanted, organisation, now.date(), 200))
        self._made(seat, given, "access", self.emails.get(email), organisation, needed, email)

    @rule(who=NUMBER, mail=MAIL, wanted=st.sampled_from(WANTED), far=NUMBER)
    def somebody_joins(self, who: int, mail: int, wanted: str, far: int) -> None:
        before, born = len(self.requests), len(self.makers)
        self.ask_for_access(who | 1, mail, wanted, far)
        self._go_on(before, born)

    def _join(self, seat: Held, mail: int, wanted: str, organisation: str) -> None:
        before, born = len(self.requests), len(self.makers)
        self._ask(seat, f"nora{mail}@north.example", wanted, organisation, 1)
        self._go_on(before, born)

    def _go_on(self, before: int, born: int) -> None:
        """Whatever was just asked for is approved, and whoever was just let in enrols and passes the exam."""
        if len(self.requests) > before:
            self.approve_by_whoever_may(0)
        if len(self.makers) > born:
            self.hand_a_code_over_by_whoever_may_and_use_it(-1)

    @rule(who=NUMBER, whom=NUMBER)
    def somebody_is_confirmed(self, who: int, whom: int) -> None:
        before = len(self.requests)
        self.ask_for_confirmation(who | 1, whom)
        if len(self.requests) > before:
            self.approve_by_whoever_may(0)

    @rule(who=NUMBER, whom=NUMBER, lifted=st.booleans())
    def something_is_given_back(self, who: int, whom: int, lifted: bool) -> None:
        before = len(self.requests)
        if lifted and oracle.cuts(self.history):
            self.ask_for_lifting(who | 1, whom)
        else:
            self.ask_for_restoring(who | 1, whom)
        if len(self.requests) > before:
            self.approve_by_whoever_may(0)

    @rule(who=NUMBER, whom=NUMBER)
    def ask_for_confirmation(self, who: int, whom: int) -> None:
        probation = [one for one in self.seats() if self._stands(one) == "probation"]
        if probation:
            about = probation[whom % len(probation)]
            seat = self.seat(who, "manager", "founder")
            given = self.run(self.network.request(seat, "confirmation", habilitation=about.habilitation))
            self._made(seat, given, "confirmation", about.account, about.organisation, 1, about.habilitation)

    @precondition(lambda self: bool(oracle.cuts(self.history)))
    @rule(who=NUMBER, which=NUMBER)
    def ask_for_lifting(self, who: int, which: int) -> None:
        cuts = oracle.cuts(self.history)
        cut, seat = cuts[which % len(cuts)], self.seat(who, "security", "founder")
        given = self.run(self.network.request(seat, "lift", containment=cut.id))
        beneficiary = cut.scope if cut.kind in ("line", "account") else None
        self._made(seat, given, "lift", beneficiary, seat.organisation, 2, cut.id)

    @rule(who=NUMBER, whom=NUMBER)
    def ask_for_restoring(self, who: int, whom: int) -> None:
        cut = [one for one in oracle.accounts(self.history) if oracle.status(self.history, one) == "suspended"]
        if cut:
            account, seat = cut[whom % len(cut)], self.seat(who, "manager", "security", "founder")
            given = self.run(self.network.request(seat, "restore", account=account))
            self._made(seat, given, "restore", account, seat.organisation, 2, account)

    def _made(
        self, seat: Held, given: Given, kind: str, beneficiary: str | None, organisation: str, needed: int, about: str
    ) -> None:
        done, apart = self._commanded(seat, given), kind in ("lift", "restore")
        enough = oracle.eligible(
            self.history, organisation, self.network_id, seat.account, beneficiary, self.at, apart=apart
        )
        if done:
            assert beneficiary != seat.account, "I-04: nobody asks for himself"
            assert len(enough) >= max(2, needed), "I-04: with fewer than two approvers the request cannot be made"
            assert needed < 2 or any(
                not oracle.tied(self.history, one, other, self.at) for one, other in combinations(enough, 2)
            ), "I-04: only kin could agree"
            self.requests.append(
                Waiting(str(given.answer["id"]), kind, seat.account, beneficiary, organisation, needed, about)
            )
            assert given.answer["needed"] == needed
        elif given.answer is Objection.TOO_FEW_APPROVERS:
            # Where two are needed, each two of them may be tied, by a single role as well.
            assert len(enough) < max(2, needed) or needed > 1, "I-04: enough people could approve it"

    @precondition(lambda self: bool(self.requests))
    @rule(which=NUMBER, who=NUMBER)
    def approve(self, which: int, who: int) -> None:
        self._approve(self.requests[-1 - which % len(self.requests)], self.seat(who, "approver", "founder"))

    @precondition(lambda self: bool(self.requests))
    @rule(which=NUMBER)
    def approve_by_whoever_may(self, which: int) -> None:
        asked = self.requests[-1 - which % len(self.requests)]
        for seat in dict.fromkeys(self.seats("approver", "founder")):
            self._approve(asked, seat)

    @rule(who=NUMBER, whom=NUMBER)
    def approve_as_manager_or_reader(self, who: int, whom: int) -> None:
        if self.requests:
            asked, seat = (
                self.requests[-1 - whom % len(self.requests)],
                self.seat(who, "manager", "reader", "security"),
            )
            given = self.run(self.network.approve(seat, asked.id))
            assert not given.done, "I-04: only those whose duty it is approve"

    def _approve(self, asked: Waiting, seat: Held) -> None:
        before = {one.approver for one in self.history if isinstance(one, Approved) and one.request == asked.id}
        given = self.run(self.network.approve(seat, asked.id))
        if not self._commanded(seat, given):
            against = oracle.objections(
                self.history, seat.account, asked.requester, asked.beneficiary, self.at, apart=asked.apart
            )
            if given.answer in LINE_OBJECTIONS:
                # The second of two may also be refused for what ties him to the first.
                assert against or seat.account in before or (asked.needed > 1 and before), given.answer
            return
        apart = oracle.objections(
            self.history, seat.account, asked.requester, asked.beneficiary, self.at, apart=asked.apart
        )
        assert not apart, f"I-04: {apart}"
        assert seat.account not in before, "I-04: nobody approves twice"
        assert not oracle.is_cut(self.history, asked.requester), "I-07: a contained requester is given nothing"
        self.history.append(Approved(asked.id, seat.account, asked.requester, self.at))
        agreed = {one.approver for one in self.history if isinstance(one, Approved) and one.request == asked.id}
        able = oracle.eligible(
            self.history, asked.organisation, self.network_id, asked.requester, asked.beneficiary, self.at,
            apart=asked.apart,
        )  # fmt: skip
        if asked.needed > 1:
            for one in before & able:
                assert not oracle.tied(self.history, one, seat.account, self.at), "I-04: two who are tied"
        enough = len(agreed & able) >= asked.needed
        assert enough is (given.answer is State.APPROVED), "I-04: as many as it takes, each of whom still may"
        if enough:
            self._carried_out(asked, tuple(sorted(agreed & able)), tuple(sorted(agreed)))

    def _carried_out(self, asked: Waiting, counted: tuple[str, ...], agreed: tuple[str, ...]) -> None:
        """``counted`` are those of all who ``agreed`` who still could when it was done."""
        if asked.kind == "lift":
            self.history.append(Lifted(asked.about))
        elif asked.kind == "restore":
            row = self.run(self.network.accounts())[asked.about]
            assert row["status"] == ("invited" if row["subject_index"] is None else "active")
            self.history.append(Became(asked.about, row["status"], self.at))
        elif asked.kind == "confirmation":
            assert asked.beneficiary is not None
            self.history += [Moved(asked.about, "confirmed"), *[Confirmed(asked.beneficiary, one) for one in counted]]
        else:
            self._let_in(asked, agreed)

    def _let_in(self, asked: Waiting, agreed: tuple[str, ...]) -> None:
        known, rows = set(oracle.accounts(self.history)), self.run(self.network.accounts())
        made = [rows[one] for one in rows.keys() - known]
        assert len(made) <= 1
        for row in made:
            account = str(row["id"])
            assert row["status"] == "invited"
            assert row["attested_until"] <= self.at, "I-12: nobody is attested before an exam"
            self.emails[asked.about] = account
            self.makers[account] = {asked.requester, *agreed}
            # Of two who agreed, the account's row names the last; it stands in the line of both all the same.
            assert str(row["requested_by"]) == asked.requester
            assert str(row["approved_by"]) in agreed
            self.history += [
                Born(account, asked.requester, agreed, self.at),
                Became(account, "invited", self.at),
                Attested(account, row["attested_until"]), Reviewed(account, row["reviewed_until"]),
            ]  # fmt: skip
        seen = {one.habilitation for one in self.history if isinstance(one, Held)}
        for id_, row in self.run(self.network.habilitations()).items():
            if id_ not in seen:
                assert str(row["account"]) == self.emails[asked.about]
                self._hold({**row, "status": "approved"}, asked.requester, agreed)
                if oracle.status(self.history, str(row["account"])) == "active":
                    self._enrolled(str(row["account"]))

    @precondition(lambda self: bool(self.requests))
    @rule(which=NUMBER, who=NUMBER, withdraw=st.booleans())
    def refuse_or_withdraw(self, which: int, who: int, withdraw: bool) -> None:
        asked = self.requests[-1 - which % len(self.requests)]
        seat = self.seat(who, *(("manager", "founder") if withdraw else ("approver", "founder")))
        if self._commanded(
            seat, self.run((self.network.withdraw if withdraw else self.network.refuse)(seat, asked.id))
        ):
            assert not withdraw or seat.account == asked.requester

    # The way in.

    @rule(who=NUMBER, whom=NUMBER)
    def hand_a_code_over(self, who: int, whom: int) -> None:
        account, seat = self.account(whom), self.seat(who)
        given = self.run(self.network.hand_over(seat, account))
        if self._commanded(seat, given):
            self._witnessed(seat, account, given.answer)

    @rule(which=NUMBER)
    def hand_a_code_over_by_whoever_may_and_use_it(self, which: int) -> None:
        invited = [one for one in oracle.accounts(self.history) if oracle.status(self.history, one) == "invited"]
        if invited:
            account = invited[which % len(invited)]
            for seat in dict.fromkeys(self.seats("approver", "reader", "manager", "security", "founder")):
                given = self.run(self.network.hand_over(seat, account))
                if self._commanded(seat, given):
                    self._witnessed(seat, account, given.answer)
                    self.enrol(len(self.codes) - 1)
                    self.take_exam(oracle.accounts(self.history)[::-1].index(account), True)
                    return

    def _witnessed(self, seat: Held, account: str, code: str) -> None:
        assert seat.account not in self.makers.get(account, set()), "I-04: a witness neither asked nor agreed"
        assert not oracle.is_cut(self.history, account), "I-07: a code for a contained account"
        self.codes.append((account, code))

    @precondition(lambda self: bool(self.codes))
    @rule(which=NUMBER)
    def enrol(self, which: int) -> None:
        account, code = self.codes[which % len(self.codes)]
        if self.run(self.network.enrol(account, code)):
            assert oracle.status(self.history, account) in ("invited", "active"), (
                "I-07: a code of a suspended account"
            )
            assert not oracle.is_cut(self.history, account), "I-07: a code of a contained account"
            if oracle.status(self.history, account) == "invited":
                self.history.append(Became(account, "active", self.run(self.network.world.now())))
            self._enrolled(account)

    @rule(whom=NUMBER, right=st.booleans())
    def take_exam(self, whom: int, right: bool) -> None:
        account = self.account(whom)
        until = self.run(self.network.exam(account, right=right))
        if until is not None:
            assert right
            assert oracle.status(self.history, account) == "active"
            assert not oracle.is_cut(self.history, account)
            self.history.append(Attested(account, until))
            self._enrolled(account)

    def _enrolled(self, account: str) -> None:
        """What waited for a code or an exam goes on as far as the account's attestation leads."""
        now = self.run(self.network.world.now())
        attested = [one.until for one in self.history if isinstance(one, Attested) and one.account == account][-1]
        bound = oracle.status(self.history, account) == "active"
        for held, stands in oracle.held(self.history, account):
            if stands in ("approved", "enrolled") and bound:
                self.history.append(Moved(held.habilitation, "probation" if now < attested else "enrolled"))

    @rule(which=NUMBER)
    def everybody_works_and_learns(self, which: int) -> None:
        now = self.run(self.network.world.now())
        for account in oracle.accounts(self.history):
            if oracle.stands(self.history, account, now):
                for held in oracle.in_force(self.history, account, now)[:1]:
                    self.run(self.network.work_at(held))
                    self.history.append(Used(account, now))
            if oracle.status(self.history, account) == "active":
                self.take_exam(oracle.accounts(self.history)[::-1].index(account), True)
