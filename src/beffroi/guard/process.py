"""The guard's process: checks what it stands on, opens its parts, serves, and closes them in order.

It refuses to start on a database that may forget (NotDurable), with keys that are not this database's
(KeysRefused), on a schema it does not know (MigrationRefused), under a policy that is not valid (PolicyRefused) or on
another database than the one its journal was published of (Behind).
"""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import uvicorn
import uvloop

from beffroi.core import course_file, policy_file
from beffroi.core.policy import Policy
from beffroi.guard import key_check, keys, logs, migrations, openapi, upkeep
from beffroi.guard.admitting import doors as admission_doors
from beffroi.guard.applications import authentication
from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.guard.approvals import doors as request_doors
from beffroi.guard.approvals import page as approval_page
from beffroi.guard.attachments import doors as attachment_doors
from beffroi.guard.awareness import doors as awareness_doors
from beffroi.guard.breaches import doors as breach_doors
from beffroi.guard.broken_glass import doors as glass_doors
from beffroi.guard.consultations import doors as consultation_doors
from beffroi.guard.containing import doors as containment_doors
from beffroi.guard.decisions.batch import Bench
from beffroi.guard.decisions.connections import SCRATCH_MARK, NotDurable, create_pool, is_scratch
from beffroi.guard.decisions.worker import Worker
from beffroi.guard.doors.routes import ROUTES as DOORS
from beffroi.guard.doors.watching import INTERNAL
from beffroi.guard.erasing import doors as erasing_doors
from beffroi.guard.exporting import doors as export_doors
from beffroi.guard.exposure import doors as exposure_doors
from beffroi.guard.folding import watching
from beffroi.guard.folding.watching import Watch
from beffroi.guard.forensics import doors as forensic_doors
from beffroi.guard.habilitations import doors as enrolment_doors
from beffroi.guard.habilitations import proofing, quarantine
from beffroi.guard.invoicing import doors as invoicing_doors
from beffroi.guard.merging import making as merge_doors
from beffroi.guard.messaging import doors as messaging_doors
from beffroi.guard.metrics import Metrics
from beffroi.guard.partners import doors as partner_doors
from beffroi.guard.person_rights import doors as person_request_doors
from beffroi.guard.personal import doors as personal_doors
from beffroi.guard.providers import doors as provider_doors
from beffroi.guard.relating import doors as relation_doors
from beffroi.guard.restricting import doors as restricting_doors
from beffroi.guard.reviewing import doors as review_doors
from beffroi.guard.reviewing import page as review_page
from beffroi.guard.scim import doors as scim_doors
from beffroi.guard.sealing.published import Published
from beffroi.guard.sealing.watch import SealWatch
from beffroi.guard.services import Services
from beffroi.guard.sessions import doors as session_doors
from beffroi.guard.settings import Mode
from beffroi.guard.signin import doors as signin_doors
from beffroi.guard.sweeping import doors as leaving_doors
from beffroi.guard.web.app import App, application
from beffroi.guard.web.protocol import Edge
from beffroi.guard.web.requests import Routes
from beffroi.guard.web.routing import Router

if TYPE_CHECKING:
    from beffroi.guard.settings import GuardSettings

_LOG: Final = logging.getLogger("beffroi.guard")
POOL: Final = 8
AREAS: Final[tuple[Routes, ...]] = (
    *DOORS,
    openapi.ROUTES,
    authentication.ROUTES,
    session_doors.ROUTES,
    signin_doors.ROUTES,
    request_doors.ROUTES,
    approval_page.ROUTES,
    proofing.ROUTES,
    enrolment_doors.ROUTES,
    quarantine.ROUTES,
    leaving_doors.ROUTES,
    scim_doors.ROUTES,
    admission_doors.ROUTES,
    exposure_doors.ROUTES,
    consultation_doors.ROUTES,
    awareness_doors.ROUTES,
    review_doors.ROUTES,
    review_page.ROUTES,
    containment_doors.ROUTES,
    partner_doors.ROUTES,
    provider_doors.ROUTES,
    forensic_doors.ROUTES,
    personal_doors.ROUTES,
    breach_doors.ROUTES,
    relation_doors.ROUTES,
    export_doors.ROUTES,
    messaging_doors.ROUTES,
    glass_doors.ROUTES,
    attachment_doors.ROUTES,
    erasing_doors.ROUTES,
    merge_doors.ROUTES,
    person_request_doors.ROUTES,
    restricting_doors.ROUTES,
    invoicing_doors.ROUTES,
)
"""Every area's routes; without a provider, the sign-in pages say that nobody can sign in."""


class PolicyRefused(RuntimeError):
    """The policy is not valid; the message names file, line and value."""


def read_policy(text: str, name: str) -> Policy:
    """A policy from its text. Raises PolicyRefused."""
    read = policy_file.load(text, name)
    if isinstance(read, tuple):
        raise PolicyRefused("\n".join(map(str, read)))
    return read


async def active_policy(conn: Any, held: keys.Keys, fallback: Policy) -> Policy:
    """The policy in force: the last one activated in the database, or the file's where none ever was.

    Raises PolicyRefused when the active one is not genuine or not valid.
    """
    row = await conn.fetchrow("SELECT * FROM guard.policy ORDER BY activated_at DESC LIMIT 1")
    if row is None or row["version"] == fallback.version:
        return fallback
    if not held.authenticator.genuine_row("policy", row):
        raise PolicyRefused("The active policy in the database is forged or damaged.")
    policy = read_policy(row["source"], "guard.policy")
    if policy.version != row["version"]:
        raise PolicyRefused("The active policy in the database does not match its version.")
    return policy


