"""The page over a release as a program asks it: every address, its filters, its images and its guards."""

import html
import io
import re
from pathlib import Path

import duckdb
import pytest
from PIL import Image
from small_release import CAPTIONS, VERSION, pair, write_release
from starlette.testclient import TestClient

from serve.app import make_app
from serve.guard import is_loopback, is_trusted_host
from serve.pages.table_html import harmless_table
from serve.release.copies import Copies, copying
from serve.release.filters import NOT_STATED, parse_filter, select_sql
from serve.release.index import ReleaseIndex, open_release
from warehouse.query.run import run_query

ROOT = f"/{VERSION}"
COUNT = 60


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("warehouse")
    write_release(folder, count=COUNT)
    return folder


@pytest.fixture(scope="module", params=["from its files", "from a copy"])
def index(
    request: pytest.FixtureRequest, warehouse: Path, tmp_path_factory: pytest.TempPathFactory
) -> ReleaseIndex:
    """Return the release as it is read before its narrow columns are copied, and after."""
    opened = open_release(warehouse / "releases" / VERSION)
    if request.param == "from a copy":
        copies = Copies(tmp_path_factory.mktemp("cache"))
        with copying(opened, copies, then=lambda stopped: None, say=pytest.fail) as thread:
            thread.join()
    assert opened.is_copied == (request.param == "from a copy")
    return opened


@pytest.fixture(scope="module")
def client(index: ReleaseIndex) -> TestClient:
    return TestClient(make_app(index), base_url="http://127.0.0.1:8378")


def found(page: str) -> int:
    return int(re.search(r'id="pairs-found">([\d,]+)<', page)[1].replace(",", ""))


def listed(page: str) -> list[str]:
    return re.findall(r'class="card"><a href="/[^/"]+/pairs/([^"?]+)', page)


def facet(page: str, key: str) -> dict[str, int]:
    section = page.split(f'aria-labelledby="facet-{key}"')[1].split("</section>")[0]
    pairs = re.findall(r'class="value">([^<]*)</span> <span class="n">([\d,]+)<', section)
    return {html.unescape(name): int(count.replace(",", "")) for name, count in pairs}


def test_home_leads_to_the_permanent_address_of_the_list(client: TestClient) -> None:
    answer = client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, f"{ROOT}/pairs")
    page = client.get(f"{ROOT}/pairs").text
    assert found(page) == COUNT and len(listed(page)) == 24


def test_facets_count_what_their_filter_finds(client: TestClient) -> None:
    rows = [pair(n) for n in range(COUNT)]
    page = client.get(f"{ROOT}/pairs?source=arxiv").text
    arxiv = [row for row in rows if row.source == "arxiv"]
    assert found(page) == len(arxiv)
    assert facet(page, "class") == {
        title: sum(row.subcategory == name for row in arxiv)
        for name, title in {
            "fig_architecture": "Architecture figures",
            "fig_illustration": "Illustration figures",
            "fig_result": "Result figures",
            "table_result": "Result tables",
            "table_parameter": "Parameter tables",
        }.items()
    }
    types = {"diagram": "fig_architecture", "photo": "fig_illustration", "line": "fig_result"}
    assert facet(page, "type") == {
        **{name: sum(row.subcategory == of for row in arxiv) for name, of in types.items()},
        "(not stated)": sum(row.kind == "table" for row in arxiv),
    }
    # A facet ignores its own choice, so that its other values stay to choose.
    assert facet(page, "source") == {s: sum(row.source == s for row in rows) for s in ("arxiv", "pmc")}
    assert facet(page, "category") == {"cs.LG": len(arxiv), "stat.ML": len(arxiv)}
    assert facet(page, "year") == {"2023": len(arxiv)}


