"""What an attachment may be: a short list of codes, and the size that no policy goes past."""

from enum import StrEnum
from typing import Final


class AttachmentKind(StrEnum):
    """What a document is, as the agent who adds it says."""

    CV = "cv"
    IDENTITY_DOCUMENT = "identity-document"
    PROOF_OF_ADDRESS = "proof-of-address"
    CERTIFICATE = "certificate"
    CONTRACT = "contract"
    OTHER = "other"


LARGEST_ATTACHMENT: Final = 5_000_000
"""Bytes: what the doors are dimensioned for. A policy may say less."""
