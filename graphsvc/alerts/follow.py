"""Following the feed: each batch that was committed is judged once, in order, by whichever worker has the feed. May import what is beside.

What was found and how far it was judged are kept in one transaction, so that a worker that is killed has lost nothing and told nothing.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from graphsvc.alerts.findings import FINDINGS, Findings
from graphsvc.alerts.index import Hit, Index, subjects
from graphsvc.alerts.judge import judge_question
from graphsvc.alerts.outbox import Feed, Found, Outbox
from graphsvc.alerts.watches import Watch, Watches, is_over
from graphsvc.errors import AuditUnavailable, Conflict, DatabaseError, Denied, GraphsvcError
from graphsvc.graph.driver import Graph, Row
from graphsvc.inquiry.clock import as_text, from_text
from graphsvc.inquiry.desk import Question, Reading, Result
from graphsvc.inquiry.office import Office
from graphsvc.policy.judge import Permissions
from graphsvc.policy.subject import Asked
from graphsvc.policy.vault import Vault

_logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.3  # of the five seconds from a load's commit to the mail
_HOLD_S = 15.0  # a worker that says nothing for so long has lost the feed; the longest judgement of a batch renews it
_RENEW_S = 5.0
_BATCHES = 20  # read at once: some MB
_OVER_EVERY_S = 30.0  # how soon an owner learns that a watch ended because they may not see what it is of
_RUNS_EVERY_S = 2.0
_MOST_LOGGED = 100
# Two workers may finish runs in another order than their clocks say.
_CLOCKS_APART = timedelta(minutes=10)
Group = tuple[str, str, str, str | None]


class Follower:
    """Judges what was committed. `serve` goes on until `stop`; `look` does it once."""

    def __init__(
        self,
        office: Office,
        graph: Graph,
        findings: Mapping[str, Findings] = FINDINGS,
        say: Callable[[str], None] = lambda text: None,
    ) -> None:
        self._office, self._graph, self._findings, self._say = office, graph, findings, say
        self._watches = Watches(office.engine, office.inquiries)
        self._outbox = Outbox(office.engine, digest_hour=office.settings.alert_digest_hour)
        self._digest = Vault(office.settings.home / "keys").digester()
        self._name = secrets.token_hex(8)
        self._index: Index | None = None
        self._ended = threading.Event()
        self._over_at = self._runs_at = 0.0

    def serve(self) -> None:
        """Judge until `stop`; what fails is told, and tried again."""
        while not self._ended.wait(_LOOK_EVERY_S):
            try:
                self.look()
            except GraphsvcError as error:
                self._say(f"Watches can't be judged: {error.message}")
                self._ended.wait(5 * _LOOK_EVERY_S)
            except Exception:
                # A mistake in judging must not end the worker, whose jobs go on.
                _logger.exception("Watches could not be judged.")
                self._ended.wait(5 * _LOOK_EVERY_S)
        self._outbox.give_back(self._name)

    def stop(self) -> None:
        """End after the batch that is judged now."""
        self._ended.set()

    def look(self, *, over: bool = False) -> int:
        """Judge what has come since; returns how many batches. `over`: also look which watches are, however long ago that was done."""
        known = self._outbox.feed()
        if known is None:
            return 0
        over = over or time.monotonic() - self._over_at > _OVER_EVERY_S
        runs = self._runs_since(known.runs_since, over)
        if not (over or runs or self._head() != known.seq):
            return 0
        taken = self._outbox.take(self._name, _HOLD_S)
        if taken is None:
            return 0
        judged = 0
        try:
            if over:
                self._look_around(self._indexed(taken))
                taken = self._outbox.take(self._name, _HOLD_S) or taken
                self._make_up(self._indexed(taken))
            judged = self._batches(taken)
            if runs:
                self._runs(self._outbox.take(self._name, _HOLD_S) or taken, runs)
        except Conflict as error:
            self._say(error.message)
        return judged

    def _head(self) -> int:
        """The number of the last batch."""
        return int(next(iter(self._graph.stream("topology/head", at=0)))["seq"])

    def _batches(self, taken: Feed) -> int:
        judged, after = 0, self._begin_again(taken)
        while not self._ended.is_set():
            batches = list(self._graph.stream("alerts/batches", after=after, most=_BATCHES))
            for batch in batches:
                taken = self._outbox.take(self._name, _HOLD_S) or taken
                self._batch(batch, self._indexed(taken))
                after, judged = batch["seq"], judged + 1
            if len(batches) < _BATCHES:
                break
        return judged

    def _begin_again(self, taken: Feed) -> int:
        """How far the feed was judged; in a graph that was made anew, from its beginning."""
        if self._head() >= taken.seq:
            return taken.seq
        self._outbox.put(self._name, [], seq=0)
        return 0

    def _indexed(self, taken: Feed) -> Index:
        if self._index is None or self._index.version != taken.version:
            self._index = Index(self._graph, self._watches.list(), taken.version, self._digest)
        return self._index

    def _batch(self, batch: Row, index: Index, only: Sequence[str] | None = None) -> None:
        """Judge a batch; `only`: for these watches alone, which could not be judged before.

        What can't be judged for some is set aside, and holds up neither the others nor the batches that follow.
        """
        found: list[Found] = []
        over: list[Watch] = []
        failed: dict[str, str] = {}
        hits = {} if batch["by_hand"] else index.hits(batch)
        if only is not None:
            hits = {id: hit for id, hit in hits.items() if id in only}
        groups = self._by_group(_going_on(index.watches[id] for id in sorted(hits)))
        for group, those in sorted(groups.items(), key=lambda one: one[0][2] == "paths"):
            if group[2] == "paths" and found:
                # Looking for paths takes long, and what is found already does not wait for it.
                self._outbox.put(self._name, found)
                found.clear()
            given = [(watch, hits[watch.id]) for watch in those]
            told = {"seq": batch["seq"], **_named(those)}
            question = Question("watch.judge", those[0].operation, told, group[1], group[3])
            read, before = self._judging(batch, given, found.append), len(found)
            try:
                over += self._ask(question, those, read, found)
            except Exception as error:
                if type(error) is DatabaseError or isinstance(error, AuditUnavailable):
                    raise  # nothing can be judged now
                del found[before:]
                failed.update(dict.fromkeys((watch.id for watch in those), type(error).__name__))
                self._say(f"Batch {batch['seq']} can't be judged for {len(those)} watches and is tried again: {_words(error)}")
        if only is None:
            self._outbox.put(self._name, found, seq=batch["seq"], failed=failed)
        else:
            self._outbox.put(self._name, found, made_up=(batch["seq"], [id for id in only if id not in failed]))
        for watch in over:
            self._outbox.ended(watch)

    def _make_up(self, index: Index) -> None:
        """Judge what could not be judged when its turn came."""
        for seq, watches in self._outbox.aside().items():
            batch = next(iter(self._graph.stream("alerts/batches", after=seq - 1, most=1)), None)
            if batch is None or batch["seq"] != seq:
                # The graph was made anew.
                self._outbox.put(self._name, [], made_up=(seq, watches))
                continue
            self._outbox.take(self._name, _HOLD_S)
            self._batch(batch, index, only=watches)

    def _judging(self, batch: Row, given: list[tuple[Watch, Hit]], keep: Callable[[Found], None]) -> Callable[[Reading], Result]:
        until = time.monotonic() + _RENEW_S

        def alive() -> None:
            nonlocal until
            if time.monotonic() > until:
                self._outbox.take(self._name, _HOLD_S)
                until = time.monotonic() + _RENEW_S

        return lambda r: judge_question(r, batch, given, self._office.settings, keep, alive)

    def _runs_since(self, since: str, over: bool) -> list[Row]:
        """Runs that finished since then and find something, asked for every few seconds; a few are there again, and were judged before."""
        if not over and time.monotonic() - self._runs_at < _RUNS_EVERY_S:
            return []
        self._runs_at = time.monotonic()
        rows = list(self._graph.stream("alerts/runs", since=as_text(from_text(since) - _CLOCKS_APART)))
        rows = [row for row in rows if row["kind"] in self._findings]
        return rows if rows and rows[-1]["finished_at"] > since else []

    def _runs(self, taken: Feed, rows: Sequence[Row]) -> None:
        """Judge what runs of jobs have found."""
        index = self._indexed(taken)
        index.read_members()
        found: list[Found] = []
        for row in rows:
            findings = self._findings[row["kind"]]
            of = [watch for watch in _going_on(index.of_runs()) if findings.fits(watch) and watch.made_at <= row["finished_at"]]
            for group, those in self._by_group(of).items():
                told = {"run": row["id"], **_named(those)}
                question = Question("watch.judge", those[0].operation, told, group[1], group[3])
                self._ask(question, those, _finding(row["id"], row["kind"], findings, those, found.append), found)
        self._outbox.put(self._name, found, runs_since=rows[-1]["finished_at"])

    def _by_group(self, watches: Sequence[Watch]) -> dict[Group, list[Watch]]:
        """Watches that one question can judge: of one inquiry, operation and reason."""
        groups: dict[Group, list[Watch]] = defaultdict(list)
        for watch in watches:
            groups[watch.user, watch.inquiry, watch.operation, watch.reason_code].append(watch)
        return groups

    def _ask(self, question: Question, those: Sequence[Watch], read: Callable[[Reading], Result], found: list[Found]) -> list[Watch]:
        """Ask in the name of the owner; returns those watches whose owner may not ask any more."""
        before = len(found)
        owner = self._office.users.get(those[0].user)
        try:
            self._office.desk.ask(self._graph, owner, question, read)
        except Denied:
            del found[before:]
            return list(those)
        return []

    def _look_around(self, index: Index) -> None:
        """End watches whose end or whose inquiry's has come, and those whose subject their owner could see and may see no more."""
        now = datetime.now(UTC)
        live = list(index.watches.values())
        ids = sorted({id for watch in live for id in subjects(watch)[0]})
        communities = sorted({id for watch in live for id in subjects(watch)[1]})
        rows = self._graph.stream("alerts/compartments", ids=ids, communities=communities)
        held = {row["id"]: row["compartments"] for row in rows}
        for group, those in self._by_group(live).items():
            permissions = self._permitted(group, now)
            for watch in those:
                if permissions is None or is_over(watch, now) or (watch.seen and not _may_see(watch, permissions, held)):
                    self._outbox.ended(watch)
        self._over_at = time.monotonic()

    def _permitted(self, group: Group, now: datetime) -> Permissions | None:
        """What the owner may see now under the inquiry; None when they may not ask."""
        user, inquiry, _, reason_code = group
        try:
            owner = self._office.users.get(user)
            opened = self._office.inquiries.get(inquiry, owner)
        except Denied:
            return None
        return self._office.policies.judge_at().permissions(owner.subject(), Asked(opened.purpose, now, reason_code))


