"""GET /healthz, /metrics and /openapi.json: what machines ask about the guard. Nothing here is about anybody."""

import ipaddress
from typing import Final

import asyncpg

from beffroi.guard.metrics import MEDIA_TYPE
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import NO_STORE, Answer, Call, Routes, json_answer


async def health(call: Call) -> Answer:
    """200 when the guard can decide: a lane is open and the database answers; 503 otherwise.

    ``refused`` holds the kinds of what it refuses because rows are not what the journal says; the log says which.
    """
    services = call.services
    alive = services.worker.ready
    if alive:
        try:
            async with services.pool.acquire(timeout=2) as conn:
                await conn.fetchval("SELECT 1", timeout=2)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            alive = False
    watch = services.watch
    refused = [] if watch is None else sorted({each.kind for each in watch.refused.extents})
    body = {
        "status": "fail" if not alive else "warn" if refused else "pass",
        "database": "pass" if alive else "fail",
        "policy": services.policy.version,
        "mode": services.settings.mode.value,
        "refused": refused,
    }
    return json_answer(body, 200 if alive else 503)


async def metrics(call: Call) -> Answer:
    """Prometheus' text, to this machine only; elsewhere the address does not exist."""
    try:
        near = ipaddress.ip_address(call.peer).is_loopback
    except ValueError:
        near = call.peer == ""  # a Unix socket has no address
    if not near or b"x-forwarded-for" in call.headers or b"forwarded" in call.headers:
        return problems.reply(call, Fault.NOT_FOUND)
    services = call.services
    services.metrics.gauges["queue_requests"] = services.worker.waiting
    services.metrics.gauges["ready"] = int(services.worker.ready)
    services.metrics.sealing(services.sealed)
    return Answer(200, ((b"content-type", MEDIA_TYPE), NO_STORE), services.metrics.render())


ROUTES: Final[Routes] = {("GET", "/healthz"): health, ("GET", "/metrics"): metrics}
INTERNAL: Final[Routes] = {("GET", "/metrics"): metrics, ("GET", "/healthz"): health}
"""Served on the internal port as well, where one is configured."""
