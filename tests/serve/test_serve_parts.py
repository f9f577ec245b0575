"""The Parquet files of a release: whatever order they are read in, few of them are open."""

import gc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from serve.release.parts import OpenFiles, Part

FILES, ROWS, GROUP = 5, 7, 3


@pytest.fixture
def parts(tmp_path: Path) -> list[Part]:
    files, made = OpenFiles(at_once=2), []
    for number in range(FILES):
        path = tmp_path / f"part-{number}.parquet"
        names = [f"{number}-{row}" for row in range(ROWS)]
        pq.write_table(pa.table({"pair_id": names, "image": names}), path, row_group_size=GROUP)
        made.append(Part(path, number * ROWS, files))
    return made


def read(part: Part, row: int) -> str:
    """Return the name of the pair in a row of a file."""
    group, at = part.place(row)
    table = part.read(group)
    assert table.column_names == ["pair_id"]
    return str(table.column("pair_id")[at].as_py())


def open_files(folder: Path) -> int:
    """Return how many files of a folder this process has open."""
    gc.collect()
    return sum(Path(file.path).parent == folder for file in psutil.Process().open_files())


def test_every_row_is_read_though_few_files_are_open(parts: list[Part], tmp_path: Path) -> None:
    for row in range(ROWS):
        for number, part in enumerate(parts):
            assert read(part, row) == f"{number}-{row}"
            assert open_files(tmp_path) <= 2


def test_a_file_that_was_just_read_stays_open(parts: list[Part], tmp_path: Path) -> None:
    for part in (parts[0], parts[1], parts[0], parts[2], parts[0]):
        read(part, 0)
    opened = {Path(file.path) for file in psutil.Process().open_files()}
    assert {parts[0].path, parts[2].path} <= opened
    assert parts[1].path not in opened


def test_threads_that_close_one_anothers_files_read_them_whole(parts: list[Part], tmp_path: Path) -> None:
    asked = [(number, row) for row in range(ROWS) for number in range(FILES)] * 5
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda place: read(parts[place[0]], place[1]), asked))
    assert found == [f"{number}-{row}" for number, row in asked]
    assert open_files(tmp_path) <= 2
