"""Exact routes: a method and a path lead to one handler; nothing is matched by pattern."""

from collections.abc import Iterable
from typing import Final

from beffroi.guard.web.requests import Direct, Handler, Routes

BODY_LIMIT: Final = 256 * 1024


class Router:
    """The guard's routes, gathered from every area at start.

    Raises ValueError when two areas claim the same method and path.
    """

    def __init__(self, areas: Iterable[Routes]) -> None:
        self._handlers: dict[str, dict[str, Handler]] = {}
        self._direct: dict[tuple[str, str], Direct] = {}
        for area in areas:
            for (method, path), handler in area.items():
                methods = self._handlers.setdefault(path, {})
                if method in methods:
                    raise ValueError(f"two handlers for {method} {path}")
                methods[method] = handler
                direct = getattr(handler, "direct", None)
                if direct is not None:
                    self._direct[method, path] = direct

    def find(self, method: str, path: str) -> Handler | None:
        """The handler of a call; HEAD is served by GET (RFC 9110 section 9.3.2)."""
        methods = self._handlers.get(path)
        if methods is None:
            return None
        return methods.get(method) or (methods.get("GET") if method == "HEAD" else None)

    def direct(self, method: str, path: str) -> Direct | None:
        """The handler of a call that needs no task, where its area wrote one."""
        return self._direct.get((method, path))

    def allowed(self, path: str) -> str | None:
        """Methods of a known path as the ``Allow`` header lists them, ``None`` when the path is unknown."""
        methods = self._handlers.get(path)
        if methods is None:
            return None
        return ", ".join(sorted(methods.keys() | ({"HEAD"} if "GET" in methods else set())))

    def paths(self) -> dict[str, tuple[str, ...]]:
        """Every path with its methods, for the OpenAPI document's own check."""
        return {path: tuple(sorted(methods)) for path, methods in self._handlers.items()}
