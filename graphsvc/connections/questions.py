"""The questions of people as both doors ask them: a reading (graph, view, inquiry) and what was typed, to a JSON-ready answer.

May import the desk's types and the parts beside it. Both doors call these, so that an answer and its hash are the same at either.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from graphsvc.connections import words
from graphsvc.connections.around import around
from graphsvc.connections.between import between
from graphsvc.connections.common import common
from graphsvc.connections.find import find, resolve_all
from graphsvc.connections.flow import flow
from graphsvc.connections.known import as_known, shown_then
from graphsvc.connections.leads import Around, Between, Common, Flow, Ownership
from graphsvc.connections.listing import listed
from graphsvc.connections.owners import owners
from graphsvc.connections.paths import find_paths
from graphsvc.connections.pointers import pointers
from graphsvc.connections.show import show
from graphsvc.errors import NotFound
from graphsvc.export.html import path_page
from graphsvc.inquiry.desk import Reading, Result
from graphsvc.policy.vault import Vault


def find_question(r: Reading, text: str, *, type: str | None, limit: int) -> dict[str, Any]:
    """`hits` that fit the text, best first, at most `limit`."""
    hits = [hit.as_dict() for hit in find(r.graph, r.view, r.inquiry, text, type=type, limit=limit)]
    return {"hits": hits, "limit": limit}


def pointer_question(r: Reading, vault: Vault, text: str, *, born: str | None, issuer: str | None) -> dict[str, Any]:
    """`pointers`: which sources hold a record of exactly this person or thing, and whom to ask."""
    contacts = {source: policy.contact for source, policy in r.policies.items() if policy.contact is not None}
    found = pointers(
        r.graph,
        r.view,
        r.inquiry,
        text,
        digest=vault.digester(),
        contacts=contacts,
        today=datetime.now(UTC).date(),
        born=born,
        issuer=issuer,
    )
    return {"pointers": found}


def show_question(r: Reading, vault: Vault, entity: str, *, limit: int, known_at: str | None = None) -> dict[str, Any]:
    """What the sources say of the entity that an id or a name stands for; `known_at`: what they said at an earlier time."""
    then = _Then(r, vault, known_at)
    [id] = then.ids([entity])
    return {**show(then.r.graph, r.view, r.inquiry, id, limit=limit), "known": then.known()}


def path_question(
    r: Reading,
    vault: Vault,
    a: str,
    b: str,
    *,
    timeout_s: float,
    page: bool = False,
    avoid: Sequence[str] | None = None,
    via: str | None = None,
    known_at: str | None = None,
    **options: Any,
) -> dict[str, Any] | Result:
    """How the two that ids or names stand for are connected; with `page`, the drawn page as the file `html` as well.

    `options` are those of `PathOptions`; `avoid` and `via` are ids or names, too. With `known_at`, as they were known to be then.
    """
    then = _Then(r, vault, known_at)
    if known_at is not None:
        options["known_at"] = known_at
    named = [a, b, *(avoid or ()), *([via] if via is not None else [])]

    def told(ids: dict[str, str]) -> dict[str, Any]:
        by_id = {"avoid": tuple(ids[one] for one in avoid) if avoid else None, "via": ids[via] if via is not None else None}
        then.there(sorted(ids.values()))
        return find_paths(then.r.graph, r.view, r.inquiry, ids[a], ids[b], timeout_s=timeout_s, **options, **by_id)

    answer = None
    if all(_like_an_id(one) for one in named):
        # Then most likely they are ids, and to look up what they stand for would be one more round trip.
        with suppress(NotFound):
            answer = told({one: one.strip() for one in named})
    if answer is None:
        answer = told(dict(zip(named, then.ids(named), strict=True)))
    answer["known"] = then.known()
    return Result(answer, {"html": path_page(answer).encode()}) if page else answer


def _like_an_id(text: str) -> bool:
    return text.count("/") >= 2  # source/space/key


_NOT_COUNTED = "Nothing is counted of an earlier time; pages narrowed by year or date go by the dates that are told today."
_NOT_SUMMED = "Nothing is summed by month of an earlier time; transfers narrowed by date or amount go by what is told today."


class _Then:
    """A reading as of the time that a question asks for, and what its answer says of that."""

    def __init__(self, r: Reading, vault: Vault, known_at: str | None) -> None:
        self._at = known_at
        self._known = None
        if known_at is not None:
            graph, self._known = as_known(r.graph, r.view, r.inquiry, known_at, vault)
            r = replace(r, graph=graph)
        self.r = r

    def ids(self, named: Sequence[str]) -> list[str]:
        """What ids or names stand for, of what there was then."""
        with self._not_yet():
            return self.there(resolve_all(self.r.graph, self.r.view, self.r.inquiry, named))

    def listed(self, named: Sequence[str]) -> tuple[list[str], list[dict[str, str]]]:
        """The same of a list, and what of it stands for nothing."""
        ids, problems = listed(self.r.graph, self.r.view, self.r.inquiry, named)
        return self.there(ids), problems

    def there(self, ids: list[str]) -> list[str]:
        """The same ids. Raises NotFound for one that was not there then."""
        if self._known is not None:
            with self._not_yet():
                shown_then(self.r.graph, self.r.view, self.r.inquiry, ids)
        return ids

    @contextmanager
    def _not_yet(self) -> Iterator[None]:
        """Say of what is not found that an earlier time was asked for."""
        try:
            yield
        except NotFound as error:
            if self._known is None or "known_at" in error.details:
                raise
            message = f"{error.message} The question is about what was known on {words.moment(self._known.at)}."
            hint = "It may have come later: leave known_at out, or give a later one."
            raise NotFound(message, hint=hint, **error.details, known_at=self._known.at) from error

    def told(self, answer: dict[str, Any], *notes: str) -> dict[str, Any]:
        """The answer, which tells the time as of which it is, or that it is of now. `notes`: what else is to be said of an earlier one."""
        answer["question"]["known_at"] = self._at
        known = self.known()
        return {**answer, "known": known and {**known, "notes": [*known["notes"], *notes]}}

    def known(self) -> dict[str, Any] | None:
        """The time as of which an answer is; None if it is of now."""
        return self._known.told() if self._known is not None else None


def around_question(r: Reading, vault: Vault, asked: Around) -> dict[str, Any]:
    """What surrounds the entity that an id or a name stands for: counts, and a page of neighbours."""
    then = _Then(r, vault, asked.known_at)
    id, *avoid = then.ids([asked.entity, *(asked.avoid or ())])
    given = asked.model_dump(exclude={"entity", "avoid", "known_at"})
    return then.told(around(then.r.graph, r.view, r.inquiry, id, avoid=avoid, **given), _NOT_COUNTED)


def owners_question(r: Reading, vault: Vault, asked: Ownership, *, down: bool) -> dict[str, Any]:
    """Who owns the entity that an id or a name stands for, in the end; `down`: what it owns."""
    then = _Then(r, vault, asked.known_at)
    named = [asked.entity, *([asked.via] if asked.via is not None else [])]
    id, *more = then.ids([*named, *(asked.avoid or ())])
    via, avoid = (more[0], more[1:]) if asked.via is not None else (None, more)
    given = asked.model_dump(exclude={"entity", "avoid", "via", "known_at"})
    return then.told(owners(then.r.graph, r.view, r.inquiry, id, down=down, avoid=avoid, via=via, **given))


def flow_question(r: Reading, vault: Vault, asked: Flow) -> dict[str, Any]:
    """Where money went from one that an id or a name stands for to another."""
    then = _Then(r, vault, asked.known_at)
    named = [asked.from_, asked.to, *([asked.via] if asked.via is not None else []), *(asked.avoid or ())]
    ids = dict(zip(named, then.ids(named), strict=True))
    more: dict[str, Any] = {"avoid": [ids[one] for one in asked.avoid or ()], "via": ids[asked.via] if asked.via is not None else None}
    given = asked.model_dump(by_alias=False, exclude={"from_", "to", "via", "avoid", "known_at"})
    return then.told(flow(then.r.graph, r.view, r.inquiry, ids[asked.from_], ids[asked.to], **more, **given), _NOT_SUMMED)


def common_question(r: Reading, vault: Vault, asked: Common) -> dict[str, Any]:
    """What the entities of a list share; what of the list stands for no entity is told in `problems`."""
    then = _Then(r, vault, asked.known_at)
    ids, problems = then.listed(asked.entities)
    avoid = then.ids(asked.avoid or ())
    given = asked.model_dump(exclude={"entities", "avoid", "known_at"})
    return {**then.told(common(then.r.graph, r.view, r.inquiry, ids, avoid=avoid, **given)), "problems": problems}


def between_question(
    r: Reading, vault: Vault, asked: Between, *, timeout_s: float, hub_links: int, page: bool = False
) -> dict[str, Any] | Result:
    """The subgraph that joins the entities of a list; with `page`, the drawn page as the file `html` as well."""
    then = _Then(r, vault, asked.known_at)
    ids, problems = then.listed(asked.entities)
    avoid = then.ids(asked.avoid or ())
    given = asked.model_dump(exclude={"entities", "avoid", "known_at"})
    answer = between(then.r.graph, r.view, r.inquiry, ids, timeout_s=timeout_s, hub_links=hub_links, avoid=avoid, **given)
    answer = {**then.told(answer), "problems": problems}
    return Result(answer, {"html": path_page(_drawn(answer)).encode()}) if page else answer


def _drawn(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as the page of paths takes it."""
    listed = [*(id for group in answer["groups"] for id in group), *answer["left_out"]]
    joined = len(listed) - len(answer["left_out"])
    title = f"What joins these {len(listed)} entities? {joined} are joined."
    return {**answer, "listed": listed, "title": title}
