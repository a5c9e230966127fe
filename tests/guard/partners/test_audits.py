"""Audits over HTTP: the network opens and closes, the partner answers, corrections have a day."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.partner_audit import QUESTIONS
from tests.guard.partners.network import Network, day


@pytest.fixture
def audit(network: Network) -> Iterator[str]:
    """An audit of the manager's office, under way; closed afterwards."""
    if network.show(network.claire, network.office)["contract"] is None:
        network.contract(network.office)
    opened = network.call(network.claire, "partners/audits/open", organisation=network.office, due_on=day(30))
    assert opened.status_code == 201, opened.text
    yield opened.json()["audit"]
    left = [row for row in network.show(network.claire, network.office)["audits"] if row["closed_at"] is None]
    for row in left:
        answer_all(network, row["id"])
        assert network.call(network.claire, "partners/audits/close", audit=row["id"]).status_code == 200


def answer(network: Network, audit: str, question: str = "leavers", said: str = "no", **more: str) -> str | None:
    body = {"audit": audit, "question": question, "answer": said, **more}
    code: str | None = network.call(network.manager, "partners/audits/answer", **body).json().get("code")
    return code


def answer_all(network: Network, audit: str) -> None:
    for code in QUESTIONS:
        assert answer(network, audit, code, "yes") is None


def test_manager_answers_the_network_sets_a_day_and_closes(network: Network, audit: str) -> None:
    early = network.call(network.claire, "partners/audits/close", audit=audit)
    assert early.json()["code"] == Objection.ANSWERS_MISSING
    answer_all(network, audit)
    assert answer(network, audit, "leavers", "no", evidence="Registre des départs du 3 mars") is None
    undated = network.call(network.claire, "partners/audits/close", audit=audit)
    assert undated.json()["code"] == Objection.ANSWERS_MISSING
    due = {"audit": audit, "question": "leavers", "due_on": day(20)}
    assert network.call(network.manager, "partners/audits/correct", **due).json()["code"] == Objection.OUT_OF_REACH
    assert network.call(network.claire, "partners/audits/correct", **due).status_code == 200
    assert network.call(network.claire, "partners/audits/close", audit=audit).status_code == 200
    told = network.call(network.manager, "partners/audits/show", audit=audit).json()
    assert told["answers"]["leavers"]["evidence"] == "Registre des départs du 3 mars"
    assert (told["to_correct"], told["answered"]) == (1, len(QUESTIONS))
    assert "correction" in {each["matter"] for each in network.show(network.claire, network.office)["dues"]}
    done = {"audit": audit, "question": "leavers"}
    assert network.call(network.claire, "partners/audits/correct", **done).status_code == 200
    assert network.show(network.claire, network.office)["audits"][0]["to_correct"] == 0
    replayed = network.call(network.claire, "partners/audits/correct", **done)
    assert replayed.json()["code"] == Objection.PARTNER_STATE
    assert answer(network, audit) == Objection.PARTNER_STATE, "a closed audit takes no more answers"
    assert "Registre des" not in str(network.guard.journal("audit-answered"))


def test_manager_of_another_office_neither_reads_nor_answers(network: Network, audit: str) -> None:
    other = network.opens(network.new_office("Curious"), "Odile Curious")
    for path, more in (("show", {}), ("answer", {"question": "leavers", "answer": "yes"}), ("close", {})):
        refused = network.call(other, f"partners/audits/{path}", audit=audit, **more)
        assert (refused.status_code, refused.json()["code"]) == (404, Objection.UNKNOWN_PARTNER)


def test_second_audit_is_not_opened_while_one_is_under_way(network: Network, audit: str) -> None:
    again = network.call(network.claire, "partners/audits/open", organisation=network.office, due_on=day(60))
    assert again.json()["code"] == Objection.PARTNER_STATE


def test_audit_of_a_partner_without_a_contract_is_not_opened(network: Network) -> None:
    office = network.new_office("Bare")
    refused = network.call(network.claire, "partners/audits/open", organisation=office, due_on=day(30))
    assert refused.json()["code"] == Objection.PARTNER_STATE
    network.contract(office)
    past = network.call(network.claire, "partners/audits/open", organisation=office, due_on=day(-2))
    assert past.json()["code"] == Objection.PERIOD_WRONG
    opened = network.call(network.claire, "partners/audits/open", organisation=office, due_on=day(30))
    assert opened.status_code == 201


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"question": "unheard-of"}, Objection.UNKNOWN_PARTNER),
        ({"said": "perhaps"}, "malformed"),
        ({"evidence": "x" * 1_001}, "malformed"),
        ({"anything": "more"}, "malformed"),
    ],
)
def test_answer_with_one_thing_wrong_is_refused_by_name(
    network: Network, audit: str, more: dict[str, str], code: str
) -> None:
    assert answer(network, audit, **more) == code


def test_two_people_answer_one_question_at_once_and_one_answer_stays(network: Network, audit: str) -> None:
    with ThreadPoolExecutor(4) as threads:
        said = list(threads.map(lambda each: answer(network, audit, "updates", each), ["yes", "no", "partly", "yes"]))
    assert said == [None] * 4
    rows = network.guard.one("SELECT count(*) FROM guard.audit_answer WHERE audit = $1", audit)
    assert rows == 1


def test_list_of_partners_is_filtered_by_state_by_text_and_by_what_is_overdue(network: Network) -> None:
    office = network.new_office("Ville-sous-Orme")
    found = network.call(network.claire, "partners/list", text="ville-sous").json()
    [row] = found["rows"]
    assert (row["organisation"]["id"], row["state"]) == (office, "open")
    assert row["dues"][0] == {"matter": "contract-missing", "at": "1970-01-01T00:00:00Z", "overdue": True}
    assert network.call(network.claire, "partners/list", text="ville-sous", state="closed").json()["rows"] == []
    network.contract(office)
    assert network.call(network.claire, "partners/list", text="ville-sous", overdue=True).json()["rows"] == []
    assert network.call(network.claire, "partners/list", page=0).json()["code"] == "malformed"
