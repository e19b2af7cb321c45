"""What people see: the live pages of a site."""

from dashboard.app import create_app
from dashboard.live import Live
from dashboard.requests import Requests

__all__ = ["Live", "Requests", "create_app"]
