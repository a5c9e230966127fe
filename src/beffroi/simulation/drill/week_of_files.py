"""Duties of a week around the files of people: notes, documents, reception, hands that change, files made one."""

from beffroi.simulation.attachments import page as document
from beffroi.simulation.drill.console_browser import taken
from beffroi.simulation.drill.form_filling import story
from beffroi.simulation.drill.week_cast import (
    ADVISER,
    COLLEAGUE,
    ELSEWHERE,
    RECEPTION,
    Cast,
    link,
    path,
    today,
    token,
)
from beffroi.simulation.personas import BY_LOGIN, OTHER_OFFICE


async def notes(cast: Cast) -> None:
    """A note and its correction, a step agreed and done."""
    browser, person = await cast.at(ADVISER), await cast.one_of(ADVISER)
    home = f"/personnes/{person.id}"
    taken(browser.submit(f"{home}/suivi/", {"text": story(person)}, about=person))
    written = browser.read(f"{home}/?rubriques=followup")
    taken(browser.submit(link(written, f"{home}/notes/"), {"text": f"Relu. {story(person)}"}, about=person))
    for _ in range(2):
        taken(browser.submit(f"{home}/demarches/", {"label": f"Appeler {person.last_name}"}, about=person))
    taken(browser.submit(f"{home}/?rubriques=followup", {"etat": "done"}))
    taken(browser.read("/demarches/"))


async def case_file(cast: Cast) -> None:
    """Of a minor: a change of situation, somebody who answers for them, a status, a programme and what it paid."""
    browser, person = await cast.at(ADVISER), await cast.one_of(ADVISER, minor=True)
    home = f"/personnes/{person.id}"
    taken(browser.submit(f"{home}/situation/", {"text": story(person)[:200], "on": today()}, about=person))
    taken(browser.submit(f"{home}/representants/", {"relationship": "mother"}, about=person))
    taken(browser.submit(f"{home}/parcours/", {"quoi": "statut", "status": "followed"}, about=person))
    begins = {"programme-code": "cej", "programme-starts_on": today(), "programme-ends_on": ""}
    taken(browser.submit(f"{home}/parcours/", {"quoi": "programme", **begins}))
    paid = {"euros": "120,50", "month": today()[6:] + "-" + today()[3:5], "paid_on": ""}
    taken(browser.submit(f"{home}/versements/", paid, about=person))


async def documents(cast: Cast) -> None:
    """An attachment that bears a name, read again and taken away; another stays."""
    browser, person = await cast.at(ADVISER), await cast.one_of(ADVISER)
    home = f"/personnes/{person.id}/pieces/"
    for number in range(2):
        named = f"{person.last_name} {person.nir} {number}.pdf"
        taken(
            browser.submit(
                home, {}, {"file": (named, document(person.nir.encode()), "application/pdf")}, about=person
            )
        )
    first = link(browser.read(home), home).removesuffix("retirer/")
    cast.keep("an attachment", browser.get(first))
    taken(browser.submit(f"{first}retirer/", {}))


async def appointment(cast: Cast) -> None:
    """An hour given, and the calendar of whoever gives it, which names nobody."""
    browser, person = await cast.at(ADVISER), await cast.one_of(ADVISER)
    given = {"kind": "follow-up", "place": "office", "hour": "16:15"}
    taken(browser.submit(f"/personnes/{person.id}/rendez-vous/", given, about=person))
    cast.keep("a calendar", browser.get("/rendez-vous/calendrier.ics"), content=True)


async def reception(cast: Cast) -> None:
    """Somebody comes without an appointment, somebody else by one."""
    browser, person = await cast.at(RECEPTION), await cast.one_of(COLLEAGUE)
    taken(browser.submit(f"/reception/sans-rendez-vous/{person.id}/", {"kind": "first"}, about=person))
    taken(browser.read("/reception/"))


async def newcomer(cast: Cast) -> None:
    """Somebody new is registered at the desk and received; an adviser becomes the referent."""
    desk, person = await cast.at(RECEPTION), cast.newcomers.pop()
    arrived = taken(desk.submit("/personnes/nouvelle/", {"nir-nir": person.nir}, about=person))
    taken(desk.submit_on(arrived, {"kind": "first"}, about=person))
    browser = await cast.at(ADVISER)
    waiting = browser.read("/portefeuille/filtre/?portee=sans-referent")
    shown = taken(browser.submit_on(waiting, {"personne": [path(arrived).split("/")[-2]], "etape": "apercu"}))
    taken(browser.submit_on(shown, {"etape": "faire"}))


async def adviser_change(cast: Cast) -> None:
    """One person, then two, for a colleague."""
    browser = await cast.at(ADVISER)
    one, *two = [(await cast.one_of(ADVISER)) for _ in range(3)]
    taken(browser.submit(f"/personnes/{one.id}/conseiller/", {"to": BY_LOGIN[COLLEAGUE].id}, about=one))
    page = browser.post(
        "/portefeuille/confier/", {**token(browser.read("/portefeuille/")), "personne": [each.id for each in two]}
    )
    shown = taken(browser.submit_on(page, {"etape": "apercu", "to": BY_LOGIN[COLLEAGUE].id}))
    taken(browser.submit_on(shown, {"etape": "faire"}))


async def absence(cast: Cast) -> None:
    """A colleague's files for the days of an absence."""
    browser, days = await cast.at(ADVISER), {"from_on": today(9), "until_on": today(12)}
    who = {"absent": BY_LOGIN[COLLEAGUE].id, "account": BY_LOGIN[ADVISER].id}
    taken(browser.submit("/portefeuille/remplacements/", {**days, **who}))


async def transfer(cast: Cast) -> None:
    """Given to another office, which agrees."""
    browser, person = await cast.at(ADVISER), await cast.one_of(ADVISER)
    to = cast.stage.population.world.directory.by_code[OTHER_OFFICE].id
    taken(browser.submit(f"/personnes/{person.id}/transferer/", {"organisation": to}, about=person))
    other = await cast.at(ELSEWHERE)
    taken(other.submit(link(other.read("/transferts/"), "/transferts/"), {"accord": "oui"}))


async def merge_and_part(cast: Cast) -> None:
    """Two files found to be one person's, made one, and two again."""
    await merge(cast)
    browser = await cast.at(ADVISER)
    taken(browser.submit(link(browser.read("/doublons/"), "/doublons/"), {}))


async def merge(cast: Cast) -> None:
    """Two files made one: the rows of one that the other lacks follow it."""
    browser = await cast.at(ADVISER)
    stays, goes = await cast.one_of(ADVISER), await cast.one_of(ADVISER)
    taken(browser.submit(f"/personnes/{goes.id}/parcours/", {"quoi": "statut", "status": "paused"}, about=goes))
    found = {
        "recherche": "identite", "last_name": goes.last_name, "first_name": goes.first_names.split(",")[0],
        "birth_date": f"{goes.birth_date:%d/%m/%Y}",
    }  # fmt: skip
    page = taken(browser.submit(f"/personnes/{stays.id}/doublon/", found))
    taken(browser.submit(link(page, f"/personnes/{stays.id}/doublon/"), {"same": "on"}, about=stays))
