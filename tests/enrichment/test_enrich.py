"""A release's pairs are described by a server that fails in every way that servers fail in."""

import base64
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from loopback_model import (
    COMPLETION_TOKENS,
    HONEST,
    PROMPT_TOKENS,
    Answer,
    LoopbackModel,
    description,
    loopback_model,
)
from small_release import pair, write_release

from enrichment import EndpointSettings, Prompt, endpoint
from schemas.enrichment import REASONS
from schemas.errors import UserError
from scimmir.jobs.enrich import Enriched, EnrichSettings, enrich_release

# It takes a second to load, and each process of the suite reads this file.
pytestmark = pytest.mark.skipif(find_spec("openai") is None, reason="openai is not installed")

COUNT = 20
PAIRS = [pair(number) for number in range(COUNT)]
OPEN = [p for p in PAIRS if p.allows_derivatives]
PROMPT = Prompt("{{ pair_id }}")
EACH = PROMPT_TOKENS + COMPLETION_TOKENS


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = write_release(tmp_path_factory.mktemp("warehouse"), count=COUNT)
    return folder


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackModel]:
    monkeypatch.setattr(endpoint, "FIRST_PAUSE_S", 0.01)
    with loopback_model() as running:
        yield running


def block(language: str) -> str:
    """Return the page's block in a language."""
    page = (Path(__file__).parents[2] / "docs" / "enrich.md").read_text(encoding="utf-8")
    return page.split(f"```{language}\n")[1].split("```")[0]


Run = Callable[..., Enriched]


@pytest.fixture
def run(small: Path, model: LoopbackModel, tmp_path: Path) -> Run:
    """Return a function that enriches the small release, with other settings where some are named."""

    def call(prompt: Prompt = PROMPT, name: str = "answers.parquet", **changed: Any) -> Enriched:
        own = {key: changed.pop(key) for key in list(changed) if key in EnrichSettings.__dataclass_fields__}
        settings = EndpointSettings(url=model.url, model="asked-model", **changed)
        return enrich_release(small, tmp_path / name, prompt, settings, EnrichSettings(**own))

    return call


def rows(done: Enriched) -> dict[str, dict[str, Any]]:
    return {row["pair_id"]: row for row in pq.read_table(done.table).to_pylist()}


def test_every_pair_has_a_description_or_a_reason(run: Run, model: LoopbackModel) -> None:
    done = run()
    found = rows(done)
    assert found.keys() == {p.pair_id for p in PAIRS}
    assert done.counts == {"described": len(OPEN), "license_forbids": COUNT - len(OPEN)}
    for p in PAIRS:
        row = found[p.pair_id]
        if p in OPEN:
            assert row["description"] == f"Described: {p.pair_id}" and row["reason"] is None
            assert (row["prompt_tokens"], row["completion_tokens"]) == (PROMPT_TOKENS, COMPLETION_TOKENS)
            assert (row["model"], row["served_model"], row["finish_reason"]) == (
                "asked-model",
                "served-model",
                "stop",
            )
            assert row["seconds"] > 0 and row["answered_at"].endswith("+00:00")
        else:
            assert row["description"] is None and row["reason"] == "license_forbids"
    assert done.tokens == EACH * len(OPEN) and 0 < len(OPEN) < COUNT
    assert sorted(model.texts()) == sorted(p.pair_id for p in OPEN)


def test_the_picture_and_what_is_known_are_sent(run: Run, model: LoopbackModel) -> None:
    known = "{{ caption }}|{{ mentions | join }}|{{ title }}|{{ mention_sections | join }}|{{ abstract }}"
    run(Prompt(known), max_items=1, api_key="the key")
    ((_, body, key),) = model.log
    text, picture = body["messages"][0]["content"]
    first = next(p for p in PAIRS if p.caption in text["text"])
    said = f"{first.caption}|{''.join(first.mentions)}|{first.title}|Results › Effects"
    assert text["text"] == f"{said}|Small releases are studied.\nThey are found to be small."
    head, _, data = picture["image_url"]["url"].partition(",")
    assert head == "data:image/png;base64" and first.image is not None
    assert base64.b64decode(data) == first.image["bytes"]
    assert (body["model"], body["max_tokens"], key) == ("asked-model", 512, "Bearer the key")


