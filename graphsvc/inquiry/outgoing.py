"""What requests to other hosts share: nobody is led elsewhere, and plain HTTP stays on this machine. Pure."""

from __future__ import annotations

import ipaddress
import urllib.request
from typing import Any


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer like another, and is not followed."""

    def redirect_request(self, *_args: Any) -> None:
        return None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or address alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
