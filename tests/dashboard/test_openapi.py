"""The HTTP side as others read it: valid OpenAPI, and whole."""

from __future__ import annotations

import msgspec
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from dashboard import openapi
from dashboard.requests import Press
from dashboard.sse import Message


def test_it_is_an_openapi_document(app):
    validate(openapi.document(app, "1.0"))


def test_every_route_is_told(app):
    told = openapi.document(app, "1.0")["paths"]
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            assert openapi.address(rule) in told, rule.rule


def test_all_that_is_posted_to_says_what_it_reads(app):
    assert set(openapi.posted_to(app)) == set(openapi.READS)


def test_every_operation_has_a_sentence(app):
    for address, methods in openapi.document(app, "1.0")["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"].endswith("."), (method, address)


def test_the_word_for_monitoring_is_what_the_document_says(app, client):
    components = openapi.document(app, "1.0")["components"]
    schema = {"$ref": "#/components/schemas/Health", "components": components}
    Draft202012Validator(schema).validate(client.get("/sante").json)


def test_a_press_is_what_the_document_says(app):
    schema = openapi.document(app, "1.0")["components"]["schemas"]["Press"]
    press = msgspec.json.decode(msgspec.json.encode(Press(key="k", call="c")))
    Draft202012Validator(schema).validate(press)
    assert not Draft202012Validator(schema).is_valid({"key": "k", "unknown": 1})


def test_the_stream_carries_what_the_document_says():
    assert openapi.Shown.__struct_fields__ == Message.__struct_fields__
