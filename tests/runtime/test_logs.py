"""Log lines say what they are about, in text and in JSON, and hold no secret."""

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.logs import DETAILS, JsonFormatter, about, log_to, logs_json, without_secrets


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    names = ("scimmir", DETAILS, "prefect", "prefect.flow_runs", "")
    before = {n: (list((lg := logging.getLogger(n)).handlers), lg.level, lg.propagate) for n in names}
    yield
    for name, (handlers, level, propagate) in before.items():
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_what_it_is_about() -> None:
    out = io.StringIO()
    log_to(out, kind="json")
    logger = logging.getLogger("scimmir")
    with about(run="r1"):
        with about(stage="extract", shard="s2"), about(paper="arxiv:1"):
            logger.info("%d floats", 3)
        logger.warning("after")
    logger.info("outside")
    inside, after, outside = lines(out)
    assert inside.pop("time").endswith("+00:00")
    assert inside == {
        "level": "INFO", "logger": "scimmir", "message": "3 floats",
        "run": "r1", "stage": "extract", "shard": "s2", "paper": "arxiv:1",
    }  # fmt: skip
    assert (after["run"], after["level"], "shard" in after) == ("r1", "WARNING", False)
    assert "run" not in outside
    assert logs_json()


def test_threads_do_not_share_it() -> None:
    out = io.StringIO()
    log_to(out, kind="json")
    barrier = threading.Barrier(2)

    def work(shard: str) -> None:
        with about(shard=shard):
            barrier.wait()
            logging.getLogger(DETAILS).info("of %s", shard)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((line["shard"], line["message"]) for line in lines(out)) == [("a", "of a"), ("b", "of b")]


def test_an_error_comes_with_its_traceback_on_one_line() -> None:
    out = io.StringIO()
    log_to(out, kind="json")
    try:
        raise ValueError("two\nlines of https://me:hush@store/x")
    except ValueError:
        logging.getLogger("scimmir").exception("failed")
    (line,) = lines(out)
    assert (
        line["error"] == "ValueError" and "Traceback" in line["traceback"] and "hush" not in line["traceback"]
    )


def test_text_is_for_people_and_leaves_details_out() -> None:
    out = io.StringIO()
    log_to(out)
    with about(shard="s"):
        logging.getLogger("scimmir").info("from https://me:hush@store/x")
        logging.getLogger(DETAILS).info("one of thousands")
    assert out.getvalue()[8:] == " from https://********@store/x\n"
    assert not logs_json()


def test_terminal_handlers_give_way_and_those_of_a_server_stay(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    to_server = logging.NullHandler()
    for name in ("scimmir", "prefect.flow_runs"):
        monkeypatch.setattr(
            logging.getLogger(name), "handlers", [logging.StreamHandler(sys.stderr), to_server]
        )
        # Where a test before has imported Prefect, its parent logger has a handler of its own.
        monkeypatch.setattr(logging.getLogger(name), "propagate", False)
    out = io.StringIO()
    log_to(out, kind="json")
    for name in ("scimmir", "prefect.flow_runs"):
        assert to_server in logging.getLogger(name).handlers
        logging.getLogger(name).error("x", extra={"flow_run_id": "f1"})
    assert [line["flow_run_id"] for line in lines(out)] == ["f1", "f1"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET https://me:hush@host:1/p?x=1", "GET https://********@host:1/p?x=1"),
        ("postgresql+asyncpg://u:p@db/x", "postgresql+asyncpg://********@db/x"),
        ("s3://b/k?X-Amz-Signature=abc&x=1", "s3://b/k?X-Amz-Signature=********&x=1"),
        ("u?a=1&password=hush", "u?a=1&password=********"),
        ("mail me@example.org at https://example.org/a@b", "mail me@example.org at https://example.org/a@b"),
    ],
)
def test_secrets(text: str, expected: str) -> None:
    assert without_secrets(text) == expected


@given(st.text(), st.dictionaries(st.sampled_from(["run", "paper"]), st.text()))
def test_any_text_is_one_line_of_json(text: str, names: dict[str, str]) -> None:
    record = logging.LogRecord("scimmir", logging.INFO, "x.py", 1, text, None, None)
    for name, value in names.items():
        setattr(record, name, value)
    line = JsonFormatter().format(record)
    assert len(line.splitlines()) == 1 or "\n" not in line
    assert json.loads(line)["message"] == without_secrets(text)
