"""Sets of images are read from folders, Parquet files and tars, whatever is in them."""

import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from curation.contamination.image_sets import ImageSetError, SetItem, read_image_set


def test_parquet_that_names_files_beside_it(tmp_path):
    (tmp_path / "a.png").write_bytes(b"image")
    (tmp_path.parent / "secret.png").write_bytes(b"secret")
    names = ["a.png", "missing.png", "../secret.png", str(tmp_path / "a.png"), None]
    images = pa.array(
        [{"bytes": None, "path": name} for name in names],
        pa.struct({"bytes": pa.binary(), "path": pa.string()}),
    )
    pq.write_table(pa.table({"picture": images}), tmp_path / "set.parquet")
    assert [item.image for item in read_image_set(tmp_path / "set.parquet")] == [
        b"image",
        None,
        None,
        None,
        None,
    ]


@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=3000), st.sampled_from(["x.parquet", "x.tar", "x.png", "x.json"]))
def test_any_bytes_give_items_or_the_sets_own_error(tmp_path, content, name):
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / name).write_bytes(content)
    if name == "x.json":
        (tmp_path / "x.png").write_bytes(b"image")
    try:
        assert all(isinstance(item, SetItem) for item in read_image_set(tmp_path))
    except ImageSetError as error:
        assert str(error)


def test_names_that_are_no_unicode_are_written_as_such(tmp_path):
    try:
        (tmp_path / os.fsdecode(b"a\xff.png")).write_bytes(b"image")
    except OSError:
        pytest.skip("the file system takes Unicode names only")
    (item,) = read_image_set(tmp_path)
    assert (item.name, item.image) == ("a?.png", b"image")


def test_a_text_column_that_is_no_unicode_is_the_sets_own_error(tmp_path):
    text = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.py_buffer(b"\0\0\0\0\2\0\0\0"), pa.py_buffer(b"\xff\xfe")]
    )
    pq.write_table(pa.table({"image": pa.array([b"x"]), "text": text}), tmp_path / "set.parquet")
    with pytest.raises(ImageSetError, match=r"set\.parquet cannot be read"):
        list(read_image_set(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_permission_counts_as_unreadable(tmp_path):
    (tmp_path / "a.png").write_bytes(b"image")
    (tmp_path / "a.png").chmod(0)
    assert [item.image for item in read_image_set(tmp_path)] == [None]
