"""A code made at a reception desk: by its person alone, for that desk alone, once, and hardly to be guessed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import choices
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.personal import Objection
from beffroi.core.policy import RELATIONS
from beffroi.core.presence import KEPT, LENGTH, MOST_A_DAY, MOST_LIVE, MOST_PLACES, WRONG_OF_ACCOUNT, WRONG_OF_OFFICE
from beffroi.core.relating import Obstacle
from beffroi.guard import stamped, turnstile
from beffroi.guard.containing.cutting import suspend_account
from beffroi.guard.personal import presence_codes
from beffroi.guard.relating import organisations, relations
from tests.config.console.stack import guard_served
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, seat
from tests.guard.personal.space import Space, ines, other, space_of
from tests.guard.personal.test_invitations import entered, handed
from tests.guard.world import POLICY

PLACES, MAKE = "/v1/person/presence/places", "/v1/person/presence/make"
LIST, BACK = "/v1/person/presence/list", "/v1/person/presence/take-back"
FOLLOW = "/v1/relations/by-presence"


@pytest.fixture(scope="module")
def served(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Space]:
    """With the hot path, which decides who may follow."""
    folder = tmp_path_factory.mktemp("provider")
    with guard_served(fresh_for_module, folder, "http://localhost:1/back") as (guard, _, _):
        yield space_of(guard)


def drawn() -> str:
    return "".join(choices(ascii_lowercase, k=10))


@pytest.fixture(scope="module")
def south(served: Space) -> str:
    """The office at whose desk people stand; who follows them works in the North."""
    return str(served.guard.world.offices["South"])


def adviser(served: Space, place: str, name: str = "Cleo") -> Seat:
    return seat(served.guard, f"{name} {drawn()}", "adviser", organisation=place)


@pytest.fixture(scope="module")
def cleo(served: Space, south: str) -> Seat:
    """Few people a module: one adviser's day holds fifteen."""
    return adviser(served, south)


class Someone:
    """A person of the North with a proven identity, signed in; new for each test."""

    def __init__(self, served: Space) -> None:
        name = drawn()
        identity = ines(last_name=name.title(), birth_date="2001-05-05")
        self.id = served.file(last_name=name.title(), first_names="Inès", birth_date="2001-05-05", identity=identity)
        served.know(other(name, family_name=name.upper(), birthdate="2001-05-05"))
        self.served, self.handle = served, served.signed_in(name)

    def ask(self, path: str, **body: Any) -> httpx.Response:
        return self.served.ask(self.handle, path, **body)

    def made(self, place: str) -> dict[str, Any]:
        answer = self.ask(MAKE, organisation=place)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def codes(self) -> dict[str, Any]:
        answer = self.ask(LIST)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def states(self) -> list[str]:
        return [row["state"] for row in self.codes()["rows"]]

    def relation(self, place: str) -> dict[str, Any] | None:
        world = self.served.guard.world
        row = self.served.guard.run(
            world.conn.fetchrow(
                "SELECT * FROM guard.relation WHERE person = $1 AND organisation = $2 AND kind = 'followed'",
                self.id, place,
            )
        )  # fmt: skip
        assert row is None or world.keys.authenticator.genuine_row("relation", row)
        return None if row is None else dict(row)


@pytest.fixture
def someone(served: Space) -> Someone:
    return Someone(served)


def typed(served: Space, by: Seat, text: str, purpose: str = "follow-up") -> httpx.Response:
    return served.guard.call("POST", FOLLOW, by.handle, json={"purpose": purpose, "code": text})


def opened(served: Space, by: Seat, person: str) -> dict[str, Any]:
    body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
    return dict(served.guard.call("POST", "/v1/open", by.handle, json=body).json())


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def begin(served: Space, person: str, place: str, kind: str = "followed") -> None:
    """A relation that began a month ago."""

    async def written() -> None:
        world = served.guard.world
        async with world.conn.transaction():
            await turnstile.take(world.conn)
            at = await world.now() - timedelta(days=30)
            await relations.begin(world.conn, world.keys, person, place, kind, referent=None, at=at)  # type: ignore[arg-type]

    served.guard.run(written())


