"""What each process is given: in production nothing is guessed, and what the provider refuses is not asked."""

from pathlib import Path

import pytest

from beffroi.config import wiring
from beffroi.config.secret_files import write_private
from beffroi.config.settings import SettingMissing, load, remember
from beffroi.guard.settings import Scanner
from tests.config.test_settings import production

SECRET = "shared-with-the-provider"


@pytest.fixture
def said(tmp_path: Path) -> dict[str, str]:
    """Everything that production says of the guard's identity provider."""
    write_private(tmp_path / "client-secret", SECRET + "\n")
    return {
        "BEFFROI_POLICY": str(tmp_path / "policy.toml"),
        "BEFFROI_PROVIDER_CLIENT_ID": "beffroi",
        "BEFFROI_PROVIDER_CLIENT_SECRET_FILE": str(tmp_path / "client-secret"),
    }


def pkce(folder: Path, said: dict[str, str]) -> bool:
    given = {**production(folder), "BEFFROI_GUARD_DATABASE_URL": "postgresql://guard:word@db.example/beffroi"}
    provider = wiring.guard_settings(load(given | said)).provider
    assert provider is not None
    assert provider.client_secret == SECRET
    return provider.pkce


def test_production_asks_proconnect_no_parameter_it_refuses_unless_told(tmp_path: Path, said: dict[str, str]) -> None:
    assert pkce(tmp_path, said) is False
    assert pkce(tmp_path, {**said, "BEFFROI_PROVIDER_PKCE": "on"}) is True
    with pytest.raises(SettingMissing, match="BEFFROI_PROVIDER_PKCE"):
        pkce(tmp_path, {**said, "BEFFROI_PROVIDER_PKCE": "yes"})


def test_client_secret_open_to_other_accounts_refuses_the_start(tmp_path: Path, said: dict[str, str]) -> None:
    file = tmp_path / "client-secret"
    assert pkce(tmp_path, said) is False
    file.chmod(0o640)
    with pytest.raises(SettingMissing, match=r"CLIENT_SECRET_FILE: .*open to other accounts") as refused:
        pkce(tmp_path, said)
    assert SECRET not in str(refused.value)
    file.unlink()
    with pytest.raises(SettingMissing, match=r"CLIENT_SECRET_FILE: .*cannot be read"):
        pkce(tmp_path, said)


def test_production_that_serves_people_names_the_one_application_that_does(
    tmp_path: Path, said: dict[str, str]
) -> None:
    given = {
        **production(tmp_path),
        "BEFFROI_GUARD_DATABASE_URL": "postgresql://guard:word@db.example/beffroi",
        **said,
    }
    assert wiring.guard_settings(load(given)).person_application is None, "no provider of people, no space"
    given |= {
        "BEFFROI_PERSON_PROVIDER_URL": "https://particuliers.example.fr", "BEFFROI_PERSON_PROVIDER_CLIENT_ID": "one",
        "BEFFROI_PERSON_PROVIDER_CLIENT_SECRET_FILE": said["BEFFROI_PROVIDER_CLIENT_SECRET_FILE"],
    }  # fmt: skip
    for wrong in ("", "Not A Code"):
        with pytest.raises(SettingMissing, match="BEFFROI_PERSONAL_APPLICATION"):
            wiring.guard_settings(load({**given, "BEFFROI_PERSONAL_APPLICATION": wrong}))
    assert (
        wiring.guard_settings(load({**given, "BEFFROI_PERSONAL_APPLICATION": "cases"})).person_application == "cases"
    )


def test_setting_of_the_guard_alone_is_read_from_the_state_folder_and_the_environment_wins(
    tmp_path: Path, said: dict[str, str]
) -> None:
    said |= {"BEFFROI_TRUSTED_PROXIES": "192.0.2.1 192.0.2.2", "BEFFROI_PROVIDER_IDP_ID": "one"}
    for name, value in said.items():
        remember(tmp_path, name, value)
    given = {**production(tmp_path), "BEFFROI_GUARD_DATABASE_URL": "postgresql://guard:word@db.example/beffroi"}
    found = wiring.guard_settings(load(given))
    assert found.trusted_proxies == ("192.0.2.1", "192.0.2.2")
    assert found.policy_file == tmp_path / "policy.toml"
    assert found.provider is not None
    assert (found.provider.client_id, found.provider.idp_id) == ("beffroi", "one")
    assert wiring.guard_settings(load({**given, "BEFFROI_TRUSTED_PROXIES": "::1"})).trusted_proxies == ("::1",)


@pytest.mark.parametrize(
    ("named", "found"),
    [
        ("", None),
        ("unix:/run/clamav/clamd.ctl", Scanner(socket=Path("/run/clamav/clamd.ctl"))),
        ("tcp:clamav.example:3310", Scanner(host="clamav.example", port=3310)),
        ("tcp:[::1]:3310", Scanner(host="::1", port=3310)),
    ],
)
def test_guard_shows_attachments_to_the_scanner_that_is_named(
    tmp_path: Path, said: dict[str, str], named: str, found: Scanner | None
) -> None:
    assert wiring.scanner(load({**production(tmp_path), **said, "BEFFROI_CLAMD": named})) == found


@pytest.mark.parametrize(
    "named", ["/run/clamav/clamd.ctl", "unix:clamd.ctl", "tcp:host", "tcp::3310", "tcp:h:99999", "off"]
)
def test_scanner_that_cannot_be_told_refuses_the_start(tmp_path: Path, said: dict[str, str], named: str) -> None:
    with pytest.raises(SettingMissing, match="BEFFROI_CLAMD"):
        wiring.scanner(load({**production(tmp_path), **said, "BEFFROI_CLAMD": named}))
