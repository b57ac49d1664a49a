"""How an alert is told outside: by mail and by signed webhook. What travels says that there is an alert, and nothing of what it is about.

May import the settings. Each raises Undelivered, which says whether the alert may have arrived all the same, and whether to try again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, make_msgid
from functools import lru_cache
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib

from graphsvc.errors import InputError
from graphsvc.inquiry.outgoing import NoRedirect, is_loopback
from graphsvc.settings import Settings

_OF_NO_WATCH = ("lead", "meeting")  # or of one that the reader may not have set
SIGNATURE, TIMESTAMP = "Graphsvc-Signature", "Graphsvc-Timestamp"
_ALERT = "Graphsvc-Alert"
# Of what mail servers take, the addresses that people have: no quotes, comments or routes.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_URL_SIGNS = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told of an alert: which, of what kind, of which case, where it can be opened, whether it may have been told before."""

    alert: str
    watch: str
    kind: str
    case: str
    link: str
    made_at: str
    repeat: bool


class Undelivered(Exception):
    """A delivery that was not accepted. `arrived`: it may have arrived; `final`: it would fail each time."""

    def __init__(self, text: str, *, arrived: bool, final: bool = False) -> None:
        super().__init__(text)
        self.arrived, self.final = arrived, final


def checked_mail(settings: Settings, address: str) -> str:
    """An address that alerts may be mailed to. Raises InputError."""
    domain = address.strip().rpartition("@")[2]
    if not _ADDRESS.fullmatch(address.strip()):
        raise InputError(f"{address[:100]!r} is no e-mail address.")
    if settings.mail_host is None or settings.mail_sender is None:
        raise InputError("Alerts are not mailed here.", hint="An operator sets GRAPHSVC_MAIL_HOST and GRAPHSVC_MAIL_SENDER.")
    if domain.casefold() not in {one.casefold() for one in settings.mail_domains}:
        raise InputError(f"Alerts are not mailed to {domain[:100]}.", hint="An operator sets GRAPHSVC_MAIL_DOMAINS.")
    return address.strip()


def checked_webhook(settings: Settings, url: str) -> str:
    """An address that alerts may be sent to: https (or http on this machine) and a host of the settings. Raises InputError."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise InputError("The webhook is no URL.") from None
    if parts.username or parts.password or parts.fragment or not _URL_SIGNS.fullmatch(url):
        raise InputError("The webhook's URL has a user, a password, a fragment or strange signs in it.", hint="Give it without.")
    if not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise InputError("A webhook is an https:// address.", hint="http:// is taken on this machine only.")
    if settings.webhook_secret is None:
        raise InputError("Webhooks are not sent here: there is no key to sign them by.", hint="An operator sets GRAPHSVC_WEBHOOK_SECRET.")
    named = {host, f"{host}:{port or (443 if parts.scheme == 'https' else 80)}"}
    if not named & {one.casefold() for one in settings.webhook_hosts}:
        raise InputError(f"Alerts are not sent to the host {host[:100]}.", hint="An operator sets GRAPHSVC_WEBHOOK_HOSTS.")
    return url


async def mail(settings: Settings, to: str, notices: Sequence[Notice], number: str) -> None:
    """Mail one alert, or several at once. `number` is the same each time that the same is mailed. Raises Undelivered."""
    try:
        checked_mail(settings, to)
    except InputError as error:
        raise Undelivered(error.message, arrived=False, final=True) from error
    if not settings.mail_tls and not is_loopback(settings.mail_host or ""):
        raise Undelivered("Without STARTTLS mail is given to a server on this machine only.", arrived=False, final=True)
    message = _message(settings, to, notices, number)
    client = aiosmtplib.SMTP(
        hostname=settings.mail_host,
        port=settings.mail_port,
        timeout=settings.alert_timeout_s,
        start_tls=settings.mail_tls,
        tls_context=_tls(settings.mail_ca) if settings.mail_tls else None,
    )
    sending = False
    try:
        async with asyncio.timeout(settings.alert_timeout_s):
            await client.connect()
            if settings.mail_user and settings.mail_password and settings.mail_tls:
                await client.login(settings.mail_user, settings.mail_password.get_secret_value())
            sending = True
            await client.send_message(message)
    except aiosmtplib.SMTPResponseException as error:
        raise Undelivered(f"the mail server says {error.code}", arrived=False) from error
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise Undelivered("the mail server refuses the address", arrived=False) from error
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError) as error:
        raise Undelivered(f"the mail server: {type(error).__name__}", arrived=sending) from error
    finally:
        client.close()


@lru_cache(maxsize=1)
def _tls(authority: Path | None) -> ssl.SSLContext:
    """What servers' certificates are checked by. Kept: to read a system's authorities takes longer than to send a mail."""
    return ssl.create_default_context(cafile=str(authority) if authority else None)


class _Mailed(EmailPolicy):
    """As Python's own, but for the ids of alerts, which are as they are: to parse two hundred took longer than to send them."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return (name, value) if name == _ALERT else super().header_store_parse(name, value)


