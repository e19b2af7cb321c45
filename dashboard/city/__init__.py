"""The page of a city: its sites side by side. An application of its own, on a server of its own.

A site's console stays the site's: nothing here calls anybody or reaches a site.
"""

from __future__ import annotations

from dashboard.city.app import create_city_app

__all__ = ["create_city_app"]
