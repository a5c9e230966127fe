"""The OpenAPI document covers the API, and the API keeps to it under generated requests."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from beffroi.guard import openapi
from beffroi.guard.operations import OPERATIONS, UNDOCUMENTED
from beffroi.guard.process import AREAS
from tests.guard.doors.conftest import Guard


def test_document_names_every_route_of_the_api() -> None:
    programs = ("/v1/", "/access/", "/.well-known/", "/healthz")
    served = {route for area in AREAS for route in area if route[1].startswith(programs)}
    assert {route for route in served if route[1] not in UNDOCUMENTED} == set(OPERATIONS)


async def test_anybody_reads_the_document(guard: Guard) -> None:
    answer = await guard.http.get("/openapi.json")
    assert answer.json()["openapi"] == "3.1.0"
    assert answer.json()["servers"] == [{"url": "https://guard.example"}]


SCHEMA = schemathesis.openapi.from_dict(openapi.document("https://guard.example"))
CASES = {
    (method, path): SCHEMA[path][method]
    for method, path in OPERATIONS
    if method == "POST" and OPERATIONS[method, path].body is not None
}


@pytest.mark.slow
@pytest.mark.parametrize("route", sorted(CASES))
async def test_adviser_sends_generated_requests_each_is_answered_as_documented(
    guard: Guard, route: tuple[str, str]
) -> None:
    ana = await guard.world.agent(guard.world.offices["North"])
    method, path = route
    bodies: list[object] = []

    @settings(
        max_examples=25, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=CASES[route].as_strategy(), spoilt=st.none() | st.recursive(st.none() | st.integers(), st.lists))
    def collect(case: schemathesis.Case, spoilt: object) -> None:
        bodies.append(case.body if spoilt is None else spoilt)

    collect()
    documented = {OPERATIONS[method, path].done, *OPERATIONS[method, path].problems}
    for body in bodies:
        answer = await guard.post(ana, path, body)
        assert answer.status_code in documented, (answer.status_code, answer.text)
        assert answer.status_code != 500
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert set(answer.json()) >= {"type", "title", "status", "detail", "code"}
