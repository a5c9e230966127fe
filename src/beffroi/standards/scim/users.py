"""A User as this server keeps it: a few attributes of RFC 7643 section 4.1, read from a POST, a PUT or a PATCH.

Attributes that the RFC defines and that are not kept (addresses, phones, photos, passwords…) are left unread: what is
not needed is not stored. Names that the RFC does not know are ignored in a whole resource (RFC 7644 section 3.3) and
refused as the path of a PATCH.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from beffroi.standards.scim.faults import (
    ScimFault,
    ScimType,
    invalid_path,
    invalid_syntax,
    invalid_value,
    mutability,
)
from beffroi.standards.scim.filters import LONGEST, Within, parse, plain

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
MOST_OPERATIONS: Final = 50

# No control character anywhere: a name goes to screens and letters.
_CLEAN: Final = r"^[^\x00-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]*$(?!\n)"
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=_CLEAN)]
Address = Annotated[str, Meta(min_length=3, max_length=254, pattern=_CLEAN)]
External = Annotated[str, Meta(min_length=1, max_length=256, pattern=_CLEAN)]


class Told(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a directory tells of somebody; never shown in logs."""

    user_name: Address
    given_name: Name | None = None
    family_name: Name | None = None
    title: Name | None = None
    external_id: External | None = None

    def __repr__(self) -> str:
        return "Told(«redacted»)"


class Asked(msgspec.Struct, frozen=True):
    """A User as a directory wants it: ``active`` is ``None`` where it does not say."""

    told: Told
    active: bool | None

    def __repr__(self) -> str:
        return "Asked(«redacted»)"


_FIELDS: Final[Mapping[str, str]] = {
    "username": "user_name",
    "name.givenname": "given_name",
    "name.familyname": "family_name",
    "title": "title",
    "externalid": "external_id",
}
_NOT_KEPT: Final = frozenset(
    {
        "name.formatted", "name.middlename", "name.honorificprefix", "name.honorificsuffix", "displayname",
        "nickname", "profileurl", "usertype", "preferredlanguage", "locale", "timezone", "password", "emails",
        "phonenumbers", "ims", "photos", "addresses", "entitlements", "roles", "x509certificates",
    }
)  # fmt: skip
_OURS: Final = frozenset({"id", "meta", "schemas", "groups"})
_WORDS: Final[Mapping[str, bool]] = {"true": True, "false": False}
"""Some directories send booleans as words."""

Values = dict[str, object]


def read_user(document: Mapping[str, object]) -> Asked:
    """A whole resource (POST, PUT). Raises ScimFault."""
    schemas = next((value for name, value in document.items() if name.lower() == "schemas"), None)
    if not isinstance(schemas, list) or USER.lower() not in {str(one).lower() for one in schemas}:
        raise invalid_syntax("The resource's schemas name the core User.")
    values: Values = {}
    for name, value in document.items():
        _take(values, name, value, strict=False)
    return _asked(values)


def patched(before: Asked, document: Mapping[str, object]) -> Asked:
    """The resource after a PATCH (RFC 7644 section 3.5.2): all operations or none. Raises ScimFault."""
    members = {name.lower(): value for name, value in document.items()}
    schemas, operations = members.get("schemas"), members.get("operations")
    if not isinstance(schemas, list) or "urn:ietf:params:scim:api:messages:2.0:PatchOp" not in schemas:
        raise invalid_syntax("The message's schemas name PatchOp.")
    if not isinstance(operations, list) or not 1 <= len(operations) <= MOST_OPERATIONS:
        raise invalid_syntax(f"Operations is a list of 1 to {MOST_OPERATIONS}.")
    values = _values(before)
    for operation in operations:
        if not isinstance(operation, dict):
            raise invalid_syntax("An operation is an object.")
        _apply(values, {str(name).lower(): value for name, value in operation.items()})
    return _asked(values)


def _apply(values: Values, operation: Mapping[str, object]) -> None:
    kind, path = operation.get("op"), operation.get("path")
    kind = kind.lower() if isinstance(kind, str) else None
    if kind not in ("add", "replace", "remove"):
        raise invalid_syntax("op is add, replace or remove.")
    if path is not None and not (isinstance(path, str) and 0 < len(path) <= LONGEST):
        raise invalid_path("path is an attribute.")
    if kind == "remove":
        if path is None:
            raise ScimFault(400, "remove needs a path.", ScimType.NO_TARGET)
        _remove(values, path)
    elif "value" not in operation:
        raise invalid_value("add and replace need a value.")
    elif path is None:
        if not isinstance(operation["value"], dict):
            raise invalid_value("Without a path, value is an object of attributes.")
        for name, value in operation["value"].items():
            _take(values, str(name), value, strict=True)
    else:
        _take(values, path, operation["value"], strict=True)


