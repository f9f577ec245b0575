"""Figures of the sample's papers on astrophysics, condensed matter, mathematics and chemistry."""

import numpy as np

from samples.drawing.canvas import Canvas, arc
from samples.drawing.diagrams import arrow, grey, node, scale_bar, texture
from samples.drawing.plots import (
    DIVERGING,
    PALETTE,
    Axes,
    band,
    color_bar,
    curve,
    frame,
    heat,
    legend,
    scatter,
    steps,
    whiskers,
)


def stream_sky() -> Canvas:
    page = Canvas(400, 240)
    axes = Axes(canvas=page, box=(50, 14, 336, 180), x=(-30, 30), y=(-12, 12))
    rng = np.random.default_rng(201)
    scatter(axes, rng.uniform(-30, 30, 260), rng.uniform(-12, 12, 260), "#bbbbbb", radius=0.9)
    along = rng.uniform(-28, 28, 170)
    across = 0.009 * along**2 - 2.5 + rng.normal(0, 0.8, 170)
    scatter(axes, along, across, "#1f4e8c", radius=1.3)
    for left in (-26.0, -10.0, 6.0):
        corner, size = axes.at(left, 8), axes.at(left + 16, -8)
        page.rect(
            (corner[0], corner[1], size[0] - corner[0], size[1] - corner[1]), color="#b8333d", width=0.9
        )
    for name, x in (("F1", -25.0), ("F2", -9.0), ("F3", 7.0)):
        page.text(axes.at(x, 6.5), name, 9, color="#b8333d", bold=True)
    frame(axes, "Stream longitude (deg)", "Stream latitude (deg)")
    return page


def stream_velocity() -> Canvas:
    page = Canvas(260, 220)
    axes = Axes(canvas=page, box=(50, 14, 196, 160), x=(-60, 60), y=(0, 60))
    rng = np.random.default_rng(202)
    counts, edges = np.histogram(
        np.concatenate([rng.normal(0, 8, 190), rng.normal(5, 30, 120)]), 24, (-60, 60)
    )
    frame(axes, "Velocity (km/s)", "Stars per bin")
    steps(axes, edges, np.append(counts, counts[-1]).astype(float), "#333333", width=1.1)
    x = np.linspace(-60, 60, 160)
    curve(axes, x, 36 * np.exp(-(x**2) / 160) + 6 * np.exp(-((x - 5) ** 2) / 1800), PALETTE[1])
    curve(axes, x, 6 * np.exp(-((x - 5) ** 2) / 1800), PALETTE[0], dash=3)
    legend(axes, [("Stars", "#333333"), ("Model", PALETTE[1]), ("Field", PALETTE[0])])
    return page


def stream_profile() -> Canvas:
    page = Canvas(260, 220)
    axes = Axes(canvas=page, box=(50, 14, 196, 160), x=(-30, 30), y=(0, 14))
    x = np.array([-25.0, -17, -9, -1, 7, 15, 23])
    y = np.array([9.1, 7.4, 5.2, 4.1, 5.0, 7.9, 10.3])
    grid = np.linspace(-30, 30, 90)
    model = 4.2 + 0.0094 * grid**2
    band(axes, grid, model - 0.8, model + 0.8, "#f5d9c8")
    curve(axes, grid, model, PALETTE[1])
    whiskers(axes, x, y, np.array([1.2, 1.0, 0.7, 0.6, 0.8, 1.1, 1.5]), "#222222")
    scatter(axes, x, y, "#222222", radius=2.4)
    frame(axes, "Stream longitude (deg)", "Dispersion (km/s)")
    return page


def stream_cmd() -> Canvas:
    page = Canvas(260, 300)
    axes = Axes(canvas=page, box=(50, 14, 196, 240), x=(-0.2, 1.6), y=(24, 15))
    rng = np.random.default_rng(203)
    magnitude = rng.uniform(15.2, 23.8, 420)
    ridge = (
        0.35
        + 0.05 * (magnitude - 19.5) ** 2 * (magnitude > 19.5)
        + 0.11 * (19.5 - magnitude) * (magnitude < 19.5)
    )
    scatter(axes, np.clip(ridge + rng.normal(0, 0.05, 420), -0.15, 1.55), magnitude, "#27466b", radius=1)
    scatter(axes, rng.uniform(-0.1, 1.5, 160), rng.uniform(15.2, 23.8, 160), "#c9b458", radius=0.9)
    grid = np.linspace(15.3, 23.5, 60)
    line = 0.35 + 0.05 * (grid - 19.5) ** 2 * (grid > 19.5) + 0.11 * (19.5 - grid) * (grid < 19.5)
    curve(axes, np.clip(line, -0.2, 1.6), grid, PALETTE[4], width=1.4)
    frame(axes, "Colour g - r", "Magnitude g")
    return page


