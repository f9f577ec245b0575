"""`scimmir serve`: a local page over a release."""

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption

PORT = 8378
COPY_AFTER_S = 1.0  # long enough for the first list with its images


def serve(
    warehouse: WarehouseOption = WAREHOUSE,
    release: Annotated[str | None, typer.Option(help="Release to show; the latest by default.")] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine see it then.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = PORT,
    embedder: Annotated[
        str | None, typer.Option(help="Embedder as in `scimmir build`; the release's own by default.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Host name by which browsers may call it; repeat for more.")
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(help="Folder of what makes the next start quick; ~/.cache/scimmir/serve by default."),
    ] = None,
) -> None:
    """Open a local page over a release: filter, search and look at its pairs, rejects and statistics."""
    from serve.app import make_app
    from serve.guard import is_loopback
    from serve.release import Copies, copying, default_cache, open_similar, open_with_copy
    from serve.search import Search
    from serve.server import listen, run
    from warehouse.place import readable_warehouse
    from warehouse.versions import wanted_release

    root = readable_warehouse(warehouse, release)
    folder = root / "releases" / wanted_release(root, release).version
    socket = listen(host, port)
    if not is_loopback(host):
        typer.echo(
            f"warning: everybody who reaches {host} can read this release; there is no password", err=True
        )
    typer.echo(f"reading release {folder.name} …")
    copies = Copies(cache or default_cache())
    index = open_with_copy(folder, copies)
    similar = open_similar(index, root, embedder, copies)
    search = Search(index, similar, copies)
    app = make_app(index, search=search, allowed_hosts=[host, *(allow_host or [])])
    shown = f"[{host}]" if ":" in host else host
    note = partial(typer.echo, err=True)
    with suppress(KeyboardInterrupt):
        typer.echo(f"{index.count:,} pairs at http://{shown}:{socket.getsockname()[1]}/ (Ctrl+C ends it)")
        with copying(index, copies, then=search.prepare, say=note, wait_s=COPY_AFTER_S):
            run(app, socket)
