"""Exposure of an account: how many people could be read from it if it fell now, in 1, 24 and 72 hours.

The bound holds for a span that starts at any instant, so it counts the clock hours and the Paris days that such a
span can touch. It is what the law allows, not what a thief would manage.
"""

from typing import Final, NamedTuple

from beffroi.core.budgets import Caps

SPANS: Final = (1, 24, 72)


class Readable(NamedTuple):
    """What one budget may pay for: people its relations give in all, its caps, whether the organisation counts it."""

    people: int
    caps: Caps
    counted: bool


class Holder(NamedTuple):
    """What the exposure of one account depends on.

    ``share`` is what one account may use of its organisation's daily budget; ``pooled`` whether it still charges
    an offspring pool; ``offspring`` how many accounts it brought into being that still charge its own;
    ``population`` how many people the network knows.
    """

    readable: tuple[Readable, ...]
    share: int
    pooled: bool
    offspring: int
    application: Caps
    population: int


class Exposure(NamedTuple):
    """People within reach in a span: by the account itself, through its offspring, and if there were no guard."""

    direct: int
    offspring: int
    unguarded: int


def most(caps: Caps, hours: int) -> int:
    """Most distinct people that caps allow in any span of so many hours (1 to 144), whenever it starts.

    Such a span touches one clock hour more than it lasts, and one Paris day more than it fills. On the night of the
    spring change of hour, of 23 hours, a span of 24 hours can touch a third day.
    """
    days = -(-hours // 24) + 1
    return min(caps.hour * (hours + 1), caps.day * days, caps.week, caps.month)


def exposure(holder: Holder, pool: Caps, hours: int) -> Exposure:
    """The exposure of one account over so many hours, as the policy's ``pool`` and its own caps bound it.

    Each budget pays for no more people than its relations give; what the organisation counts is held to the share;
    all of it to the pool, while the account is not confirmed, and to the application's breaker. New offspring takes
    a second person outside the line, so only that which is there already is counted, and it shares one pool.
    """
    counted = sum(min(one.people, most(one.caps, hours)) for one in holder.readable if one.counted)
    free = sum(min(one.people, most(one.caps, hours)) for one in holder.readable if not one.counted)
    share = holder.share
    counted = min(counted, most(Caps(share, share, 7 * share, 30 * share), hours))
    ceilings = [most(holder.application, hours), holder.population]
    if holder.pooled:
        ceilings.append(most(pool, hours))
    through = min(most(pool, hours), *ceilings[:2]) if holder.offspring else 0
    reads = bool(holder.readable) or holder.offspring > 0
    return Exposure(min(counted + free, *ceilings), through, holder.population if reads else 0)
