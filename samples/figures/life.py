"""Figures of the sample's papers on epidemiology, medicine and biology."""

import numpy as np

from samples.drawing.canvas import Canvas
from samples.drawing.diagrams import arrow, blobs, node, scale_bar, texture
from samples.drawing.plots import PALETTE, Axes, band, bars, curve, frame, legend, scatter, steps, whiskers


def wave_compartments() -> Canvas:
    page = Canvas(440, 170)
    names = ("Susceptible", "Exposed", "Infectious", "Recovered")
    fills = ("#e8eef7", "#fdf3d8", "#fbe0d8", "#e6f2e8")
    for i, (name, fill) in enumerate(zip(names, fills, strict=True)):
        node(page, (14 + i * 108, 40, 86, 40), [name], fill=fill)
        if i < 3:
            arrow(page, [(100 + i * 108, 60), (122 + i * 108, 60)])
    for x, name in ((111, "infection"), (219, "latency"), (327, "recovery")):
        page.text((x, 32), name, 8, anchor="middle", color="#555555")
    node(page, (230, 116, 86, 36), ["Hospital"], fill="#f2e8f5", color="#6a4a80")
    arrow(page, [(273, 80), (273, 116)])
    arrow(page, [(316, 134), (381, 134), (381, 80)])
    arrow(page, [(338, 84), (338, 100), (57, 100), (57, 80)], dash=3)
    page.text((120, 112), "waning immunity", 8, color="#555555")
    return page


def wave_curve() -> Canvas:
    page = Canvas(420, 240)
    axes = Axes(canvas=page, box=(56, 14, 350, 180), x=(0, 26), y=(0, 600))
    rng = np.random.default_rng(301)
    week = np.arange(27, dtype=float)
    model = 480 * np.exp(-((week - 10) ** 2) / 22) + 220 * np.exp(-((week - 20) ** 2) / 10) + 25
    band(axes, week, model * 0.85, model * 1.15, "#f6ddd2")
    curve(axes, week, model, PALETTE[1], width=1.6)
    scatter(axes, week, model * rng.normal(1, 0.07, week.size), "#222222", radius=2.4)
    curve(axes, np.array([14.0, 14.0]), np.array([0.0, 600.0]), "#6f6f6f", width=0.8, dash=3)
    page.text(axes.at(14.3, 560), "schools reopen", 8, color="#555555")
    frame(axes, "Week", "Reported cases")
    legend(axes, [("Model median", PALETTE[1]), ("Reported", "#222222")])
    return page


def wave_reproduction() -> Canvas:
    page = Canvas(420, 180)
    axes = Axes(canvas=page, box=(56, 14, 350, 122), x=(0, 26), y=(0, 2.5))
    week = np.linspace(0, 26, 105)
    value = 1.05 + 0.75 * np.cos(week / 3.1) * np.exp(-week / 40)
    band(axes, week, value - 0.18, value + 0.18, "#d5e3f0")
    curve(axes, week, value, PALETTE[0], width=1.5)
    curve(axes, np.array([0.0, 26.0]), np.array([1.0, 1.0]), "#b8333d", width=0.8, dash=4)
    frame(axes, "Week", "R effective")
    return page


def wave_age() -> Canvas:
    page = Canvas(320, 210)
    axes = Axes(canvas=page, box=(50, 14, 256, 150), x=(-0.6, 4.6), y=(0, 40))
    frame(axes, "Age group (years)", "Attack rate (%)", x_names=("0-9", "10-19", "20-39", "40-64", "65+"))
    bars(axes, ([31, 34, 22, 17, 9], [18, 27, 14, 11, 7]), ("#8a5aa8", "#c9b458"))
    legend(axes, [("First wave", "#8a5aa8"), ("Second wave", "#c9b458")])
    return page


def cohort_flow() -> Canvas:
    page = Canvas(420, 330)
    node(page, (120, 14, 180, 40), ["Assessed for eligibility", "n = 412"], fill="#ffffff")
    node(page, (250, 74, 160, 44), ["Excluded (n = 118)", "declined or not eligible"], fill="#f6f6f6", size=8)
    node(page, (120, 138, 180, 36), ["Randomised", "n = 294"], fill="#ffffff")
    node(page, (20, 204, 170, 40), ["Walking programme", "n = 148"])
    node(page, (230, 204, 170, 40), ["Usual care", "n = 146"])
    node(page, (20, 274, 170, 40), ["Analysed", "n = 139, 9 lost"], fill="#e6f2e8")
    node(page, (230, 274, 170, 40), ["Analysed", "n = 135, 11 lost"], fill="#e6f2e8")
    arrow(page, [(210, 54), (210, 138)])
    arrow(page, [(210, 96), (250, 96)])
    arrow(page, [(210, 174), (210, 188), (105, 188), (105, 204)])
    arrow(page, [(210, 188), (315, 188), (315, 204)])
    arrow(page, [(105, 244), (105, 274)])
    arrow(page, [(315, 244), (315, 274)])
    return page


