"""Exact routes: a method and a path lead to one handler.

Nothing is matched by pattern but one thing: a path registered with ``{id}`` as its last segment (SCIM's resources) is
served where that segment is a UUID in its one spelling. An exact path always wins.
"""

from collections.abc import Iterable
from typing import Final

from beffroi.core.ids import is_uuid
from beffroi.guard.web.requests import Direct, Handler, Routes

BODY_LIMIT: Final = 256 * 1024
ID: Final = "{id}"
_ID_LENGTH: Final = 36


class Router:
    """The guard's routes, gathered from every area at start.

    Raises ValueError when two areas claim the same method and path, or a path has ``{id}`` elsewhere than at its end.
    """

    def __init__(self, areas: Iterable[Routes]) -> None:
        self._handlers: dict[str, dict[str, Handler]] = {}
        self._direct: dict[tuple[str, str], Direct] = {}
        self._limits: dict[tuple[str, str], int] = {}
        for area in areas:
            for (method, path), handler in area.items():
                if ID in path[: -len(ID)] or (path.endswith(ID) and not path.endswith(f"/{ID}")):
                    raise ValueError(f"{path}: {ID} is a whole last segment")
                methods = self._handlers.setdefault(path, {})
                if method in methods:
                    raise ValueError(f"two handlers for {method} {path}")
                methods[method] = handler
                direct = getattr(handler, "direct", None)
                if direct is not None and not path.endswith(ID):
                    self._direct[method, path] = direct
                limit = getattr(handler, "body_limit", None)
                if limit is not None:
                    self._limits[method, path] = limit

    def find(self, method: str, path: str) -> Handler | None:
        """The handler of a call; HEAD is served by GET (RFC 9110 section 9.3.2)."""
        methods = self._methods(path)
        if methods is None:
            return None
        return methods.get(method) or (methods.get("GET") if method == "HEAD" else None)

    def direct(self, method: str, path: str) -> Direct | None:
        """The handler of a call that needs no task, where its area wrote one."""
        return self._direct.get((method, path))

    def body_limit(self, method: str, path: str) -> int:
        """Bytes that a body sent there may have, from an application that showed its token."""
        return self._limits.get((method, path), BODY_LIMIT)

    def allowed(self, path: str) -> str | None:
        """Methods of a known path as the ``Allow`` header lists them, ``None`` when the path is unknown."""
        methods = self._methods(path)
        if methods is None:
            return None
        return ", ".join(sorted(methods.keys() | ({"HEAD"} if "GET" in methods else set())))

    def _methods(self, path: str) -> dict[str, Handler] | None:
        exact = self._handlers.get(path)
        if exact is not None and not path.endswith(ID):
            return exact
        return self._handlers.get(path[:-_ID_LENGTH] + ID) if is_uuid(path[-_ID_LENGTH:]) else None

    def paths(self) -> dict[str, tuple[str, ...]]:
        """Every path with its methods, for the OpenAPI document's own check."""
        return {path: tuple(sorted(methods)) for path, methods in self._handlers.items()}
