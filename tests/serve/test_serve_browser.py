"""The page over a release as a reader uses it: in headless Chromium, with clicks and keys."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn
from optional import optional
from small_release import VERSION, pair, write_release

from curation.embeddings.embedder import load_embedder
from schemas.annotations import EmbeddingRow
from schemas.columns import table_of
from serve.app import make_app
from serve.release.index import open_release
from serve.release.similar import open_similar
from serve.server import listen
from warehouse.query.run import run_query
from warehouse.sql import clean_text
from warehouse.stages.tables import stage_output, write_stage

sync_api = optional("playwright.sync_api")

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
COUNT = 60
ATTACK = "<table><tr><td><img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>9</td></tr></table>"

pytestmark = pytest.mark.skipif(not CHROMIUM.is_file(), reason=f"Chromium is not at {CHROMIUM}")


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    release = write_release(folder, count=COUNT)
    for part in release.glob("pairs/*/*.parquet"):  # every table carries an attack
        table = pq.ParquetFile(part).read()
        place = table.schema.get_field_index("table_html")
        attacks = pa.array([ATTACK if kind == "table" else None for kind in table.column("kind").to_pylist()])
        pq.write_table(table.set_column(place, table.schema.field(place), attacks), part, row_group_size=10)
    write_embeddings(folder, release)
    return folder


def write_embeddings(warehouse: Path, release: Path) -> None:
    """Leave the embeddings as a build would; the manifest no longer states sizes, which have changed."""
    embedder = load_embedder("descriptor")
    vectors = embedder.embed([pair(n).image["bytes"] for n in range(COUNT)])
    rows = [EmbeddingRow(pair_id=pair(n).pair_id, embedding=tuple(vectors[n].tolist())) for n in range(COUNT)]
    parameters = {"embedder": embedder.identity}
    tables = {"embeddings": table_of(EmbeddingRow, rows)}
    write_stage(
        stage_output(warehouse, "embed", "e" * 32), tables, {"version": "3", "parameters": parameters}
    )
    manifest = {
        "version": VERSION,
        "stages": {"embed": "3"},
        "stage_parameters": {"embed": parameters},
        "parameters": {"embedder": "descriptor"},
    }
    (release / "manifest.json").write_text(json.dumps(manifest))


@pytest.fixture(scope="module")
def address(warehouse: Path) -> Iterator[str]:
    bound: socket.socket = listen("127.0.0.1", 0)
    index = open_release(warehouse / "releases" / VERSION)
    app = make_app(index, open_similar(index, warehouse, None))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: object, address: str) -> Iterator[object]:
    """Yield a page on a laptop's screen; the test fails where the browser has something to complain of."""
    context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=address)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
    opened = context.new_page()
    opened.set_default_timeout(300_000)
    complaints: list[str] = []
    outside: list[str] = []
    opened.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on(
        "request", lambda request: None if request.url.startswith(address) else outside.append(request.url)
    )
    yield opened
    context.close()
    assert complaints == []
    assert outside == []


def found(page: object) -> int:
    return int(page.locator("#pairs-found").inner_text().replace(",", ""))


