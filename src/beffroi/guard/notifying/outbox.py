"""What is to be told, written in the transaction of the fact that it tells: both stay, or neither."""

from collections.abc import Iterable
from typing import Final
from uuid import uuid4

from beffroi.guard.duties import Work
from beffroi.guard.notifying import references
from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.notifying.templates import TEXTS

_INSERT: Final = """
INSERT INTO guard.message (id, recipient, template, about, refs, created_at, mac, due_at)
SELECT q.id, q.recipient, $3, $4, $5, $6, q.mac, $6 FROM unnest($1::uuid[], $2::uuid[], $7::bytea[])
    AS q (id, recipient, mac)
ON CONFLICT (recipient, template, about) DO NOTHING
"""
"""One message for each recipient who was not told of this already."""


async def notify(
    work: Work, template: Template, recipients: Iterable[str | None], about: str, **refs: references.Value
) -> None:
    """Have these accounts told; whoever was told the same ``about`` the same before is not told again.

    ``about`` is made of ids, days and codes. Sends nothing: the worker does, once the transaction is committed.
    Raises WrongReference, which is a defect of the caller.
    """
    text = references.written(TEXTS[template].refs, refs)
    people = sorted({one for one in recipients if one is not None})
    if not people:
        return
    rows = [
        {
            "id": str(uuid4()), "recipient": one, "template": template.value, "about": about, "refs": text,
            "created_at": work.now,
        }
        for one in people
    ]  # fmt: skip
    macs = [work.keys.authenticator.stamp_row("message", row) for row in rows]
    ids = [row["id"] for row in rows]
    await work.conn.execute(_INSERT, ids, people, template.value, about, text, work.now, macs)
