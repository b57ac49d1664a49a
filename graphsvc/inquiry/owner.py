"""The owner's inquiry: until inquiries are opened and kept, reads are made in the name of the account that runs graphsvc.

May import settings and the graph's types.
"""

from __future__ import annotations

import getpass

from graphsvc.graph.view import Inquiry
from graphsvc.settings import Settings


def owner_inquiry(settings: Settings) -> Inquiry:
    """An inquiry named after this installation's folder and the account of the process."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container whose user id has no name
        user = "owner"
    return Inquiry(id=f"owner:{settings.home.name}", user=user, purpose="the owner's own use")
