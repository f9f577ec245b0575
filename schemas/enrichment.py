"""What a vision-language model wrote of a pair: a table of its own, which never changes a caption."""

from dataclasses import dataclass

import pyarrow as pa

from schemas.columns import column

REASONS = {
    "license_forbids": "its licence forbids derivatives; --allow-no-derivatives asks nevertheless",
    "no_image": "the release holds no image of it: it is withheld by the licence policy",
    "refused": "the server refused the request as it is (status 400, 413 or 422)",
    "unavailable": "the server gave no answer in any attempt: too many requests, errors or timeouts",
    "nonsense": "no attempt gave an answer that holds a text",
}


@dataclass(frozen=True, kw_only=True)
class EnrichmentRow:
    """One pair's description, or why there is none."""

    pair_id: str = column(pa.string(), "the pair that is described")
    description: str | None = column(pa.string(), "what the model wrote", nullable=True)
    reason: str | None = column(pa.string(), "why there is no description", nullable=True)
    detail: str | None = column(pa.string(), "what the server or its answer said of it", nullable=True)
    model: str = column(pa.string(), "the model that was asked for")
    served_model: str | None = column(pa.string(), "the model that answered, by its own word", nullable=True)
    prompt_sha256: str = column(pa.string(), "sha256 of the prompt file")
    request_sha256: str | None = column(
        pa.string(), "sha256 of the prompt as it was sent, with the picture", nullable=True
    )
    finish_reason: str | None = column(
        pa.string(), "why the model ended: stop, or length where the answer was cut", nullable=True
    )
    prompt_tokens: int | None = column(
        pa.int64(), "tokens of what was sent, by the server's count", nullable=True
    )
    completion_tokens: int | None = column(pa.int64(), "tokens of what was written", nullable=True)
    seconds: float | None = column(pa.float64(), "seconds from request to answer", nullable=True)
    answered_at: str | None = column(pa.string(), "when the answer came, ISO 8601 in UTC", nullable=True)
