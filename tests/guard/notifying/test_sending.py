"""What is told leaves by a real mail server: once, to its address alone, whatever the server does meanwhile."""

import logging
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from beffroi.guard.notifying.outbox import notify
from beffroi.guard.notifying.posting import Fate, Outcome, SmtpPost, Unreachable, post_of
from beffroi.guard.notifying.settings import Folder, Mailing, Security
from beffroi.guard.notifying.template_codes import Template
from tests.databases import FreshDatabase
from tests.guard.notifying.mailbox import CONSOLE, PASSWORD, SENDER, USER, Mailbox, mail_server, own_log, text_of
from tests.guard.notifying.staff import later, named, rename, sent, work
from tests.guard.world import AgentOfTest, World

NORA = "nora.petit@north.example"
MAILS = "SELECT sent_at IS NOT NULL AS sent, failed_at IS NOT NULL AS failed, failure, attempts FROM guard.mail"


async def nora(world: World) -> AgentOfTest:
    return await named(world, world.offices["North"], "adviser", "Nora", "Petit")


async def tell(world: World, agent: AgentOfTest, about: str = "once") -> None:
    await notify(await work(world), Template.REVIEW_SUSPENDED, [agent.account], about)


async def marks(world: World) -> list[tuple[bool, bool, str | None, int]]:
    return [tuple(row.values()) for row in await world.conn.fetch(f"{MAILS} ORDER BY composed_at, id")]


