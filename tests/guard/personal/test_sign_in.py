"""People sign in: who is matched, and everything that must not let anybody in."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from beffroi.core.personal import MOST_MATCHINGS, Unmatched
from beffroi.core.refusals import Code
from beffroi.guard import turnstile
from beffroi.guard.personal import arriving
from beffroi.guard.personal.provider import person_edge
from beffroi.guard.sessions import handles
from beffroi.guard.signin.provider import Unreachable
from beffroi.simulation.identity_provider.misbehaviour import Misbehaviour
from beffroi.standards.oidc import Provider
from tests.guard.personal.space import CONSULTATIONS, END, REPORTS, Space, ines, other
from tests.guard.signin.serving import STATE, fields_of

REFUSED = "person-sign-in-refused"


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"])


def refused(served: Space) -> list[str]:
    return [str(entry["explanation"]) for entry in served.guard.journal(REFUSED)]


def disputed(served: Space) -> list[dict[str, Any]]:
    return served.guard.journal("person-identity-disputed")


def test_person_signs_in_and_the_journal_says_whose_space_was_opened(served: Space) -> None:
    handle = served.signed_in()
    assert handles.PERSON.fullmatch(handle)
    assert served.ask(handle).status_code == 200
    entry = served.guard.journal("person-signed-in")[-1]
    assert (str(entry["person"]), entry["account"], entry["application"]) == (served.ines, None, "console")
    row = served.guard.row("SELECT * FROM guard.person_session WHERE id = $1", entry["session"])
    assert handle.encode() not in b"".join(value for value in row.values() if isinstance(value, bytes))


def test_person_is_asked_for_what_identifies_and_nothing_more(served: Space) -> None:
    with httpx.Client() as browser:
        asked = parse_qs(urlsplit(served.begin(browser).headers["location"]).query)
    assert asked["acr_values"] == ["eidas2"]
    assert "claims" not in asked
    assert set(asked["scope"][0].split()) == {
        "openid", "given_name", "family_name", "birthdate", "gender", "birthplace", "birthcountry",
    }  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"family_name": "DELAUNAI"}, {"given_name": "Agnès"}, {"birthdate": "2005-03-15"}, {"gender": "male"},
        {"birthplace": "59351"}, {"birthplace": ""}, {"family_name": "MARTIN", "preferred_username": "Delaunay"},
        {"birthdate": "2005-03-00"}, {"birthdate": "0000-00-00"}, {"family_name": "…"},
    ],
)  # fmt: skip
def test_person_whose_identity_differs_by_one_attribute_finds_no_file(served: Space, changes: dict[str, Any]) -> None:
    served.know(other("differs", **changes))
    with httpx.Client() as browser:
        answer = served.arrive(browser, "differs")
    assert answer.status_code == 403
    assert "Nous n’avons pas trouvé votre dossier" in answer.text
    assert refused(served)[-1] in {Unmatched.UNKNOWN, Unmatched.UNREADABLE}


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": "Inès"}, {"given_name": "INES MARIE LOU"}, {"family_name": "de Launay"},
        {"preferred_username": "Martin"},
    ],
)  # fmt: skip
def test_person_whose_identity_is_written_otherwise_finds_the_file(served: Space, changes: dict[str, Any]) -> None:
    served.know(other("same", **changes))
    handle = served.signed_in("same")
    assert str(served.guard.journal("person-signed-in")[-1]["person"]) == served.ines
    assert served.ask(handle).status_code == 200


def test_person_whom_two_files_fit_opens_neither_until_one_of_them_no_longer_does(served: Space) -> None:
    twin = {"last_name": "Jumel", "first_names": "Léa", "birth_date": "2004-02-02"}
    both = {served.file(**twin), served.file(**twin)}
    served.know(other("twin", family_name="JUMEL", given_name="Léa", birthdate="2004-02-02"))
    with httpx.Client() as browser:
        assert served.arrive(browser, "twin").status_code == 403
    assert refused(served)[-1] == Unmatched.SEVERAL
    assert {str(entry["person"]) for entry in disputed(served)[-2:]} == both, "security is told of both"
    third = {"last_name": "Triplet", "first_names": "Léa", "birth_date": "2004-02-02"}
    one = served.file(**third, identity=ines(**third))
    served.file(**third, identity=ines(**third, birth_place="13055"))
    served.know(other("third", family_name="TRIPLET", given_name="Léa", birthdate="2004-02-02"))
    served.signed_in("third")
    assert str(served.guard.journal("person-signed-in")[-1]["person"]) == one


@pytest.mark.parametrize("lacking", [{"sex": None}, {"birth_place": None}, {"birth_place": "Lille"}])
def test_homonym_of_the_same_day_does_not_enter_a_file_that_says_less_than_sex_and_place(
    served: Space, lacking: dict[str, Any]
) -> None:
    mine = {"last_name": f"Moindre {next(iter(lacking.values()))}", "first_names": "Léa", "birth_date": "2004-05-06"}
    served.file(**mine, identity=ines(**mine, **lacking))
    served.know(other("less", family_name=mine["last_name"], given_name="Léa", birthdate="2004-05-06"))
    with httpx.Client() as browser:
        assert served.arrive(browser, "less").status_code == 403
    assert refused(served)[-1] == Unmatched.UNKNOWN


def test_usual_name_of_a_file_opens_it_only_where_it_is_the_name_of_birth(served: Space) -> None:
    mine = {"last_name": "Usuelle", "first_names": "Léa", "birth_date": "2004-07-08"}
    whose = served.file(**mine, identity=ines(**mine, birth_name="Naissance"))
    served.know(other("usual", family_name="USUELLE", given_name="Léa", birthdate="2004-07-08"))
    with httpx.Client() as browser:
        assert served.arrive(browser, "usual").status_code == 403
    served.know(other("birth", family_name="NAISSANCE", given_name="Léa", birthdate="2004-07-08"))
    served.signed_in("birth")
    assert str(served.guard.journal("person-signed-in")[-1]["person"]) == whose


def test_file_opened_once_opens_for_no_other_identity_and_security_is_told(served: Space) -> None:
    served.signed_in()
    served.know(other("second"))
    before = len(disputed(served))
    with httpx.Client() as browser:
        assert served.arrive(browser, "second").status_code == 403
    assert refused(served)[-1] == Unmatched.OTHER_IDENTITY
    [alert] = disputed(served)[before:]
    assert (str(alert["person"]), alert["explanation"]) == (served.ines, Unmatched.OTHER_IDENTITY)
    served.signed_in()


def test_identity_that_opened_a_file_opens_no_other_and_security_is_told_of_both(served: Space) -> None:
    mine = {"last_name": "Premiere", "first_names": "Léa", "birth_date": "2004-09-10"}
    theirs = {"last_name": "Seconde", "first_names": "Léa", "birth_date": "2004-09-11"}
    one, another = served.file(**mine), served.file(**theirs)
    served.know(other("moved", family_name="PREMIERE", given_name="Léa", birthdate="2004-09-10"))
    served.signed_in("moved")
    for changes, files in (
        ({"family_name": "SECONDE", "birthdate": "2004-09-11"}, {one, another}),
        ({"family_name": "PREMIERE", "birthdate": "2004-09-10", "birthplace": "13055"}, {one}),
    ):  # fmt: skip
        served.know(other("moved", given_name="Léa", **changes))
        before = len(disputed(served))
        with httpx.Client() as browser:
            assert served.arrive(browser, "moved").status_code == 403
        assert refused(served)[-1] == Unmatched.OTHER_FILE
        assert {str(entry["person"]) for entry in disputed(served)[before:]} == files


def test_i16_binding_forged_by_the_database_administrator_lets_nobody_in(served: Space) -> None:
    served.signed_in()
    served.guard.execute("UPDATE guard.person_binding SET subject_index = gen_random_uuid()")
    with httpx.Client() as browser:
        assert served.arrive(browser).status_code == 503


def test_homonym_of_the_same_day_whose_first_names_contradict_is_not_matched(served: Space) -> None:
    mine = {"last_name": "Rivet", "first_names": "Jean-Paul", "birth_date": "2003-03-03"}
    served.file(**mine, identity=ines(**mine, sex="M"))
    served.know(other("jp", family_name="RIVET", given_name="Jean Pierre", birthdate="2003-03-03", gender="male"))
    with httpx.Client() as browser:
        assert served.arrive(browser, "jp").status_code == 403
    served.know(other("jp", family_name="RIVET", given_name="Jean Paul", birthdate="2003-03-03", gender="male"))
    assert served.signed_in("jp")


def test_person_who_is_identified_too_weakly_is_refused(served: Space) -> None:
    with httpx.Client() as browser:
        assert served.arrive(browser, method="password").status_code == 403
    with httpx.Client() as browser:
        assert served.arrive(browser, method="card").status_code == 303


LIES = [
    Misbehaviour.WRONG_NONCE, Misbehaviour.WRONG_AUDIENCE, Misbehaviour.ALGORITHM_NONE, Misbehaviour.EXPIRED,
    Misbehaviour.UNKNOWN_ACR, Misbehaviour.USERINFO_UNSIGNED, Misbehaviour.USERINFO_OTHER_SUB,
]  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_provider_of_people_that_lies_opens_nothing(served: Space, lie: Misbehaviour) -> None:
    served.guard.provider.people_lies.add(lie)
    before = len(served.guard.journal("person-signed-in"))
    with httpx.Client() as browser:
        assert served.arrive(browser).status_code == 403
    assert len(served.guard.journal("person-signed-in")) == before
    served.guard.provider.people_lies.clear()
    assert served.signed_in()


def test_identity_that_cannot_be_proven_again_and_again_is_slowed_down(served: Space) -> None:
    served.know(other("nobody", family_name="PERSONNE"))
    for _ in range(MOST_MATCHINGS):
        with httpx.Client() as browser:
            assert served.arrive(browser, "nobody").status_code == 403
    with httpx.Client() as browser:
        assert served.arrive(browser, "nobody").status_code == 429
    with httpx.Client() as browser:
        assert served.arrive(browser).status_code == 303, "another identity from the same place goes on"


def test_agents_sign_in_and_peoples_are_not_ended_one_by_the_other(served: Space) -> None:
    guard = served.guard
    member = guard.member("Croise Chemins")
    with httpx.Client() as browser:
        begun = served.begin(browser)
        back = served.at_provider(browser, begun.headers["location"], "ines.delaunay", "otp", "sign-in")
        crossed = back.replace("/person/callback", "/sign-in/callback")
        cookie = browser.cookies[arriving.COOKIE]
        assert httpx.get(crossed, cookies={"beffroi-sign-in": cookie}).status_code in (400, 403)
    agent = guard.browser()
    started = agent.begin()
    returned = agent.at_provider(started.headers["location"], member.persona)
    crossed = returned.replace("/sign-in/callback", "/person/callback")
    cookie = agent.http.cookies["beffroi-sign-in"]
    assert httpx.get(crossed, cookies={arriving.COOKIE: cookie}).status_code in (400, 403)


def test_code_of_a_person_begins_no_agents_session_and_the_other_way_round(served: Space) -> None:
    guard = served.guard
    assert guard.redeem(served.code()).status_code == 401
    member = guard.member("Camille Code")
    browser = guard.browser()
    browser.identify(member)
    assert served.redeem(fields_of(browser.prove(member))["code"]).status_code == 401


@pytest.mark.parametrize("path", [CONSULTATIONS, REPORTS, END])
def test_agents_handle_opens_no_persons_door(served: Space, path: str) -> None:
    member = served.guard.member(f"Porte {path.rpartition('/')[2]}")
    _, handle = served.guard.signed_in(member)
    for one in (handle, f"person.{handle}", handle[:-1], "person.", ""):
        assert (answer := served.ask(one, path)).status_code == 401, answer.text
        assert code(answer) == Code.SESSION_UNKNOWN


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/session"), ("DELETE", "/v1/session"), ("POST", "/v1/open"), ("POST", "/v1/list"),
        ("POST", "/v1/find"), ("POST", "/v1/forensics/read-by"), ("POST", "/v1/requests/options"),
        ("POST", "/v1/reports/list"),
    ],
)  # fmt: skip
def test_persons_handle_opens_no_agents_door(served: Space, method: str, path: str) -> None:
    handle = served.signed_in()
    for one in (handle, handle.removeprefix("person.")):
        assert served.guard.call(method, path, one, json={}).status_code in (400, 401), path
    assert served.ask(handle).status_code == 200


def test_code_serves_once_and_a_second_use_ends_the_session(served: Space) -> None:
    one = served.code()
    handle = served.redeem(one).json()["handle"]
    assert served.ask(handle).status_code == 200
    assert served.redeem(one).status_code == 401
    assert code(served.ask(handle)) == Code.SESSION_ENDED
    assert served.guard.journal("person-session-revoked")[-1]["explanation"] == "code-replayed"


def test_code_of_another_browser_or_too_old_gives_nothing(served: Space) -> None:
    assert served.redeem(served.code(), state=STATE + "x").status_code == 401
    late = served.code()
    served.guard.execute("UPDATE guard.person_handover SET expires_at = guard.instant() WHERE redeemed_at IS NULL")
    assert served.redeem(late).status_code == 401
    assert served.redeem("A" * 43).status_code == 401
    assert served.redeem("A" * 42).status_code == 400
    assert served.redeem(served.code(), token="x").status_code == 401


def test_code_raced_by_many_gives_one_handle_at_most(served: Space) -> None:
    one = served.code()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: served.redeem(one).status_code, range(6)))
    assert answers.count(200) <= 1
    assert set(answers) <= {200, 401}


def test_handle_from_another_client_ends_the_session(served: Space) -> None:
    handle = served.signed_in()
    answer = served.guard.call("POST", REPORTS, handle, client="somebody else", json={})
    assert code(answer) == Code.SESSION_OTHER_CLIENT
    assert code(served.ask(handle)) == Code.SESSION_ENDED


def test_session_ends_when_it_is_idle_or_old_or_signed_out(served: Space) -> None:
    for column, past in (("seen_at", "15 minutes"), ("expires_at", "0")):
        handle = served.signed_in()
        id_ = served.guard.journal("person-signed-in")[-1]["session"]
        if column == "seen_at":
            served.guard.execute(
                f"UPDATE guard.person_session SET seen_at = guard.instant() - interval '{past}' WHERE id = $1", id_
            )
        else:

            async def end(session: Any = id_) -> None:
                world = served.guard.world
                row = dict(await world.conn.fetchrow("SELECT * FROM guard.person_session WHERE id = $1", session))
                row["expires_at"] = await world.now()
                mac = world.keys.authenticator.stamp_row("person_session", row)
                await world.conn.execute(
                    "UPDATE guard.person_session SET expires_at = $2, mac = $3 WHERE id = $1", session,
                    row["expires_at"], mac,
                )  # fmt: skip

            served.guard.run(end())
        assert code(served.ask(handle)) == Code.SESSION_ENDED, column
    handle = served.signed_in()
    ended = served.ask(handle, END)
    assert ended.json()["logout_url"].startswith(f"{served.guard.provider.people.issuer}/session/end?")
    assert code(served.ask(handle)) == Code.SESSION_ENDED
    left = httpx.get(ended.json()["logout_url"])
    assert left.status_code in (302, 303)
    assert left.headers["location"].startswith(f"{served.guard.url}/person/signed-out")
    assert "Vous êtes déconnecté" in httpx.get(left.headers["location"]).text


def test_i16_person_session_forged_by_the_database_administrator_reads_nothing(served: Space) -> None:
    handle = served.signed_in()
    somebody = served.file(last_name="Autre", first_names="Zoé", birth_date="2003-01-01")
    id_ = served.guard.journal("person-signed-in")[-1]["session"]
    served.guard.execute("UPDATE guard.person_session SET person = $2 WHERE id = $1", id_, somebody)
    assert code(served.ask(handle)) == Code.INTEGRITY


def test_application_that_is_contained_serves_nobody(served: Space) -> None:
    handle = served.signed_in()
    for kind, scope, why in (
        ("application", "console", Code.APPLICATION_CLOSED), ("everything", "", Code.EVERYTHING_CONTAINED),
    ):  # fmt: skip
        cut = served.guard.run(served.guard.world.contain(kind, scope))
        assert code(served.ask(handle)) == why
        with httpx.Client() as browser:
            assert served.begin(browser).status_code == 503
        served.guard.amend("containment", cut, lifted_at=served.guard.run(served.guard.world.now()))
    assert served.ask(handle).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"return_to": "https://elsewhere.example/"}, {"application": "nobody"}, {"state": "short"},
        {"application": "../x"}, {"state": "x" * 513},
    ],
)  # fmt: skip
def test_sign_in_begins_for_a_registered_address_alone(served: Space, changes: dict[str, str]) -> None:
    with httpx.Client() as browser:
        answer = served.begin(browser, **changes)
        assert (answer.status_code, len(browser.cookies)) == (400, 0)


def test_application_that_serves_no_people_begins_redeems_and_holds_nothing(served: Space) -> None:
    handle, one, services = served.signed_in(), served.code(), served.guard.services
    before = services.settings
    services.settings = replace(before, person_application="training")
    try:
        with httpx.Client() as browser:
            begun = served.begin(browser)
        assert (begun.status_code, "Ce lien n’est pas valable" in begun.text) == (400, True)
        refusals = [served.redeem(one), *(served.ask(handle, path) for path in (CONSULTATIONS, REPORTS, END))]
        assert {(answer.status_code, code(answer)) for answer in refusals} == {(401, Code.SESSION_UNKNOWN)}
    finally:
        services.settings = before
    assert served.ask(handle).status_code == 200
    assert served.redeem(one).status_code == 200


def test_person_signs_out_while_the_provider_keeps_one_waiting_and_nobody_else_waits(
    served: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks the provider must not hold the turn: it is taken by somebody else meanwhile, and given back."""

    async def take_the_turn_meanwhile() -> Provider:
        async with served.guard.services.pool.acquire() as conn, conn.transaction():
            await conn.execute("SET LOCAL lock_timeout = '5s'")
            await turnstile.take(conn)
        raise Unreachable("discovery: out of time")

    handle, edge = served.signed_in(), person_edge(served.guard.services)
    assert edge is not None
    monkeypatch.setattr(edge, "provider", take_the_turn_meanwhile)
    ended = served.ask(handle, END)
    assert ended.json()["logout_url"].startswith(f"{served.guard.url}/person/signed-out")
    assert code(served.ask(handle)) == Code.SESSION_ENDED


def test_return_without_its_own_browser_or_used_twice_signs_nobody_in(served: Space) -> None:
    with httpx.Client() as browser:
        begun = served.begin(browser)
        back = served.at_provider(browser, begun.headers["location"], "ines.delaunay", "otp", "sign-in")
        assert httpx.get(back).status_code == 400, "no cookie"
        with httpx.Client() as thief:
            served.begin(thief)
            assert thief.get(back).status_code == 403, "another browser's state"
        changed = re.sub(r"state=[^&]+", "state=" + "x" * 43, back)
        assert browser.get(changed).status_code == 403
        assert browser.get(back).status_code == 303
        assert browser.get(back).status_code == 400


def test_person_who_gives_up_at_the_provider_is_told_so(served: Space) -> None:
    with httpx.Client() as browser:
        answer = served.arrive(browser, action="cancel")
    assert answer.status_code == 403
    assert "n’a pas abouti" in answer.text
