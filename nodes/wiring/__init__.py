"""Wiring sheets: from a site description to what a technician wires, buys, and sticks on cables."""
