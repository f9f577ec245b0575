"""Trains the letter model: what short texts are names of panels, drawn in many fonts and found in real pictures.

    python -m benchmarks.panels.train_letters FONTS... --work FOLDER --out letters.onnx

FONTS are folders with OpenType and TrueType fonts; every tenth font is kept to measure with. Needs torch and
../shared/pairs. What was drawn and learnt is kept in the work folder, epoch by epoch: said again, the command goes on
where it was.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.panels.lettering import JUNK, fonts, samples
from benchmarks.panels.pictures import training_pictures
from extractors.panels.pictures.letters import NAMES
from extractors.panels.pictures.tokens import PATCH, patches, tokens

RATE, BATCH = 3e-3, 128


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fonts", nargs="+", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--samples", type=int, default=24_000)
    parser.add_argument(
        "--pictures", type=int, default=120, help="real pictures whose texts are taken for no names"
    )
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=19)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    drawn = arguments.work / "drawn.npz"
    if not drawn.exists():
        _draw(arguments, drawn)
    with np.load(drawn) as kept:
        seen, names, tested, expected = (kept[key] for key in ("seen", "names", "tested", "expected"))
    model = _fit(_floats(seen), names, arguments)
    _measure(model, _floats(tested), expected)
    _export(model, arguments.out)


def _draw(arguments: argparse.Namespace, into: Path) -> None:
    """Keep drawn texts and real ones that are no names, as bytes."""
    files = fonts(arguments.fonts)
    held = files[::10]
    used = [f for f in files if f not in set(held)]
    print(f"{len(used)} fonts to train with, {len(held)} to measure with", flush=True)
    grounds = [np.asarray(p.convert("L")) for p in training_pictures(arguments.pictures)]
    seen, names = _drawn(used, arguments.samples, arguments.seed, grounds)
    tested, expected = _drawn(held, max(1, arguments.samples // 12), arguments.seed + 1, grounds)
    junk = np.concatenate([patches(grey, tokens(grey)[:80]) for grey in grounds])
    print(f"{len(junk)} texts of real pictures that are no names", flush=True)
    names = np.concatenate([names, np.full(len(junk), JUNK)])
    kept = {"seen": _bytes(np.concatenate([seen, junk])), "names": names, "tested": _bytes(tested)}
    np.savez(into, expected=expected, **kept)


def _bytes(seen: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    return np.round(seen * 255).astype(np.uint8)


def _floats(seen: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    return seen.astype(np.float32) / 255


def _drawn(
    files: list[str], count: int, seed: int, grounds: list[npt.NDArray[np.uint8]]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    made = list(samples(files, count, seed, grounds))
    return np.stack([s for s, _ in made])[:, None], np.array([n for _, n in made])


def _probabilities(model: Any, seen: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    import torch

    model.eval()
    with torch.no_grad():
        parts = [
            torch.softmax(model(torch.from_numpy(p)), 1).numpy()
            for p in np.array_split(seen, len(seen) // 512 + 1)
        ]
    return np.concatenate(parts)


def _measure(model: Any, seen: npt.NDArray[np.float32], names: npt.NDArray[np.int64]) -> None:
    best = _probabilities(model, seen).argmax(axis=1)
    letters = names != JUNK
    print(
        f"fonts never seen: {np.mean(best[letters] == names[letters]):.3f} of names read right, "
        f"{np.mean(best[~letters] == JUNK):.3f} of other texts taken for none",
        flush=True,
    )


def _network() -> Any:
    from torch import nn

    def block(before: int, after: int, size: int) -> list[Any]:
        layer = nn.Conv2d(before, after, size, stride=2, padding=size // 2, bias=False)
        return [layer, nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        *block(1, 16, 5), *block(16, 32, 3), nn.Flatten(), nn.Dropout(0.2), nn.Linear(32 * 6 * 12, 96), nn.ReLU(),
        nn.Linear(96, len(NAMES) + 1),
    )  # fmt: skip


def _fit(seen: npt.NDArray[np.float32], names: npt.NDArray[np.int64], arguments: argparse.Namespace) -> Any:
    """Return the model after all epochs; each is kept when it ends."""
    import torch

    torch.manual_seed(arguments.seed)
    model = _network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=1e-2)
    steps = len(seen) // BATCH
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=arguments.epochs * steps)
    kept = arguments.work / "epochs.pt"
    done = 0
    if kept.exists():
        state = torch.load(kept, weights_only=True)
        done = state["done"]
        for part, key in ((model, "model"), (optimizer, "optimizer"), (schedule, "schedule")):
            part.load_state_dict(state[key])
    for epoch in range(done, arguments.epochs):
        model.train()
        order = torch.randperm(len(seen), generator=torch.Generator().manual_seed(epoch)).numpy()
        total = 0.0
        for i in range(steps):
            part = order[i * BATCH : (i + 1) * BATCH]
            loss = torch.nn.functional.cross_entropy(
                model(torch.from_numpy(seen[part])), torch.from_numpy(names[part]), label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / max(1, steps):.3f}", flush=True)
        state = {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
        }
        torch.save({"done": epoch + 1, **state}, kept)
    return model


def _export(model: Any, out: Path) -> None:
    import torch

    model.eval()
    out.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model, (torch.zeros(2, 1, *PATCH),), str(out), input_names=["texts"], output_names=["scores"],
        dynamic_axes={"texts": {0: "texts"}, "scores": {0: "texts"}}, opset_version=17, dynamo=False,
    )  # fmt: skip
    print(f"{out}: {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
