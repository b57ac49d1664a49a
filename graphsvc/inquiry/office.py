"""The office: everything about who may ask, opened together for one deployment; what people do to it passes the desk's log.

Acts that change users, keys, inquiries and policies are entries of the log, one before and one after. May import the whole of this
package, policy and audit.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr
from sqlalchemy import Engine

from graphsvc.audit.checkpoint import Checkpointer
from graphsvc.audit.engine import open_engine, sqlite_url
from graphsvc.audit.event import Kind
from graphsvc.audit.log import AuditLog
from graphsvc.errors import Denied, GraphsvcError, InputError
from graphsvc.graph.view import OPERATIONS
from graphsvc.inquiry import me as own
from graphsvc.inquiry.account import OidcSubject, User, require_operator
from graphsvc.inquiry.clock import system_clock
from graphsvc.inquiry.deployment import Deployment, load_deployment
from graphsvc.inquiry.desk import Desk
from graphsvc.inquiry.inquiries import Inquiries
from graphsvc.inquiry.keys import PREFIX, Key, Keys
from graphsvc.inquiry.oidc import Tokens, TokenServer
from graphsvc.inquiry.open_inquiry import OpenInquiry, State
from graphsvc.inquiry.registry import Registry
from graphsvc.inquiry.schedules import Schedules
from graphsvc.inquiry.tickets import Ticket, Tickets
from graphsvc.inquiry.users import Users
from graphsvc.policy.document import LoadedPolicy
from graphsvc.policy.explain import explain
from graphsvc.policy.register import PolicyRegister
from graphsvc.policy.subject import Asked
from graphsvc.settings import Settings

Told = dict[str, Any]
T = TypeVar("T")
_logger = logging.getLogger(__name__)


class Office:
    """Users, keys, inquiries, policies and the desk of one deployment. Made by `open_office`. `engine` is of the accounts, for packages
    above whose tables lie beside.
    """

    def __init__(
        self,
        settings: Settings,
        deployment: Deployment,
        log: AuditLog,
        users: Users,
        keys: Keys,
        inquiries: Inquiries,
        policies: PolicyRegister,
        tokens: Tokens | None,
        checkpointer: Checkpointer,
        tickets: Tickets,
        schedules: Schedules,
        engine: Engine,
    ) -> None:
        self.settings, self.deployment = settings, deployment
        self.users, self.keys, self.inquiries, self.policies, self.tickets = users, keys, inquiries, policies, tickets
        self.schedules, self.engine = schedules, engine
        self.log = log
        self.desk = Desk(log, deployment, inquiries, policies)
        self.registry = Registry(log, self.desk, checkpointer)
        self._tokens = tokens

    # Who it is.

    def authenticate(self, given: str) -> User:
        """The user of an API key or an access token; raises Unauthenticated."""
        if given.startswith(PREFIX) or self._tokens is None:
            return self.keys.authenticate(given)
        return self._tokens.authenticate(given)

    def ticket(self, given: str) -> Ticket:
        """The ticket that stands in a URL; raises Unauthenticated."""
        return self.tickets.authenticate(given)

    def this_user(self) -> User:
        """Whom this machine's commands act as; raises Unauthenticated saying how to set them up."""
        return own.acting_user(self.settings.home, self.users)

    def me(self) -> Told:
        """Whom this machine acts as, as doors show it."""
        return self.told_user(self.this_user())

    def set_me(self, key: str) -> Told:
        """Act from now on as the user whose API key this is; raises Unauthenticated."""
        return self._set_me(self.keys.authenticate(key))

    def _set_me(self, user: User) -> Told:
        def do() -> Told:
            own.set_me(self.settings.home, user.id)
            return self.told_user(user)

        return self._change(user, "user.me", {"user": user.id}, do)

    # Users and keys.

    def add_user(self, id: str, **given: Any) -> Told:
        """Add a user, as an operator; the first one is added by nobody, and is whom this machine acts as."""
        first = self.users.is_empty()
        by = None if first else self.this_user()
        issuer, subject = given.pop("oidc")
        if (issuer is None) != (subject is None):
            raise InputError("A token server's name for a user has two parts.", hint="Give both --oidc-issuer and --oidc-subject.")
        given["oidc"] = OidcSubject(issuer, subject) if issuer else None
        added = self._change(by, "user.add", {"user": id, **given}, lambda: self.told_user(self.users.add(id, by=by, **given)))
        if first:
            self._set_me(self.users.get(id))
        return added

    def update_user(self, id: str, changes: Mapping[str, Any]) -> Told:
        by = self.this_user()
        return self._change(
            by, "user.update", {"user": id, **changes}, lambda: self.told_user(self.users.update(id, by=by, **changes).after)
        )

    def set_active(self, id: str, *, active: bool) -> Told:
        by = self.this_user()
        do = self.users.enable if active else self.users.disable
        return self._change(by, f"user.{'enable' if active else 'disable'}", {"user": id}, lambda: self.told_user(do(id, by=by).after))

    def list_users(self) -> list[Told]:
        return [self.told_user(user) for user in self.users.list()]

    def make_key(self, id: str, *, days: int) -> Told:
        """A new key; the key itself is in the answer and nowhere else."""
        by = self.this_user()
        made: list[tuple[str, Key]] = []

        def do() -> Told:
            made.append(self.keys.make(id, by=by, days=days))
            return asdict(made[0][1])

        told = self._change(by, "user.key", {"user": id, "days": days}, do)
        return {**told, "key": made[0][0]}

    def revoke_key(self, id: str, key: str) -> Told:
        by = self.this_user()
        return self._change(by, "user.key.revoke", {"user": id, "key": key}, lambda: asdict(self.keys.revoke(key, by=by)))

    def list_keys(self, id: str) -> list[Told]:
        return [asdict(key) for key in self.keys.list(id)]

    def told_user(self, user: User) -> Told:
        """A user as doors show them."""
        told = asdict(user)
        told.update(roles=sorted(user.roles), purposes=sorted(user.purposes))
        told["trained_until"] = user.trained_until.isoformat() if user.trained_until else None
        told["agency_identifier"] = (
            self.deployment.agencies[user.agency].originating_agency_identifier if user.agency in self.deployment.agencies else None
        )
        return told

    # Inquiries.

    def open_inquiry(self, user: User, *, purpose: str, case: str, reason: str, until: datetime | None = None) -> Told:
        given = {"purpose": purpose, "case": case, "reason": reason, "until": until}
        return self._change(
            user, "inquiry.open", given, lambda: told_inquiry(self.inquiries.open(user, purpose, case, reason, _utc(until)))
        )

    def request_standing(self, user: User, *, purpose: str, case: str, reason: str, until: datetime | None) -> Told:
        if until is None:
            raise InputError("A standing inquiry needs an end of its own.", hint="Give `until`.")
        given = {"purpose": purpose, "case": case, "reason": reason, "until": until}
        end = until.replace(tzinfo=until.tzinfo or UTC)
        return self._change(
            user, "inquiry.request", given, lambda: told_inquiry(self.inquiries.request_standing(user, purpose, case, reason, end))
        )

    def decide_standing(self, user: User, id: str, *, approve: bool, reason: str | None = None) -> Told:
        if not approve and not reason:
            raise InputError("Refusing a standing inquiry needs a reason.")
        name = "inquiry.approve" if approve else "inquiry.reject"
        return self._change(
            user,
            name,
            {"inquiry": id, "reason": reason},
            lambda: told_inquiry(self.inquiries.approve(id, user) if approve else self.inquiries.reject(id, user, reason or "")),
        )

    def close_inquiry(self, user: User, id: str | None) -> Told:
        wanted = id or self.inquiries.current(user).id
        return self._change(user, "inquiry.close", {"inquiry": wanted}, lambda: told_inquiry(self.inquiries.close(wanted, user)))

    def make_ticket(self, user: User, id: str | None) -> Told:
        """A ticket for an inquiry of the user's (default: the one opened last); it is in the answer and nowhere else."""
        wanted = id or self.inquiries.current(user).id
        made: list[str] = []

        def do() -> Told:
            secret, until = self.tickets.make(wanted, user)
            made.append(secret)
            return {"inquiry": wanted, "until": until}

        told = self._change(user, "inquiry.ticket", {"inquiry": wanted}, do)
        return {**told, "ticket": made[0]}

    def current_inquiry(self, user: User) -> Told:
        return told_inquiry(self.inquiries.current(user))

    def list_inquiries(self, user: User, *, everybody: bool, state: State | None = None) -> list[Told]:
        """The user's own, or all that they may see; looking at those of others is logged."""
        if not everybody:
            return [told_inquiry(one) for one in self.inquiries.list(user, user=user.id, state=state)]
        given = {"everybody": True, **({"state": state} if state else {})}
        return self.desk.act(
            user, "looked", "inquiry.list", given, lambda: [told_inquiry(one) for one in self.inquiries.list(user, state=state)]
        )

    def rules(self) -> Told:
        told = self.deployment.model_dump(include={"rules_of_use", "purposes", "reason_codes", "case_pattern"})
        return {**told, "rules_sha256": self.deployment.rules_sha256}

    # Acts that others do here.

    def load(self, source: str, policy: LoadedPolicy, parameters: Mapping[str, Any], do: Callable[[], Told]) -> Told:
        """Load files of a source, as an operator: its policy is in force from now on, and the load is an entry before and after."""
        by = self.this_user()

        def checked() -> Told:
            require_operator(by, "Sources are loaded by an operator.")
            return do()

        self.register_policy(source, policy)
        return self.desk.act(by, "loaded", "load", {"source": source, **parameters}, checked)

    def register_policy(self, source: str, policy: LoadedPolicy) -> bool:
        """Put a policy in force, as an operator; False (and no entry) if it is already."""
        by = self.this_user()
        if (now := self.policies.in_force().get(source)) is not None and now.sha256 == policy.sha256:
            return False
        given = {"source": source, "sha256": policy.sha256}
        self.as_operator("policy.register", given, lambda: self.policies.register(source, policy, by.id, system_clock()))
        return True

    def as_operator(self, operation: str, parameters: Mapping[str, Any], do: Callable[[], T], kind: Kind = "changed") -> T:
        """Do something that only an operator may (loads, policies, the log's keys), with its two entries."""
        user = self.this_user()

        def checked() -> T:
            require_operator(user)
            return do()

        return self.desk.act(user, kind, operation, parameters, checked)

    def list_policies(self) -> list[Told]:
        """The policies in force now."""
        return [
            {
                "source": source,
                "sha256": loaded.sha256,
                "since": self.policy_history(source)[-1]["since"],
                "assessment": loaded.policy.assessment.reference or f"no assessment needed: {loaded.policy.assessment.none_needed}",
                "legal_basis": loaded.policy.legal_basis,
                "holders": list(loaded.policy.holders),
            }
            for source, loaded in sorted(self.policies.in_force().items())
        ]

    def policy_history(self, source: str) -> list[Told]:
        """Every policy that a source had, the first one first."""
        return [{name: _plain(value) for name, value in asdict(period).items()} for period in self.policies.history(source)]

    def explain(
        self,
        user: str,
        *,
        purpose: str,
        source: str,
        operation: str,
        category: str | None = None,
        reason_code: str | None = None,
        on: date | None = None,
        by: User | None = None,
    ) -> Told:
        """Why a user may do something with a source or not: asked about oneself by anybody, about others by their supervisors and auditors.

        Raises InputError for an unknown operation, Denied, NotFound for an unknown user.
        """
        if operation not in OPERATIONS:
            raise InputError(f"There is no operation {operation!r}.", hint=f"Known: {', '.join(OPERATIONS)}.")
        asker = by or self.this_user()
        about = self.users.get(user)
        oversees = {"auditor", "operator"} & asker.roles or ("supervisor" in asker.roles and asker.agency == about.agency)
        if asker.id != user and not oversees:
            raise Denied("What others may do is shown to their supervisor, auditors and operators.", hint="Ask about yourself.")
        at = datetime.combine(on, time.max, UTC) if on else system_clock()
        found = explain(self.policies.judge_at(at), about.subject(), Asked(purpose, at, reason_code), source, operation, category)
        return asdict(found)

    def unrestricted(self, operation: str, parameters: Mapping[str, Any], do: Callable[[], T]) -> T:
        """Read or change the graph past every view: for an operator with an open inquiry, with its two entries. No view can limit it."""
        user = self.this_user()
        try:
            opened = self.inquiries.current(user)
        except GraphsvcError as error:
            self.desk.refused(error, operation=operation, parameters=parameters, user=user)
            raise

        def checked() -> T:
            require_operator(user, "The database is read past the views by operators only.")
            return do()

        return self.desk.act(user, "answered", operation, parameters, checked, opened)

    def _change(self, user: User | None, operation: str, parameters: Mapping[str, Any], do: Callable[[], Told]) -> Told:
        given = {name: _plain(value) for name, value in parameters.items() if value is not None}
        return self.desk.act(user, "changed", operation, given, do)


