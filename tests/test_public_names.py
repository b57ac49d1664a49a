"""What other parts and other people's programs may rely on: a name that comes or goes is a decision, and changes this list."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
import typer.main

from graphsvc.api import create_app
from graphsvc.api.params import proof
from graphsvc.cli import app
from graphsvc.graph.driver import Graph
from graphsvc.settings import Settings

MODULES = {
    "graphsvc.alerts.acts": {
        "Given", "add_hot_list", "add_watch", "given_of", "notices_after", "outbox_of", "remove_watch", "told_watches", "watches_of",
    },
    "graphsvc.alerts.findings": {"COMMUNITIES", "TRENDS", "Findings", "anomalies"},
    "graphsvc.alerts.follow": {"Follower"},
    "graphsvc.alerts.published": {"leads_of", "list_question", "open_lead", "show_question", "told_lead", "unknown"},
    "graphsvc.alerts.publishing": {
        "Given", "MailAddress", "PathOf", "Withdrawal", "bring", "given_of", "look_after", "publish_question", "set_mail", "withdraw",
    },
    "graphsvc.alerts.rounds": {"Rounds"},
    "graphsvc.alerts.sender": {"Sender"},
    "graphsvc.api": {"create_app"},
    "graphsvc.audit.checkpoint": {"Checkpointer"},
    "graphsvc.audit.log": {"AuditLog", "current_key"},
    "graphsvc.audit.search": {"Filter", "Found", "find"},
    "graphsvc.audit.verify": {"Report", "verify"},
    "graphsvc.communities.job": {"Earlier", "differs", "done", "undone", "work"},
    "graphsvc.communities.parameters": {"Communities"},
    "graphsvc.communities.trends.anomaly": {"Anomaly", "facts"},
    "graphsvc.communities.trends.job": {"done", "undone", "work"},
    "graphsvc.communities.trends.parameters": {"Trends"},
    "graphsvc.loading.drafting.draft": {"Draft", "drafted", "tried", "write"},
    "graphsvc.connections.around": {"around"},
    "graphsvc.connections.between": {"between"},
    "graphsvc.connections.common": {"common", "different"},
    "graphsvc.connections.find": {"Hit", "describe", "find", "resolve", "resolve_all", "source_titles"},
    "graphsvc.connections.flow": {"flow", "holding_types", "transfer_types"},
    "graphsvc.connections.owners": {"owners"},
    "graphsvc.connections.pairs": {"Pair", "batch_question", "pairs_of_file", "within"},
    "graphsvc.connections.paths": {"best_of", "find_paths"},
    "graphsvc.connections.pointers": {"identities", "pointers"},
    "graphsvc.connections.show": {"show"},
    "graphsvc.disclosure.record": {"record"},
    "graphsvc.errors": {
        "AlreadyRunning",
        "Ambiguous", "AuditUnavailable", "Cancelled", "Conflict", "DatabaseError", "Denied", "GraphsvcError", "InputError",
        "InquiryMissing", "IntegrityError", "MigrationError", "NotFound", "QueryTimeout", "QueryTooLarge", "RowError", "RunCancelled",
        "ServerStartError", "SpecError", "TokenServerError", "TooLarge", "Unauthenticated",
    },
    "graphsvc.graph.open": {"connect", "open_graph"},
    "graphsvc.graph.view": {"Inquiry", "View"},
    "graphsvc.inquiry.desk": {"Answer", "Desk", "Part", "Question", "Reading", "Result", "canonical"},
    "graphsvc.inquiry.office": {"Office", "audit_url", "open_office", "told_inquiry"},
    "graphsvc.inquiry.schedules": {"Schedule", "Schedules"},
    "graphsvc.inquiry.tickets": {"Ticket", "Tickets"},
    "graphsvc.jobs.definitions": {
        "Given", "Job", "checked", "job", "job_of_theirs", "jobs", "jobs_and_problems", "no_job_of_theirs", "put_job",
        "remove_job", "told_job", "told_jobs",
    },
    "graphsvc.jobs.kinds": {"Kind", "Limits", "Parameters", "Run"},
    "graphsvc.jobs.schedule": {"due", "next_after", "trigger"},
    "graphsvc.jobs.worker": {"Worker", "ask_for", "due_jobs", "standing", "told_standing"},
    "graphsvc.loading.bulk.run": {"Given", "bulk_load"},
    "graphsvc.loading.graph_hash": {"canonical_lines", "graph_hash"},
    "graphsvc.loading.history": {"load_by_id", "loads"},
    "graphsvc.loading.load": {"LoadResult", "load"},
    "graphsvc.policy.document": {"Assessment", "LoadedPolicy", "Policy", "Retention", "Rule", "compartment", "load_policy", "parse_policy"},
    "graphsvc.policy.explain": {"Explanation", "explain"},
    "graphsvc.policy.judge": {"Judge", "Permissions"},
    "graphsvc.policy.register": {"Period", "PolicyRegister"},
    "graphsvc.policy.vault": {"Vault"},
    "graphsvc.resolution.decisions": {"Comparison", "Decision", "Decisions", "Found", "Resolution", "is_decisive"},
    "graphsvc.resolution.explain": {"explain", "one_in", "verdict", "words_of"},
    "graphsvc.resolution.judgements": {"judge", "take_back"},
    "graphsvc.resolution.reading": {"Entities", "kind_of", "read", "read_some"},
    "graphsvc.resolution.resolve": {"Weighed", "at_threshold", "resolve_organisations", "resolve_people", "weigh", "weigh_pairs"},
    "graphsvc.resolution.runs": {"run", "undo"},
    "graphsvc.sample": {"FileWritten", "Manifest", "Progress", "SOURCES", "VERSION", "generate"},
    "graphsvc.screening.lists": {"Given", "List", "list_of_file", "list_of_rows", "texts"},
    "graphsvc.screening.match": {"as_spelt", "screen"},
    "graphsvc.screening.questions": {"match_question", "parameters", "part", "within"},
    "graphsvc.screening.rows": {"Manner", "Row", "row_of", "rows_of", "taken_apart"},
    "graphsvc.settings": {"Settings"},
    "graphsvc.sightings.look_up": {"sightings", "told"},
    "graphsvc.sightings.photos": {"Photo", "PhotosAdded", "add_photos", "holds", "photo"},
    "graphsvc.sightings.verify": {"statements", "verify_sighting"},
}  # fmt: skip

COMMANDS = {
    "alerts acknowledge", "alerts dismiss", "alerts list", "alerts show", "watch add", "watch list", "watch remove", "watch test",
    "leads list", "leads mail", "leads publish", "leads show", "leads withdraw",
    "anomalies list", "anomalies show",
    "around", "between", "common", "communities diff", "communities export", "communities list", "communities show", "flow",
    "jobs cancel", "jobs history", "jobs list", "jobs run", "jobs show", "worker", "owned-by", "owners",
    "audit check", "audit checkpoint", "audit key", "audit prove", "audit purge", "audit rotate-key", "audit search", "audit verify",
    "audit witness", "audit witness-request", "db console", "db destroy", "db hash", "db start", "db status", "db stop", "find",
    "how", "inquiry approve", "inquiry close", "inquiry current", "inquiry list", "inquiry open", "inquiry reject", "inquiry request",
    "inquiry rules", "inquiry ticket", "load", "match",
    "path", "photo", "photos-add", "pointer", "policy explain", "policy history", "policy list",
    "policy register", "policy schema", "record", "resolve accept", "resolve list", "resolve names",
    "resolve reject", "resolve review", "resolve run",
    "resolve take-back", "resolve undo", "sample", "serve", "show", "sighting", "sighting-verify", "source check", "source list",
    "source new", "source schema", "trends show",
    "user add", "user disable", "user enable", "user key", "user list", "user me", "user update", "why", "why-not",
}  # fmt: skip

ROUTES = {
    "DELETE /v1/answers/{id}", "GET /v1/answers", "GET /v1/answers/{id}", "GET /v1/answers/{id}/result",
    "DELETE /v1/watches/{id}", "GET /v1/alerts", "GET /v1/alerts/events", "GET /v1/alerts/{id}", "GET /v1/watches",
    "POST /v1/alerts/{id}/acknowledge", "POST /v1/alerts/{id}/dismiss", "POST /v1/watches", "POST /v1/watches/{id}/test",
    "GET /v1/leads", "GET /v1/leads/{id}", "POST /v1/leads", "POST /v1/leads/{id}/withdraw", "PUT /v1/leads/mail",
    "GET /v1/anomalies", "GET /v1/anomalies/{id}", "GET /v1/trends", "GET /v1/trends/{id}",
    "DELETE /v1/jobs/{name}", "GET /v1/communities", "GET /v1/communities/changes", "GET /v1/communities/{id}", "GET /v1/jobs",
    "GET /v1/jobs/runs/{id}", "GET /v1/jobs/{name}/runs", "POST /v1/jobs/runs/{id}/cancel", "POST /v1/jobs/{name}/runs",
    "PUT /v1/jobs/{name}",
    "POST /v1/around", "POST /v1/between", "POST /v1/common", "POST /v1/flows", "POST /v1/owned-by", "POST /v1/owners",
    "GET /healthz", "GET /readyz", "GET /v1/identity/candidates", "GET /v1/identity/decisions", "GET /v1/identity/runs",
    "GET /v1/identity/clusters/{id}", "GET /v1/identity/decisions/chart", "GET /v1/identity/differences",
    "POST /v1/identity/judgements", "POST /v1/identity/judgements/{id}/end", "POST /v1/identity/runs/{id}/undo",
    "GET /v1/entities", "GET /v1/entities/{id}", "GET /v1/inquiries", "GET /v1/inquiries/rules",
    "GET /v1/me", "GET /v1/photos/{sha256}", "GET /v1/pointers", "GET /v1/records/{id}", "GET /v1/sightings", "POST /v1/inquiries",
    "POST /v1/inquiries/{id}/close", "POST /v1/inquiries/{id}/ticket", "POST /v1/match", "GET /v1/reconcile/{ticket}",
    "POST /v1/reconcile/{ticket}", "GET /v1/reconcile/{ticket}/preview", "GET /v1/reconcile/{ticket}/suggest/entity",
    "GET /v1/reconcile/{ticket}/suggest/property", "GET /v1/reconcile/{ticket}/suggest/type",
    "POST /v1/inquiries/{id}/decision", "POST /v1/paths", "POST /v1/paths/batch", "POST /v1/sightings/{id}/verifications",
}  # fmt: skip

# Request headers by which clients say for what they ask, and answer headers by which an answer is proved later.
HEADERS = {"Inquiry", "Prefer", "Reason-Code"}
PROOF = {"Answer-SHA256", "Audit-Entry"}

SETTINGS = {
    "accounts_url", "api_host", "api_port", "audit_targets", "audit_url", "batch_pairs",
    "cache", "db_heap_mb", "db_page_cache_mb", "db_profile", "db_start_timeout_s",
    "db_transaction_memory_mb", "db_transaction_timeout_s", "home", "hub_links", "java_home",
    "alert_attempts", "alert_digest_hour", "alert_retry_s", "alert_timeout_s", "lead_unread_days", "mail_ca",
    "mail_domains", "mail_host", "mail_password",
    "mail_port", "mail_sender", "mail_tls", "mail_user", "public_url", "webhook_hosts", "webhook_secret",
    "job_lease_s", "job_memory_mb", "job_timeout_s", "jobs", "keep_topology", "later_timeout_s", "load_batch_rows", "loaders",
    "name_reference",
    "neo4j_database", "neo4j_password", "neo4j_uri", "neo4j_user", "oidc_algorithms", "oidc_audience", "oidc_issuer", "oidc_jwks_url",
    "query_timeout_s", "spark_master",
}  # fmt: skip


def commands(command: Any, name: str = "") -> Iterator[str]:
    below = getattr(command, "commands", None)
    if below is None:
        yield name
        return
    for word, one in below.items():
        yield from commands(one, f"{name} {word}".strip())


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_offers_these_names(name: str) -> None:
    module = importlib.import_module(name)
    members = ((n, o) for n, o in vars(module).items() if not n.startswith("_") and not isinstance(o, TypeVar))
    own = [n for n, o in members if getattr(o, "__module__", None) == name]
    assert set(getattr(module, "__all__", own)) == MODULES[name]


def test_the_one_door_to_case_data_asks_who_and_what() -> None:
    code = Graph.ask.__code__
    assert code.co_varnames[:4] == ("self", "view", "inquiry", "name")


def test_the_program_has_these_commands() -> None:
    assert set(commands(typer.main.get_command(app))) == COMMANDS


def test_the_api_has_these_routes(tmp_path: Path) -> None:
    paths = create_app(Settings(home=tmp_path)).openapi()["paths"]
    assert {f"{method.upper()} {path.replace(':path', '')}" for path, methods in paths.items() for method in methods} == ROUTES


def test_case_data_is_asked_for_and_proved_by_these_headers(tmp_path: Path) -> None:
    found = create_app(Settings(home=tmp_path)).openapi()["paths"]["/v1/paths"]["post"]["parameters"]
    assert {one["name"] for one in found if one["in"] == "header"} == HEADERS
    assert set(proof(1, "")) == PROOF


def test_these_things_can_be_set() -> None:
    assert set(Settings.model_fields) == SETTINGS
