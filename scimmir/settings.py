"""What all commands share, from flags, environment and one TOML file; each value knows where it comes from."""

import os
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from schemas.errors import UserError

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


class Settings(BaseModel):
    """What the commands share. Every field can be a flag, a variable SCIMMIR_<NAME> or a line of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    warehouse: Annotated[str, Field(description="folder (or s3:// address) of stages and releases")] = (
        "warehouse-data"
    )
    contact: Annotated[
        str | None, Field(description="mail address that the User-Agent names; needed to fetch papers")
    ] = None
    user_agent: Annotated[
        str | None, Field(description="User-Agent in full, instead of scimmir's own with the contact")
    ] = None
    s3_endpoint: Annotated[
        str | None, Field(description="address of an S3 store that is not Amazon's; may hold no password")
    ] = None
    s3_region: Annotated[str | None, Field(description="region of the S3 store")] = None
    log_format: Annotated[Literal["text", "json"], Field(description="log as text or as JSON lines")] = "text"
    metrics_dir: Annotated[
        str | None, Field(description="folder into which a build also writes metrics.prom, for node_exporter")
    ] = None
    min_free_gb: Annotated[float, Field(ge=0, description="free disk that doctor asks for, in GiB")] = 10.0

    @field_validator("contact")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is not None and ("@" not in value.strip("@") or any(c.isspace() for c in value)):
            raise ValueError("a mail address is expected, such as name@example.org")
        return value

    @field_validator("s3_endpoint")
    @classmethod
    def _a_url(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://unset")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address is expected, such as https://store.example.org:9000")
        if parts.username or parts.password:
            raise ValueError("credentials do not belong in it: boto3's standard chain finds them")
        return value


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
    origins = dict.fromkeys(Settings.model_fields, "default")
    for origin, layer in layers.items():
        for name, value in layer.items():
            values[name] = value
            origins[name] = f"environment {PREFIX}{name.upper()}" if origin == "environment" else origin
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise UserError(_sentence(error, origins)) from None
    return Loaded(settings, origins, path, _build_options(build, path))


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
    for name in Settings.model_fields:
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
    stated = {name: os.environ.get(PREFIX + name.upper(), "") for name in Settings.model_fields}
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
    from flows.build_options import BuildOptions

    try:
        BuildOptions(**build)
    except ValidationError as error:
        raise UserError(_sentence(error, dict.fromkeys(build, f"{path} [build]"))) from None
    return build


def _sentence(error: ValidationError, origins: dict[str, str]) -> str:
    """Return what is wrong with the first value, without the value itself, which may be a secret."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    message = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        message = "there is no such setting"
    return (
        f"{name} ({origins.get(str(first['loc'][0]), 'settings') if first['loc'] else 'settings'}): {message}"
    )
