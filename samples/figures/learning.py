"""Figures of the sample's papers on machine learning and signal processing."""

import numpy as np

from samples.drawing.canvas import Canvas
from samples.drawing.diagrams import arrow, blobs, grey, node, scale_bar, texture
from samples.drawing.plots import (
    PALETTE,
    Axes,
    bars,
    color_bar,
    curve,
    frame,
    heat,
    legend,
    ramp,
    whiskers,
)


def pooling_architecture() -> Canvas:
    page = Canvas(520, 190)
    names = [
        ["Sensor stream", "T x 6"],
        ["Patch", "embedding"],
        ["Gated pooling", "block (x4)"],
        ["Transformer", "(6 layers)"],
    ]
    fills = ["#f3f3f3", "#e8eef7", "#fbe6d8", "#e6f2e8"]
    for i, (lines, fill) in enumerate(zip(names, fills, strict=True)):
        node(page, (12 + i * 103, 62, 84, 46), lines, fill=fill)
        arrow(page, [(96 + i * 103, 85), (115 + i * 103, 85)])
    node(page, (424, 34, 84, 36), ["Class head"], fill="#f2e8f5", color="#6a4a80")
    node(page, (424, 98, 84, 36), ["Rate head"], fill="#f2e8f5", color="#6a4a80")
    arrow(page, [(405, 85), (414, 85), (414, 52), (424, 52)])
    arrow(page, [(414, 85), (414, 116), (424, 116)])
    arrow(page, [(260, 108), (260, 146), (157, 146), (157, 108)], dash=3)
    page.text((208, 160), "keep probability g", 8, anchor="middle", color="#555555")
    page.rect((210, 50, 100, 70), color="#d9622b", width=1)
    page.text((260, 44), "shared weights", 8, anchor="middle", color="#d9622b")
    return page


def pooling_loss() -> Canvas:
    page = Canvas(260, 200)
    axes = Axes(canvas=page, box=(46, 16, 200, 142), x=(0, 60), y=(0, 2.5))
    frame(axes, "Epoch", "Validation loss", grid=True)
    rng = np.random.default_rng(101)
    x = np.arange(61, dtype=float)
    for i, floor in enumerate((0.42, 0.71, 0.39)):
        y = floor + (2.2 - floor) * np.exp(-x / (9 + 3 * i)) + rng.normal(0, 0.025, x.size)
        curve(axes, x, y, PALETTE[i])
    legend(
        axes, [("Full attention", PALETTE[0]), ("Strided pooling", PALETTE[1]), ("Gated (ours)", PALETTE[2])]
    )
    return page


def pooling_length() -> Canvas:
    page = Canvas(260, 200)
    axes = Axes(canvas=page, box=(46, 16, 200, 142), x=(0, 34), y=(60, 95))
    frame(axes, "Stream length (thousand samples)", "Accuracy (%)", grid=True)
    x = np.array([2.0, 4, 8, 16, 32])
    rows = ([88.1, 87.4, 85.0, 79.2, 68.4], [84.9, 84.4, 83.1, 80.8, 77.6], [88.6, 88.9, 88.2, 87.1, 85.5])
    for i, values in enumerate(rows):
        y = np.array(values)
        whiskers(axes, x, y, np.array([0.6, 0.7, 0.9, 1.3, 1.6]), PALETTE[i])
        curve(axes, x, y, PALETTE[i], marks=True)
    names = ("Full attention", "Strided pooling", "Gated (ours)")
    legend(axes, list(zip(names, PALETTE, strict=False)), corner="sw")
    return page


def pooling_attention() -> Canvas:
    page = Canvas(500, 210)
    rng = np.random.default_rng(102)
    for i, name in enumerate(("Layer 1", "Layer 4")):
        axes = Axes(canvas=page, box=(44 + i * 205, 22, 150, 150), x=(0, 32), y=(0, 32))
        row, column = np.mgrid[0:32, 0:32]
        near = np.exp(-np.abs(row - column) / (3.0 + 6 * i))
        spots = 0.7 * i * ((column % 9) == 4)
        field = np.clip(
            0.85 * near + spots * rng.uniform(0.4, 1, (32, 32)) + rng.uniform(0, 0.08, (32, 32)), 0, 1
        )
        heat(axes, field)
        frame(axes, "Key token", "Query token" if not i else "", title=name)
    color_bar(axes, 0, 1, "Attention weight")
    return page


