"""Whether the installed packages are those that this version was made with; imports none of them."""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

CONSTRAINTS = Path(__file__).parents[1] / "constraints" / "all.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
EXTRAS = {
    "openclip": "open_clip embedders",
    "easyocr": "EasyOCR",
    "s3": "papers and warehouses in S3",
    "train": "training CLIP models",
    "transformers": "models of the transformers library",
    "compare": "comparing training sources by clip_benchmark",
}
SHOWN = 4


@dataclass(frozen=True)
class Check:
    """One finding: `state` is ok, optional (works without), or missing (something does not work)."""

    name: str
    state: str
    sentence: str


def check_python(needed: str, version: tuple[int, int] = sys.version_info[:2]) -> Check:
    """Return whether this Python will do.

    Args:
        needed: the range as a package's metadata states it, `<3.15,>=3.11`.
        version: major and minor version.
    """
    text = ".".join(str(part) for part in version)
    if SpecifierSet(needed).contains(text):
        return Check("Python", "ok", f"version {text}")
    good = [minor for minor in range(100) if SpecifierSet(needed).contains(f"3.{minor}")]
    return Check("Python", "missing", f"version {text}, and 3.{good[0]} to 3.{good[-1]} is needed")


def check_packages(requires: list[str], installed: Mapping[str, str]) -> Check:
    """Return whether every needed package is there in a version that is known to work.

    Args:
        requires: requirement lines as in a package's metadata.
        installed: versions by normalised name.
    """
    wrong = []
    for line in requires:
        requirement = Requirement(line)
        if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = installed.get(normalised(requirement.name))
        if version is None:
            wrong.append(f"{requirement.name} is not installed")
        elif not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version} is installed, {requirement.specifier} is needed")
    if wrong:
        return Check("packages", "missing", f"{'; '.join(wrong)} (pip install -e . mends that)")
    return Check("packages", "ok", "all that are needed are installed")


def check_constraints(text: str | None, installed: Mapping[str, str]) -> Check:
    """Return whether the installed versions are the locked ones, which were tested together."""
    if text is None:
        return Check(
            "locked versions", "optional", "the list of locked versions is not beside this installation"
        )
    locked = {normalised(name): version for name, version in PIN.findall(text)}
    other = [
        f"{name} {installed[name]} instead of {version}"
        for name, version in sorted(locked.items())
        if name in installed and installed[name] != version
    ]
    if other:
        more = f" and {len(other) - SHOWN} more" if len(other) > SHOWN else ""
        return Check(
            "locked versions", "optional", f"not those that were tested: {', '.join(other[:SHOWN])}{more}"
        )
    return Check("locked versions", "ok", "the installed ones are those that were tested together")


def check_extras(requires: list[str], installed: Mapping[str, str]) -> list[Check]:
    """Return for each extra whether it is installed; none is needed."""
    checks = []
    for extra, purpose in EXTRAS.items():
        wanted = [Requirement(line) for line in requires if f'extra == "{extra}"' in line.replace("'", '"')]
        lacking = [r.name for r in wanted if normalised(r.name) not in installed]
        if lacking:
            sentence = f"{', '.join(lacking)} not installed: no {purpose} (pip install 'scimmir[{extra}]')"
        checks.append(
            Check(f"extra {extra}", "optional" if lacking else "ok", sentence if lacking else purpose)
        )
    return checks


def all_package_checks() -> list[Check]:
    """Return the checks of Python and of the installed packages."""
    requires = metadata.requires("scimmir") or []
    installed = installed_versions()
    text = CONSTRAINTS.read_text(encoding="utf-8") if CONSTRAINTS.is_file() else None
    return [
        check_python(metadata.metadata("scimmir")["Requires-Python"]),
        check_packages(requires, installed),
        check_constraints(text, installed),
        *check_extras(requires, installed),
    ]


def installed_versions() -> dict[str, str]:
    """Return the installed packages' versions by normalised name; the first on the path counts."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(normalised(name), distribution.version)
    return found


def normalised(name: str) -> str:
    """Return a package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
