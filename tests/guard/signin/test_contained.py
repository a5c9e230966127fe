"""A containment stops whom it must at the door, and never those who approve, contain or investigate."""

from collections.abc import Iterator

import pytest

from tests.guard.signin.serving import CONSOLE, Guard, text_of


@pytest.fixture
def lifting(guard: Guard) -> Iterator[Guard]:
    """The guard, its containments removed after the test."""
    yield guard
    guard.execute("DELETE FROM guard.containment")


def test_contained_account_may_not_sign_in_and_its_colleague_may(lifting: Guard) -> None:
    member, other = lifting.member("Cut Off"), lifting.member("Col League")
    lifting.run(lifting.world.contain("account", member.account))
    refused = lifting.browser().identify(member)
    assert refused.status_code == 403
    assert "suspendu" in text_of(refused)
    lifting.signed_in(other)


@pytest.mark.parametrize(("role", "status"), [("adviser", 403), ("account-manager", 403), ("security-officer", 303)])
def test_contained_application_lets_in_the_watchers_only(lifting: Guard, role: str, status: int) -> None:
    member = lifting.member(f"Role {role}", role=role, with_totp=False, with_passkey=True)
    assert lifting.browser().identify(member).status_code == 303
    lifting.run(lifting.world.contain("application", CONSOLE))
    assert lifting.browser().identify(member).status_code == status


def test_contained_everything_still_lets_people_sign_in(lifting: Guard) -> None:
    lifting.run(lifting.world.contain("everything"))
    lifting.signed_in(lifting.member("Every Thing"))


def test_containment_forged_in_the_database_is_an_alert_not_a_freedom(lifting: Guard) -> None:
    member = lifting.member("Forged Lift")
    lifting.run(lifting.world.contain("account", member.account))
    lifting.execute("UPDATE guard.containment SET scope = 'nobody'")
    assert lifting.browser().identify(member).status_code == 503
    assert lifting.journal("integrity")