def pump_framework() -> Canvas:
    page = Canvas(480, 220)
    node(page, (14, 30, 96, 40), ["Accelerometer", "3 axes, 25.6 kHz"])
    node(page, (14, 140, 96, 40), ["Motor current", "1 kHz"])
    node(page, (146, 30, 88, 40), ["STFT", "window 1024"], fill="#e6f2e8", color="#3b6e47")
    node(page, (146, 140, 88, 40), ["Envelope", "order tracking"], fill="#e6f2e8", color="#3b6e47")
    node(page, (270, 80, 84, 50), ["Encoder", "5 conv layers"], fill="#fbe6d8", color="#a4501e")
    node(page, (388, 40, 80, 40), ["Decoder"], fill="#fbe6d8", color="#a4501e")
    node(page, (388, 130, 80, 40), ["Novelty", "score"], fill="#f2e8f5", color="#6a4a80")
    arrow(page, [(110, 50), (146, 50)])
    arrow(page, [(110, 160), (146, 160)])
    arrow(page, [(234, 50), (252, 50), (252, 95), (270, 95)])
    arrow(page, [(234, 160), (252, 160), (252, 116), (270, 116)])
    arrow(page, [(354, 95), (370, 95), (370, 60), (388, 60)])
    arrow(page, [(354, 116), (370, 116), (370, 150), (388, 150)])
    arrow(page, [(428, 80), (428, 130)], dash=3)
    page.text((434, 108), "residual", 8, color="#555555")
    return page


def pump_spectrogram() -> Canvas:
    page = Canvas(420, 230)
    rng = np.random.default_rng(111)
    axes = Axes(canvas=page, box=(52, 14, 280, 170), x=(0, 60), y=(0, 12))
    frequency, time = np.mgrid[0:60, 0:120]
    field = 0.18 + 0.1 * rng.standard_normal((60, 120))
    for harmonic in (8, 16, 24, 40):
        field += 0.6 * np.exp(-(((59 - frequency) - harmonic - 0.02 * time) ** 2) / 2.5)
    field += 0.45 * (time > 80) * np.exp(-(((59 - frequency) - 33) ** 2) / 60)
    heat(axes, np.clip(field, 0, 1), zoom=3)
    frame(axes, "Time (s)", "Frequency (kHz)")
    color_bar(axes, -80, 0, "Power (dB)")
    return page


def pump_roc() -> Canvas:
    page = Canvas(280, 250)
    axes = Axes(canvas=page, box=(48, 14, 215, 190), x=(0, 1), y=(0, 1))
    frame(axes, "False positive rate", "True positive rate")
    x = np.linspace(0, 1, 80)
    for i, power in enumerate((0.05, 0.14, 0.33)):
        curve(axes, x, x**power, PALETTE[i], width=1.5)
    curve(axes, x, x, "#999999", width=0.8, dash=3)
    entries = [
        ("Both sensors (0.95)", PALETTE[0]),
        ("Vibration (0.88)", PALETTE[1]),
        ("Current (0.75)", PALETTE[2]),
    ]
    legend(axes, entries, corner="se")
    return page


