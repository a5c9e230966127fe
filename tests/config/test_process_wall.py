"""The wall between processes in production: each is given its own address, and refuses to sit beside the other's."""

import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import pytest

from beffroi.config.database import CONSOLE, GUARD, OWNER
from beffroi.config.secret_files import write_private
from beffroi.config.settings import SettingMissing, Settings, load
from beffroi.config.wall import Reader, refuse_console_within, refuse_guard_within_reach
from tests.config.test_command import beffroi
from tests.config.test_settings import production
from tests.config.test_wall import real_server
from tests.databases import scratch_folder

URLS = {role: f"postgresql://{role}:word@db.example/beffroi" for role in (OWNER, GUARD, CONSOLE)}
NOBODY = pwd.getpwnam("nobody")
CONSOLE_USER = Reader(NOBODY.pw_uid, frozenset({NOBODY.pw_gid}))


def said(state: Path, **more: str) -> dict[str, str]:
    """Production without any database."""
    given = production(state)
    del given["DATABASE_URL"]
    return given | more


def name(role: str) -> str:
    return f"BEFFROI_{role.removeprefix('beffroi_').upper()}_DATABASE_URL"


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder whose parents every user may cross, as /var/lib is."""
    with scratch_folder() as folder:
        for path in (folder, *folder.parents):
            if path.stat().st_uid == os.geteuid() and path != Path("/"):
                path.chmod(path.stat().st_mode | 0o011)
        inside = folder / "state"
        inside.mkdir(mode=0o755)
        yield inside


@pytest.mark.parametrize("role", [GUARD, CONSOLE])
def test_process_with_its_own_address_starts_and_without_it_is_refused_by_its_setting(
    tmp_path: Path, role: str
) -> None:
    assert load(said(tmp_path, **{name(role): URLS[role]}), roles=(role,)).database(role) == URLS[role]
    other = CONSOLE if role == GUARD else GUARD
    with pytest.raises(SettingMissing, match=f"{name(role)} is not set"):
        load(said(tmp_path, **{name(other): URLS[other]}), roles=(role,))


def test_process_given_every_address_holds_its_own_alone(tmp_path: Path) -> None:
    given = production(tmp_path) | {name(role): url for role, url in URLS.items()}
    settings = load(given, roles=(CONSOLE,))
    assert settings.database_url is None
    assert dict(settings.role_urls) == {CONSOLE: URLS[CONSOLE]}


def console_settings(state: Path, **more: str) -> Settings:
    return load(said(state, **{name(CONSOLE): URLS[CONSOLE]}, **more), roles=(CONSOLE,))


@pytest.mark.parametrize("setting", ["DATABASE_URL", name(OWNER), name(GUARD)])
def test_console_given_anothers_address_refuses_and_with_its_own_starts(state: Path, setting: str) -> None:
    refuse_console_within(console_settings(state), CONSOLE_USER)
    with pytest.raises(SettingMissing, match=f"{setting} is set for the console") as refused:
        refuse_console_within(console_settings(state, **{setting: URLS[GUARD]}), CONSOLE_USER)
    assert "word" not in str(refused.value)


@pytest.mark.parametrize(
    "file",
    ["keys/guard.key", "keys/journal.key", "credentials/beffroi_guard.dsn", "credentials/beffroi_owner.password"],
)
@pytest.mark.parametrize("where", ["own", "guard's"])
def test_console_that_can_read_a_file_of_the_guard_refuses_and_that_cannot_starts(
    state: Path, file: str, where: str
) -> None:
    other = state.parent / "guard"
    path = (state if where == "own" else other) / file
    settings = console_settings(state, **({} if where == "own" else {"BEFFROI_GUARD_STATE": str(other)}))
    path.parent.mkdir(parents=True)
    path.write_text("secret")
    path.chmod(0o600)
    refuse_console_within(settings, CONSOLE_USER)
    path.chmod(0o604)
    with pytest.raises(SettingMissing, match=rf"{path.name} can be read by the user who runs the console"):
        refuse_console_within(settings, CONSOLE_USER)
    path.parent.chmod(0o700)
    refuse_console_within(settings, CONSOLE_USER)


def guard_settings(state: Path, **more: str) -> Settings:
    return load(said(state, **{name(GUARD): URLS[GUARD]}, **more), roles=(GUARD,))


def test_guard_whose_credential_the_named_console_user_can_read_refuses_and_alone_starts(state: Path) -> None:
    path = state / "credentials" / "beffroi_guard.dsn"
    path.parent.mkdir()
    path.write_text(URLS[GUARD])
    path.chmod(0o604)
    refuse_guard_within_reach(guard_settings(state))  # nobody is named
    with pytest.raises(SettingMissing, match=r"beffroi_guard\.dsn can be read by nobody"):
        refuse_guard_within_reach(guard_settings(state, BEFFROI_CONSOLE_USER="nobody"))
    path.chmod(0o600)
    refuse_guard_within_reach(guard_settings(state, BEFFROI_CONSOLE_USER="nobody"))


def test_guard_whose_console_runs_as_itself_or_as_nobody_known_refuses(state: Path) -> None:
    own = pwd.getpwuid(os.geteuid()).pw_name
    with pytest.raises(SettingMissing, match=f"names {own}, who can read"):
        refuse_guard_within_reach(guard_settings(state, BEFFROI_CONSOLE_USER=own))
    with pytest.raises(SettingMissing, match="no user has that name"):
        refuse_guard_within_reach(guard_settings(state, BEFFROI_CONSOLE_USER="no-such-user"))


@pytest.mark.parametrize(("uid", "group", "mode", "reads"), [
    (1001, 1, 0o600, True), (1002, 1, 0o600, False), (1002, 2001, 0o640, True), (1002, 2001, 0o604, False),
    (1002, 1, 0o604, True), (0, 0, 0o600, True),
])  # fmt: skip
def test_reader_is_judged_by_owner_then_group_then_others(
    state: Path, uid: int, group: int, mode: int, reads: bool
) -> None:
    path = state / "file"
    path.write_text("x")
    path.chmod(mode)
    try:
        os.chown(path, 1001, 2001)
    except PermissionError:
        pytest.skip("only root gives files away")
    assert Reader(uid, frozenset({group})).may_read(path) is reads


def test_run_in_production_refuses(tmp_path: Path) -> None:
    given = production(tmp_path)
    del given["BEFFROI_STATE"]
    done = beffroi("run", state=tmp_path, **given)
    assert done.returncode == 2
    assert "under one user" in done.stderr


@pytest.mark.slow
def test_migrate_in_production_needs_no_secret_of_the_console_and_leaves_a_state_no_console_serves_from() -> None:
    with scratch_folder() as folder, real_server(folder) as url:
        state = folder / "state"
        given = {name: value for name, value in production(state).items() if name != "BEFFROI_STATE"}
        given["DATABASE_URL"] = url
        done = beffroi("migrate", state=state, **given)
        assert done.returncode == 0, done.stderr
        assert not (state / "keys" / "console.secret").exists()
        again = beffroi("migrate", state=state, **given)
        assert (again.returncode, "(0 applied)" in again.stdout) == (0, True), again.stderr
        del given["DATABASE_URL"]
        refused = beffroi("console", state=state, **given)
        assert refused.returncode == 2
        assert "can be read by the user who runs the console" in refused.stderr
        assert "Traceback" not in refused.stderr
        own = folder / "console"
        write_private(own / "address", (state / "credentials" / "beffroi_console.dsn").read_text())
        given["BEFFROI_CONSOLE_DATABASE_URL_FILE"] = str(own / "address")
        assert "console.secret does not exist" in beffroi("console", state=own, **given).stderr
