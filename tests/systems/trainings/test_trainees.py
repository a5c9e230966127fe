"""An organisation's own trainees: entry, departure, end, papers; what the adviser sees of them."""

from io import BytesIO
from uuid import uuid4

from pypdf import PdfReader

from tests.config.console.stack import Page
from tests.systems.cases.adviser import adviser
from tests.systems.prescriptions.school import academy, books, on
from tests.systems.trainings.classroom import Classroom, classroom, past
from tests.systems.trainings.test_attendance import new_session

__all__ = ["academy", "adviser", "books", "classroom"]


def say(room: Classroom, prescription: str, said: str, why: str = "") -> Page:
    page = room.school.visitor.get(f"/stagiaires/{prescription}/")
    return room.school.visitor.post(f"/stagiaires/{prescription}/", {"said": said, "why": why}, page=page)


def ending(room: Classroom, prescription: str) -> tuple[str, str | None] | None:
    rows = room.books.run("SELECT * FROM training_ending WHERE prescription = %s", prescription)
    return (rows[0]["outcome"], rows[0]["reason"]) if rows else None


def test_class_enters_on_its_first_day_at_once(classroom: Classroom) -> None:
    room = new_session(classroom, starts_on=on(0))
    one, _ = room.trainee("Venue", "accepted")
    two, person = room.trainee("Pasvenue", "accepted")
    three, _ = room.trainee("Attendue", "accepted")
    address = f"/stagiaires/?vue=attendus&session={room.session}"
    page = room.school.visitor.get(address)
    fields = {f"s-{one}": "enter", f"s-{two}": "miss", f"s-{three}": ""}
    done = room.school.visitor.post("/stagiaires/entrees/", {"session": room.session, **fields}, page=page)
    assert "1 entrée notée." in done.text
    assert "1 personne n’est pas venue" in done.text
    assert [room.row(each)["state"] for each in (one, two, three)] == ["entered", "absent", "accepted"]
    assert not room.stack.guard.one(
        "SELECT count(*) FROM guard.relation WHERE person = $1 AND kind = 'prescription' AND (until_at IS NULL OR"
        " until_at > now())", person,
    )  # fmt: skip
    assert "PASVENUE" not in room.school.visitor.get(address).text
    replayed = room.school.visitor.post("/stagiaires/entrees/", {f"s-{two}": "enter"})
    assert replayed.status == 404, "who did not come is no trainee any more"
    twice = room.school.visitor.post("/stagiaires/entrees/", {f"s-{one}": "enter"})
    assert "ne peut plus être dit" in twice.text