def nuclei_pipeline() -> Canvas:
    page = Canvas(500, 150)
    stages = (
        ["Tile", "512 x 512 px"],
        ["Stain", "normalisation"],
        ["U-Net", "ensemble of 3"],
        ["Watershed", "splitting"],
        ["Review", "by a pathologist"],
    )
    for i, lines in enumerate(stages):
        fill = "#fbe6d8" if i == 2 else "#eef3ea"
        node(page, (10 + i * 98, 50, 82, 44), list(lines), fill=fill, color="#4c6b3c")
        if i < 4:
            arrow(page, [(92 + i * 98, 72), (108 + i * 98, 72)])
    arrow(page, [(443, 94), (443, 128), (247, 128), (247, 94)], dash=3)
    page.text((345, 123), "corrected masks return to training", 8, anchor="middle", color="#555555")
    page.text((12, 30), "Semi-automatic segmentation loop", 10, bold=True)
    return page


def _nuclei_fields() -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], ...]:
    rng = np.random.default_rng(121)
    spots = blobs(rng, 220, 280, 46, (9, 17))
    return spots, texture(rng, 220, 280, 3), texture(rng, 220, 280, 14)


def nuclei_input() -> Canvas:
    spots, grain, cloud = _nuclei_fields()
    page = Canvas(280, 220)
    tissue = 1 - 0.55 * spots - 0.18 * grain
    rgb = np.stack(
        [0.62 + 0.36 * tissue - 0.1 * cloud, 0.35 + 0.6 * tissue - 0.2 * cloud, 0.6 + 0.34 * tissue], -1
    )
    page.image(np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8), (0, 0, 280, 220))
    scale_bar(page, (0, 0, 280, 220), 0.22, "50 µm")
    return page


def nuclei_probability() -> Canvas:
    spots, grain, _ = _nuclei_fields()
    page = Canvas(280, 220)
    page.image(ramp(np.clip(0.92 * spots + 0.12 * grain, 0, 1)), (0, 0, 280, 220))
    scale_bar(page, (0, 0, 280, 220), 0.22, "50 µm")
    return page


def nuclei_mask() -> Canvas:
    spots, _, _ = _nuclei_fields()
    page = Canvas(280, 220)
    page.image(grey((spots > 0.42).astype(float)), (0, 0, 280, 220))
    return page


def nuclei_overlay() -> Canvas:
    spots, grain, _ = _nuclei_fields()
    page = Canvas(280, 220)
    level = 0.25 + 0.5 * spots + 0.15 * grain
    rgb = np.stack([level, level, level], -1)
    edge = (np.abs(spots - 0.42) < 0.09)[:, :, None]
    rgb = np.where(edge, np.array([0.1, 0.95, 0.35]), rgb)
    page.image(np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8), (0, 0, 280, 220))
    scale_bar(page, (0, 0, 280, 220), 0.22, "50 µm")
    return page


def nuclei_dice() -> Canvas:
    page = Canvas(340, 220)
    axes = Axes(canvas=page, box=(50, 14, 276, 162), x=(-0.6, 4.6), y=(0, 1.2))
    frame(axes, "Tissue", "Dice coefficient", x_names=("Liver", "Colon", "Skin", "Lung", "Kidney"))
    bars(
        axes, ([0.71, 0.66, 0.74, 0.69, 0.64], [0.78, 0.75, 0.79, 0.74, 0.71], [0.86, 0.84, 0.88, 0.82, 0.80])
    )
    legend(axes, [("Otsu", PALETTE[0]), ("U-Net", PALETTE[1]), ("Ensemble", PALETTE[2])])
    return page


def nuclei_cost() -> Canvas:
    page = Canvas(360, 120)
    rows = (
        ("Step", "Time per tile (s)", "Memory (GB)", "Share (%)"),
        ("Stain normalisation", "0.08", "0.4", "6"),
        ("U-Net ensemble", "0.91", "3.8", "70"),
        ("Watershed splitting", "0.22", "0.6", "17"),
        ("Export", "0.09", "0.2", "7"),
    )
    for i, row in enumerate(rows):
        for x, cell in zip((12, 190, 270, 345), row, strict=True):
            page.text((x, 26 + i * 19), cell, 9.5, anchor="start" if x == 12 else "end", bold=i == 0)
    for y, width in ((10, 1.2), (33, 0.6), (110, 1.2)):
        page.line([(8, y), (352, y)], width=width)
    return page
