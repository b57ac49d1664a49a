"""Values as the database keeps them: points in a type of its own (only this package knows the driver), times as text."""

from __future__ import annotations

from datetime import UTC, datetime

from neo4j.spatial import WGS84Point


def utc_now() -> str:
    """Now, as times are kept: ISO 8601 in UTC with milliseconds, `2024-06-30T12:00:00.000Z`."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def wgs84(longitude: float, latitude: float) -> WGS84Point:
    """A point on the earth, degrees."""
    return WGS84Point((longitude, latitude))


def is_point(value: object) -> bool:
    """Whether a value is a point as the database keeps them."""
    return isinstance(value, WGS84Point)
