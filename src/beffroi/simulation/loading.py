"""Loading the demonstration: an invented network of a chosen size into an empty database, and who may sign in to it.

Every step can be done again: whatever interrupts a loading, starting it again takes it up where it stopped.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from beffroi.core import policy_file
from beffroi.core.ids import AccountId
from beffroi.core.policy import Policy
from beffroi.guard import key_check, keys, turnstile
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.people import Progress as Imported
from beffroi.guard.importing.people import import_people
from beffroi.guard.signin import enrolments
from beffroi.guard.vault import blind
from beffroi.simulation import (
    appointments,
    attachments,
    case_files,
    catalogue,
    former,
    invoicing,
    statuses,
    trainings,
)
from beffroi.simulation.agents import Agent
from beffroi.simulation.application_key import ensure_application_key
from beffroi.simulation.directory import Directory
from beffroi.simulation.identity_provider.personas import Persona, read_users_file, write_users_file
from beffroi.simulation.identity_provider.residents import write_residents_file
from beffroi.simulation.network import IDP_ID, LASTING, Application, network_rows, telephones_of
from beffroi.simulation.personas import PERSONAS
from beffroi.simulation.population import Population
from beffroi.simulation.residents import RESIDENTS, RESIDENTS_FILE
from beffroi.simulation.sign_in_sheet import JOBS, write_codes

OPERATOR: Final = "demonstration"


class LoadingRefused(RuntimeError):
    """The demonstration cannot be loaded there; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a demonstration lives: the guard's database and files, and those of its identity provider.

    ``guard_dsn`` is the guard's own role, ``console_dsn`` the console's, whose tables get appointments and training
    sessions where it is given; ``redirect_uris`` are where browsers come back to the application.
    """

    guard_dsn: str = field(repr=False)
    key_file: Path
    policy_file: Path
    personas_file: Path
    application: str
    application_key_file: Path
    redirect_uris: tuple[str, ...]
    issuer: str
    console_dsn: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database already holds; ``unfinished`` is the digest of a population whose loading was interrupted."""

    unfinished: bytes | None
    people: int


def load_when_empty(place: Place, people: int) -> None:
    """Load ``people`` people when the database holds no network; finish a loading that was interrupted.

    Raises LoadingRefused when the network was loaded for other addresses: nobody could sign in.
    """
    known = asyncio.run(_known(place.guard_dsn))
    if known is not None:
        asyncio.run(_refuse_other_addresses(place))
    if known is None:
        load(place, Population(people))
    elif known.unfinished == Population(known.people).digest:
        load(place, Population(known.people))


def load(place: Place, population: Population, *, quiet: bool = False) -> int:
    """Load a population and its network; how many people the database then holds of it.

    Raises LoadingRefused when the database already holds another network, KeysRefused, ImportStopped.
    """
    policy = _policy(place.policy_file)
    known = asyncio.run(_known(place.guard_dsn))
    if known is not None and known.unfinished != population.digest:
        raise LoadingRefused(
            "This database already holds a network: a demonstration is loaded into an empty one. Remove the state "
            "folder (make clean), or name another one in BEFFROI_STATE."
        )
    bar = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), disable=quiet,
    )  # fmt: skip
    with bar:
        agents = bar.add_task("Invented network", total=None)
        asyncio.run(_write_network(place, population, policy))
        bar.update(agents, total=len(population.world.agents), completed=len(population.world.agents))
        if place.console_dsn is not None:
            daily = bar.add_task("Invented appointments and follow-ups", total=None)
            written = asyncio.run(_write_daily_work(place.console_dsn, population))
            bar.update(daily, total=written, completed=written)
            catalogue.load(place.console_dsn, population.world, datetime.now(UTC))
            trainings.load(place.console_dsn, population.world, datetime.now(UTC))
            invoicing.load(place.console_dsn, population.world, datetime.now(UTC))
        people = bar.add_task("Invented people", total=population.people)

        def show(progress: Imported) -> None:
            bar.update(people, completed=progress.people + progress.refused)

        outcome = import_people(
            population, dsn=place.guard_dsn, key_file=place.key_file, operator=OPERATOR, progress=show
        )
    if outcome.refused:
        first = outcome.problems[0]
        raise LoadingRefused(
            f"{outcome.refused} invented people were refused, the first in column {first.column}: {first.code}."
        )
    asyncio.run(attachments.write(place.guard_dsn, place.key_file))
    asyncio.run(_write_former(place, population))
    asyncio.run(_write_case_files(place, population))
    return outcome.people


def _policy(path: Path) -> Policy:
    """The policy of a file. Raises LoadingRefused with its first error."""
    policy = policy_file.load(path.read_text(encoding="utf-8"), path.name)
    if isinstance(policy, tuple):
        raise LoadingRefused(str(policy[0]))
    return policy


