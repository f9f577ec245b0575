"""Retrieval tasks are read by MTEB's own task class, as the card of an export says."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from optional import optional
from small_release import pair, write_release

from schemas.pair import selection
from warehouse.exports.mteb import DIRECTIONS, export_mteb
from warehouse.exports.plan import plan_export
from warehouse.place import WarehouseError

optional("mteb")

COUNT = 32
PAIRS = [pair(number) for number in range(COUNT)]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_release(tmp_path_factory.mktemp("warehouse"), count=COUNT)


@pytest.fixture(scope="module")
def folder(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("mteb") / "export"
    assert export_mteb(plan_export(release, "research"), out, per_file=7) == {
        split: sum(p.split == split for p in PAIRS) for split in ("train", "validation", "test")
    }
    return out


def test_the_task_of_the_card_loads_it(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    card = (folder / "README.md").read_text(encoding="utf-8")
    code = (
        card.split("```python\n")[1]
        .split("```")[0]
        .replace("FOLDER", str(folder))
        .rpartition("mteb.evaluate")[0]
    )
    for direction, category in (("text-to-image", "t2i"), ("image-to-text", "i2t")):
        known: dict[str, type] = {}
        exec(code.replace("text-to-image", direction).replace('"t2i"', f'"{category}"'), known)
        task = known["FindPictures"]()
        task.load_data()
        found = task.dataset[direction]["test"]
        wanted = {p.pair_id: p for p in PAIRS if p.split == "test"}
        captions, pictures = (found["queries"], found["corpus"])[:: 1 if category == "t2i" else -1]
        assert dict(zip(captions["id"], captions["text"], strict=True)) == {
            f"{name}:text": p.caption for name, p in wanted.items()
        }
        sizes = {name: picture.size for name, picture in zip(pictures["id"], pictures["image"], strict=True)}
        assert sizes == {f"{name}:image": (p.width, p.height) for name, p in wanted.items()}
        ends = [f":{_MODALITY[part]}" for part in DIRECTIONS[direction]]
        assert found["relevant_docs"] == {name + ends[0]: {name + ends[1]: 1} for name in wanted}


_MODALITY = {"images": "image", "texts": "text"}


def test_equal_pairs_give_equal_bytes_and_a_stopped_export_goes_on(
    release: Path, folder: Path, tmp_path: Path
) -> None:
    plan = plan_export(release, "research")
    export_mteb(plan, tmp_path / "again", per_file=7)
    lost = next((tmp_path / "again" / "texts").glob("train-*"))
    lost.unlink()
    export_mteb(plan, tmp_path / "again", per_file=7)
    files = [path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(files) == 2 + 4 * 6
    assert all((folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in files)
    with pytest.raises(WarehouseError, match="other data or options"):
        export_mteb(plan, tmp_path / "again", per_file=8)


def test_policies_and_selections_hold(release: Path, tmp_path: Path) -> None:
    plan = plan_export(release, "commercial", selection(classes=["fig_result"]))
    export_mteb(plan, tmp_path / "out")
    ids = [
        name
        for path in (tmp_path / "out" / "images").glob("*.parquet")
        for name in pq.read_table(path, columns=["id"]).column(0).to_pylist()
    ]
    wanted = [p for p in PAIRS if p.subcategory == "fig_result" and p.license_group == "commercial"]
    assert sorted(ids) == sorted(f"{p.pair_id}:image" for p in wanted if p.allows_redistribution)
