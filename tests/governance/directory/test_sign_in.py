"""Sign-in, sign-out and memberships, through the whole product."""

import re

import pytest

from beffroi.config.embedded_postgres import EmbeddedPostgres
from tests.config.console.stack import Stack
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member
from tests.systems.cases.diary import questions


@pytest.fixture(scope="module")
def adviser(stack: Stack) -> Member:
    return stack.guard.member("Ana Adviser")


def test_visitor_asks_for_a_page_and_comes_back_to_it_once_signed_in(stack: Stack, adviser: Member) -> None:
    visitor = stack.visitor()
    page = visitor.sign_in(adviser, "/recherche/?x=1")
    assert page.status == 200
    assert page.url == "/recherche/?x=1"
    assert "Ana Adviser" in page.text


def test_visitor_without_session_sees_the_first_page_without_asking_the_guard(stack: Stack) -> None:
    before = len(stack.asked)
    page = stack.visitor().get("/")
    assert page.status == 200
    assert "Se connecter" in page.text
    assert len(stack.asked) == before


@pytest.mark.parametrize("suite", ["https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example"])
def test_attacker_sign_in_link_never_leads_elsewhere(stack: Stack, adviser: Member, suite: str) -> None:
    page = stack.visitor().sign_in(adviser, f"/connexion/?suite={suite}")
    assert page.url == "/portefeuille/"


def test_attacker_own_return_in_another_browser_opens_nothing(stack: Stack, adviser: Member) -> None:
    attacker, victim = stack.visitor(), stack.visitor()
    attacker.sign_in(adviser)
    link = next(address for address in attacker.went if "/retour/" in address)
    page = victim.get(link)
    assert page.status == 400
    assert "Cette connexion n’a pas abouti" in page.text
    assert victim.get("/portefeuille/").response.is_redirect


def test_thief_of_the_cookie_on_another_kind_of_browser_ends_the_session(stack: Stack, adviser: Member) -> None:
    owner = stack.signed_in(adviser)
    thief = stack.visitor()
    thief.http.cookies = owner.http.cookies
    thief.http.headers["user-agent"] = "curl/8.0"
    page = thief.get("/portefeuille/")
    assert page.status == 401
    assert "autre poste" in page.text
    assert owner.get("/portefeuille/").status == 401


def test_agent_same_browser_after_its_own_update_stays_signed_in(stack: Stack, adviser: Member) -> None:
    visitor = stack.signed_in(adviser)
    visitor.http.headers["user-agent"] = "Mozilla/5.0 (X11; Linux x86_64) Essai/129.0.1"
    assert visitor.get("/portefeuille/").status == 200


def test_handle_is_nowhere_in_clear(stack: Stack, adviser: Member) -> None:
    visitor = stack.signed_in(adviser)
    cookies = " ".join(f"{cookie.name}={cookie.value}" for cookie in visitor.http.cookies.jar)
    hashes = stack.guard.one("SELECT count(*) FROM guard.session WHERE account = $1", adviser.account)
    assert hashes >= 1
    # A handle is 43 characters; the cookie seals it with a nonce and a tag, so it is longer and different each time.
    sealed = re.search(r"beffroi-agent=(\S+)", cookies)
    assert sealed is not None
    assert len(sealed[1]) > 43
    assert sealed[1] not in stack.log()


def test_agent_signs_out_and_the_old_cookie_opens_nothing(stack: Stack, adviser: Member) -> None:
    visitor = stack.signed_in(adviser)
    kept = dict(visitor.http.cookies)
    left = visitor.post("/deconnexion/", {})
    assert left.response.is_redirect
    assert "session/end" in left.response.headers["location"]
    assert "beffroi-agent" not in dict(visitor.http.cookies)
    visitor.http.cookies.update(kept)
    assert visitor.get("/portefeuille/").status == 401


def test_agent_signs_out_everywhere_and_the_other_browser_is_out_too(stack: Stack, adviser: Member) -> None:
    here, there = stack.signed_in(adviser), stack.signed_in(adviser)
    assert there.get("/portefeuille/").status == 200
    here.post("/deconnexion/partout/", {})
    assert there.get("/portefeuille/").status == 401


def test_other_agent_stays_signed_in_when_a_colleague_signs_out_everywhere(stack: Stack, adviser: Member) -> None:
    colleague = stack.signed_in(stack.guard.member("Colin Collegue"))
    stack.signed_in(adviser).post("/deconnexion/partout/", {})
    assert colleague.get("/portefeuille/").status == 200


