"""A writing door that is killed half-way has done nothing, and the same request sent again does it once.

Of each door the backend is terminated: at the commit, and before every statement that writes, one after the other. Of
one the guard's own process is killed as well: PostgreSQL then rolls back when it next turns to its guard, and carries
out a commit that was asked for, though nobody hears of it.
"""

import asyncio
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from multiprocessing.process import BaseProcess
from typing import NamedTuple

import httpx
import pytest
import uvicorn

from beffroi.guard import process
from beffroi.guard.settings import GuardSettings, Listening
from beffroi.guard.vault.records import Followup, Note
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.simulation.drill.ports import free_port
from tests.config.console.stack import guard_served
from tests.crash.stopping import AT_COMMIT, AT_ENTRY, Rows, Stopper, stopper
from tests.crash.test_worker import until
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.personal.space import Space, joined, space_of
from tests.guard.personal.test_invitations import entered, handed
from tests.guard.personal.test_presence_codes import BACK, MAKE, Someone, adviser, code, drawn, typed
from tests.guard.world import some_nir

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
Ask = Callable[[], httpx.Response]
OPEN = "/v1/person/attachments/open"
NOTES = Followup(notes=(Note(at="2026-10-09T09:00:00Z", text="between"),))
ASK, MOVE = "/v1/person/requests/make", "/v1/person-requests/move"
FOLLOWED = "followed-by-presence"
LEAST = 3
"""Writing statements of the shortest of these doors."""
WORDS = "Votre adresse est corrigée partout : à Hellemmes, rue des Écoles."


class Door(NamedTuple):
    """``prepare`` gives the request; ``besides`` what it journals with one entry of its kind, or instead of one.

    ``questions``: what it asks is counted before it decides, whatever becomes of it.
    """

    prepare: Callable[[Space], Ask]
    kind: str
    besides: Mapping[str, int] = {}
    questions: bool = False


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    folder = tmp_path_factory.mktemp("provider")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, _, _):
        yield space_of(guard)


@pytest.fixture(scope="module")
def stop(served: Space, fresh_for_module: FreshDatabase) -> Iterator[Stopper]:
    """Once the guard is served."""
    with stopper(fresh_for_module.admin) as made:
        yield made


def _serve(settings: GuardSettings) -> None:
    async def serve() -> None:
        async with process.opened(settings) as services:
            app = process.build_app(services)
            await uvicorn.Server(uvicorn.Config(app, port=settings.listening.port, log_level="critical")).serve()

    asyncio.run(serve())


@contextmanager
def another(served: Space) -> Iterator[tuple[Space, BaseProcess]]:
    """One more guard of the same database and keys, in a process of its own."""
    listening = Listening(port=free_port())
    settings = replace(served.guard.services.settings, listening=listening)
    child = multiprocessing.get_context("spawn").Process(target=_serve, args=(settings,))
    child.start()
    guard = replace(served.guard, url=f"http://127.0.0.1:{listening.port}")
    try:
        until(lambda: not child.is_alive() or answers(guard.url))
        yield replace(served, guard=guard), child
    finally:
        child.kill()
        child.join()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 404
    except httpx.TransportError:
        return False


def south(served: Space) -> str:
    return str(served.guard.world.offices["South"])


def presence_code_made(served: Space) -> Ask:
    someone = Someone(served)
    return lambda: someone.ask(MAKE, organisation=south(served))


def presence_code_taken_back(served: Space) -> Ask:
    someone = Someone(served)
    made = someone.made(south(served))
    return lambda: someone.ask(BACK, code=made["id"])


def followed_by_presence(served: Space) -> Ask:
    made, cleo = Someone(served).made(south(served)), adviser(served, south(served))
    return lambda: typed(served, cleo, made["code"])


def answered_in_words(served: Space) -> Ask:
    """What the person wrote is deleted in the same transaction."""
    guard, someone = served.guard, Someone(served)
    nora = seat(guard, f"Nora {drawn()}", "data-protection-correspondent")
    body = {"organisation": guard.organisation, "article": "rectification", "text": "Mon adresse est fausse."}
    asked = someone.ask(ASK, **body)
    assert asked.status_code == 201, asked.text
    request = asked.json()["request"]

    def move(to: str, text: str | None = None) -> httpx.Response:
        return guard.call("POST", MOVE, nora.handle, json={"request": request, "to": to, "text": text})

    assert move("in-progress").status_code == 200
    return lambda: move("answered", WORDS)


def registered_at_the_desk(served: Space) -> Ask:
    rose = seat(served.guard, f"Rose {drawn()}", "receptionist")
    identity = {"last_name": drawn().title(), "first_names": "Zoé", "birth_date": "2004-02-02"}
    fields = {"identity": identity, "contact": {"city": "Lille"}, "nir": {"nir": some_nir().nir}}
    body = {"purpose": "reception", "fields": fields}
    return lambda: served.guard.call("POST", "/v1/create", rose.handle, json=body)


def own_document_opened(served: Space) -> Ask:
    someone = Someone(served)
    document = joined(served, someone.id, "identity-document")
    return lambda: someone.ask(OPEN, id=document)