def spent(served: Space, account: str) -> int:
    """People whom the account made a relation with today."""
    return int(
        served.guard.one(
            "SELECT coalesce(sum(day_spent), 0) FROM guard.budget WHERE key LIKE '%' || $1 || '%' AND key LIKE $2",
            account, f"%{RELATIONS}%",
        )
    )  # fmt: skip


def test_person_shows_a_code_the_adviser_there_types_it_and_the_office_follows(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    made = someone.made(south)
    assert len(made["code"].replace("-", "")) == LENGTH
    assert someone.relation(south) is None, "making a code gives nothing"
    assert opened(served, cleo, someone.id)["code"] == "person-unknown"
    answer = typed(served, cleo, made["code"].lower().replace("-", " "))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["person"], answer.json()["referent"]) == (someone.id, True)
    row = someone.relation(south)
    assert row is not None
    assert (str(row["referent"]), row["until_at"]) == (cleo.member.account, None)
    north = someone.relation(served.guard.organisation)
    assert north is not None
    assert north["until_at"] is None, "who followed goes on"
    seen = opened(served, cleo, someone.id)
    assert (seen["explanation"], seen["budget"]["bucket"]) == ("referent", "office"), "elsewhere for seven days"
    entry = served.guard.journal("followed-by-presence")[-1]
    assert (str(entry["person"]), str(entry["account"]), entry["explanation"]) == (
        someone.id, cleo.member.account, "presence",
    )  # fmt: skip
    assert made["id"] in entry["detail"]
    [row] = someone.codes()["rows"]
    assert (row["state"], row["organisation_name"]) == ("used", "South")
    [read] = served.ask(someone.handle).json()["rows"]
    assert (read["kind"], read["organisation_name"]) == ("released", "South")
    followed = someone.ask("/v1/person/file").json()["followed_by"]
    assert [one["organisation_name"] for one in followed] == ["North", "South"]


def test_code_is_nowhere_in_the_database(served: Space, someone: Someone, south: str) -> None:
    text = someone.made(south)["code"]
    for table in ("presence_code", "journal"):
        rows = served.guard.run(served.guard.world.conn.fetch(f"SELECT t::text AS line FROM guard.{table} t"))
        assert not [row for row in rows if text in row["line"] or text.replace("-", "") in row["line"]]


def test_whatever_is_wrong_with_a_code_the_answer_is_the_same_and_nothing_is_given(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    elsewhere = adviser(served, str(served.guard.run(served.guard.world.organisation(f"East {drawn()}"))))
    here, back, late, used = (someone.made(south), Someone(served), Someone(served), Someone(served))
    other_office = typed(served, elsewhere, here["code"])
    taken = back.made(south)
    assert back.ask(BACK, code=taken["id"]).status_code == 200
    over = late.made(south)
    row = served.guard.row("SELECT * FROM guard.presence_code WHERE id = $1", over["id"])
    served.guard.amend("presence_code", over["id"], expires_at=row["made_at"])
    spent_code = used.made(south)
    assert typed(served, cleo, spent_code["code"]).status_code == 200
    answers = [
        typed(served, cleo, "0000-0000"), other_office, typed(served, cleo, taken["code"]),
        typed(served, cleo, over["code"]), typed(served, cleo, spent_code["code"]),
    ]  # fmt: skip
    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}
    assert code(answers[0]) == Obstacle.PRESENCE_CODE_WRONG
    assert (back.states(), late.states(), someone.states()) == (["taken-back"], ["expired"], ["waiting"])
    for one in (someone, back, late):
        assert one.relation(south) is None
    assert typed(served, cleo, here["code"]).status_code == 200, "there, it serves"


