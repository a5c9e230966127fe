"""The proof of a consultation: a file that verifies with the log's key alone, of the own file only."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from beffroi.core.personal import Objection
from beffroi.guard.sealing import proving
from beffroi.guard.sealing.verifying import Trust
from beffroi.guard.settings import Log
from tests.databases import FreshDatabase
from tests.guard.personal.space import PROOF, Space, space
from tests.guard.sealing.place import Place


@pytest.fixture
def served(fresh: FreshDatabase, tmp_path: Path) -> Iterator[Space]:
    with space(fresh.guard, tmp_path) as made:
        yield made


def asked(served: Space, handle: str, entry: int) -> httpx.Response:
    return served.ask(handle, PROOF, entry=entry, at=served.at(entry))


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def test_person_keeps_a_proof_that_anybody_can_verify(
    served: Space, fresh: FreshDatabase, tmp_path_factory: pytest.TempPathFactory
) -> None:
    guard = served.guard
    log = Place(tmp_path_factory.mktemp("log"), fresh, guard.world.keys)
    log.conn = guard.world.conn
    guard.services.settings = replace(guard.services.settings, log=Log(log.signer.key, log.store.path))
    somebody = served.file(last_name="Autrui", first_names="Zoé", birth_date="2003-01-01")
    own, theirs = served.consulted(served.ines), served.consulted(somebody)
    handle = served.signed_in()
    assert code(asked(served, handle, own)) == Objection.PROOF_NOT_YET
    guard.run(log.seal())
    log.store.close()
    answer = asked(served, handle, own)
    assert answer.status_code == 200, answer.text
    proven = proving.read(answer.json()["proof"].encode(), Trust([log.signer.key]))
    assert isinstance(proven, proving.Proven), proven
    assert (proven.row.entry, str(proven.row.person)) == (own, served.ines)
    assert answer.json()["name"] == f"consultation-{own}.tlog-proof"
    assert code(asked(served, handle, theirs)) == Objection.CONSULTATION_UNKNOWN
    late = served.consulted(served.ines)
    assert code(asked(served, handle, late)) == Objection.PROOF_NOT_YET
    entry = guard.journal("own-proof-given")[-1]
    assert (str(entry["person"]), entry["detail"]) == (served.ines, f'{{"entry":{own}}}')
    (log.store.path / "checkpoint").write_bytes(b"changed")
    assert asked(served, handle, own).status_code == 503


def test_guard_without_a_log_gives_no_proof_and_says_so(served: Space) -> None:
    assert code(asked(served, served.signed_in(), served.consulted(served.ines))) == Objection.PROOF_NOT_YET
