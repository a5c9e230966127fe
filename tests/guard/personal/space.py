"""People in their own space, over HTTP: the guard, both parts of the provider, a young person with a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import msgspec

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.fields import Group
from beffroi.core.ids import AccountId, PersonId
from beffroi.guard.attachments import keeping
from beffroi.guard.attachments.keeping import Kept
from beffroi.guard.journal import Entry, append
from beffroi.guard.vault.records import Identity
from beffroi.simulation.identity_provider.residents import Resident, write_residents_file
from tests.guard.documented import hold
from tests.guard.signin.serving import CLIENT, CONSOLE, STATE, Guard, fields_of, serve
from tests.simulation.identity_provider.served import INES
from tests.standards.documents.samples import pdf

CONSULTATIONS, PROOF = "/v1/person/consultations", "/v1/person/proof"
REPORT, REPORTS, END = "/v1/person/report", "/v1/person/reports", "/v1/person/end"
SELF = "/v1/person/self"


@dataclass
class Space:
    """``ines`` is the file of the only resident that the provider knows at first."""

    guard: Guard
    ines: str
    residents: list[Resident] = field(default_factory=lambda: [INES])

    def know(self, resident: Resident) -> Resident:
        """Let the provider sign this person in."""
        self.residents = [one for one in self.residents if one.login != resident.login] + [resident]
        write_residents_file(self.guard.provider.people.users_file, tuple(self.residents))
        return resident

    def file(self, **options: Any) -> str:
        """A person's file; of who has a name, with the sex and the place of birth that residents have."""
        if "last_name" in options:
            named = {name: options[name] for name in ("last_name", "first_names", "birth_date")}
            options.setdefault("identity", ines(**named))
        return str(self.guard.run(self.guard.world.person(self.guard.organisation, **options)))

    def merged(self, gone: str) -> str:
        """A file that went into Inès's; the alias."""
        guard, alias = self.guard, str(uuid4())
        now = guard.run(guard.world.now())
        row = {
            "id": alias, "person": gone, "survivor": self.ines, "organisation": guard.organisation,
            "merged_by": str(uuid4()), "merged_at": now, "undo_until": now, "ended_at": None, "ended_by": None,
        }  # fmt: skip
        guard.run(guard.world.insert("person_alias", **row))
        return alias

    def begin(self, browser: httpx.Client, **changes: str) -> httpx.Response:
        """GET /person/sign-in as the console's link says."""
        fields = {"application": CONSOLE, "return_to": self.guard.return_to, "state": STATE} | changes
        return browser.get(f"{self.guard.url}/person/sign-in?{urlencode(fields)}")

    def at_provider(self, browser: httpx.Client, authorization: str, login: str, method: str, action: str) -> str:
        """Sign in at the provider of people; the address to which it sends the browser back."""
        chosen = browser.get(authorization)
        assert chosen.status_code == 303, chosen.text
        if not chosen.headers["location"].startswith("/"):
            return str(chosen.headers["location"])
        form = browser.post(
            self.guard.provider.people.origin + chosen.headers["location"],
            data={"login": login, "method": method, "password": "demonstration", "action": action},
        )
        assert form.status_code == 303, form.text
        return str(form.headers["location"])

    def arrive(
        self, browser: httpx.Client, login: str = INES.login, method: str = "otp", action: str = "sign-in"
    ) -> httpx.Response:
        """Through the provider and back to the guard; its answer."""
        begun = self.begin(browser)
        assert begun.status_code == 303, begun.text
        return browser.get(self.at_provider(browser, begun.headers["location"], login, method, action))

    def code(self, login: str = INES.login) -> str:
        """The one-time code of a sign-in that succeeded."""
        with httpx.Client(timeout=20) as browser:
            left = self.arrive(browser, login)
            assert left.status_code == 303, left.text
            return fields_of(left)["code"]

    def redeem(
        self, code: str, *, client: str = CLIENT, state: str = STATE, token: str | None = None
    ) -> httpx.Response:
        """POST /v1/person/sessions as the console does."""
        return hold(
            httpx.post(
                f"{self.guard.url}/v1/person/sessions",
                json={"code": code, "client": client, "state": state},
                headers={"authorization": f"Bearer {token or self.guard.token()}"},
            )
        )

    def signed_in(self, login: str = INES.login) -> str:
        """A live handle."""
        answer = self.redeem(self.code(login))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["handle"])

    def ask(self, handle: str, path: str = CONSULTATIONS, **body: Any) -> httpx.Response:
        """POST to one of the person's doors; a year of consultations unless said."""
        if path == CONSULTATIONS:
            now = datetime.now(UTC)
            year = {
                "from_at": (now - timedelta(days=365)).isoformat(),
                "until_at": (now + timedelta(hours=1)).isoformat(),
            }
            body = year | body
        return self.guard.call("POST", path, handle, json=body)

    def consulted(self, person: str, kind: str = "released", groups: int = 3, **changes: Any) -> int:
        """A consultation as the hot path journals it; its entry."""

        async def written() -> int:
            world = self.guard.world
            entry = Entry(
                await world.now(), kind, person, groups, changes.pop("account", None),
                organisation=self.guard.organisation, application=CONSOLE, role="adviser", purpose="follow-up",
                explanation="followed",
            )  # fmt: skip
            return (await append(world.conn, [entry._replace(**changes)]))[0]

        return self.guard.run(written())

    def at(self, entry: int) -> str:
        """The instant of an entry, as the list tells it."""
        return str(self.guard.one("SELECT at FROM guard.journal WHERE entry = $1", entry).isoformat())

    def forget_limits(self) -> None:
        """Nothing was counted."""
        self.guard.execute("DELETE FROM guard.attempt")

    def forget_bindings(self) -> None:
        """Nobody ever signed in."""
        self.guard.execute("DELETE FROM guard.person_binding")


def other(login: str, **changes: Any) -> Resident:
    """Somebody else for the provider."""
    return msgspec.structs.replace(INES, login=login, sub=f"sub-{login}", **changes)


@contextmanager
def space(database: str, folder: Path) -> Iterator[Space]:
    """Everything, until the block ends."""
    with serve(database, folder) as guard:
        yield space_of(guard)


def space_of(guard: Guard) -> Space:
    """The space of a guard that is already served."""
    made = Space(guard, "")
    made.ines = made.file(last_name="Delaunay", first_names="Inès", birth_date="2005-03-14", identity=ines())
    return made


def joined(space: Space, person: str, kind: str = "cv", *, organisation: str | None = None) -> str:
    """A document that an agent added, as the agents' door writes it; its id."""
    guard, id_, account = space.guard, str(uuid4()), str(uuid4())
    kept = Kept(id_, PersonId(person), AttachmentKind(kind), "application/pdf", False, pdf())

    async def add() -> None:
        conn, now = guard.world.conn, await guard.world.now()
        async with conn.transaction():
            assert await keeping.add(conn, guard.world.keys, kept, 200, AccountId(account), now) is None
            entry = Entry(
                now, "attachment-added", person, int(Group.ATTACHMENTS), account,
                organisation=organisation or guard.organisation,
                detail=f'{{"attachment":"{id_}","kind":"{kind}"}}',
            )  # fmt: skip
            await append(conn, [entry])

    guard.run(add())
    return id_


def ines(**changes: Any) -> Identity:
    """The identity of Inès as her office typed it."""
    whole = {
        "last_name": "Delaunay", "first_names": "Inès", "birth_date": "2005-03-14", "sex": "F",
        "birth_place": "59350",
    }  # fmt: skip
    return Identity(**(whole | changes))
