"""Which Neo4j the managed server is: the long-term support release, or the current one. May import settings, errors and the jars."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from graphsvc.errors import Conflict
from graphsvc.graph.jars import LOCK_FILE
from graphsvc.settings import Settings


@dataclass(frozen=True, slots=True)
class Profile:
    """A release with the GDS that is made for it: its jars, the class that starts it, and the major versions of Java that it runs on."""

    name: str
    neo4j: str
    gds: str
    lock: Path
    main_class: str
    java: tuple[int, ...]

    @property
    def series(self) -> str:
        """What of the version says how the store looks: `5` or `2026`."""
        return self.neo4j.split(".")[0]


LTS = Profile("lts", "5.26.30", "2.13.9", LOCK_FILE, "org.neo4j.server.CommunityEntryPoint", (17, 21))
CURRENT = Profile(
    "current", "2026.01.4", "2.26.0", LOCK_FILE.with_name("neo4j-2026.01.lock.toml"), "org.neo4j.server.Neo4jCommunity", (21,)
)
PROFILES = {profile.name: profile for profile in (LTS, CURRENT)}


def profile_of(settings: Settings, stored: str | None) -> Profile:
    """The profile that the settings name. `stored`: the version of the server that the database was last run by, if there is one.

    Raises Conflict where it was run by another series: a newer one would change its store for good, an older one can't read it.
    """
    profile = PROFILES[settings.db_profile]
    if stored is not None and stored.split(".")[0] != profile.series:
        raise Conflict(
            f"The database of this deployment was made by Neo4j {stored}, and GRAPHSVC_DB_PROFILE={profile.name} is Neo4j {profile.neo4j}.",
            hint="Take the profile that it was made by, or another GRAPHSVC_HOME; to begin anew, `graphsvc db destroy --yes`.",
        )
    return profile