def _message(settings: Settings, to: str, notices: Sequence[Notice], number: str) -> EmailMessage:
    message = EmailMessage(policy=_Mailed())
    repeat = any(one.repeat for one in notices)
    one = notices[0]
    message["From"], message["To"], message["Date"] = settings.mail_sender, to, formatdate()
    domain = (settings.mail_sender or "").rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{number}@{domain}>" if not repeat else make_msgid(number, domain)
    message["Subject"] = f"graphsvc: {_title(one)}" if len(notices) == 1 else f"graphsvc: {len(notices)} alerts"
    message["Auto-Submitted"] = "auto-generated"
    message["Graphsvc-Repeat"] = "yes" if repeat else "no"
    lines = []
    for one in notices:
        message[_ALERT] = one.alert
        again = ["It may have been mailed before."] if one.repeat else []
        of = "" if one.kind in _OF_NO_WATCH else f" of watch {one.watch}"
        lines += [f"{_title(one)}, {one.made_at}", f"alert {one.alert}{of}", one.link, *again, ""]
    message.set_content("\n".join([*lines, "To open it takes an open inquiry of the case."]))
    return message


def _title(one: Notice) -> str:
    what = {"ended": "a watch has ended", "lead": "a lead was published"}.get(one.kind, f"an alert ({one.kind})")
    return f"{what}, case {one.case}"


async def webhook(settings: Settings, url: str, notice: Notice) -> None:
    """Send an alert to a program, signed. Raises Undelivered."""
    try:
        checked_webhook(settings, url)
    except InputError as error:
        raise Undelivered(error.message, arrived=False, final=True) from error
    assert settings.webhook_secret is not None
    told: dict[str, Any] = {name: getattr(notice, name) for name in ("alert", "watch", "kind", "case", "link", "made_at", "repeat")}
    body = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    now = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP: now,
        SIGNATURE: f"v1={signature(settings.webhook_secret.get_secret_value(), now, body)}",
    }
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        async with asyncio.timeout(settings.alert_timeout_s):
            status = await asyncio.to_thread(_post, request, settings.alert_timeout_s)
    except TimeoutError as error:
        raise Undelivered(f"no answer within {settings.alert_timeout_s:g} s", arrived=True) from error
    except OSError as error:
        why = error.reason if isinstance(error, urllib.error.URLError) and isinstance(error.reason, OSError) else error
        raise Undelivered(f"the host: {type(why).__name__}", arrived=not isinstance(why, ConnectionRefusedError)) from error
    except (ValueError, HTTPException) as error:  # an answer that is none
        raise Undelivered("the host does not answer as HTTP does", arrived=True) from error
    if not 200 <= status < 300:
        # What was not accepted may have been acted on all the same where the program failed afterwards.
        raise Undelivered(
            f"the host answers {status}" + (": redirects are not followed" if 300 <= status < 400 else ""), arrived=status >= 500
        )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256, in hex, over the timestamp, a full stop and the body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _post(request: urllib.request.Request, timeout_s: float) -> int:
    """The status that the host answers with; its words are not read."""
    # No proxy and no redirect: who is told is who the settings name.
    opener = urllib.request.build_opener(NoRedirect(), urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout_s) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return int(error.code)
