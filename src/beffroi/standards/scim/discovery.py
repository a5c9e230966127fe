"""What a SCIM server says of itself: ServiceProviderConfig, ResourceTypes, Schemas (RFC 7643 sections 5 to 7)."""

from collections.abc import Mapping
from typing import Final

from beffroi.standards.scim.documents import PAGE
from beffroi.standards.scim.users import USER

GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Schema"
CONFIG: Final = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
RESOURCE_TYPE: Final = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"


def _attribute(name: str, kind: str, description: str, **changes: object) -> dict[str, object]:
    characteristics = {
        "name": name, "type": kind, "multiValued": False, "description": description, "required": False,
        "caseExact": False, "mutability": "readWrite", "returned": "default", "uniqueness": "none",
    }  # fmt: skip
    return characteristics | changes


_USER: Final = (
    _attribute(
        "userName", "string", "Professional e-mail address; of an account, kept by the guard whatever is sent.",
        required=True, uniqueness="server",
    ),
    _attribute(
        "name", "complex", "Names; of an account, kept by the guard whatever is sent.",
        subAttributes=[
            _attribute("givenName", "string", "First name."),
            _attribute("familyName", "string", "Last name."),
        ],
    ),
    _attribute("title", "string", "Job."),
    _attribute(
        "active", "boolean",
        "Whether the person has access here. False takes it away at once; true only asks for it.",
    ),
)  # fmt: skip
_GROUP: Final = (
    _attribute("displayName", "string", "Code of the role.", mutability="readOnly"),
    _attribute(
        "members", "complex", "Who holds the role here, with access.", multiValued=True, mutability="readOnly",
        subAttributes=[
            _attribute("value", "string", "id of the User.", mutability="readOnly", caseExact=True),
            _attribute(
                "$ref", "reference", "Address of the User.", mutability="readOnly", caseExact=True,
                referenceTypes=["User"],
            ),
            _attribute("type", "string", "User.", mutability="readOnly", canonicalValues=["User"]),
        ],
    ),
)  # fmt: skip


def config(base: str) -> dict[str, object]:
    """ServiceProviderConfig; ``base`` is the address of /scim/v2."""
    return {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": PAGE},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": True},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken", "name": "Bearer token", "primary": True,
                "description": "A token of one organisation, issued by the guard's operator (RFC 6750).",
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }  # fmt: skip


def resource_types(base: str) -> dict[str, dict[str, object]]:
    """ResourceTypes by name."""
    return {
        name: {
            "schemas": [RESOURCE_TYPE], "id": name, "name": name, "endpoint": f"/{name}s", "schema": schema,
            "description": description,
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
        }
        for name, schema, description in (
            ("User", USER, "Somebody of the organisation"),
            ("Group", GROUP, "Who holds a role at the organisation; read only"),
        )
    }  # fmt: skip


def schemas(base: str) -> dict[str, dict[str, object]]:
    """Schemas by URN."""
    kept: Mapping[str, tuple[str, tuple[dict[str, object], ...]]] = {USER: ("User", _USER), GROUP: ("Group", _GROUP)}
    return {
        urn: {
            "schemas": [SCHEMA], "id": urn, "name": name, "description": name, "attributes": list(attributes),
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
        }
        for urn, (name, attributes) in kept.items()
    }  # fmt: skip