def spin_lattice() -> Canvas:
    page = Canvas(340, 210)
    for row in range(4):
        for column in range(6):
            x, y = 40 + column * 46 + (row % 2) * 23, 36 + row * 42
            for dx, dy in ((46, 0), (23, 42), (-23, 42)):
                if 39 <= x + dx <= 293 and y + dy <= 170 and (dy or column < 5):
                    page.line([(x, y), (x + dx, y + dy)], "#8a8a8a", width=2.2 if dy else 0.7)
            up = (row + column) % 3
            page.circle((x, y), 7, ("#d9622b", "#1f6fb4", "#3b8f4e")[up], color="#222222")
    arrow(page, [(40, 192), (86, 192)])
    page.text((63, 205), "a", 10, anchor="middle")
    page.text((150, 196), "J (thin) and J' (thick) bonds", 9)
    return page


def spin_magnetisation() -> Canvas:
    page = Canvas(320, 260)
    axes = Axes(canvas=page, box=(60, 34, 230, 170), x=(0, 14), y=(0, 1.1))
    frame(axes, "Field (T)", "M / M_s", grid=True)
    x = np.linspace(0, 14, 120)
    for i, temperature in enumerate((0.4, 1.2, 4.0)):
        step = 1 / (1 + np.exp(-(x - 4) / (0.15 + 0.5 * temperature)))
        high = 1 / (1 + np.exp(-(x - 10) / (0.15 + 0.5 * temperature)))
        base = (1 / (1 + np.exp(4 / (0.15 + 0.5 * temperature)))) / 3
        curve(axes, x, step / 3 + 2 * high / 3 - base, PALETTE[i])
    legend(axes, [("0.4 K", PALETTE[0]), ("1.2 K", PALETTE[1]), ("4.0 K", PALETTE[2])], corner="se")
    page.text((20, 250), "draft of the instrument's plot program, trimmed in the paper", 7, color="#999999")
    return page


def spin_phase() -> Canvas:
    page = Canvas(330, 240)
    axes = Axes(canvas=page, box=(50, 14, 200, 180), x=(0, 14), y=(0, 6))
    row, column = np.mgrid[0:60, 0:70]
    temperature, field = (59 - row) / 10, column / 5
    order = 1 / (1 + np.exp((temperature - 3.2 + 0.03 * (field - 6) ** 2) * 2.4))
    ripple = 0.1 * np.sin(field * 1.2) * order
    heat(axes, np.clip(order + ripple, 0, 1), DIVERGING, zoom=4)
    frame(axes, "Field (T)", "Temperature (K)")
    color_bar(axes, 0, 1, "Order parameter", DIVERGING)
    return page


def _structure(seed: int, peaks: float) -> Canvas:
    page = Canvas(240, 230)
    axes = Axes(canvas=page, box=(46, 12, 170, 170), x=(-1, 1), y=(-1, 1))
    rng = np.random.default_rng(seed)
    v, u = np.mgrid[-1:1:51j, -1:1:51j]
    field = 0.08 * rng.uniform(0, 1, (51, 51)) + 0.1
    for k in range(6):
        angle = np.pi * k / 3
        centre = (0.66 * np.cos(angle), 0.66 * np.sin(angle))
        field += 0.85 * np.exp(-((u - centre[0]) ** 2 + (v - centre[1]) ** 2) / peaks)
    heat(axes, np.clip(field, 0, 1), zoom=4)
    frame(axes, "h (r.l.u.)", "k (r.l.u.)")
    return page


def spin_structure_cold() -> Canvas:
    return _structure(211, 0.006)


def spin_structure_warm() -> Canvas:
    return _structure(212, 0.07)


