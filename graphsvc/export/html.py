"""A path answer as one HTML file that shows the drawing and the evidence of every hop, without any network.

Text of sources reaches the page only as JSON that the browser does not run, and the screen only through `textContent` and
canvas text. A Content-Security-Policy with the hashes of our own scripts forbids every other. docs/decisions/0003 says why.
Imports graph (content folders) and errors.
"""

from __future__ import annotations

import base64
import hashlib
import html
import importlib.util
import json
import os
import re
import tempfile
from pathlib import Path
from string import Template
from typing import Any

from graphsvc.errors import GraphsvcError, InputError
from graphsvc.export.page_model import INVISIBLE, page_model
from graphsvc.graph.content import content

VIS_NETWORK = "lib/vis-9.1.2/vis-network.min.js"  # inside the pyvis wheel


def write_file(data: bytes, file: Path) -> None:
    """Write a page, or another file of an answer, to `file`, replacing it as a whole or not at all.

    Raises InputError when the folder does not exist or can't be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            os.replace(name, file)  # keeps mkstemp's mode 0600: it holds case data
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise InputError(f"{file} can't be written: {error.strerror}", hint="Give a file in a folder that exists.") from error


def path_page(answer: dict[str, Any]) -> str:
    """The page as text: the same bytes for the same answer and versions."""
    folder = content("viz")
    model = page_model(answer)
    style = _own(folder / "path.css")
    library, script = _library(), _own(folder / "path.js")
    policy = {
        "default-src": "'none'",
        "script-src": f"{_hash(library)} {_hash(script)}",
        "style-src": _hash(style),
        "img-src": "data:",  # for the empty icon, which keeps a browser from asking a server for one
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return Template(_own(folder / "path.html")).substitute(
        policy="; ".join(f"{name} {value}" for name, value in policy.items()),
        title=html.escape(_encodable(INVISIBLE.sub("", model["title"]))),
        style=style,
        data=embedded_json(model),
        library=library,
        script=script,
    )


def embedded_json(value: Any) -> str:
    """JSON that can't end the script element it stands in, nor be read as markup: `<`, `>`, `&` and all but ASCII escaped."""
    text = json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _library() -> str:
    spec = importlib.util.find_spec("pyvis")
    places = list(spec.submodule_search_locations or []) if spec else []
    file = next((path for place in places if (path := Path(place) / VIS_NETWORK).is_file()), None)
    if file is None:
        raise GraphsvcError(
            "the drawing library vis-network 9.1.2 is not in this installation's pyvis", hint="reinstall graphsvc: pyvis 0.3.2 holds it"
        )
    return re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", _own(file))


def _own(file: Path) -> str:
    """A file's text as the browser will see it: it reads every line end as LF, so the hashes are taken of that."""
    text = file.read_text(encoding="utf-8").replace("\r\n", "\n").replace("\r", "\n")
    if file.suffix == ".js" and re.search(r"</script|<!--", text, re.IGNORECASE):
        raise GraphsvcError(f"{file.name} can't be inlined: it contains the end of a script element or a comment's start")
    return text


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair, which JSON allows, has no UTF-8
