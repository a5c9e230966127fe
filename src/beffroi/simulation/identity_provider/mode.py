"""The one mode in which the demonstration provider may run."""

from typing import Final

DEMONSTRATION: Final = "demonstration"


class SettingsRefused(Exception):
    """A setting is missing or unusable; the message names it and says what to write."""


def refuse_outside_demonstration(mode: str | None) -> None:
    """Let only the demonstration mode pass.

    Raises ``SettingsRefused`` for any other mode, absent included: a provider that signs in anybody without
    proof must never stand in front of real files.
    """
    if mode != DEMONSTRATION:
        raise SettingsRefused(
            "The demonstration identity provider starts only when BEFFROI_MODE=demonstration; "
            "anywhere else, register the service with a real provider."
        )
