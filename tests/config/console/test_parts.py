"""The console's secret, its server's arguments and what its log keeps, without anything started."""

import logging
from pathlib import Path

import pytest

from beffroi.config.console.logs import Discreet
from beffroi.config.console.process import _serving
from beffroi.config.console.secret import read_secret
from beffroi.config.settings import Mode, SettingMissing, load


def test_demonstration_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    secret = read_secret(tmp_path / "keys", Mode.DEMONSTRATION)
    assert len(secret) >= 50
    assert read_secret(tmp_path / "keys", Mode.DEMONSTRATION) == secret
    assert (tmp_path / "keys" / "console.secret").stat().st_mode & 0o777 == 0o600


def test_production_without_secret_refuses_and_says_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(SettingMissing, match=r"console\.secret does not exist"):
        read_secret(tmp_path, Mode.PRODUCTION)


@pytest.mark.parametrize(("mode", "text"), [(0o640, "x" * 60), (0o600, "x" * 49)])
def test_secret_others_may_read_or_guess_refuses(tmp_path: Path, mode: int, text: str) -> None:
    path = tmp_path / "console.secret"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(SettingMissing):
        read_secret(tmp_path, Mode.PRODUCTION)


def test_proxy_is_believed_only_when_named_and_alone(tmp_path: Path) -> None:
    said = {"BEFFROI_STATE": str(tmp_path), "BEFFROI_MODE": "demonstration"}
    assert "trusted_proxy" not in _serving(load(said))
    assert _serving(load(said | {"BEFFROI_TRUSTED_PROXIES": "192.0.2.1"}))["trusted_proxy"] == "192.0.2.1"
    with pytest.raises(SettingMissing, match="one proxy"):
        _serving(load(said | {"BEFFROI_TRUSTED_PROXIES": "192.0.2.1 192.0.2.2"}))


def test_log_of_an_exception_keeps_its_type_and_lines_but_not_its_text() -> None:
    try:
        raise ValueError("Delaunay")
    except ValueError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, __file__, 1, "Internal Server Error: %s", ("/recherche/",), None
        )
        record.exc_info = (type(error), error, error.__traceback__)
    assert Discreet().filter(record)
    written = logging.Formatter().format(record)
    assert "ValueError in test_log_of_an_exception" in written
    assert "/recherche/" in written
    assert "Delaunay" not in written