def paths_example() -> Canvas:
    page = Canvas(300, 220)
    for i in range(9):
        page.line([(30 + i * 28, 14), (30 + i * 28, 182)], "#d0d0d0", width=0.5)
    for j in range(7):
        page.line([(30, 14 + j * 28), (254, 14 + j * 28)], "#d0d0d0", width=0.5)
    moves = "RRURUURRRUUR"
    x, y = 30.0, 182.0
    points = [(x, y)]
    for move in moves:
        x, y = (x + 28, y) if move == "R" else (x, y - 28)
        points.append((x, y))
    page.line(points, "#1f6fb4", width=2.4)
    page.line([(30, 182), (254, 42)], "#b8333d", width=1, dash=4)
    page.circle(points[0], 4, "#000000")
    page.circle(points[-1], 4, "#000000")
    page.text((30, 198), "(0,0)", 9, anchor="middle")
    page.text((points[-1][0] + 6, points[-1][1] - 5), "(7,5)", 9)
    page.text((70, 60), "slope 5/8", 9, color="#b8333d")
    return page


def paths_tree() -> Canvas:
    page = Canvas(320, 180)

    def grow(x: float, y: float, spread: float, depth: int) -> None:
        for side in (-1, 1):
            if depth and not (depth == 2 and side == 1 and x > 160):
                page.line([(x, y), (x + side * spread, y + 44)], "#555555", width=1)
                grow(x + side * spread, y + 44, spread / 2, depth - 1)
        page.circle((x, y), 6, "#fbe6d8" if depth else "#e6f2e8", color="#333333")

    grow(160, 20, 76, 3)
    page.text((254, 24), "depth 0", 8)
    page.text((254, 156), "depth 3", 8)
    return page


def paths_ratio() -> Canvas:
    page = Canvas(300, 210)
    axes = Axes(canvas=page, box=(56, 14, 230, 150), x=(0, 60), y=(2.4, 4.4))
    n = np.arange(3, 60, dtype=float)
    frame(axes, "n", "a(n+1) / a(n)")
    scatter(axes, n, 4 * (1 - 1.5 / n + 0.9 / n**2), PALETTE[0], radius=1.6)
    curve(axes, np.array([0.0, 60]), np.array([4.0, 4.0]), PALETTE[4], dash=3)
    page.text(axes.at(44, 4.05), "limit 4", 8.5, color=PALETTE[4])
    return page


def paths_region() -> Canvas:
    page = Canvas(230, 200)
    axes = Axes(canvas=page, box=(50, 12, 168, 148), x=(0, 1), y=(0, 1))
    x = np.linspace(0, 1, 60)
    band(axes, x, x**2, np.sqrt(x), "#dbe7f3")
    curve(axes, x, np.sqrt(x), PALETTE[0])
    curve(axes, x, x**2, PALETTE[4])
    frame(axes, "s", "t")
    page.text(axes.at(0.45, 0.45), "D", 13, bold=True)
    return page


def sorbent_scheme() -> Canvas:
    page = Canvas(460, 180)
    for i, name in enumerate(("Lignin", "Activated char", "Amine sorbent")):
        x = 64 + i * 160
        page.area(arc((x, 76), 34, 30, 390, steps=6)[:-1], "#f4efe4", color="#5b4a2a", width=1.4)
        page.text((x, 80), ("OCH3", "C", "NH2")[i], 11, anchor="middle", bold=True)
        page.text((x, 138), name, 10, anchor="middle")
        if i < 2:
            arrow(page, [(x + 46, 76), (x + 114, 76)], width=1.4)
            page.text((x + 80, 66), ("KOH, 650 °C", "DETA, reflux")[i], 8.5, anchor="middle")
            page.text((x + 80, 90), ("2 h, N2", "24 h")[i], 8.5, anchor="middle")
    page.circle((420, 40), 7, "#b8333d", color="#333333")
    page.circle((432, 34), 7, "#6f6f6f", color="#333333")
    page.circle((444, 40), 7, "#b8333d", color="#333333")
    page.text((432, 22), "CO2", 9, anchor="middle")
    return page


def _spectrum(seed: int, title: str, peaks: tuple[tuple[float, float], ...]) -> Canvas:
    page = Canvas(320, 200)
    axes = Axes(canvas=page, box=(50, 20, 256, 136), x=(500, 4000), y=(0, 1.1))
    rng = np.random.default_rng(seed)
    x = np.linspace(500, 4000, 320)
    y = 0.08 + 0.012 * rng.standard_normal(x.size)
    for centre, height in peaks:
        y += height * np.exp(-((x - centre) ** 2) / (2 * 55**2))
    curve(axes, x, y, PALETTE[4], width=1)
    frame(axes, "Wavenumber (1/cm)", "Absorbance", title=title)
    return page


