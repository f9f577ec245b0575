"""How pages are made of templates: texts are escaped, numbers written with commas."""

from collections.abc import Mapping

import jinja2


def page_environment(templates: Mapping[str, str]) -> jinja2.Environment:
    """Return the environment of a page's templates by name: all text is escaped, an unknown name is an error."""
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = lambda value: f"{value:,}"
    return environment
