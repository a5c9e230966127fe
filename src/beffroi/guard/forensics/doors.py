"""The HTTP doors of an investigation: POST /v1/forensics/options, readers, read-by.

Security officers ask whom some agents read, or who read somebody; the answer holds random ids, names of field groups
and public names of organisations. Every question is an entry of the journal before it is answered. Who acts for the
network may ask about anybody; a security officer of one organisation about that organisation alone.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.fields import NAME_OF, names
from beffroi.core.refusals import Code
from beffroi.guard.approvals.doors import objected
from beffroi.guard.duties import OnDuty, Work, with_duty
from beffroi.guard.signin.integrity import report
from beffroi.guard.stamped import Forged
from beffroi.guard.vault.records import Email
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import pyarrow as pa

    from beffroi.guard.forensics.answering import Answer as Found
    from beffroi.guard.forensics.answering import Answering
    from beffroi.guard.forensics.questions import Question

MOST_ROWS: Final = 20_000


class Asking(bodies.Strict, frozen=True):
    """Body of /v1/forensics/readers. Ids are UUIDs, or codes of applications; an account or a line may be named by
    ``email`` instead. The window is of instants with an offset, its end excluded; ``page`` starts at 1."""

    by: Literal["account", "line", "organisation", "application", "session"]
    from_at: datetime
    until_at: datetime
    ids: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=100)] = ()
    email: Email | None = None
    page: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 25


class AskingAbout(bodies.Strict, frozen=True):
    """Body of /v1/forensics/read-by: the person by random id."""

    person: bodies.PersonText
    from_at: datetime
    until_at: datetime
    page: Annotated[int, Meta(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 25


class Nothing(bodies.Strict, frozen=True):
    """Body of /v1/forensics/options."""


class Asked(NamedTuple):
    """A question as it was put, and by whom."""

    question: "Question"
    by: OnDuty
    now: datetime


_ASKING: Final = msgspec.json.Decoder(Asking)
_ABOUT: Final = msgspec.json.Decoder(AskingAbout)
_NOTHING: Final = msgspec.json.Decoder(Nothing)
_PLACES: Final = "SELECT id, name FROM guard.organisation WHERE $1::uuid IS NULL OR id = $1 ORDER BY name"
_APPLICATIONS: Final = "SELECT id, name FROM guard.application ORDER BY name, id"
_NAMES: Final = "SELECT id, name FROM guard.organisation WHERE id = ANY ($1::uuid[])"
Resolve = Callable[[Work, OnDuty], Awaitable["Question"]]


async def options(call: Call) -> Answer:
    """What one may ask about."""
    bodies.read(call, _NOTHING)

    async def act(work: Work, by: OnDuty) -> Answer:
        places = await work.conn.fetch(_PLACES, None if by.everywhere else by.organisation.id)
        applications = await work.conn.fetch(_APPLICATIONS) if by.everywhere else []
        return json_answer(
            {
                "kinds": ["account", "line", "organisation", "application", "session"]
                if by.everywhere
                else ["organisation"],
                "organisations": [{"id": str(row["id"]), "name": row["name"]} for row in places],
                "applications": [{"id": row["id"], "name": row["name"]} for row in applications],
            }
        )

    return await with_duty(call, Duty.INVESTIGATE, act, writes=False)


async def readers(call: Call) -> Answer:
    """Distinct people that these read in a window, and the groups of all their openings together."""
    from beffroi.guard.forensics import scopes

    body = bodies.read(call, _ASKING)
    window = scopes.window(body.from_at, body.until_at)

    async def resolve(work: Work, by: OnDuty) -> "Question":
        return await scopes.asked(work, by, body, window)

    async def told(found: "Found") -> dict[str, object]:
        people = found.rows.slice((body.page - 1) * body.size, body.size)
        return {
            "groups": _counted(found.rows),
            "openings": sum(found.rows.column("openings").to_pylist()),
            "rows": [
                {
                    "person": str(UUID(bytes=row["person"])),
                    "groups": names(row["groups"]),
                    "openings": row["openings"],
                }
                for row in people.to_pylist()
            ],
        }

    return await _answered(call, resolve, body.page, body.size, told)


async def read_by(call: Call) -> Answer:
    """Every opening of one person in a window, the last first."""
    from beffroi.guard.forensics import scopes
    from beffroi.guard.forensics.questions import ReadBy
    from beffroi.guard.retention.columns import instant

    body = bodies.read(call, _ABOUT)
    window = scopes.window(body.from_at, body.until_at)

    async def resolve(_: Work, by: OnDuty) -> "Question":
        if not by.everywhere:
            raise scopes.Objected(Objection.OUT_OF_REACH)
        return ReadBy(body.person, *window)

    async def told(found: "Found") -> dict[str, object]:
        rows = found.rows.slice((body.page - 1) * body.size, body.size).to_pylist()
        known = await _named(call, {row["organisation"] for row in rows})
        return {
            "rows": [
                {
                    "entry": row["entry"], "at": instant(row["time_us"]).isoformat(), "kind": row["kind"],
                    "groups": names(row["groups"]), "account": _text(row["account"]),
                    "organisation": _text(row["organisation"]), "organisation_name": known.get(row["organisation"]),
                    "application": row["application"], "role": row["role"], "purpose": row["purpose"],
                    "explanation": row["explanation"],
                }
                for row in rows
            ]
        }  # fmt: skip

    return await _answered(call, resolve, body.page, body.size, told)


async def _answered(
    call: Call, resolve: Resolve, page: int, size: int, told: "Callable[[Found], Awaitable[dict[str, object]]]"
) -> Answer:
    """Check the duty, journal the question unless its answer is still there, answer it, show a page of it."""
    from beffroi.guard.forensics.engines import EngineRefused
    from beffroi.guard.forensics.scopes import Objected
    from beffroi.guard.retention.catalogue import ColdRefused

    try:
        asked, answer = await _asked(call, resolve)
        if asked is None:
            return answer
        answering = answering_of(call)
        found = answering.kept(asked.by.session.id, asked.question, asked.now)
        if found is None:
            entry, answer = await _journaled(call, asked.question)
            if entry is None:
                return answer
            services = call.services
            found = await answering.answer(
                services.pool, services.keys, asked.by.session.id, asked.question, entry, asked.now
            )
    except Objected as refused:
        return objected(call, refused.objection)
    except Forged as error:
        await report(call, error)
        return problems.reply(call, Code.INTEGRITY)
    except (ColdRefused, EngineRefused) as refused:
        # Names of files, never anybody's; the officer must know which, and so must who watches the log.
        return problems.reply(call, Fault.PAST_UNREADABLE, {"reason": str(refused)})
    total = found.rows.num_rows
    return json_answer(
        {
            "total": total, "page": page, "pages": max(1, -(-total // size)), "entry": found.entry,
            "asked_at": found.at.isoformat(),
            "lost_until": None if found.lost_until is None else found.lost_until.isoformat(), **await told(found),
        }
    )  # fmt: skip


async def _asked(call: Call, resolve: Resolve) -> tuple[Asked | None, Answer]:
    kept: list[Asked] = []

    async def act(work: Work, by: OnDuty) -> Answer:
        kept.append(Asked(await resolve(work, by), by, work.now))
        return json_answer({})

    answer = await with_duty(call, Duty.INVESTIGATE, act, writes=False)
    return (kept[0] if kept else None), answer


async def _journaled(call: Call, question: "Question") -> tuple[int | None, Answer]:
    """The entry that says the question is asked; durable before anything is read."""
    from beffroi.guard.forensics import scopes

    entries: list[int] = []

    async def act(work: Work, by: OnDuty) -> Answer:
        entry = await scopes.journal(
            work.conn, question, account=by.account.id, session=by.session.id, organisation=by.organisation.id,
            policy=work.policy.version,
        )  # fmt: skip
        entries.append(entry)
        return json_answer({})

    answer = await with_duty(call, Duty.INVESTIGATE, act, writes=True)
    return (entries[0] if entries else None), answer


def answering_of(call: Call) -> "Answering":
    """The guard's own, made when the first question is asked: nothing of it is loaded before."""
    from beffroi.guard.forensics.answering import Answering

    services = call.services
    found = services.areas.setdefault("forensics", Answering(services.settings.cold_folder))
    assert isinstance(found, Answering), "the area is this module's"
    return found


def _counted(people: "pa.Table") -> dict[str, int]:
    """How many people each field group was released of; ``known`` for those of whom no field was."""
    counts: dict[str, int] = {}
    for mask in people.column("groups").value_counts().to_pylist():
        for name in names(mask["values"]) or ("known",):
            counts[name] = counts.get(name, 0) + mask["counts"]
    return {name: counts[name] for name in (*NAME_OF.values(), "known") if name in counts}


async def _named(call: Call, organisations: set[bytes | None]) -> dict[bytes, str]:
    ids = [UUID(bytes=one) for one in organisations if one is not None]
    async with call.services.pool.acquire() as conn:
        return {row["id"].bytes: row["name"] for row in await conn.fetch(_NAMES, ids)}


def _text(value: Any) -> str | None:
    return None if value is None else str(UUID(bytes=value))


ROUTES: Final[Routes] = {
    ("POST", "/v1/forensics/options"): options,
    ("POST", "/v1/forensics/readers"): readers,
    ("POST", "/v1/forensics/read-by"): read_by,
}