def sorbent_spectra() -> tuple[Canvas, Canvas, Canvas]:
    return (
        _spectrum(221, "Lignin", ((1030, 0.7), (1510, 0.5), (3400, 0.8))),
        _spectrum(222, "Amine sorbent", ((1120, 0.5), (1570, 0.9), (2930, 0.4), (3290, 0.6))),
        _spectrum(223, "After 50 cycles", ((1120, 0.45), (1650, 0.8), (2930, 0.35), (3290, 0.5))),
    )


def _isotherm(scale: float, title: str, seed: int) -> Canvas:
    page = Canvas(230, 190)
    axes = Axes(canvas=page, box=(46, 20, 170, 126), x=(0, 1.05), y=(0, 5))
    rng = np.random.default_rng(seed)
    grid = np.linspace(0, 1, 60)
    for i, factor in enumerate((1.0, 0.78, 0.55)):
        curve(axes, grid, scale * factor * 6 * grid / (1 + 6 * grid), PALETTE[i], width=1)
        x = np.linspace(0.06, 1, 9)
        scatter(axes, x, scale * factor * 6 * x / (1 + 6 * x) + rng.normal(0, 0.05, 9), PALETTE[i], radius=2)
    frame(axes, "CO2 pressure (bar)", "Uptake (mmol/g)", title=title)
    return page


def sorbent_isotherm_char() -> Canvas:
    return _isotherm(2.4, "Char", 231)


def sorbent_isotherm_low() -> Canvas:
    return _isotherm(3.6, "10 % amine", 232)


def sorbent_isotherm_mid() -> Canvas:
    return _isotherm(4.7, "25 % amine", 233)


def sorbent_isotherm_high() -> Canvas:
    return _isotherm(3.1, "40 % amine", 234)


def sampler() -> Canvas:
    page = Canvas(380, 230)
    page.rect((40, 150, 300, 60), "#dbe9f4", color="#7a9bbd")
    page.text((300, 202), "water", 9, color="#4a6c8f")
    page.rect((150, 40, 80, 130), "#f4f4f4", color="#333333", width=1.4, radius=8)
    page.rect((160, 120, 60, 40), "#d8c8a6", color="#5b4a2a")
    page.text((190, 144), "sorbent", 9, anchor="middle")
    page.rect((175, 20, 30, 20), "#c9c9c9", color="#333333")
    node(page, (270, 60, 80, 30), ["Pump 2 L/min"], size=8)
    arrow(page, [(230, 75), (270, 75)])
    arrow(page, [(190, 200), (190, 172)], color="#1f6fb4")
    page.line([(150, 100), (110, 100)], width=0.7)
    page.text((106, 103), "glass wall", 9, anchor="end")
    page.line([(160, 140), (110, 128)], width=0.7)
    page.text((106, 131), "basket", 9, anchor="end")
    return page


def sorbent_micrograph() -> Canvas:
    page = Canvas(300, 220)
    rng = np.random.default_rng(241)
    coarse, fine = texture(rng, 220, 300, 18), texture(rng, 220, 300, 1)
    field = 0.75 * coarse + 0.35 * fine - 0.5 * (coarse < 0.4) * (0.4 - coarse) * 4
    page.image(grey(np.clip(field, 0, 1)), (0, 0, 300, 220))
    scale_bar(page, (0, 0, 300, 220), 0.25, "5 µm")
    return page


def dune_profile() -> Canvas:
    page = Canvas(360, 190)
    axes = Axes(canvas=page, box=(50, 14, 296, 132), x=(0, 200), y=(0, 12))
    x = np.linspace(0, 200, 160)
    for i, shift in enumerate((0, 14, 30)):
        u = x - 60 - shift
        curve(axes, x, 9 * np.exp(-(u**2) / (2 * np.where(u < 0, 30, 12) ** 2)) + 0.4, PALETTE[i])
    frame(axes, "Distance (m)", "Height (m)")
    legend(axes, [("March", PALETTE[0]), ("June", PALETTE[1]), ("September", PALETTE[2])])
    return page
