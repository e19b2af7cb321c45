"""What Prometheus reads, and the alerts it makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from broker.contract.faults import CODES
from broker.contract.messages import NodeStatus
from broker.contract.views import WeatherAlertNow, WeatherNow
from dashboard.alerting import rules
from preaccueil.commands.alerts import command
from tests.dashboard.afternoon import NOW_NS, Afternoon, health, space

LABELS = ("service", "fault", "node", "device", "stage", "release", "kind")


def read(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """The samples by name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (
            sample.name.removeprefix("preaccueil_"),
            *(sample.labels[label] for label in LABELS if label in sample.labels),
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.fixture
def full(client: FlaskClient, afternoon: Afternoon) -> FlaskClient:
    """The afternoon with all that is known of it."""
    afternoon.connect()
    afternoon.recorder_speaks()
    afternoon.all_views()
    return client


def test_the_afternoon_is_there_in_figures(full: FlaskClient, afternoon: Afternoon):
    told = read(full)
    assert told["hall_up",] == 1
    assert told["waiting_people", "conciergerie"] == 6
    assert told["promised_wait_seconds", "conciergerie"] == 31 * 60
    assert ("promised_wait_seconds", "associations") not in told, "what is not known has no sample"
    assert told["capacity_people",] == afternoon.site.capacity
    assert told["node_up", "borne-a"] == 1
    assert told["node_outbox_bytes", "borne-a"] == 184_320
    assert told["fault", "paper_low", "borne-b", "imprimante"] == 1


def test_a_weather_alert_and_a_full_tent_can_be_alarmed_on(full: FlaskClient, afternoon: Afternoon):
    told = read(full)
    assert (told["full",], told["weather_alert", "wind"], told["weather_alert", "snow"]) == (0, 0, 0)
    assert ("wind_unknown",) not in told, "no anemometer, no word of it"
    alert = WeatherAlertNow(kind="wind", value=112.0, since_ns=NOW_NS)
    silent = WeatherNow(wind_km_h=None, wind_silent=True, snow_cm=None, snow_ns=None)
    afternoon.publish("view/space/now", space(crowding="full", weather=silent, weather_alerts=[alert]))
    told = read(full)
    assert (told["full",], told["weather_alert", "wind"], told["wind_unknown",]) == (1, 1, 1)
    named = {rule["alert"] for group in rules()["groups"] for rule in group["rules"]}
    assert {"WeatherAlert", "SpaceFull", "WindUnknown"} <= named


def test_a_silent_hall_is_the_one_fault_that_is_known(client: FlaskClient):
    told = read(client)
    assert told["hall_up",] == 0
    assert [key for key in told if key[0] == "fault"] == [("fault", "hall_silent", "", "")]


def test_a_lost_node_is_down_and_its_devices_are_not_guessed(full: FlaskClient, afternoon: Afternoon):
    afternoon.publish("status/borne-b", NodeStatus(state="lost"))
    told = read(full)
    assert told["node_up", "borne-b"] == 0
    assert {key for key in told if key[0] == "fault" and key[2] == "borne-b"} == {
        ("fault", "node_lost", "borne-b", "")
    }


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"outbox_bytes": 90, "outbox_capacity_bytes": 100}, "outbox_nearly_full"),
        ({"outboxes_set_aside": 1}, "outbox_set_aside"),
    ],
)
def test_what_a_node_says_of_itself_is_a_fault(full: FlaskClient, afternoon: Afternoon, changed, fault):
    told = health(afternoon.site.node("borne-a"))
    afternoon.publish("health/borne-a", msgspec.structs.replace(told, **changed))
    assert read(full)["fault", fault, "borne-a", ""] == 1


def test_names_and_units_are_those_of_the_convention(full: FlaskClient):
    text = full.get("/metrics").text
    for name in re.findall(r"^# TYPE (\S+)", text, re.MULTILINE):
        assert re.fullmatch(
            r"preaccueil_(fault|full|weather_alert|wind_unknown|[a-z_]+_(bytes|meters_per_second|seconds|celsius|people|events|info|up|connected|open))",
            name,
        ), name
    assert text.count("# HELP") == text.count("# TYPE")


def test_nothing_is_told_through_a_proxy(full: FlaskClient):
    assert full.get("/metrics", headers={"X-Forwarded-For": "10.0.19.50"}).status_code == 404


def test_every_fault_has_its_alert_with_the_words_of_the_page():
    made = {rule["labels"].get("code"): rule for group in rules()["groups"] for rule in group["rules"]}
    for fault, code in CODES.items():
        assert made[code]["expr"] == f'preaccueil_fault{{fault="{fault}"}} == 1'
        for text in made[code]["annotations"].values():
            assert "fault." not in text, "a text is missing"
    assert "plus de papier" in made["P1"]["annotations"]["summary"].lower()


def test_prometheus_takes_the_rules(tmp_path):
    out = tmp_path / "alerts.yml"
    assert CliRunner().invoke(command, ["--out", str(out)]).exit_code == 0
    assert yaml.safe_load(out.read_text(encoding="utf-8")) == rules()
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not here: `make deploy-test` has it check the rules")
    checked = subprocess.run(
        [promtool, "check", "rules", str(out)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
