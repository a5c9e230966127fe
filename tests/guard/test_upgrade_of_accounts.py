"""From a filled database of the version that had no requests, reviews, partners or lines (0006) to this one."""

import asyncio
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
import pytest

from beffroi.config import database
from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core.decision import Refusal
from beffroi.core.refusals import Code
from beffroi.guard import keys, migrations, stamped
from beffroi.guard.authentic import TABLES
from beffroi.guard.decisions.asks import Granted, Manner, Outcome
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.metrics import Metrics
from beffroi.guard.sessions.handles import digest
from beffroi.guard.settings import Batching
from beffroi.guard.signin import enrolments
from beffroi.guard.vault import people as vault
from tests.config.test_command import beffroi
from tests.config.test_settings import production
from tests.databases import FreshDatabase
from tests.guard import filling
from tests.guard.approvals.office import Seat, approve, know_domain, make, show
from tests.guard.filling import Filling
from tests.guard.signin.serving import CLIENT, CONSOLE, Guard, Member, serve
from tests.guard.world import POLICY, AgentOfTest, build

LAST_OF_THEN: Final = "0006_turns.sql"
LATER: Final = "sensitive_followup"
AUTHENTICATED: Final[Mapping[str, str]] = {
    "policy": "version source activated_at",
    "organisation": "id code name kind siret active contract_until confirmed_agents version",
    "application": "id name organisation open redirect_uris hour_cap day_cap week_cap month_cap version",
    "application_key": "application kid jwk until_at revoked_at version",
    "account": "id status subject_index idp_id email_index attested_until reviewed_until requested_by approved_by"
    " pools created_at version",
    "habilitation": "id account organisation role status from_at until_at version",
    "factor": "id account kind credential_id public_key sign_count secret last_step failures locked_until created_at"
    " revoked_at version",
    "enrolment": "id account code_hash failures expires_at used_at created_at",
    "session": "id handle_hash application account habilitation level factor_at client_hash created_at expires_at"
    " revoked_at version",
    "containment": "id kind scope groups since_at lifted_at version",
    "relation": "person organisation kind referent since_at until_at version",
    "budget": "key hour day recent hour_spent day_spent week_spent month_spent hour_cap day_cap week_cap month_cap"
    " version",
    "reach": "account person day marks found_day version",
    "breaker": "id since_day first_hour first_day first_week first_month hour_ceiling day_ceiling week_ceiling"
    " month_ceiling frozen judged_hour version",
    "application_day": "application day hours people week month version",
}
"""What the MACs of that version's rows were made over: with one column more or less, they would all be forged."""


@pytest.fixture
def of_then(postgres: EmbeddedPostgres) -> Iterator[FreshDatabase]:
    """A database at the schema of then, with nothing in it."""
    name = f"upgrade_{uuid4().hex[:8]}"
    admin = database.create_database(postgres.dsn(), name)
    roles = database.bootstrap(admin, postgres.credentials_dir)
    database.mark_as_scratch(admin)
    then = tuple(file for file in migrations.shipped() if file.name <= LAST_OF_THEN)
    assert then[-1].name == LAST_OF_THEN
    asyncio.run(migrations.migrate(roles.owner, known=then))
    yield FreshDatabase(name, admin, roles.owner, roles.guard, roles.console, postgres.credentials_dir)
    asyncio.run(_drop(postgres.dsn(), name))


async def _drop(dsn: str, name: str) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await conn.close()


