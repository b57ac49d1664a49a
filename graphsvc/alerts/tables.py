"""The tables of watches, alerts, deliveries and published leads, beside those of users and inquiries. May import those.

What an alert or a lead is about is kept as ids alone; names, records and photographs are read within the view of whoever opens it. Of a
lead the words of whoever published it are kept as well.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from graphsvc.inquiry.tables import metadata

watches = Table(
    "watches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("inquiry", Text, ForeignKey("inquiries.id"), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason_code", Text),
    Column("mail", Text),
    Column("webhook", Text),
    Column("daily", Boolean, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("since", Integer, nullable=False),
    Column("seen", Boolean, nullable=False),
    Column("ended_at", Text),
)

alerts = Table(
    "alerts",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("watch", Text, ForeignKey("watches.id"), nullable=False),
    Column("cause_key", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("compartments", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_by", Text),
    Column("state_at", Text),
    Column("reason", Text),
    UniqueConstraint("watch", "cause_key", name="alerts_cause"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("alert", Text, ForeignKey("alerts.id"), nullable=False, index=True),
    Column("watch", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unsure", Integer, nullable=False),
    Column("due_at", Text, nullable=False),
    Column("sent_at", Text),
    Column("error", Text),
)
Index("deliveries_due", deliveries.c.state, deliveries.c.due_at)
Index("deliveries_order", deliveries.c.watch, deliveries.c.channel, deliveries.c.state, deliveries.c.number)

feed = Table(
    "alert_feed",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("runs_since", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("judge", Text),
    Column("judging_until", Text),
)

aside = Table(
    "alert_aside",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("watch", Text, ForeignKey("watches.id"), primary_key=True),
    Column("error", Text, nullable=False),
    Column("at", Text, nullable=False),
)

leads = Table(
    "leads",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("account", Text, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("inquiry", Text, ForeignKey("inquiries.id"), nullable=False),
    Column("reason_code", Text),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("rests_on", Text, nullable=False),
    Column("readers", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("ends_at", Text, nullable=False),
    Column("withdrawn_at", Text),
    Column("withdrawn_because", Text),
)

lead_readers = Table(
    "lead_readers",
    metadata,
    Column("lead", Text, ForeignKey("leads.id"), primary_key=True),
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("watch", Text, ForeignKey("watches.id"), nullable=False),
    Column("reached_at", Text, nullable=False),
    Column("opened_at", Text),
    Column("passed_on_at", Text),
)

mail_addresses = Table(
    "mail_addresses",
    metadata,
    Column("account", Text, ForeignKey("accounts.id"), primary_key=True),
    Column("mail", Text, nullable=False),
)
