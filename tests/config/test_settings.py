"""Settings: said in full, or the start is refused with a sentence that names what is missing."""

import stat
from pathlib import Path

import pytest

from beffroi.config.secret_files import write_private
from beffroi.config.settings import Mode, SettingMissing, load, remember

DEMONSTRATION = {"BEFFROI_MODE": "demonstration"}


def production(state: Path) -> dict[str, str]:
    return {
        "BEFFROI_MODE": "production",
        "BEFFROI_STATE": str(state),
        "DATABASE_URL": "postgresql://operator:secret-word@db.example/beffroi",
        "BEFFROI_CONSOLE_URL": "https://dossiers.example.fr",
        "BEFFROI_GUARD_URL": "https://garde.example.fr",
        "BEFFROI_GUARD_SERVER_URL": "http://127.0.0.1:8001",
        "BEFFROI_IDENTITY_PROVIDER_URL": "https://identite.example.fr",
    }


def test_demonstration_without_further_word_gets_the_usual_addresses(tmp_path: Path) -> None:
    settings = load({**DEMONSTRATION, "BEFFROI_STATE": str(tmp_path)})
    assert settings.mode is Mode.DEMONSTRATION
    assert settings.database_url is None
    assert (settings.console_url, settings.guard_url) == ("http://localhost:8000", "http://guard.localhost:8001")
    assert settings.guard_server_url == "http://127.0.0.1:8001"
    assert settings.identity_provider_url == "http://127.0.0.1:8002/api/v2"


def test_start_without_a_mode_is_refused_and_with_one_is_not(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match="BEFFROI_MODE is not set"):
        load({"BEFFROI_STATE": str(tmp_path)})
    with pytest.raises(SettingMissing, match="BEFFROI_MODE is unknown"):
        load({"BEFFROI_STATE": str(tmp_path), "BEFFROI_MODE": "development"})
    assert load({"BEFFROI_STATE": str(tmp_path), **DEMONSTRATION}).mode is Mode.DEMONSTRATION


def test_production_fully_said_starts(tmp_path: Path) -> None:
    assert load(production(tmp_path)).console_url == "https://dossiers.example.fr"


@pytest.mark.parametrize(
    "name",
    [
        "BEFFROI_STATE",
        "DATABASE_URL",
        "BEFFROI_CONSOLE_URL",
        "BEFFROI_GUARD_URL",
        "BEFFROI_GUARD_SERVER_URL",
        "BEFFROI_IDENTITY_PROVIDER_URL",
    ],
)
def test_production_missing_one_setting_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    said = production(tmp_path)
    del said[name]
    with pytest.raises(SettingMissing, match=f"{name} is not set"):
        load(said)


def test_production_over_plain_http_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match="BEFFROI_GUARD_URL must begin with https"):
        load(production(tmp_path) | {"BEFFROI_GUARD_URL": "http://garde.example.fr"})


@pytest.mark.parametrize("port", ["0", "65536", "eight", "-1", "8000 ", "٨٠٠٠"])
def test_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    said = DEMONSTRATION | {"BEFFROI_STATE": str(tmp_path), "BEFFROI_GUARD_PORT": port}
    if port.strip() == "8000":
        assert load(said).guard_port == 8000
        return
    with pytest.raises(SettingMissing, match="BEFFROI_GUARD_PORT"):
        load(said)


def test_setting_remembered_is_found_and_the_environment_wins(tmp_path: Path) -> None:
    remember(tmp_path, "BEFFROI_MODE", "demonstration")
    remember(tmp_path, "BEFFROI_CONSOLE_PORT", "9000")
    here = {"BEFFROI_STATE": str(tmp_path)}
    assert load(here).console_port == 9000
    assert load(here | {"BEFFROI_CONSOLE_PORT": "9001"}).console_port == 9001
    assert stat.S_IMODE((tmp_path / "settings.env").stat().st_mode) == 0o600


def test_settings_file_with_a_stray_line_is_refused_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "settings.env").write_text("# what this is for\n\nBEFFROI_MODE demonstration\n")
    with pytest.raises(SettingMissing, match=r"settings\.env, line 3"):
        load({"BEFFROI_STATE": str(tmp_path)})


def test_secret_named_by_file_is_read_and_named_twice_is_refused(tmp_path: Path) -> None:
    write_private(tmp_path / "url", "postgresql://operator:secret-word@db/files\n")
    said = DEMONSTRATION | {"BEFFROI_STATE": str(tmp_path), "DATABASE_URL_FILE": str(tmp_path / "url")}
    assert load(said).database_url == "postgresql://operator:secret-word@db/files"
    with pytest.raises(SettingMissing, match="both set"):
        load(said | {"DATABASE_URL": "postgresql://other"})
    with pytest.raises(SettingMissing, match=r"DATABASE_URL_FILE: .* cannot be read"):
        load(said | {"DATABASE_URL_FILE": str(tmp_path / "absent")})
    (tmp_path / "url").chmod(0o644)
    with pytest.raises(SettingMissing, match="open to other accounts"):
        load(said)


def test_settings_shown_hold_no_secret(tmp_path: Path) -> None:
    said = production(tmp_path) | {"BEFFROI_GUARD_DATABASE_URL": "postgresql://g:secret-word@db/files"}
    assert "secret-word" not in repr(load(said))


def test_role_without_prepared_database_is_refused_by_its_setting(tmp_path: Path) -> None:
    settings = load({**DEMONSTRATION, "BEFFROI_STATE": str(tmp_path)})
    with pytest.raises(SettingMissing, match="BEFFROI_GUARD_DATABASE_URL is not set"):
        settings.database("beffroi_guard")
