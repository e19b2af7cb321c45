"""The entrance of the barnum with distance sensors instead of beams and contacts."""

from __future__ import annotations

from msgspec.structs import replace

from broker.contract import compiled

DOOR = compiled.TofCounter(
    id="porte", address=0x30, xshut=5, outside="left", near_mm=1100, far_mm=1250, hand_mm=100
)
SEAT = compiled.TofPresence(
    id="place", address=0x31, xshut=6, subject="place-6", kind="seat", near_mm=500, far_mm=700, hold_s=20
)
MAST = compiled.Anemometer(id="mast", pin=17, km_h_per_hz=2.4, limits_km_h=[60.0, 100.0])
BEEPER = compiled.Buzzer(id="bip", pin=26)


def with_sensors(barnum: compiled.Site, *devices: compiled.Device) -> compiled.Site:
    """The barnum whose entrance has these devices only."""
    entrance = replace(barnum.node("entree"), devices=list(devices))
    others = [node for node in barnum.nodes if node.id != "entree"]
    return replace(barnum, nodes=[entrance, *others])
