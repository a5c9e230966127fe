"""What comes through an identity provider that an organisation does not accept: bound nowhere, served nowhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.ids import OrganisationId, ProviderId
from beffroi.core.providers import Place, closed_to, provider_id, serves

ONE, OTHER = ProviderId("one"), ProviderId("other")
NORTH, SOUTH = OrganisationId("north"), OrganisationId("south")
PROVIDERS = st.sampled_from([ProviderId(name) for name in "abcd"])
PLACES = st.lists(
    st.builds(Place, st.uuids().map(lambda one: OrganisationId(str(one))), st.booleans(), st.frozensets(PROVIDERS)),
    max_size=4,
)


def place(*accepted: ProviderId, organisation: OrganisationId = NORTH, network: bool = False) -> Place:
    return Place(organisation, network, frozenset(accepted))


def test_newcomer_through_an_accepted_provider_is_bound_and_through_another_is_not() -> None:
    assert closed_to(ONE, [place(ONE)], bound=False) is None
    assert closed_to(OTHER, [place(ONE)], bound=False) == (NORTH,)


def test_newcomer_of_two_organisations_is_bound_only_where_both_accept_the_provider() -> None:
    both = [place(ONE), place(ONE, organisation=SOUTH)]
    assert closed_to(ONE, both, bound=False) is None
    assert closed_to(ONE, [both[0], place(OTHER, organisation=SOUTH)], bound=False) == (SOUTH,)


def test_newcomer_of_the_network_is_bound_to_no_provider_that_it_does_not_accept() -> None:
    assert closed_to(ONE, [place(ONE, network=True)], bound=False) is None
    assert closed_to(OTHER, [place(ONE, network=True)], bound=False) == (NORTH,)


def test_newcomer_without_any_place_is_bound_to_nothing() -> None:
    assert closed_to(ONE, [], bound=False) == ()


def test_colleague_bound_through_a_withdrawn_provider_comes_in_where_another_place_accepts_it() -> None:
    assert closed_to(ONE, [place(), place(organisation=SOUTH)], bound=True) == (NORTH, SOUTH)
    assert closed_to(ONE, [place(), place(ONE, organisation=SOUTH)], bound=True) is None
    assert not serves(ONE, place())


def test_watcher_of_the_network_bound_through_a_withdrawn_provider_comes_in_to_give_back() -> None:
    assert closed_to(ONE, [place(network=True)], bound=True) is None
    assert closed_to(ONE, [place(network=False)], bound=True) == (NORTH,)


@pytest.mark.parametrize("text", ["", " one", "one ", "a b", "ünë", "one\n", "-one", "x" * 65, "a\u200bb", "а"])
def test_provider_whose_id_could_be_mistaken_for_another_is_none_that_is_accepted(text: str) -> None:
    assert provider_id(text) is None


@pytest.mark.parametrize("text", ["71144ab3-ee1a-4401-b7b3-79b44f7daeeb", "demonstration-idp", "x" * 64, "A.b:c/d_1"])
def test_provider_as_brokers_name_it_is_read(text: str) -> None:
    assert provider_id(text) == text


@given(PROVIDERS, PLACES)
def test_i06_newcomer_is_bound_exactly_where_every_place_names_the_provider(
    provider: ProviderId, places: list[Place]
) -> None:
    bound = closed_to(provider, places, bound=False) is None
    assert bound is (bool(places) and all(provider in each.accepted for each in places))
    assert closed_to(None, places, bound=False) is not None


@given(PROVIDERS, PLACES)
def test_whoever_may_be_bound_may_come_in_and_a_place_more_that_accepts_shuts_nobody_out(
    provider: ProviderId, places: list[Place]
) -> None:
    if closed_to(provider, places, bound=False) is None:
        assert closed_to(provider, places, bound=True) is None
    if closed_to(provider, places, bound=True) is None:
        assert closed_to(provider, [*places, place(provider)], bound=True) is None


@given(PROVIDERS, PLACES)
def test_withdrawal_never_opens_and_names_only_places_that_do_not_accept(
    provider: ProviderId, places: list[Place]
) -> None:
    for bound in (True, False):
        shut = closed_to(provider, places, bound=bound)
        named = {one.organisation for one in places if provider not in one.accepted}
        assert shut is None or set(shut) <= named
        without = [one._replace(accepted=one.accepted - {provider}) for one in places]
        if shut is not None:
            assert closed_to(provider, without, bound=bound) is not None