def test_departure_has_a_reason_that_the_adviser_reads(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Partante")
    bare = say(room, one, "leave")
    assert bare.status == 422
    assert "Choisissez un motif" in bare.text
    assert ending(room, one) is None
    assert say(room, one, "leave", "health").status == 422
    say(room, one, "leave", "job")
    assert (room.row(one)["state"], ending(room, one)) == ("left", ("left", "job"))
    assert room.row(one)["new_to_office"] is True
    seen = room.adviser.visitor.get(f"/prescriptions/{one}/")
    assert "Abandon" in seen.text
    assert "Reprise d’un emploi" in seen.text
    again = say(room, one, "leave", "moved")
    assert again.status == 422
    assert ending(room, one) == ("left", "job")


def test_training_ends_in_full_or_in_part_on_its_last_day_alone(classroom: Classroom) -> None:
    early = new_session(classroom)
    one, _ = early.trainee("Tropto")
    assert say(early, one, "complete").status == 422
    room = new_session(classroom, ends_on=on(0))
    whole, _ = room.trainee("Entiere")
    part, _ = room.trainee("Partielle")
    say(room, whole, "complete", "job")
    say(room, part, "partly")
    assert (ending(room, whole), ending(room, part)) == (("completed", None), ("partly", None))
    assert room.row(whole)["state"] == room.row(part)["state"] == "ended"
    assert "Formation suivie en partie" in room.adviser.visitor.get(f"/prescriptions/{part}/").text
    out = room.school.visitor.get(f"/stagiaires/?vue=sortis&session={room.session}")
    assert "ENTIERE" in out.text


def test_list_holds_the_sessions_asked_and_a_page_of_them(classroom: Classroom) -> None:
    room = new_session(classroom)
    for number in range(27):
        room.trainee(f"Liste{chr(97 + number % 26)}{chr(97 + number // 26)}")
    first = room.school.visitor.get(f"/stagiaires/?session={room.session}")
    second = room.school.visitor.get(f"/stagiaires/?session={room.session}&page=2")
    assert (first.text.count("LISTE"), second.text.count("LISTE")) == (25, 2)
    assert "LISTE" not in room.school.visitor.get(f"/stagiaires/?session={uuid4()}").text
    assert room.school.visitor.get("/stagiaires/?vue=x&session=x&page=x").status == 200


def text_of(paper: Page) -> tuple[str, PdfReader]:
    reader = PdfReader(BytesIO(paper.response.content))
    return " ".join("\n".join(page.extract_text() for page in reader.pages).split()), reader


def test_certificate_names_the_trainee_by_an_opening_and_is_kept_nowhere(classroom: Classroom) -> None:
    room = new_session(classroom, ends_on=on(0))
    one, person = room.trainee("Œuvrard-Şahin")
    empty = room.school.visitor.post(f"/stagiaires/{one}/certificat/", {})
    assert "Aucune présence n’est notée" in empty.text
    for days in (2, 1):
        room.write(room.day(past(days)), {f"m-{one}": "present", f"a-{one}": "late" if days == 1 else "absent"})
    say(room, one, "complete")
    before = len(room.stack.guard.journal("released", room.school.member.account))
    paper = room.school.visitor.post(f"/stagiaires/{one}/certificat/", {})
    assert paper.status == 200
    released = room.stack.guard.journal("released", room.school.member.account)
    assert len(released) > before
    assert str(released[-1]["person"]) == person
    assert released[-1]["groups"] == 1
    said, reader = text_of(paper)
    assert "Certificat de réalisation" in said
    assert "Œuvrard-Şahin" in said
    assert "10 h sur 13 h prévues" in said.replace("\xa0", " ")
    assert reader.metadata is not None
    assert reader.metadata.title == "Certificat de réalisation"
    assert "Œuvrard" not in str(reader.metadata)
    catalogue = reader.trailer["/Root"]
    assert (catalogue["/Lang"], bool(catalogue["/MarkInfo"]["/Marked"])) == ("fr", True)
    headers = paper.response.headers
    assert headers["content-disposition"] == f'attachment; filename="certificat-de-realisation-{on(0)}.pdf"'
    assert headers["cache-control"] == "no-store"
    assert "uvrard" not in room.stack.log()
    assert "uvrard" not in " ".join(room.school.visitor.went)


def test_trainee_still_in_training_gets_an_attestation_and_one_expected_nothing(classroom: Classroom) -> None:
    room = new_session(classroom)
    one, _ = room.trainee("Encours")
    expected, _ = room.trainee("Plustard", "accepted")
    room.write(room.day(past(1)), {f"m-{one}": "present"})
    said, _ = text_of(room.school.visitor.post(f"/stagiaires/{one}/certificat/", {}))
    assert "Attestation d’assiduité" in said
    assert "a suivi jusqu" in said
    assert room.school.visitor.post(f"/stagiaires/{expected}/certificat/", {}).status == 404
    assert room.school.visitor.get(f"/stagiaires/{one}/certificat/").status == 405


def test_sheet_to_sign_has_a_line_for_everybody_and_no_name_in_its_own(classroom: Classroom) -> None:
    room = new_session(classroom)
    for name in ("Signe", "Paraphe"):
        room.trainee(name)
    room.trainee("Inconnue", known=False)
    sheet = room.day(past(0))
    paper = room.school.visitor.post(f"{sheet}emargement/", {})
    said, _ = text_of(paper)
    assert "SIGNE" in said
    assert said.index("PARAPHE") < said.index("SIGNE")
    assert "INCONNUE" not in said
    assert "Matin (3 h 30)" in said.replace("\xa0", " ")
    assert paper.response.headers["content-disposition"].endswith(f'"emargement-{on(0)}.pdf"')
