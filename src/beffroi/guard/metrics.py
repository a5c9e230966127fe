"""What the guard counts about itself, in Prometheus' text format 0.0.4. No label holds a value of a request.

Counted by hand, not with a client library, because one decision may cost a few microseconds at most.
"""

from bisect import bisect_left
from typing import Final

from beffroi.core.refusals import Code
from beffroi.guard.decisions.asks import Granted
from beffroi.guard.sealing.watch import SealWatch
from beffroi.guard.web.problems import Fault

MEDIA_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Histogram:
    """Cumulative buckets of one measure."""

    __slots__ = ("_bounds", "_counts", "_sum")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count one value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def lines(self, name: str) -> list[str]:
        """The histogram as Prometheus reads it."""
        total, lines = 0, [f"# TYPE {name} histogram"]
        for bound, count in zip(self._bounds, self._counts, strict=False):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        total += self._counts[-1]
        lines.append(f'{name}_bucket{{le="+Inf"}} {total}')
        return [*lines, f"{name}_sum {self._sum}", f"{name}_count {total}"]


class Metrics:
    """The guard's counters since it started."""

    def __init__(self) -> None:
        self._decisions: dict[tuple[str, str], int] = {}
        self._sizes = Histogram(tuple(float(size) for size in _SIZES))
        self._seconds = Histogram(_SECONDS)
        self.gauges: dict[str, float] = {}
        self._witnesses: list[str] = []

    def batch(self, size: int, seconds: float) -> None:
        """One batch of ``size`` requests, committed ``seconds`` after its turn came."""
        self._sizes.observe(size)
        self._seconds.observe(seconds)

    def decided(self, kind: str, outcome: Granted | Fault | Code) -> None:
        """One decision answered."""
        key = (kind, "allow" if isinstance(outcome, Granted) else outcome.value)
        self._decisions[key] = self._decisions.get(key, 0) + 1

    def sealing(self, watch: SealWatch) -> None:
        """How far the journal is sealed, and how each witness fares; nothing where nobody looks."""
        if watch.longest_lag is None:
            return
        self.gauges["journal_unsealed_seconds"] = round(watch.lag, 3)
        self.gauges["journal_unsealed_entries"] = watch.newest - watch.published_entry
        self.gauges["journal_withholds"] = int(watch.withholds)
        self._witnesses = [
            f'beffroi_witness_{what}{{witness="{one.name}"}} {value}'
            for one in watch.witnesses
            for what, value in (("size", one.size), ("failures", one.failures), ("age_seconds", one.age))
            if value is not None
        ]

    def render(self) -> bytes:
        """Everything, as /metrics answers it."""
        lines = ["# TYPE beffroi_decisions_total counter"]
        for (kind, code), times in sorted(self._decisions.items()):
            lines.append(f'beffroi_decisions_total{{kind="{kind}",code="{code}"}} {times}')
        lines += self._sizes.lines("beffroi_batch_requests")
        lines += self._seconds.lines("beffroi_batch_seconds")
        for name, value in sorted(self.gauges.items()):
            lines += [f"# TYPE beffroi_{name} gauge", f"beffroi_{name} {value}"]
        return ("\n".join(lines + self._witnesses) + "\n").encode()
