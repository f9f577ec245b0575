"""The web application over one release: what each address answers."""

import hashlib
from collections.abc import Callable, Collection
from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from curation.embeddings import EmbedderError
from schemas.reject import RecordError
from serve.guard import Guard
from serve.pages import (
    PAIRS_PER_PAGE,
    REJECTS_PER_PAGE,
    Card,
    Listing,
    Picture,
    Pictures,
    RejectFilter,
    Rejects,
    Statistics,
    in_path,
    make_environment,
    parse_reject_filter,
    read_pair,
    reject_sql,
)
from serve.release import MAX_UPLOAD, Filter, Near, ReleaseIndex, Similar, parse_filter, select_sql
from serve.search import Search, text_of


class Site:
    """The pages of one release; its methods answer the addresses of `make_app`."""

    def __init__(self, index: ReleaseIndex, search: Search) -> None:
        self.index = index
        self.search = search
        self.similar = search.similar
        self.listing = Listing(index, self.similar.matching)
        self.pictures = Pictures(index)
        self.rejects = Rejects(index)
        self.statistics = Statistics(index)
        self.root = f"/{in_path(index.version)}"
        self._environment = make_environment()
        release_hash = str(index.manifest.get("release_hash") or index.folder)
        self._tag = hashlib.sha256(release_hash.encode()).hexdigest()[:16]

    def home(self, request: Request) -> Response:
        """Answer `/`."""
        return RedirectResponse(f"{self.root}/pairs", status_code=302)

    def pairs(self, request: Request) -> Response:
        """Answer with the list of pairs."""
        self._check_version(request)
        wanted = parse_filter(request.query_params.multi_items())
        counts = self.listing.counts(wanted.without_like())
        near = self.search.nearest(wanted)
        listed = counts.pairs if near is None else len(near.positions)
        number, pages = _page_of(request, listed, PAIRS_PER_PAGE)
        return self._page(
            "list.html.j2",
            section="pairs",
            wanted=wanted,
            counts=counts,
            cards=self.listing.page(wanted, number) if near is None else self._cards(wanted, near, number),
            is_near=near is not None,
            text=text_of(wanted),
            listed=listed,
            pages=pages,
            number=number,
            first=(number - 1) * PAIRS_PER_PAGE + 1,
            similar=self.similar,
            sql_count=select_sql(wanted, count=True),
            sql_rows=select_sql(wanted, count=False),
        )

    async def upload(self, request: Request) -> Response:
        """Take an image, as the request's body, and answer with the name to search by."""
        self._check_version(request)
        if not self.similar.reads_images:
            raise HTTPException(404, "This release cannot be searched by image.")
        content = b""
        async for chunk in request.stream():
            content += chunk
            if len(content) > MAX_UPLOAD:
                return JSONResponse({"problem": "The file is too large."}, status_code=413)
        try:
            name = await run_in_threadpool(self.similar.add_image, content)
        except RecordError:
            return JSONResponse({"problem": "This file is no image that can be read."}, status_code=422)
        except EmbedderError as error:
            return JSONResponse({"problem": str(error)}, status_code=503)
        return JSONResponse({"like": f"image:{name}"})

    def pair(self, request: Request) -> Response:
        """Answer with a pair's page; of a pair that was rejected, with the reject."""
        self._check_version(request)
        pair_id = request.path_params["pair_id"]
        position = self.index.position(pair_id)
        if position is None:
            lost = RejectFilter(pair=pair_id)
            if not self.rejects.reasons(lost):
                raise HTTPException(404, f"This release has no pair {pair_id}.")
            return RedirectResponse(f"{self.root}/rejects?{lost.query_string()}", status_code=302)
        wanted = parse_filter(request.query_params.multi_items())
        near = self.search.nearest(wanted)
        before, after = (
            self.listing.neighbours(wanted, position)
            if near is None
            else self.listing.near_neighbours(near, position)
        )
        return self._page(
            "pair.html.j2",
            section="",
            page=read_pair(self.index, position),
            similar=self.similar,
            query=wanted.query_string(),
            before=before,
            after=after,
        )

    def reject_list(self, request: Request) -> Response:
        """Answer with the rejects."""
        self._check_version(request)
        wanted = parse_reject_filter(request.query_params.multi_items())
        reasons = self.rejects.reasons(wanted)
        count = sum(line.count for line in reasons if wanted.reason in ("", line.reason))
        number, pages = _page_of(request, count, REJECTS_PER_PAGE)
        return self._page(
            "rejects.html.j2",
            section="rejects",
            wanted=wanted,
            reasons=reasons,
            choices=[(name, self.rejects.values(name)) for name in ("source", "stage")],
            count=count,
            pages=pages,
            number=number,
            first=(number - 1) * REJECTS_PER_PAGE + 1,
            lost=self.rejects.page(wanted, number),
            sql=reject_sql(wanted),
        )

    def plots(self, request: Request) -> Response:
        """Answer with the statistics of the release, or of what a filter finds."""
        self._check_version(request)
        wanted = parse_filter(request.query_params.multi_items())
        charts = self.statistics.charts(wanted)
        return self._page(
            "statistics.html.j2",
            section="statistics",
            query=wanted.query_string(),
            count=sum(bar.count for bar in charts[0].bars),
            charts=charts,
            reasons=self.rejects.reasons(RejectFilter()),
        )

    def image(self, request: Request) -> Response:
        """Answer with a pair's image as it is stored."""
        return self._picture(request, "image", self.pictures.image)

    def thumbnail(self, request: Request) -> Response:
        """Answer with a small image of a pair."""
        return self._picture(request, "thumbnail", self.pictures.thumbnail)

    def not_found(self, request: Request, error: Exception) -> Response:
        """Answer with a page that says what is wrong with the address."""
        detail = error.detail if isinstance(error, HTTPException) else "Not Found"
        text = detail if detail != "Not Found" else "There is no page of this address."
        status = error.status_code if isinstance(error, HTTPException) else 404
        return self._page("problem.html.j2", status=status, section="", text=text)

    def _cards(self, wanted: Filter, near: Near, number: int) -> tuple[Card, ...]:
        reasons = self.search.reasons(wanted, near, (number - 1) * PAIRS_PER_PAGE, PAIRS_PER_PAGE)
        return self.listing.cards(near, number, reasons)

    def _picture(self, request: Request, kind: str, read: Callable[[int], Picture | None]) -> Response:
        self._check_version(request)
        pair_id = request.path_params["pair_id"]
        # Releases never change: release and name stand for the bytes, and nothing is read for a second request.
        tag = '"' + hashlib.sha256(f"{self._tag} {kind} {pair_id}".encode()).hexdigest()[:32] + '"'
        headers = {"ETag": tag, "Cache-Control": "private, max-age=3600"}
        position = self.index.position(pair_id)
        if position is None:
            raise HTTPException(404, f"This release has no pair {pair_id}.")
        if tag in [name.strip() for name in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=headers)
        picture = read(position)
        if picture is None:
            raise HTTPException(404, f"The image of {pair_id} cannot be read.")
        return Response(picture.content, media_type=picture.media_type, headers=headers)

    def _check_version(self, request: Request) -> None:
        version = request.path_params["version"]
        if version != self.index.version:
            raise HTTPException(
                404,
                f"Here is release {self.index.version}; for the other one: scimmir serve --release {version}",
            )

    def _page(self, template: str, *, status: int = 200, **values: object) -> Response:
        text = self._environment.get_template(template).render(
            version=self.index.version, root=self.root, total=self.index.count, **values
        )
        return HTMLResponse(text, status_code=status, headers={"Cache-Control": "no-cache"})