@pytest.mark.parametrize(
    "query",
    [
        "",
        "class=fig_result&class=table_result",
        "license=CC+BY+4.0&split=train",
        f"license={NOT_STATED}",
        f"license={NOT_STATED}&license=CC0",
        "category=stat.ML&use=noncommercial",
        f"category={NOT_STATED}",
        "year=2023",
        "q=loss",
        "q=LOSS+train",
        "q=%22loss+over%22",
        "q=-loss",
        "q=oss",
        "q=%E2%80%9C%CE%B2%3D0.9%E2%80%9D",
        "q=100%25_x%27+%5C",
        "q=%3Cscript%3E",
        "q=(7)",
        "paper=pmc:PMC1000001.1&q=a",
        "split=O'Brien",
    ],
)
def test_the_sql_of_a_filter_gives_the_same_count_to_scimmir_query(
    client: TestClient, warehouse: Path, query: str
) -> None:
    page = client.get(f"{ROOT}/pairs?{query}").text
    sql = {
        name: html.unescape(re.search(rf'<pre id="sql-{name}"[^>]*>(.*?)</pre>', page, re.S)[1])
        for name in ("count", "rows")
    }
    assert run_query(warehouse, sql["count"]).records() == [{"pairs": found(page)}]
    assert len(run_query(warehouse, sql["rows"]).rows) == found(page)


def test_words_begin_words_of_the_caption() -> None:
    captions = {
        "Validation loss over time": True,
        "A glossary": False,
        "Losses (total)": True,
        "LOSS": True,
        "x_loss": True,
    }
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE pairs (pair_id VARCHAR, subcategory VARCHAR, split VARCHAR, license_code VARCHAR, caption VARCHAR)"
    )
    con.executemany("INSERT INTO pairs (caption) VALUES (?)", [(c,) for c in captions])
    rows = con.execute(select_sql(parse_filter([("q", "loss")]), count=False)).fetchall()
    assert [row[4] for row in rows] == [caption for caption, fits in captions.items() if fits]
    rows = con.execute(select_sql(parse_filter([("q", "loss -total")]), count=True)).fetchall()
    assert rows == [(3,)]


def test_pages_hold_every_pair_once(client: TestClient) -> None:
    seen = [name for number in (1, 2, 3) for name in listed(client.get(f"{ROOT}/pairs?page={number}").text)]
    assert sorted(seen) == sorted(pair(n).pair_id for n in range(COUNT))
    assert listed(client.get(f"{ROOT}/pairs?page=999").text) == seen[48:]
    assert listed(client.get(f"{ROOT}/pairs?page=nonsense").text) == seen[:24]


def test_rows_lie_in_the_order_of_the_release_over_all_its_files(index: ReleaseIndex) -> None:
    assert len(index.parts) == 3
    assert index.numbers("SELECT position FROM pairs").tolist() == list(range(COUNT))
    for position, name in enumerate(name for (name,) in index.rows("SELECT pair_id FROM pairs")):
        place = index.place(position)
        group = index.parts[place.part].read(place.group, ["pair_id"])
        assert group.column("pair_id")[place.row].as_py() == name


def test_a_pair_shows_all_that_is_known_of_it(client: TestClient) -> None:
    wanted = pair(3)
    page = client.get(f"{ROOT}/pairs/{wanted.pair_id}").text
    for text in (
        CAPTIONS["table_result"],
        wanted.mentions[0],
        wanted.ocr_text,
        wanted.image_sha256,
        "main.tex",
        "Results › Effects",
        "They are found to be small.",
    ):
        assert html.escape(str(text), quote=False) in page
    assert "From arXiv&#39;s metadata, CC0 1.0" in page
    assert "OCR has " in page and "arXiv_src_2310_001.tar" in page
    group = client.get(f"{ROOT}/pairs/{pair(2).pair_id}").text
    assert group.count("similarity of the embeddings 0.970") == 2
    assert "arxiv:2310.00002:figure-91" in group and "from the other source" in group


