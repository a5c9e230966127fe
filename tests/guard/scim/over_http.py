"""The client of the conformance tester, over httpx."""

from typing import Any

import httpx
from scim2_client import BaseSyncSCIMClient


class OverHttp(BaseSyncSCIMClient):
    """The tester's client over httpx."""

    def __init__(self, http: httpx.Client) -> None:
        super().__init__()
        self.http = http

    def _stays_under_base_url(self, endpoint: str) -> bool:
        return True

    def request(self, method: str, url: str, **sent: Any) -> Any:
        """One request."""
        return self.http.request(method, url, **sent)