def test_agent_of_two_organisations_chooses_then_works_for_the_chosen_one(stack: Stack) -> None:
    member = stack.guard.member("Deux Structures")
    south = stack.guard.world.offices["South"]
    stack.guard.run(stack.guard.world.habilitation(member.account, south, "receptionist"))
    visitor = stack.visitor()
    page = visitor.sign_in(member, "/mon-compte/")
    assert page.url.startswith("/mon-compte/")
    page = visitor.get("/portefeuille/")
    assert page.url == "/structures/?suite=%2Fportefeuille%2F"
    buttons = re.findall(r'name="membership" value="([^"]+)".*?<span>([^<]+)', page.html[page.html.index("<main") :])
    chosen = next(value for value, name in buttons if name == "South")
    page = visitor.post("/structures/?suite=/portefeuille/", {"membership": chosen}, page=page)
    assert page.url == "/portefeuille/"
    assert "Les personnes de ma structure" in page.text
    assert "South" in page.text


def test_agent_choosing_somebody_elses_membership_is_refused(stack: Stack, adviser: Member) -> None:
    other = stack.guard.member("Eve Etrangere")
    theirs = stack.guard.one("SELECT id FROM guard.habilitation WHERE account = $1", other.account)
    visitor = stack.signed_in(adviser)
    page = visitor.post("/structures/?suite=/", {"membership": str(theirs)})
    assert page.status == 403
    assert "Habilitation inactive" in page.text


def test_suspended_agent_is_told_and_sees_no_file(stack: Stack) -> None:
    member = stack.guard.member("Sam Suspendu")
    visitor = stack.signed_in(member)
    stack.guard.amend("account", member.account, status="suspended")
    page = visitor.get("/portefeuille/")
    assert page.status == 403
    assert "Compte suspendu" in page.text


def test_guard_down_says_so_and_comes_back(stack: Stack, adviser: Member) -> None:
    visitor = stack.signed_in(adviser)
    stack.down.set()
    try:
        page = visitor.get("/portefeuille/")
        assert page.status == 503
        assert "Le service de garde ne répond pas" in page.text
        assert page.response.headers["retry-after"] == "30"
        assert visitor.get("/accessibilite/").status == 200
    finally:
        stack.down.clear()
    assert visitor.get("/portefeuille/").status == 200


def test_agent_whose_session_ended_during_a_form_finds_it_again(stack: Stack, adviser: Member) -> None:
    visitor = stack.signed_in(adviser)
    form = visitor.get("/recherche/")
    stack.guard.execute("UPDATE guard.session SET seen_at = seen_at - interval '2 hours' WHERE revoked_at IS NULL")
    typed = {"recherche": "identite", "last_name": "Été", "first_name": "Zoé", "birth_date": "01/02/2003"}
    over = visitor.post("/recherche/", typed, page=form)
    assert over.status == 401
    assert "conservé" in over.text
    left = visitor.http.post(f"{stack.url}/confirmation/", data=over.hidden("Se connecter et continuer"))
    resumed = visitor.prove(adviser, left.headers["location"])
    kept = resumed.hidden("Continuer")
    assert {name: kept[name] for name in typed} == typed
    result = visitor.post("/recherche/", kept, page=resumed)
    assert result.status == 200
    assert "Aucune personne ne correspond" in result.text


def test_page_headers_hold_without_third_party(stack: Stack, adviser: Member) -> None:
    page = stack.signed_in(adviser).get("/portefeuille/")
    policy = page.response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert stack.guard.url in policy
    assert page.response.headers["cache-control"] == "no-store"
    assert page.response.headers["referrer-policy"] == "same-origin"
    assert not re.search(r"<script|\sstyle=", page.html)


def test_form_from_elsewhere_is_refused(stack: Stack, adviser: Member) -> None:
    visitor = stack.signed_in(adviser)
    answer = visitor.http.post(f"{stack.url}/deconnexion/partout/", data={})
    assert answer.status_code == 403
    assert visitor.get("/portefeuille/").status == 200


def test_language_switch_lasts_and_refusals_follow_it(stack: Stack, adviser: Member) -> None:
    visitor = stack.signed_in(adviser)
    page = visitor.post("/langue/", {"language": "en", "next": "/portefeuille/"})
    assert "My portfolio" in page.text
    page = visitor.get("/personnes/00000000-0000-4000-8000-000000000000/")
    assert page.status == 404
    assert "No such file" in page.text


def test_console_asks_its_database_nothing_but_the_menus_count_to_show_a_list_of_the_guards(
    stack: Stack, adviser: Member, postgres: EmbeddedPostgres, fresh_for_module: FreshDatabase
) -> None:
    visitor = stack.signed_in(adviser)
    with questions(postgres, fresh_for_module) as cost:
        assert visitor.get("/portefeuille/").status == 200
    [count] = cost.asked
    assert '"prescription"."new_to_' in count
