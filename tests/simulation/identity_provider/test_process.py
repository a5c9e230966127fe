"""Starting and not starting: outside a demonstration nothing of this may run."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import ECKey

from beffroi.simulation.identity_provider.keys import ensure_client_secret, ensure_signing_key
from beffroi.simulation.identity_provider.mode import SettingsRefused, refuse_outside_demonstration
from beffroi.simulation.identity_provider.personas import read_users_file, write_users_file
from beffroi.simulation.identity_provider.process import main
from beffroi.simulation.identity_provider.settings import PREFIX, read_settings
from tests.simulation.identity_provider.served import CLAIRE, YANN


def environment(folder: Path, port: int = 8_002) -> dict[str, str]:
    write_users_file(folder / "users.json", [CLAIRE, YANN])
    return {
        "BEFFROI_MODE": "demonstration",
        PREFIX + "ISSUER": f"http://localhost:{port}/api/v2",
        PREFIX + "PORT": str(port),
        PREFIX + "CLIENT_ID": "guard",
        PREFIX + "CLIENT_SECRET_FILE": str(folder / "client.secret"),
        PREFIX + "REDIRECT_URIS": "http://localhost:8001/sign-in/callback",
        PREFIX + "POST_LOGOUT_REDIRECT_URIS": "http://localhost:8001/signed-out",
        PREFIX + "USERS_FILE": str(folder / "users.json"),
        PREFIX + "KEY_FILE": str(folder / "provider.jwk"),
    }


@pytest.mark.parametrize("mode", [None, "", "production", "Demonstration", "demonstration "])
def test_operator_in_any_other_mode_is_refused_and_nothing_is_written(
    tmp_path: Path, mode: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = environment(tmp_path) | ({"BEFFROI_MODE": mode} if mode is not None else {})
    if mode is None:
        del settings["BEFFROI_MODE"]
    assert main(settings) == 2
    assert "BEFFROI_MODE=demonstration" in capsys.readouterr().err
    assert not (tmp_path / "provider.jwk").exists()
    assert not (tmp_path / "client.secret").exists()


def test_operator_in_demonstration_mode_passes() -> None:
    refuse_outside_demonstration("demonstration")


def test_operator_who_forgets_one_setting_is_told_which(tmp_path: Path) -> None:
    complete = environment(tmp_path)
    assert read_settings(complete).client_id == "guard"
    for name in complete:
        if name == "BEFFROI_MODE":
            continue
        with pytest.raises(SettingsRefused, match=name):
            read_settings({kept: value for kept, value in complete.items() if kept != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [("ISSUER", "http://localhost:8002"), ("PORT", "eighty"), ("PORT", "70000"), ("PKCE", "yes")],
)
def test_operator_with_an_unusable_setting_is_told_which(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsRefused, match=PREFIX + name):
        read_settings(environment(tmp_path) | {PREFIX + name: value})


def test_provider_starts_first_with_fresh_private_marked_files_and_keeps_them(tmp_path: Path) -> None:
    key_file, secret_file = tmp_path / "k" / "provider.jwk", tmp_path / "k" / "client.secret"
    key, secret = ensure_signing_key(key_file), ensure_client_secret(secret_file)
    assert (key.kid or "").startswith("demonstration-")
    assert secret.startswith("demonstration-")
    for file in (key_file, secret_file):
        assert file.stat().st_mode & 0o777 == 0o600
    assert ensure_signing_key(key_file).kid == key.kid
    assert ensure_client_secret(secret_file) == secret
    assert sorted(path.name for path in key_file.parent.iterdir()) == ["client.secret", "provider.jwk"]


def test_provider_with_files_that_others_may_read_refuses(tmp_path: Path) -> None:
    for file, ensure in ((tmp_path / "k", ensure_signing_key), (tmp_path / "s", ensure_client_secret)):
        ensure(file)
        file.chmod(0o640)
        with pytest.raises(SettingsRefused, match="chmod 600"):
            ensure(file)


def test_provider_given_the_key_of_a_real_service_refuses(tmp_path: Path) -> None:
    file = tmp_path / "real.jwk"
    file.write_text(json.dumps(ECKey.generate_key("P-256", {"kid": "real-1"}).as_dict(private=True)))
    file.chmod(0o600)
    with pytest.raises(SettingsRefused, match="not made for a demonstration"):
        ensure_signing_key(file)
    file.write_text("s3cret" * 10)
    with pytest.raises(SettingsRefused, match="not made for a demonstration"):
        ensure_client_secret(file)


@pytest.mark.parametrize(
    "change",
    [{"login": "a b"}, {"siret": "123"}, {"email": ""}, {"totp_secret": "not base32"}, {"password": "x"}],
    ids=str,
)
def test_loader_that_writes_a_persona_out_of_form_is_refused(tmp_path: Path, change: dict[str, str]) -> None:
    file = tmp_path / "users.json"
    write_users_file(file, [CLAIRE])
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_users_file(file) == (CLAIRE,)
    document = json.loads(file.read_text())
    document["personas"][0] |= change
    file.write_text(json.dumps(document))
    with pytest.raises(SettingsRefused, match=str(file)):
        read_users_file(file)


def test_loader_that_gives_one_login_to_two_people_is_refused(tmp_path: Path) -> None:
    write_users_file(tmp_path / "users.json", [CLAIRE, CLAIRE])
    with pytest.raises(SettingsRefused, match="same login"):
        read_users_file(tmp_path / "users.json")


def test_operator_starts_the_process_reads_its_keys_and_stops_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "beffroi.simulation.identity_provider.process"]
    process = subprocess.Popen(command, env={**os.environ, **environment(tmp_path, port)})
    try:
        keys = _first_answer(f"http://127.0.0.1:{port}/api/v2/jwks", process)
        assert keys["keys"][0]["kid"].startswith("demonstration-")
        assert "d" not in keys["keys"][0]
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


def _first_answer(url: str, process: subprocess.Popen[bytes]) -> dict[str, list[dict[str, str]]]:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            answer: dict[str, list[dict[str, str]]] = httpx.get(url).json()
        except httpx.TransportError:
            continue
        return answer
    raise AssertionError("the process never answered")
