"""Reading through the guard: a page of the inventory, all of it, one account with its line as a tree."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from beffroi.client import Conversation, Refused, calls, inventory
from beffroi.client.inventory import Account, Line, Node, Page

PAGE_SIZE = 25
DEEPEST = 8
"""Levels of a tree that a page draws; whoever stands further is only counted."""


@dataclass(frozen=True)
class Wanted:
    """Which accounts, in which order; as the guard's door names them."""

    organisation: str | None = None
    kind: str | None = None
    status: str | None = None
    least: int = 0
    order: str = "exposure"


@dataclass(frozen=True)
class Branch:
    """An account of a line: how it is tied to the one above (``requested``, ``approved``, both; neither: by one of
    its roles), and what follows."""

    node: Node
    requested: bool
    approved: bool
    branches: tuple["Branch", ...]


def page(conversation: Conversation, wanted: Wanted, number: int) -> Page | Refused:
    """One page of accounts."""
    return conversation.ask(_call(wanted, number, PAGE_SIZE))


def everything(conversation: Conversation, wanted: Wanted) -> list[Account] | Refused:
    """Every account wanted, a hundred a call. Whoever uses it writes no name."""
    found: list[Account] = []
    number = 1
    while True:
        answer = conversation.ask(_call(wanted, number, inventory.MOST_ROWS))
        if isinstance(answer, Refused):
            return answer
        found += answer.rows
        if not answer.rows or len(found) >= answer.total:
            return found
        number += 1


def account(conversation: Conversation, account: str) -> Line | Refused:
    """One account with its line."""
    return conversation.ask(inventory.account(account))


def upwards(line: Line) -> tuple[Branch, ...]:
    """Who brought the account into being, as a tree that grows from it; each account once, where it is nearest."""
    left = {node.account: node for node in line.makers}

    def above(one: Account | Node, depth: int) -> Iterator[Branch]:
        named = (maker for maker in (one.requested_by, one.approved_by, *one.also) if maker is not None)
        nodes = [left.pop(maker) for maker in dict.fromkeys(named) if maker in left] if depth else []
        for node in nodes:
            tied = node.account == one.requested_by, node.account == one.approved_by
            yield Branch(node, *tied, tuple(above(node, depth - 1)))

    return tuple(above(line.account, DEEPEST))


def downwards(line: Line) -> tuple[Branch, ...]:
    """Whom the account brought into being, as a tree; each account once, where it is nearest."""
    placed: dict[str, list[Node]] = {}
    known = {line.account.account}
    for node in line.made:  # the nearest first
        parent = next((maker for maker in (node.requested_by, node.approved_by, *node.also) if maker in known), None)
        placed.setdefault(parent or line.account.account, []).append(node)
        known.add(node.account)
    return _below(line.account.account, placed, DEEPEST)


def size(branches: tuple[Branch, ...]) -> int:
    """How many accounts a tree shows."""
    return sum(1 + size(branch.branches) for branch in branches)


def _below(parent: str, placed: dict[str, list[Node]], depth: int) -> tuple[Branch, ...]:
    nodes: Sequence[Node] = placed.get(parent, ()) if depth else ()
    return tuple(
        Branch(node, node.requested_by == parent, node.approved_by == parent, _below(node.account, placed, depth - 1))
        for node in nodes
    )


def _call(wanted: Wanted, number: int, size: int) -> calls.Call[Page]:
    return inventory.page(
        organisation=wanted.organisation,
        kind=wanted.kind,
        status=wanted.status,
        least=wanted.least,
        order=wanted.order,
        page=number,
        size=size,
    )
