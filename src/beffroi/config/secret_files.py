"""Files that only their owner may read."""

import os
import stat
from pathlib import Path

LARGEST_SECRET = 65_536


class NotPrivate(RuntimeError):
    """A file cannot serve as a secret; the message says why and what to do, without its content."""


def read_private(path: Path) -> str:
    """Read a short secret that its owner alone can read, blanks around it left out.

    Raises NotPrivate when the file is absent, open to other accounts, too large, or empty.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise NotPrivate(f"{path} cannot be read: {error.strerror}.") from None
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotPrivate(f"{path} is not a plain file.")
        if stat.S_IMODE(found.st_mode) & 0o077:
            raise NotPrivate(f"{path} is open to other accounts: run `chmod 600 {path}`, then change the secret.")
        if found.st_size > LARGEST_SECRET:
            raise NotPrivate(f"{path} is larger than {LARGEST_SECRET} bytes.")
        try:
            secret = file.read().decode().strip()
        except UnicodeDecodeError:
            raise NotPrivate(f"{path} is not text.") from None
    if not secret:
        raise NotPrivate(f"{path} is empty.")
    return secret


def write_private(path: Path, content: str) -> None:
    """Write a secret to a file of mode 0600 in a folder of mode 0700, durably, all of it or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    with open(partial, "x", opener=private_opener) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def private_opener(path: str, flags: int) -> int:
    """Create files that the owner alone may read; `opener` of the builtin ``open``."""
    return os.open(path, flags, 0o600)
