"""The kinds of jobs that there are. Imports them."""

from __future__ import annotations

from collections.abc import Mapping

from graphsvc.communities.job import COMMUNITIES
from graphsvc.communities.trends.job import TRENDS
from graphsvc.jobs.kinds import Kind

KINDS: Mapping[str, Kind] = {one.name: one for one in (COMMUNITIES, TRENDS)}
