"""An adviser's ordinary day in a real browser, under the shipped policy and under one that allows everything."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from beffroi.config.embedded_postgres import EmbeddedPostgres
from beffroi.core import policy_file
from beffroi.simulation.drill.ablation import NO_LIMIT, edited
from tests.browser.office import sign_in
from tests.config.console.stack import Stack, running
from tests.databases import FreshDatabase, fresh_database
from tests.guard.signin.serving import Member, fresh_code
from tests.guard.world import some_nir
from tests.systems.cases.adviser import as_referent
from tests.systems.cases.diary import Diary, at
from tests.systems.prescriptions.school import Books

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
REPORT = Path(__file__).resolve().parents[2] / "var" / "ordinary-day.json"
FILES, APPOINTMENTS, NOTES, PRESCRIPTIONS = 12, 6, 3, 1
NAMES = (
    "Alban", "Bertin", "Carlier", "Delmas", "Estève", "Fabre", "Gaillard", "Hubert", "Imbert", "Jourdan", "Keller",
    "Leduc",
)  # fmt: skip
COURSE = "Remise à niveau, trois semaines"
BETWEEN = timedelta(minutes=42)
"""From one file to the next: twelve fill the day from nine to half past five."""


def allow_all() -> str:
    """The shipped policy with every cap out of reach and no age at which a second factor is asked for again."""
    text = policy_file.default_text()
    caps = re.findall(r"(?m)^\[((?:budgets\.[a-z-]+)|pool|organisation_[a-z]+|received)\]$", text)
    spans = dict.fromkeys(("hour", "day", "week", "month"), NO_LIMIT)
    text = edited(text, dict.fromkeys(caps, spans) | {"": {"questions_per_hour": 10_000}})
    text = edited(text, {"organisation": {"per_agent": 1_000, "floor": NO_LIMIT, "account_share": 100}})
    return re.sub(r", factor_age = \d+", "", text)


@dataclass
class Counted:
    """What the day took. ``clicks`` are those of the work; what a confirmation took is counted apart."""

    clicks: int = 0
    fields: int = 0
    confirmations: int = 0
    clicks_of_confirmations: int = 0
    sign_ins: int = 0


class Hand:
    """Whoever works: presses, types, and confirms who she is when a page asks for it."""

    def __init__(self, stack: Stack, page: Page, member: Member) -> None:
        self.stack, self.page, self.member = stack, page, member
        self.counted = Counted()
        self.seen: list[str] = []

    def begin(self) -> None:
        """Sign in, as every morning."""
        sign_in(self.stack, self.page, self.member, "/portefeuille/")
        self.counted.sign_ins += 1

    def press(self, target: Locator, until: Locator) -> None:
        """One click, and whatever confirmation stands before what it leads to."""
        self.counted.clicks += 1
        target.click()
        confirm = self.page.get_by_role("button", name="Confirmer mon identité")
        expect(until.or_(confirm).first).to_be_visible()
        if confirm.is_visible():
            self._confirm(confirm, target, until)
        self.seen.append(urlsplit(self.page.url).path)

    def _confirm(self, confirm: Locator, target: Locator, until: Locator) -> None:
        """Prove who she is; a form that was being sent is then sent by one click more."""
        self.counted.confirmations += 1
        self.counted.clicks_of_confirmations += 1
        confirm.click()
        self.page.wait_for_url(f"{self.stack.guard.url}/**")
        self.page.locator("#code").fill(fresh_code(self.stack.guard, self.member))
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.stack.url}/**")
        go_on = self.page.get_by_role("button", name="Continuer").or_(target).first
        expect(until.or_(go_on).first).to_be_visible()
        if not until.is_visible():
            self.counted.clicks_of_confirmations += 1
            go_on.click()
        expect(until).to_be_visible()

    def type(self, selector: str, text: str) -> None:
        """One field."""
        self.counted.fields += 1
        self.page.locator(selector).fill(text)

    def link(self, name: str, within: str = "main") -> Locator:
        """The first link of that name."""
        return self.page.locator(within).get_by_role("link", name=re.compile(name)).first

    def button(self, name: str) -> Locator:
        """The first button of that name."""
        return self.page.locator("main").get_by_role("button", name=re.compile(name)).first

    def titled(self, words: str) -> Locator:
        """A heading of the page that shows where one is."""
        return self.page.get_by_role("heading", name=re.compile(words)).first


def time_passes(stack: Stack, member: Member) -> None:
    """The second factor is older by one file; the session was in use all the time."""
    row = stack.guard.row(
        "SELECT id, factor_at FROM guard.session WHERE account = $1 ORDER BY created_at DESC LIMIT 1", member.account
    )
    stack.guard.amend("session", row["id"], factor_at=row["factor_at"] - BETWEEN)


def an_office(stack: Stack, diary: Diary, books: Books) -> Member:
    """An adviser with eight people of her own, four of a colleague, two appointments today, a course to prescribe."""
    guard = stack.guard
    member, colleague = guard.member("Camille Moreau"), guard.member("Karim Haddad")
    for number, name in enumerate(NAMES):
        person = stack.person(
            organisation=guard.organisation, referent=as_referent(member if number < 8 else colleague),
            last_name=name, first_names="Inès", nir=some_nir(), days=90 - number,
        )  # fmt: skip
        if number < 2:
            diary.give(person, guard.organisation, member.account, at(0, 9 + number))
    school = guard.run(guard.world.organisation("School", kind="training-organisation"))
    books.session(str(school), COURSE)
    return member


def the_day(hand: Hand) -> None:
    """Twelve files, six appointments, three notes, one prescription, from page to page as the links lead."""
    for number, name in enumerate(NAMES):
        _open(hand, number, name)
        if number in (0, 3, 6):
            _note(hand)
        if number in (2, 4, 5, 7):
            _appointment(hand, number)
        if number == 7:
            _prescribe(hand, name)
            _say_who_came(hand)
        time_passes(hand.stack, hand.member)


def _open(hand: Hand, number: int, name: str) -> None:
    """A file of one's own, or of a colleague who is away; where to reach the person, and sometimes the NIR."""
    page = hand.page
    own = number < 8
    everybody = hand.link("Toute ma structure")
    hand.press(hand.link("Mon portefeuille", "header"), hand.link(name.upper()) if own else everybody)
    if not own:
        hand.press(everybody, hand.link(name.upper()))
    hand.press(hand.link(name.upper()), hand.titled(name))
    hand.press(hand.link("Ouvrir la rubrique Coordonnées"), page.locator("#contact"))
    if number in (1, 10):
        hand.press(hand.link("Ouvrir la rubrique Numéro"), page.locator("#nir"))


