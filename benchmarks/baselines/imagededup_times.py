"""What imagededup finds among pictures and spends on it, measured as our own search is."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

DEFAULT_BITS = 10  # how far apart imagededup takes two hashes for duplicates where it is not told


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock, and of the processor, which other work on the machine hardly changes."""

    seconds: float
    processor: float

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s (processor: {self.processor:.0f} s)"

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds + other.seconds, self.processor + other.processor)

    def against(self, ours: "Spent") -> str:
        """Return how many times ours this is."""
        clock, processor = self.seconds / ours.seconds, self.processor / ours.processor
        return f"{clock:.2f} times our time (processor: {processor:.2f} times)"


def theirs(folder: Path, workers: int) -> Iterator[tuple[int, set[str], Spent]]:
    """Yield thresholds, which files imagededup's perceptual hash would remove at each, and what it spends."""
    from imagededup.methods import PHash

    method = PHash(verbose=False)
    start = clocks()
    encoded = method.encode_images(image_dir=str(folder), num_enc_workers=workers)
    encoding = since(start)
    for bits in (0, 4, DEFAULT_BITS):
        start = clocks()
        removed = method.find_duplicates_to_remove(
            encoding_map=encoded, max_distance_threshold=bits, num_dist_workers=workers
        )
        comparing = since(start)
        print(f"  imagededup PHash described in {encoding}, compared in {comparing}")
        yield bits, set(removed), encoding + comparing


def clocks() -> tuple[float, float]:
    """Return the time of day and the processor's seconds of this process and all that it started, ended or not."""
    me = psutil.Process()
    spent = 0.0
    for process in (me, *me.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            t = process.cpu_times()
            spent += t.user + t.system + t.children_user + t.children_system
    return time.perf_counter(), spent


def since(start: tuple[float, float]) -> Spent:
    """Return what was spent since `clocks` gave `start`."""
    now = clocks()
    return Spent(now[0] - start[0], now[1] - start[1])


def network(folder: Path) -> Spent:
    """Return what imagededup's network (MobileNetV3, its default) spends to encode the files.

    Its weights come from a model hub; random ones cost the same time, and their vectors are not looked at.
    """
    import torch
    from imagededup.methods import CNN
    from imagededup.utils.models import CustomModel, MobilenetV3
    from torchvision.models import mobilenet_v3_small

    whole = mobilenet_v3_small(weights=None).eval()
    layers = torch.nn.Sequential(whole.features, whole.avgpool, torch.nn.Flatten())
    model = CustomModel(name="random", model=layers, transform=MobilenetV3.transform)
    start = clocks()
    CNN(verbose=False, model_config=model).encode_images(image_dir=str(folder), num_enc_workers=0)
    return since(start)