async def _known(dsn: str) -> _Known | None:
    conn = await asyncpg.connect(dsn)
    try:
        job = await conn.fetchrow(
            "SELECT file_sha256, size FROM guard.import_job WHERE finished_at IS NULL AND operator = $1", OPERATOR
        )
        if job is not None:
            return _Known(job["file_sha256"], job["size"])
        holds = await conn.fetchval("SELECT EXISTS (SELECT FROM guard.organisation)")
        return _Known(None, 0) if holds else None
    finally:
        await conn.close()


async def _refuse_other_addresses(place: Place) -> None:
    """The guard knows the console by its return address, and each agent by issuer and subject: both hold a port."""
    conn = await asyncpg.connect(place.guard_dsn)
    try:
        returns = await conn.fetchval("SELECT redirect_uris FROM guard.application WHERE id = $1", place.application)
        subject = await conn.fetchval("SELECT subject_index FROM guard.account WHERE id = $1", PERSONAS[0].id)
    finally:
        await conn.close()
    wanted = None if subject is None else blind.subject(keys.load(place.key_file), place.issuer, PERSONAS[0].sub)
    if returns is not None and not set(place.redirect_uris) <= set(returns):
        _refuse(f"its console at {', '.join(returns)}, not at {', '.join(place.redirect_uris)}")
    if subject != wanted:
        _refuse(f"an identity provider at another address than {place.issuer}")


def _refuse(known: str) -> NoReturn:
    raise LoadingRefused(
        f"This demonstration was loaded for {known}: nobody could sign in. Start it with the ports and addresses of "
        "its first start, or load a new one: remove the state folder (make clean), or name another in BEFFROI_STATE."
    )


async def _write_network(place: Place, population: Population, policy: Policy) -> None:
    held, world = keys.load(place.key_file), population.world
    telephones = telephones_of(world.agents, policy) | _kept_telephones(place.personas_file)
    # The named people of the demonstration come first, as a newcomer looks for them.
    personas = [_persona(agent, world.directory, telephones.get(agent.login)) for agent in world.agents]
    write_users_file(place.personas_file, personas)
    write_residents_file(place.personas_file.with_name(RESIDENTS_FILE), RESIDENTS)
    public_jwk = ensure_application_key(place.application_key_file)
    conn = await asyncpg.connect(place.guard_dsn)
    try:
        await key_check.establish(conn, held)
        await _announce(conn, population)
        now = await conn.fetchval("SELECT guard.instant()")
        application = Application(place.application, "Console", place.redirect_uris, public_jwk)
        rows = network_rows(world, application, issuer=place.issuer, telephones=telephones, now=now)
        await import_network(conn, held, rows, operator=OPERATOR)
        async with conn.transaction():
            await turnstile.take(conn)
            codes = {
                agent.login: await enrolments.issue(conn, held, AccountId(agent.id), now, life=LASTING)
                for agent in PERSONAS
                if agent.login not in telephones
            }
        write_codes(place.personas_file, codes)
    finally:
        await conn.close()


async def _write_daily_work(dsn: str, population: Population) -> int:
    now = datetime.now(UTC)
    hours = await appointments.write(dsn, population.world, now)
    due = await case_files.write_due(dsn, population.world, now)
    return hours + due + await statuses.write(dsn, population.world, now)


async def _write_case_files(place: Place, population: Population) -> None:
    conn = await asyncpg.connect(place.guard_dsn)
    try:
        now = await conn.fetchval("SELECT guard.instant()")
        async with conn.transaction():
            await turnstile.take(conn)
            await case_files.write(conn, keys.load(place.key_file), population.world, now)
    finally:
        await conn.close()


async def _write_former(place: Place, population: Population) -> None:
    conn = await asyncpg.connect(place.guard_dsn)
    try:
        now = await conn.fetchval("SELECT guard.instant()")
        await former.write(conn, keys.load(place.key_file), population.world, now)
    finally:
        await conn.close()


def _kept_telephones(personas_file: Path) -> dict[str, str]:
    """Secrets that an interrupted loading may already have given to the guard."""
    if not personas_file.exists():
        return {}
    return {p.login: p.totp_secret for p in read_users_file(personas_file) if p.totp_secret is not None}


async def _announce(conn: asyncpg.Connection, population: Population) -> None:
    """Name the population before its network, so that an interruption between the two is seen."""
    await conn.execute(
        "INSERT INTO guard.import_job (id, file_sha256, size, operator, started_at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, guard.instant()) ON CONFLICT DO NOTHING",
        population.digest, population.size, OPERATOR,
    )  # fmt: skip


def _persona(agent: Agent, directory: Directory, secret: str | None) -> Persona:
    first = agent.memberships[0]
    organisation = directory.by_code[first.organisation_code]
    return Persona(
        login=agent.login,
        given_name=agent.first_name,
        usual_name=agent.last_name,
        organisation=organisation.name,
        job=JOBS.get(first.role, first.role),
        email=agent.email,
        sub=agent.sub,
        siret=organisation.siret,
        idp_id=IDP_ID,
        totp_secret=secret,
        phone=agent.phone,
    )
