"""What an attacker may try on the way in. Each refusal differs by one thing from a sign-in that works."""

import dataclasses
import html
import re
from urllib.parse import urlencode

import httpx
import msgspec
import pytest

from beffroi.guard.signin import attempts
from beffroi.simulation.identity_provider.misbehaviour import Misbehaviour
from tests.guard.signin.serving import STATE, Guard, fields_of, fresh_code, text_of


@pytest.mark.parametrize(
    "return_to",
    [
        "https://evil.example/back",
        "http://localhost:1/back/",
        "http://localhost:1/back?next=https://evil.example",
        "http://localhost:1@evil.example/back",
        "//evil.example/back",
    ],
)
def test_attacker_asking_to_return_elsewhere_gets_a_page_not_a_redirect(guard: Guard, return_to: str) -> None:
    refused = guard.browser().begin(return_to=return_to)
    assert refused.status_code == 400
    assert "location" not in refused.headers
    assert guard.browser().begin().status_code == 303


@pytest.mark.parametrize("application", ["nobody", "", "CONSOLE", "console'--"])
def test_attacker_naming_another_application_gets_a_page(guard: Guard, application: str) -> None:
    assert guard.browser().begin(application=application).status_code == 400


def test_attacker_replaying_the_provider_s_answer_in_the_same_browser_gets_nothing(guard: Guard) -> None:
    member, browser = guard.member("Anne Replay"), guard.browser()
    back = browser.at_provider(browser.begin().headers["location"], member.persona)
    cookies = dict(browser.http.cookies)
    assert browser.http.get(back).status_code == 303
    again = httpx.get(back, cookies=cookies)
    assert again.status_code == 400
    assert "plus en cours" in text_of(again)


def test_victim_brought_to_the_attacker_s_answer_is_not_signed_in_as_him(guard: Guard) -> None:
    """Login CSRF: the answer of another browser's sign-in, with that one's state."""
    attacker, victim = guard.browser(), guard.browser()
    member = guard.member("Mallory Evil")
    back = attacker.at_provider(attacker.begin().headers["location"], member.persona)
    assert victim.http.get(back).status_code == 400
    victim.begin()
    refused = victim.http.get(back)
    assert refused.status_code == 403
    assert guard.journal("sign-in-refused")[-1]["explanation"] == "state_mismatch"
    assert attacker.http.get(back).status_code == 303


def test_attacker_injecting_a_stolen_code_with_the_right_state_gets_nothing(guard: Guard) -> None:
    """The code was made for another nonce and another verifier."""
    member, thief = guard.member("Vera Victim"), guard.browser()
    victim = guard.browser()
    stolen = victim.at_provider(victim.begin().headers["location"], member.persona)
    begun = thief.begin().headers["location"]
    state = dict(httpx.URL(begun).params)["state"]
    code = dict(httpx.URL(stolen).params)["code"]
    refused = thief.http.get(f"{guard.url}/sign-in/callback?{urlencode({'code': code, 'state': state})}")
    assert refused.status_code == 403


def test_attacker_mixing_up_issuers_gets_nothing(guard: Guard) -> None:
    member, browser = guard.member("Iris Mixup"), guard.browser()
    back = browser.at_provider(browser.begin().headers["location"], member.persona)
    url = httpx.URL(back)
    assert browser.http.get(url.copy_merge_params({"iss": "https://evil.example"})).status_code == 403
    assert guard.journal("sign-in-refused")[-1]["explanation"] == "callback_issuer_mismatch"


@pytest.mark.parametrize("lie", list(Misbehaviour))
def test_provider_that_lies_is_not_believed(guard: Guard, lie: Misbehaviour) -> None:
    member = guard.member(f"Liar {lie.value.replace('_', '')}")
    assert guard.browser().identify(member).headers.get("location") == "/sign-in/factor"
    guard.provider.misbehaviours.add(lie)
    refused = guard.browser().identify(member)
    assert refused.status_code == 403, refused.text
    assert "location" not in refused.headers
    if lie is Misbehaviour.UNKNOWN_ACR:
        assert guard.journal("assurance-unknown")
    if lie is Misbehaviour.CHANGED_SUB:
        assert guard.journal("quarantined", member.account)[0]["explanation"] == "quarantined-other-subject"


def test_agent_coming_through_another_identity_provider_is_put_in_quarantine(guard: Guard) -> None:
    member = guard.member("Noor Moved")
    guard.know(msgspec.structs.replace(member.persona, idp_id="another-idp"))
    refused = guard.browser().identify(member)
    assert refused.status_code == 403
    assert guard.journal("quarantined", member.account)[0]["explanation"] == "quarantined-other-provider"
    guard.know(member.persona)
    assert guard.browser().identify(member).status_code == 303


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_suspended_agent_is_told_so_and_goes_no_further(guard: Guard, status: str) -> None:
    member = guard.member(f"Sam {status}", status=status)
    refused = guard.browser().identify(member)
    assert refused.status_code == 403
    assert "suspendu" in text_of(refused)


