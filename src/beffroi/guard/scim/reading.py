"""What a directory reads: one resource, a page of them, and what the server says of itself."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

from beffroi.guard.scim import groups, users
from beffroi.guard.scim.changing import unknown
from beffroi.guard.scim.visit import Reply, Visit
from beffroi.standards.scim import discovery, filters
from beffroi.standards.scim.documents import SEARCH, Document, listed, paging, whole_number
from beffroi.standards.scim.faults import ScimFault, ScimType, invalid_syntax, invalid_value
from beffroi.standards.scim.users import USER, shown

MOST_EVALUATED: Final = 2_000
"""People whose values one filter may be evaluated on, where no index answers it."""
_NAME: Final = Meta(min_length=1, max_length=256)
Names = Annotated[tuple[Annotated[str, _NAME], ...], Meta(max_length=32)]


class Query(NamedTuple):
    """What a list or a search asks for."""

    filter: filters.Filter | None
    start: int | None
    size: int | None
    attributes: frozenset[str]
    excluded: frozenset[str]


class _Search(msgspec.Struct, frozen=True):
    """A SearchRequest (RFC 7644 section 3.4.3)."""

    schemas: tuple[str, ...]
    filter: str | None = None
    startIndex: int | None = None  # noqa: N815
    count: int | None = None
    attributes: Names = ()
    excludedAttributes: Names = ()  # noqa: N815
    sortBy: str | None = None  # noqa: N815
    sortOrder: str | None = None  # noqa: N815


def query_of(fields: Mapping[str, str]) -> Query:
    """The query string of a list (section 3.4.2). Raises ScimFault."""
    _no_sorting(fields.get("sortBy"), fields.get("sortOrder"))
    numbers = {name: whole_number(fields[name], name) for name in ("startIndex", "count") if fields.get(name)}
    return _query(
        fields.get("filter"), numbers.get("startIndex"), numbers.get("count"),
        _names(fields.get("attributes", "")), _names(fields.get("excludedAttributes", "")),
    )  # fmt: skip


def search_of(body: Mapping[str, object]) -> Query:
    """The body of a search. Raises ScimFault."""
    try:
        search = msgspec.convert(body, _Search)
    except msgspec.ValidationError:
        raise invalid_syntax("The body is not a SearchRequest.") from None
    if SEARCH not in search.schemas:
        raise invalid_syntax("The body is not a SearchRequest.")
    _no_sorting(search.sortBy, search.sortOrder)
    return _query(search.filter, search.startIndex, search.count, search.attributes, search.excludedAttributes)


async def list_users(visit: Visit, query: Query) -> Reply:
    """A page of the organisation's people, in the order of their ids."""
    if query.filter is not None:
        filters.check(query.filter, users.ATTRIBUTES, USER)
    page = paging(query.start, query.size)
    tree = query.filter
    candidates = None if tree is None else await users.named(visit, filters.pinned(tree, USER))
    everybody = await users.everybody(visit) if candidates is None else candidates
    if tree is None:
        total = len(everybody)
        found = await users.load(visit, everybody[page.start - 1 : page.start - 1 + page.count])
    else:
        if len(everybody) > MOST_EVALUATED:
            raise ScimFault(
                400, "Too many people for this filter: ask by userName, id or externalId.", ScimType.TOO_MANY
            )
        matching = [
            user
            for user in await users.load(visit, everybody)
            if user.seen and filters.matches(tree, users.filtered_values(user), users.ATTRIBUTES, USER)
        ]
        total = len(matching)
        found = matching[page.start - 1 : page.start - 1 + page.count]
    resources = [shown(users.document(visit, user), query.attributes, query.excluded, USER) for user in found]
    return Reply(200, listed(resources, total, page.start), tuple(user.resource for user in found), "listed")


async def show_user(visit: Visit, resource: str, query: Query) -> Reply:
    """One person."""
    user = await users.one(visit, resource)
    if user is None:
        raise unknown()
    document = users.document(visit, user)
    account = None if user.account is None else str(user.account["id"])
    return Reply(
        200, shown(document, query.attributes, query.excluded, USER), (resource,), "read", resource, account,
        users.version_of(document),
    )  # fmt: skip


async def list_groups(visit: Visit, query: Query) -> Reply:
    """A page of roles and who holds them."""
    if query.filter is not None:
        filters.check(query.filter, groups.ATTRIBUTES, discovery.GROUP)
    page, tree = paging(query.start, query.size), query.filter
    found = [
        group
        for group in await groups.documents(visit, groups.roles(visit))
        if tree is None or filters.matches(tree, groups.filtered_values(group), groups.ATTRIBUTES, discovery.GROUP)
    ]
    part = found[page.start - 1 : page.start - 1 + page.count]
    resources = [shown(group, query.attributes, query.excluded, discovery.GROUP) for group in part]
    return Reply(200, listed(resources, len(found), page.start), did="listed-groups")


async def show_group(visit: Visit, resource: str, query: Query) -> Reply:
    """One role and who holds it."""
    role = groups.roles(visit).get(resource)
    if role is None:
        raise unknown()
    [group] = await groups.documents(visit, {resource: role})
    version = users.version_of(group)
    document = shown(group, query.attributes, query.excluded, discovery.GROUP)
    return Reply(200, document, did="read-group", resource=resource, version=version)


def described(documents: Sequence[Document], fields: Mapping[str, str]) -> Reply:
    """A list of what the server says of itself; a filter on it is forbidden (section 4)."""
    if "filter" in fields:
        raise ScimFault(403, "What the server says of itself cannot be filtered.")
    return Reply(200, listed(documents, len(documents), 1), did="described")


def _query(
    text: str | None, start: int | None, count: int | None, attributes: Sequence[str], excluded: Sequence[str]
) -> Query:
    if attributes and excluded:
        raise invalid_value("attributes and excludedAttributes exclude each other.")
    return Query(filters.parse(text) if text else None, start, count, frozenset(attributes), frozenset(excluded))


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if len(names) > 32:
        raise invalid_value("At most 32 attributes are named.")
    return names


def _no_sorting(by: str | None, order: str | None) -> None:
    if by or order:
        raise invalid_value("Sorting is not supported (see ServiceProviderConfig).")
