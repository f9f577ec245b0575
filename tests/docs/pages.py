"""The pages that are read by people, and what stands in them: code blocks, code in a line, links."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
SITE = sorted((ROOT / "docs").glob("*.md"))
CARDS = [ROOT / "samples" / "README.md", *sorted(ROOT.glob("curation/*/models/*/README.md"))]
PAGES = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *SITE, *CARDS]

FENCE = re.compile(r"^```(\S*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^    .*\n)+", re.MULTILINE)


def name_of(page: Path) -> str:
    """Return a page's path in the repository."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, *languages: str) -> list[str]:
    """Return a page's code blocks in these languages; "" is one without a language or one that is indented."""
    text = page.read_text(encoding="utf-8")
    found = [block for language, block in FENCE.findall(text) if language in languages]
    return found + (INDENTED.findall(FENCE.sub("", text)) if "" in languages else [])


def spans(page: Path) -> list[str]:
    """Return the code that stands between backquotes within a page's lines."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return [re.sub(r"\s+", " ", span) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", text)]


def links(page: Path) -> list[str]:
    """Return where a page's links and pictures lead, without those to other sites."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def command_lines(page: Path) -> list[list[str]]:
    """Return the words of every command line in a page's blocks for a shell, without prompts and comments."""
    found = []
    for block in blocks(page, "sh", "bash", "console", ""):
        for line in block.replace("\\\n", " ").splitlines():
            try:
                words = shlex.split(line.strip().removeprefix("$ "), comments=True)
            except ValueError:  # a line of an output
                continue
            found += [words] if words else []
    return found


def example(words: list[str]) -> list[str]:
    """Return a command as it would be called of one that is shown with `[…]`, `a|b` and `…`."""
    called = []
    for word in words:
        plain = word.removeprefix("[")
        if plain != word or plain.count("]") > plain.count("["):
            plain = plain.removesuffix("]")
        called.append(plain if " " in plain else plain.split("|")[0].removesuffix("..."))
    return called


def module_file(name: str) -> Path | None:
    """Return the file that runs as a module of this repository, of a package its `__main__.py`, or None."""
    place = ROOT.joinpath(*name.split("."))
    files = (place.with_suffix(".py"), place / "__main__.py", place / "__init__.py")
    return next((path for path in files if path.is_file()), None)
