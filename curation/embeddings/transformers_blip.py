"""BLIP and BLIP-2 by the heads that they were trained for retrieval with.

The contrastive head gives vectors; a picture has one of BLIP, and one for each query token of BLIP-2, of which the
nearest to a text counts. The image-text matching head reads a picture and a text together and says how well they
match; it is too slow for all pairs, so it puts the first candidates in a new order.
"""

from typing import Any


class Blip:
    """A BlipForImageTextRetrieval."""

    parts = 1

    def __init__(self, model: Any) -> None:
        self._model = model

    def pictures(self, inputs: dict[str, Any]) -> Any:
        """Return vectors of shape (n, 1, d) from the first place of what the vision tower sees."""
        return self._model.vision_proj(self.see(inputs)[:, :1])

    def texts(self, inputs: dict[str, Any]) -> Any:
        """Return vectors of shape (n, d) from the first token of texts that were read without a picture."""
        read = self._model.text_encoder(
            input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"]
        )
        return self._model.text_proj(read.last_hidden_state[:, 0])

    def see(self, inputs: dict[str, Any]) -> Any:
        """Return what the vision tower sees in pictures, of shape (n, places, width)."""
        return self._model.vision_model(pixel_values=inputs["pixel_values"]).last_hidden_state

    def matches(self, seen: Any, inputs: dict[str, Any]) -> Any:
        """Return of one picture and n texts the logits that they match less those that they do not: shape (n,)."""
        seen = seen.expand(len(inputs["input_ids"]), -1, -1)
        read = self._model.text_encoder(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            encoder_hidden_states=seen,
            encoder_attention_mask=seen.new_ones(seen.shape[:2]).long(),
        )
        logits = self._model.itm_head(read.last_hidden_state[:, 0])
        return logits[:, 1] - logits[:, 0]


class Blip2:
    """A Blip2ForImageTextRetrieval."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.parts = int(model.query_tokens.shape[1])

    def pictures(self, inputs: dict[str, Any]) -> Any:
        """Return vectors of shape (n, query tokens, d)."""
        seen = self.see(inputs)
        asked = self._model.qformer(
            query_embeds=self._model.query_tokens.expand(len(seen), -1, -1),
            encoder_hidden_states=seen,
            encoder_attention_mask=seen.new_ones(seen.shape[:2]).long(),
        )
        return self._model.vision_projection(asked.last_hidden_state)

    def texts(self, inputs: dict[str, Any]) -> Any:
        """Return vectors of shape (n, d) from the first token of texts that were read without a picture."""
        read = self._model.qformer(
            query_embeds=self._model.embeddings(input_ids=inputs["input_ids"]),
            query_length=0,
            attention_mask=inputs["attention_mask"],
        )
        return self._model.text_projection(read.last_hidden_state[:, 0])

    def see(self, inputs: dict[str, Any]) -> Any:
        """Return what the vision tower sees in pictures, of shape (n, places, width)."""
        return self._model.vision_model(pixel_values=inputs["pixel_values"]).last_hidden_state

    def matches(self, seen: Any, inputs: dict[str, Any]) -> Any:
        """Return of one picture and n texts the logits that they match less those that they do not: shape (n,)."""
        import torch

        count = len(inputs["input_ids"])
        seen = seen.expand(count, -1, -1)
        queries = self._model.query_tokens.expand(count, -1, -1)
        mask = inputs["attention_mask"]
        read = self._model.qformer(
            query_embeds=self._model.embeddings(input_ids=inputs["input_ids"], query_embeds=queries),
            query_length=self.parts,
            attention_mask=torch.cat([mask.new_ones(count, self.parts), mask], dim=1),
            encoder_hidden_states=seen,
            encoder_attention_mask=seen.new_ones(seen.shape[:2]).long(),
        )
        logits = self._model.itm_head(read.last_hidden_state[:, : self.parts]).mean(dim=1)
        return logits[:, 1] - logits[:, 0]


# By model type: the class of the library that has the heads, and how it is read here.
HEADS: dict[str, tuple[str, type[Blip] | type[Blip2]]] = {
    "blip": ("BlipForImageTextRetrieval", Blip),
    "blip-2": ("Blip2ForImageTextRetrieval", Blip2),
}
