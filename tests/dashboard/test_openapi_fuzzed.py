"""The published description against the running application: whatever is sent, the answer is one it names."""

from __future__ import annotations

import itertools

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from broker.clock import ManualClock
from broker.contract import compiled
from dashboard import create_app, openapi
from dashboard.accounts import Accounts
from dashboard.requests import Requests
from tests.dashboard.afternoon import Afternoon
from tests.dashboard.conftest import Kept
from tests.dashboard.fake_store import FakeStore

load_all_checks()
EXAMPLES = 12
# No description names 500, so the first of these finds faults of ours; 503 is said where it is meant.
HELD = CHECKS.get_by_names(
    [
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "unsupported_method",
        "allow_header_conformance",
    ]
)
QUICKLY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def names_of(site: compiled.Site) -> dict[str, list[str]]:
    """What parts of addresses are on this site, and one that is not."""
    return {
        "desk_id": ["inconnu", *(desk.id for desk in site.desks)],
        "node_id": ["inconnu", *(node.id for node in site.nodes)],
        "barometer_id": ["inconnu", *(barometer.id for barometer in site.barometers)],
        "room": ["inconnu", *(room.id for room in site.rooms)],
        "key": ["inconnu", "c4"],
    }


@pytest.fixture
def fuzzed(afternoon: Afternoon, clock: ManualClock, store: FakeStore, accounts: Accounts) -> Flask:
    requests = Kept()
    app = create_app(
        afternoon.site,
        afternoon.live,
        store,
        clock,
        requests=Requests(requests, clock),
        accounts=accounts,
        order=lambda _node, _command: None,
    )
    afternoon.connect()
    afternoon.recorder_speaks()
    afternoon.all_views()
    return app


@pytest.fixture
def operations(fuzzed: Flask, barnum: compiled.Site) -> list[schemathesis.APIOperation]:
    """Every operation of the description; parts of addresses are those of the site."""
    document = openapi.document(fuzzed, "1.0")
    names = names_of(barnum)
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["name"] in names:
                    parameter["schema"]["enum"] = names[parameter["name"]]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = fuzzed
    return [found.ok() for found in schema.get_all_operations()]


@pytest.mark.parametrize("account", ["", "demo-agent", "demo-supervisor"])
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_one_that_the_description_names(
    fuzzed: Flask, operations: list[schemathesis.APIOperation], account: str, mode: GenerationMode
):
    browser = fuzzed.test_client()
    if account:
        browser.post("/connexion/demonstration", data={"account": account})
    cookie = browser.get_cookie("guichet")
    cookies = {"guichet": cookie.value} if cookie else {}
    called = 0
    for operation in operations:
        if operation.path.startswith("/direct/"):
            continue  # it does not end: below
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue  # an address alone cannot be wrong in more ways than those on this site

        @QUICKLY
        @given(case=operation.as_strategy(generation_mode=mode))
        def fuzz(case: Case) -> None:
            nonlocal called
            called += 1
            case.validate_response(case.call(cookies=cookies), checks=HELD)

        fuzz()
    assert called > EXAMPLES * 5


@QUICKLY
@given(last=st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=300))
def test_a_stream_takes_any_last_event_id(fuzzed: Flask, last: str):
    with fuzzed.test_client().get("/direct/espace", headers={"Last-Event-ID": last}) as answer:
        assert answer.status_code == 200
        assert b"event: snapshot" in b"".join(itertools.islice(answer.iter_encoded(), 2))
