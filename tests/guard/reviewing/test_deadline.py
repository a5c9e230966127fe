"""Time and campaigns: openings, reminders, silence; what is forged vouches for nobody."""

import asyncio
from datetime import timedelta

import asyncpg

from beffroi.guard import migrations
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.reviewing.campaigns import Campaigns
from tests.guard.signin.serving import Guard


def keep(campaigns: Campaigns, reviewer: Seat) -> None:
    assert campaigns.sign(reviewer, campaigns.page(reviewer, campaigns.prepare(reviewer, together=True))) is not None


def test_i12_review_deadline_suspends_the_silent_administrators_first_and_leaves_the_kept(
    guard: Guard, campaigns: Campaigns, helene: Seat
) -> None:
    kept = campaigns.adviser("Nora Petit")
    silent = [campaigns.adviser(name, explanation="break-glass") for name in ("Luc Bris", "Zoe Bris")]
    manager = seat(guard, "Philippe Garnier", "account-manager")
    campaigns.open()
    keep(campaigns, helene)
    assert campaigns.sweep(days=29)["suspended"] == 0
    counts = campaigns.sweep(days=31)
    assert (counts["suspended"], counts["closed"]) == (4, 1), "the reviewer herself too: nobody kept her"
    assert campaigns.status(kept) == "confirmed"
    assert {campaigns.status(one) for one in (*silent, manager.member, helene.member)} == {"suspended"}
    order = [entry["role"] for entry in guard.journal("habilitation") if entry["explanation"] == "review-silent"]
    assert set(order[:2]) == {"approver", "account-manager"}
    assert set(order[2:]) == {"adviser"}
    refused = guard.call("POST", "/v1/reviews/campaigns", manager.handle, json={})
    assert refused.json()["code"] == "session-ended"
    assert campaigns.sweep(days=31) == {}, "done twice, done once"


def test_reminders_come_once_each_as_the_deadline_nears(guard: Guard, campaigns: Campaigns) -> None:
    campaigns.adviser("Nora Petit")
    campaigns.open()
    given = [campaigns.sweep(days=day)["reminders"] for day in (3, 15, 17, 17, 24, 29, 29)]
    assert given == [0, 0, 1, 0, 1, 1, 0]
    assert len(guard.journal("review-reminder")) == 3


def test_campaigns_open_by_themselves_within_a_quarter_then_every_quarter(guard: Guard, campaigns: Campaigns) -> None:
    guard.run(migrations.ensure_journal_partitions(guard.world.conn, 12))
    campaigns.adviser("Nora Petit")
    day = next(day for day in range(0, 95, 5) if campaigns.open_due(days=day))
    assert campaigns.open_due(days=day) == 0
    due = guard.one("SELECT due_at FROM guard.campaign")
    assert due <= campaigns.start + timedelta(days=90 + 14)
    after = (due - campaigns.start).days
    campaigns.sweep(days=after + 1)
    member = campaigns.adviser("Karim Haddad")
    assert campaigns.open_due(days=after + 58) == 0
    assert campaigns.open_due(days=after + 62) == 1
    assert campaigns.line(member)["verdict"] is None
    assert guard.one("SELECT max(due_at) FROM guard.campaign") == due + timedelta(days=91)


def test_colleague_let_in_while_a_campaign_ran_stands_until_the_next(guard: Guard, campaigns: Campaigns) -> None:
    campaigns.adviser("Nora Petit")
    campaigns.open()
    newcomer = campaigns.adviser("Karim Haddad")
    due = guard.one("SELECT due_at FROM guard.campaign")
    assert campaigns.sweep(days=31)["extended"] == 1
    until = guard.one("SELECT reviewed_until FROM guard.account WHERE id = $1", newcomer.account)
    assert until == due + timedelta(days=92)
    assert campaigns.status(newcomer) == "confirmed"


def test_i16_review_verdict_or_line_forged_in_the_database_vouches_for_nobody(
    guard: Guard, campaigns: Campaigns
) -> None:
    forged, erased = campaigns.adviser("Luc Bris"), campaigns.adviser("Zoe Bris")
    campaigns.open()
    before = guard.one("SELECT max(reviewed_until) FROM guard.account")
    guard.execute("UPDATE guard.review SET verdict = 'keep' WHERE account = $1", forged.account)
    assert campaigns.sweep(days=31)["closed"] == 0
    assert campaigns.status(erased) == "suspended", "the others are ended all the same"
    guard.execute("UPDATE guard.review SET verdict = NULL WHERE account = $1", forged.account)
    assert campaigns.sweep(days=31)["closed"] == 1
    assert campaigns.status(forged) == "suspended"
    assert guard.one("SELECT max(reviewed_until) FROM guard.account") == before


def test_i16_review_line_taken_out_of_a_campaign_keeps_it_open_and_nobody_extended(
    guard: Guard, campaigns: Campaigns, fresh: FreshDatabase
) -> None:
    hidden = campaigns.adviser("Luc Bris")
    campaigns.adviser("Zoe Bris")
    campaigns.open()
    before = guard.one("SELECT max(reviewed_until) FROM guard.account")

    async def erase() -> None:
        conn = await asyncpg.connect(fresh.owner)
        await conn.execute("DELETE FROM guard.review WHERE account = $1", hidden.account)
        await conn.close()

    asyncio.run(erase())
    assert campaigns.sweep(days=31)["closed"] == 0
    assert guard.one("SELECT max(reviewed_until) FROM guard.account") == before


def test_review_of_a_habilitation_that_ended_meanwhile_is_gone_and_suspends_nothing(
    guard: Guard, campaigns: Campaigns
) -> None:
    member = campaigns.adviser("Nora Petit")
    campaigns.open()
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    guard.amend("habilitation", held, status="closed")
    assert campaigns.sweep(days=31)["suspended"] == 0
    assert campaigns.line(member)["verdict"] == "gone"
