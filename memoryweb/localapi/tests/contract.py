"""Whether an answer of the embedded server is one that openapi.yaml declares: status, content type and body."""

import json
import re
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema

from memoryweb.localapi.views import contract_document

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@formats.checks("uri", raises=ValueError)
def _is_address(value: object) -> bool:
    return not isinstance(value, str) or bool(urlsplit(value).scheme and urlsplit(value).netloc)


def check_answer(method: str, url: str, status: int, content_type: str, body: bytes) -> None:
    """Raises AssertionError or jsonschema.ValidationError where the answer differs from what the contract declares."""
    path = urlsplit(url).path
    if path.startswith("/api/images/") and status == 200:
        return
    assert content_type == "application/json", f"{method} {path} answered {status} as {content_type}"
    schema = _declared(method, path, status)
    if schema is not None:
        _validator(json.dumps(schema)).validate(json.loads(body))


def _declared(method: str, path: str, status: int) -> dict[str, Any] | None:
    """The schema of that answer; None where the contract gives none. Errors have one shape, also outside the contract."""
    operations = _operations(path)
    if path in ("/api/openapi.json",) and status == 200:
        return {"type": "object", "required": ["openapi", "paths"]}
    if operations is None or method.lower() not in operations:
        assert status in (403, 404, 405), f"{method} {path} is not in the contract and answered {status}"
        return {"$ref": "#/components/schemas/Error"}
    responses = operations[method.lower()]["responses"]
    assert str(status) in responses, f"{method} {path} answered {status}, which the contract does not declare"
    response = responses[str(status)]
    if "$ref" in response:
        response = contract_document()["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response["content"]["application/json"]["schema"] if "content" in response else None


def _operations(path: str) -> dict[str, Any] | None:
    paths = contract_document()["paths"]
    if path in paths:
        return paths[path]
    path = re.sub("^/api/images/.*", "/api/images/x", path)  # a signed name holds a slash
    return next((paths[known] for known in paths if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path)), None)


@cache
def _validator(schema: str) -> jsonschema.Draft202012Validator:
    """References begin at the document's root, so its components stand beside the schema."""
    document = json.loads(schema) | {"components": contract_document()["components"]}
    return jsonschema.Draft202012Validator(document, format_checker=formats)
