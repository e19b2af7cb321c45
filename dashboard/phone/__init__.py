"""The page that a ticket's QR code opens on the visitor's own phone.

It is an application of its own on a port of its own: no cookie, no account, nothing else to reach there.
"""

from __future__ import annotations

from dashboard.phone.app import create_phone_app
from dashboard.phone.queues import PhoneQueues

__all__ = ["PhoneQueues", "create_phone_app"]
