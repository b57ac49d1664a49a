"""What is looked after every half minute, beside the feed: leads and their readers, and inquiries that meet. May import what is beside.

Any number of workers may do it: what one has told, no other tells again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from graphsvc.alerts.asked import AskedFor
from graphsvc.alerts.meetings import Interest, meet
from graphsvc.alerts.publishing import look_after
from graphsvc.alerts.watches import Watches, is_over
from graphsvc.errors import GraphsvcError, InquiryMissing, NotFound
from graphsvc.graph.driver import Graph
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.office import Office
from graphsvc.inquiry.open_inquiry import OpenInquiry
from graphsvc.policy.vault import Vault

_logger = logging.getLogger(__name__)

_EVERY_S = 30.0


class Rounds:
    """Looks after leads and meetings. `serve` goes on until `stop`; `look` does it once."""

    def __init__(self, office: Office, graph: Graph, say: Callable[[str], None] = lambda text: None) -> None:
        self._office, self._graph, self._say = office, graph, say
        self._asked = AskedFor(office.log, graph, Vault(office.settings.home / "keys").digester())
        self._watches = Watches(office.engine, office.inquiries)
        self._ended = threading.Event()

    def serve(self) -> None:
        """Look until `stop`; what fails is told, and tried again."""
        while True:
            try:
                self.look()
            except GraphsvcError as error:
                self._say(f"Leads and meetings can't be looked after: {error.message}")
            except Exception:
                # A mistake in one look must not end the next.
                _logger.exception("Leads and meetings could not be looked after.")
            if self._ended.wait(_EVERY_S):
                return

    def stop(self) -> None:
        """End after the look that goes on."""
        self._ended.set()

    def look(self) -> None:
        """Bring leads to whom they are for by now, and tell those who have met."""
        look_after(self._office)
        meet(self._office, self._graph, self._interests())

    def _interests(self) -> Iterator[Interest]:
        """What the inquiries that are open now have come upon."""
        users = {user.id: user for user in self._office.users.list()}
        going_on = {one.id: one for one in self._office.inquiries.all_open() if self._may_ask(one)}
        for watch in self._watches.list():
            if watch.subject.kind == "entity" and watch.inquiry in going_on and not is_over(watch, system_clock()):
                yield Interest(users[watch.user], going_on[watch.inquiry], watch.subject.entity, watch.reason_code, watch)
        for id, named in self._asked.read(going_on.values()).items():
            opened = going_on[id]
            for entity, reason_code in named.items():
                yield Interest(users[opened.user], opened, entity, reason_code, None)

    def _may_ask(self, opened: OpenInquiry) -> bool:
        """Whether its user may ask in its name now."""
        try:
            self._office.inquiries.get(opened.id, self._office.users.get(opened.user))
        except (InquiryMissing, NotFound):
            return False
        return True
