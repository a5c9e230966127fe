"""Appointments through the whole product: given, shown with names, spoken of, moved, and what each page costs."""

import re
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from icalendar import Calendar

from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.config.console.stack import Page, Stack, Visitor
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.adviser import Adviser, adviser, as_referent
from tests.systems.cases.diary import Diary, at, questions

__all__ = ["adviser"]


@pytest.fixture(scope="module")
def diary(fresh_for_module: FreshDatabase) -> Diary:
    return Diary(fresh_for_module)


def followed(stack: Stack, member: Member, name: str) -> str:
    return stack.person(organisation=stack.guard.organisation, referent=as_referent(member), last_name=name)


def typed(days: int, oclock: int, **changes: str) -> dict[str, str]:
    fields = {"day": str(at(days, oclock).date()), "hour": f"{oclock:02d}:00", "minutes": "45"}
    return fields | {"kind": "follow-up", "place": "office"} | changes


def moved(fields: dict[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in ("day", "hour", "minutes")}


def test_adviser_gives_an_hour_from_the_file_and_finds_it_in_her_week(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    person = followed(stack, adviser.member, "Givry")
    file = adviser.visitor.get(f"/personnes/{person}/")
    address = f"/personnes/{person}/rendez-vous/"
    assert address in file.links()
    page = adviser.visitor.post(address, typed(3, 10), page=adviser.visitor.get(address))
    assert page.status == 200
    assert "Le rendez-vous est pris." in page.text
    (row,) = diary.of(person)
    assert (row["starts_at"], row["state"], str(row["account"])) == (at(3, 10), "planned", adviser.member.account)
    week = adviser.visitor.get(f"/rendez-vous/?semaine={at(3, 10).date()}")
    assert "Givry" in week.text
    assert "10 h – 10 h 45" in week.text
    assert "Prévu" in week.text


def test_week_costs_one_list_whoever_is_in_it_and_two_questions_of_the_database(
    stack: Stack, adviser: Adviser, diary: Diary, postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    member = stack.guard.member("Wanda Week")
    visitor = stack.signed_in(member)
    for number in range(12):
        person = followed(stack, member, f"Semaine{chr(65 + number)}")
        diary.give(person, stack.guard.organisation, member.account, at(60, 8 + number))
    stack.asked.clear()
    with questions(postgres, fresh_for_module) as cost:
        page = visitor.get(f"/rendez-vous/?semaine={at(60, 8).date()}")
    assert [call for call in stack.asked if call != "POST /v1/token"] == ["GET /v1/session", "POST /v1/list"]
    assert all(f"Semaine{chr(65 + number)}" in page.text for number in range(12))
    assert len(cost.asked) == 2, cost.asked  # the week, and the menu's count of prescriptions


def test_names_of_a_week_are_openings_charged_and_journaled(stack: Stack, diary: Diary) -> None:
    member = stack.guard.member("Nora Names")
    visitor = stack.signed_in(member)
    people = {followed(stack, member, name) for name in ("Prime", "Deuxio")}
    for number, person in enumerate(sorted(people)):
        diary.give(person, stack.guard.organisation, member.account, at(61, 9 + number))
    visitor.get(f"/rendez-vous/?semaine={at(61, 9).date()}")
    released = stack.guard.journal("released", member.account)
    assert {str(entry["person"]) for entry in released} == people
    assert {entry["groups"] for entry in released} == {1}


def test_appointment_with_somebody_no_longer_ones_own_shows_no_name(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    theirs = stack.person(organisation=stack.guard.world.offices["South"], last_name="Ailleurs")
    found = diary.give(theirs, stack.guard.organisation, adviser.member.account, at(62, 9))
    for address in (f"/rendez-vous/?semaine={at(62, 9).date()}", f"/rendez-vous/{found}/"):
        page = adviser.visitor.get(address)
        assert page.status == 200
        assert "Ailleurs" not in page.text
        assert "ne peut pas vous être montrée" in page.text


def test_colleague_of_another_office_finds_no_appointment_of_this_one(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    found = diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(-1, 10))
    south = stack.signed_in(stack.guard.member("Sud Elsewhere", organisation=stack.guard.world.offices["South"]))
    assert adviser.visitor.get(f"/rendez-vous/{found}/").status == 200
    assert south.get(f"/rendez-vous/{found}/").status == 404
    assert south.post(f"/rendez-vous/{found}/etat/", {"move": "attend"}).status == 404
    assert south.post(f"/rendez-vous/{found}/report/", moved(typed(4, 10))).status == 404
    assert diary.one(found)["state"] == "planned"
    assert south.get(f"/personnes/{adviser.own}/rendez-vous/").status == 404
    assert south.post(f"/personnes/{adviser.own}/rendez-vous/", typed(4, 10)).status == 404


def test_account_manager_has_no_calendar(stack: Stack, adviser: Adviser) -> None:
    member = stack.guard.member("Mona Manager")
    manager = stack.signed_in(member)
    held = stack.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    stack.guard.amend("habilitation", held, role="account-manager")
    for path in ("/rendez-vous/", "/rendez-vous/jour/", "/rendez-vous/structure/"):
        assert "pas ouverte à votre rôle" in manager.get(path).text
    assert manager.get("/rendez-vous/calendrier.ics").status == 404
    assert manager.get(f"/personnes/{adviser.own}/rendez-vous/").status == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"day": "2020-01-06"}, "day"),
        ({"day": ""}, "day"),
        ({"hour": "05:00"}, "hour"),
        ({"hour": "25:00"}, "hour"),
        ({"minutes": "44"}, "minutes"),
        ({"kind": "a name"}, "kind"),
        ({"place": "12 rue des Roses"}, "place"),
    ],
)
def test_hour_that_cannot_be_given_is_refused_and_what_was_typed_stays(
    adviser: Adviser, diary: Diary, changes: dict[str, str], field: str
) -> None:
    before = len(diary.of(adviser.own))
    address = f"/personnes/{adviser.own}/rendez-vous/"
    page = adviser.visitor.post(address, typed(5, 10) | {"place": "telephone"} | changes)
    assert page.status == 422
    assert f'id="id_{field}_error"' in page.html or f'href="#id_{field}"' in page.html
    if field != "place":
        assert re.search(r'value="telephone"\s+selected', page.html)
    assert len(diary.of(adviser.own)) == before


