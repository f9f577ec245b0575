"""Uvicorn over a socket that is bound before the release is read, so that a taken port is known at once."""

import contextlib
import socket

import uvicorn
from starlette.types import ASGIApp

from schemas.errors import UserError


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address.

    Raises:
        UserError: the port is taken or the address is none of this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen()  # so that whoever calls before the release is read waits, and is not refused
    except OSError as error:
        raise UserError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}; try --port 0"
        ) from error
    return bound


def run(app: ASGIApp, bound: socket.socket) -> None:
    """Serve an application on a bound socket until the process is interrupted."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
    with contextlib.suppress(KeyboardInterrupt):  # which uvicorn passes on once it has ended
        uvicorn.Server(config).run(sockets=[bound])