def _remove(values: Values, path: str) -> None:
    name = _named(path, strict=True)
    if name in ("username", "active"):
        raise mutability("userName and active cannot be removed.")
    if name == "name":
        _take(values, "name", None, strict=True)
    elif name is not None:
        values.pop(_FIELDS[name], None)


def _take(values: Values, path: str, value: object, *, strict: bool) -> None:
    """Put one attribute among the values; what is not kept is left out."""
    name = _named(path, strict=strict)
    if name is None:
        return
    if name == "name":
        if value is not None and not isinstance(value, dict):
            raise invalid_value("name is an object.")
        parts = {"givenName": None, "familyName": None} if value is None else value
        for part, inner in parts.items():
            _take(values, f"name.{part}", inner, strict=False)
    elif name == "active":
        values["active"] = _WORDS.get(value.lower(), value) if isinstance(value, str) else value
    elif value is None or value == "":
        values.pop(_FIELDS[name], None)  # null and unassigned are the same (RFC 7643 section 2.5)
    else:
        values[_FIELDS[name]] = value


def _named(path: str, *, strict: bool) -> str | None:
    """The name of an attribute that is kept, ``None`` for one that is not. Raises ScimFault where ``strict``."""
    name = plain(path, USER)
    if name in _FIELDS or name in ("name", "active"):
        return name
    if not strict or name in _NOT_KEPT or name.startswith(ENTERPRISE.lower()):
        return None
    if name.partition(".")[0] in _OURS:
        raise mutability("id, meta, schemas and groups are the server's.")
    known = {one.partition(".")[0] for one in _NOT_KEPT}
    if name.partition("[")[0].partition(".")[0] in known:
        _check_value_path(path)
        return None
    raise invalid_path("This attribute is not one of User.")


def _check_value_path(path: str) -> None:
    """Read ``attribute[filter].sub``, so that nonsense is refused even where the attribute is not kept."""
    if "[" in path and not isinstance(parse(path[: path.rfind("]") + 1]), Within):
        raise invalid_path("The path cannot be read.")


def _values(asked: Asked) -> Values:
    told = {name: value for name, value in msgspec.structs.asdict(asked.told).items() if value is not None}
    return told if asked.active is None else {**told, "active": asked.active}


class _Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    user_name: Address | UnsetType = UNSET
    given_name: Name | None = None
    family_name: Name | None = None
    title: Name | None = None
    external_id: External | None = None
    active: bool | None = None


def _asked(values: Values) -> Asked:
    try:
        whole = msgspec.convert(values, _Whole)
    except msgspec.ValidationError as fault:
        wrong = next((name for name in (*_FIELDS.values(), "active") if f"$.{name}`" in str(fault)), "an attribute")
        raise invalid_value(f"The value of {wrong} has a wrong type, length or character.") from None
    if whole.user_name is UNSET:
        raise invalid_value("userName is required.")
    told = Told(whole.user_name, whole.given_name, whole.family_name, whole.title, whole.external_id)
    return Asked(told, whole.active)


Returned = Literal["always", "default", "request"]


def shown(
    resource: Mapping[str, object], attributes: frozenset[str], excluded: frozenset[str], urn: str
) -> dict[str, object]:
    """Only the attributes asked for (RFC 7644 section 3.4.2.5); ``schemas``, ``id`` and ``meta`` always come."""
    always = ("schemas", "id", "meta")
    if attributes:
        asked = {plain(name, urn) for name in attributes}
        return {
            name: part
            for name, value in resource.items()
            if (part := value if name in always or name.lower() in asked else _part(name, value, asked)) is not None
        }
    left_out = {plain(name, urn) for name in excluded}
    kept: dict[str, object] = {}
    for name, value in resource.items():
        if name in always or name.lower() not in left_out:
            kept[name] = (
                {inner: one for inner, one in value.items() if f"{name}.{inner}".lower() not in left_out}
                if isinstance(value, dict) and name not in always
                else value
            )
    return kept


def _part(name: str, value: object, asked: set[str]) -> dict[str, object] | None:
    if not isinstance(value, dict):
        return None
    return {inner: one for inner, one in value.items() if f"{name}.{inner}".lower() in asked} or None
