"""A first sign-in through a provider that the organisation does not accept: quarantined, its code untouched."""

import json
from uuid import uuid4

import pytest

from beffroi.guard import stamped
from tests.guard.approvals.office import seat
from tests.guard.providers.office import Office, enrol, with_code
from tests.guard.signin.serving import fields_of, text_of


def test_newcomer_through_an_accepted_provider_is_bound_and_through_an_unseen_one_is_not(office: Office) -> None:
    guard = office.guard
    known, unseen = office.newcomer(), office.newcomer("valbrume-idp")
    assert fields_of(enrol(office, known))["code"]
    assert office.account(known)["idp_id"] == "demonstration-idp"
    before = office.enrolment(unseen)

    refused = guard.browser().identify(unseen)

    assert refused.status_code == 403
    assert "jamais connecté par ce fournisseur d’identité" in text_of(refused)
    row = office.account(unseen)
    assert (row["status"], row["subject_index"], row["idp_id"]) == ("invited", None, None)
    assert office.enrolment(unseen) == before, "neither used nor counted against"
    [entry] = guard.journal("quarantined", unseen.account)
    assert entry["explanation"] == "quarantined-unseen-provider"
    assert str(entry["organisation"]) == guard.organisation
    assert json.loads(entry["detail"]) == {"provider": "valbrume-idp"}


def test_thief_through_an_unseen_provider_is_never_asked_for_a_code(office: Office) -> None:
    """Whoever says he owns the address, at a provider of his own, can neither try codes nor use them up."""
    thief, member = office.guard.browser(), office.newcomer("valbrume-idp")
    assert not thief.identify(member).is_redirect
    assert thief.page("/sign-in/enrol").status_code == 400
    for code in (member.code, "AAAA-BBBB-CCCC-DDDD"):
        data = {"form_token": "x" * 43, "kind": "code", "code": code}
        answer = thief.http.post(office.guard.url + "/sign-in/enrol", data=data, headers={"origin": office.guard.url})
        assert answer.status_code in (400, 403)
    assert (office.enrolment(member)["failures"], office.enrolment(member)["used_at"]) == (0, None)
    office.through(member, "demonstration-idp")
    assert fields_of(enrol(office, member))["code"], "the code still serves its owner"


def test_queue_names_account_provider_and_organisation_within_reach_and_no_more(office: Office) -> None:
    guard, member = office.guard, office.newcomer("valbrume-idp")
    guard.browser().identify(member)
    guard.browser().identify(member)
    [line] = [row for account, row in office.queue(office.manager).items() if account == member.account]
    assert (line["reason"], line["times"], line["provider"]) == ("unseen-provider", 2, "valbrume-idp")
    assert line["organisation"] == {"id": guard.organisation, "name": "North", "within_reach": True}
    assert set(line) == {"account", "name", "reason", "last_at", "times", "provider", "organisation"}
    south = guard.run(guard.world.organisation(f"South {uuid4()}"))
    other = seat(guard, "Far Manager", "account-manager", organisation=south)
    assert member.account not in office.queue(other)
    assert member.account in office.queue(office.helene)


def test_newcomer_through_a_provider_that_only_another_organisation_accepts_is_not_bound(office: Office) -> None:
    guard = office.guard
    south = guard.run(guard.world.organisation(f"South {uuid4()}"))
    guard.run(guard.world.provider(south, "southern-idp"))
    there, here = office.newcomer("southern-idp", organisation=south), office.newcomer("southern-idp")
    assert fields_of(enrol(office, there))["code"]
    assert guard.browser().identify(here).status_code == 403


def test_provider_with_an_id_that_nobody_could_ask_for_is_refused_without_being_told(office: Office) -> None:
    member = office.newcomer("x" * 65)
    assert office.guard.browser().identify(member).status_code == 403
    [entry] = office.guard.journal("quarantined", member.account)
    assert entry["detail"] is None
    assert office.queue(office.manager)[member.account]["provider"] is None


