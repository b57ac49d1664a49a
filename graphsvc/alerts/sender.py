"""Sending what the outbox holds: in order for each watch, at least once, again where nobody accepted it. May import what is beside.

Any number of workers may send: a delivery is claimed in the outbox before, and one whose worker was killed is sent by the next when its
claim has run out, marked as a repeat.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from itertools import groupby

from graphsvc.alerts.channels import Notice, Undelivered, mail, webhook
from graphsvc.alerts.outbox import Delivery, Outbox
from graphsvc.errors import GraphsvcError
from graphsvc.inquiry.office import Office

_logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.2
_AT_ONCE = 50
_MOST_DAILY = 5_000  # alerts of daily mails that are looked at together
# Alerts of one mail: what many watches find at once comes together, since nobody reads hundreds of mails, and no server takes them so fast.
_MOST_TOGETHER = 200
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
        if room <= 0:
            return 0
        seconds = self._settings.alert_timeout_s + _MARGIN_S
        groups = [[one] for one in self._outbox.claim(seconds, room, "webhook")]
        groups += _together(self._outbox.claim(seconds, _MOST_TOGETHER * room, "mail"), _MOST_TOGETHER)
        groups += _together(self._outbox.claim(seconds, _MOST_DAILY, "daily"), _MOST_DAILY)
        for group in groups:
            task = asyncio.get_running_loop().create_task(self._send(group))
            self._going.add(task)
            task.add_done_callback(self._going.discard)
        return sum(map(len, groups))

    async def _send(self, group: list[Delivery]) -> None:
        try:
            notices = self._notices(group)
            try:
                if group[0].channel == "webhook":
                    await webhook(self._settings, group[0].target, notices[0])
                else:
                    await mail(self._settings, group[0].target, notices, f"{group[0].alert}.{group[0].number}")
            except Undelivered as error:
                self._say(f"{group[0].alert} by {group[0].channel}: {error}")
                self._put_off(group, str(error), arrived=error.arrived, final=error.final)
            else:
                self._outbox.sent([one.number for one in group])
        except Exception as error:
            _logger.exception("An alert could not be sent.")
            self._put_off(group, type(error).__name__, arrived=True)

    def _put_off(self, group: list[Delivery], why: str, *, arrived: bool, final: bool = False) -> None:
        """Have it tried again later, or given up."""
        try:
            for one in group:
                wait_s, most = self._settings.alert_retry_s, self._settings.alert_attempts
                self._outbox.failed(one, why, wait_s=wait_s, most=most, arrived=arrived, final=final)
        except Exception:
            # Its claim runs out, and it is sent again as a repeat.
            _logger.exception("That an alert could not be sent could not be noted.")

    def _notices(self, group: list[Delivery]) -> list[Notice]:
        alerts = {one.id: one for one in self._outbox.these([one.alert for one in group])}
        told = [(alerts[one.alert], one.repeat) for one in group]
        url = f"{self._settings.url}/v1/alerts"
        return [Notice(one.id, one.watch, one.kind, one.case, f"{url}/{one.id}", one.made_at, repeat) for one, repeat in told]


def _together(claimed: Iterable[Delivery], most: int) -> list[list[Delivery]]:
    """Deliveries that one mail tells: to one address; those that may have arrived before apart from the others, so that none is taken for
    one.
    """

    def where(one: Delivery) -> tuple[str, bool]:
        return one.target, one.repeat

    groups = [list(those) for _, those in groupby(sorted(claimed, key=lambda one: (*where(one), one.number)), key=where)]
    return [group[begin : begin + most] for group in groups for begin in range(0, len(group), most)]
