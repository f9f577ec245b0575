"""A folder of invented pictures with planted copies and look-alikes, which benchmarks of curation search.

Families of copies made in eleven ways, look-alikes (same axes or same layout, other data), and pictures on their
own; none of them was trained on. A third of the copies of figures keep their caption, a third have its first words
only, a third have none; tables keep their text. Twenty thousand take minutes to draw, so that the folder stays in
the temporary folder of the system, under a name that holds a hash of the code which draws.
"""

import dataclasses
import hashlib
import json
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

import curation.calibration.copies
import samples
from curation.calibration import COPIES
from samples.invented import invent

FIRST = 50_000_000  # number of the first picture; training used other numbers
LOOK_ALIKES = 640  # aimed at: some show no data in which they could differ, and are left out
# Two drawings of a ring with the same group, or of a small network of the same layers, are the same picture.
TWINS = ("Chemical structure of", "Architecture of the network with")
NUMBERS = 512  # drawn before the pictures are counted again


@dataclass(frozen=True)
class Planted:
    """One file: which family it belongs to, and what the pair's texts are."""

    name: str
    family: str
    caption: str
    table_text: str | None
    kind: str


def planted_pictures(pictures: int, *, workers: int) -> tuple[Path, list[Planted]]:
    """Return a folder of at least that many PNG files, a sixth of them copies, and what each file is."""
    target = Path(tempfile.gettempdir()) / f"scimmir-planted-{pictures}-{_drawn_by()}"
    about = target / "planted.json"
    if not about.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent) as temporary:
            folder = Path(temporary) / "made"
            (folder / "pictures").mkdir(parents=True)
            planted = _plant(folder / "pictures", pictures, workers)
            rows = [dataclasses.asdict(item) for item in planted]
            (folder / about.name).write_text(json.dumps(rows))
            shutil.rmtree(target, ignore_errors=True)
            folder.rename(target)
    return target / "pictures", [Planted(**row) for row in json.loads(about.read_text())]


def _drawn_by() -> str:
    """Return a hash of the code that draws, copies and plants."""
    samples_folder = Path(str(samples.__file__)).parent
    copies = Path(curation.calibration.copies.__file__)
    digest = hashlib.sha256()
    for path in (Path(__file__), copies, *sorted(samples_folder.rglob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _plant(folder: Path, pictures: int, workers: int) -> list[Planted]:
    planted: list[Planted] = []
    step = max(2, int(pictures / 1.34 / LOOK_ALIKES))
    with ProcessPoolExecutor(workers) as pool:
        start = 0
        while len(planted) < pictures:
            write = partial(_write_family, folder, step)
            for family in pool.map(write, range(start, start + NUMBERS), chunksize=16):
                if len(planted) < pictures:
                    planted += family
                else:
                    for item in family:
                        (folder / item.name).unlink()
            start += NUMBERS
    return planted


def _write_family(folder: Path, step: int, number: int) -> list[Planted]:
    """Write an original, its copies or a look-alike; nothing where chance makes twins."""
    original = invent(FIRST + number)
    if original.caption.startswith(TWINS):
        return []
    ways = list(COPIES)
    chosen = [ways[(number // 16 * 4 + place) % len(ways)] for place in range(4)] if number % 16 == 0 else []
    kind = "table" if original.subcategory.startswith("table") else "figure"
    family = f"f{number:06d}"
    planted = [Planted(f"{family}.png", family, original.caption, original.table_text, kind)]
    original.image.save(folder / planted[0].name, compress_level=1)
    for place, way in enumerate(chosen):
        words = original.caption.split()
        part = " ".join(words[: max(6, len(words) * 2 // 3)])
        caption = (original.caption, part, "")[(number // 16 + place) % 3]
        name = f"{family}-{way}.png"
        COPIES[way](original.image).save(folder / name, compress_level=1)
        planted.append(Planted(name, family, caption, original.table_text, kind))
    if number % step == 1 and not chosen:
        other = invent(FIRST + number, data=1)
        if not np.array_equal(np.asarray(other.image), np.asarray(original.image)):
            name = f"{family}x.png"
            other.image.save(folder / name, compress_level=1)
            planted.append(Planted(name, f"{family}x", other.caption, other.table_text, kind))
    return planted
