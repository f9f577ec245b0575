"""The user's prompt, filled with what is known of a pair."""

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from schemas.errors import UserError


@dataclass(frozen=True, kw_only=True)
class Item:
    """What is known of a pair; all but `image` and its type are what a prompt can name."""

    pair_id: str
    caption: str
    parent_caption: str = ""
    mentions: tuple[str, ...] = ()
    mention_sections: tuple[str, ...] = ()
    title: str = ""
    abstract: str = ""
    kind: str = ""
    subcategory: str = ""
    table_text: str = ""
    ocr_text: str = ""
    image: bytes = field(default=b"", repr=False)
    media_type: str = "image/png"


class Prompt:
    """A template (Jinja) with the fields of `Item` as its variables.

    Args:
        text: the template.

    Raises:
        UserError: it is no template, or names something that no pair has.
    """

    def __init__(self, text: str) -> None:
        self.sha256 = hashlib.sha256(text.encode()).hexdigest()
        try:
            self._template = SandboxedEnvironment(undefined=StrictUndefined).from_string(text)
        except TemplateError as error:
            raise UserError(f"the prompt is no template that Jinja reads: {error}") from error
        if not self.filled(Item(pair_id="a", caption="a")).strip():
            raise UserError("the prompt is empty: write what the model should do with {{ caption }}")

    @classmethod
    def from_file(cls, path: Path) -> "Prompt":
        """Return the prompt of a file.

        Raises:
            UserError: it cannot be read, or is no prompt.
        """
        try:
            return cls(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"the prompt {path} cannot be read: {error}") from error

    def filled(self, item: Item) -> str:
        """Return the text that is sent with a pair's picture.

        Raises:
            UserError: the prompt names something that no pair has.
        """
        known = {name: value for name, value in asdict(item).items() if name not in ("image", "media_type")}
        try:
            return self._template.render(known)
        except TemplateError as error:
            raise UserError(
                f"the prompt cannot be filled: {error}; it may name {', '.join(known)}"
            ) from error
