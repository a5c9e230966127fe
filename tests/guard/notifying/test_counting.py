"""How sending fares, in numbers: what waits, what left, what could not; and a second chance for the latter."""

from beffroi.guard.metrics import Metrics
from beffroi.guard.notifying import telling
from beffroi.guard.notifying.counting import again, counts, failed, undelivered
from tests.databases import FreshDatabase
from tests.guard.notifying.mailbox import Mailbox
from tests.guard.notifying.staff import later, named, sent, work
from tests.guard.world import World

NORA = "nora.petit@north.example"


async def test_operator_sees_what_waits_and_what_failed_and_lets_it_be_sent_again(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    nora = await named(world, world.offices["North"], "adviser", "Nora", "Petit")
    await telling.identity_reset(await work(world), nora.account, "a")
    assert (await counts(world.conn))["messages_waiting"] == 1
    box.answer = "451 busy"
    await sent(world, fresh.guard, box.mailing())
    await later(world, minutes=30)
    found = await counts(world.conn)
    assert (found["messages_waiting"], found["mails_waiting"]) == (0, 1)
    assert 1_700 < found["mail_oldest_seconds"] < 1_900
    box.answer, box.refusing = "250 OK", {NORA: "550 unknown"}
    await sent(world, fresh.guard, box.mailing())
    found = await counts(world.conn)
    assert (found["mails_waiting"], found["mail_oldest_seconds"], found["mails_failed_day"]) == (0, 0, 1)
    [one] = await failed(world.conn)
    assert one[:3] == ("identity-reset", "smtp-550", 1)
    assert await undelivered(world.conn) == 1
    box.refusing = {}
    assert await again(world.conn, 2) == 1
    assert await sent(world, fresh.guard, box.mailing()) == {"sent": 1}
    assert (await counts(world.conn))["mails_sent_day"] == 1
    assert await undelivered(world.conn) == 0
    metrics = Metrics()
    metrics.gauges.update(await counts(world.conn))
    assert b"\nbeffroi_mails_sent_day 1.0\n" in metrics.render()
    await later(world, days=3)
    assert (await counts(world.conn))["mails_sent_day"] == 0
