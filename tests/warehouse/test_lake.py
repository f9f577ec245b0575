"""Stage tables are there whole or not at all, under a name that stands for their content."""

import multiprocessing
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.place import WarehouseError, prepare
from warehouse.stages.keys import stage_key
from warehouse.stages.tables import stage_output, write_stage

TABLE = pa.table({"pair_id": ["a", "b"]})


def test_a_key_stands_for_all_that_decides_the_output() -> None:
    key = stage_key("images", "1", {"max_side": 512, "libraries": {"a": "1", "b": "2"}}, ["x"])
    assert key == stage_key("images", "1", {"libraries": {"b": "2", "a": "1"}, "max_side": 512}, ["x"])
    others = [
        stage_key("images", "2", {"max_side": 512, "libraries": {"a": "1", "b": "2"}}, ["x"]),
        stage_key("images", "1", {"max_side": 513, "libraries": {"a": "1", "b": "2"}}, ["x"]),
        stage_key("images", "1", {"max_side": 512, "libraries": {"a": "1", "b": "2"}}, ["y"]),
        stage_key("typeset", "1", {"max_side": 512, "libraries": {"a": "1", "b": "2"}}, ["x"]),
    ]
    assert len({key, *others}) == 5


def test_an_output_is_complete_only_once_all_is_written(tmp_path: Path) -> None:
    output = stage_output(tmp_path, "images", "0" * 32)
    assert not output.is_complete
    with pytest.raises(AttributeError):
        write_stage(output, {"images": TABLE, "rejects": None}, {})  # type: ignore[dict-item]
    assert not output.is_complete and not list(tmp_path.rglob("*.parquet"))
    write_stage(output, {"images": TABLE}, {"stage": "images"})
    assert output.is_complete and output.table("images").equals(TABLE)


def test_the_first_writer_wins_and_nothing_is_left_over(tmp_path: Path) -> None:
    output = stage_output(tmp_path, "images", "0" * 32)
    write_stage(output, {"images": TABLE}, {})
    write_stage(output, {"images": TABLE.slice(0, 1)}, {})
    assert output.table("images").num_rows == 2
    assert [p.name for p in output.folder.parent.iterdir()] == [output.key]


def test_a_folder_that_lost_a_file_is_made_again(tmp_path: Path) -> None:
    output = stage_output(tmp_path, "images", "0" * 32)
    write_stage(output, {"images": TABLE}, {})
    (output.folder / "stage.json").unlink()
    write_stage(output, {"images": TABLE}, {})
    assert output.is_complete


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    output = stage_output(tmp_path, "images", "0" * 32)
    write_stage(output, {"images": TABLE}, {})
    (output.folder / "images.parquet").write_bytes(b"PAR1 damaged")
    with pytest.raises(WarehouseError, match="delete the folder"):
        output.table("images")


def write_many(folder: str) -> None:
    for number in range(30):
        output = stage_output(Path(folder), "images", f"{number:032d}")
        write_stage(output, {"images": TABLE}, {"number": number})


def test_two_processes_may_write_the_same_outputs(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(str(tmp_path),)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    outputs = [stage_output(tmp_path, "images", f"{number:032d}") for number in range(30)]
    assert all(output.is_complete and output.table("images").equals(TABLE) for output in outputs)
    assert len(list((tmp_path / "stages" / "images").glob("*/*"))) == 30


def test_a_warehouse_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    with pytest.raises(WarehouseError, match="name a folder"):
        prepare(path)
    with pytest.raises(WarehouseError, match="cannot be written"):
        prepare(path / "below")
