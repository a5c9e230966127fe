import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.assurance import level_of
from beffroi.core.policy import AssuranceRule, Level
from tests.core.worlds import POLICY

METHODS = ["pwd", "mail", "totp", "pop", "mfa", "novel"]


def level(acr: str, *amr: str, idp_id: str = "any") -> Level | None:
    return level_of(POLICY.assurance, idp_id=idp_id, acr=acr, amr=amr)


def test_agent_with_two_factors_at_the_provider_reaches_the_second_level_and_with_a_mailed_code_does_not() -> None:
    assert level("eidas1", "pwd", "totp", "mfa") is Level.SECOND_FACTOR
    assert level("eidas1", "pwd", "mail") is Level.SINGLE
    assert level("eidas1", "mail") is Level.SINGLE
    assert level("eidas1") is Level.SINGLE
    assert level("eidas3", "hwk", "pin", "mfa") is Level.SECOND_FACTOR


@pytest.mark.parametrize("acr", ["", "EIDAS1", "eidas4", "https://proconnect.gouv.fr/assurance/self-asserted"])
def test_i06_agent_with_an_unknown_acr_has_no_level(acr: str) -> None:
    assert level(acr, "mfa") is None


@given(st.sets(st.sampled_from(METHODS), min_size=1))
def test_i06_agent_with_an_unknown_method_among_known_ones_has_no_level(methods: set[str]) -> None:
    assert (level("eidas1", *sorted(methods)) is None) == ("novel" in methods)


def test_agent_of_one_provider_is_not_judged_by_another_ones_line() -> None:
    table = [AssuranceRule("town", "eidas1", frozenset({"mfa"}), Level.SECOND_FACTOR)]
    assert level_of(table, idp_id="town", acr="eidas1", amr=["mfa"]) is Level.SECOND_FACTOR
    assert level_of(table, idp_id="village", acr="eidas1", amr=["mfa"]) is None
    assert level_of((), idp_id="town", acr="eidas1", amr=[]) is None