def test_agent_suspended_between_provider_and_factor_gets_no_session(guard: Guard) -> None:
    member, browser = guard.member("Lou Between"), guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/factor")
    guard.amend("account", member.account, status="suspended")
    refused = browser.send("/sign-in/factor", page, kind="totp", code=fresh_code(guard, member))
    assert refused.status_code == 403
    assert guard.one("SELECT count(*) FROM guard.session WHERE account = $1", member.account) == 0


def test_cookie_planted_before_the_identity_is_known_is_worth_nothing_after(guard: Guard) -> None:
    """Session fixation: the attacker knows the first cookie; the guard changes it at the identity."""
    member, browser = guard.member("Fix Ation"), guard.browser()
    begun = browser.begin()
    planted = dict(browser.http.cookies)
    browser.http.get(browser.at_provider(begun.headers["location"], member.persona))
    assert browser.page("/sign-in/factor").status_code == 200
    assert httpx.get(f"{guard.url}/sign-in/factor", cookies=planted).status_code == 400


def test_form_from_another_site_does_nothing(guard: Guard) -> None:
    member, browser = guard.member("Cross Site"), guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/factor")
    code = fresh_code(guard, member)
    assert browser.send("/sign-in/factor", page, kind="totp", code=code, form_token="0" * 43).status_code == 403
    token = re.search(r'name="form_token" value="([^"]+)"', page.text)
    assert token is not None
    data = {"form_token": token[1], "kind": "totp", "code": code}
    url = f"{guard.url}/sign-in/factor"
    foreign = browser.http.post(url, data=data, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert browser.http.post(url, data=data, headers={"origin": guard.url}).status_code == 303


def test_every_page_forbids_frames_inline_code_and_strangers(guard: Guard) -> None:
    member, browser = guard.member("Frame Less"), guard.browser()
    browser.identify(member)
    for page in (browser.page("/sign-in/factor"), browser.page("/sign-in/enrol"), guard.browser().page("/sign-in")):
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "base-uri 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page.text)
        strangers = re.findall(r'(?:src|href|action)="(https?://[^"]+)"', page.text)
        assert not strangers


def test_cookies_are_the_guard_s_own(guard: Guard) -> None:
    member, browser = guard.member("Cookie Jar"), guard.browser()
    for answer in (browser.begin(), browser.identify(member), browser.prove(member)):
        for cookie in answer.headers.get_list("set-cookie"):
            assert "HttpOnly" in cookie
            assert "SameSite=Lax" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie


def test_no_address_holds_an_identifying_value(guard: Guard) -> None:
    member, browser = guard.member("Url Silent"), guard.browser()
    begun = browser.begin()
    back = browser.at_provider(begun.headers["location"], member.persona)
    arrived = browser.http.get(back)
    left = browser.prove(member)
    for url in (begun.headers["location"], back, arrived.headers["location"], left.headers["location"]):
        for value in (member.persona.email, "Silent", member.persona.sub, member.persona.siret, str(member.account)):
            assert value not in html.unescape(url)


def test_machine_that_fails_again_and_again_is_slowed_down(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    member = guard.member("Brute Force")
    browser = guard.browser()
    browser.identify(member)
    page = browser.page("/sign-in/factor")
    monkeypatch.setitem(attempts.MOST, attempts.Limit.FAILURES, 2)
    for _ in range(2):
        assert browser.send("/sign-in/factor", page, kind="totp", code="000000").status_code == 403
    assert browser.send("/sign-in/factor", page, kind="totp", code=fresh_code(guard, member)).status_code == 429


def test_state_of_the_application_comes_back_as_it_was_sent(guard: Guard) -> None:
    member, browser = guard.member("State Ful"), guard.browser()
    browser.identify(member)
    assert fields_of(browser.prove(member))["state"] == STATE
    assert browser.begin(state="short").status_code == 400


def test_address_a_client_claims_is_believed_from_a_trusted_proxy_only(guard: Guard) -> None:
    from beffroi.guard.signin.browser import address
    from beffroi.guard.web.requests import Call

    def seen(peer: str, trusted: tuple[str, ...]) -> str:
        settings = dataclasses.replace(guard.services.settings, trusted_proxies=trusted)
        services = dataclasses.replace(guard.services, settings=settings)
        return address(Call("GET", "/", b"", {b"x-forwarded-for": b"6.6.6.6, 192.0.2.7"}, b"", peer, services))

    assert seen("10.0.0.1", ("10.0.0.1",)) == "192.0.2.7"
    assert seen("10.0.0.2", ("10.0.0.1",)) == "10.0.0.2"