def compared(served: Space) -> tuple[Ask, Seat]:
    """Two files with a document and a session each, one with a code of presence; the adviser has opened both."""
    guard, ana, stays = served.guard, adviser(served, served.guard.organisation, "Ana"), Someone(served)
    stays.made(south(served))
    goes = served.file(last_name=drawn().title(), first_names="Inès", birth_date="2001-05-05", followup=NOTES)
    entered(served, handed(served, ana, goes))
    for person in (stays.id, goes):
        joined(served, person)
        body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
        assert guard.call("POST", "/v1/open", ana.handle, json=body).status_code == 200
    versions = {
        f"{side}_version": guard.one("SELECT version FROM guard.person WHERE id = $1", person)
        for side, person in (("stays", stays.id), ("goes", goes))
    }
    body = {"purpose": "follow-up", "stays": stays.id, "goes": goes, "take": ["contact"], **versions}
    return lambda: guard.call("POST", "/v1/merges/make", ana.handle, json=body), ana


def merged(served: Space) -> Ask:
    return compared(served)[0]


def parted(served: Space) -> Ask:
    merge, ana = compared(served)
    made = merge()
    assert made.status_code == 201, made.text
    body = {"purpose": "follow-up", "merge": made.json()["merge"]}
    return lambda: served.guard.call("POST", "/v1/merges/undo", ana.handle, json=body)


DOORS = {
    "presence-code-made": Door(presence_code_made, "presence-code-made", {"fact": 1}),
    "presence-code-taken-back": Door(presence_code_taken_back, "presence-code-taken-back", {"fact": 1}),
    "followed-by-presence": Door(followed_by_presence, "followed-by-presence", {"fact": 1}, questions=True),
    "answered-in-words": Door(answered_in_words, "person-request-moved", {"fact": 1}),
    "registered-at-the-desk": Door(registered_at_the_desk, "created", questions=True),
    "merged": Door(merged, "merged", {"merged": 2, "updated": 1, "person-session-revoked": 1, "fact": 2}),
    "parted": Door(parted, "unmerged", {"unmerged": 2, "updated": 1, "person-session-revoked": 1, "fact": 3}),
    "own-document-opened": Door(own_document_opened, "own-file-read"),
}
COUNTED = frozenset({"question", "turnstile"})
"""Questions of the hour are counted in a transaction of its own, so that whoever asks again asks twice; and each that
commits takes a number of the turnstile."""
SAID = {problems.answer(fault, None).body for fault in (Fault.INTERNAL, Fault.UNAVAILABLE)}


def told(stop: Stopper, before: Rows) -> Counter[str]:
    """Kinds of the entries that were journaled since, and nothing was taken from the journal."""
    after = stop.rows()
    assert not [table for table, _ in before - after if table == "journal"]
    return Counter(row.split(",")[2] for table, row in after - before if table == "journal")


def touched(stop: Stopper, before: Rows) -> set[str]:
    """Tables that are not as they were."""
    after = stop.rows()
    return {table for table, _ in (after - before) | (before - after)}


@pytest.mark.parametrize("name", DOORS)
def test_door_killed_before_any_of_its_writes_or_at_its_commit_did_nothing_and_asked_again_does_it_once(
    served: Space, stop: Stopper, name: str
) -> None:
    door = DOORS[name]
    ask = door.prepare(served)
    before = stop.rows()
    for at in count(AT_COMMIT):
        until(lambda: served.guard.services.worker.ready)
        answer, killed = stop.killed(ask, at, door.kind)
        if not killed:
            break
        assert answer.content in SAID, answer.text
        assert touched(stop, before) <= (COUNTED if door.questions else set()), f"stopped at {at}"
    assert answer.is_success, answer.text
    assert at > LEAST
    assert told(stop, before) == Counter({door.kind: 1, **door.besides})


@pytest.mark.parametrize("at", [AT_ENTRY, AT_COMMIT], ids=["before-its-entry", "at-its-commit"])
def test_guard_killed_while_somebody_is_followed_did_all_of_it_or_nothing_and_another_does_not_do_it_twice(
    served: Space, stop: Stopper, at: int
) -> None:
    someone = Someone(served)
    made, cleo = someone.made(south(served)), adviser(served, south(served))
    with another(served) as (elsewhere, child):
        before = stop.rows()
        with stop.stopped(lambda: typed(elsewhere, cleo, made["code"]), at, FOLLOWED) as (sent, backend):
            assert backend is not None, sent.result()
            child.kill()
            with pytest.raises(httpx.TransportError):
                sent.result(30)
            stop.go_on(backend)
    whole = Counter({FOLLOWED: 1, "fact": 1})
    if at == AT_ENTRY:
        assert touched(stop, before) <= COUNTED
        assert typed(served, cleo, made["code"]).status_code == 200
        assert told(stop, before) == whole
    else:
        assert told(stop, before) == whole
        assert code(typed(served, cleo, made["code"])) == "presence-code-wrong"
        assert told(stop, before)[FOLLOWED] == 1
    assert someone.states() == ["used"]
    assert someone.relation(south(served)) is not None
