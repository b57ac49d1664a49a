"""Sending what the outbox holds: in order for each watch, at least once, again where nobody accepted it. May import what is beside.

Any number of workers may send: a delivery is claimed in the outbox before, and one whose worker was killed is sent by the next when its
claim has run out, marked as a repeat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from itertools import groupby

from graphsvc.alerts.channels import Notice, Undelivered, mail, webhook
from graphsvc.alerts.outbox import Delivery, Outbox
from graphsvc.errors import GraphsvcError
from graphsvc.inquiry.office import Office

_logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.2
_AT_ONCE = 50
_MOST_DAILY = 5_000  # alerts of daily mails that are looked at together
# Of a claim besides the time limit of the delivery: what noting its end may take.
_MARGIN_S = 5.0


class Sender:
    """Sends what is due. `serve` goes on until `stop`; `look` sends what is due now."""

    def __init__(self, office: Office, say: Callable[[str], None] = lambda text: None) -> None:
        self._settings, self._say = office.settings, say
        self._outbox = Outbox(office.engine, digest_hour=office.settings.alert_digest_hour)
        self._ended = False
        self._going: set[asyncio.Task[None]] = set()

    def serve(self) -> None:
        """Send until `stop`."""
        asyncio.run(self._serve())

    def stop(self) -> None:
        """End after what is being sent now."""
        self._ended = True

    def look(self) -> int:
        """Send what is due now, and wait for it; returns how many deliveries were tried."""

        async def once() -> int:
            begun = self._begin()
            if self._going:
                await asyncio.wait(set(self._going))
            return begun

        return asyncio.run(once())

    async def _serve(self) -> None:
        while not self._ended:
            try:
                self._begin()
            except GraphsvcError as error:
                self._say(f"Alerts can't be sent: {error.message}")
                await asyncio.sleep(10 * _LOOK_EVERY_S)
            except Exception:
                # A mistake in one look must not end the next.
                _logger.exception("Alerts could not be sent.")
            await asyncio.sleep(_LOOK_EVERY_S)
        if self._going:
            await asyncio.wait(set(self._going))

    def _begin(self) -> int:
        """Begin to send what is due, as far as there is room beside what is on its way: one that hangs keeps none of the others waiting."""
        room = _AT_ONCE - len(self._going)
        seconds = self._settings.alert_timeout_s + _MARGIN_S
        groups = [[one] for one in self._outbox.claim(seconds, room)] if room > 0 else []
        digests = sorted(self._outbox.claim(seconds, _MOST_DAILY, daily=True), key=lambda one: (one.target, one.number)) if room > 0 else []
        groups += [list(those) for _, those in groupby(digests, key=lambda one: one.target)]
        for group in groups:
            task = asyncio.get_running_loop().create_task(self._send(group))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
        return sum(map(len, groups))

    async def _send(self, group: list[Delivery]) -> None:
        try:
            notices = [self._notice(one) for one in group]
            try:
                if group[0].channel == "webhook":
                    await webhook(self._settings, group[0].target, notices[0])
                else:
                    await mail(self._settings, group[0].target, notices, f"{group[0].alert}.{group[0].number}")
            except Undelivered as error:
                self._say(f"{group[0].alert} by {group[0].channel}: {error}")
                for one in group:
                    self._outbox.failed(
                        one,
                        str(error),
                        wait_s=self._settings.alert_retry_s,
                        most=self._settings.alert_attempts,
                        arrived=error.arrived,
                        final=error.final,
                    )
            else:
                self._outbox.sent([one.number for one in group])
        except Exception:
            # Its claim runs out, and it is sent again as a repeat.
            _logger.exception("An alert could not be sent.")

    def _notice(self, one: Delivery) -> Notice:
        alert = self._outbox.alert(one.alert)
        assert alert is not None, "a delivery is of an alert"
        link = f"{self._settings.url}/v1/alerts/{alert.id}"
        return Notice(alert.id, alert.watch, alert.kind, alert.case, link, alert.made_at, one.repeat)
