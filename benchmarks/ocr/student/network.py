"""The student's network in torch, how its lines are varied while it learns, and its ONNX file."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors.ocr.engine import Pixels
from extractors.ocr.model_bytes import with_metadata
from extractors.ocr.student import ROWS
from runtime.pictures import opencv

RATE, DECAY, BATCH = 4e-3, 1e-2, 48
STEP = 16  # pixels: widths are multiples of it
Floats = npt.NDArray[np.float32]


def network(letters: int) -> Any:
    """Return the network: three convolutions down to 4 rows, one across these, three along the line."""
    from torch import nn

    class Along(nn.Module):
        def __init__(self, channels: int) -> None:
            super().__init__()
            self.convolve = nn.Conv2d(channels, channels, (1, 5), padding=(0, 2), bias=False)
            self.norm = nn.BatchNorm2d(channels)

        def forward(self, values: Any) -> Any:
            return values + self.norm(self.convolve(values)).relu()

    def block(before: int, after: int, size: Any, stride: Any, padding: Any) -> list[Any]:
        layer = nn.Conv2d(before, after, size, stride=stride, padding=padding, bias=False)
        return [layer, nn.BatchNorm2d(after), nn.ReLU()]

    return nn.Sequential(
        *block(1, 32, 3, (2, 2), 1), *block(32, 48, 3, (2, 1), 1), *block(48, 96, 3, (2, 2), 1),
        *block(96, 128, (4, 3), 1, (0, 1)), Along(128), Along(128), Along(128), nn.Dropout(0.1),
        nn.Conv2d(128, letters, 1),
    )  # fmt: skip


def fit(lines: Sequence[tuple[Pixels, Sequence[int]]], letters: int, *, epochs: int, seed: int) -> Any:
    """Return the network that learnt to read lines; each comes with the places of its letters, from 1 on."""
    import torch

    torch.manual_seed(seed)
    model = network(letters).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    steps = epochs * -(-len(lines) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, total_steps=steps)
    loss_of = torch.nn.CTCLoss(zero_infinity=True)
    for epoch in range(epochs):
        model.train()
        chance = np.random.default_rng([seed, epoch])
        start, total = time.time(), 0.0
        batches = _batches([gray.shape[1] for gray, _ in lines], chance)
        for batch in batches:
            pictures = [varied(lines[place][0], chance) for place in batch]
            said = [lines[place][1] for place in batch]
            values = torch.from_numpy(stacked(pictures, beyond=int(chance.integers(0, 64))))
            with torch.autocast("cpu", torch.bfloat16):  # 2.4 times as fast where a processor has it
                outputs = model(values.to(memory_format=torch.channels_last))
            scores = outputs[:, :, 0].float().log_softmax(1).permute(2, 0, 1)
            loss = loss_of(
                scores,
                torch.tensor([letter for each in said for letter in each], dtype=torch.long),
                torch.full((len(batch),), len(scores)),
                torch.tensor([len(each) for each in said]),
            )
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}: loss {total / len(batches):.4f}, {time.time() - start:.0f} s", flush=True)
    return model.to(memory_format=torch.contiguous_format).eval()


def _batches(widths: Sequence[int], chance: np.random.Generator) -> list[npt.NDArray[np.int64]]:
    """Return the places of all lines in batches of about one width, in a new order."""
    order = np.argsort(np.array(widths) * chance.uniform(0.8, 1.25, len(widths)))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    return [batches[place] for place in chance.permutation(len(batches))]


def varied(gray: Pixels, chance: np.random.Generator) -> Floats:
    """Return a line as another picture might have it: wider, shifted, blurred, paler, noisy, or white on black."""
    cv2 = opencv()
    across, down = chance.uniform(0.82, 1.2), chance.uniform(0.9, 1.1)
    if gray.shape[1] > 256:  # as long lines are narrowed when they are read
        across *= chance.uniform(0.8, 1.0)
    shift = chance.uniform(-2, 2, 2)
    move = np.array([[across, 0, shift[0]], [0, down, ROWS / 2 * (1 - down) + shift[1]]], np.float32)
    width = max(8, round(gray.shape[1] * across))
    seen: Floats = cv2.warpAffine(gray, move, (width, ROWS), borderMode=cv2.BORDER_REPLICATE).astype(
        np.float32
    )
    if chance.random() < 0.25:
        seen = cv2.GaussianBlur(seen, (3, 3), chance.uniform(0.3, 0.9))
    if chance.random() < 0.3:
        seen = seen.max() - (seen.max() - seen) * np.float32(chance.uniform(0.45, 1.0))
    if chance.random() < 0.3:
        seen = seen + chance.normal(0, chance.uniform(1, 8), seen.shape).astype(np.float32)
    if chance.random() < 0.03:
        seen = 255 - seen
    return np.clip(seen, 0, 255)


def stacked(pictures: Sequence[Any], beyond: int = 0) -> Floats:
    """Return lines as the network takes them, with so many pixels of nothing beyond the widest at least."""
    width = max(64, -(-(max(picture.shape[1] for picture in pictures) + beyond) // STEP) * STEP)
    values = np.zeros((len(pictures), 1, ROWS, width), np.float32)
    for place, picture in enumerate(pictures):
        values[place, 0, :, : picture.shape[1]] = picture / np.float32(127.5) - 1
    return values


def export(model: Any, letters: Sequence[str], out: Path) -> None:
    """Write the network as an ONNX file that names its letters, with scores that add up to 1 in every frame."""
    import torch

    class Scores(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, lines: Any) -> Any:
            return torch.softmax(self.model(lines)[:, :, 0], 1).permute(0, 2, 1)

    out.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        Scores().eval(), (torch.zeros(2, 1, ROWS, 96),), str(out), input_names=["lines"], output_names=["scores"],
        dynamic_axes={"lines": {0: "lines", 3: "width"}, "scores": {0: "lines", 1: "frames"}}, opset_version=17,
        dynamo=False,
    )  # fmt: skip
    out.write_bytes(with_metadata(out.read_bytes(), "character", "\n".join(letters)))
