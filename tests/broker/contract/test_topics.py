from __future__ import annotations

from typing import get_args

import pytest

from broker.contract import access
from broker.contract.topics import DASHBOARD, RECORDER, RULES, Kind, Topics

TOPICS = Topics("barnum")


def test_a_topic_is_read_back_as_it_was_made():
    for kind, rule in RULES.items():
        path = tuple(f"level-{n}" for n in range(rule.levels))
        assert TOPICS.parse(TOPICS.of(kind, *path)) == (kind, path)


@pytest.mark.parametrize("topic", ["preaccueil/1/other/event/x", "preaccueil/1/barnum/event", "event/x", ""])
def test_a_topic_of_elsewhere_is_none_of_ours(topic):
    assert TOPICS.parse(topic) is None


@pytest.mark.parametrize("level", ["", "a.b", "a b", "+", "#", "a/b", "É", "-a", "a" * 33])
def test_a_level_that_a_cluster_could_not_map_is_refused(level):
    with pytest.raises(ValueError, match="cannot be a topic level"):
        TOPICS.of("event", level)


def test_every_kind_of_topic_has_a_rule_and_is_documented(docs):
    for kind in get_args(Kind):
        assert kind in RULES
        assert f"`{kind}/" in docs["architecture.md"]


def test_what_is_sent_once_is_never_retained():
    for kind in ("event", "receipt", "answer", "command"):
        assert not RULES[kind].retain


def test_nobody_but_the_hall_writes_views_and_nobody_but_the_dashboard_reads_private_ones(barnum):
    writers, readers = set(), set()
    name = ""
    for line in access.acl(barnum).splitlines():
        if line.startswith("user "):
            name = line.removeprefix("user ")
        if line.startswith("topic write") and "/view/" in line:
            writers.add(name)
        if line.startswith("topic read") and "/private/" in line:
            readers.add(name)
    assert writers == {RECORDER}
    assert readers == {DASHBOARD}


def test_every_node_reads_the_displays_it_carries(barnum):
    for display in barnum.displays:
        node = barnum.node(display.node)
        assert TOPICS.of("display", display.id) in access.node_reads(barnum, node)
