"""How long our reading takes, and how that grows with a source's size."""

import contextlib
import time

from extractors.latex import extract
from schemas.paper import Paper
from schemas.reject import RecordError


def speed(papers: dict[str, dict[str, bytes]]) -> None:
    """Print milliseconds per paper and per 100 KB of TeX."""
    times, kilobytes = [], 0.0
    for slug, files in papers.items():
        best = 1e9
        for _ in range(3):
            start = time.perf_counter()
            with contextlib.suppress(RecordError):
                extract(Paper(f"arxiv:{slug}", files))
            best = min(best, time.perf_counter() - start)
        times.append(best * 1000)
        kilobytes += sum(len(d) for n, d in files.items() if n.lower().endswith(".tex")) / 1000
    times.sort()
    print(
        f"{len(times)} papers, {kilobytes:.0f} KB of TeX: mean {sum(times) / len(times):.1f} ms, "
        f"median {times[len(times) // 2]:.1f}, slowest {times[-1]:.1f}; "
        f"{sum(times) / kilobytes * 100:.0f} ms per 100 KB"
    )


def scale() -> bool:
    """Print time per megabyte at two sizes of generated sources; return whether growth is linear."""
    good = True
    for name, make in (("floats", many_floats), ("macros", many_macros), ("inputs", many_inputs)):
        rates = []
        for size in (1, 4):
            files = make(size)
            start = time.perf_counter()
            found = extract(Paper("arxiv:scale", files))
            took = time.perf_counter() - start
            megabytes = sum(map(len, files.values())) / 1e6
            rates.append(took / megabytes)
            print(
                f"{name:8} x{size}: {megabytes:6.1f} MB {took:6.2f} s, "
                f"{len(found.floats) + len(found.rejects)} floats"
            )
        bound = 2 * rates[0] + 0.05
        good = good and rates[1] < bound
        print(f"{name:8} {rates[1]:.3f} s a MB at four times the size, bound {bound:.3f}")
    print("growth", "linear" if good else "NOT linear")
    return good


FILLER = (
    "Running text with a formula $a_i = b$ and a reference to Figure~\\ref{f1}, repeated to fill the page. "
    * 36
)


def many_floats(size: int) -> dict[str, bytes]:
    count = 1250 * size
    parts = [
        f"{FILLER}\n\n\\begin{{figure}}\\includegraphics{{p}}\\caption{{Number {i}.}}\\label{{f{i}}}"
        "\\end{figure}\n"
        for i in range(count)
    ]
    return {"main.tex": _document("".join(parts)), "p.png": b"x"}


def many_macros(size: int) -> dict[str, bytes]:
    count = 2500 * size
    parts = [
        f"\\newcommand{{\\m{_letters(i)}}}[1]{{value {i} #1}}\n\\m{_letters(i)}{{x}}\n{FILLER[:1500]}"
        for i in range(count)
    ]
    return {"main.tex": _document("".join(parts))}


def many_inputs(size: int) -> dict[str, bytes]:
    count = 125 * size
    files = {f"s{i}.tex": f"{FILLER}\n\\input{{s{i + 1}}}\n{FILLER}".encode() for i in range(count)}
    files[f"s{count}.tex"] = b"\\begin{figure}\\includegraphics{p}\\caption{Innermost.}\\end{figure}"
    return {**files, "main.tex": _document("\\input{s0}"), "p.png": b"x"}


def _letters(number: int) -> str:
    out = ""
    for _ in range(4):
        out += chr(97 + number % 26)
        number //= 26
    return out


def _document(body: str) -> bytes:
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n".encode()