def test_hostile_captions_stay_text(client: TestClient) -> None:
    hostile = pair(2)
    for address in (f"{ROOT}/pairs/{hostile.pair_id}", f"{ROOT}/pairs?q=alert"):
        page = client.get(address).text
        assert "&lt;script&gt;alert(" in page and "<script>alert" not in page
        assert "\x1b" not in page
    page = client.get(f'{ROOT}/pairs?q="><script>alert(1)</script>&class="><b>x').text
    assert "<script>alert" not in page and "<b>x" not in page


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            "<table><tr><th colspan='2'>a</th></tr><tr><td rowspan=99999>1<sup>2</sup></td></tr></table>",
            '<table><tr><th colspan="2">a</th></tr><tr><td rowspan="1000">1<sup>2</sup></td></tr></table>',
        ),
        (
            "<table><tr><td onclick='x()' style='a' id=q>1</td></tr></table>",
            "<table><tr><td>1</td></tr></table>",
        ),
        (
            "<table><tr><td>a<script>alert(1)</script>b</td></tr></table>",
            "<table><tr><td>ab</td></tr></table>",
        ),
        (
            "<table><tr><td><img src=x onerror=y><a href='javascript:z'>t</a></td></tr></table>",
            "<table><tr><td>t</td></tr></table>",
        ),
        (
            "<table><tr><td>&lt;script&gt;1</td></tr></table>",
            "<table><tr><td>&lt;script&gt;1</td></tr></table>",
        ),
        ("<svg><style>@import 'x'</style><script>1</script></svg><math><mtext>x</mtext></math>", None),
        ("", None),
        ("<table><tr><td> </td></tr></table>", None),
    ],
)
def test_tables_keep_their_cells_and_nothing_that_acts(source: str, expected: str | None) -> None:
    assert harmless_table(source) == expected


def test_deep_nesting_ends() -> None:
    made = harmless_table("<div>" * 5000 + "x" + "</div>" * 5000)
    assert made is None or made.count("<div>") <= 101


def test_images_come_from_their_row_group(client: TestClient) -> None:
    for number in (0, 13, 59):
        wanted = pair(number)
        answer = client.get(f"{ROOT}/images/{wanted.pair_id}")
        assert answer.content == wanted.image["bytes"]
        assert answer.headers["content-type"] == "image/png"
        small = client.get(f"{ROOT}/thumbnails/{wanted.pair_id}")
        with Image.open(io.BytesIO(small.content)) as opened:
            assert opened.format == "WEBP" and opened.width <= 560


def test_an_image_is_sent_once(client: TestClient) -> None:
    address = f"{ROOT}/images/{pair(0).pair_id}"
    tag = client.get(address).headers["etag"]
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{ROOT}/thumbnails/{pair(0).pair_id}").headers["etag"] != tag
    assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_rejects_by_reason_with_their_source(client: TestClient) -> None:
    page = client.get(f"{ROOT}/rejects").text
    assert '<h1 id="count">7 rejects</h1>' in page
    page = client.get(f"{ROOT}/rejects?reason=image_missing").text
    assert "2 rejects" in page and page.count("\\includegraphics{lost}") == 2
    assert "<b>again</b>" not in client.get(f"{ROOT}/rejects?reason=duplicate_near").text


def test_a_removed_duplicate_leads_to_its_reject_and_the_pair_kept(client: TestClient) -> None:
    page = client.get(f"{ROOT}/pairs/arxiv:2310.00002:figure-91").text
    assert "1 reject" in page and f'href="{ROOT}/pairs/{pair(2).pair_id}"' in page


@pytest.mark.parametrize(
    "address",
    [
        "/other-release/pairs",
        f"{ROOT}/pairs/no:such:pair",
        f"{ROOT}/images/x",
        "/nowhere",
        "/static/../app.py",
    ],
)
def test_addresses_of_nothing_are_not_found(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404 and "content-security-policy" in answer.headers


def test_every_answer_forbids_foreign_code(client: TestClient) -> None:
    for address in (f"{ROOT}/pairs", f"{ROOT}/images/{pair(0).pair_id}", "/static/serve.js"):
        headers = client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8378", 200),
        ("127.0.0.1:8378", 200),
        ("[::1]:8378", 200),
        ("evil.example:8378", 421),
        ("", 421),
    ],
)
def test_names_of_others_are_refused(client: TestClient, host: str, status: int) -> None:
    assert client.get(f"{ROOT}/pairs", headers={"Host": host}).status_code == status


def test_hosts() -> None:
    assert is_trusted_host("Reader.example:80", {"reader.example"})
    assert not is_trusted_host("127.0.0.1.evil.example", set())
    assert [is_loopback(h) for h in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "reader.example")] == [
        True,
        True,
        True,
        False,
        False,
    ]
