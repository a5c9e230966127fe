"""Nobody is buried under mails: what waits for approvers is gathered hourly, and everything past twenty a day."""

from datetime import timedelta
from uuid import uuid4

from beffroi.core.mailing import MOST_ALONE, MOST_TOLD
from beffroi.guard.notifying import telling
from beffroi.guard.notifying.outbox import notify
from beffroi.guard.notifying.template_codes import Template
from tests.databases import FreshDatabase
from tests.guard.notifying.mailbox import CONSOLE, Mailbox, text_of
from tests.guard.notifying.staff import later, named, sent, told, work
from tests.guard.world import AgentOfTest, World

HELENE = "helene.marchand@north.example"


async def request(world: World, requester: AgentOfTest, *able: AgentOfTest, status: str = "pending") -> str:
    """A request that waits, told as the command that makes it does."""
    now, id_ = await world.now(), str(uuid4())
    row = {
        "id": id_, "kind": "access", "requester": requester.account, "beneficiary": None,
        "organisation": requester.organisation, "digest": b"d" * 32, "sealed": b"", "needed": 1, "status": status,
        "created_at": now, "expires_at": now + timedelta(days=14), "decided_at": None,
    }  # fmt: skip
    await world.insert("request", **row)
    await telling.request_made(await work(world), row, [one.account for one in able])
    return id_


async def test_flood_of_requests_is_one_mail_an_hour_that_counts_them(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    helene = await named(world, world.offices["Network"], "approver", "Helene", "Marchand")
    manager = await named(world, world.offices["North"], "account-manager", "Philippe", "Garnier")
    first = await request(world, manager, helene)
    await sent(world, fresh.guard, box.mailing())
    for _ in range(40):
        await request(world, manager, helene)
        await sent(world, fresh.guard, box.mailing())
    assert [f"{CONSOLE}/demandes/{first}/" in text_of(mail) for mail in box.to(HELENE)] == [True]
    await later(world, minutes=61)
    await sent(world, fresh.guard, box.mailing())
    _, gathered = box.to(HELENE)
    assert gathered["Subject"] == "Beffroi : Plusieurs choses à voir"
    assert "Demandes qui attendent votre décision : 40" in text_of(gathered)
    assert "Requests that wait for your decision: 40" in text_of(gathered)
    assert f"{CONSOLE}/approbations/" in text_of(gathered)


async def test_request_decided_before_its_mail_left_is_told_to_nobody(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    helene = await named(world, world.offices["Network"], "approver", "Helene", "Marchand")
    manager = await named(world, world.offices["North"], "account-manager", "Philippe", "Garnier")
    over = await request(world, manager, helene)
    still = await request(world, manager, helene)
    await world.amend("request", over, status="withdrawn")
    await sent(world, fresh.guard, box.mailing())
    [mail] = box.to(HELENE)
    assert f"/demandes/{still}/" in text_of(mail)


async def test_account_told_of_too_much_in_a_day_gets_the_rest_in_one_mail(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    helene = await named(world, world.offices["Network"], "approver", "Helene", "Marchand")
    now = await work(world)
    for number in range(MOST_ALONE + 5):
        template = Template.REVIEW_SUSPENDED if number % 2 else Template.IDENTITY_RESET
        await notify(now, template, [helene.account], str(number))
    await sent(world, fresh.guard, box.mailing())
    mails = box.to(HELENE)
    assert len(mails) == MOST_ALONE + 1
    assert {mail["Subject"] for mail in mails} >= {"Beffroi : Plusieurs choses à voir"}
    await notify(now, Template.REVIEW_SUSPENDED, [helene.account], "one more")
    assert await sent(world, fresh.guard, box.mailing()) == {}
    await later(world, minutes=61)
    assert (await sent(world, fresh.guard, box.mailing()))["sent"] == 1


async def test_request_that_many_may_approve_is_told_to_a_dozen_those_of_the_place_first(world: World) -> None:
    near = await world.agent(world.offices["North"], "approver")
    far = [await world.agent(world.offices["Network"], "approver") for _ in range(MOST_TOLD + 8)]
    manager = await world.agent(world.offices["North"], "account-manager")
    await request(world, manager, near, *far)
    assert await told(world, near) == ["request-waiting"]
    assert len(await told(world, near, *far)) == MOST_TOLD
