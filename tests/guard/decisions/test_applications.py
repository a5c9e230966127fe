"""A habilitation for another application than the session's is refused at the next decision, remembered or not."""

import pytest

from beffroi.core.decision import Refusal, found
from beffroi.core.duty import Duty, on_duty
from beffroi.core.ids import ApplicationId
from beffroi.core.policy import Role
from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.duties import facts_of
from beffroi.guard.habilitations.applications import give
from beffroi.guard.sessions.handles import digest
from tests.guard.decisions.conftest import Desk
from tests.guard.world import CASES, CLIENT, POLICY, AgentOfTest

OTHER = ApplicationId("other")


async def second_application(desk: Desk) -> None:
    await desk.world.open_application(desk.world.offices["North"], id=OTHER, name="Other")


async def asks(desk: Desk, agent: AgentOfTest) -> object:
    person = await desk.world.person(agent.organisation, referent=agent)
    return await desk.ask(agent, person)


async def test_i06_adviser_is_refused_where_his_habilitation_has_no_row_and_allowed_with_it(desk: Desk) -> None:
    ana = await desk.world.agent(desk.world.offices["North"], applications=())
    assert await asks(desk, ana) == Refusal(Code.HABILITATION_ELSEWHERE)
    await give(desk.world.conn, desk.world.keys, ana.habilitation, [CASES])
    assert isinstance(await asks(desk, ana), Granted)


async def test_i06_adviser_whose_row_is_for_another_application_is_refused(desk: Desk) -> None:
    await second_application(desk)
    ana = await desk.world.agent(desk.world.offices["North"], applications=(OTHER,))
    bea = await desk.world.agent(desk.world.offices["North"], applications=(CASES,))
    assert await asks(desk, ana) == Refusal(Code.HABILITATION_ELSEWHERE)
    assert isinstance(await asks(desk, bea), Granted)


async def test_i06_colleagues_row_serves_nobody_else(desk: Desk) -> None:
    ana = await desk.world.agent(desk.world.offices["North"], applications=())
    bea = await desk.world.agent(desk.world.offices["North"])
    assert isinstance(await asks(desk, bea), Granted)
    assert await asks(desk, ana) == Refusal(Code.HABILITATION_ELSEWHERE)


async def test_i07_adviser_who_just_opened_is_refused_once_the_habilitation_serves_there_no_more(desk: Desk) -> None:
    await second_application(desk)
    ana, bea = [await desk.world.agent(desk.world.offices["North"]) for _ in range(2)]
    for agent in (ana, bea):
        for _ in range(3):  # the third is judged on what is remembered
            assert isinstance(await asks(desk, agent), Granted)
    await desk.world.serves_no_more(bea, OTHER)
    assert isinstance(await asks(desk, bea), Granted)
    await desk.world.serves_no_more(ana)
    assert await asks(desk, ana) == Refusal(Code.HABILITATION_ELSEWHERE)
    assert isinstance(await asks(desk, bea), Granted)


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE guard.habilitation_application SET mac = '\\x00' WHERE habilitation = $1",
        "UPDATE guard.habilitation_application SET id = gen_random_uuid() WHERE habilitation = $1",
        "UPDATE guard.habilitation_application SET version = version + 1 WHERE habilitation = $1",
        "UPDATE guard.habilitation_application SET application = 'cases' WHERE habilitation = $1",
        "UPDATE guard.habilitation_application SET ended_at = NULL WHERE habilitation = $1",
    ],
)
async def test_i16_row_of_an_application_written_behind_the_guard_is_refused(desk: Desk, forgery: str) -> None:
    await second_application(desk)
    elsewhere, over = "application = 'cases'" in forgery, "ended_at" in forgery
    ana = await desk.world.agent(desk.world.offices["North"], applications=(OTHER,) if elsewhere else (CASES,))
    if over:
        await desk.world.serves_no_more(ana)
    if elsewhere or over:
        assert await asks(desk, ana) == Refusal(Code.HABILITATION_ELSEWHERE)
    else:
        assert isinstance(await asks(desk, ana), Granted)
    await desk.world.conn.execute(forgery, ana.habilitation)
    assert await asks(desk, ana) == Refusal(Code.INTEGRITY)


async def test_i16_row_of_a_colleague_moved_to_another_habilitation_is_refused(desk: Desk) -> None:
    ana = await desk.world.agent(desk.world.offices["North"], applications=())
    bea = await desk.world.agent(desk.world.offices["North"])
    await desk.world.conn.execute(
        "UPDATE guard.habilitation_application SET habilitation = $1 WHERE habilitation = $2",
        ana.habilitation, bea.habilitation,
    )  # fmt: skip
    assert await asks(desk, ana) == Refusal(Code.INTEGRITY)


async def test_i07_manager_whose_habilitation_serves_there_no_more_commands_nothing(desk: Desk) -> None:
    world = desk.world
    manager = await world.agent(world.offices["North"], "account-manager")

    async def duty() -> Role | Refusal:
        hashed = digest(manager.handle)
        async with world.conn.transaction(isolation="repeatable_read", readonly=True):
            _, facts = await facts_of(world.conn, world.keys, POLICY, CASES, hashed, digest(CLIENT))
        answer = on_duty(Duty.REQUEST, CASES, facts, POLICY)
        assert found(facts)[2].id == manager.habilitation
        return answer

    assert isinstance(await duty(), Role)
    await world.serves_no_more(manager)
    assert await duty() == Refusal(Code.HABILITATION_ELSEWHERE)