def test_filter_search_open_and_copy_the_sql(page: object, warehouse: Path) -> None:
    page.goto("/")
    assert found(page) == COUNT
    page.locator("#facets").get_by_role("link", name="Result figures").click()
    page.wait_for_url("**/pairs?class=fig_result")
    page.get_by_role("region", name="Source").get_by_role("link", name="arxiv").click()
    page.wait_for_url("**source=arxiv")
    page.get_by_label("Captions with").fill("loss -7")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.wait_for_url("**q=**")
    rows = [pair(n) for n in range(COUNT)]
    expected = [
        row
        for row in rows
        if row.subcategory == "fig_result"
        and row.source == "arxiv"
        and "loss" in row.caption.lower()
        and not re.search(r"(^|[^\w])7", row.caption)
    ]
    assert found(page) == len(expected) > 0

    page.get_by_text("As SQL").click()
    page.get_by_role("button", name="Copy the count").click()
    page.get_by_text("Copied.").wait_for()
    sql = page.evaluate("navigator.clipboard.readText()")
    assert run_query(warehouse, sql).records() == [{"pairs": len(expected)}]

    page.locator("#cards a").first.click()
    page.wait_for_url("**/pairs/arxiv:**")
    page.get_by_text("Where it comes from").wait_for()
    assert page.locator("figcaption").inner_text() in {clean_text(row.caption) for row in expected}
    assert (
        page.locator(".picture img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 420
    )
    page.reload()  # the address is permanent
    page.get_by_role("link", name="Next", exact=True).click()
    page.get_by_role("link", name="The pairs found").click()
    page.wait_for_url("**class=fig_result**")
    assert found(page) == len(expected)


def test_the_keyboard_is_enough(page: object) -> None:
    page.goto(f"/{VERSION}/pairs")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.keyboard.press("/")
    page.keyboard.type("accuracy j/k")  # letters in the field are letters
    assert page.locator("#find").input_value() == "accuracy j/k"
    page.locator("#find").fill("accuracy")
    page.keyboard.press("Enter")
    page.wait_for_url("**find=accuracy")
    page.locator("#q").focus()
    page.keyboard.press("Escape")
    hrefs = page.locator("#cards a").evaluate_all("links => links.map(link => link.href)")
    for key, number in (("j", 0), ("ArrowRight", 1), ("j", 2), ("k", 1), ("ArrowLeft", 0)):
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.href") == hrefs[number]
    page.keyboard.press("Enter")
    page.wait_for_url("**/pairs/**")
    page.keyboard.press("j")
    page.wait_for_url(hrefs[1])
    page.keyboard.press("k")
    page.wait_for_url(hrefs[0])
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/pairs\?like=text%3Aaccuracy$"))


def test_attacks_in_captions_and_tables_stay_text(page: object) -> None:
    page.goto(f"/{VERSION}/pairs?q=alert")
    assert "<script>alert('x')</script>" in page.locator("#cards").inner_text()
    page.locator("#cards a").first.click()
    assert "<script>alert('x')</script>" in page.locator("figcaption").inner_text()
    page.goto(f"/{VERSION}/pairs/{pair(3).pair_id}")
    assert page.locator(".source-table td").inner_text() == "9"
    assert page.locator(".source-table img, .source-table script").count() == 0
    assert "owned" not in page.title()


def test_words_find_pairs_with_reasons_and_a_picture_finds_the_like(page: object) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill('effect of "learning rates" on validation')
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url("**find=**")
    assert "best of" in page.get_by_role("heading", level=1).inner_text()
    first = page.locator("#cards > li").first
    wanted = {pair(n).pair_id for n in range(COUNT) if "learning rates" in pair(n).caption}
    reasons = first.locator(".why").inner_text()
    assert "caption: validation, learning, rates" in " ".join(reasons.split())
    assert first.locator("mark").first.inner_text() == "effect"  # in a sentence that mentions the figure
    hrefs = page.locator("#cards a").evaluate_all("links => links.map(link => link.pathname)")
    assert {href.split("/pairs/")[1] for href in hrefs} == wanted
    page.locator("#facets").get_by_role("link", name="pmc").click()
    page.wait_for_url("**source=pmc**like=text**")
    assert page.get_by_role("searchbox").input_value() == 'effect of "learning rates" on validation'
    assert 0 < page.locator("#cards > li").count() < len(wanted)
    page.locator("#cards a").first.click()
    page.get_by_role("link", name="Images that look like this one").click()
    page.wait_for_url("**like=pair**")
    assert page.locator(".why").count() == 0
    assert "similarity 1.000" in page.locator("#cards > li").first.inner_text()


def test_an_image_is_chosen_and_what_looks_like_it_is_shown(page: object) -> None:
    page.goto(f"/{VERSION}/pairs?source=arxiv")
    wanted = pair(12)
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Search by an image").click()
    chooser.value.set_files({"name": "q.png", "mimeType": "image/png", "buffer": wanted.image["bytes"]})
    page.wait_for_url("**source=arxiv&like=image**")
    page.get_by_text("similarity").first.wait_for()
    source = [pair(n) for n in range(COUNT) if pair(n).source == "arxiv"]
    assert page.locator("#cards > li").count() == min(24, len(source))
    page.locator("#cards a").first.click()
    page.get_by_role("link", name="Images that look like this one").click()
    page.wait_for_url("**like=pair**")
    assert "similarity 1.000" in page.locator("#cards > li").first.inner_text()


def test_without_scripts_it_filters_and_searches_too(browser: object, address: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/{VERSION}/pairs")
    page.locator("#facets").get_by_role("link", name="Result tables").click()
    page.locator("#q").fill("accuracy")
    page.get_by_role("button", name="Filter", exact=True).click()
    page.wait_for_url("**class=table_result&q=accuracy")
    page.get_by_role("searchbox").fill("runs")
    page.get_by_role("button", name="Search", exact=True).click()
    page.wait_for_url("**find=runs")
    assert page.locator("#cards > li").count() == found(page)
    assert found(page) == sum(pair(n).subcategory == "table_result" for n in range(COUNT))
    context.close()


def test_rejects_and_statistics_by_clicks(page: object) -> None:
    page.goto("/")
    page.get_by_role("link", name="Rejects").click()
    page.get_by_role("link", name="image missing").click()
    page.get_by_role("heading", name="2 rejects").wait_for()
    assert "\\includegraphics{lost}" in page.locator(".snippet").first.inner_text()
    page.get_by_role("link", name="Statistics").click()
    assert page.locator("svg rect").count() > 10
    page.get_by_role("link", name="Parameter tables").click()
    page.wait_for_url("**class=table_parameter")
    assert found(page) == sum(pair(n).subcategory == "table_parameter" for n in range(COUNT))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_the_screen(browser: object, address: str, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, base_url=address
    )
    page = context.new_page()
    for path in (
        "pairs",
        "pairs?q=nothing-has-this",
        "pairs?find=effect+of+attention",
        f"pairs/{pair(7).pair_id}",
        f"pairs/{pair(3).pair_id}",
        "rejects",
        "statistics",
        "no",
    ):
        page.goto(f"/{VERSION}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator("h1").count() == 1
        assert (
            page.locator(
                "img:not([alt]), button:not(:has-text('')), input:not([type=hidden]):not([id]):not([name])"
            ).count()
            == 0
        )
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 24)"
    assert dark == (scheme == "dark")
    page.goto(f"/{VERSION}/pairs")
    link = page.locator("#facets").get_by_role("link", name="Result figures")
    assert link.is_visible() == (width > 820)  # on a phone the filters wait behind their title
    page.locator("#facets > summary").click()
    assert link.is_visible() == (width <= 820)
    context.close()
