"""Every kind of request there is, by its code."""

from collections.abc import Mapping
from typing import Any, Final

from beffroi.guard.approvals.kinds import Kind
from beffroi.guard.breaches.declaring import BREACH
from beffroi.guard.breaches.withdrawing import WITHDRAWAL
from beffroi.guard.containing.requests import LIFT, RESTORE
from beffroi.guard.erasing.requests import ERASURE
from beffroi.guard.exporting.requests import EXPORT
from beffroi.guard.habilitations.access import ACCESS
from beffroi.guard.habilitations.confirmation import CONFIRMATION
from beffroi.guard.habilitations.identity import IDENTITY
from beffroi.guard.partners.changing import CONTRACT
from beffroi.guard.partners.creating import PARTNER
from beffroi.guard.partners.opening import OPENING
from beffroi.guard.partners.roster import ROSTER
from beffroi.guard.personal.delays import DELAY
from beffroi.guard.providers.requests import PROVIDER

KINDS: Final[Mapping[str, Kind[Any]]] = {
    kind.code: kind
    for kind in (
        ACCESS,
        CONFIRMATION,
        IDENTITY,
        LIFT,
        RESTORE,
        CONTRACT,
        PARTNER,
        OPENING,
        ROSTER,
        PROVIDER,
        EXPORT,
        DELAY,
        ERASURE,
        BREACH,
        WITHDRAWAL,
    )
}
