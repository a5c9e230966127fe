"""Files that only their owner may read."""

import os
from pathlib import Path


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
