"""``make bench-live``: how fast and how light live pages are."""
