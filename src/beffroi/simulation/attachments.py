"""Documents of the demonstration: a CV for whom a named adviser follows, a proof of address for some."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

import asyncpg

from beffroi.core.attachment_kinds import AttachmentKind
from beffroi.core.ids import AccountId, PersonId
from beffroi.guard import keys as guard_keys
from beffroi.guard import stamped, turnstile
from beffroi.guard.attachments import keeping
from beffroi.guard.attachments.keeping import Kept
from beffroi.simulation.personas import PERSONAS

_FOLLOWED: Final = (
    "SELECT DISTINCT person, referent FROM guard.relation WHERE referent = ANY ($1::uuid[]) ORDER BY person"
)
_WORDS: Final = {AttachmentKind.CV: b"CV", AttachmentKind.PROOF_OF_ADDRESS: b"Justificatif de domicile"}
_EVERY: Final = 3
"""One person in so many has a proof of address as well."""
_MOST: Final = 20


async def write(dsn: str, key_file: Path) -> int:
    """Keep the documents, each under its person's key; how many there are. Doing it again adds none."""
    keys, conn = guard_keys.load(key_file), await asyncpg.connect(dsn)
    try:
        async with conn.transaction():
            await turnstile.take(conn)
            now = await stamped.instant(conn)
            rows = await conn.fetch(_FOLLOWED, [agent.id for agent in PERSONAS])
            written = 0
            for number, row in enumerate(rows):
                kinds = [AttachmentKind.CV, *([AttachmentKind.PROOF_OF_ADDRESS] if number % _EVERY == 0 else [])]
                for kind in kinds:
                    kept = _document(row["person"], kind)
                    at = _added(now, number)
                    await keeping.add(conn, keys, kept, _MOST, AccountId(str(row["referent"])), at)
                    written += 1
            return written
    finally:
        await conn.close()


def _added(now: datetime, number: int) -> datetime:
    return now - timedelta(days=1 + number % 60)


def _document(person: UUID, kind: AttachmentKind) -> Kept:
    id = str(uuid5(person, kind.value))
    content = page(_WORDS[kind] + b" - personne inventee")
    return Kept(id, PersonId(str(person)), kind, "application/pdf", False, content)


def page(words: bytes) -> bytes:
    """A PDF of one page that says a few words, in ASCII without brackets."""
    text = b"BT /F1 24 Tf 60 760 Td (" + words + b") Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 4 0 R>>>>/Contents 5 0 R>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(text), text),
    )
    body, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + end
