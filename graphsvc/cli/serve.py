"""`graphsvc serve`: the API on a local port. A thin door over `graphsvc.api`."""

from __future__ import annotations

import ipaddress
import socket
from typing import Annotated

import typer

from graphsvc.errors import Conflict, InputError
from graphsvc.settings import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind to; default: GRAPHSVC_API_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to bind to, 0 for a free one; default: GRAPHSVC_API_PORT.")
    ] = None,
) -> None:
    """Serve the API until interrupted. Callers need a key (`graphsvc user key ID`) or an OIDC access token."""
    # The web framework takes half of the start of every other command, so only this one loads it.
    import uvicorn

    from graphsvc.api import create_app

    settings = Settings()
    bound = _bind(host or settings.api_host, settings.api_port if port is None else port)
    with bound:
        address, number = bound.getsockname()[:2]
        if not ipaddress.ip_address(address).is_loopback:
            typer.secho(
                f"WARNING: {address} can be reached from other machines, and the API has no TLS of its own: keys and answers would travel "
                "in the clear. Put a proxy with TLS before it, or bind to 127.0.0.1.",
                fg="red",
                bold=True,
                err=True,
            )
        shown = f"[{address}]" if ":" in address else address
        typer.echo(f"graphsvc answers at http://{shown}:{number} (documentation: /docs)")
        uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning")).run(sockets=[bound])


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, kind, proto, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise InputError(
            f"{host!r} is no address to bind to: {error}", hint="Give --host 127.0.0.1 or the address of an interface."
        ) from error
    bound = socket.socket(family, kind, proto)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise Conflict(f"{host}:{port} can't be bound: {error.strerror}", hint="Give another --port; 0 takes a free one.") from error
    return bound
