"""What the thief of incident 3 tries with a training organisation's session: every door, everybody, every field."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from beffroi.guard.operations import OPERATIONS
from beffroi.simulation.drill.mining import Loot, Vein
from beffroi.simulation.drill.stage import Clockwork
from beffroi.simulation.drill.training_scene import Targets
from beffroi.simulation.drill.wire import Hijacked, Reply, Wires
from beffroi.simulation.people import Person

PURPOSE: Final = "training-follow-up"
DUE: Final = ["identity", "training"]
EVERYTHING: Final = [
    "identity", "contact", "nir", "agency_id", "situation", "followup", "training", "legal_representative",
]  # fmt: skip
OTHER_PURPOSES: Final = ("follow-up", "reception", "prescription", "quality", "person-rights")
_LEFT_ALONE: Final = frozenset(
    {"/v1/session/end-all", "/v1/sessions", "/v1/person/sessions", "/v1/containments/make"}
)
"""Doors that would end his own session, or need a code of a sign-in; containing would only stop him."""
_NOTHING: Final[Mapping[str, list[Any]]] = {"POST": [{}], "GET": [None]}
"""What is sent to a door of which nothing better is known."""


class Thief:
    """Sessions in his hands. ``loot`` is whom he read; ``fields`` which values, by group, of whoever it was."""

    def __init__(self, wires: Wires, token: str, targets: Targets) -> None:
        self._wires, self._token, self._targets = wires, token, targets
        self.sessions: list[Hijacked] = []
        self.loot = Loot()
        self.fields: dict[str, set[str]] = {}
        self.most_fields = 0
        self._listed = False

    async def hour(self) -> None:
        """All that can be got before the clock moves, with every session at once."""
        trainees = deque(person.id for person in self._targets.trainees)
        strangers = deque(person.id for person in self._targets.strangers)
        lists: list[Vein[Any]] = []
        veins: list[Vein[Any]] = []
        for place, session in enumerate(self.sessions, 1):
            lists.append(Vein(deque(self._pages(place)), partial(self._list, session), self._rows))
            veins += [
                Vein(trainees, partial(self._open, session, EVERYTHING), self._opened, _itself),
                Vein(trainees, partial(self._open, session, DUE), self._opened, _itself),
                Vein(strangers, partial(self._open, session, DUE), self._opened, _itself),
            ]
        at_once = max(1, self._wires.connections // max(1, len(veins)))
        await asyncio.gather(*[vein.mine(self.loot, at_once) for vein in lists])
        await asyncio.gather(*[vein.mine(self.loot, at_once) for vein in veins])
        self._listed = True

    async def try_everything(self, session: Hijacked, account: str, school: str) -> "Tried":
        """Each door of the guard once or more, about strangers, with an agent's session; what came of it."""
        tried = Tried(self._targets)
        for (method, path), bodies in _questions(self._targets, account, school).items():
            for body in bodies:
                content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
                reply = await self._wires.send(method, path, session.headers(self._token), content)
                tried.note(path, reply, meant=bool(body))
        return tried

    async def ids_confirmed(self, session: Hijacked, account: str) -> int:
        """How many real ids of strangers the answers of the evaluation endpoint tell apart from invented ones."""
        made_up = [f"00000000-0000-4000-8000-{number:012d}" for number in range(20)]
        unknown = {await self._may(session, account, person) for person in made_up}
        if {reply.status for reply in unknown} != {200}:
            raise RuntimeError("the evaluation endpoint does not answer the question as it is put")
        real = [await self._may(session, account, person.id) for person in self._targets.strangers[:20]]
        return sum(answer not in unknown for answer in real)

    async def answer_about(self, person: str) -> str:
        """``opened``, or the code of the refusal, for one file with the first session."""
        reply = await self._open(self.sessions[0], DUE, person)
        if reply.status != 200:
            return str(reply.json.get("code", reply.status))
        fields = reply.json["person"]["fields"]
        return "opened" if self._read(fields) else str(reply.json["person"].get("why", "masked"))

    async def _may(self, session: Hijacked, account: str, person: str) -> Reply:
        return await self._post(session, "/access/v1/evaluation", _evaluation(account, person))

    async def _post(self, session: Hijacked, path: str, body: object) -> Reply:
        return await self._wires.send("POST", path, session.headers(self._token), json.dumps(body).encode())

    async def _open(self, session: Hijacked, groups: Sequence[str], person: str) -> Reply:
        return await self._post(session, "/v1/open", {"person": person, "purpose": PURPOSE, "groups": list(groups)})

    async def _list(self, session: Hijacked, page: Mapping[str, Any]) -> Reply:
        return await self._post(session, "/v1/list", page)

    def _pages(self, page: int) -> Iterable[Mapping[str, Any]]:
        """Lists cost what they show: of strangers each hour, of one's own at first, to each session another page."""
        if not self._listed:
            yield {"purpose": PURPOSE, "scope": "organisation", "order": "recent", "page": page, "size": 20}
            yield {"purpose": PURPOSE, "scope": "portfolio", "size": 50}
        yield {"purpose": PURPOSE, "scope": "given", "people": [one.id for one in self._targets.strangers[:50]]}

    def _opened(self, person: str, reply: Reply) -> Iterable[str]:
        return (person,) if self._read(reply.json["person"]["fields"]) else ()

    def _rows(self, _page: object, reply: Reply) -> Iterable[str]:
        return [row["id"] for row in reply.json["rows"] if self._read(row["fields"])]

    def _read(self, fields: Mapping[str, Mapping[str, object]]) -> bool:
        for group, values in fields.items():
            self.fields.setdefault(group, set()).update(values)
        self.most_fields = max(self.most_fields, sum(map(len, fields.values())))
        return bool(fields)


