"""What the files of two people of the demonstration hold besides their import.

Notes are dated in the past, which the guard lets nobody write through its doors: this is put into the vault as an
import is, before anybody signs in. The days of the steps go to the console's rows.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID, uuid5

import asyncpg

from beffroi.core.casefile import Step, written
from beffroi.guard.keys import Keys
from beffroi.guard.vault.records import (
    Change,
    Earlier,
    FollowedAction,
    Followup,
    LegalRepresentative,
    Note,
    Payment,
    Record,
    Representative,
    SensitiveFollowup,
    Situation,
    decode,
    encode,
)
from beffroi.guard.vault.sealing import owner_bytes, seal, unseal
from beffroi.simulation.directory import Directory
from beffroi.simulation.personas import BY_LOGIN, OFFICE
from beffroi.simulation.world import World

_AUTHOR: Final = BY_LOGIN["camille.moreau"].id
_COLLEAGUE: Final = BY_LOGIN["karim.haddad"].id
_STEPS: Final = UUID("5a2f6f0e-3f1c-4c55-9d7b-0c1b2a9e7d41")


class _Agreed(NamedTuple):
    """A step: whose person, what, by whom, due in so many days, where it stands."""

    what: str
    label: str
    by: str
    days: int
    state: Step


_AGREED: Final = (
    _Agreed("own", "Refaire le CV avec le modèle de l’atelier", "person", 3, Step.TO_DO),
    _Agreed("own", "Demander le devis de la mission locale au centre de formation", "agent", -2, Step.TO_DO),
    _Agreed("own", "S’inscrire à la préparation du code de la route", "person", -20, Step.DONE),
    _Agreed("own_minor", "Apporter l’attestation de responsabilité civile", "person", 6, Step.TO_DO),
)


async def write(conn: "asyncpg.Connection", keys: Keys, world: World, now: datetime) -> int:
    """Add to the files of the named people whatever they do not hold yet; how many files."""
    people = {what: record.person.id for what, record in world.highlights().items()}
    for what, groups in _groups(now).items():
        person = people.get(what)
        if person is not None:
            await _add(conn, keys, person, groups)
    return sum(what in people for what in _groups(now))


async def _add(conn: "asyncpg.Connection", keys: Keys, person: str, groups: Mapping[str, Record]) -> None:
    columns = ", ".join(groups)
    row = await conn.fetchrow(f"SELECT wrapped_key, epoch, {columns} FROM guard.person WHERE id = $1", person)
    if row is None:
        return
    owner = owner_bytes(person)
    key = keys.unwrap(row["wrapped_key"], row["epoch"], owner)
    for name, record in groups.items():
        before = None if row[name] is None else decode(name, unseal(key, owner, name, row[name]))
        sealed = seal(key, owner, name, encode(_with(before, record)))
        await conn.execute(f"UPDATE guard.person SET {name} = $2 WHERE id = $1", person, sealed)


def _with(before: Record | None, added: Record) -> Record:
    """What the import gave, and after it what is added; what was added already is not added twice."""
    match before, added:
        case Followup(), Followup():
            return Followup(notes=(*before.notes[:1], *added.notes), actions=added.actions, payments=added.payments)
        case Situation(), Situation():
            return Situation(
                situation=before.situation, education_level=before.education_level, housing=before.housing,
                mobility=before.mobility, programme=before.programme, changes=added.changes,
            )  # fmt: skip
        case _:
            return added


def _groups(now: datetime) -> Mapping[str, Mapping[str, Record]]:
    today = now.date()
    return {
        "own": {
            "followup": Followup(notes=_notes(now), actions=_steps("own", now), payments=_payments(now)),
            "sensitive_followup": SensitiveFollowup(
                notes=(
                    Note(
                        at=_ago(now, 25),
                        author=_AUTHOR,
                        text="Suivie par le centre médico-psychologique : pas d’horaires de nuit.",
                    ),
                )
            ),
            "situation": Situation(changes=_changes(now)),
        },
        "own_minor": {
            "followup": Followup(actions=_steps("own_minor", now)),
            "legal_representative": LegalRepresentative(
                last_name="Bertin", first_names="Claire", relationship="mother", phone="+33639981101", letters=True,
                others=(
                    Representative(
                        last_name="Bertin", first_names="Marc", relationship="father", phone="+33639981102",
                        letters=False,
                    ),
                ),
            ),
            "situation": Situation(
                changes=(_change(now, 60, today - timedelta(days=70), "schooling", "left-school"),)
            ),
        },
    }  # fmt: skip


def _notes(now: datetime) -> tuple[Note, ...]:
    corrected = Earlier(until=_ago(now, 39), text="Depuis le dernier entretien : stage en boulangerie.")
    return (
        Note(
            at=_ago(now, 40), author=_AUTHOR, outline="interview", earlier=(corrected,),
            text="Depuis le dernier entretien : stage en pâtisserie.\nDémarches faites : deux candidatures"
            "\nCe que nous avons convenu : refaire le CV",
        ),
        Note(
            at=_ago(now, 12), author=_COLLEAGUE, outline="reminder",
            text="Moyen : appel\nRéponse : rappelle demain\nSuite à donner : proposer l’atelier du jeudi",
        ),
    )  # fmt: skip


def _steps(what: str, now: datetime) -> tuple[FollowedAction, ...]:
    return tuple(
        FollowedAction(
            id=str(_identifier(number)), label=each.label, status=each.state.value, author=_AUTHOR,
            added_at=_ago(now, 40), by="person" if each.by == "person" else "agent", account=_AUTHOR,
            due_on=(now.date() + timedelta(days=each.days)).isoformat(),
            at=(now.date() + timedelta(days=each.days)).isoformat() if each.state is Step.DONE else None,
        )
        for number, each in enumerate(_AGREED)
        if each.what == what
    )  # fmt: skip


def _payments(now: datetime) -> tuple[Payment, ...]:
    months = [(now.date().replace(day=1) - timedelta(days=30 * back)) for back in (3, 2, 1)]
    return tuple(
        Payment(
            at=_ago(now, 20), author=_AUTHOR, programme="cej", month=f"{month:%Y-%m}", cents=cents,
            paid_on=None if number == 2 else (month + timedelta(days=34)).isoformat(),
        )
        for number, (month, cents) in enumerate(zip(months, (55_246, 55_246, 33_148), strict=True))
    )  # fmt: skip


def _changes(now: datetime) -> tuple[Change, ...]:
    today = now.date()
    return (
        _change(now, 200, today - timedelta(days=420), "housing", "family"),
        _change(now, 200, today - timedelta(days=300), "work", "seeking"),
        _change(now, 90, today - timedelta(days=95), "housing", "hostel"),
        _change(now, 40, today - timedelta(days=60), "work", "internship"),
        _change(now, 38, today - timedelta(days=45), "work", "seeking"),
        _change(now, 38, today - timedelta(days=40), "resources", "allowance"),
    )


def _change(now: datetime, ago: int, on: date, subject: str, code: str) -> Change:
    return Change(at=_ago(now, ago), author=_AUTHOR, on=on.isoformat(), subject=subject, code=code)


def _ago(now: datetime, days: int) -> str:
    return written(now - timedelta(days=days))


def _identifier(number: int) -> UUID:
    return uuid5(_STEPS, str(number))


async def write_due(dsn: str, world: World, now: datetime) -> int:
    """Write the days of the steps as the console's own role where there is none yet; how many."""
    people = {what: UUID(record.person.id) for what, record in world.highlights().items()}
    directory: Directory = world.directory
    office = directory.by_code.get(OFFICE)
    agreed = [(number, each) for number, each in enumerate(_AGREED) if each.what in people]
    if office is None or not agreed:
        return 0
    conn = await asyncpg.connect(dsn)
    try:
        await conn.executemany(
            "INSERT INTO console.due_step (id, person, organisation, account, due_on, state, changed_by, changed_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $4, $7) ON CONFLICT DO NOTHING",
            [
                (
                    _identifier(number), people[each.what], UUID(office.id), UUID(_AUTHOR),
                    now.date() + timedelta(days=each.days), each.state.value, now,
                )
                for number, each in agreed
            ],
        )  # fmt: skip
    finally:
        await conn.close()
    return len(agreed)