def cohort_survival() -> Canvas:
    page = Canvas(380, 240)
    axes = Axes(canvas=page, box=(52, 14, 314, 180), x=(0, 24), y=(0, 1.05))
    rng = np.random.default_rng(311)
    for i, hazard in enumerate((0.011, 0.021)):
        times = np.sort(rng.uniform(0, 24, 40))
        survival = np.exp(-hazard * times)
        steps(axes, np.append(0, times), np.append(1, survival), PALETTE[i], width=1.5)
    frame(axes, "Months since randomisation", "Free of readmission")
    legend(axes, [("Walking programme", PALETTE[0]), ("Usual care", PALETTE[1])], corner="sw")
    page.text(axes.at(15, 0.25), "log-rank p = 0.008", 8.5)
    return page


def cohort_forest() -> Canvas:
    page = Canvas(420, 210)
    axes = Axes(canvas=page, box=(170, 14, 230, 150), x=(0, 2), y=(0, 6))
    rows = (
        ("Women", 0.62, 0.21),
        ("Men", 0.71, 0.24),
        ("Under 70 years", 0.66, 0.27),
        ("70 years and over", 0.69, 0.22),
        ("Diabetes", 0.88, 0.41),
    )
    for i, (name, ratio, half) in enumerate(rows):
        (x, y), (low, _), (high, _) = (
            axes.at(ratio, 5.3 - i),
            axes.at(ratio - half, 0),
            axes.at(ratio + half, 0),
        )
        page.text((20, y + 3), name, 9)
        page.line([(low, y), (high, y)], width=1)
        page.rect((x - 4, y - 4, 8, 8), "#27466b")
    one = axes.at(1, 0)[0]
    page.line([(one, 14), (one, 164)], "#888888", dash=3)
    for value in (0.0, 0.5, 1.0, 1.5, 2.0):
        x = axes.at(value, 0)[0]
        page.line([(x, 164), (x, 167)], width=0.7)
        page.text((x, 178), f"{value:g}", 8, anchor="middle")
    page.line([(170, 164), (400, 164)])
    page.text((285, 196), "Hazard ratio (95 % CI)", 9, anchor="middle")
    return page


def root_scheme() -> Canvas:
    page = Canvas(300, 320)
    page.area(
        [(110, 20), (190, 20), (186, 200), (150, 300), (114, 200)], "#f3ead7", color="#6b5530", width=1.4
    )
    zones = (
        (60, "Mature zone", "#d8e5cf"),
        (130, "Elongation zone", "#fbe9c9"),
        (200, "Meristem", "#f6d5c8"),
    )
    for y, name, fill in zones:
        for row in range(3):
            for column in range(4):
                tall = 20 if y < 100 else (14 if y < 180 else 8)
                x = 119 + column * 16
                page.rect((x, y - 24 + row * (tall + 2), 14, tall), fill, color="#6b5530", width=0.6)
        page.line([(186, y), (214, y)], width=0.7)
        page.text((218, y + 3), name, 9)
    page.circle((150, 262), 8, "#b8333d", color="#333333")
    page.line([(158, 262), (214, 262)], width=0.7)
    page.text((218, 265), "Quiescent centre", 9)
    arrow(page, [(70, 260), (70, 60)], color="#1f6fb4", width=1.6)
    page.text((60, 160), "auxin flow", 9, anchor="middle", turned=True, color="#1f6fb4")
    return page


def _root_image(seed: int, bend: float) -> Canvas:
    page = Canvas(220, 240)
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:240, 0:220].astype(float)
    centre = 110 + bend * ((y / 240) ** 2) * 60
    body = np.exp(-(((x - centre) / 26) ** 4)) * (y < 214)
    cells = blobs(rng, 240, 220, 120, (4, 7))
    field = body * (0.35 + 0.6 * cells) + 0.12 * texture(rng, 240, 220, 2)
    rgb = np.stack([0.1 * field, np.clip(field * 1.1, 0, 1), 0.25 * field], -1)
    page.image(np.round(np.clip(rgb, 0, 1) * 255).astype(np.uint8), (0, 0, 220, 240))
    scale_bar(page, (0, 0, 220, 240), 0.3, "100 µm")
    return page


def root_wild() -> Canvas:
    return _root_image(321, 0.0)


def root_mutant() -> Canvas:
    return _root_image(322, 0.9)


def root_rescue() -> Canvas:
    return _root_image(323, 0.25)


def root_growth() -> Canvas:
    page = Canvas(320, 220)
    axes = Axes(canvas=page, box=(52, 14, 254, 160), x=(0, 10), y=(0, 60))
    day = np.arange(0, 10.1, 1)
    for i, rate in enumerate((5.4, 2.9, 4.8)):
        y = rate * day * (1 - 0.012 * day)
        whiskers(axes, day[1:], y[1:], 1 + 0.25 * day[1:], PALETTE[i])
        curve(axes, day, y, PALETTE[i], marks=True)
    frame(axes, "Days after germination", "Root length (mm)")
    legend(axes, [("Wild type", PALETTE[0]), ("curl1", PALETTE[1]), ("Rescue line", PALETTE[2])], corner="nw")
    return page