@contextmanager
def open_office(settings: Settings, *, serving: bool = False) -> Iterator[Office]:
    """The office of this deployment, its databases opened (and made on first use), closed afterwards.

    A process that goes on `serving` signs checkpoints of the log in a thread; any other signs one at its end when one is due.

    Raises SpecError for a wrong deployment.yaml, InputError or DatabaseError for databases that can't be used.
    """
    deployment = load_deployment(settings.home)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as stack:
        engine = open_engine(_where(settings.accounts_url, settings.home / "accounts.db"))
        stack.callback(engine.dispose)
        log = stack.enter_context(AuditLog(audit_url(settings), settings.home / "audit"))
        # A file beside the database is no protection against its owner, but it shows an accident, and is what a first copy is made of.
        checkpointer = Checkpointer(log, [str(settings.home / "audit" / "checkpoint.note"), *settings.audit_targets])
        if serving:
            stack.enter_context(checkpointer)
        else:
            stack.callback(_sign, checkpointer)
        users = Users(engine, deployment)
        tokens = None
        if settings.oidc_issuer is not None:
            if settings.oidc_audience is None:
                raise InputError("GRAPHSVC_OIDC_ISSUER is set without an audience.", hint="Set GRAPHSVC_OIDC_AUDIENCE.")
            server = TokenServer(settings.oidc_issuer, settings.oidc_audience, settings.oidc_jwks_url, tuple(settings.oidc_algorithms))
            tokens = Tokens(server, users)
        inquiries, policies = Inquiries(engine, deployment), PolicyRegister(engine)
        tickets, schedules = Tickets(engine, inquiries), Schedules(engine, inquiries)
        yield Office(settings, deployment, log, users, Keys(engine), inquiries, policies, tokens, checkpointer, tickets, schedules, engine)


def _sign(checkpointer: Checkpointer) -> None:
    """Sign a checkpoint if one is due. What was answered is in the log by now, and what was refused must keep its own words."""
    try:
        checkpointer.once()
    except GraphsvcError as error:
        _logger.warning("No audit checkpoint could be signed: %s", error.message)


def audit_url(settings: Settings) -> str:
    """Where the audit log of this deployment is."""
    return _where(settings.audit_url, settings.home / "audit.db")


def _where(url: SecretStr | None, file: Path) -> str:
    return url.get_secret_value() if url is not None else sqlite_url(file)


def told_inquiry(inquiry: OpenInquiry) -> Told:
    """An inquiry as doors show it; times as text, in UTC."""
    told = {name: _plain(value) for name, value in asdict(inquiry).items()}
    told["until"] = told.pop("ends_at")
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, OidcSubject):
        return asdict(value)
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def _utc(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
