"""A small CLIP's architecture in open_clip's configuration format, with a vocabulary of its own size."""

import gzip
import importlib.util
import json
from pathlib import Path
from typing import Any

from schemas.errors import UserError

NAME = "scimmir-small"
SIDE = 128  # pixels; pictures are squashed to a square, so that no part of a wide figure is cut away
MERGES = 8_000  # of CLIP's 48,894 byte pairs, the most frequent: 1.6 M parameters instead of 9.4 M
VOCABULARY = 2 * 256 + MERGES + 2  # bytes, bytes that end a word, merges, start and end of text
CONTEXT = 48  # tokens
BPE_FILE = "bpe.txt.gz"


def model_config(bpe_path: str) -> dict[str, Any]:
    """Return open_clip's model configuration; the file of byte pairs is named in it."""
    return {
        "embed_dim": 256,
        "vision_cfg": {"image_size": SIDE, "layers": [1, 1, 1, 1], "width": 24, "patch_size": None},
        "text_cfg": {
            "context_length": CONTEXT,
            "vocab_size": VOCABULARY,
            "width": 192,
            "heads": 3,
            "layers": 3,
            "tokenizer_kwargs": {"bpe_path": bpe_path},
        },
    }


def write_config(folder: Path) -> Path:
    """Write the configuration and its byte pairs into a folder; return the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    bpe = folder / BPE_FILE
    bpe.write_bytes(fewer_merges())
    path = folder / f"{NAME}.json"
    path.write_text(json.dumps(model_config(str(bpe.resolve())), indent=2) + "\n")
    return path


def fewer_merges() -> bytes:
    """Return CLIP's byte pairs, cut to the first `MERGES`, packed as open_clip's tokenizer reads them.

    Byte pairs are ordered by frequency and each builds on earlier ones, so a beginning of the list is itself
    a tokenizer.

    Raises:
        UserError: open_clip is not installed.
    """
    package = importlib.util.find_spec("open_clip")  # only found: its import takes seconds
    if package is None or package.origin is None:
        raise UserError("training needs open_clip: pip install 'scimmir[train]'")
    merges = Path(package.origin).with_name("bpe_simple_vocab_16e6.txt.gz")
    lines = gzip.decompress(merges.read_bytes()).decode().split("\n")
    kept = "\n".join(lines[: MERGES + 1])  # the first line is a comment
    return gzip.compress(kept.encode(), mtime=0)
