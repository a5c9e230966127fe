"""The console shows nothing the guard would refuse: every link of every page somebody can reach leads somewhere."""

from collections import deque
from datetime import timedelta
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from beffroi.guard.containing.cutting import contain, suspend_account
from beffroi.guard.erasing.lists import prepare
from beffroi.guard.reviewing.opening import open_now
from tests.config.console.stack import Stack, Visitor
from tests.governance.leavers.staff import promote, waits
from tests.guard.approvals.office import know_domain, make, seat
from tests.guard.signin.serving import Guard
from tests.guard.world import POLICY

MOST = 150
LEAVING = ("/deconnexion/", "/connexion/", "/retour/", "/confirmation/")
"""Addresses that end the visit or begin another: signing in and out have tests of their own."""
ENDLESS = ("semaine=", "jour=", "corrige=", "modele=")
"""A calendar has a page for every day there is: the first one it leads to stands for the others."""
PLACES = {
    "adviser": "North", "receptionist": "North", "quality-officer": "North",
    "data-protection-correspondent": "North", "account-manager": "North", "approver": "Network",
    "security-officer": "Network", "founder": "Network", "network-administrator": "Network",
    "training-staff": "Academy", "training-account-manager": "Academy",
}  # fmt: skip
LOCAL = {"approver at the office": "approver", "security-officer at the office": "security-officer"}
WATCHING = {"approver": "Helene Marchand", "security-officer": "Claire Fontaine"}


@pytest.fixture(scope="module")
def busy(stack: Stack) -> Stack:
    """Something on every list: people, requests, arrivals, departures, cuts, a review."""
    guard = stack.guard
    world, north = guard.world, guard.organisation
    network = guard.run(world.organisation("Network", kind="network"))
    guard.run(world.organisation("Academy", kind="training-organisation"))
    know_domain(guard)
    for name in ("Anne Premiere", "Benoit Second"):
        guard.member(name, role="approver", organisation=network)
    for role, name in WATCHING.items():
        guard.member(name, role=role, organisation=network)
    manager = seat(guard, "Philippe Garnier", "account-manager")
    assert make(guard, manager).status_code == 201
    colleague = guard.member("Karim Collegue")
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", colleague.account)
    guard.amend("habilitation", held, status="probation")
    waits(stack, guard.member("Ines Inactive"))
    suspended = guard.member("Simon Suspendu").account
    guard.run(suspend_account(world.conn, world.keys, POLICY, suspended, reason="exercise", operator="night"))
    line = guard.member("Lea Ligne").account
    guard.run(contain(world.conn, world.keys, POLICY, "line", line, reason="exercise", operator="night"))
    guard.run(open_now(world.conn, world.keys, POLICY, guard.run(world.now()), north))
    stack.person(organisation=north)
    guard.run(_list_to_erase(guard))
    return stack


async def _list_to_erase(guard: Guard) -> None:
    """Somebody whom the office has not followed for years is on a list."""
    world, person = guard.world, await guard.world.person()
    ended = await world.now() - timedelta(days=3_000)
    await world.relation(person, guard.organisation, days=3_100, until_at=ended)
    await prepare(guard.services.pool, world.keys, POLICY)


def visitor(stack: Stack, who: str) -> Visitor:
    guard, role = stack.guard, LOCAL.get(who, who)
    place = "North" if who in LOCAL else PLACES[role]
    signs_in_as = "training-staff" if place == "Academy" else "adviser"
    member = guard.member(f"Visite {who.replace(' ', '-')}", role=signs_in_as)
    if place != "North":
        held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
        guard.amend("habilitation", held, organisation=guard.world.offices[place])
    found = stack.signed_in(member)
    promote(stack, member, role)
    return found


def of_a_calendar(one: str, other: str) -> bool:
    first, second = urlsplit(one), urlsplit(other)
    return first.path == second.path and first.query.startswith(ENDLESS) and second.query.startswith(ENDLESS)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("who", [*PLACES, *LOCAL])
def test_agent_of_each_kind_follows_every_link_and_is_refused_nowhere(busy: Stack, who: str) -> None:
    wandering = visitor(busy, who)
    home = urlsplit(busy.url).netloc
    waiting, seen, refused = deque([("", urljoin(busy.url, "/accueil/"))]), set[str](), []
    while waiting and len(seen) < MOST:
        came_from, address = waiting.popleft()
        if address in seen or urlsplit(address).path.startswith(LEAVING):
            continue
        if any(of_a_calendar(one, address) for one in seen):
            continue
        seen.add(address)
        page = wandering.get(address)
        if page.status in (403, 404, 405) or page.status >= 500:
            refused.append((came_from, address, page.status))
            continue
        if urlsplit(str(page.response.url)).netloc == home and "html" in page.response.headers["content-type"]:
            for link in page.links():
                target = urldefrag(urljoin(str(page.response.url), link)).url
                if urlsplit(target).netloc == home:
                    waiting.append((urlsplit(address).path, target))
    assert refused == []
    assert len(seen) > 3, "a page without links says nothing"
