"""What a directory told of somebody is forgotten thirty days after the last answer, when nobody admitted them."""

from datetime import timedelta

from beffroi.guard import background
from beffroi.guard.scim.keeping import KEPT, forget_unadmitted
from tests.guard.admitting.office import ANA, approvers, code, completed, manager_of, told
from tests.guard.scim.conftest import Partners


async def answered(partners: Partners, admission: str, ago: timedelta) -> None:
    """Let an answer be that old."""
    closed = await partners.world.now() - ago
    await partners.world.amend("admission", admission, closed_at=closed)


async def forgotten(partners: Partners) -> int:
    return (await forget_unadmitted(partners.world.conn, partners.world.keys))["forgotten"]


async def test_person_dismissed_is_forgotten_after_thirty_days_and_not_a_moment_before(partners: Partners) -> None:
    admission, manager = await told(partners, externalId="X1"), await manager_of(partners)
    said = {"admission": admission, "reason": "not-known"}
    assert await code(partners, manager, "admissions/dismiss", said) == "done"
    await answered(partners, admission, KEPT - timedelta(minutes=1))
    assert await forgotten(partners) == 0
    [before] = await partners.rows("directory_entry")
    await answered(partners, admission, KEPT)
    assert await forgotten(partners) == 1
    [after] = await partners.rows("directory_entry")
    assert after["sealed"] != before["sealed"]
    assert after["wrapped_key"] != before["wrapped_key"]
    assert after["email_index"] != before["email_index"]
    assert after["external_index"] is None
    assert await partners.north.find(ANA) == []
    assert (await partners.north.ask("GET", f"/Users/{before['resource']}")).status_code == 404
    assert len(await partners.entries("directory-forgot")) == 1
    assert await forgotten(partners) == 0
    assert (await partners.north.tell(ANA)).status_code == 201, "the directory may ask anew"


async def test_person_asked_for_again_or_who_waits_is_not_forgotten(partners: Partners) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    await told(partners, "waits@north.example")
    await code(partners, manager, "admissions/dismiss", {"admission": admission, "reason": "not-now"})
    await answered(partners, admission, KEPT * 2)
    [user] = await partners.north.find(ANA)
    await partners.north.active(user["id"], True)
    assert await forgotten(partners) == 0


async def test_person_whose_request_came_to_nothing_is_forgotten_and_who_has_an_account_is_not(
    partners: Partners,
) -> None:
    manager = await manager_of(partners)
    await approvers(partners)
    for address in (ANA, "bea@north.example"):
        admission = await told(partners, address)
        assert (
            await code(partners, manager, "admissions/take-up", completed(admission, first_name=address[:3]))
            == "done"
        )
        await answered(partners, admission, KEPT)
    await partners.agent("North", "bea@north.example")
    assert await forgotten(partners) == 1
    assert await partners.north.find(ANA) == []
    assert len(await partners.north.find("bea@north.example")) == 1


async def test_worker_forgets_among_its_tasks(partners: Partners) -> None:
    [task] = [task for task in background.tasks(60) if task.name == "forget"]
    services = partners.services
    counts = await task.run(background.Background(services.pool, services.pool, services.keys, services.policy))
    assert not counts
