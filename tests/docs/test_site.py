"""The README is short, and the site has every page and no dead link."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import README, ROOT, SITE, blocks

INDEX = ROOT / "docs" / "index.md"
LONGEST_README = 200


def test_the_readme_is_short() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= LONGEST_README


def test_every_page_is_in_the_navigation_once() -> None:
    lists = "\n".join(blocks(INDEX, "{toctree}"))
    entries = [line for line in lists.splitlines() if line and not line.startswith(":")]
    assert sorted(entries) == sorted(page.stem for page in SITE if page != INDEX)


def test_the_readme_leads_to_every_page_of_its_own() -> None:
    text = README.read_text(encoding="utf-8")
    own = {page.name for page in SITE if "```{include}" not in page.read_text(encoding="utf-8")}
    assert own - set(re.findall(r"\]\(docs/([\w-]+\.md)\)", text)) == set()


@pytest.mark.skipif(importlib.util.find_spec("sphinx") is None, reason="Sphinx is not installed")
def test_the_build_names_every_dead_link(tmp_path: Path) -> None:
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "prefect.yaml", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    for folder in (
        "docs",
        "curation/embeddings/models/scimmir-clip",
        "curation/embeddings/models/scimmir-small",
        "curation/classes/models/scimmir-classes",
        "evaluation/published",
    ):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.safetensors", "*.onnx")
        )
    dead = ["none.md", "fetch.md#none", "#none", "../none.yaml", "../README.md#none"]
    with (tmp_path / "docs" / "speed.md").open("a") as page:
        page.writelines(f"\n[dead]({target})\n" for target in dead)
    (tmp_path / "docs" / "unlisted.md").write_text("# A page that no list has\n")
    said = strict_build(tmp_path / "docs", tmp_path / "out")
    warnings = [line for line in said.splitlines() if "WARNING" in line]
    assert len(warnings) == len(dead) + 1, said
    for target in [*dead, "unlisted.md"]:
        assert any(target.rpartition("#")[2] in line for line in warnings), f"{target}:\n{said}"


def strict_build(pages: Path, out: Path) -> str:
    """Return what a build says that must fail, as `make docs` runs it, but writes no page."""
    strict = re.search(r"sphinx-build (.*) docs", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert strict
    command = [sys.executable, "-m", "sphinx", *strict[1].split(), "-b", "dummy", str(pages), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 1, done.stderr
    return done.stderr