def _note(hand: Hand) -> None:
    page, written = hand.page, "Vue ce jour, projet confirmé."
    hand.press(hand.link("Ouvrir la rubrique Suivi"), page.locator("#followup"))
    hand.press(page.get_by_text("Ajouter une note"), page.get_by_label("Nouvelle note"))
    hand.type("main textarea", written)
    hand.press(hand.button("Enregistrer la note"), page.locator("#followup li").get_by_text(written))


def _appointment(hand: Hand, number: int) -> None:
    page = hand.page
    hand.press(hand.link("Prendre un rendez-vous"), page.locator("#id_day"))
    hand.type("#id_day", str(at(9, 9).date()))
    hand.type("#id_hour", f"{8 + number:02d}:00")
    hand.press(hand.button("Prendre le rendez-vous"), page.get_by_text("Le rendez-vous est pris."))


def _prescribe(hand: Hand, name: str) -> None:
    page = hand.page
    hand.press(hand.link("Mon portefeuille", "header"), hand.link(name.upper()))
    hand.press(hand.link(name.upper()), hand.titled(name))
    hand.press(hand.link("Prescrire une formation"), hand.link(COURSE))
    hand.press(hand.link(COURSE), hand.link("Prescrire cette session"))
    send = hand.button("Envoyer la prescription")
    hand.press(hand.link("Prescrire cette session"), send)
    hand.press(send, page.get_by_text("est envoyée"))


def _say_who_came(hand: Hand) -> None:
    page = hand.page
    hand.press(hand.link("^Rendez-vous", "header"), hand.link("Ma journée"))
    hand.press(hand.link("Ma journée"), hand.button("^Venu"))
    for left in (1, 0):
        hand.press(hand.button("^Venu"), page.get_by_text("C’est enregistré."))
        expect(page.locator("main").get_by_role("button", name=re.compile("^Venu"))).to_have_count(left)


def played(postgres: EmbeddedPostgres, folder: Path, policy: str, page: Page) -> tuple[Hand, dict[str, int]]:
    """One day under one policy: what it took, and what it left."""
    folder.mkdir()
    with fresh_database(postgres) as database, running(database, folder, policy) as stack:
        member = an_office(stack, Diary(database), Books(database))
        hand = Hand(stack, page, member)
        hand.begin()
        the_day(hand)
        return hand, _left(stack, database, member)


def _left(stack: Stack, database: FreshDatabase, member: Member) -> dict[str, int]:
    """What the day left, counted where it is kept."""
    books, guard = Books(database), stack.guard
    opened = guard.one(
        "SELECT count(DISTINCT person) FROM guard.journal WHERE account = $1 AND kind = 'released'", member.account
    )
    [given] = books.run("SELECT count(*) FILTER (WHERE state = 'planned') AS planned,"
                        " count(*) FILTER (WHERE state = 'present') AS present FROM appointment")  # fmt: skip
    notes = guard.one("SELECT count(*) FROM guard.journal WHERE account = $1 AND kind = 'updated'", member.account)
    [sent] = books.run("SELECT count(*) AS sent FROM prescription")
    return {
        "files": opened, "appointments": given["planned"] + given["present"], "notes": notes,
        "prescriptions": sent["sent"],
    }  # fmt: skip


def test_adviser_through_an_ordinary_day_clicks_no_more_than_under_a_policy_that_allows_everything(
    postgres: EmbeddedPostgres, tmp_path: Path, new_page: Callable[..., Page]
) -> None:
    size = {"viewport": {"width": 1280, "height": 900}}
    held, left = played(postgres, tmp_path / "shipped", policy_file.default_text(), new_page(**size))
    free, left_free = played(postgres, tmp_path / "allow-all", allow_all(), new_page(**size))
    REPORT.parent.mkdir(exist_ok=True)
    figures = {"shipped": asdict(held.counted), "allow_all": asdict(free.counted), "done": left}
    REPORT.write_text(json.dumps(figures, indent=1) + "\n")
    assert left == left_free
    assert left == {
        "files": FILES, "appointments": APPOINTMENTS, "notes": NOTES, "prescriptions": PRESCRIPTIONS,
    }  # fmt: skip
    assert held.seen == free.seen or [re.sub("[0-9a-f-]{36}", "*", one) for one in held.seen] == [
        re.sub("[0-9a-f-]{36}", "*", one) for one in free.seen
    ]
    assert held.counted.clicks - free.counted.clicks == 0
    assert held.counted.fields - free.counted.fields == 0
    assert held.counted.sign_ins == free.counted.sign_ins == 1
    assert free.counted.confirmations == 0
    assert held.counted.confirmations <= 1
    assert held.counted.clicks_of_confirmations <= 2
