"""How kinds, types and sizes of attachments are said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.attachment_kinds import AttachmentKind

KINDS: Final[Mapping[AttachmentKind, Promise]] = {
    AttachmentKind.CV: _("CV"),
    AttachmentKind.IDENTITY_DOCUMENT: _("Pièce d'identité"),
    AttachmentKind.PROOF_OF_ADDRESS: _("Justificatif de domicile"),
    AttachmentKind.CERTIFICATE: _("Attestation ou diplôme"),
    AttachmentKind.CONTRACT: _("Contrat ou convention"),
    AttachmentKind.OTHER: _("Autre document"),
}
MEDIA: Final[Mapping[str, tuple[str, str]]] = {
    "application/pdf": ("PDF", "pdf"),
    "image/jpeg": ("JPEG", "jpg"),
    "image/png": ("PNG", "png"),
}
"""Name and file extension of each type that the guard keeps."""
_APOSTROPHES: Final = str.maketrans("'’", "  ")


def kind(code: str) -> str:
    """What a document is; its code where this version knows no name for it."""
    return str(KINDS[AttachmentKind(code)]) if code in set(AttachmentKind) else code


def media(type: str) -> str:
    """« PDF »."""
    return MEDIA.get(type, (type, ""))[0]


def size(count: int) -> str:
    """« 340 ko », « 2,4 Mo », « 5 Mo »; a page cannot show less than one kilobyte."""
    if count < 1_000_000:
        return gettext("%(count)s ko") % {"count": max(1, count // 1_000)}
    tenths = count // 100_000
    whole, rest = divmod(tenths, 10)
    if not rest:
        return gettext("%(count)s Mo") % {"count": whole}
    return gettext("%(whole)s,%(tenth)s Mo") % {"whole": whole, "tenth": rest}


def file_name(code: str, type: str, added_at: datetime) -> str:
    """A name that says what, in the language of the page, and when; nothing of whom.

    A download stays in the folder of a shared computer.
    """
    known = kind(code if code in set(AttachmentKind) else AttachmentKind.OTHER)
    return f"{slugify(known.translate(_APOSTROPHES))}-{timezone.localtime(added_at):%Y-%m-%d}.{MEDIA[type][1]}"
