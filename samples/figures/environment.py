"""Figures of the sample's papers on lakes and gait, and of the image set that the sample must not match."""

import numpy as np

from samples.drawing.canvas import Canvas
from samples.drawing.diagrams import arrow, texture
from samples.drawing.plots import PALETTE, Axes, band, bars, curve, frame, legend, scatter


def lake_map() -> Canvas:
    page = Canvas(360, 280)
    page.rect((0, 0, 360, 280), "#eef0e2")
    rng = np.random.default_rng(331)
    angle = np.linspace(0, 2 * np.pi, 60)
    wobble = 1 + 0.16 * np.sin(3 * angle) + 0.08 * np.cos(5 * angle) + 0.02 * rng.standard_normal(60)
    shore = [
        (180 + 118 * w * float(np.cos(a)), 140 + 78 * w * float(np.sin(a)))
        for a, w in zip(angle, wobble, strict=True)
    ]
    page.area(shore, "#b9d4e8", color="#4a6c8f", width=1.2)
    page.line([(20, 30), (70, 70), (96, 96)], "#4a6c8f", width=2.4)
    page.line([(280, 170), (320, 210), (350, 216)], "#4a6c8f", width=2.4)
    for name, x, y in (("S1", 110, 112), ("S2", 168, 150), ("S3", 216, 118), ("S4", 248, 168)):
        page.circle((x, y), 5, "#b8333d", color="#ffffff")
        page.text((x + 8, y + 4), name, 10, bold=True)
    page.text((24, 24), "inflow", 9)
    page.text((316, 236), "outflow", 9, anchor="middle")
    page.rect((24, 250, 60, 4), "#000000")
    page.text((54, 268), "500 m", 9, anchor="middle")
    arrow(page, [(330, 70), (330, 34)], width=1.6)
    page.text((330, 28), "N", 11, anchor="middle", bold=True)
    return page


def lake_bars() -> Canvas:
    page = Canvas(340, 220)
    axes = Axes(canvas=page, box=(56, 14, 270, 162), x=(-0.6, 3.6), y=(0, 80))
    frame(axes, "Station", "Phosphate (µg/L)", x_names=("S1", "S2", "S3", "S4"))
    bars(axes, ([62, 48, 41, 37], [51, 40, 36, 33], [28, 25, 22, 21]), ("#3b6e8f", "#8fb7cc", "#d8c8a6"))
    legend(axes, [("Spring", "#3b6e8f"), ("Summer", "#8fb7cc"), ("Autumn", "#d8c8a6")])
    return page


def lake_limits() -> Canvas:
    page = Canvas(380, 130)
    rows = (
        ("Analyte", "Method", "Detection limit", "Recovery (%)"),
        ("Phosphate", "Molybdate blue", "1.5 µg/L", "98"),
        ("Nitrate", "Ion chromatography", "12 µg/L", "101"),
        ("Ammonium", "Indophenol", "4.0 µg/L", "95"),
        ("Silicate", "Heteropoly blue", "20 µg/L", "97"),
    )
    for i, row in enumerate(rows):
        if i % 2:
            page.rect((6, 14 + i * 22, 368, 22), "#eef3f7")
        for x, cell in zip((14, 100, 220, 310), row, strict=True):
            page.text((x, 29 + i * 22), cell, 9.5, bold=i == 0)
    page.rect((6, 14, 368, 110), color="#555555", width=0.8)
    return page


def gait_platform() -> Canvas:
    page = Canvas(340, 200)
    page.area([(30, 150), (250, 150), (310, 110), (90, 110)], "#d9d9d9", color="#333333", width=1.2)
    for i in range(4):
        x = 70 + i * 52
        page.area([(x, 144), (x + 36, 144), (x + 56, 118), (x + 20, 118)], "#e8eef7", color="#2b4a78")
        page.text((x + 28, 135), f"F{i + 1}", 9, anchor="middle")
    page.rect((24, 150, 10, 30), "#888888", color="#333333")
    page.rect((240, 150, 10, 30), "#888888", color="#333333")
    page.circle((170, 30), 10, "#f3ead7", color="#333333")
    page.line([(170, 40), (170, 84), (150, 126)], width=2)
    page.line([(170, 84), (194, 126)], width=2)
    page.line([(146, 62), (170, 52), (196, 64)], width=2)
    arrow(page, [(220, 60), (270, 60)])
    page.text((245, 52), "walking", 9, anchor="middle")
    return page