async def build(
    settings: "GuardSettings",
    *,
    token_reader: AccessTokens | None = None,
    make_bench: Callable[[keys.Keys], Bench] = Bench,
) -> Services:
    """Open every part of the guard, once the database was held to what was published of its journal and the rows to
    the journal. Whoever builds must :func:`close`.
    """
    course_file.load_courses()
    held = keys.load(settings.key_file)
    fallback = read_policy(settings.policy_file.read_text("utf-8"), settings.policy_file.name)
    pool = await create_pool(settings.database, POOL)
    try:
        async with pool.acquire() as conn:
            missing = await migrations.waiting(conn)
            if missing:
                raise migrations.MigrationRefused(f"The schema lacks {', '.join(missing)}: run `beffroi migrate`.")
            await key_check.verify(conn, held)
            if settings.mode is Mode.PRODUCTION and await is_scratch(conn):
                # The mark lets a database forget and its clock be shifted: budgets would begin anew at will (I-02).
                raise NotDurable(f"This database is marked as a throw-away: drop its schema {SCRATCH_MARK}.")
            policy = await active_policy(conn, held, fallback)
            await migrations.ensure_journal_partitions(conn)
        metrics = Metrics()
        services: Services

        async def reload_policy(version: str) -> None:
            _LOG.warning("policy %s became active elsewhere: reading it", version)
            async with pool.acquire() as conn:
                services.policy = await active_policy(conn, held, fallback)

        sealed = SealWatch(settings.database, held, settings.sealed.longest_lag)
        worker = Worker(
            settings.database, held, lambda: services.policy, settings.batching, metrics,
            reload_policy=reload_policy, bench=make_bench(held),
            withholds=lambda: sealed.withholds or watch.withholds,
        )  # fmt: skip
        tokens = token_reader or AccessTokens(held.session)
        published = None if settings.log is None else Published(settings.log)
        watch = Watch(held, lambda: services.policy, published, worker.forget)
        services = Services(settings, policy, held, pool, worker, tokens, metrics, sealed, watch)
        async with pool.acquire() as conn:
            await watch.begin(conn)
        metrics.gauges.update(watch.gauges())
        await worker.start()
        await sealed.start()
    except BaseException:
        pool.terminate()
        raise
    return services


async def close(services: Services) -> None:
    """Close what :func:`build` opened; requests that still wait are refused."""
    await services.sealed.stop()
    await services.worker.stop()
    if services.watch is not None and services.watch.published is not None:
        services.watch.published.close()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(services.pool.close(), 5)
    services.pool.terminate()


def build_app(services: Services, areas: Sequence[Routes] = AREAS) -> App:
    """The public application over the services."""
    return application(Router(areas), services)


@contextlib.asynccontextmanager
async def opened(
    settings: "GuardSettings", make_bench: Callable[[keys.Keys], Bench] = Bench
) -> AsyncIterator[Services]:
    """The services for as long as the block runs."""
    services = await build(settings, make_bench=make_bench)
    try:
        yield services
    finally:
        await close(services)


async def serve(settings: "GuardSettings", make_bench: Callable[[keys.Keys], Bench] = Bench) -> None:
    """Serve until SIGTERM or SIGINT; returns once every answer under way has left."""
    async with opened(settings, make_bench) as services:
        calm_the_collector()
        keeping = asyncio.create_task(upkeep.run(services))
        looking = asyncio.create_task(watching.run(services, watch)) if (watch := services.watch) else None
        servers = [uvicorn.Server(_configuration(AREAS, services))]
        if settings.listening.internal_port is not None:
            servers.append(uvicorn.Server(_configuration([INTERNAL], services, settings.listening.internal_port)))
        loop = asyncio.get_running_loop()

        def leave() -> None:
            for server in servers:
                server.should_exit = True

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, leave)
        try:
            await asyncio.gather(*[server._serve() for server in servers])
        finally:
            keeping.cancel()
            if looking is not None:
                looking.cancel()


def run(settings: "GuardSettings") -> None:
    """Serve on uvloop until SIGTERM or SIGINT; the process does nothing else, and logs to standard error."""
    logs.configure()
    uvloop.run(serve(settings))


def _configuration(areas: Sequence[Routes], services: Services, internal_port: int | None = None) -> uvicorn.Config:
    listening = services.settings.listening
    return uvicorn.Config(
        build_app(services, areas),
        host="127.0.0.1" if internal_port is not None else listening.host,
        port=internal_port if internal_port is not None else listening.port,
        fd=None if internal_port is not None else listening.fd,
        http=Edge(Router(areas), services).protocol,  # type: ignore[arg-type]
        loop="none",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        backlog=listening.backlog,
        limit_concurrency=listening.connections,
        timeout_graceful_shutdown=10,
    )


def calm_the_collector() -> None:
    """Leave what was loaded at start out of the cycle collector, and let it run rarely.

    A batch makes many short-lived tuples and hardly a cycle; at Python's own thresholds the collector costs a fifth
    of a decision.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
