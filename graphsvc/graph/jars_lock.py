"""For maintainers: `python -m graphsvc.graph.jars_lock` resolves Neo4j and GDS of a profile anew and writes its lock file.

Needs network and some minutes. Everything is resolved and fetched into a temporary folder; nothing of it is kept.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from jgo.maven import MavenContext
from jgo.parse import Endpoint

from graphsvc.graph.profiles import LTS, PROFILES, Profile


def roots_of(profile: Profile) -> tuple[str, ...]:
    """What a profile is made of; all else is what these need."""
    return (
        f"org.neo4j.app:neo4j-server:{profile.neo4j}",
        f"org.neo4j:neo4j:{profile.neo4j}",
        f"org.neo4j.gds:proc:{profile.gds}",
        f"org.neo4j.gds:opengds-extension:{profile.gds}",
    )


def resolve(profile: Profile, repo: Path) -> list[str]:
    """The lock's lines, one a jar: what the roots need to run, in the order in which jgo puts them on the class path."""
    context = MavenContext(repo_cache=repo)
    roots = [context.create_dependency(replace(c, scope="compile")) for c in Endpoint.parse("+".join(roots_of(profile))).coordinates]
    direct, transitive = context.resolver.resolve(roots)
    needed = [*direct, *(d for d in transitive if d.scope in ("compile", "runtime"))]
    # A bill of materials may come along, which says versions and is nothing that runs.
    artifacts = [d.artifact for d in needed if d.type == "jar"]
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda artifact: Path(artifact.resolve()), artifacts))
    lines = []
    for artifact, path in zip(artifacts, paths, strict=True):
        at = ":".join(filter(None, (artifact.groupId, artifact.artifactId, artifact.version, artifact.classifier)))
        content = path.read_bytes()
        lines.append(f'    {{ at = "{at}", sha256 = "{hashlib.sha256(content).hexdigest()}", bytes = {len(content)} }},')
    return lines


def main() -> None:
    profile = PROFILES[sys.argv[1] if len(sys.argv) > 1 else LTS.name]
    with tempfile.TemporaryDirectory() as folder:
        lines = resolve(profile, Path(folder))
    made = "# Made by `python -m graphsvc.graph.jars_lock`; not to be edited."
    head = [made, f'neo4j = "{profile.neo4j}"', f'gds = "{profile.gds}"', "jars = ["]
    profile.lock.write_text("\n".join([*head, *lines, "]", ""]), encoding="utf-8")
    print(f"{len(lines)} jars locked in {profile.lock}")


if __name__ == "__main__":
    main()
