"""Two files made one can be made two again after a restriction, for the days that were left when it began.

And what the one that went brought is kept as the rest of the file is.
"""

from base64 import b64encode
from datetime import timedelta
from uuid import uuid4

from beffroi.core.ids import PersonId
from beffroi.guard.merging.forgetting import forget
from tests.guard.restricting.conftest import Bench, code
from tests.standards.documents.samples import pdf


async def merged(bench: Bench, goes: PersonId) -> str:
    """One file of Ana's person and this one; the merge."""
    desk = bench.register.desk
    for person in (bench.person, goes):
        await desk.guard.open(desk.ana, person)
    both = {"stays": bench.person, "goes": goes, "stays_version": 1, "goes_version": 1}
    made = await desk.ask(desk.ana, "/v1/merges/make", **both)
    assert made.status_code == 201, made.text
    return str(made.json()["merge"])


async def test_merge_whose_last_day_passes_while_the_file_is_restricted_is_undone_once_that_is_lifted(
    bench: Bench,
) -> None:
    desk = bench.register.desk
    world = desk.guard.world
    double = await world.person(bench.nora.organisation, referent=desk.ana)
    merge = await merged(bench, double)
    restriction = await bench.one()
    row = await desk.relation(bench.person, bench.nora.organisation, "restricted")
    await world.amend("person_alias", merge, undo_until=row["since_at"] + timedelta(microseconds=1))
    assert await forget(world.conn) == 0
    assert await world.conn.fetchval("SELECT identity IS NOT NULL FROM guard.person WHERE id = $1", double)
    await bench.lift(restriction)
    until = await world.conn.fetchval("SELECT undo_until FROM guard.person_alias WHERE id = $1", merge)
    lifted = await world.conn.fetchval("SELECT lifted_at FROM guard.restriction WHERE id = $1", restriction)
    assert until == lifted + timedelta(microseconds=1), "what was left, and no more"
    assert await forget(world.conn) == 1


async def test_merge_of_which_days_were_left_when_the_file_was_restricted_is_undone_after_it(bench: Bench) -> None:
    desk = bench.register.desk
    double = await desk.guard.world.person(bench.nora.organisation, referent=desk.ana)
    merge = await merged(bench, double)
    await bench.lift(await bench.one())
    assert code(await desk.ask(desk.ana, "/v1/merges/undo", merge=merge)) == "200"


async def test_document_that_the_other_file_brought_is_kept_and_not_opened_while_the_file_is_restricted(
    bench: Bench,
) -> None:
    desk, id = bench.register.desk, str(uuid4())
    double = await desk.guard.world.person(bench.nora.organisation, referent=desk.ana)
    sent = {"id": id, "kind": "cv", "content": b64encode(pdf()).decode()}
    assert code(await desk.ask(desk.ana, "/v1/attachments/add", person=double, **sent)) == "201"
    await merged(bench, double)
    restriction = await bench.one()
    one = {"person": bench.person, "id": id}
    rights = {**one, "purpose": "person-rights"}
    for door in ("open", "remove"):
        assert code(await desk.ask(desk.ana, f"/v1/attachments/{door}", **one)) == "restricted"
    assert code(await desk.guard.post(bench.nora, "/v1/attachments/remove", rights)) == "restricted"
    assert code(await desk.guard.post(bench.nora, "/v1/attachments/open", rights)) == "200"
    await bench.lift(restriction)
    assert code(await desk.ask(desk.ana, "/v1/attachments/remove", **one)) == "200"