class Tried:
    """Answers of the other doors: how many of each status, and which gave a value nobody there may know."""

    def __init__(self, targets: Targets) -> None:
        self.statuses: Counter[int] = Counter()
        self.doors: set[str] = set()
        self.leaks: set[str] = set()
        self.blind: set[str] = set()
        """Doors that did not understand what was written for them: nothing was tried there."""
        self._secrets = [
            value.encode()
            for person in (*targets.strangers, *targets.trainees)
            for value in (person.nir, person.agency_id, person.email, person.legal_representative_email)
            if value
        ]

    def note(self, path: str, reply: Reply, *, meant: bool) -> None:
        """Count an answer and look for a number or an address of anybody in it; ``meant``: not a mere ``{}``."""
        self.doors.add(path)
        if meant and reply.status == 400:
            self.blind.add(path)
        self.statuses[reply.status] += 1
        if any(value in reply.body for value in self._secrets):
            self.leaks.add(path)


async def a_month(thief: Thief, clock: Clockwork, days: int, sign_in: Any) -> list[int]:
    """Read day after day; how many people in all at the end of each."""
    read = []
    for day in range(days):
        for hour in range(23) if day == 0 else (0, 1):
            await clock.set(timedelta(days=day, hours=hour))
            await sign_in()
            await thief.hour()
        read.append(len(thief.loot.people))
    return read


def _evaluation(account: str, person: str) -> dict[str, Any]:
    return {
        "subject": {"type": "account", "id": account}, "action": {"name": "open"},
        "resource": {"type": "person", "id": person}, "context": {"purpose": PURPOSE, "groups": DUE},
    }  # fmt: skip


def _questions(targets: Targets, account: str, school: str) -> dict[tuple[str, str], list[Any]]:
    """Bodies by door: what could show a stranger, or make one a trainee; ``{}`` where nothing better is known."""
    known: Person = next(one for one in targets.strangers if one.nir and one.email and one.phone and one.agency_id)
    ids = [known.id, *[one.id for one in targets.of_others[:10]]]
    name = {
        "last_name": known.last_name, "first_name": known.first_names.split(",")[0],
        "birth_date": known.birth_date.isoformat(),
    }  # fmt: skip
    year = {"from_at": "2026-01-01T00:00:00Z", "until_at": "2099-01-01T00:00:00Z"}
    training = {"purpose": PURPOSE, "person": known.id}
    said: dict[str, list[Any]] = {
        "/v1/open": [
            *[{"person": one, "purpose": why, "groups": EVERYTHING} for one in ids for why in OTHER_PURPOSES],
            {
                **training, "groups": DUE,
                "break_glass": {"reason": "emergency", "text": "La personne est à l’accueil et ne peut attendre."},
            },
        ],
        "/v1/release": [{"person": one, "purpose": PURPOSE, "groups": DUE} for one in ids],
        "/v1/releases": [{"items": [{"person": one, "purpose": PURPOSE, "groups": DUE} for one in ids]}],
        "/v1/list": [{"purpose": why, "scope": "organisation"} for why in OTHER_PURPOSES],
        "/v1/list/ids": [{"purpose": PURPOSE, "scope": scope} for scope in ("portfolio", "organisation")],
        "/v1/find": [
            *[
                {"purpose": why, "by": by, "value": value}
                for why in (PURPOSE, *OTHER_PURPOSES)
                for by, value in (
                    ("nir", known.nir), ("agency-id", known.agency_id), ("email", known.email),
                    ("phone", known.phone),
                )
            ],
            *[{"purpose": why, "by": "name", **name} for why in (PURPOSE, *OTHER_PURPOSES)],
        ],
        "/v1/create": [{"purpose": PURPOSE, "fields": {"identity": {
            "last_name": known.last_name, "first_names": known.first_names, "birth_date": name["birth_date"],
        }}}],
        "/v1/update": [{**training, "fields": {"training": {"title": "Cours"}}}],
        "/v1/erase": [training],
        "/v1/agents": [{"accounts": [account]}],
        "/v1/relations/colleagues": [{"purpose": PURPOSE}],
        "/v1/relations/preview": [{"purpose": PURPOSE, "to": account, "people": ids}],
        "/v1/relations/assign": [{"purpose": PURPOSE, "to": account, "people": ids}],
        "/v1/relations/organisations": [{"purpose": why, "which": "training"} for why in (PURPOSE, "prescription")],
        "/v1/relations/prescribe": [
            {"purpose": why, "person": one, "organisation": school, "until_on": "2026-12-31", "kind": kind}
            for one in ids
            for why in (PURPOSE, "prescription", "follow-up")
            for kind in ("prescription", "enrolment")
        ],
        "/v1/relations/end": [{**training, "organisation": school}],
        "/v1/relations/give-back": [training],
        "/v1/transfers/ask": [
            {**training, "organisation": school, "side": "receiving", "reason": "moved"},
        ],
        "/v1/transfers/list": [{"purpose": PURPOSE}],
        "/v1/forensics/readers": [{"by": "account", "ids": [account], **year}],
        "/v1/forensics/read-by": [{"person": known.id, **year}],
        "/v1/person/consultations": [year],
        "/v1/person/proof": [{"entry": 1, "at": year["from_at"]}],
        "/v1/person/report": [{"entry": 1, "at": year["from_at"]}],
        "/access/v1/evaluations": [{"evaluations": [_evaluation(account, one) for one in ids]}],
        "/access/v1/evaluation": [_evaluation(account, known.id)],
    }  # fmt: skip
    return {
        (method, path): said.get(path, _NOTHING[method])
        for method, path in OPERATIONS
        if path not in _LEFT_ALONE and method in _NOTHING
    }


def _itself(target: str) -> str:
    return target
