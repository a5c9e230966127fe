"""Three founders, and nobody else: by requests, approvals and codes alone they bring a working network into being."""

import re
from collections.abc import Iterator

import pytest

from beffroi.core.ids import AccountId, ProviderId
from beffroi.guard.founding import Founder, found
from beffroi.simulation.identity_provider.personas import Persona
from tests.databases import FreshDatabase
from tests.guard.approvals.office import Seat, access, approve, go
from tests.guard.approvals.test_access import account_of, status_of
from tests.guard.awareness.test_exams import answers, begin, post
from tests.guard.signin.authenticator import Authenticator
from tests.guard.signin.serving import Guard, Member, fields_of, options_of, serve
from tests.guard.world import POLICY

CODE = re.compile(r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")


@pytest.fixture
def guard(fresh: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guard]:
    """A guard with an application, an office, and not one account."""
    with serve(fresh.guard, tmp_path_factory.mktemp("provider")) as served:
        yield served


def persona_of(first: str, email: str) -> Persona:
    return Persona(
        login=first.lower(), given_name=first, usual_name="Fondation", organisation="Network", job="founder",
        email=email, sub=f"subject-{first.lower()}", siret="12345678900011", idp_id="demonstration-idp",
    )  # fmt: skip


def enrol(guard: Guard, first: str, email: str, code: str) -> Seat:
    """Sign in for the first time, with a code and a passkey."""
    persona, passkey = persona_of(first, email), Authenticator(guard.url)
    guard.know(persona)
    browser = guard.browser()
    browser.identify(persona)
    assert browser.send("/sign-in/enrol", browser.page("/sign-in/enrol"), code=code).status_code == 303
    page = browser.page("/sign-in/enrol")
    left = browser.send("/sign-in/enrol", page, kind="passkey", answer=passkey.create(options_of(page)))
    redeemed = guard.redeem(fields_of(left)["code"])
    assert redeemed.status_code == 200, redeemed.text
    account = AccountId(str(account_of(guard, email)["id"]))
    return Seat(Member(account, persona, passkey=passkey), browser, redeemed.json()["handle"])


def learn(guard: Guard, newcomer: Seat) -> None:
    passed = post(guard, newcomer.handle, "answer", answers(begin(guard, newcomer.handle)))
    assert passed.json()["passed"], passed.text


def agree(guard: Guard, asker: Seat, kind: str, body: dict[str, object], *approvers: Seat) -> None:
    made = guard.call("POST", "/v1/requests/make", asker.handle, json={"kind": kind, "body": body})
    assert made.status_code == 201, made.text
    assert made.json()["needed"] == len(approvers)
    for approver in approvers:
        assert approve(guard, approver, made.json()["request"]).status_code == 303


def hand_over(guard: Guard, witness: Seat, name: str) -> str:
    rows = guard.call("POST", "/v1/enrolments/list", witness.handle, json={}).json()["rows"]
    [row] = [row for row in rows if row["name"].startswith(name) and row["status"] == "approved"]
    go(guard, witness, row["proof_url"])
    witness.browser.prove(witness.member)
    page = witness.browser.page("/proofs/hand-over")
    handed = CODE.search(witness.browser.send("/proofs/hand-over", page, proof="passport").text)
    assert handed is not None
    return handed[0]


def test_i04_three_founders_alone_reach_a_network_that_works_without_them(guard: Guard) -> None:
    names = ["Ada", "Bea", "Cyd"]
    founders = [Founder(name, "Fondation", f"{name.lower()}@network.example") for name in names]
    conn, keys, through = guard.world.conn, guard.world.keys, [ProviderId("demonstration-idp")]
    codes = guard.run(found(conn, keys, POLICY, founders, "Network", providers=through, operator="tester"))
    ada, bea, cyd = [enrol(guard, one.first_name, one.email, code) for one, code in zip(founders, codes, strict=True)]
    agree(guard, ada, "roster", {"domain": "network.example"}, bea, cyd)
    newcomers = []
    for name, role, approver, witness in (
        ("Dan", "approver", bea, cyd), ("Eve", "approver", cyd, bea), ("Fay", "network-administrator", bea, cyd),
        ("Gus", "security-officer", cyd, bea),
    ):  # fmt: skip
        email = f"{name.lower()}@network.example"
        wanted = access(roles=[role], first_name=name, last_name="Réseau", email=email)
        agree(guard, ada, "access", wanted["body"], approver)
        newcomer = enrol(guard, name, email, hand_over(guard, witness, name))
        learn(guard, newcomer)
        assert status_of(guard, newcomer.member.account) == ["probation"]
        newcomers.append(newcomer)
    dan, eve, fay, _ = newcomers
    # From here on no founder is needed: the office gets its manager, and he its first adviser.
    office = {"organisation": guard.organisation}
    agree(guard, fay, "roster", {"domain": "north.example", **office}, dan, eve)
    wanted = access(roles=["account-manager"], first_name="Hal", last_name="Nord", email="hal@north.example")
    agree(guard, fay, "access", wanted["body"] | office, dan)
    hal = enrol(guard, "Hal", "hal@north.example", hand_over(guard, eve, "Hal"))
    learn(guard, hal)
    wanted = access(first_name="Ida", last_name="Nord", email="ida@north.example")
    agree(guard, hal, "access", wanted["body"], eve)
    ida = enrol(guard, "Ida", "ida@north.example", hand_over(guard, dan, "Ida"))
    learn(guard, ida)
    assert status_of(guard, ida.member.account) == ["probation"]
    pools = account_of(guard, "ida@north.example")["pools"]
    assert {str(pool) for pool in pools} == {hal.member.account, fay.member.account}  # type: ignore[attr-defined]
