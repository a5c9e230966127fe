"""The cost of a containment: counted, never guessed; what ends and what stays add up to the whole network."""

from hypothesis import given
from hypothesis import strategies as st

from beffroi.core.containing import NAMED, QUIET, WATCHERS, Cut, Extent, Held, Live, cost, ended
from beffroi.core.ids import AccountId, ApplicationId, OrganisationId
from beffroi.core.policy import RoleKind

PEOPLE = st.sampled_from([AccountId(f"person-{n}") for n in range(6)])
PLACES = st.sampled_from([OrganisationId(f"office-{n}") for n in range(3)])
APPLICATIONS = st.sampled_from([ApplicationId("cases"), ApplicationId("billing")])
HELD = st.lists(st.builds(Held, PEOPLE, PLACES, st.sampled_from(RoleKind)), max_size=12)
LIVE = st.lists(st.builds(Live, PEOPLE, APPLICATIONS, st.none() | PLACES), max_size=12)
CUTS = st.one_of(
    st.just(Cut(Extent.EVERYTHING, "", frozenset())),
    st.just(Cut(Extent.GROUPS, "", frozenset())),
    st.frozensets(PLACES, min_size=1).map(lambda some: Cut(Extent.FILES, "", frozenset(), some)),
    APPLICATIONS.map(lambda one: Cut(Extent.APPLICATION, one, frozenset())),
    PLACES.map(lambda one: Cut(Extent.ORGANISATION, one, frozenset())),
    PEOPLE.map(lambda one: Cut(Extent.ACCOUNT, one, frozenset({one}))),
    st.sets(PEOPLE, min_size=1).map(lambda some: Cut(Extent.LINE, min(some), frozenset(some))),
)


def gives(cut: Cut, one: Held, watchers: set[AccountId]) -> bool:
    """Whether a membership still gives something, as the design words it."""
    if cut.extent in NAMED:
        return one.account not in cut.members
    if one.account in watchers or cut.extent in QUIET:
        return True
    return cut.extent is Extent.ORGANISATION and one.organisation != cut.scope


@given(CUTS, HELD, LIVE)
def test_cost_of_any_containment_counts_what_stops_and_what_goes_on(
    cut: Cut, held: list[Held], live: list[Live]
) -> None:
    counted = cost(cut, held, live)
    watchers = {one.account for one in held if one.kind in WATCHERS}
    everybody = {one.account for one in held}
    stopped = {one.account for one in held if not gives(cut, one, watchers)}
    assert counted.stopped == len(stopped)
    assert counted.elsewhere == len(stopped & {one.account for one in held if gives(cut, one, watchers)})
    over = ended(cut, live, watchers)
    assert counted.sessions == len(over)
    assert counted.working == len({one.account for one in over} & stopped)
    assert counted.organisations + counted.untouched == len({one.organisation for one in held})
    assert counted.emptied <= counted.organisations
    if cut.extent in QUIET:
        assert (counted.stopped, counted.sessions) == (0, 0)
        readers = [one for one in held if one.kind is RoleKind.READER]
        losing = [one for one in readers if cut.extent is Extent.GROUPS or one.organisation in cut.places]
        assert counted.reduced == len({one.account for one in losing})
    else:
        assert counted.going_on + len(stopped - watchers) == len(everybody - watchers)


@given(CUTS, HELD, LIVE)
def test_watchers_lose_nothing_to_a_containment_that_does_not_name_them(
    cut: Cut, held: list[Held], live: list[Live]
) -> None:
    watchers = {one.account for one in held if one.kind in WATCHERS}
    named = cut.members if cut.extent in NAMED else frozenset()
    assert cost(cut, held, live).watchers == len(watchers - named)
    assert not {one.account for one in ended(cut, live, watchers)} & (watchers - named)


def test_agent_with_a_second_office_is_said_to_work_on_elsewhere() -> None:
    ana, bea = AccountId("ana"), AccountId("bea")
    north, south = OrganisationId("north"), OrganisationId("south")
    held = [Held(ana, north, RoleKind.READER), Held(ana, south, RoleKind.READER), Held(bea, south, RoleKind.READER)]
    live = [Live(ana, ApplicationId("cases"), north), Live(bea, ApplicationId("cases"), south)]
    counted = cost(Cut(Extent.ORGANISATION, north, frozenset()), held, live)
    assert (counted.stopped, counted.elsewhere, counted.sessions) == (1, 1, 1)
    assert (counted.organisations, counted.emptied, counted.going_on, counted.untouched) == (1, 1, 1, 1)