def test_code_typed_by_two_agents_at_once_and_taken_back_meanwhile_comes_to_one_end(
    served: Space, south: str, cleo: Seat
) -> None:
    dora = adviser(served, south, "Dora")
    for _ in range(4):
        served.forget_limits()
        someone = Someone(served)
        made = someone.made(south)
        with ThreadPoolExecutor(3) as pool:
            ways = [
                pool.submit(typed, served, cleo, made["code"]), pool.submit(typed, served, dora, made["code"]),
                pool.submit(someone.ask, BACK, code=made["id"]),
            ]  # fmt: skip
            came = [one.result().status_code for one in ways]
        assert sorted(came) == [200, 404, 404]
        assert (someone.relation(south) is not None) == (came[2] == 404)
        assert someone.states() == ["taken-back" if came[2] == 200 else "used"]
        entries = [one for one in served.guard.journal("followed-by-presence") if str(one["person"]) == someone.id]
        assert len(entries) == (came[2] == 404)


@pytest.mark.parametrize("text", ["\x00ABC", "AB\x00C0000", "\U0010ffff" * 8, "ß" * 40, "-", "%_______"])
def test_text_that_is_no_code_is_wrong_like_another(served: Space, cleo: Seat, text: str) -> None:
    assert code(typed(served, cleo, text)) == Obstacle.PRESENCE_CODE_WRONG
    assert served.guard.one("SELECT sum(times) FROM guard.attempt") == 2, "for the account and its office"


@pytest.mark.parametrize(
    "body", [{}, {"purpose": "follow-up"}, {"purpose": "follow-up", "code": ""},
             {"purpose": "follow-up", "code": "A" * 41}, {"purpose": "follow-up", "code": "AAAAAAAA", "person": "x"}],
)  # fmt: skip
def test_body_that_is_malformed_or_oversized_is_refused(served: Space, cleo: Seat, body: dict[str, str]) -> None:
    assert code(served.guard.call("POST", FOLLOW, cleo.handle, json=body)) == "malformed"


def test_session_of_a_code_of_the_office_proves_nobody_present_and_a_proven_identity_does(
    served: Space, someone: Someone, south: str
) -> None:
    north = seat(served.guard, f"Ana {drawn()}", "adviser")
    handle = entered(served, handed(served, north, someone.id))
    bodies = {PLACES: {"name": "South"}, MAKE: {"organisation": south}, LIST: {}, BACK: {"code": str(uuid4())}}
    for path, body in bodies.items():
        assert code(served.ask(handle, path, **body)) == Objection.IDENTITY_NEEDED
        assert code(served.ask(north.handle, path, **body)) == "session-unknown", "no agent's door"
    assert served.guard.one("SELECT count(*) FROM guard.presence_code WHERE person = $1", someone.id) == 0
    assert someone.made(south)


def test_roles_that_follow_nobody_type_no_code(served: Space, someone: Someone, south: str, cleo: Seat) -> None:
    made = someone.made(south)
    desk = seat(served.guard, f"Rose {drawn()}", "receptionist", organisation=south)
    assert code(typed(served, desk, made["code"], "reception")) == "action-not-allowed"
    assert code(typed(served, cleo, made["code"], "reception")) == "purpose-not-allowed"
    assert someone.states() == ["waiting"]