def test_licences_without_derivatives_are_asked_for_where_that_is_said(run: Run) -> None:
    assert run(allow_no_derivatives=True).counts == {"described": COUNT}


@pytest.mark.parametrize(
    "failing",
    [
        pytest.param(Answer(429, b"{}", {"Retry-After": "0"}), id="too many requests"),
        pytest.param(Answer(500, b"{}"), id="an error of the server"),
        pytest.param(Answer(503, b"<html>"), id="a proxy's page"),
        pytest.param(Answer(drop=True), id="a broken connection"),
        pytest.param(Answer(delay_s=3), id="a timeout"),
        pytest.param(Answer(body=b"no JSON at all"), id="no JSON"),
        pytest.param(Answer(body=b"[]"), id="a list"),
        pytest.param(Answer(body=description("", choices=[])), id="no choices"),
        pytest.param(Answer(body=description("", choices="none")), id="choices of another kind"),
        pytest.param(Answer(body=description("", choices=[{"message": None}])), id="no message"),
        pytest.param(
            Answer(body=description("", choices=[{"message": {"content": "  "}}])), id="an empty text"
        ),
    ],
)
def test_what_fails_at_first_is_asked_again(run: Run, model: LoopbackModel, failing: Answer) -> None:
    model.decide = lambda text, count: failing if count < 3 else HONEST
    done = run(max_items=2, threads=1, timeout_s=1.0 if failing.delay_s else 60)
    assert done.counts["described"] == 2
    assert sorted(model.seen.values()) == [3, 3]


@pytest.mark.parametrize(
    ("failing", "reason"),
    [
        pytest.param(Answer(429, b"{}"), "unavailable", id="too many requests"),
        pytest.param(Answer(500, b"{}"), "unavailable", id="an error of the server"),
        pytest.param(Answer(drop=True), "unavailable", id="a broken connection"),
        pytest.param(Answer(body=b"{}"), "nonsense", id="nonsense"),
        pytest.param(Answer(400, b'{"error": {"message": "too long"}}'), "refused", id="too long"),
    ],
)
def test_what_fails_always_has_its_reason_and_is_asked_again_in_the_next_run_only_where_that_may_help(
    run: Run, model: LoopbackModel, failing: Answer, reason: str
) -> None:
    lost = OPEN[1].pair_id
    model.decide = lambda text, count: failing if text == lost else HONEST
    found = rows(run(attempts=3))
    assert [row["pair_id"] for row in found.values() if row["reason"] == reason] == [lost]
    assert found[lost]["detail"] and reason in REASONS
    assert model.seen[lost] == (1 if reason == "refused" else 3)
    model.decide = lambda text, count: HONEST
    again = rows(run(attempts=3))
    assert (again[lost]["description"] is None) == (reason == "refused")
    assert sum(model.seen.values()) - model.seen[lost] == len(OPEN) - 1  # the others were not asked for again


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_wrong_key_model_or_address_ends_the_run(run: Run, model: LoopbackModel, status: int) -> None:
    model.decide = lambda text, count: Answer(status, b'{"error": {"message": "the model is not here"}}')
    with pytest.raises(UserError, match=rf"answers {status} .*the model is not here.*--endpoint"):
        run(threads=1)
    assert len(model.log) == 1


def test_a_server_that_is_down_ends_the_run_and_what_was_answered_is_kept(
    run: Run, model: LoopbackModel
) -> None:
    model.decide = lambda text, count: HONEST if len(model.seen) <= 3 else Answer(503, b"{}")
    with pytest.raises(UserError, match="no answer for 8 pairs in turn"):
        run(threads=1, attempts=2)
    model.decide = lambda text, count: HONEST
    assert run().counts["described"] == len(OPEN)
    assert sorted(model.seen.values())[:3] == [1, 1, 1]


