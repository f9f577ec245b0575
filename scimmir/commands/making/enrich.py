"""`scimmir enrich`: longer descriptions by a vision-language model, in a table of their own."""

from pathlib import Path
from typing import Annotated

import typer

from scimmir.terminal import WAREHOUSE, WarehouseOption


def enrich(
    endpoint: Annotated[
        str,
        typer.Option(help="Address of a server that speaks OpenAI's protocol, such as http://HOST:8000/v1."),
    ],
    model: Annotated[str, typer.Option(help="Name of the model, as the server calls it.")],
    prompt: Annotated[
        Path,
        typer.Option(help="File with the prompt; {{ caption }}, {{ mentions }} and others are filled in."),
    ],
    release: Annotated[
        str | None, typer.Argument(help="Release whose pairs are described; the latest by default.")
    ] = None,
    warehouse: WarehouseOption = WAREHOUSE,
    output: Annotated[
        Path | None,
        typer.Option(help="Parquet file of the answers; by default in the warehouse's enrichments/."),
    ] = None,
    max_items: Annotated[
        int | None, typer.Option(min=1, help="Pairs to ask for in this run, at most.")
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Tokens to spend on this table, over all its runs, at most.")
    ] = None,
    answer_tokens: Annotated[int, typer.Option(min=1, help="Tokens of one answer, at most.")] = 512,
    requests_per_minute: Annotated[
        float | None, typer.Option(min=0.01, help="Requests a minute, at most; as many as come by default.")
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Requests under way at once.")] = 4,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 120.0,
    attempts: Annotated[int, typer.Option(min=1, help="Requests for one pair, at most.")] = 5,
    allow_no_derivatives: Annotated[
        bool,
        typer.Option("--allow-no-derivatives", help="Also ask for pairs whose licence forbids derivatives."),
    ] = False,
    api_key: Annotated[
        str, typer.Option(envvar="SCIMMIR_ENRICH_API_KEY", help="Key of the server, where it wants one.")
    ] = "none",
) -> None:
    """Have a vision-language model describe pairs, in a table of their own; captions stay as they are."""
    from enrichment import EndpointSettings, Prompt
    from scimmir.jobs.enrich import EnrichSettings, default_output, enrich_release
    from warehouse.place import readable_warehouse
    from warehouse.versions import wanted_release

    root = readable_warehouse(warehouse, release)
    wanted = wanted_release(root, release)
    template = Prompt.from_file(prompt)
    done = enrich_release(
        wanted.folder,
        output or default_output(warehouse, wanted.version, template, model),
        template,
        EndpointSettings(
            url=endpoint,
            model=model,
            api_key=api_key,
            timeout_s=timeout,
            attempts=attempts,
            requests_per_minute=requests_per_minute,
            answer_tokens=answer_tokens,
        ),
        EnrichSettings(
            max_items=max_items,
            max_tokens=max_tokens,
            threads=threads,
            allow_no_derivatives=allow_no_derivatives,
        ),
    )
    typer.echo(f"{done.counts.pop('described', 0):,} pairs described in {done.table}, {done.tokens:,} tokens")
    for reason, count in sorted(done.counts.items()):
        typer.echo(f"{reason}: {count:,}")
