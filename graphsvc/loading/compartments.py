"""Which categories of persons a spec tells apart, and whether it does so everywhere. Pure: the spec and the policy's categories.

An entity belongs to one compartment: its source's own, or that of a category. A described one may move; an attribute entity's
compartment is part of its id, so that what a suspect and a witness share is two entities, which resolution joins.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from graphsvc.graph.ontology import Ontology
from graphsvc.loading.spec import EntityBlock, Spec, Table, Value

Problem = tuple[tuple[int | str, ...], str]


def spaces(block: EntityBlock) -> list[str]:
    """The key spaces of a block: the middle parts of the ids that it makes."""
    if block.key_space is not None:
        return [block.key_space]
    return [block.type] if isinstance(block.type, str) else sorted({t for t in (block.type.map or {}).values() if t})


def told_apart(tables: Collection[Table]) -> set[str]:
    """Key spaces whose entities some block of these tables puts into categories."""
    return {space for table in tables for block in table.entities.values() if block.compartment is not None for space in spaces(block)}


def table_compartments(spec: Spec, table: str, categories: Collection[str]) -> list[str]:
    """Every compartment that rows of a table may hold something of, sorted: a matter of the spec, whatever a row says."""
    blocks = spec.tables[table].entities.values()
    named = {name for block in blocks if block.compartment is not None for name in _named(block.compartment, categories)}
    return sorted([spec.id, *(f"{spec.id}/{name}" for name in named)])


def compartment_problems(spec: Spec, ontology: Ontology, categories: Collection[str] | None) -> Iterator[Problem]:
    """What a spec gets wrong about compartments. `categories`: those of its policy, None when they are not known."""
    apart = told_apart(spec.tables.values())
    for table_name, table in spec.tables.items():
        here = told_apart([table])
        for name, block in table.entities.items():
            place = ("tables", table_name, "entities", name)
            yield from _block_problems(block, place, ontology)
            if block.compartment is not None and categories is not None:
                yield from _category_problems(block.compartment, (*place, "compartment"), categories)
            if block.compartment_of is not None:
                yield from _leader_problems(block, place, table, here)
            for space in sorted(apart & set(spaces(block))):
                if block.describes and block.compartment is None:
                    yield place, f"{space} is told apart by category elsewhere in this spec: say its compartment here too"
                elif not block.describes and space not in here:
                    yield (
                        place,
                        (
                            f"{space} is told apart by category, and this table does not say which one is meant: "
                            "describe it here (own: true) with its compartment"
                        ),
                    )


def _block_problems(block: EntityBlock, place: tuple[int | str, ...], ontology: Ontology) -> Iterator[Problem]:
    names = [block.type] if isinstance(block.type, str) else [t for t in (block.type.map or {}).values() if t]
    names = [t for t in names if t in ontology.entities]
    attribute = [t for t in names if ontology.entities[t].attribute]
    if block.compartment is not None and block.compartment_of is not None:
        yield (*place, "compartment_of"), "give either compartment or compartment_of, not both"
    elif block.compartment is not None and attribute:
        yield (*place, "compartment"), f"{attribute[0]} can be shared: say compartment_of, the block of the person who has it"
    elif block.compartment is not None and not block.describes:
        yield (*place, "compartment"), "the block only refers to it: its compartment is that of the block that describes it"
    elif block.compartment_of is not None and len(attribute) < len(names):
        yield (*place, "compartment_of"), "only what persons have in common (addresses, phones, ...) can follow; say compartment"


def _category_problems(value: Value, place: tuple[int | str, ...], categories: Collection[str]) -> Iterator[Problem]:
    known = f"the policy's categories are {', '.join(sorted(categories))}" if categories else "the policy lists no categories"
    if not categories:
        yield place, known
        return
    for text, name in (value.map or {}).items():
        if name is not None and name not in categories:
            yield (*place, "map", text), f"there is no category {name!r}; {known}"
    if value.default is not None and value.default not in categories:
        yield (*place, "default"), f"there is no category {value.default!r}; {known}"
    if value.value is not None and value.map is None and value.value not in categories:
        yield (*place, "value"), f"there is no category {value.value!r}; {known}"


def _leader_problems(block: EntityBlock, place: tuple[int | str, ...], table: Table, here: Collection[str]) -> Iterator[Problem]:
    place = (*place, "compartment_of")
    leader = table.entities.get(str(block.compartment_of))
    if leader is None:
        yield place, f"there is no entity {block.compartment_of!r} in this table"
    elif not set(spaces(leader)) <= set(here):
        yield place, f"{block.compartment_of!r} is not told apart by category: no block of this table gives it a compartment"
    elif leader.each is not None and leader.each != block.each:
        yield place, f"{block.compartment_of!r} is repeated over {leader.each!r}: this block needs the same `each`"


def _named(value: Value, categories: Collection[str]) -> set[str]:
    """The categories that a value can come to, as far as its shape tells."""
    if value.map is not None and value.other != "keep":
        return {name for name in [*value.map.values(), value.default] if name}
    return {value.value} if value.value is not None and value.map is None else set(categories)
