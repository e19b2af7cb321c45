from __future__ import annotations

import typing
from importlib import import_module

import pytest

from broker.contract import compiled

TYPES = [kind.__struct_config__.tag for kind in typing.get_args(compiled.Device)]


@pytest.mark.parametrize("tag", TYPES)
def test_every_device_is_documented(docs, tag):
    assert f"| `{tag}` |" in docs["devices.md"]


@pytest.mark.parametrize("tag", TYPES)
def test_every_device_has_a_file_of_its_own_that_tells_its_wiring_or_why_it_needs_none(tag):
    assert "Wiring:" in (import_module(f"nodes.devices.{tag}").__doc__ or "")
