"""Find, read and check a source's files, and say by line what is wrong with them.

A spec is right when it has the shape of `spec.Spec` and everything in it names something that exists: types and properties of the
ontology, blocks of its own, normalisers, codecs, time zones.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from graphsvc.errors import NotFound, SpecError
from graphsvc.graph.content import content
from graphsvc.graph.ontology import Ontology, load_ontology
from graphsvc.loading.rules import Rules, rules_of
from graphsvc.loading.spec import Spec
from graphsvc.loading.speccheck import problems_of
from graphsvc.policy.document import LoadedPolicy, load_policy
from graphsvc.policy.yamltext import double_keys, line_of

# What pydantic says where a text (or a value, which a text is short for) was expected.
_WANTS_TEXT = {"string_type", "model_type", "model_attributes_type"}


@dataclass(frozen=True, slots=True)
class LoadedSource:
    """A source as its files define it: spec (and the SHA-256 and text of its file), policy, the ontology it speaks, the policy's
    rules on rows."""

    spec: Spec
    spec_sha256: str
    spec_text: str
    policy: LoadedPolicy
    ontology: Ontology
    folder: Path
    rules: Rules


def source_folders(own: Path | None) -> dict[str, Path]:
    """Every source folder by name, sorted: the operator's own first, which hide built-in ones of the same name."""
    found: dict[str, Path] = {}
    for base in ([own] if own else []) + [content("loaders")]:
        if base.is_dir():
            for path in sorted(base.iterdir()):
                if (path / "source.yaml").is_file():
                    found.setdefault(path.name, path)
    return dict(sorted(found.items()))


def find_source(name: str, own: Path | None) -> Path:
    """The folder of the source `name` (or a folder given as a path); raises NotFound with names that are close."""
    if "/" in name or name.startswith("."):
        folder = Path(name)
        if (folder / "source.yaml").is_file():
            return folder
        raise NotFound(f"{name} has no source.yaml.", hint="Give a source's name, or the folder that holds its source.yaml.")
    folders = source_folders(own)
    if name in folders:
        return folders[name]
    near = difflib.get_close_matches(name, folders, n=3)
    raise NotFound(
        f"There is no source {name!r}.",
        hint=f"Did you mean {' or '.join(near)}?" if near else f"Known: {', '.join(folders) or 'none'}. Set GRAPHSVC_LOADERS for your own.",
    )


def load_source(folder: Path, ontology: Ontology | None = None) -> LoadedSource:
    """Read and check `source.yaml` and `policy.yaml` of one folder; raises SpecError listing every problem by line."""
    ontology = ontology or load_ontology()
    path = folder / "source.yaml"
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = f"{path.name}:{line}: byte 0x{data[error.start]:02x} is not UTF-8"
        raise SpecError(f"{path.name} is not text in UTF-8.", problems=[problem], hint="Save it as UTF-8.") from error
    policy = load_policy(folder / "policy.yaml")
    spec = parse_spec(text, path.name, ontology, policy.policy.categories)
    rules = rules_of(policy.policy, spec)
    return LoadedSource(spec, hashlib.sha256(data).hexdigest(), text, policy, ontology, folder, rules)


def parse_spec(text: str, name: str, ontology: Ontology, categories: Collection[str] | None = None) -> Spec:
    """The spec that a YAML text defines; raises SpecError with one line a problem: `source.yaml:17: ...`.

    `categories` are those of the source's policy; None for a spec that was kept, whose policy may have changed since.
    """
    try:
        node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        at = f"{name}:{mark.line + 1}" if mark else name
        raise SpecError(f"{name} is not YAML.", problems=[f"{at}: {error.problem} {error.context or ''}".rstrip()]) from error
    except yaml.YAMLError as error:
        raise SpecError(f"{name} is not YAML: {error}") from error
    if not isinstance(raw, dict):
        raise SpecError(f"{name} does not hold a mapping.", hint="Start with `id:`, `title:`, `publisher:`, `licence:`, `tables:`.")
    doubles = [f"{name}:{line}: {key!r} stands twice in one mapping" for key, line in double_keys(node)]
    if doubles:
        raise SpecError(f"{name} is ambiguous.", problems=doubles)
    try:
        spec = Spec.model_validate(raw)
    except ValidationError as error:
        raise SpecError(f"{name} is not a loader spec.", problems=_shape_problems(error, node, name)) from error
    found = problems_of(spec, ontology, categories)
    if found:
        located = sorted((line_of(node, place), problem) for place, problem in found)
        raise SpecError(f"{name} names things that don't exist or don't fit.", problems=[f"{name}:{n}: {p}" for n, p in located])
    return spec


def _shape_problems(error: ValidationError, node: yaml.Node, name: str) -> list[str]:
    found: dict[tuple[int, str], None] = {}
    for item in error.errors():
        place = tuple(item["loc"])
        text = f"{'.'.join(map(str, place)) or 'top'}: {item['msg']}"
        if item["type"] == "extra_forbidden":
            text = f"{place[-1]!r} is not a field here"
        elif item["type"] == "missing":
            text = f"{place[-1]!r} is missing"
        elif item["type"] in _WANTS_TEXT and isinstance(item["input"], (bool, int, float, date)):
            # Also the words no, yes, on and off are truth values to YAML 1.1.
            text = f"{'.'.join(map(str, place))}: YAML reads this as {item['input']}, not as text: put it in quotes"
        found[line_of(node, place), text.removeprefix("Value error, ")] = None
    return [f"{name}:{line}: {text}" for line, text in sorted(found)]
