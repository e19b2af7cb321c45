"""The MQTT side as others read it: valid AsyncAPI, and true."""

from __future__ import annotations

import msgspec
import pytest
from jsonschema import Draft202012Validator
from pydantic_asyncapi import AsyncAPI
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from broker.contract import access, asyncapi, messages, topics, views


@pytest.fixture(scope="module")
def document(barnum):
    return asyncapi.document(barnum, "1.0")


@pytest.fixture(scope="module")
def valid(document):
    """``valid(name, message)``: whether the message is what the document's schema of that name says."""
    registry = Registry().with_resource(
        "urn:document", Resource.from_contents(document, default_specification=DRAFT202012)
    )

    def check(name, message):
        schema = {"$ref": f"urn:document#/components/schemas/{name}"}
        return Draft202012Validator(schema, registry=registry).is_valid(
            msgspec.json.decode(messages.encode(message))
        )

    return check


def test_it_is_an_asyncapi_document(document):
    AsyncAPI.model_validate(document)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_kind_of_topic_and_every_view_has_a_channel(document):
    addresses = {channel["address"] for channel in document["channels"].values()}
    kinds = {address.split("/")[3] for address in addresses}
    assert kinds == set(topics.RULES)
    named = {"/".join(address.split("/")[3:5]) for address in addresses}
    assert {f"view/{name}" for name in views.PUBLIC} <= named
    assert {f"private/{name}" for name in views.PRIVATE} <= named


def test_every_reference_leads_somewhere(document):
    def references(value):
        if isinstance(value, dict):
            if "$ref" in value:
                yield value["$ref"]
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(document))
    assert len(found) > 50
    for reference in found:
        target = document
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_an_event_of_every_type_may_travel_and_no_other(document, valid):
    known = {
        schema["$ref"].rsplit("/", 1)[1]
        for schema in document["components"]["schemas"]["Event"]["properties"]["body"]["anyOf"]
    }
    assert {"VoteCast", "TicketDrawn", "TransferRequested", "UndoRequested"} <= known
    body = messages.VoteCast(device="panneau", barometer="b", question="q", answer=1)
    assert valid("Event", event_of(body))
    unknown = msgspec.Raw(messages.encode(body).replace(b"vote.cast", b"vote.bought"))
    assert not valid("Event", event_of(unknown))


def event_of(body):
    raw = body if isinstance(body, msgspec.Raw) else msgspec.Raw(messages.encode(body))
    return messages.Event(seq=1, at_ns=1, machine_ns=1, body=raw)


def test_what_a_word_may_not_hold_the_schema_refuses_too(valid):
    receipt = messages.Batch(run="r", boot="b", sent_boot="b", sent_ns=1, oldest=1, events=[])
    assert valid("Batch", receipt)
    assert not valid("Batch", msgspec.structs.replace(receipt, run="a\nb"))


def test_the_operations_are_the_rights_that_the_broker_grants(barnum, document):
    operations = document["operations"]
    assert operations["node-send-event"]["bindings"]["mqtt"] == {
        "qos": 1,
        "retain": False,
        "bindingVersion": "0.2.0",
    }
    assert "node-receive-private-desk" not in operations
    assert "dashboard-receive-private-desk" in operations
    assert "node-send-view-desk" not in operations
    assert "recorder-send-view-desk" in operations
    can_read = any(
        right == access.Right("read", "preaccueil/1/barnum/view/desk/info")
        for node in barnum.nodes
        for right in access.node_rights(barnum, node)
    )
    assert can_read == ("node-receive-view-desk" in operations)
