"""What is answered where the journal's past, or its log, cannot be read whole."""

import logging
from typing import Final

from beffroi.core.refusals import Code
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.personal import queueing
from beffroi.guard.signin.integrity import report as alert
from beffroi.guard.stamped import Forged
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web import problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call

_LOG: Final = logging.getLogger("beffroi.guard.personal")


async def unreadable(call: Call, error: Exception) -> Answer:
    """A past or a log that cannot be read whole: nothing is shown, rather than a part. Raises any other error."""
    from beffroi.guard.forensics.engines import EngineRefused
    from beffroi.guard.retention.catalogue import ColdRefused
    from beffroi.guard.sealing.store import StoreRefused
    from beffroi.standards.tlog import Malformed as Damaged

    if isinstance(error, queueing.Impatient):
        return problems.reply(call, Fault.OVERLOADED)
    if isinstance(error, Forged | SealRefused | WrappedKeyRefused):
        await alert(call, error)
        return problems.reply(call, Code.INTEGRITY)
    if not isinstance(error, EngineRefused | ColdRefused | StoreRefused | Damaged):
        raise error
    _LOG.error("the past cannot be read: %s", error)
    return problems.reply(call, Fault.PAST_UNREADABLE)