def test_agent_who_is_suspended_types_no_code_and_a_colleague_does(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    made, guard = someone.made(south), served.guard
    thief = adviser(served, south, "Tom")
    guard.run(
        suspend_account(guard.world.conn, guard.world.keys, POLICY, thief.member.account, reason="x", operator="n")  # type: ignore[arg-type]
    )
    assert typed(served, thief, made["code"]).status_code in (401, 403)
    assert someone.states() == ["waiting"]
    assert typed(served, cleo, made["code"]).status_code == 200


def test_organisation_that_is_contained_closed_or_out_of_contract_gets_no_code_and_uses_none(
    served: Space, someone: Someone
) -> None:
    guard = served.guard
    place = str(guard.run(guard.world.organisation(f"West {drawn()}")))
    west, made = adviser(served, place), someone.made(place)
    cut = guard.run(guard.world.contain("organisation", place))
    assert code(someone.ask(MAKE, organisation=place)) == Objection.PRESENCE_PLACE
    assert typed(served, west, made["code"]).status_code == 403
    guard.amend("containment", cut, lifted_at=guard.one("SELECT guard.instant()"))
    ends = guard.row("SELECT contract_until FROM guard.organisation WHERE id = $1", place)["contract_until"]
    guard.amend("organisation", place, contract_until=guard.one("SELECT guard.instant()"))
    assert code(someone.ask(MAKE, organisation=place)) == Objection.PRESENCE_PLACE
    assert typed(served, west, made["code"]).status_code in (403, 409)
    guard.amend("organisation", place, contract_until=ends)
    assert (someone.states(), someone.relation(place)) == (["waiting"], None)
    assert typed(served, west, made["code"]).status_code == 200
    school = str(guard.run(guard.world.organisation(f"School {drawn()}", kind="training-organisation")))
    for unknown in (school, str(uuid4())):
        assert code(someone.ask(MAKE, organisation=unknown)) == Objection.PRESENCE_PLACE


def test_budget_that_is_exhausted_leaves_the_code_unused_and_a_colleague_uses_it(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    busy = adviser(served, south, "Basile")
    for number in range(POLICY.buckets[RELATIONS].day):
        identity = {"last_name": drawn().title(), "first_names": "Zoé", "birth_date": f"2004-02-{number + 1:02}"}
        body = {"purpose": "follow-up", "fields": {"identity": identity}}
        assert served.guard.call("POST", "/v1/create", busy.handle, json=body).status_code == 200
    made = someone.made(south)
    assert code(typed(served, busy, made["code"])) == "budget-account"
    assert (someone.states(), someone.relation(south)) == (["waiting"], None)
    assert typed(served, cleo, made["code"]).status_code == 200


def test_five_wrong_codes_of_an_account_end_its_tries_and_not_a_colleague_s(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    made, guesser = someone.made(south), adviser(served, south, "Gus")
    for number in range(WRONG_OF_ACCOUNT):
        assert code(typed(served, guesser, f"0000-000{number}")) == Obstacle.PRESENCE_CODE_WRONG
    stopped = typed(served, guesser, made["code"])
    assert (stopped.status_code, code(stopped)) == (429, Obstacle.PRESENCE_TRIES), "the right one is not looked at"
    refused = served.guard.journal("refused", guesser.member.account)
    assert {one["explanation"] for one in refused} == {Obstacle.PRESENCE_CODE_WRONG, Obstacle.PRESENCE_TRIES}
    assert {one["person"] for one in refused} == {None}
    assert typed(served, cleo, made["code"]).status_code == 200


def test_twenty_wrong_codes_of_an_office_end_the_tries_of_all_its_accounts_and_no_other_s(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    assert code(typed(served, adviser(served, south, "Gus"), "0000-0000")) == Obstacle.PRESENCE_CODE_WRONG
    served.guard.execute("UPDATE guard.attempt SET times = $1", WRONG_OF_OFFICE)
    made = someone.made(south)
    assert code(typed(served, cleo, made["code"])) == Obstacle.PRESENCE_TRIES
    place = str(served.guard.run(served.guard.world.organisation(f"East {drawn()}")))
    assert typed(served, adviser(served, place), someone.made(place)["code"]).status_code == 200


def test_change_that_fails_half_way_leaves_the_code_the_budget_and_the_journal(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    begin(served, someone.id, south)
    ended = "UPDATE guard.relation SET until_at = since_at WHERE person = $1 AND organisation = $2"
    made_before = len(served.guard.journal("followed-by-presence"))
    served.guard.execute(ended, someone.id, south)  # behind the guard: forged, found once the code is marked as used
    made, before = someone.made(south), spent(served, cleo.member.account)
    assert code(typed(served, cleo, made["code"])) == "integrity"
    assert someone.states() == ["waiting"]
    assert spent(served, cleo.member.account) == before
    assert len(served.guard.journal("followed-by-presence")) == made_before
    served.guard.execute("DELETE FROM guard.relation WHERE person = $1 AND organisation = $2", someone.id, south)
    assert typed(served, cleo, made["code"]).status_code == 200
    assert spent(served, cleo.member.account) == before + 1


def test_i16_presence_code_whose_row_was_changed_behind_the_guard_makes_nobody_follow(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    made, victim = someone.made(south), served.file()
    served.guard.execute("UPDATE guard.presence_code SET person = $2 WHERE id = $1", made["id"], victim)
    assert code(typed(served, cleo, made["code"])) == "integrity"
    served.guard.execute("DELETE FROM guard.presence_code WHERE id = $1", made["id"])
    assert served.guard.one("SELECT count(*) FROM guard.relation WHERE person = $1", victim) == 1


def test_person_who_is_followed_there_already_makes_no_code_and_a_code_made_before_is_not_used(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    assert code(someone.ask(MAKE, organisation=served.guard.organisation)) == Objection.PRESENCE_FOLLOWED
    made, before = someone.made(south), spent(served, cleo.member.account)
    begin(served, someone.id, south)
    assert code(typed(served, cleo, made["code"])) == Obstacle.ALREADY_FOLLOWED
    assert (someone.states(), spent(served, cleo.member.account)) == (["waiting"], before)


def test_restricted_file_is_followed_by_nobody_else_and_the_code_is_not_used(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    made = someone.made(south)
    begin(served, someone.id, served.guard.organisation, "restricted")
    assert code(typed(served, cleo, made["code"])) == "restricted"
    assert (someone.states(), someone.relation(south)) == (["waiting"], None)


def test_archived_file_is_archived_no_more_once_its_person_is_there(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    begin(served, someone.id, served.guard.organisation, "archived")
    assert typed(served, cleo, someone.made(south)["code"]).status_code == 200
    ended = "SELECT until_at FROM guard.relation WHERE person = $1 AND kind = 'archived'"
    assert served.guard.one(ended, someone.id) is not None


def test_person_has_one_code_at_a_desk_three_at_a_time_and_makes_ten_a_day(
    served: Space, someone: Someone, south: str
) -> None:
    guard = served.guard
    desks = [south, *(str(guard.run(guard.world.organisation(f"{drawn()} {drawn()}"))) for _ in range(MOST_LIVE))]
    made = [someone.made(desk) for desk in desks[:MOST_LIVE]]
    assert code(someone.ask(MAKE, organisation=south)) == Objection.PRESENCE_WAITS
    assert code(someone.ask(MAKE, organisation=desks[MOST_LIVE])) == Objection.PRESENCE_TOO_MANY
    assert someone.codes()["left"] == 0
    for number in range(MOST_LIVE, MOST_A_DAY):
        assert someone.ask(BACK, code=made[number - MOST_LIVE]["id"]).status_code == 200
        made.append(someone.made(desks[number % MOST_LIVE]))
    for one in made[-MOST_LIVE:]:
        assert someone.ask(BACK, code=one["id"]).status_code == 200
    assert code(someone.ask(MAKE, organisation=south)) == Objection.PRESENCE_TOO_MANY
    assert (set(someone.states()), someone.codes()["left"]) == ({"taken-back"}, 0)


def test_person_takes_back_and_reads_the_own_codes_and_nobody_else_s(
    served: Space, someone: Someone, south: str
) -> None:
    made, neighbour = someone.made(south), Someone(served)
    assert neighbour.codes()["rows"] == []
    theirs, nobody = [neighbour.ask(BACK, code=one) for one in (made["id"], str(uuid4()))]
    assert (theirs.status_code, theirs.content) == (404, nobody.content)
    assert code(theirs) == Objection.PRESENCE_CODE_OVER
    assert someone.ask(BACK, code=made["id"]).status_code == 200
    assert code(someone.ask(BACK, code=made["id"])) == Objection.PRESENCE_CODE_OVER
    told = [served.guard.journal(f"presence-code-{kind}")[-1] for kind in ("made", "taken-back")]
    assert {(str(one["person"]), one["account"], str(one["organisation"])) for one in told} == {
        (someone.id, None, south)
    }


def test_person_searches_organisations_that_follow_people_and_no_other(served: Space, someone: Someone) -> None:
    guard, name = served.guard, drawn().title()
    found = str(guard.run(guard.world.organisation(f"Mission Locale du {name}")))
    guard.run(guard.world.organisation(f"École du {name}", kind="training-organisation"))
    guard.run(guard.world.organisation(f"Antenne du {name}", active=False))
    answer = someone.ask(PLACES, name=f"locale {name.upper()}")
    assert answer.json() == {"rows": [{"id": found, "name": f"Mission Locale du {name}"}], "more": False}
    for number in range(21):
        guard.run(guard.world.organisation(f"Relais {name} {number}"))
    many = someone.ask(PLACES, name=f"relais {name}").json()
    assert (len(many["rows"]), many["more"]) == (20, True)
    assert someone.ask(PLACES, name="s").json()["rows"] == []
    assert code(someone.ask(PLACES, name="s" * 81)) == "malformed"
    served.guard.execute("UPDATE guard.attempt SET times = 1000")
    assert someone.ask(PLACES, name="relais").status_code == 429


def test_only_organisations_that_a_search_finds_are_verified_and_a_forged_one_is_reported_and_left_out(
    served: Space, someone: Someone, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    guard, name = served.guard, drawn().title()
    found, forged, beside = [
        str(guard.run(guard.world.organisation(f"{kind} {name}"))) for kind in ("Relais", "Relais Faux", "Antenne")
    ]
    for one in (forged, beside):
        guard.execute("UPDATE guard.organisation SET code = code || '-' WHERE id = $1", one)
    verified, genuine = list[str](), stamped.is_genuine

    def counted(keys: Any, table: str, row: Any) -> bool:
        verified.append(str(row["id"]))
        return genuine(keys, table, row)

    monkeypatch.setattr(stamped, "is_genuine", counted)
    monkeypatch.setattr(organisations, "_AT_ONCE", 2)
    answer = someone.ask(PLACES, name=f"relais {name}")
    assert answer.json() == {"rows": [{"id": found, "name": f"Relais {name}"}], "more": False}
    assert sorted(verified) == sorted([found, forged])
    assert (forged in caplog.text, beside in caplog.text) == (True, False)
    for number in range(25):
        guard.run(guard.world.organisation(f"Poste {name} {number}"))
    assert someone.ask(PLACES, name=f"poste {name}").json()["more"]
    assert len(verified) == 2 + MOST_PLACES + 1


def test_code_of_a_file_that_another_stands_for_is_wrong_though_nobody_ended_it(
    served: Space, someone: Someone, south: str, cleo: Seat
) -> None:
    guard, stays, alias, made = served.guard, served.file(), str(uuid4()), someone.made(south)
    now = guard.run(guard.world.now())
    guard.run(
        guard.world.insert(
            "person_alias", id=alias, person=someone.id, survivor=stays, organisation=guard.organisation,
            merged_by=str(uuid4()), merged_at=now, undo_until=now, ended_at=None, ended_by=None,
        )
    )  # fmt: skip
    assert code(typed(served, cleo, made["code"])) == Obstacle.PRESENCE_CODE_WRONG
    assert (someone.states(), someone.relation(south)) == (["waiting"], None)
    guard.amend("person_alias", alias, ended_at=now, ended_by=str(uuid4()))
    assert typed(served, cleo, made["code"]).status_code == 200


def test_code_is_forgotten_a_month_after_its_end_and_the_journal_expects_it_no_more(
    served: Space, someone: Someone, south: str
) -> None:
    guard, keys, old = served.guard, served.guard.world.keys, someone.made(south)
    assert someone.ask(BACK, code=old["id"]).status_code == 200
    kept, at = someone.made(south), guard.one("SELECT guard.instant()")
    guard.amend("presence_code", old["id"], expires_at=at - KEPT - timedelta(seconds=1))
    assert guard.run(presence_codes.forget(guard.world.conn, keys, at)) == 1
    left = [row["id"] for row in someone.codes()["rows"]]
    assert left == [kept["id"]]
    gone = guard.one(
        "SELECT detail FROM guard.journal WHERE kind = 'fact' AND explanation = 'presence_code'"
        " AND detail LIKE '%' || $1 || '%' ORDER BY entry DESC LIMIT 1", old["id"],
    )  # fmt: skip
    assert '"mac":"gone"' in gone