def test_provider_withdrawn_between_the_code_and_the_factor_binds_nothing_and_leaves_the_code(
    office: Office,
) -> None:
    guard, member = office.guard, office.newcomer("valbrume-idp")
    row = guard.run(guard.world.provider(guard.organisation, "valbrume-idp"))
    browser = with_code(office, member)
    guard.amend("organisation_provider", row, withdrawn_at=guard.run(guard.world.now()))
    try:
        refused = enrol(office, member, browser)
        assert refused.status_code == 403
        assert "ne l’accepte plus" in text_of(refused)
        assert office.account(member)["subject_index"] is None
        assert office.enrolment(member)["used_at"] is None
        assert guard.one("SELECT count(*) FROM guard.factor WHERE account = $1", member.account) == 0
        assert guard.journal("quarantined", member.account)[-1]["explanation"] == "quarantined-unseen-provider"
        guard.amend("organisation_provider", row, withdrawn_at=None)
        assert fields_of(enrol(office, member))["code"]
    finally:
        guard.amend("organisation_provider", row, withdrawn_at=guard.run(guard.world.now()))


@pytest.mark.parametrize("tampering", ["another provider", "another organisation", "given back", "invented"])
def test_i16_database_administrator_forges_an_accepted_provider_and_nobody_is_bound(
    office: Office, tampering: str
) -> None:
    guard = office.guard
    place = guard.run(guard.world.organisation(f"Place {uuid4()}"))
    row = guard.run(guard.world.provider(place, "old-idp", withdrawn_at=guard.run(guard.world.now())))
    member = office.newcomer("evil-idp", organisation=place)
    assert guard.browser().identify(member).status_code == 403
    alerts = len(guard.journal("integrity"))
    table = "guard.organisation_provider"
    if tampering == "another provider":
        guard.execute(f"UPDATE {table} SET provider = 'evil-idp', withdrawn_at = NULL WHERE id = $1", row)
    elif tampering == "another organisation":
        far = guard.run(guard.world.organisation(f"Far {uuid4()}"))
        lent = guard.run(guard.world.provider(far, "evil-idp"))
        guard.execute(f"UPDATE {table} SET organisation = $2 WHERE id = $1", lent, place)
    elif tampering == "given back":
        office.through(member, "old-idp")
        guard.execute(f"UPDATE {table} SET withdrawn_at = NULL WHERE id = $1", row)
    else:
        guard.execute(
            f"INSERT INTO {table} SELECT gen_random_uuid(), organisation, 'evil-idp', name, source, accepted_at,"
            f" NULL, NULL, NULL, 1, mac FROM {table} WHERE organisation = $1 LIMIT 1", place,
        )  # fmt: skip
    assert guard.browser().identify(member).status_code == 503
    assert len(guard.journal("integrity")) == alerts + 1
    assert office.account(member)["subject_index"] is None


def test_row_read_and_changed_meanwhile_is_not_amended(office: Office) -> None:
    world = office.guard.world

    async def twice() -> None:
        place = await world.organisation(f"Place {uuid4()}")
        row = await world.conn.fetchrow("SELECT * FROM guard.organisation_provider WHERE organisation = $1", place)
        await stamped.amend(world.conn, world.keys, "organisation_provider", row, name="first")
        await stamped.amend(world.conn, world.keys, "organisation_provider", row, name="second")

    with pytest.raises(stamped.Forged):
        office.guard.run(twice())


def test_colleague_of_another_broker_s_account_with_no_habilitation_left_is_told_of_a_closed_access(
    office: Office,
) -> None:
    member = office.newcomer()
    held = office.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
    office.guard.amend("habilitation", held, status="closed")
    refused = office.guard.browser().identify(member)
    assert refused.status_code == 403
    assert "suspendu ou fermé" in text_of(refused)
    assert office.enrolment(member)["used_at"] is None


def test_english_reader_is_told_in_english(office: Office) -> None:
    browser = office.guard.browser()
    browser.http.headers["accept-language"] = "en"
    assert "never come in through this identity provider" in text_of(
        browser.identify(office.newcomer("valbrume-idp"))
    )
