"""schemathesis against the embedded server: whatever is sent, no 5xx, and only answers that openapi.yaml declares."""

import itertools

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from memoryweb.accounts import tokens
from memoryweb.localapi import buckets, images, store, trash
from memoryweb.localapi.views import contract_document
from memoryweb.tests.thorough import far
from memoryweb.wsgi import application

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
schema = schemathesis.openapi.from_dict(
    contract_document(),
    config=SchemathesisConfig.from_dict(
        {"base-url": "http://127.0.0.1/", "seed": 1, "generation": {"deterministic": True, "with-security-parameters": False}}
    ),
)
schema.app = application
about_what_exists = schema.include(path_regex="memories|update$|buckets/|trash")
numbers = itertools.count()
CASES = far(10, 25)
bounded = settings(max_examples=CASES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def headers(transactional_db, owner):
    """What opens the API; schemathesis does not unpack what a WSGI application has packed."""
    return {"Authorization": f"Bearer {tokens.make(owner, 'fuzz')}", "Accept-Encoding": "identity"}


@pytest.fixture
def stored(transactional_db, picture):
    """Makes a text or an image memory; returns its id."""
    image = images.clean(picture())
    return lambda number: store.add(f"memory {number}", image=image if number % 2 else None)[0]


@schema.parametrize()
@bounded
def test_every_answer_is_a_declared_one(case, headers):
    assume(case.path_parameters.get("memoryId") not in ("bulk-delete", "restore"))  # the addresses of other operations
    case.call_and_validate(headers=headers, checks=CHECKS)


@about_what_exists.parametrize()
@bounded
def test_so_is_every_answer_about_memories_and_buckets_that_exist(case, headers, stored):
    ids, bucket = [stored(0), stored(1)], buckets.create(f"Work {next(numbers)}")
    path = {"memoryId": ids[0], "bucketId": str(bucket.id)}
    case.path_parameters |= {name: path[name] for name in path.keys() & case.path_parameters.keys()}
    if isinstance(case.body, dict):
        known = {"memoryIds": ids, "bucketId": bucket.id}
        case.body |= {name: known[name] for name in known.keys() & case.body.keys()}
        if "memoryIds" not in case.body:
            case.body["memoryId"] = ids[1]
    if case.operation.path.endswith("/restore"):
        trash.delete(ids)
        buckets.delete(bucket.id)
    case.call_and_validate(headers=headers, checks=CHECKS)
