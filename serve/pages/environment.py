"""Templates of the page, and how addresses and numbers are written in them."""

from importlib import resources
from urllib.parse import quote

import jinja2

from schemas.pair import CLASS_TITLES
from warehouse.report import page_environment
from warehouse.sql import clean_text


def make_environment() -> jinja2.Environment:
    """Return the environment of the page's templates, with what they write of pairs."""
    sources = {
        file.name: file.read_text(encoding="utf-8")
        for file in resources.files("serve").joinpath("templates").iterdir()
        if file.name.endswith(".j2")
    }
    environment = page_environment(sources)
    environment.filters["clean"] = clean_text
    environment.filters["in_path"] = in_path
    environment.filters["class_title"] = lambda name: CLASS_TITLES.get(name, name)
    environment.filters["class_name"] = lambda name: str(CLASS_TITLES.get(name, name)).removesuffix("s")
    return environment


def in_path(text: str) -> str:
    """Return a text as part of an address's path; colons and slashes of a pair's name stay."""
    return quote(text, safe=":/")
