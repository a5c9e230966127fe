"""A training organisation at work, an adviser who reads its catalogue, and sessions that are there already."""

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import dict_row

from beffroi.core.catalogue import COLUMNS, folded
from beffroi.systems.prescriptions import communes
from tests.config.console.stack import Stack, Visitor
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.diary import PARIS

LINE = "CUI-1;CAP cuisine;63113;2 rue des Ateliers;{starts};{ends};12;Aucun;G1602"


def on(days: int) -> date:
    """A day, so many from today."""
    return datetime.now(PARIS).date() + timedelta(days=days)


def written(day: date) -> str:
    """As people type it."""
    return f"{day:%d/%m/%Y}"


def file(*lines: str) -> str:
    """A file of the catalogue; a line may leave its days to be filled in."""
    whole = [line.format(starts=written(on(30)), ends=written(on(120))) for line in lines]
    return "\n".join([";".join(COLUMNS.values()), *whole]) + "\n"


@dataclass
class Books:
    """The console's tables of training, read and written behind its back."""

    database: FreshDatabase

    def run(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """One statement as the console's own role."""
        with closing(psycopg.connect(self.database.console, autocommit=True, row_factory=dict_row)) as connection:
            cursor = connection.execute(statement.encode(), values)
            return list(cursor.fetchall()) if cursor.description else []

    def session(self, organisation: str, title: str = "CAP cuisine", **changes: Any) -> str:
        """A session that is there already; in Clermont-Ferrand unless another commune is named."""
        where = communes.every()[changes.pop("commune", "63113")]
        row: dict[str, Any] = {
            "id": str(uuid4()), "organisation": organisation, "organisation_name": "Atelier des métiers",
            "reference": uuid4().hex[:12].upper(), "title": title, "commune": where.code, "place": where.label,
            "address": "2 rue des Ateliers", "latitude": where.spot.latitude, "longitude": where.spot.longitude,
            "starts_on": on(30), "ends_on": on(120), "places": 12, "taken": 0, "prerequisites": "", "rome": ["G1602"],
            "version": 1, "changed_by": str(uuid4()),
        } | changes  # fmt: skip
        said = (
            row["title"],
            row["reference"],
            row["organisation_name"],
            where.name,
            row["prerequisites"],
            *row["rome"],
        )
        row["words"] = f" {folded(' '.join(said))}"
        names = ", ".join(row)
        marks = ", ".join(["%s"] * len(row))
        self.run(f"INSERT INTO training_session ({names}, changed_at) VALUES ({marks}, now())", *row.values())
        return str(row["id"])

    def one(self, session: str) -> dict[str, Any]:
        """A session."""
        return self.run("SELECT * FROM training_session WHERE id = %s", session)[0]

    def of(self, organisation: str) -> list[dict[str, Any]]:
        """An organisation's, by reference."""
        return self.run("SELECT * FROM training_session WHERE organisation = %s ORDER BY reference", organisation)


@pytest.fixture(scope="module")
def books(fresh_for_module: FreshDatabase) -> Books:
    return Books(fresh_for_module)


@dataclass
class School:
    """A training organisation, and somebody of its staff who is signed in."""

    organisation: str
    member: Member
    visitor: Visitor


def school(stack: Stack, name: str, staff: str) -> School:
    """One more of them."""
    place = stack.guard.run(stack.guard.world.organisation(name, kind="training-organisation"))
    member = stack.guard.member(staff, role="training-staff", organisation=place)
    return School(str(place), member, stack.signed_in(member))


@pytest.fixture(scope="module")
def academy(stack: Stack) -> School:
    return school(stack, "Academy", "Nadia Benali")
