"""What keeps other sites and hostile texts out: the Host header's check, and the headers of every answer."""

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK_NAMES = frozenset({"localhost"})

HEADERS = {
    # Captions and tables come from files that nobody vouches for: nothing but this page's own files is loaded,
    # and no script or style written into a page has any effect.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def host_name(header: str) -> str:
    """Return the name or address in a Host header, in lower case, without port and brackets."""
    header = header.strip().lower()
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address reaches this machine alone."""
    address = _address(host)
    return host.lower() in LOOPBACK_NAMES if address is None else address.is_loopback


def is_trusted_host(header: str, names: Collection[str]) -> bool:
    """Tell whether a request with this Host header may be answered.

    A site that lets its own name point at this machine (DNS rebinding) makes a browser send that name, so that
    names must be known; an address cannot be such a name.
    """
    host = host_name(header)
    return host in LOOPBACK_NAMES or host in names or _address(host) is not None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


class Guard:
    """ASGI middleware: refuses unknown hosts and other sites' requests, and adds HEADERS to every answer."""

    def __init__(self, app: ASGIApp, *, names: Collection[str] = ()) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        host = headers.get("host", "")
        origin = headers.get("origin")
        if not is_trusted_host(host, self._names):
            refusal = PlainTextResponse(
                "This host name is not known here: open the page by the address that `scimmir serve` printed, or "
                "name the host by --allow-host.\n",
                status_code=421,
            )
            await refusal(scope, receive, send_guarded)
        elif scope["method"] not in ("GET", "HEAD") and origin not in (
            None,
            f"http://{host}",
            f"https://{host}",
        ):
            refusal = PlainTextResponse("Another site asked for this.\n", status_code=403)
            await refusal(scope, receive, send_guarded)
        else:
            await self._app(scope, receive, send_guarded)
