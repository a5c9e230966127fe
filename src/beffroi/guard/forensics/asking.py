"""A question put to an engine over hot rows and cold files as one, and what the journal says of it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import UUID

import pyarrow as pa
import pyarrow.compute as pc

from beffroi.guard.forensics.engines import Engine, Task
from beffroi.guard.forensics.questions import ANSWERS, READ_BY, READERS, SEEN, By, Question, ReadBy, Readers
from beffroi.guard.forensics.sources import Sources, paths
from beffroi.guard.merging import aliases
from beffroi.guard.retention.columns import ID, micros

if TYPE_CHECKING:
    from beffroi.guard.retention.catalogue import Verified

SAID: Final = 20
"""Most ids that an entry about a question names; of more it holds their number and digest."""


def run(
    engine: Engine, question: Question, sources: Sources, folder: Path, verified: "Verified"
) -> Iterator[pa.RecordBatch]:
    """Rows of the answer, in no order. Raises ColdRefused for a file that is not as it was written, EngineRefused.

    A person whose files were made one is one person, under the id of the file that stands: openings of every id.
    """
    cold, survivors = paths(folder, sources.files, verified), sources.survivors
    if isinstance(question, ReadBy):
        for person in aliases.kin(question.person, survivors):
            yield from engine.run(task(question._replace(person=person), cold, sources.hot))
        return
    found = engine.run(task(question, cold, sources.hot))
    yield from _once(found, survivors) if survivors else found


def _once(found: Iterator[pa.RecordBatch], survivors: Mapping[str, str]) -> Iterator[pa.RecordBatch]:
    """The same answer with those people once who are in it under several ids; groups and openings of all of them."""
    stands = {UUID(one).bytes: UUID(other).bytes for one, other in survivors.items()}
    several = pa.array({*stands, *stands.values()}, pa.binary())
    people: dict[bytes, tuple[int, int]] = {}
    for batch in found:
        among = pc.is_in(batch.column("person"), value_set=several)
        for row in batch.filter(among).to_pylist():
            person = stands.get(row["person"], row["person"])
            groups, openings = people.get(person, (0, 0))
            people[person] = groups | row["groups"], openings + row["openings"]
        yield batch.filter(pc.invert(among))
    rows = [{"person": one, "groups": groups, "openings": times} for one, (groups, times) in people.items()]
    yield pa.RecordBatch.from_pylist(rows, ANSWERS[Readers])


def task(question: Question, cold: list[str], hot: pa.Table) -> Task:
    """A question as an engine takes it."""
    window = [micros(question.from_at), micros(question.until_at)]
    columns, answer = SEEN[type(question)], ANSWERS[type(question)]
    if isinstance(question, ReadBy):
        nobody = pa.table({"id": pa.array([], ID)})
        return Task(READ_BY, [UUID(question.person).bytes, *window], columns, cold, hot, nobody, answer)
    if question.by is By.APPLICATION:
        scope = pa.table({"code": pa.array(question.ids, pa.string())})
    else:
        scope = pa.table({"id": pa.array([UUID(one).bytes for one in question.ids], ID)})
    return Task(READERS[question.by], window, columns, cold, hot, scope, answer)


def said(question: Question, **more: str) -> str:
    """What the journal keeps of a question: canonical JSON of its scope and window."""
    detail: dict[str, object] = {
        "from": question.from_at.isoformat(), "until": question.until_at.isoformat(), **more,
    }  # fmt: skip
    if isinstance(question, ReadBy):
        detail["question"] = "read-by"
    else:
        ids = sorted(question.ids)
        detail |= {"question": "readers", "by": question.by.value, "count": len(ids)}
        if len(ids) <= SAID:
            detail["ids"] = ids
        else:
            detail["sha256"] = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    return json.dumps(detail, sort_keys=True, separators=(",", ":"))