def test_double_booking_is_told_and_made_only_by_who_was_told(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    first, second = followed(stack, adviser.member, "Premier"), followed(stack, adviser.member, "Second")
    visitor = adviser.visitor
    assert visitor.post(f"/personnes/{first}/rendez-vous/", typed(70, 10)).status == 200
    told = visitor.post(f"/personnes/{second}/rendez-vous/", typed(70, 10, hour="10:30"))
    assert told.status == 409
    assert "Vous avez un rendez-vous de 10 h à 10 h 45" in told.text
    assert 'value="10:30"' in told.html
    assert diary.of(second) == []
    after = visitor.post(f"/personnes/{second}/rendez-vous/", typed(70, 10, hour="10:45"))
    assert after.status == 200
    knowing = visitor.post(f"/personnes/{second}/rendez-vous/", typed(70, 10, hour="10:15") | {"knowing": "1"})
    assert knowing.status == 200
    assert len(diary.of(second)) == 2


def test_two_agents_who_give_the_same_hour_at_once_are_not_both_told_it_is_free(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    people = [followed(stack, adviser.member, f"Course{chr(65 + number)}") for number in range(4)]
    diary.give(people[0], stack.guard.organisation, adviser.member.account, at(-3, 9), state="present")
    visitors = [stack.signed_in(stack.guard.member(f"Rosa Race{letter}", role="receptionist")) for letter in "abcd"]
    pages = [visitor.get("/accessibilite/") for visitor in visitors]
    fields = typed(90, 10) | {"account": adviser.member.account}

    def give(number: int) -> int:
        address = f"/personnes/{people[number]}/rendez-vous/"
        return visitors[number].post(address, fields, page=pages[number]).status

    with ThreadPoolExecutor(len(people)) as pool:
        statuses = list(pool.map(give, range(len(people))))
    assert sorted(statuses) == [200, 409, 409, 409]


def test_appointment_postponed_twice_at_once_is_postponed_once(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    person = followed(stack, adviser.member, "Deux fois")
    found = diary.give(person, stack.guard.organisation, adviser.member.account, at(2, 18))
    visitors = [adviser.visitor, stack.signed_in(stack.guard.member("Rosa Reporte", role="receptionist"))]
    pages = [visitor.get("/accessibilite/") for visitor in visitors]

    def move(number: int) -> None:
        fields = moved(typed(91 + number, 10))
        visitors[number].post(f"/rendez-vous/{found}/report/", fields, page=pages[number])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(move, range(2)))
    assert sorted(row["state"] for row in diary.of(person)) == ["planned", "postponed"]


def test_workshop_takes_several_people_at_its_hour(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    people = [followed(stack, adviser.member, f"Atelier{chr(65 + number)}") for number in range(3)]
    for person in people:
        page = adviser.visitor.post(f"/personnes/{person}/rendez-vous/", typed(71, 14, kind="workshop"))
        assert page.status == 200
    again = adviser.visitor.post(f"/personnes/{people[0]}/rendez-vous/", typed(71, 14, kind="workshop"))
    assert again.status == 409


def test_person_who_has_an_hour_with_a_colleague_is_told_to_be_taken(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    person = followed(stack, adviser.member, "Occupée")
    colleague = stack.guard.member("Carl Colleague")
    diary.give(person, stack.guard.organisation, colleague.account, at(72, 9))
    page = adviser.visitor.post(f"/personnes/{person}/rendez-vous/", typed(72, 9))
    assert page.status == 409
    assert "La personne a un rendez-vous" in page.text


@pytest.mark.parametrize(
    ("move", "state", "word"),
    [
        ("attend", "present", "Présent"),
        ("miss", "absent", "Absent"),
        ("excuse", "excused", "Excusé"),
        ("cancel", "cancelled", "Annulé"),
    ],
)
def test_adviser_says_what_became_of_an_appointment(
    stack: Stack, adviser: Adviser, diary: Diary, move: str, state: str, word: str
) -> None:
    found = diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(-1, 9))
    page = adviser.visitor.post(f"/rendez-vous/{found}/etat/", {"move": move})
    assert page.url == f"/rendez-vous/{found}/"
    assert word in page.text
    row = diary.one(found)
    assert (row["state"], str(row["changed_by"])) == (state, adviser.member.account)


def test_cancellation_is_confirmed_below_what_it_does(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    found = diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(3, 11))
    page = adviser.visitor.get(f"/rendez-vous/{found}/")
    folded = re.search(
        r"<details class=\"card\">(?:(?!</details>).)*value=\"cancel\".*?</details>", page.html, re.DOTALL
    )
    assert folded is not None
    assert "cela ne se corrige pas" in folded[0]
    assert "Confirmer l’annulation" in folded[0]
    assert page.html.count('value="cancel"') == 1


def test_appointment_leads_back_to_where_its_reader_has_the_day(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    found, day = (
        diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(40, 9)),
        at(40, 9).date(),
    )
    desk = stack.signed_in(stack.guard.member("Rona Retour", role="receptionist"))
    assert f"/rendez-vous/?semaine={day}" in adviser.visitor.get(f"/rendez-vous/{found}/").links()
    assert f"/rendez-vous/structure/?jour={day}" in desk.get(f"/rendez-vous/{found}/").links()


def test_word_given_twice_is_kept_once_and_can_be_taken_back(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    found = diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(-1, 11))
    adviser.visitor.post(f"/rendez-vous/{found}/etat/", {"move": "attend"})
    late = adviser.visitor.post(f"/rendez-vous/{found}/etat/", {"move": "miss"})
    assert "ne peut plus être dit" in late.text
    assert diary.one(found)["state"] == "present"
    adviser.visitor.post(f"/rendez-vous/{found}/etat/", {"move": "correct"})
    assert diary.one(found)["state"] == "planned"


@pytest.mark.parametrize(("days", "move"), [(3, "attend"), (3, "miss")])
def test_nobody_came_or_stayed_away_before_the_day(
    stack: Stack, adviser: Adviser, diary: Diary, days: int, move: str
) -> None:
    found = diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(days, 9))
    page = adviser.visitor.post(f"/rendez-vous/{found}/etat/", {"move": move})
    assert "ne peut plus être dit" in page.text
    assert diary.one(found)["state"] == "planned"


@pytest.mark.parametrize("move", ["", "postpone", "present", "attend;drop"])
def test_move_that_is_none_changes_nothing(stack: Stack, adviser: Adviser, diary: Diary, move: str) -> None:
    found = diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(-1, 15))
    adviser.visitor.post(f"/rendez-vous/{found}/etat/", {"move": move})
    assert diary.one(found)["state"] == "planned"


def test_postponed_appointment_leads_to_the_new_one_and_is_postponed_once(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    person = followed(stack, adviser.member, "Reportée")
    found = diary.give(person, stack.guard.organisation, adviser.member.account, at(2, 9), kind="contract")
    page = adviser.visitor.post(f"/rendez-vous/{found}/report/", moved(typed(73, 16)))
    assert page.status == 200
    assert "Remplace celui du" in page.text
    old, new = diary.of(person)
    assert (old["state"], new["state"], new["kind"]) == ("postponed", "planned", "contract")
    assert str(new["follows"]) == found
    again = adviser.visitor.post(f"/rendez-vous/{found}/report/", moved(typed(74, 16)))
    assert "ne peut plus être dit" in again.text
    assert len(diary.of(person)) == 2
    assert "Reporté au" in adviser.visitor.get(f"/rendez-vous/{found}/").text


def test_postponing_to_a_taken_hour_is_told_and_moves_nothing(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    one, other = followed(stack, adviser.member, "Bouge"), followed(stack, adviser.member, "Reste")
    diary.give(other, stack.guard.organisation, adviser.member.account, at(75, 10))
    found = diary.give(one, stack.guard.organisation, adviser.member.account, at(2, 13))
    page = adviser.visitor.post(f"/rendez-vous/{found}/report/", moved(typed(75, 10)))
    assert page.status == 409
    assert diary.one(found)["state"] == "planned"
    refused = adviser.visitor.post(f"/rendez-vous/{found}/report/", moved(typed(75, 5)))
    assert refused.status == 422
    assert 'value="05:00"' in refused.html


def test_receptionist_reads_the_offices_day_by_identity_alone_and_says_who_came(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    visitor = stack.signed_in(stack.guard.member("Rose Reception", role="receptionist"))
    found = diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(0, 12))
    stack.asked.clear()
    page = visitor.get("/rendez-vous/structure/")
    assert [call for call in stack.asked if call != "POST /v1/token"] == [
        "GET /v1/session", "POST /v1/list", "POST /v1/agents",
    ]  # fmt: skip
    assert "Delaunay" in page.text
    assert "Ana Adviser" in page.text
    assert "@example.org" not in page.html
    back = visitor.post(f"/rendez-vous/{found}/etat/", {"move": "attend", "retour": "structure"}, page=page)
    assert back.url.startswith("/rendez-vous/structure/?jour=")
    assert diary.one(found)["state"] == "present"
    menu = visitor.get("/portefeuille/")
    assert "/rendez-vous/structure/" in menu.links()


def test_receptionist_gives_an_hour_with_an_agent_who_receives_and_with_no_other(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    visitor = stack.signed_in(stack.guard.member("Remi Reception", role="receptionist"))
    person = followed(stack, adviser.member, "Guichet")
    diary.give(person, stack.guard.organisation, adviser.member.account, at(-2, 9), state="present")
    address = f"/personnes/{person}/rendez-vous/"
    page = visitor.get(address)
    assert "Ana Adviser" in page.text
    stranger = visitor.post(address, typed(76, 9) | {"account": str(uuid4())}, page=page)
    assert stranger.status == 422
    diary.give(adviser.own, stack.guard.organisation, adviser.member.account, at(76, 8, 30))
    told = visitor.post(address, typed(76, 9) | {"account": adviser.member.account}, page=page)
    assert "L’agent a un rendez-vous" in told.text
    assert "avec Ana Adviser" in told.text
    made = visitor.post(address, typed(76, 10) | {"account": adviser.member.account}, page=page)
    assert made.status == 200
    assert str(diary.of(person)[-1]["account"]) == adviser.member.account


def test_office_day_turns_pages_and_says_when_there_is_nobody(stack: Stack, adviser: Adviser, diary: Diary) -> None:
    visitor = stack.signed_in(stack.guard.member("Ravi Reception", role="receptionist"))
    person = followed(stack, adviser.member, "Paginée")
    for number in range(27):
        diary.give(person, stack.guard.organisation, adviser.member.account, at(80, 8, number), kind="workshop")
    day = at(80, 8).date()
    first, second = (visitor.get(f"/rendez-vous/structure/?jour={day}&page={page}") for page in (1, 2))
    assert (first.html.count('scope="row"'), second.html.count('scope="row"')) == (25, 2)
    assert "Aucun rendez-vous ce jour-là" in visitor.get(f"/rendez-vous/structure/?jour={at(81, 8).date()}").text
    for wrong in ("?jour=hier", "?jour=0001-01-01", "?page=-4", "?page=x", "?jour=9999-12-31"):
        assert visitor.get(f"/rendez-vous/structure/{wrong}").status == 200


def test_calendar_file_has_hours_and_nothing_that_says_whom(stack: Stack, diary: Diary) -> None:
    member = stack.guard.member("Cleo Calendar")
    visitor = stack.signed_in(member)
    person = followed(stack, member, "Secrète")
    coming = diary.give(person, stack.guard.organisation, member.account, at(5, 9))
    diary.give(person, stack.guard.organisation, member.account, at(6, 9), state="cancelled")
    stack.asked.clear()
    answer = visitor.get("/rendez-vous/calendrier.ics")
    assert answer.response.headers["content-type"].startswith("text/calendar")
    assert "POST /v1/list" not in stack.asked
    for secret in (person, coming, member.account, stack.guard.organisation, "Secr", "Cleo"):
        assert secret not in answer.html
    (event,) = Calendar.from_ical(answer.response.content).walk("VEVENT")
    assert (event.start, str(event["SUMMARY"])) == (at(5, 9), "Rendez-vous – Entretien de suivi")
    again = Calendar.from_ical(visitor.get("/rendez-vous/calendrier.ics").response.content).walk("VEVENT")
    assert event["UID"] == again[0]["UID"]


def test_calendar_file_of_somebody_signed_out_is_the_way_in(stack: Stack) -> None:
    assert "text/calendar" not in stack.visitor().get("/rendez-vous/calendrier.ics").response.headers["content-type"]


def test_agent_whose_guard_is_down_sees_the_hours_of_today_and_no_identity(
    stack: Stack, adviser: Adviser, diary: Diary
) -> None:
    member = stack.guard.member("Denise Down")
    visitor = stack.signed_in(member)
    person = followed(stack, member, "Invisible")
    diary.give(person, stack.guard.organisation, member.account, at(0, 15), kind="contract")
    diary.give(person, stack.guard.organisation, adviser.member.account, at(0, 16))
    page = _down(stack, visitor, "/rendez-vous/")
    assert page.status == 503
    assert page.response.headers["retry-after"] == "30"
    assert "15 h – 15 h 45" in page.text
    assert "Contrat d’accompagnement" in page.text
    assert "16 h" not in page.text
    assert "Invisible" not in page.html
    assert person not in page.html
    stranger = _down(stack, stack.visitor(), "/rendez-vous/")
    assert "15 h" not in stranger.text


def test_agent_who_signed_out_leaves_no_hours_behind(stack: Stack, diary: Diary) -> None:
    member = stack.guard.member("Lea Leaves")
    visitor = stack.signed_in(member)
    diary.give(followed(stack, member, "Partie"), stack.guard.organisation, member.account, at(0, 15))
    assert "15 h" in _down(stack, visitor, "/rendez-vous/").text
    visitor.post("/deconnexion/", {})
    assert not any("bureau" in cookie.name and cookie.value for cookie in visitor.http.cookies.jar)


def _down(stack: Stack, visitor: Visitor, path: str) -> Page:
    stack.down.set()
    try:
        return visitor.get(path)
    finally:
        stack.down.clear()
