"""What captions and tables that were written for it, which are no papers', say of a float's class.

`opinion.py` asks them, `learn.py` learns from them: `tests/data/written_captions.jsonl`.
"""

from curation.classes.files import WRITTEN_FILE
from curation.classes.written.opinion import read_written, written_opinion

__all__ = ["WRITTEN_FILE", "read_written", "written_opinion"]
