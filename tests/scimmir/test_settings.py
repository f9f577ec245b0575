"""Settings come from flags, environment, file and defaults, in that order, and say so; secrets stay secret."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UserError
from scimmir.settings import (
    MASK,
    NAMES,
    PREFIX,
    Loaded,
    Settings,
    defaults_of_commands,
    load_settings,
    masked,
    shown,
)


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*NAMES, "config"]:
        monkeypatch.delenv(PREFIX + name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def origins(loaded: Loaded, *names: str) -> list[str]:
    return [loaded.origins[name] for name in names]


def test_defaults() -> None:
    loaded = load_settings()
    assert loaded.settings == Settings() and loaded.file is None
    assert set(loaded.origins.values()) == {"default"}


def test_flags_win_over_the_environment_and_this_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = write(
        tmp_path / "s.toml",
        'warehouse = "of-file"\ncontact = "file@example.org"\ns3_region = "eu-1"\nlog_format = "json"\n',
    )
    monkeypatch.setenv("SCIMMIR_CONTACT", "env@example.org")
    monkeypatch.setenv("SCIMMIR_WAREHOUSE", "of-env")
    loaded = load_settings(file=file, warehouse="of-flag", log_format=None)
    settings = loaded.settings
    assert (settings.warehouse, settings.contact) == ("of-flag", "env@example.org")
    assert (settings.s3_region, settings.log_format) == ("eu-1", "json")
    assert origins(loaded, "warehouse", "contact", "s3_region", "user_agent") == [
        "flag", "environment SCIMMIR_CONTACT", str(file), "default",
    ]  # fmt: skip


def test_where_the_file_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    of_user = write(tmp_path / "home" / ".config" / "scimmir" / "config.toml", 's3_region = "user"')
    assert load_settings().file == of_user
    write(tmp_path / "here" / "scimmir.toml", 's3_region = "here"')
    assert load_settings().settings.s3_region == "here"
    monkeypatch.setenv("SCIMMIR_CONFIG", str(write(tmp_path / "env.toml", 's3_region = "env"')))
    assert load_settings().settings.s3_region == "env"
    assert load_settings(file=write(tmp_path / "f.toml", 's3_region = "flag"')).settings.s3_region == "flag"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCIMMIR_CONTACT", "")
    assert load_settings().origins["contact"] == "default"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("warehouse = ", "cannot be read"),
        ('warehose = "x"', "warehose (FILE): there is no such setting"),
        ('log_format = "xml"', "log_format (FILE): text or json is expected"),
        ("log_format = 5", "log_format (FILE): a text is expected"),
        ("min_free_gb = -1", "min_free_gb (FILE): a number of at least 0 is expected"),
        ('min_free_gb = "much"', "min_free_gb (FILE): a number of at least 0 is expected"),
        ('contact = "nobody"', "contact (FILE): a mail address is expected"),
        ('s3_endpoint = "store:9000"', "s3_endpoint (FILE): an address is expected"),
        ('s3_endpoint = "https://me:hush@store"', "s3_endpoint (FILE): credentials do not belong in it"),
        ("[build]\nmax_sides = 5", "max_sides (FILE [build]): there is no such setting"),
        ("[build]\nmax_side = 5", "max_side (FILE [build]): Input should be greater than or equal to 64"),
        ("build = 5", "[build] is a table"),
    ],
)
def test_what_is_wrong_is_said_without_the_value(tmp_path: Path, text: str, sentence: str) -> None:
    file = write(tmp_path / "s.toml", text)
    with pytest.raises(UserError) as error:
        load_settings(file=file)
    assert sentence.replace("FILE", str(file)) in str(error.value)
    assert "hush" not in str(error.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no\.toml does not exist"):
        load_settings(file=tmp_path / "no.toml")


def test_commands_get_what_is_set_and_build_its_options(tmp_path: Path) -> None:
    file = write(tmp_path / "s.toml", 'warehouse = "w"\n[build]\nmax_side = 512\n')
    assert defaults_of_commands(load_settings(file=file), ["build", "query"]) == {
        "build": {"warehouse": "w", "max_side": 512},
        "query": {"warehouse": "w"},
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://me:hush@store.example.org:9000/a@b", f"https://{MASK}@b"),
        ("https://store.example.org/a@b", "https://store.example.org/a@b"),
        ("https://me:hush@store.example.org:9000/a", f"https://{MASK}@store.example.org:9000/a"),
        ("https://token@store.example.org/a", f"https://{MASK}@store.example.org/a"),
        ("s3://key:se/cret@bucket", f"s3://{MASK}@bucket"),
        ("name@example.org", "name@example.org"),
        ("", ""),
    ],
)
def test_masks(text: str, expected: str) -> None:
    assert masked(text) == expected


word = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-:", min_size=1)


@given(word, word, word)
def test_no_password_of_an_address_is_shown(user: str, password: str, host: str) -> None:
    assert masked(f"https://{user}:PW{password}WP@{host}/x") == f"https://{MASK}@{host}/x"


def test_shown_rows_name_every_setting(tmp_path: Path) -> None:
    loaded = load_settings(file=write(tmp_path / "s.toml", "[build]\nmax_side = 512"))
    rows = {name: (value, origin) for name, value, origin in shown(loaded)}
    assert set(NAMES) < set(rows)
    assert rows["build.max_side"] == ("512", str(tmp_path / "s.toml"))
    assert rows["warehouse"] == ("warehouse-data", "default")


Run = Callable[..., subprocess.CompletedProcess[str]]


def run(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scimmir", *arguments],
        env=environment, cwd=folder, capture_output=True, text=True, timeout=1500, check=False,
    )  # fmt: skip


def test_the_command_prints_origins_and_no_secret(tmp_path: Path, environment: dict[str, str]) -> None:
    root = str(Path(__file__).parents[2])
    write(tmp_path / "w" / "scimmir.toml", 'contact = "me@example.org"\nwarehouse = "wh"\n')
    secrets = {
        "AWS_SECRET_ACCESS_KEY": "hush-1",
        "PREFECT_API_KEY": "hush-2",
        "HTTPS_PROXY": "http://u:hush-3@p:1",
    }
    done = run(
        tmp_path / "w",
        {**environment, **secrets, "SCIMMIR_S3_REGION": "eu-7", "PYTHONPATH": root},
        "--log-format", "json", "config", "--json",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "hush" not in done.stdout
    found = json.loads(done.stdout)
    assert found["settings"]["contact"] == {"value": "me@example.org", "origin": "scimmir.toml"}
    assert found["settings"]["s3_region"] == {"value": "eu-7", "origin": "environment SCIMMIR_S3_REGION"}
    assert found["settings"]["log_format"] == {"value": "json", "origin": "flag"}
    assert found["environment"]["AWS_SECRET_ACCESS_KEY"] == MASK
    assert found["environment"]["HTTPS_PROXY"] == f"http://{MASK}@p:1"
    # Other commands take their defaults from the same file.
    done = run(tmp_path / "w", {**environment, "PYTHONPATH": root}, "catalog")
    assert done.returncode == 1 and "there is no warehouse at" in done.stderr and "/w/wh" in done.stderr


def test_the_table_shows_the_same(tmp_path: Path, environment: dict[str, str]) -> None:
    root = str(Path(__file__).parents[2])
    done = run(tmp_path, {**environment, "PYTHONPATH": root, "SCIMMIR_CONTACT": "me@example.org"}, "config")
    assert done.returncode == 0
    (line,) = [line for line in done.stdout.splitlines() if "contact" in line]
    assert "me@example.org" in line and "environment SCIMMIR_CONTACT" in line
