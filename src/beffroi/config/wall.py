"""The wall between console and guard outside PostgreSQL: neither process starts where one user could read both.

Only modes and owners are looked at: an access control list, a capability or a shared host says more than they do.
In a demonstration all processes run under one user, and nothing here is asked.
"""

import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beffroi.config.database import GUARD, OWNER, dsn_file, password_file
from beffroi.config.settings import DSN_SETTINGS, SETTINGS_FILE, Mode, SettingMissing, Settings

_KEY_FILES = ("guard.key", "journal.key")
_CLIENT_SECRET = "BEFFROI_PROVIDER_CLIENT_SECRET_FILE"
_NOT_THE_CONSOLES = ("DATABASE_URL", DSN_SETTINGS[OWNER], DSN_SETTINGS[GUARD])


@dataclass(frozen=True, slots=True)
class Reader:
    """A user of the host, by the numbers that the kernel compares (path_resolution(7))."""

    uid: int
    groups: frozenset[int]

    def may_read(self, path: Path) -> bool:
        """Tell whether modes and owners let this user read a file that is there; its owner always can, by chmod."""
        if self.uid == 0:
            return path.exists()
        try:
            if not all(self._allowed(folder, stat.S_IXOTH) for folder in path.resolve().parents):
                return False
            return path.stat().st_uid == self.uid or self._allowed(path, stat.S_IROTH)
        except OSError:  # absent, or behind a folder that this process cannot cross either
            return False

    def _allowed(self, path: Path, right: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & right << 6)
        if found.st_gid in self.groups:
            return bool(found.st_mode & right << 3)
        return bool(found.st_mode & right)


def this_user() -> Reader:
    """Whoever runs this process."""
    return Reader(os.geteuid(), frozenset({os.getegid(), *os.getgroups()}))


def refuse_console_within(settings: Settings, console: Reader | None = None) -> None:
    """Refuse a production console that was given, or could read, what is the guard's or the administrator's.

    Raises SettingMissing, naming the setting or the file.
    """
    if settings.mode is not Mode.PRODUCTION:
        return
    reader = console or this_user()
    for name in _NOT_THE_CONSOLES:
        if settings.said(name):
            raise SettingMissing(
                f"{name} is set for the console, which must not hold it: remove it from its environment and from its "
                f"{SETTINGS_FILE}, and give it BEFFROI_CONSOLE_DATABASE_URL alone."
            )
    for path in _of_the_guard(settings):
        if reader.may_read(path):
            raise SettingMissing(
                f"{path} can be read by the user who runs the console: run the console under another user than the "
                "guard's, with a state folder of its own."
            )


def refuse_guard_within_reach(settings: Settings) -> None:
    """Refuse a production guard whose keys or credentials the user named by BEFFROI_CONSOLE_USER could read.

    Raises SettingMissing, naming the file, or the user when nobody has that name or it is the guard's own.
    """
    name = settings.said("BEFFROI_CONSOLE_USER")
    if settings.mode is not Mode.PRODUCTION or not name:
        return
    console = _user(name)
    if console.uid in (0, os.geteuid()):
        raise SettingMissing(f"BEFFROI_CONSOLE_USER names {name}, who can read all that the guard can: use another.")
    for path in _of_the_guard(settings):
        if console.may_read(path):
            raise SettingMissing(f"{path} can be read by {name}, who runs the console: run `chmod 600 {path}`.")


def _user(name: str) -> Reader:
    try:
        found = pwd.getpwnam(name)
    except KeyError:
        raise SettingMissing(f"BEFFROI_CONSOLE_USER names {name}, and no user has that name here.") from None
    return Reader(found.pw_uid, frozenset(os.getgrouplist(name, found.pw_gid)))


def _of_the_guard(settings: Settings) -> Iterator[Path]:
    """Files that only the guard or the administrator may read, wherever the settings say they are."""
    other = settings.said("BEFFROI_GUARD_STATE")
    for state in dict.fromkeys((settings.state, *([Path(other)] if other else []))):
        for name in _KEY_FILES:
            yield state / "keys" / name
        for role in (OWNER, GUARD):
            yield dsn_file(state / "credentials", role)
            yield password_file(state / "credentials", role)
        if state != settings.state:
            yield state / SETTINGS_FILE
    for name in (*(f"{name}_FILE" for name in _NOT_THE_CONSOLES), _CLIENT_SECRET):
        if settings.said(name):
            yield Path(settings.said(name))
