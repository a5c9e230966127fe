"""The console's own rows follow the file that stays, and come back when the two are parted.

The guard has decided already; nothing here grants anything. Each function may be called again: what a console that
fell half-way left is done the next time anybody looks at the list of merges.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils.module_loading import import_string

from beffroi.client.merging import Merge
from beffroi.systems.cases.models import Appointment, Case, DueStep, MergedRow, ProgrammePeriod

OWN: Mapping[str, type[models.Model]] = {
    "appointment": Appointment, "case": Case, "programme": ProgrammePeriod, "due_step": DueStep,
}  # fmt: skip


@cache
def tables() -> Mapping[str, type[models.Model]]:
    """Every table that names people, by its code: those of this application, and of the others of this console."""
    others = cast(Callable[[], Mapping[str, type[models.Model]]], import_string(settings.CASES_PERSON_TABLES))
    return {**OWN, **others()}


def settle(merges: Iterable[Merge]) -> None:
    """Let the console's rows be where the guard says that their person is."""
    for merge in merges:
        if merge.ended_at is None:
            follow(UUID(merge.merge), UUID(merge.stays), UUID(merge.goes))
        else:
            part(UUID(merge.merge), UUID(merge.stays), UUID(merge.goes))


def follow(merge: UUID, stays: UUID, goes: UUID) -> int:
    """Move rows to the file that stays; how many. One that this file has too stays where it is, and waits."""
    moved = 0
    for code, table in tables().items():
        rows = _of(table)
        for row in rows.filter(person=goes).values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    moved += rows.filter(pk=row, person=goes).update(person=stays)
                    MergedRow.objects.create(id=uuid4(), merge=merge, code=code, row=row)
            except IntegrityError:
                continue  # one of a kind that the other file has as well
    return moved


def part(merge: UUID, stays: UUID, goes: UUID) -> int:
    """Give rows back to the file that came back; how many. What was added since stays."""
    back = 0
    for one in MergedRow.objects.filter(merge=merge):
        with transaction.atomic():
            table = tables().get(one.code)
            if table is not None:
                back += _of(table).filter(pk=one.row, person=stays).update(person=goes)
            one.delete()
    return back


def _of(table: type[models.Model]) -> Any:
    return table._default_manager
