"""A rehearsal on a real site: virtual visitors before real consoles, and nothing of it in a figure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from playwright.sync_api import expect

from broker.clock import ANCHOR_VARIABLE, Anchor, SystemClock
from tests.end_to_end.conftest import MORNING_NS

SEEN_MS = 20_000


def test_agents_call_virtual_visitors_who_are_marked_and_in_no_figure(house, page, credentials, tmp_path):
    house.hall()
    house.dashboard()
    page.context.request.post(f"{house.url}/connexion/demonstration", form={"account": "demo-agent"})
    page.goto(f"{house.url}/guichet/info")
    page.locator(".next [data-action=open]").click()
    line = [
        *(sys.executable, "-m", "preaccueil", "rehearse", "--rate=6000"),
        f"--site={house.folder / 'site.json'}",
        f"--broker={house.broker.host}:{house.broker.port}",
        f"--credentials={credentials}",
        f"--state={tmp_path / 'rehearsal'}",
    ]
    anchor = str(Anchor(MORNING_NS, SystemClock().machine_ns(), speed=1))
    rehearsal = subprocess.Popen(
        line, stdout=subprocess.PIPE, text=True, env={**os.environ, ANCHOR_VARIABLE: anchor}
    )
    try:
        next_one = page.locator(".next [data-action=next][data-ready=true]")
        expect(next_one).to_be_visible(timeout=SEEN_MS)
        expect(page.locator("[data-queue] .tag.exercise").first).to_be_visible(timeout=SEEN_MS)
        next_one.click()
        expect(page.locator("[data-field=number]")).to_contain_text("X", timeout=SEEN_MS)
        page.locator(".next [data-action=start]").click()
        page.locator("[data-outcome=fait]").click()
        expect(next_one).to_be_visible(timeout=SEEN_MS)
    finally:
        rehearsal.send_signal(signal.SIGTERM)
        told, _ = rehearsal.communicate(timeout=30)
    assert rehearsal.returncode == 0
    assert "exercise tickets drawn" in told
    expect(page.locator("[data-queue] li")).to_have_count(0, timeout=SEEN_MS)
    page.goto(f"{house.url}/")
    expect(page.locator("[data-card=day] [data-field=visits]")).to_have_text("0", timeout=SEEN_MS)
