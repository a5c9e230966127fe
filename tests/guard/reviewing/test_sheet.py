"""What the doors of reviews tell and take, over HTTP: the sheet, the sitting, its signature, the evidence."""

import hashlib
import json
from datetime import timedelta

import pytest

from beffroi.core.approvals import Objection
from beffroi.guard.reviewing import sittings
from tests.guard.approvals.office import Seat, go, seat
from tests.guard.reviewing.campaigns import Campaigns
from tests.guard.signin.serving import Guard, options_of, text_of


def test_reviewer_finds_the_usual_in_one_group_and_the_dangerous_one_by_one(
    guard: Guard, campaigns: Campaigns, helene: Seat
) -> None:
    for name in ("Nora Petit", "Karim Haddad"):
        campaigns.adviser(name)
    campaigns.adviser("Luc Bris", explanation="break-glass")
    guard.member("Ines Oubli", role="adviser")
    manager = seat(guard, "Philippe Garnier", "account-manager")
    assert campaigns.open() == 1
    assert campaigns.open() == 0, "one at a time"
    told = campaigns.ask(helene, "sheet", campaign=campaigns.id()).json()
    assert {row["name"] for row in told["together"]["rows"]} == {"Nora Petit", "Karim Haddad"}
    lone = {row["name"]: (row["reasons"], row["mine"]) for row in told["alone"]["rows"]}
    assert lone["Luc Bris"] == (["break-glass"], True)
    assert lone["Ines Oubli"] == (["never-used"], True)
    assert lone["Philippe Garnier"] == (["reads-no-file"], True)
    assert lone["Helene Marchand"][1] is False, "nobody reviews himself"
    facts = next(row["facts"] for row in told["together"]["rows"])
    assert (facts["related"], facts["broken"], facts["median"]) == (3, 0, 3)
    progress = campaigns.ask(manager, "campaigns").json()["rows"]
    assert [(row["asked"], row["decided"], row["open"]) for row in progress] == [(6, 0, True)]


def test_reviewer_keeps_the_group_and_removes_one_with_one_signature(
    guard: Guard, campaigns: Campaigns, helene: Seat
) -> None:
    kept, gone = campaigns.adviser("Nora Petit"), campaigns.adviser("Luc Bris", explanation="break-glass")
    before = guard.row("SELECT * FROM guard.account WHERE id = $1", kept.account)["reviewed_until"]
    campaigns.open()
    page = campaigns.page(helene, campaigns.prepare(helene, together=True, remove=gone))
    assert "Habilitations gardées 1" in text_of(page)
    assert "Perdent leur accès dès votre signature Luc Bris" in text_of(page)
    assert campaigns.sign(helene, page).status_code == 303
    assert (campaigns.status(kept), campaigns.status(gone)) == ("confirmed", "closed")
    due = guard.one("SELECT due_at FROM guard.campaign")
    until = guard.row("SELECT * FROM guard.account WHERE id = $1", kept.account)["reviewed_until"]
    assert until == due + timedelta(days=92) > before
    assert [entry["explanation"] for entry in guard.journal("reviewed", kept.account)] == ["keep"]
    assert guard.journal("habilitation", gone.account)[0]["explanation"] == "review-removed"
    told = campaigns.ask(helene, "campaigns").json()["rows"][0]
    assert (told["kept"], told["removed"], told["decided"]) == (1, 1, 2)


def test_evidence_proves_each_signature_and_names_nobody(guard: Guard, campaigns: Campaigns, helene: Seat) -> None:
    campaigns.adviser("Nora Petit")
    campaigns.open()
    assert campaigns.sign(helene, campaigns.page(helene, campaigns.prepare(helene, together=True))).status_code == 303
    told = campaigns.ask(helene, "evidence", campaign=campaigns.id()).json()
    assert hashlib.sha256(told["document"].encode()).hexdigest() == told["sha256"]
    document = json.loads(told["document"])
    [signature] = document["signatures"]
    digest = hashlib.sha256(signature["content"].encode()).digest()
    assert digest.hex() == signature["sha256"]
    nonce = bytes.fromhex(signature["nonce"])
    assert sittings.challenge_of(digest, nonce).hex() == signature["challenge"]
    assert signature["passkey"] in document["passkeys"]
    verdicts = {line["habilitation"]: line["verdict"] for line in document["habilitations"]}
    assert sorted(map(str, verdicts.values())) == ["None", "keep"]
    assert not any(name in told["document"] for name in ("Nora", "Petit", "Helene"))


def test_same_role_in_another_office_reviews_nothing_here(guard: Guard, campaigns: Campaigns, helene: Seat) -> None:
    campaigns.adviser("Nora Petit")
    campaigns.open()
    south = guard.run(guard.world.organisation("South"))
    other = seat(guard, "Far Approver", "approver", organisation=south)
    for door in ("sheet", "evidence", "prepare"):
        refused = campaigns.ask(other, door, campaign=campaigns.id())
        assert refused.json()["code"] == Objection.UNKNOWN_CAMPAIGN
    assert campaigns.ask(other, "campaigns").json()["total"] == 0
    assert campaigns.ask(helene, "sheet", campaign=campaigns.id()).status_code == 200


