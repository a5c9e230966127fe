"""What a SCIM server says when it cannot: status, ``scimType`` and a sentence (RFC 7644 section 3.12)."""

from enum import StrEnum


class ScimType(StrEnum):
    """Detail error keywords of table 9."""

    INVALID_FILTER = "invalidFilter"
    TOO_MANY = "tooMany"
    UNIQUENESS = "uniqueness"
    MUTABILITY = "mutability"
    INVALID_SYNTAX = "invalidSyntax"
    INVALID_PATH = "invalidPath"
    NO_TARGET = "noTarget"
    INVALID_VALUE = "invalidValue"


class ScimFault(Exception):
    """A request that is answered by an error document. The sentence never holds a value that was sent."""

    def __init__(self, status: int, detail: str, scim_type: ScimType | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type


def invalid_filter(detail: str) -> ScimFault:
    """400 ``invalidFilter``."""
    return ScimFault(400, detail, ScimType.INVALID_FILTER)


def invalid_value(detail: str) -> ScimFault:
    """400 ``invalidValue``."""
    return ScimFault(400, detail, ScimType.INVALID_VALUE)


def invalid_path(detail: str) -> ScimFault:
    """400 ``invalidPath``."""
    return ScimFault(400, detail, ScimType.INVALID_PATH)


def invalid_syntax(detail: str) -> ScimFault:
    """400 ``invalidSyntax``."""
    return ScimFault(400, detail, ScimType.INVALID_SYNTAX)


def mutability(detail: str) -> ScimFault:
    """400 ``mutability``."""
    return ScimFault(400, detail, ScimType.MUTABILITY)
