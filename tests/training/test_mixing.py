"""Sources are mixed by their shares, none of their samples favoured, and the same seed gives the same bytes."""

import io
import json
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from schemas.errors import UserError
from training.mixing import Source, count_samples, weighted, write_mixed


def write_tar(path: Path, files: list[tuple[str, bytes]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, content in files:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def source(folder: Path, count: int, suffix: str = "jpg") -> Path:
    """Write samples over two tars, with files beside them that no training reads."""
    for shard in range(2):
        files = []
        for number in range(shard, count, 2):
            name = f"{folder.name}{number:03d}"
            files += [
                (f"{name}.{suffix}", f"image {name}".encode() * 3),
                (f"{name}.txt", f"text {name}".encode()),
            ]
            files.append((f"{name}.json", json.dumps({"key": name}).encode()))
        write_tar(folder / "train" / f"{shard:05d}.tar", [*files, (f"lonely{shard}.txt", b"no picture")])
    return folder


def read(folder: Path) -> list[tuple[str, str]]:
    """Return the texts of shards in their order, each with its picture's suffix; pictures and texts fit together."""
    found = []
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            members = list(tar)
            for image, text in zip(members[::2], members[1::2], strict=True):
                words = tar.extractfile(text).read().decode()
                assert image.name.rpartition(".")[0] == text.name.rpartition(".")[0]
                assert tar.extractfile(image).read() == words.replace("text", "image").encode() * 3
                found.append((words.removeprefix("text "), image.name.rpartition(".")[2]))
    return found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    root = tmp_path_factory.mktemp("sources")
    return source(root / "web", 30), source(root / "papers", 7, "png")


@pytest.mark.parametrize(
    ("weights", "count", "expected"),
    [
        pytest.param(None, 37, [30, 7], id="as many as each holds"),
        pytest.param("1,1", 37, [19, 18], id="equal"),
        pytest.param("3,1", 1200, [900, 300], id="three to one"),
        pytest.param("0.2,0.8", 10, [2, 8], id="fractions"),
    ],
)
def test_each_source_has_its_share_and_none_of_its_samples_more(sources, tmp_path, weights, count, expected):
    pattern, drawn = write_mixed(tmp_path / "m", weighted(sources, weights), count=count)
    assert pattern == f"{tmp_path}/m/{{00000..{(count - 1) // 1000:05d}}}.tar"
    found = read(tmp_path / "m")
    names = Counter(name for name, _ in found)
    for folder, size, wanted, one in zip(sources, (30, 7), expected, drawn, strict=True):
        own = [names[f"{folder.name}{number:03d}"] for number in range(size)]
        assert sum(own) == wanted == one.drawn and max(own) - min(own) <= 1
        assert (one.folder, one.samples, one.most) == (folder, size, max(own))
    assert {suffix for name, suffix in found if name.startswith("papers")} == {"png"}
    assert [name for name, _ in found] != sorted(name for name, _ in found)


def test_the_same_seed_gives_the_same_bytes_and_another_another_order(sources, tmp_path):
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        write_mixed(tmp_path / name, weighted(sources, "1,2"), count=20, seed=seed)
    first, again, other = ((tmp_path / name / "00000.tar").read_bytes() for name in "abc")
    assert first == again != other


def test_a_share_that_is_rounded_to_nothing_is_drawn_from_nowhere(sources, tmp_path):
    drawn = write_mixed(tmp_path / "m", weighted(sources, "1000,1"), count=12)[1]
    assert [(one.drawn, one.most) for one in drawn] == [(12, 1), (0, 0)]


def test_what_cannot_be_mixed_is_said(sources, tmp_path):
    assert count_samples(sources[1]) == 7
    for text, message in (
        ("1", "2 folders of shards and 1 weights"),
        ("1,x", "give numbers"),
        ("1,0", "above zero"),
    ):
        with pytest.raises(UserError, match=message):
            write_mixed(tmp_path / "m", weighted(sources, text), count=5)
    with pytest.raises(UserError, match="a weight for each folder of shards, or for none"):
        write_mixed(tmp_path / "m", [Source(sources[0], 1.0), Source(sources[1])], count=5)
    with pytest.raises(UserError, match=r"holds no \.tar file"):
        count_samples(tmp_path)
    write_tar(tmp_path / "odd" / "0.tar", [("a.jpg", b"x"), ("b.txt", b"y")])
    with pytest.raises(UserError, match=r"hold no \.txt file beside"):
        count_samples(tmp_path / "odd")
    (tmp_path / "odd" / "0.tar").write_bytes(b"no tar")
    with pytest.raises(UserError, match="cannot be read"):
        count_samples(tmp_path / "odd")