@pytest.fixture(autouse=True)
def then(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Rows are written as that version did, without a fact, until this is undone."""

    async def unsaid(
        conn: Any, _keys: object, _table: str, _row: object, statement: str, values: list[object]
    ) -> int:
        return int((await conn.execute(statement, *values)).split()[-1])

    monkeypatch.setattr(stamped, "_with_fact", unsaid)
    return monkeypatch


@pytest.fixture
def guard(of_then: FreshDatabase, tmp_path: Path) -> Iterator[Guard]:
    with serve(of_then.guard, tmp_path, providers=()) as served:
        yield served


async def rows(dsn: str) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, as JSON; what the schema says of itself and its turnstile apart."""
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("SET timezone = 'UTC'")
        return {
            name: [json.loads(row[0]) for row in await conn.fetch(f"SELECT row_to_json(t)::text FROM guard.{name} t")]
            for name in await filling.tables(conn)
            if name not in ("migration", "turnstile")
        }
    finally:
        await conn.close()


async def opened(guard: Guard, dsn: str, agent: AgentOfTest, person: Any) -> Outcome:
    """One opening, decided by a worker of this version."""
    worker = Worker(dsn, guard.world.keys, lambda: POLICY, Batching(), Metrics())
    await worker.start()
    try:
        request = guard.world.request(person)
        return await worker.decide(request, agent.handle_hash, digest(CLIENT), manner=Manner.CHARGE, sealed=False)
    finally:
        await worker.stop()


def seated(guard: Guard, member: Member) -> Seat:
    browser, handle = guard.signed_in(member)
    return Seat(member, browser, handle)


def test_columns_that_old_rows_were_authenticated_over_are_those_of_today() -> None:
    assert {table: " ".join(TABLES[table]) for table in AUTHENTICATED} == AUTHENTICATED


def test_i16_filled_database_of_before_requests_goes_on_with_every_row_genuine_and_people_working(
    guard: Guard, of_then: FreshDatabase, then: pytest.MonkeyPatch
) -> None:
    world = guard.world
    world.application = CONSOLE  # type: ignore[assignment]
    people = {
        role: guard.member(name, role=role, with_totp=False, with_passkey=True, applications=())
        for name, role in (("Philippe Garnier", "account-manager"), ("Helene Marchand", "approver"))
    }
    thomas = guard.member("Thomas Leroux", role="approver", with_totp=False, with_passkey=True, applications=())
    network = guard.run(world.organisation("Network", "network", providers=()))
    claire = guard.member(
        "Claire Fontaine",
        role="security-officer",
        with_totp=False,
        with_passkey=True,
        organisation=network,
        applications=(),
    )
    adviser = guard.run(world.agent(guard.organisation, applications=()))
    adviser = guard.run(world.sign_in(
        adviser.account, adviser.habilitation, guard.organisation, "adviser", client_hash=digest(CLIENT)
    ))  # fmt: skip
    suspended = guard.run(world.agent(guard.organisation, status="suspended", applications=()))
    for columns in ("COLUMNS", "GROUP_COLUMNS"):  # a group of later
        then.setattr(vault, columns, tuple(name for name in getattr(vault, columns) if name != LATER))
    person = guard.run(world.person(guard.organisation))
    filled = guard.run(Filling(world.conn, world.keys).fill(instants=True))
    assert set(filled) >= set(AUTHENTICATED) - {"policy", "session"}

    before = asyncio.run(rows(of_then.owner))
    then.undo()
    applied = asyncio.run(migrations.migrate(of_then.owner, load_keys=lambda: guard.world.keys))
    assert applied == [file.name for file in migrations.shipped() if file.name > LAST_OF_THEN]
    after = asyncio.run(rows(of_then.owner))
    for table, old in before.items():
        kept = [{name: row[name] for name in old[0]} for row in after[table]] if old else []
        assert all(row in kept for row in old), table
    for table in TABLES:
        for row in guard.run(world.conn.fetch(f"SELECT * FROM guard.{table}")):
            assert world.keys.authenticator.genuine_row(table, row), table

    assert isinstance(guard.run(opened(guard, of_then.guard, adviser, person)), Granted)
    refused = guard.run(opened(guard, of_then.guard, suspended, person))
    assert isinstance(refused, Refusal)

    manager, helene, other = (seated(guard, member) for member in (*people.values(), thomas))
    made = make(guard, manager, email="nora@north.example")
    assert made.status_code == 201, made.text
    assert made.json()["needed"] == 2, "an organisation that was never given a roster: everybody is outside it"
    know_domain(guard)
    usual = make(guard, manager, email="ines@north.example")
    assert usual.json()["needed"] == 1
    for request, approvers in ((made, (helene, other)), (usual, (helene,))):
        for approver in approvers:
            assert approve(guard, approver, request.json()["request"]).status_code == 303
        assert show(guard, manager, request.json()["request"]).json()["status"] == "approved"

    security = seated(guard, claire)
    told = guard.call("POST", "/v1/partners/show", security.handle, json={"organisation": guard.organisation}).json()
    assert (told["state"], told["contract"]) == ("open", None)
    assert told["dues"][0]["matter"] == "contract-missing"
    roll = guard.call("POST", "/v1/inventory", security.handle, json={}).json()
    assert {row["account"] for row in roll["rows"]} >= {adviser.account, suspended.account}
    guard.amend("account", adviser.account, status="suspended")
    cut = guard.run(opened(guard, of_then.guard, adviser, person))
    assert isinstance(cut, Refusal)
    assert cut.code is Code.ACCOUNT_SUSPENDED


def test_colleague_invited_before_the_upgrade_enrols_with_the_code_of_then(
    guard: Guard, of_then: FreshDatabase, then: pytest.MonkeyPatch
) -> None:
    invited = guard.member("Nora Petit", with_totp=False, bound=False, status="invited", applications=())
    code = guard.issue_code(invited)
    then.undo()
    asyncio.run(migrations.migrate(of_then.owner, load_keys=lambda: guard.world.keys))

    async def checked() -> object:
        async with guard.world.conn.transaction():
            now = await guard.world.now()
            return await enrolments.check(guard.world.conn, guard.world.keys, invited.account, code, now)

    assert guard.run(checked()) is not None


def test_production_database_of_then_is_brought_forward_by_one_command(
    of_then: FreshDatabase, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    shutil.copytree(of_then.credentials, state / "credentials")
    asyncio.run(_at_work(of_then.guard, keys.generate(state / "keys" / "guard.key")))
    given = {name: value for name, value in production(state).items() if name != "BEFFROI_STATE"}
    given["DATABASE_URL"] = of_then.admin
    waiting = len([file for file in migrations.shipped() if file.name > LAST_OF_THEN])
    for applied in (waiting, 0):
        done = beffroi("migrate", state=state, **given)
        assert done.returncode == 0, done.stderr
        assert f"({applied} applied)" in done.stdout


async def _at_work(dsn: str, held: keys.Keys) -> None:
    world = await build(dsn, held, providers=())
    await world.agent(world.offices["North"], applications=())
    await Filling(world.conn, held).fill(instants=False)
    await world.conn.close()
