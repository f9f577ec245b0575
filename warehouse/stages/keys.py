"""The key of a stage's output: the hash of all that decides it, under which a build finds earlier work again."""

import hashlib
import json
from collections.abc import Iterable, Mapping

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def stage_key(stage: str, version: str, parameters: Mapping[str, Json], inputs: Iterable[str]) -> str:
    """Return the name of a stage's output: 32 hex digits that stand for all that decides it.

    Args:
        stage: name of the stage.
        version: its `VERSION` constant.
        parameters: what the user or the installed libraries decide: options, library and model versions.
        inputs: keys of the stage outputs it reads, or hashes of the papers.
    """
    content = {"stage": stage, "version": version, "parameters": dict(parameters), "inputs": list(inputs)}
    return hashlib.sha256(canonical_json(content)).hexdigest()[:32]


def canonical_json(value: object) -> bytes:
    """Return JSON with sorted keys and no spare blanks: equal values give equal bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def plain(value: object) -> Json:
    """Return nested dataclass values in the types that JSON knows."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    assert value is None or isinstance(value, str | int | float | bool)
    return value
