"""Runs open_clip's training program in a process of its own, with model configurations that it does not ship.

`python -m training.run_open_clip CONFIG.json … -- ARGUMENTS OF open_clip_train` is what that process runs.
"""

import os
import sys
from typing import Any

KEEP_ORDER = "SCIMMIR_TRAIN_KEEP_ORDER"


def main() -> None:
    """Register the configurations, then hand over to open_clip_train."""
    place = sys.argv.index("--")
    import open_clip
    import torch
    from open_clip_train.main import main as train

    if os.environ.get(KEEP_ORDER):
        from open_clip_train import data

        keep_order(data)
    for path in sys.argv[1:place]:
        open_clip.add_model_config(path)
    torch.set_num_threads(int(os.environ.get("SCIMMIR_TRAIN_THREADS", os.cpu_count() or 1)))
    train(sys.argv[place + 1 :])


def keep_order(data: Any) -> None:
    """Have a batch hold what stands together in a shard; shards still come in another order in each epoch."""
    data._SAMPLE_SHUFFLE_SIZE = data._SAMPLE_SHUFFLE_INITIAL = 1


if __name__ == "__main__":
    main()