def test_a_run_that_was_killed_goes_on(run: Run, model: LoopbackModel, tmp_path: Path) -> None:
    whole = rows(run(name="whole.parquet"))
    run(max_items=4, threads=2)
    lines = tmp_path / "answers.jsonl"
    kept = lines.read_bytes().splitlines(keepends=True)
    lines.write_bytes(b"".join(kept[:-1]) + kept[-1][:40])  # the last line was being written
    (tmp_path / "answers.parquet").unlink()
    model.seen.clear()
    found = rows(run())
    times = ("seconds", "answered_at")
    assert [{k: v for k, v in row.items() if k not in times} for row in found.values()] == [
        {k: v for k, v in row.items() if k not in times} for row in whole.values()
    ]
    # Of the four, one was lost; a lost line may also be one of a licence, which costs nothing.
    assert sum(model.seen.values()) in (len(OPEN) - 4, len(OPEN) - 3)


@pytest.mark.parametrize("threads", [1, 3])
def test_tokens_are_never_more_than_was_allowed_over_all_runs(
    run: Run, model: LoopbackModel, threads: int
) -> None:
    # An answer may take 30 tokens and takes 20, so that 130 must be free to begin one.
    settings = {"max_tokens": 4 * EACH + 29, "answer_tokens": 30, "threads": threads}
    assert run(**settings).counts["described"] == 4
    assert run(**settings).counts["described"] == 4
    settings["max_tokens"] = 5 * EACH + 9
    assert run(**settings).counts["described"] == 4
    settings["max_tokens"] = 5 * EACH + 10
    assert run(**settings).counts["described"] == 5
    assert len(model.log) == 5


def test_the_rate_holds_for_all_threads_and_attempts(run: Run, model: LoopbackModel) -> None:
    model.decide = lambda text, count: Answer(429, b"{}", {"Retry-After": "0"}) if count < 2 else HONEST
    begin = time.monotonic()
    run(max_items=3, threads=3, requests_per_minute=600)
    times = [moment - begin for moment, _, _ in model.log]
    # From the begin on, for what holds one request up lets it come close to the next.
    assert len(times) == 6 and all(moment >= 0.1 * number for number, moment in enumerate(times))


def test_answers_of_another_model_prompt_or_release_are_never_mixed(run: Run, tmp_path: Path) -> None:
    run(max_items=1)
    with pytest.raises(UserError, match="name another --output"):
        run(Prompt("another {{ caption }}"), max_items=1)
    (tmp_path / "mine.parquet").write_bytes(b"PAR1")
    with pytest.raises(UserError, match="is no enrichment"):
        run(name="mine.parquet")
    assert (tmp_path / "mine.parquet").read_bytes() == b"PAR1"


def test_a_wrong_address_is_one_sentence_and_leaves_nothing(small: Path, tmp_path: Path) -> None:
    settings = EndpointSettings(url="ftp://example.org", model="m")
    with pytest.raises(UserError, match="is no address of a server"):
        enrich_release(small, tmp_path / "answers.parquet", PROMPT, settings, EnrichSettings())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{ nobody }}", "may name pair_id, caption"),
        ("{{ caption", "no template"),
        ("  ", "is empty"),
        ("{{ caption.__class__.__mro__ }}", "cannot be filled"),
    ],
)
def test_a_wrong_prompt_is_one_sentence(text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        Prompt(text)


def test_the_command(small: Path, model: LoopbackModel, tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.txt"
    prompt.write_text(block("jinja"))  # the page's own
    before = {p: p.read_bytes() for p in small.rglob("*") if p.is_file()}
    command = [sys.executable, "-m", "scimmir", "enrich", "-w", small.parents[1], "--endpoint", model.url]
    command += ["--model", "m", "--prompt", prompt, "--max-items", "3", "--threads", "1"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    first, *others = done.stdout.splitlines()
    assert first.startswith("3 pairs described in ") and first.endswith(f", {3 * EACH} tokens")
    (table,) = (small.parents[1] / "enrichments").rglob("*.parquet")
    assert str(table) in first
    assert {p: p.read_bytes() for p in small.rglob("*") if p.is_file()} == before  # the release is as it was
    assert all(line.startswith("license_forbids: ") for line in others)
    assert all("Say nothing that neither" in text and "The text says: As " in text for text in model.texts())
    found = eval(
        block("py").split("\n", 2)[2].replace("DIR", str(small.parents[1])), {"duckdb": duckdb}
    ).fetchall()
    assert len(found) == 3 and all(text.startswith("Described: Describe what") for _, text in found)
