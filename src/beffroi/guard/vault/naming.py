"""The display name of an agent, out of the ciphertext of the account."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from beffroi.guard.keys import Keys, WrappedKeyRefused
from beffroi.guard.vault.records import decode_agent
from beffroi.guard.vault.sealing import SealRefused, owner_bytes, unseal_for

_LOG: Final = logging.getLogger("beffroi.guard.vault")


def display_name(keys: Keys, row: Mapping[str, Any]) -> str | None:
    """First and last name from a row of guard.account; ``None``, reported, when it does not open.

    The row needs ``id``, ``wrapped_key``, ``epoch`` and ``personal``.
    """
    account, owner = row["id"], owner_bytes(str(row["id"]))
    try:
        agent = decode_agent(unseal_for(keys, owner, row["wrapped_key"], row["epoch"], "agent", row["personal"]))
    except (SealRefused, WrappedKeyRefused, msgspec.DecodeError) as error:
        _LOG.critical("integrity: account %s: %s", account, type(error).__name__)
        return None
    return f"{agent.first_name} {agent.last_name}"