def _words(error: Exception) -> str:
    return error.message if isinstance(error, GraphsvcError) else type(error).__name__


def _going_on(watches: Iterable[Watch]) -> list[Watch]:
    """Those whose end has not come."""
    now = datetime.now(UTC)
    return [watch for watch in watches if not is_over(watch, now)]


def _named(watches: Sequence[Watch]) -> dict[str, Any]:
    """Which watches are judged, as the log keeps it: how many, and the first ones by id."""
    return {"watches": [watch.id for watch in watches[:_MOST_LOGGED]], "of": len(watches)}


def _may_see(watch: Watch, permissions: Permissions, held: Mapping[str, list[str]]) -> bool:
    """Whether all that the watch is of is in view; of an identifier, whether anything is in which it could be looked up."""
    permitted = permissions.compartments(watch.operation)
    entities, communities = subjects(watch)
    return bool(permitted) and all(set(held.get(id, ())) <= set(permitted) for id in (*entities, *communities))


def _finding(run: str, kind: str, findings: Findings, those: list[Watch], keep: Callable[[Found], None]) -> Callable[[Reading], Result]:
    def read(r: Reading) -> Result:
        concerned: list[Any] = []
        for watch in those:
            keys, compartments = findings.of(r.graph, r.view, r.inquiry, run, watch)
            if keys:
                keep(Found(watch, f"run/{run}", {"run": run, "kind": kind, "keys": keys}, compartments))
                concerned.append(watch.id)
        return Result({"run": run, "watches": concerned}, counts={"watches": len(concerned)})

    return read
