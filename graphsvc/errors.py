"""Every error that graphsvc raises on purpose, with the message that people read and its HTTP status.

GraphsvcError (500)
├── InputError (400)            something that the user gave is wrong: what, where, what to do
│   ├── SpecError (400)         a loader spec, ontology or policy file, with file and line
│   └── RowError (422)          one row of a source can't be mapped (becomes a line of the rejects file)
├── NotFound (404)              no such entity, record, load or source in view
├── Ambiguous (409)             a name that stands for several entities; carries the candidates
├── Denied (403)                the caller may not do this
│   └── InquiryMissing (403)    a read of case data without an open inquiry of the caller's
├── Unauthenticated (401)       no key or token, or one that is not valid
├── TokenServerError (503)      the server whose keys prove access tokens can't be asked
├── Cancelled (499)             whoever asked went away before there was an answer
│   └── RunCancelled (499)      somebody ended the run of a job
├── Conflict (409)              the state of the graph or the machine forbids it now (another load, not empty, ...)
│   ├── AlreadyRunning (409)    the job runs already, here or elsewhere
│   └── TooLarge (409)          a job would take more memory than it may
├── DatabaseError (503)         a database can't be reached, refuses the login, or gave up a query
│   ├── ServerStartError (503)  the managed server did not come up
│   ├── MigrationError (500)    the schema's history and the files differ
│   ├── QueryTimeout (504)      a query was ended by the transaction time limit
│   ├── QueryTooLarge (503)     a query was ended by the memory limit of a transaction
│   └── AuditUnavailable (503)  the audit log can't be written, so there is no answer
└── IntegrityError (500)        what is stored does not match its hash, or can't be decrypted
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar


class GraphsvcError(Exception):
    """Base of all: `message` says what was wrong and where, `hint` what to do about it.

    `status` is the HTTP status that the API's one handler answers with; `exit_code` is the CLI's.
    `details` travels as extra members of the RFC 9457 problem document.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1
    title: ClassVar[str] = "graphsvc failed"

    def __init__(self, message: str, *, hint: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class InputError(GraphsvcError):
    status = 400
    exit_code = 2
    title = "The input is not usable"


class SpecError(InputError):
    """A spec, ontology or policy file is wrong; `problems` lists every finding as `file:line: text`."""

    title = "A file of definitions is wrong"

    def __init__(self, message: str, *, problems: Sequence[str] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint, problems=list(problems))
        self.problems = list(problems)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {p}" for p in self.problems), *([self.hint] if self.hint else [])])


class RowError(InputError):
    """One row can't be mapped. `code` is the short reason that reports count by (`bad_date`, `missing_key`, ...)."""

    status = 422
    title = "A row can't be mapped"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message, code=code)
        self.code = code


class NotFound(GraphsvcError):
    status = 404
    exit_code = 3
    title = "Not found"


class Ambiguous(GraphsvcError):
    """A text fits several entities: `candidates` are hits as `find` gives them; nothing is guessed."""

    status = 409
    exit_code = 4
    title = "More than one entity fits"

    def __init__(self, message: str, *, candidates: Sequence[dict[str, Any]], hint: str | None = None) -> None:
        super().__init__(message, hint=hint, candidates=list(candidates))
        self.candidates = list(candidates)


class Denied(GraphsvcError):
    status = 403
    exit_code = 5
    title = "Not permitted"


class InquiryMissing(Denied):
    title = "No open inquiry"


class Unauthenticated(GraphsvcError):
    """`reason` is for the log alone: whoever is refused reads one same text, whatever was wrong."""

    status = 401
    exit_code = 5
    title = "No valid key"

    def __init__(self, message: str = "The key or token is not valid.", *, hint: str | None = None, reason: str = "") -> None:
        hint = hint or "Keys expire and can be revoked: ask an operator of this deployment for a new one, or log in again."
        super().__init__(message, hint=hint)
        self.reason = reason


class TokenServerError(GraphsvcError):
    status = 503
    title = "Access tokens can't be checked"


class Cancelled(GraphsvcError):
    status = 499
    title = "Nobody waits for the answer"


class RunCancelled(Cancelled):
    exit_code = 7
    title = "The run was cancelled"


class Conflict(GraphsvcError):
    status = 409
    title = "Not possible in this state"


class AlreadyRunning(Conflict):
    exit_code = 6
    title = "The job runs already"


class TooLarge(Conflict):
    exit_code = 8
    title = "The job is too large"


class DatabaseError(GraphsvcError):
    status = 503
    title = "The database can't be used"


class ServerStartError(DatabaseError):
    title = "The local Neo4j did not start"


class MigrationError(DatabaseError):
    status = 500
    title = "The schema's history and the migration files differ"


class QueryTimeout(DatabaseError):
    status = 504
    title = "The query took too long"


class QueryTooLarge(DatabaseError):
    title = "The query needed too much memory"


class AuditUnavailable(DatabaseError):
    title = "The audit log can't be written, so there is no answer"


class IntegrityError(GraphsvcError):
    status = 500
    title = "Stored data does not match its proof"
