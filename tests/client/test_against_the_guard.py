"""The client against a real guard: answers, refusals, renewal of the token, by threads and by asyncio."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc.jwk import ECKey

from beffroi.client import ApplicationKey, Call, Conversation, GuardUnavailable, Refused, Speaker, calls
from beffroi.client.answers import Found, Opened, Page, Released, Session
from beffroi.core.identifying import Identifying
from tests.client.conftest import Served

UNKNOWN = "00000000-0000-4000-8000-000000000000"
Asking = Callable[..., Any]


@pytest.fixture(params=["threads", "asyncio"])
def ask(request: pytest.FixtureRequest, served: Served) -> Asking:
    """Carry one call of a fresh client, in both ways of working."""

    def by_threads(call: Call[Any], speaker: Speaker | None = None, *, key: ApplicationKey | None = None) -> Any:
        with served.sync(key) as guard:
            return guard.ask(call, speaker)

    async def once(call: Call[Any], speaker: Speaker | None, key: ApplicationKey | None) -> Any:
        async with served.asynchronous(key) as guard:
            return await guard.ask(call, speaker)

    def by_asyncio(call: Call[Any], speaker: Speaker | None = None, *, key: ApplicationKey | None = None) -> Any:
        return asyncio.run(once(call, speaker, key))

    return by_threads if request.param == "threads" else by_asyncio


def test_agent_session_is_described_with_its_rights_and_budgets(ask: Asking, served: Served) -> None:
    session = ask(calls.session(), served.speaker())
    assert isinstance(session, Session)
    assert session.display_name.reveal() == "Ana Adviser"
    assert session.membership is not None
    assert session.membership.label is not None
    assert session.membership.label.fr == "Conseiller"
    purpose = session.purpose("open")
    assert purpose is not None
    assert purpose.read[:2] == ("identity", "contact")
    assert session.purpose("erase") is None
    assert "emergency" in {reason.code for reason in session.reasons}
    assert {budget.bucket for budget in session.budgets} >= {"portfolio", "office", "search", "break-glass"}


def test_agent_opens_a_file_and_every_text_of_it_is_wrapped(ask: Asking, served: Served) -> None:
    opened = ask(calls.open_file(served.person, "follow-up", ["identity", "contact"]), served.speaker())
    assert isinstance(opened, Opened)
    last_name = opened.fields["identity"]["last_name"]
    assert isinstance(last_name, Identifying)
    assert last_name.reveal() == "Delaunay"
    assert opened.explanation == "referent"
    assert opened.version == 1
    assert opened.budget is not None
    assert opened.budget.bucket == "portfolio"
    assert "Delaunay" not in repr(opened)
    assert "example.org" not in repr(opened)


def test_agent_lists_releases_and_finds(ask: Asking, served: Served) -> None:
    page = ask(calls.portfolio("follow-up", scope="portfolio", order="name", page=1), served.speaker())
    assert isinstance(page, Page)
    assert [row.id for row in page.rows] == [served.person]
    assert "Delaunay" not in repr(page)
    released = ask(calls.release(served.person, "follow-up", ["identity"]), served.speaker())
    assert isinstance(released, Released)
    assert released.outcome == "allow"
    criteria = {"last_name": "DELAUNAY", "first_name": "camille", "birth_date": "2005-04-12"}
    found = ask(calls.find("follow-up", "name", criteria), served.speaker())
    assert isinstance(found, Found)
    assert [(match.person, match.relation) for match in found.matches] == [(served.person, "referent")]


def test_agent_refused_gets_a_value_in_the_language_of_the_page(ask: Asking, served: Served) -> None:
    for language, title in (("fr", "Dossier introuvable"), ("en", "No such file")):
        refused = ask(calls.open_file(UNKNOWN, "follow-up", ["identity"]), served.speaker(language=language))
        assert isinstance(refused, Refused)
        assert (refused.code, refused.status, refused.title) == ("person-unknown", 404, title)


def test_agent_stepping_up_learns_where_and_what(ask: Asking, served: Served) -> None:
    _, handle = served.guard.signed_in(served.member)
    row = served.guard.row("SELECT id FROM guard.session ORDER BY created_at DESC LIMIT 1")
    served.guard.amend("session", row["id"], level=1)
    refused = ask(calls.open_file(served.person, "follow-up", ["nir"]), served.speaker(handle=Identifying(handle)))
    assert isinstance(refused, Refused)
    assert refused.code == "step-up-required"
    assert refused.step_up is not None
    assert refused.step_up.level == 2
    assert refused.step_up.url.startswith(f"{served.guard.url}/step-up?")


def test_malformed_request_names_the_place_and_never_the_value(ask: Asking, served: Served) -> None:
    refused = ask(calls.find("follow-up", "email", {"value": "secret not an address"}), served.speaker())
    assert isinstance(refused, Refused)
    assert refused.code == "malformed"
    assert [error.field for error in refused.errors] == ["$.value"]
    assert "secret" not in repr(refused)


def test_other_client_is_refused_as_a_value(ask: Asking, served: Served) -> None:
    _, handle = served.guard.signed_in(served.member)
    refused = ask(calls.session(), served.speaker(handle=Identifying(handle), client="elsewhere"))
    assert isinstance(refused, Refused)
    assert refused.code == "session-other-client"


def test_key_the_guard_does_not_know_is_no_refusal_but_a_broken_edge(ask: Asking, served: Served) -> None:
    stranger = ApplicationKey("console", ECKey.generate_key("P-256", {"kid": "console-key"}))
    with pytest.raises(GuardUnavailable, match="refused this application's key"):
        ask(calls.session(), served.speaker(), key=stranger)


def test_one_token_serves_many_calls_and_many_threads(served: Served) -> None:
    served.asked.clear()
    with served.sync() as guard, ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: guard.ask(calls.session(), served.speaker()), range(24)))
    assert all(isinstance(answer, Session) for answer in answers)
    assert served.asked.count("POST /v1/token") == 1
    assert served.asked.count("GET /v1/session") == 24


async def test_one_token_serves_many_tasks(served: Served) -> None:
    served.asked.clear()
    async with served.asynchronous() as guard:
        answers = await asyncio.gather(*(guard.ask(calls.session(), served.speaker()) for _ in range(24)))
    assert all(isinstance(answer, Session) for answer in answers)
    assert served.asked.count("POST /v1/token") == 1


def test_token_near_its_end_is_replaced_before_it_fails(served: Served) -> None:
    with served.sync() as guard:
        guard.ask(calls.session(), served.speaker())
        served.asked.clear()
        guard._token.until = 0.0
        assert isinstance(guard.ask(calls.session(), served.speaker()), Session)
    assert served.asked == ["POST /v1/token", "GET /v1/session"]


def test_token_the_guard_forgot_is_replaced_once_and_the_call_made_again(served: Served) -> None:
    with served.sync() as guard:
        guard.ask(calls.session(), served.speaker())
        served.asked.clear()
        guard._token.value = "bt1.console.aaaa.1.00000000000000000000000000000000"
        assert isinstance(guard.ask(calls.session(), served.speaker()), Session)
    assert served.asked == ["GET /v1/session", "POST /v1/token", "GET /v1/session"]


async def test_token_the_guard_forgot_is_replaced_under_asyncio_too(served: Served) -> None:
    async with served.asynchronous() as guard:
        await guard.ask(calls.session(), served.speaker())
        guard._token.value = "bt1.console.aaaa.1.00000000000000000000000000000000"
        assert isinstance(await guard.ask(calls.session(), served.speaker()), Session)


def test_conversation_describes_its_session_once(served: Served) -> None:
    served.asked.clear()
    with served.sync() as guard:
        conversation = Conversation(guard, served.speaker())
        assert conversation.session is conversation.session
        conversation.ask(calls.open_file(served.person, "follow-up", ["identity"]))
    assert conversation.asked == 2
    assert served.asked[1:] == ["GET /v1/session", "POST /v1/open"]
    assert served.handle not in repr(conversation)


def test_nothing_identifying_nor_secret_is_logged(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with served.sync() as guard:
        speaker = served.speaker()
        guard.ask(calls.open_file(served.person, "follow-up", ["identity", "contact"]), speaker)
        criteria = {"last_name": "Delaunay", "first_name": "Camille", "birth_date": "2005-04-12"}
        call = calls.find("follow-up", "name", criteria)
        guard.ask(call, speaker)
        shown = f"{caplog.text}{call!r}{speaker!r}{guard._token!r}"
    assert "POST" in caplog.text
    for secret in ("Delaunay", "2005-04-12", served.handle, guard._token.value):
        assert secret not in shown
