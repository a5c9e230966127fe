"""The pages: French, self-contained, and enough for a newcomer to pass the guard's own second factor."""

import re

import pyotp
import pytest

from beffroi.simulation.identity_provider.personas import Persona, write_users_file
from tests.simulation.identity_provider.served import CLAIRE, YANN, Served, text_of


def pages(served: Served) -> list[str]:
    here = served.settings.origin + served.browser.get(served.ask().url).headers["location"]
    origin = served.settings.origin
    addresses = [here, f"{here}?personne={CLAIRE.login}", f"{here}?recherche=zzz", f"{origin}/"]
    addresses += [f"{origin}/telephone", f"{origin}/telephone/{CLAIRE.login}", f"{origin}/telephone/{YANN.login}"]
    return [served.browser.get(address).text for address in addresses]


def test_newcomer_sees_on_every_page_that_identities_are_invented(served: Served) -> None:
    for page in pages(served):
        assert "Démonstration : identités inventées" in text_of(page)
        assert '<html lang="fr">' in page
        assert page.count("<h1>") == 1


def test_newcomer_s_browser_is_sent_to_no_outside_host(served: Served) -> None:
    for page in pages(served):
        assert not re.findall(r"""(?:src|href|action)=["']?(?:https?:)?//""", page)
        assert "url(" not in page
        assert "@import" not in page


def test_newcomer_s_browser_is_told_to_load_nothing_else(served: Served) -> None:
    answer = served.browser.get(f"{served.settings.origin}/telephone")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("words", ["conseillere nantes", "CLAIRE", "métropole martin"])
def test_newcomer_searches_without_accents_or_case_and_finds(served: Served, words: str) -> None:
    page = served.browser.get(f"{served.settings.origin}/telephone", params={"recherche": words}).text
    assert "Claire Martin" in page
    assert "Le Goff" not in page


def test_newcomer_reads_the_code_an_authenticator_would_show(served: Served) -> None:
    assert CLAIRE.totp_secret is not None
    served.clock.shift -= served.clock() % 30 - 5  # five seconds into a period
    expected = pyotp.TOTP(CLAIRE.totp_secret).at(int(served.clock()))
    page = served.browser.get(f"{served.settings.origin}/telephone/{CLAIRE.login}").text
    assert f'data-code="{expected}"' in page
    assert f"{expected[:3]} {expected[3:]}" in text_of(page)
    assert re.search(r"change dans 2[45] secondes", text_of(page))


def test_newcomer_asks_for_the_code_of_a_persona_without_one_and_is_told(served: Served) -> None:
    page = served.browser.get(f"{served.settings.origin}/telephone/{YANN.login}").text
    assert "data-code" not in page
    assert "n’a pas de code" in page


def test_newcomer_sees_the_people_of_a_demonstration_loaded_while_it_runs(served: Served) -> None:
    zoe = Persona(**{**{name: getattr(YANN, name) for name in YANN.__struct_fields__},
                     "login": "zoe", "sub": "zoe", "given_name": "Zoé<script>"})  # fmt: skip
    people = [zoe, *(Persona(**{**{n: getattr(YANN, n) for n in YANN.__struct_fields__},
                                "login": f"p{i}", "sub": f"p{i}"}) for i in range(1_200))]  # fmt: skip
    write_users_file(served.settings.users_file, people)
    page = served.browser.get(f"{served.settings.origin}/telephone").text
    assert "Zoé&lt;script&gt;" in page
    assert "<script>" not in page
    assert "1\u202f201 personnes" in page
    assert page.count("<li>") == 30