async def test_agent_told_of_something_gets_one_mail_with_text_page_and_the_heads_of_a_machine(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    await tell(world, await nora(world))
    assert await sent(world, fresh.guard, box.mailing()) == {"composed": 1, "sent": 1}
    assert await sent(world, fresh.guard, box.mailing()) == {}
    [mail] = box.to(NORA)
    assert mail["From"] == f"Beffroi <{SENDER}>"
    assert mail["To"] == NORA
    assert mail["Subject"] == "Beffroi : Une de vos habilitations est suspendue"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@guard.example>")
    assert abs(mail["Date"].datetime - await world.now()) < timedelta(minutes=1)
    assert f"{CONSOLE}/mon-compte/" in text_of(mail)
    assert "ne demande jamais de code ni de mot de passe" in text_of(mail)
    assert "never asks for a code or a password" in text_of(mail)
    page = text_of(mail, "html")
    assert f'<a href="{CONSOLE}/mon-compte/">{CONSOLE}/mon-compte/</a>' in page
    assert not {"<img", "<script", "<style", "<link", "src="} & set(page.split())
    assert await marks(world) == [(True, False, None, 1)]


async def test_transaction_rolled_back_tells_nobody(world: World, fresh: FreshDatabase, box: Mailbox) -> None:
    agent = await nora(world)
    undone = world.conn.transaction()
    await undone.start()
    await tell(world, agent)
    await undone.rollback()
    assert await sent(world, fresh.guard, box.mailing()) == {}
    async with world.conn.transaction():
        await tell(world, agent)
    assert (await sent(world, fresh.guard, box.mailing()))["sent"] == 1


async def test_same_thing_told_twice_is_one_mail(world: World, fresh: FreshDatabase, box: Mailbox) -> None:
    agent = await nora(world)
    for about in ("a", "a", "b"):
        await tell(world, agent, about)
    await sent(world, fresh.guard, box.mailing())
    assert len(box.to(NORA)) == 2


async def test_server_with_tls_from_the_start_and_a_login_is_spoken_to(
    world: World, fresh: FreshDatabase, tmp_path: Path
) -> None:
    await tell(world, await nora(world))
    with mail_server(tmp_path, Security.TLS, login=True, auth_require_tls=False) as box:
        with pytest.raises(Unreachable, match="login"):
            await sent(world, fresh.guard, box.mailing(Security.TLS, user=USER, password="another"))
        assert await marks(world) == [(False, False, "login", 0)]
        await sent(world, fresh.guard, box.mailing(Security.TLS, user=USER, password=PASSWORD))
    assert len(box.to(NORA)) == 1


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_server_whose_certificate_is_not_its_own_is_sent_nothing(
    world: World, fresh: FreshDatabase, tmp_path: Path, security: Security
) -> None:
    await tell(world, await nora(world))
    with mail_server(tmp_path, security, name="elsewhere.example") as box:
        with pytest.raises(Unreachable, match="certificate"):
            await sent(world, fresh.guard, box.mailing(security))
        with pytest.raises(Unreachable, match="certificate"):
            await sent(world, fresh.guard, box.mailing(security, ca_file=None))
    assert not box.taken


async def test_server_that_offers_no_encryption_is_sent_nothing(
    world: World, fresh: FreshDatabase, tmp_path: Path
) -> None:
    await tell(world, await nora(world))
    with mail_server(tmp_path, Security.NONE) as box:
        with pytest.raises(Unreachable, match="not-supported"):
            await sent(world, fresh.guard, box.mailing(Security.STARTTLS))
        assert not box.taken
        await sent(world, fresh.guard, box.mailing(Security.NONE))
    assert len(box.to(NORA)) == 1


async def test_server_down_then_up_again_gets_every_mail(world: World, fresh: FreshDatabase, tmp_path: Path) -> None:
    agent = await nora(world)
    with mail_server(tmp_path) as box:
        pass
    for about in ("a", "b", "c"):
        await tell(world, agent, about)
        with pytest.raises(Unreachable, match="connection"):
            await sent(world, fresh.guard, box.mailing())
    with mail_server(tmp_path, box=box):
        assert (await sent(world, fresh.guard, box.mailing()))["sent"] == 3
    assert len(box.to(NORA)) == 3


async def test_recipient_refused_for_good_is_marked_and_others_get_theirs(
    world: World, fresh: FreshDatabase, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    gone = await named(world, world.offices["North"], "adviser", "Gone", "Away")
    box.refusing["gone.away@north.example"] = "550 gone.away@north.example is unknown here"
    for agent in (gone, await nora(world)):
        await tell(world, agent)
    with caplog.at_level(logging.INFO):
        assert (await sent(world, fresh.guard, box.mailing())) == {"composed": 2, "sent": 1, "refused": 1}
    assert sorted(await marks(world)) == [(False, True, "smtp-550", 1), (True, False, None, 1)]
    assert "smtp-550" in own_log(caplog)
    assert "gone.away" not in own_log(caplog)
    await later(world, days=2)
    assert await sent(world, fresh.guard, box.mailing()) == {}


async def test_recipient_put_off_is_tried_later_and_given_up_after_five_days(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    await tell(world, await nora(world))
    box.refusing[NORA] = "450 try again"
    assert (await sent(world, fresh.guard, box.mailing()))["put-off"] == 1
    assert await sent(world, fresh.guard, box.mailing()) == {}
    await later(world, minutes=2)
    assert (await sent(world, fresh.guard, box.mailing()))["put-off"] == 1
    assert await marks(world) == [(False, False, "smtp-450", 2)]
    await later(world, days=6)
    assert (await sent(world, fresh.guard, box.mailing()))["refused"] == 1
    assert await marks(world) == [(False, True, "given-up", 3)]


async def test_recipient_put_off_once_gets_the_mail_at_the_next_try(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    await tell(world, await nora(world))
    box.answer = "451 busy"
    await sent(world, fresh.guard, box.mailing())
    box.answer = "250 OK"
    await later(world, minutes=2)
    assert (await sent(world, fresh.guard, box.mailing()))["sent"] == 1
    assert len(box.to(NORA)) == 1


@pytest.mark.parametrize("announced", [True, False])
async def test_mail_too_large_for_the_server_is_marked_and_not_tried_again(
    world: World, fresh: FreshDatabase, tmp_path: Path, announced: bool
) -> None:
    await tell(world, await nora(world))
    with mail_server(tmp_path, data_size_limit=100 if announced else None) as box:
        box.answer = "552 too large"
        assert (await sent(world, fresh.guard, box.mailing()))["refused"] == 1
    assert await marks(world) == [(False, True, "smtp-552", 1)]


@pytest.mark.parametrize(
    "address",
    [
        "nora@north.example\r\nBcc: thief@example.org",
        "nora@north.example, thief@example.org",
        "nora petit@north.example",
        "<nora@north.example>",
        "nora@north.example\x00",
        "norá@north.example",
        "nora@",
    ],
)
async def test_address_that_is_not_one_plain_address_is_written_to_by_nobody(
    world: World, fresh: FreshDatabase, box: Mailbox, address: str
) -> None:
    agent = await nora(world)
    await rename(world, agent, "Nora", "Petit", address)
    await tell(world, agent)
    await sent(world, fresh.guard, box.mailing())
    assert not box.taken
    [(_, failed, failure, _)] = await marks(world)
    assert failed
    assert failure in ("address", "integrity")


async def test_message_written_behind_the_guard_is_not_sent(
    world: World, fresh: FreshDatabase, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    agent = await nora(world)
    await tell(world, agent)
    await world.conn.execute(
        "INSERT INTO guard.message (id, recipient, template, about, refs, created_at, mac, due_at)"
        " SELECT $1, recipient, 'identity-reset', 'forged', refs, created_at, mac, due_at FROM guard.message",
        uuid4(),
    )
    assert (await sent(world, fresh.guard, box.mailing())) == {"dropped": 1, "composed": 1, "sent": 1}
    assert [mail["Subject"] for mail in box.to(NORA)] == ["Beffroi : Une de vos habilitations est suspendue"]
    assert "integrity" in caplog.text


async def test_closed_account_is_sent_nothing(world: World, fresh: FreshDatabase, box: Mailbox) -> None:
    agent = await nora(world)
    await tell(world, agent)
    await world.amend("account", agent.account, status="closed")
    await sent(world, fresh.guard, box.mailing())
    assert not box.taken
    assert await marks(world) == [(False, True, "account-closed", 1)]


async def test_worker_that_dies_after_handing_over_sends_the_same_mail_again_and_once(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    """The claim runs out; the Message-ID is the same, so that a reader's program shows one."""

    class Dying(SmtpPost):
        async def deliver(self, to: str, document: bytes, identifier: str) -> Outcome:
            assert (await super().deliver(to, document, identifier)).fate is Fate.SENT
            raise KeyboardInterrupt

    mailing = box.mailing()
    assert not isinstance(mailing.to, Folder)
    await tell(world, await nora(world))
    with pytest.raises(KeyboardInterrupt):
        await sent(world, fresh.guard, mailing, post=Dying(mailing.to, SENDER))
    assert await sent(world, fresh.guard, mailing) == {}
    await later(world, minutes=11)
    assert await sent(world, fresh.guard, mailing) == {"sent": 1}
    await later(world, days=1)
    assert await sent(world, fresh.guard, mailing) == {}
    first, second = box.to(NORA)
    assert first["Message-ID"] == second["Message-ID"]


async def test_worker_asked_to_stop_leaves_the_rest_for_the_next_one(
    world: World, fresh: FreshDatabase, box: Mailbox
) -> None:
    agent = await nora(world)
    for about in ("a", "b", "c"):
        await tell(world, agent, about)
    await sent(world, fresh.guard, box.mailing(), stop=lambda: len(box.taken) >= 1)
    assert len(box.taken) == 1
    await sent(world, fresh.guard, box.mailing())
    assert len(box.taken) == 3


async def test_demonstration_writes_files_for_its_owner_alone_and_speaks_to_no_server(
    world: World, fresh: FreshDatabase, tmp_path: Path
) -> None:
    await tell(world, await nora(world))
    mailing = Mailing(Folder(tmp_path / "mail"), SENDER, CONSOLE)
    assert (await sent(world, fresh.guard, mailing, post=post_of(mailing)))["sent"] == 1
    [file] = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert NORA.encode() in file.read_bytes()