@pytest.mark.parametrize("role", ["adviser", "account-manager", "security-officer"])
def test_i05_review_another_kind_of_role_reviews_nothing(
    guard: Guard, campaigns: Campaigns, helene: Seat, role: str
) -> None:
    campaigns.adviser("Nora Petit")
    somebody = seat(guard, "Some Body", role)
    campaigns.open()
    for door in ("sheet", "evidence", "prepare"):
        assert campaigns.ask(somebody, door, campaign=campaigns.id()).json()["code"] == "action-not-allowed"
    assert campaigns.ask(helene, "sheet", campaign=campaigns.id()).status_code == 200


def test_i04_reviewer_may_not_keep_himself_nor_whom_he_let_in_and_an_outsider_may(
    guard: Guard, campaigns: Campaigns, helene: Seat
) -> None:
    outsider = seat(guard, "Thomas Leroux", "approver")
    child = campaigns.adviser("Nora Petit", requested_by=outsider.member.account, approved_by=helene.member.account)
    campaigns.open()
    assert campaigns.prepare(helene, keep=child).json()["code"] == Objection.WITHIN_LINE
    assert campaigns.prepare(helene, keep=helene.member).json()["code"] == Objection.WITHIN_LINE
    assert campaigns.prepare(outsider, keep=child).json()["code"] == Objection.WITHIN_LINE
    assert campaigns.prepare(helene, together=True).json()["code"] == Objection.SHEET_CHANGED, "nobody left to keep"
    third = seat(guard, "Ana Tierce", "approver")
    assert campaigns.sign(third, campaigns.page(third, campaigns.prepare(third, keep=child))).status_code == 303


def test_signature_made_for_one_sitting_signs_no_other_and_serves_once(
    guard: Guard, campaigns: Campaigns, helene: Seat
) -> None:
    one, other = (campaigns.adviser(name, explanation="break-glass") for name in ("Luc Bris", "Zoe Bris"))
    campaigns.open()
    page = campaigns.page(helene, campaigns.prepare(helene, keep=one))
    passkey = helene.member.passkey
    assert passkey is not None
    stolen = passkey.get(options_of(page))
    shown = campaigns.page(helene, campaigns.prepare(helene, remove=other))
    refused = helene.browser.send("/reviews/decide", shown, answer=stolen)
    assert "n’a pas été reconnue" in text_of(refused)
    assert campaigns.status(other) == "confirmed"
    again = helene.browser.page("/reviews/decide")
    answer = passkey.get(options_of(again))
    assert helene.browser.send("/reviews/decide", again, answer=answer).status_code == 303
    assert helene.browser.send("/reviews/decide", again, answer=answer).status_code == 400
    assert guard.one("SELECT count(*) FROM guard.sitting WHERE signed_at IS NOT NULL") == 1


def test_two_reviewers_race_for_one_line_and_the_first_word_stands(
    guard: Guard, campaigns: Campaigns, helene: Seat
) -> None:
    thomas = seat(guard, "Thomas Leroux", "approver")
    disputed = campaigns.adviser("Luc Bris", explanation="break-glass")
    campaigns.open()
    first = campaigns.page(helene, campaigns.prepare(helene, remove=disputed))
    second = campaigns.page(thomas, campaigns.prepare(thomas, keep=disputed))
    assert campaigns.sign(helene, first).status_code == 303
    late = campaigns.sign(thomas, second)
    assert "La liste a changé" in text_of(late)
    assert campaigns.line(disputed)["verdict"] == "remove"
    assert campaigns.prepare(thomas, keep=disputed).json()["code"] == Objection.SHEET_CHANGED


def test_sitting_is_its_reviewers_own(guard: Guard, campaigns: Campaigns, helene: Seat) -> None:
    thomas = seat(guard, "Thomas Leroux", "approver")
    campaigns.adviser("Nora Petit")
    campaigns.open()
    mine = campaigns.prepare(helene, together=True).json()["sitting"]
    own = campaigns.prepare(thomas, together=True)
    page = campaigns.page(thomas, own)
    assert page.status_code == 200
    url = own.json()["sign_url"].replace(own.json()["sitting"], mine)
    assert "Campagne introuvable" in text_of(go(guard, thomas, url))


@pytest.mark.parametrize(
    "body",
    [
        {"campaign": "nothing"},
        {"campaign": "00000000-0000-4000-8000-000000000000", "verdicts": [{"review": "x", "verdict": "keep"}]},
        {"campaign": "00000000-0000-4000-8000-000000000000", "more": 1},
        {
            "campaign": "00000000-0000-4000-8000-000000000000",
            "verdicts": [{"review": "00000000-0000-4000-8000-000000000000", "verdict": "silent"}],
        },
        {
            "campaign": "00000000-0000-4000-8000-000000000000",
            "verdicts": [{"review": "00000000-0000-4000-8000-000000000000", "verdict": "keep"}] * 2,
        },
        {
            "campaign": "00000000-0000-4000-8000-000000000000",
            "verdicts": [{"review": "00000000-0000-4000-8000-000000000000", "verdict": "keep"}] * 301,
        },
    ],
)
def test_sitting_malformed_is_refused(campaigns: Campaigns, helene: Seat, body: dict[str, object]) -> None:
    assert campaigns.ask(helene, "prepare", **body).json()["code"] == "malformed"


def test_line_rewritten_in_the_database_is_refused_and_reported(
    guard: Guard, campaigns: Campaigns, helene: Seat
) -> None:
    member = campaigns.adviser("Luc Bris", explanation="break-glass")
    campaigns.open()
    guard.execute("UPDATE guard.review SET reasons = '{}' WHERE account = $1", member.account)
    assert campaigns.ask(helene, "sheet", campaign=campaigns.id()).json()["code"] == "integrity"
