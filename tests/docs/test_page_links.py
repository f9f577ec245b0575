"""Every file, folder and module of the repository that a page links to or names is there."""

import re
from pathlib import Path

import pytest
from pages import PAGES, ROOT, links, module_file, name_of, spans

FOLDERS = [path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
IN_THE_TREE = re.compile(rf"({'|'.join(FOLDERS)})(/[\w.-]+)*/?")
DOTTED = re.compile(rf"({'|'.join(FOLDERS)})(\.\w+)+")

every_page = pytest.mark.parametrize("page", PAGES, ids=name_of)


def is_there(page: Path, link: str) -> bool:
    """Tell whether a link of a page leads to a file of the repository or to a heading."""
    path = link.split("#")[0]
    return not path or ((page.parent / path).resolve().is_relative_to(ROOT) and (page.parent / path).exists())


def is_defined(name: str) -> bool:
    """Tell whether a dotted name is a module, a package, what a module defines at its top, or what a room exports."""
    if module_file(name) or name == "scimmir.toml":
        return True
    module, _, own = name.rpartition(".")
    file = module_file(module)
    top = rf"^((async )?def|class) {own}\b|^{own}\b.*=|^__all__ = \[[^]]*\"{own}\""
    return file is not None and re.search(top, file.read_text(encoding="utf-8"), re.MULTILINE) is not None


@every_page
def test_links_lead_to_files(page: Path) -> None:
    assert [link for link in links(page) if not is_there(page, link)] == []


@every_page
def test_files_that_are_named_are_there(page: Path) -> None:
    named = [span for span in spans(page) if "/" in span and IN_THE_TREE.fullmatch(span)]
    assert [path for path in named if not (ROOT / path).exists()] == []


@every_page
def test_modules_and_functions_that_are_named_are_there(page: Path) -> None:
    named = [span for span in spans(page) if DOTTED.fullmatch(span)]
    assert [name for name in named if not is_defined(name)] == []


def test_what_is_missing_is_noticed() -> None:
    page = ROOT / "docs" / "build.md"
    assert is_there(page, "fetch.md") and is_there(page, "../prefect.yaml") and is_there(page, "#options")
    assert not is_there(page, "fech.md") and not is_there(page, "../../elsewhere")
    assert IN_THE_TREE.fullmatch("benchmarks/no_such.py") and DOTTED.fullmatch("benchmarks.no_such")
    assert is_defined("schemas.errors.UserError") and is_defined("warehouse.catalog")
    assert is_defined("flows.shards.plan_shards") and not is_defined("flows.shards.no_such")
    assert not is_defined("benchmarks.no_such") and not is_defined("schemas.errors.NoSuch")
