"""What all commands share, from flags, environment and one TOML file; each value knows where it comes from."""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from schemas.errors import UserError
from scimmir.terminal import WAREHOUSE

if TYPE_CHECKING:
    from pydantic import ValidationError

PREFIX = "SCIMMIR_"
FILE_VARIABLE = "SCIMMIR_CONFIG"
FILE_HERE = Path("scimmir.toml")
FILE_OF_USER = Path("~/.config/scimmir/config.toml")
MASK = "********"

# What libraries read from the environment by themselves; secret ones are named and never shown.
FOREIGN = {
    "PREFECT_API_URL": False,
    "PREFECT_API_KEY": True,
    "PREFECT_API_AUTH_STRING": True,
    "AWS_PROFILE": False,
    "AWS_REGION": False,
    "AWS_ENDPOINT_URL": False,
    "AWS_ACCESS_KEY_ID": True,
    "AWS_SECRET_ACCESS_KEY": True,
    "AWS_SESSION_TOKEN": True,
    "HTTP_PROXY": False,
    "HTTPS_PROXY": False,
    "NO_PROXY": False,
    "TMPDIR": False,
}


def _setting(default: str | float | None, description: str) -> Any:
    return field(default=default, metadata={"description": description})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the commands share. Every field can be a flag, a variable SCIMMIR_<NAME> or a line of the file."""

    warehouse: str = _setting(str(WAREHOUSE), "folder (or s3:// address) of stages and releases")
    contact: str | None = _setting(None, "mail address that the User-Agent names; needed to fetch papers")
    user_agent: str | None = _setting(None, "User-Agent in full, instead of scimmir's own with the contact")
    s3_endpoint: str | None = _setting(
        None, "address of an S3 store that is not Amazon's; may hold no password"
    )
    s3_region: str | None = _setting(None, "region of the S3 store")
    log_format: str = _setting("text", "log as text or as JSON lines")
    metrics_dir: str | None = _setting(
        None, "folder into which a build also writes metrics.prom, for node_exporter"
    )
    min_free_gb: float = _setting(10.0, "free disk that doctor asks for, in GiB")


NAMES = tuple(f.name for f in fields(Settings))


@dataclass(frozen=True)
class Loaded:
    """The settings, where each comes from, and the build's options that the file sets."""

    settings: Settings
    origins: dict[str, str]
    file: Path | None
    build: dict[str, Any]


def load_settings(*, file: Path | None = None, **flags: object) -> Loaded:
    """Return the settings: flags that are not None, then the environment, then the file, then defaults.

    The file is the one given, that of SCIMMIR_CONFIG, ./scimmir.toml, or ~/.config/scimmir/config.toml. Its
    table [build] holds options of `scimmir build`.

    Raises:
        UserError: the file cannot be read, or a value or a name in it is wrong; the message says where.
    """
    path = _find_file(file)
    from_file = _read(path) if path is not None else {}
    build = from_file.pop("build", {})
    layers = {
        str(path): from_file,
        "environment": _from_environment(),
        "flag": {name: value for name, value in flags.items() if value is not None},
    }
    values: dict[str, Any] = {}
    origins = dict.fromkeys(NAMES, "default")
    for origin, layer in layers.items():
        for name, value in layer.items():
            origins[name] = f"environment {PREFIX}{name.upper()}" if origin == "environment" else origin
            values[name] = _checked(name, value, origins[name])
    return Loaded(Settings(**values), origins, path, _build_options(build, path))


def defaults_of_commands(loaded: Loaded, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what the settings make the default of each command's options, by the option's name."""
    stated = {
        name: getattr(loaded.settings, name)
        for name, origin in loaded.origins.items()
        if origin != "default" and getattr(loaded.settings, name) is not None
    }
    return {name: {**stated, **(loaded.build if name == "build" else {})} for name in names}


def shown(loaded: Loaded) -> list[tuple[str, str, str]]:
    """Return name, value and origin of every setting, secrets masked."""
    rows = []
    for name in NAMES:
        value = getattr(loaded.settings, name)
        rows.append((name, "" if value is None else masked(str(value)), loaded.origins[name]))
    rows += [(f"build.{name}", masked(str(value)), str(loaded.file)) for name, value in loaded.build.items()]
    return rows


def foreign() -> list[tuple[str, str]]:
    """Return the variables that libraries read and that are set, secrets masked."""
    return [
        (name, MASK if secret else masked(os.environ[name]))
        for name, secret in FOREIGN.items()
        if os.environ.get(name)
    ]


def masked(text: str) -> str:
    """Return an address without the user and password in it; any other text as it is.

    What stands before the last @ counts as such where it holds a colon, even if a slash ends the host before.
    """
    scheme, separator, rest = text.partition("://")
    before, at, after = rest.rpartition("@")
    if not separator or not at or not (":" in before or "/" not in before):
        return text
    return f"{scheme}://{MASK}@{after}"


def _find_file(given: Path | None) -> Path | None:
    named = given or (Path(os.environ[FILE_VARIABLE]) if os.environ.get(FILE_VARIABLE) else None)
    if named is not None:
        named = named.expanduser()
        if not named.is_file():
            raise UserError(f"settings file {named} does not exist")
        return named
    return next((p for p in (FILE_HERE, FILE_OF_USER.expanduser()) if p.is_file()), None)


def _from_environment() -> dict[str, str]:
    """Return the settings that variables state; an empty variable states nothing."""
    stated = {name: os.environ.get(PREFIX + name.upper(), "") for name in NAMES}
    return {name: value for name, value in stated.items() if value}


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"settings file {path} cannot be read: {error}") from error


def _build_options(build: object, path: Path | None) -> dict[str, Any]:
    if not isinstance(build, dict):
        raise UserError(f"settings file {path}: [build] is a table of the options of scimmir build")
    if not build:
        return {}
    from pydantic import ValidationError

    from flows.build_options import BuildOptions

    try:
        BuildOptions(**build)
    except ValidationError as error:
        raise UserError(_sentence(error, path)) from None
    return build


def _checked(name: str, value: object, origin: str) -> str | float:
    """Return a setting's value; what is wrong is said without the value itself, which may be a secret."""
    wrong = None
    if name not in NAMES:
        wrong = "there is no such setting"
    elif name == "min_free_gb":
        number = _number(value)
        if number is not None:
            return number
        wrong = "a number of at least 0 is expected"
    elif not isinstance(value, str):
        wrong = "a text is expected"
    elif name == "log_format" and value not in ("text", "json"):
        wrong = "text or json is expected"
    elif name == "contact" and ("@" not in value.strip("@") or any(c.isspace() for c in value)):
        wrong = "a mail address is expected, such as name@example.org"
    elif name == "s3_endpoint":
        wrong = _wrong_endpoint(value)
    if wrong is not None or not isinstance(value, str):
        raise UserError(f"{name} ({origin}): {wrong}")
    return value


def _number(value: object) -> float | None:
    try:
        number = float(value) if isinstance(value, str | int | float) else -1.0
    except ValueError:
        return None
    return number if number >= 0 else None


def _wrong_endpoint(value: str) -> str | None:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return "an address is expected, such as https://store.example.org:9000"
    if parts.username or parts.password:
        return "credentials do not belong in it: boto3's standard chain finds them"
    return None


def _sentence(error: "ValidationError", path: Path | None) -> str:
    """Return what is wrong with the first option, without its value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "there is no such setting"
    return f"{name} ({path} [build]): {message}"
