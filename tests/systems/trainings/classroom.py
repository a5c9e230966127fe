"""A session under way with its calendar and trainees who are already there, written behind the console's back."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.config.console.stack import Page, Stack
from tests.systems.cases.adviser import Adviser, as_referent
from tests.systems.prescriptions.school import Books, School, on

MORNING, AFTERNOON = 210, 180


@dataclass
class Classroom:
    """An office, a training organisation, and a session of it."""

    stack: Stack
    adviser: Adviser
    school: School
    books: Books
    session: str

    def trainee(self, name: str, state: str = "entered", session: str = "", *, known: bool = True) -> tuple[str, str]:
        """A prescription in some state, and its person; ``known`` to the training organisation, or no longer."""
        guard = self.stack.guard
        person = self.stack.person(
            organisation=guard.organisation, referent=as_referent(self.adviser.member), last_name=name
        )
        if known:
            guard.run(guard.world.relation(person, self.school.organisation, kind="prescription"))
        prescription = str(uuid4())
        self.books.run(
            "INSERT INTO prescription (id, person, session, organisation, office, account, state, new_to_office,"
            " new_to_training, sent_at, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, false, false, now(), now())",
            prescription, person, session or self.session, self.school.organisation, str(guard.organisation),
            str(self.adviser.member.account), state,
        )  # fmt: skip
        self.books.run("UPDATE training_session SET taken = taken + 1 WHERE id = %s", session or self.session)
        return prescription, person

    def day(self, day: date, session: str = "", morning: int = MORNING, afternoon: int = AFTERNOON) -> str:
        """A day of the calendar; the address of its sheet."""
        session = session or self.session
        self.books.run(
            "INSERT INTO training_day VALUES (%s, %s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING",
            str(uuid4()), session, day, morning, afternoon, str(uuid4()),
        )  # fmt: skip
        return f"/presences/{session}/{day.isoformat()}/"

    def write(self, sheet: str, marks: dict[str, str], page: Page | None = None) -> Page:
        """Fill in a sheet; ``m-`` and ``a-`` before a prescription name its halves."""
        page = page or self.school.visitor.get(sheet)
        seen = re.search(r'name="vu" value="([^"]+)"', page.html)
        return self.school.visitor.post(sheet, {"vu": seen[1] if seen else "", **marks}, page=page)

    def noted(self, prescription: str) -> dict[str, str]:
        """What is noted of a trainee: the mark by day and half."""
        rows = self.books.run("SELECT * FROM attendance WHERE prescription = %s ORDER BY day, half", prescription)
        return {f"{row['day']}-{row['half']}": row["mark"] for row in rows}

    def row(self, prescription: str) -> dict[str, Any]:
        """The prescription."""
        return self.books.run("SELECT * FROM prescription WHERE id = %s", prescription)[0]


@pytest.fixture(scope="module")
def classroom(stack: Stack, adviser: Adviser, academy: School, books: Books) -> Classroom:
    session = books.session(academy.organisation, "CAP cuisine", starts_on=on(-20), ends_on=on(40), places=60)
    return Classroom(stack, adviser, academy, books, session)


def past(days: int) -> date:
    """A day, so many before today."""
    return on(0) - timedelta(days=days)
