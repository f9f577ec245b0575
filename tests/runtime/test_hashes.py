"""Hashes of files, and that a model's file is read once per state of it."""

import hashlib
import os
from pathlib import Path

import pytest

from runtime import hashes


def test_a_file_has_the_hash_of_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content" * 100_000)
    assert hashes.file_sha256(file) == hashlib.sha256(b"content" * 100_000).hexdigest()


def test_a_models_file_is_read_again_only_once_it_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Path] = []
    monkeypatch.setattr(hashes, "file_sha256", lambda path: reads.append(path) or f"read {len(reads)}")
    file = tmp_path / "weights"
    file.write_bytes(b"old")
    assert [hashes.model_sha256(file), hashes.model_sha256(file)] == ["read 1", "read 1"]
    file.write_bytes(b"new")
    os.utime(file, ns=(0, 0))
    assert hashes.model_sha256(file) == "read 2"
