"""Answers held to the OpenAPI document: every success that a test gets is what the document says it is."""

from functools import cache
from typing import Any

import httpx
import jsonschema_rs

from beffroi.guard import openapi
from beffroi.guard.operations import OPERATIONS


def closed(schema: Any) -> Any:
    """A schema whose objects hold nothing that is not named: readers pass over more, tests do not."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(one) for name, one in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict) and schema.get("type") == "object":
        inner["additionalProperties"] = False
    return inner


@cache
def _document() -> Any:
    return closed(openapi.document("https://guard.example"))


@cache
def _validator(method: str, path: str) -> Any:
    document = _document()
    answers = document["paths"][path][method.lower()]["responses"]
    content = answers[str(OPERATIONS[method, path].done)]["content"]
    whole = {**content["application/json"]["schema"], "components": document["components"]}
    return jsonschema_rs.validator_for({"$schema": "https://json-schema.org/draft/2020-12/schema", **whole})


def hold(answer: httpx.Response) -> httpx.Response:
    """The answer, once it is found to be as documented. A refusal, or a page, is left alone."""
    route = answer.request.method, answer.request.url.path
    if answer.status_code < 300 and route in OPERATIONS:
        assert answer.status_code == OPERATIONS[route].done, (route, answer.status_code)
        wrong = [f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in
                 _validator(*route).iter_errors(answer.json())]  # fmt: skip
        assert not wrong, (route, wrong)
    return answer


async def held(answer: httpx.Response) -> None:
    """The same as a hook of an asynchronous client."""
    await answer.aread()
    hold(answer)