def make_app(
    index: ReleaseIndex,
    similar: Similar | None = None,
    *,
    search: Search | None = None,
    allowed_hosts: Collection[str] = (),
) -> Starlette:
    """Return the application over an opened release; it answers loopback names, addresses and `allowed_hosts`.

    Args:
        index: the opened release.
        similar: its vectors, where `search` is not given.
        search: its search, which knows its vectors.
        allowed_hosts: further names by which it may be called.
    """
    site = Site(index, search or Search(index, similar or Similar(index)))
    static = Path(str(resources.files("serve").joinpath("static")))
    return Starlette(
        routes=[
            Route("/", site.home),
            Mount("/static", StaticFiles(directory=static)),
            Route("/{version}/pairs", site.pairs),
            Route("/{version}/pairs/{pair_id:path}", site.pair),
            Route("/{version}/rejects", site.reject_list),
            Route("/{version}/statistics", site.plots),
            Route("/{version}/similar", site.upload, methods=["POST"]),
            Route("/{version}/images/{pair_id:path}", site.image),
            Route("/{version}/thumbnails/{pair_id:path}", site.thumbnail),
        ],
        middleware=[Middleware(Guard, names=allowed_hosts)],
        exception_handlers={HTTPException: site.not_found},
    )


def _page_of(request: Request, count: int, per_page: int) -> tuple[int, int]:
    """Return the page of a list that an address asks for, from 1, and how many it has, at least one."""
    pages = max(1, -(-count // per_page))
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 9 else 1
    return min(max(1, number), pages), pages
