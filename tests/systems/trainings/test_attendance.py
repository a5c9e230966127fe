"""A session's days and a class's half-days: written, corrected, closed; and whom neither shows."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import pytest

from beffroi.core.training import CORRECTED_WITHIN
from tests.config.console.stack import Stack
from tests.governance.leavers.staff import promote
from tests.systems.cases.adviser import adviser
from tests.systems.prescriptions.school import academy, books, on, school, written
from tests.systems.trainings.classroom import Classroom, classroom, past

__all__ = ["academy", "adviser", "books", "classroom"]


def other(classroom: Classroom, session: str) -> Classroom:
    return replace(classroom, session=session)


def new_session(classroom: Classroom, **changes: object) -> Classroom:
    wanted = {"starts_on": on(-20), "ends_on": on(40), "places": 60} | changes
    return other(classroom, classroom.books.session(classroom.school.organisation, "CAP pâtisserie", **wanted))


def test_secretary_makes_a_calendar_and_changes_one_day_of_it(classroom: Classroom) -> None:
    room = new_session(classroom, starts_on=on(0), ends_on=on(30))
    visitor, address = room.school.visitor, f"/presences/{room.session}/"
    form = visitor.get(address)
    assert "pas encore de calendrier" in form.text
    refused = visitor.post(address, {"weekdays": ["0", "1"], "morning": "9", "afternoon": ""}, page=form)
    assert refused.status == 422
    assert "Un nombre d’heures de 0 à 5" in refused.text
    made = visitor.post(
        address, {"weekdays": list("0123456"), "morning": "3,5", "afternoon": "3 h"}, page=visitor.get(address)
    )
    assert "Le calendrier est enregistré." in made.text
    days = room.books.run("SELECT * FROM training_day WHERE session = %s ORDER BY day", room.session)
    assert 27 <= len(days) <= 31
    assert {(day["morning"], day["afternoon"]) for day in days} == {(210, 180)}
    twice = visitor.post(address, {"weekdays": ["0"], "morning": "1", "afternoon": "1"})
    assert "a déjà un calendrier" in twice.text
    last = days[-1]["day"]
    visitor.post(address, {"on": written(last), "morning": "2.5", "afternoon": ""})
    changed = room.books.run("SELECT * FROM training_day WHERE session = %s AND day = %s", room.session, last)[0]
    assert (changed["morning"], changed["afternoon"]) == (150, 0)
    outside = visitor.post(address, {"on": written(on(31)), "morning": "2", "afternoon": "2"})
    assert outside.status == 422
    gone = visitor.post(f"{address}{last.isoformat()}/retrait/", {})
    assert "Le jour est retiré du calendrier." in gone.text
    assert visitor.get(f"{address}{last.isoformat()}/").status == 404


def test_trainer_writes_a_class_and_corrects_it_within_its_time(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Premiere")
    two, _ = room.trainee("Seconde")
    sheet = room.day(past(0))
    page = room.school.visitor.get(sheet)
    assert page.text.index("PREMIERE") < page.text.index("SECONDE")
    done = room.write(sheet, {f"m-{one}": "present", f"a-{one}": "late", f"m-{two}": "absent", f"a-{two}": ""})
    assert "3 demi-journées enregistrées." in done.text
    assert "Nadia Benali" in done.text
    assert room.noted(two) == {f"{on(0)}-morning": "absent"}
    again = room.write(sheet, {f"m-{one}": "present", f"a-{one}": "late", f"m-{two}": "absent"})
    assert "Rien n’a changé." in again.text
    assert "1 demi-journée enregistrée." in room.write(sheet, {f"m-{two}": "excused"}).text
    assert room.noted(two) == {f"{on(0)}-morning": "excused"}
    trainee = room.school.visitor.get(f"/stagiaires/{one}/")
    assert "6 h 30" in trainee.text


def test_sheet_suggests_everybody_present_and_writes_nothing_by_being_read(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Proposee")
    sheet = room.day(past(0))
    page = room.school.visitor.get(f"{sheet}?tous=present")
    assert page.html.count('value="present" selected') == 2
    assert room.noted(one) == {}


@pytest.mark.parametrize(("days", "open_"), [(-1, False), (0, True), (14, True), (15, False)])
def test_half_day_is_written_neither_before_its_day_nor_long_after(
    classroom: Classroom, days: int, open_: bool
) -> None:
    assert CORRECTED_WITHIN.days == 14
    room = new_session(classroom)
    one, _ = room.trainee("Delai")
    sheet = room.day(past(days))
    page = room.school.visitor.get(sheet)
    assert ("<select" in page.html) is open_
    token = room.school.visitor.get("/presences/")
    room.school.visitor.post(sheet, {"vu": "2026-01-01T00:00:00+00:00", f"m-{one}": "present"}, page=token)
    assert bool(room.noted(one)) is open_


def test_what_a_colleague_wrote_meanwhile_is_not_overwritten(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Disputee")
    sheet = room.day(past(0))
    early = room.school.visitor.get(sheet)
    room.write(sheet, {f"m-{one}": "absent"})
    late = room.write(sheet, {f"m-{one}": "present", f"a-{one}": "present"}, page=early)
    assert "Un collègue a écrit autre chose entre-temps" in late.text
    assert room.noted(one) == {f"{on(0)}-morning": "absent"}
    same = room.write(sheet, {f"m-{one}": "absent", f"a-{one}": "present"}, page=early)
    assert "1 demi-journée enregistrée." in same.text, "the same word said twice disputes nothing"


def test_two_colleagues_who_save_a_sheet_at_once_leave_one_word_a_half_day(classroom: Classroom) -> None:
    room = new_session(classroom)
    people = [room.trainee(f"Course{letter}")[0] for letter in "abcdefgh"]
    sheet = room.day(past(0))
    colleague = room.stack.guard.member(
        "Ousmane Collegue", role="training-staff", organisation=room.school.organisation
    )
    visitors = (room.school.visitor, room.stack.signed_in(colleague))
    pages = [visitor.get(sheet) for visitor in visitors]

    def save(place: int) -> str:
        seen = re.search(r'name="vu" value="([^"]+)"', pages[place].html)
        marks = {f"m-{one}": ("absent", "present")[place] for one in people}
        assert seen is not None
        return visitors[place].post(sheet, {"vu": seen[1], **marks}, page=pages[place]).text

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(save, (0, 1)))
    assert sum("8 demi-journées enregistrées." in text for text in told) == 1
    assert sum("Un collègue a écrit autre chose entre-temps" in text for text in told) == 1
    assert len({tuple(room.noted(one).values()) for one in people}) == 1, "one sheet, whole"


def test_form_that_speaks_of_anybody_else_writes_nothing(classroom: Classroom) -> None:
    room, elsewhere = new_session(classroom), new_session(classroom)
    one, _ = room.trainee("Ici")
    stranger, _ = elsewhere.trainee("Ailleurs")
    sheet = room.day(past(0), afternoon=0)
    for field, value in (
        (f"m-{stranger}", "present"), (f"m-{uuid4()}", "present"), (f"a-{one}", "present"), (f"m-{one}", "here"),
        ("m-", "present"), (f"x-{one}", "present"), (f"m-{one}", "x" * 5_000),
    ):  # fmt: skip
        done = room.write(sheet, {f"m-{one}": "present", field: value})
        assert done.status == 400, field
    assert room.noted(one) == room.noted(stranger) == {}
    assert room.write(sheet, {f"m-{one}": "present"}, page=room.school.visitor.get("/presences/")).status == 400
    many = {f"m-{uuid4()}": "present" for _ in range(250)}
    assert room.write(sheet, many).status == 400
    assert room.noted(one) == {}


def test_trainee_of_an_ended_relation_is_neither_named_nor_written(classroom: Classroom) -> None:
    room = new_session(classroom)
    room.trainee("Connue")
    forgotten, _ = room.trainee("Oubliee", known=False)
    sheet = room.day(past(0))
    page = room.school.visitor.get(sheet)
    assert "CONNUE" in page.text
    assert "OUBLIEE" not in page.text
    assert f"m-{forgotten}" not in page.html
    assert room.write(sheet, {f"m-{forgotten}": "present"}).status == 400
    assert room.noted(forgotten) == {}
    paper = room.school.visitor.post(f"/stagiaires/{forgotten}/certificat/", {})
    assert paper.status != 500
    assert "pdf" not in paper.response.headers["content-type"]


def test_other_school_with_a_full_class_of_its_own_meets_nothing_of_this_one(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Protegee")
    sheet = room.day(past(0))
    stranger = school(room.stack, "Elsewhere", "Odile Autre")
    theirs = Classroom(room.stack, room.adviser, stranger, room.books, room.books.session(
        stranger.organisation, starts_on=on(-20), ends_on=on(40), places=60
    ))  # fmt: skip
    for number in range(20):
        theirs.trainee(f"Leur{chr(97 + number)}")
    own = theirs.day(past(0))
    assert stranger.visitor.get(own).status == 200
    assert "PROTEGEE" not in stranger.visitor.get("/stagiaires/").text
    for path in (sheet, f"/presences/{room.session}/", f"/stagiaires/{one}/"):
        unknown = path.replace(room.session, str(uuid4())).replace(one, str(uuid4()))
        assert stranger.visitor.get(path).status == stranger.visitor.get(unknown).status == 404
        assert stranger.visitor.post(path, {"said": "leave", "why": "job"}).status == 404
    for path in (f"{sheet}emargement/", f"{sheet}retrait/", f"/stagiaires/{one}/certificat/"):
        assert stranger.visitor.post(path, {}).status == 404
    assert stranger.visitor.post("/stagiaires/entrees/", {f"s-{one}": "enter"}).status == 404
    assert theirs.write(own, {f"m-{one}": "absent"}).status == 400
    assert room.noted(one) == {}
    assert room.row(one)["state"] == "entered"


def test_adviser_has_no_page_of_trainings(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Vue")
    sheet = room.day(past(0))
    visitor = room.adviser.visitor
    for path in ("/stagiaires/", "/presences/", f"/stagiaires/{one}/", sheet, f"/presences/{room.session}/"):
        assert visitor.get(path).status == 404, path
    assert visitor.post(f"{sheet}emargement/", {}).status == 404


def test_account_manager_of_the_school_asks_for_access_and_has_no_page_of_trainings(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Nonlue")
    sheet = room.day(past(0))
    member = room.stack.guard.member("Olga Comptes", role="training-staff", organisation=room.school.organisation)
    visitor = room.stack.signed_in(member)
    assert "NONLUE" in visitor.get(sheet).text
    promote(room.stack, member, "training-account-manager")
    assert "Stagiaires" not in visitor.get("/mon-compte/").text
    for path in ("/stagiaires/", "/presences/", f"/stagiaires/{one}/", sheet):
        assert visitor.get(path).status == 404, path
    assert visitor.post(f"{sheet}emargement/", {}).status == 404
    assert "/demandes/" in visitor.get("/mon-compte/").links()
    assert visitor.get("/demandes/nouvelle/").status == 200


def test_many_absences_are_new_to_the_adviser_once(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Manque")
    sheets = [room.day(past(days)) for days in (3, 2, 1)]
    room.write(sheets[0], {f"m-{one}": "absent", f"a-{one}": "absent"})
    room.write(sheets[1], {f"m-{one}": "absent", f"a-{one}": "excused"})
    assert room.row(one)["new_to_office"] is False
    assert "d’absence sans excuse" not in room.adviser.visitor.get(f"/prescriptions/{one}/").text
    room.write(sheets[2], {f"m-{one}": "absent"})
    assert room.row(one)["new_to_office"] is True
    assert "Absences" in room.adviser.visitor.get("/prescriptions/?vue=a-voir").text
    seen = room.adviser.visitor.get(f"/prescriptions/{one}/")
    assert "4 demi-journées d’absence sans excuse en trente jours" in seen.text
    assert room.row(one)["new_to_office"] is False
    room.write(sheets[2], {f"a-{one}": "absent"})
    assert room.row(one)["new_to_office"] is False
    elsewhere = room.stack.person(organisation=room.stack.guard.world.offices["South"], last_name="Partie")
    room.books.run("UPDATE prescription SET person = %s WHERE id = %s", elsewhere, one)
    followed = room.adviser.visitor.get(f"/prescriptions/{one}/").text
    assert "d’absence sans excuse" not in followed, "somebody whom the office may not know any more"


def test_sheet_costs_one_list_of_the_guard(classroom: Classroom, stack: Stack) -> None:
    room = new_session(classroom)
    for number in range(12):
        room.trainee(f"Nombre{chr(97 + number)}")
    sheet = room.day(past(0))
    stack.asked.clear()
    assert room.school.visitor.get(sheet).text.count("NOMBRE") == 12
    assert [call for call in stack.asked if call != "POST /v1/token"] == ["GET /v1/session", "POST /v1/list"]


def test_board_names_the_days_that_nobody_has_written(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Tableau")
    room.day(past(2))
    room.write(room.day(past(1)), {f"m-{one}": "present"})
    board = room.school.visitor.get("/presences/")
    assert f"/presences/{room.session}/{past(2).isoformat()}/" in board.links()
    assert f"/presences/{room.session}/{past(1).isoformat()}/" not in board.links()
