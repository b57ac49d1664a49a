"""Values that the database has a type of its own for, made here because only this package knows the driver."""

from __future__ import annotations

from neo4j.spatial import WGS84Point


def wgs84(longitude: float, latitude: float) -> WGS84Point:
    """A point on the earth, degrees."""
    return WGS84Point((longitude, latitude))
