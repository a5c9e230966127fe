"""The beginning happens once, with three people, and their codes are in nobody's hands but theirs."""

import asyncio
import json

import asyncpg
import pytest
from joserfc.jwk import OKPKey

from beffroi.core.ids import AccountId, ApplicationId, ProviderId
from beffroi.guard.founding import FirstApplication, Founder, FoundingRefused, found
from beffroi.guard.keys import Keys
from beffroi.guard.signin import enrolments
from tests.databases import FreshDatabase
from tests.guard.world import POLICY, new_keys

IDP = ProviderId("founders-idp")
FOUNDERS = [
    Founder("Ada", "Un", "ada@network.example"),
    Founder("Bea", "Deux", "bea@network.example"),
    Founder("Cyd", "Trois", "cyd@network.example"),
]


async def begin(dsn: str, keys: Keys, founders: list[Founder] = FOUNDERS, **more: FirstApplication) -> list[str]:
    conn = await asyncpg.connect(dsn)
    try:
        return await found(conn, keys, POLICY, founders, "Network", providers=[IDP], operator="tester", **more)
    finally:
        await conn.close()


async def test_three_founders_get_codes_that_only_their_account_takes(fresh: FreshDatabase) -> None:
    keys = new_keys()
    codes = await begin(fresh.guard, keys)
    assert len(set(codes)) == 3
    conn = await asyncpg.connect(fresh.guard)
    entries = await conn.fetch("SELECT * FROM guard.journal WHERE kind = 'founded' ORDER BY entry")
    accounts = [AccountId(str(entry["account"])) for entry in entries]
    now = await conn.fetchval("SELECT guard.instant()")
    async with conn.transaction():
        assert await enrolments.check(conn, keys, accounts[0], codes[1], now) is None
        assert await enrolments.check(conn, keys, accounts[0], codes[0], now) is not None
    for row in await conn.fetch("SELECT * FROM guard.account"):
        assert keys.authenticator.genuine_row("account", row)
        assert (row["status"], row["requested_by"], row["approved_by"], row["pools"]) == ("invited", None, None, [])
    role = POLICY.roles[await conn.fetchval("SELECT DISTINCT role FROM guard.habilitation")]
    assert not role.rules, "a founder reads no file"
    await conn.close()


async def test_founders_network_accepts_the_providers_named_and_no_other(fresh: FreshDatabase) -> None:
    keys = new_keys()
    await begin(fresh.guard, keys)
    conn = await asyncpg.connect(fresh.guard)
    [row] = await conn.fetch("SELECT * FROM guard.organisation_provider")
    assert keys.authenticator.genuine_row("organisation_provider", row)
    assert (row["provider"], row["source"], row["withdrawn_at"]) == (IDP, "founding", None)
    assert row["organisation"] == await conn.fetchval("SELECT id FROM guard.organisation")
    entry = await conn.fetchrow("SELECT * FROM guard.journal WHERE kind = 'provider-accepted'")
    assert entry is not None
    assert json.loads(entry["detail"]) == {"provider": IDP, "source": "founding"}
    await conn.close()


async def test_operator_who_names_no_provider_founds_nothing(fresh: FreshDatabase) -> None:
    conn = await asyncpg.connect(fresh.guard)
    with pytest.raises(FoundingRefused, match="identity provider"):
        await found(conn, new_keys(), POLICY, FOUNDERS, "Network", providers=[], operator="tester")
    assert await conn.fetchval("SELECT count(*) FROM guard.account") == 0
    await conn.close()


async def test_no_table_holds_a_code_or_a_name_in_clear(fresh: FreshDatabase) -> None:
    codes = await begin(fresh.guard, new_keys())
    conn = await asyncpg.connect(fresh.owner)
    for table in ("account", "enrolment", "journal", "organisation", "habilitation"):
        dumped = str(await conn.fetch(f"SELECT * FROM guard.{table}"))
        for value in (*codes, *(code.replace("-", "") for code in codes), "ada@network.example", "Trois"):
            assert value not in dumped
    await conn.close()


async def test_second_init_is_refused(fresh: FreshDatabase) -> None:
    keys = new_keys()
    await begin(fresh.guard, keys)
    with pytest.raises(FoundingRefused, match="already has a beginning"):
        await begin(fresh.guard, keys)


async def test_of_two_inits_at_once_one_wins(fresh: FreshDatabase) -> None:
    keys = new_keys()
    outcomes = await asyncio.gather(*(begin(fresh.guard, keys) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, FoundingRefused) for outcome in outcomes) == 3
    conn = await asyncpg.connect(fresh.guard)
    assert await conn.fetchval("SELECT count(*) FROM guard.account") == 3
    await conn.close()


async def test_init_is_refused_where_the_journal_has_one_row(fresh: FreshDatabase) -> None:
    conn = await asyncpg.connect(fresh.guard)
    await conn.execute("INSERT INTO guard.journal (at, kind) VALUES (guard.instant(), 'key-rotated')")
    await conn.close()
    with pytest.raises(FoundingRefused, match="not empty"):
        await begin(fresh.guard, new_keys())


@pytest.mark.parametrize(
    "founders",
    [FOUNDERS[:2], [*FOUNDERS, Founder("Dan", "Quatre", "dan@network.example")], [*FOUNDERS[:2], FOUNDERS[0]],
     [*FOUNDERS[:2], Founder("Cyd", "Trois", "not an address")], [*FOUNDERS[:2], Founder("Cyd", " ", "c@n.example")]],
)  # fmt: skip
async def test_founders_who_are_not_three_people_are_refused(fresh: FreshDatabase, founders: list[Founder]) -> None:
    with pytest.raises(FoundingRefused):
        await begin(fresh.guard, new_keys(), founders)


async def test_first_application_is_registered_with_a_public_key_only(fresh: FreshDatabase) -> None:
    key = OKPKey.generate_key("Ed25519", {"kid": "console-1"})
    uris = ("https://console.example/retour/",)

    def first(private: bool) -> FirstApplication:
        return FirstApplication(ApplicationId("console"), "console", uris, json.dumps(key.as_dict(private=private)))

    keys = new_keys()
    with pytest.raises(FoundingRefused):
        await begin(fresh.guard, keys, application=first(private=True))
    await begin(fresh.guard, keys, application=first(private=False))