def gait_trace() -> Canvas:
    page = Canvas(320, 210)
    axes = Axes(canvas=page, box=(52, 14, 254, 150), x=(0, 100), y=(0, 1.4))
    x = np.linspace(0, 100, 150)
    double = np.exp(-((x - 22) ** 2) / 160) + 1.02 * np.exp(-((x - 70) ** 2) / 190)
    for i, factor in enumerate((1.12, 0.95)):
        y = factor * double + 0.55 * np.exp(-((x - 46) ** 2) / 300)
        band(axes, x, y - 0.06, y + 0.06, ("#d5e3f0", "#f6ddd2")[i])
        curve(axes, x, y, PALETTE[i])
    frame(axes, "Stance (%)", "Force / body weight")
    legend(axes, [("Morning", PALETTE[0]), ("Evening", PALETTE[1])], corner="se")
    return page


def not_available() -> Canvas:
    page = Canvas(240, 160)
    page.rect((0, 0, 240, 160), "#e9e9e9", color="#bbbbbb", width=3)
    page.text((120, 76), "Figure withheld", 16, anchor="middle", color="#777777", bold=True)
    page.text((120, 98), "see the print edition", 10, anchor="middle", color="#777777")
    return page


def blank() -> Canvas:
    return Canvas(200, 120)


def river_photo() -> Canvas:
    page = Canvas(360, 240)
    rng = np.random.default_rng(341)
    y, x = np.mgrid[0:240, 0:360].astype(float)
    sky = np.stack([0.55 + 0.0012 * y, 0.7 + 0.001 * y, 0.92 - 0.0005 * y], -1)
    hill = (y > 96 + 22 * np.sin(x / 52) + 9 * np.sin(x / 17))[:, :, None]
    green = np.stack(
        [0.25 + 0.2 * texture(rng, 240, 360, 4), 0.42 + 0.2 * texture(rng, 240, 360, 4), 0 * x + 0.2], -1
    )
    water = (y > 168 + 6 * np.sin(x / 30))[:, :, None]
    shine = 0.18 * np.sin(y / 2.1 + 4 * np.sin(x / 40)) + 0.1 * texture(rng, 240, 360, 2)
    blue = np.stack([0.25 + shine, 0.4 + shine, 0.55 + shine], -1)
    rgb = np.where(water, blue, np.where(hill, green, sky))
    page.image(np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8), (0, 0, 360, 240))
    return page


def benchmark_bars() -> Canvas:
    page = Canvas(320, 200)
    axes = Axes(canvas=page, box=(50, 14, 256, 142), x=(-0.6, 3.6), y=(0, 9))
    frame(axes, "Canteen", "Meals per minute", x_names=("North", "East", "South", "West"))
    bars(axes, ([3.1, 7.2, 5.5, 6.8],), ("#777777",))
    return page


def benchmark_scatter() -> Canvas:
    page = Canvas(300, 240)
    axes = Axes(canvas=page, box=(50, 14, 236, 182), x=(0, 40), y=(0, 100))
    rng = np.random.default_rng(401)
    x = rng.uniform(2, 38, 140)
    scatter(axes, x, np.clip(92 - 2 * x + rng.normal(0, 8, 140), 1, 99), "#b8333d", radius=2)
    frame(axes, "Age of the tree (years)", "Germination (%)")
    return page


def gait_sway() -> Canvas:
    page = Canvas(240, 220)
    axes = Axes(canvas=page, box=(52, 14, 174, 160), x=(-20, 20), y=(-20, 20))
    rng = np.random.default_rng(351)
    steps_taken = rng.normal(0, 1.5, (2, 400))
    path = np.zeros((2, 401))
    for i in range(400):
        path[:, i + 1] = 0.97 * path[:, i] + steps_taken[:, i]
    curve(axes, path[0], path[1], PALETTE[3], width=0.7)
    frame(axes, "Sideways (mm)", "Forwards (mm)")
    return page
