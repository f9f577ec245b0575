"""A server that speaks OpenAI's protocol (vLLM, SGLang, llama.cpp and others), asked through OpenAI's own client."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from enrichment.prompt import Item
from schemas.errors import UserError

FIRST_PAUSE_S = 0.5  # between attempts, twice as long each time, where the server asks for no other
LONGEST_PAUSE_S = 60.0
REFUSED = (400, 413, 422)  # of this request; another may be answered


@dataclass(frozen=True, kw_only=True)
class EndpointSettings:
    """Where to ask and how patiently.

    `attempts` is how often one pair is asked for at most, `requests_per_minute` the rate over all threads.
    """

    url: str
    model: str
    api_key: str = "none"
    timeout_s: float = 120.0
    attempts: int = 5
    requests_per_minute: float | None = None
    answer_tokens: int = 512
    temperature: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What came of asking for one pair: a text, or why there is none; tokens are those of all attempts."""

    text: str | None = None
    reason: str | None = None
    detail: str | None = None
    served_model: str | None = None
    request_sha256: str
    finish_reason: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    answered_at: str = ""


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """What one request came to; `pause_s` is how long the server asks to be left alone."""

    text: str | None = None
    reason: str | None = None
    detail: str | None = None
    served_model: str | None = None
    finish_reason: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    pause_s: float | None = None


class Endpoint:
    """Asks for descriptions; safe to use from several threads.

    Raises:
        UserError: OpenAI's client is not installed, or the address is none.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        try:
            import openai
        except ImportError as error:
            raise UserError("enrich needs OpenAI's client: pip install 'scimmir[enrich]'") from error
        if not settings.url.startswith(("http://", "https://")):
            raise UserError(
                f"{settings.url!r} is no address of a server: use one such as http://HOST:8000/v1"
            )
        self.settings = settings
        self._openai = openai
        self._client = openai.OpenAI(
            base_url=settings.url,
            api_key=settings.api_key,
            timeout=settings.timeout_s,
            max_retries=0,  # its own retries would not keep the rate
        )
        self._next = 0.0
        self._turn = threading.Lock()

    def ask(self, prompt: str, item: Item) -> Reply:
        """Return the model's description of a pair, or why there is none.

        Raises:
            UserError: the server would answer no pair: a wrong key, model or address.
        """
        messages = self._messages(prompt, item)
        sent = hashlib.sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()
        begin, prompt_tokens, completion_tokens = time.monotonic(), 0, 0
        for number in range(self.settings.attempts):
            self._wait_for_turn()
            tried = self._try(messages)
            prompt_tokens += tried.prompt_tokens
            completion_tokens += tried.completion_tokens
            if tried.reason in (None, "refused") or number + 1 == self.settings.attempts:
                break
            pause = FIRST_PAUSE_S * 2**number if tried.pause_s is None else tried.pause_s
            time.sleep(min(pause, LONGEST_PAUSE_S))
        return Reply(
            text=tried.text,
            reason=tried.reason,
            detail=tried.detail,
            served_model=tried.served_model,
            request_sha256=sent,
            finish_reason=tried.finish_reason,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            seconds=round(time.monotonic() - begin, 3),
            answered_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def _try(self, messages: list[dict[str, Any]]) -> "_Attempt":
        """Send one request.

        Raises:
            UserError: the server would answer no request of this run.
        """
        try:
            answer = self._client.chat.completions.create(
                model=self.settings.model,
                messages=messages,  # type: ignore[arg-type]
                max_tokens=self.settings.answer_tokens,
                temperature=self.settings.temperature,
            )
            return _read(answer)
        except self._openai.APIStatusError as error:
            return _Attempt(reason=self._reason(error), detail=_shown(error), pause_s=_asked_pause(error))
        except self._openai.APIConnectionError as error:  # a timeout is one of these
            return _Attempt(reason="unavailable", detail=_shown(error))
        except (self._openai.APIError, ValueError, TypeError) as error:  # what is no answer of the protocol
            return _Attempt(reason="nonsense", detail=_shown(error))

    def _messages(self, prompt: str, item: Item) -> list[dict[str, Any]]:
        data = base64.b64encode(item.image).decode()
        picture = {"type": "image_url", "image_url": {"url": f"data:{item.media_type};base64,{data}"}}
        return [{"role": "user", "content": [{"type": "text", "text": prompt}, picture]}]

    def _wait_for_turn(self) -> None:
        """Sleep until the rate allows one more request."""
        if self.settings.requests_per_minute is None:
            return
        with self._turn:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + 60 / self.settings.requests_per_minute
        time.sleep(begin - now)

    def _reason(self, error: Any) -> str:
        """Return the reason of a status that stayed.

        Raises:
            UserError: no request of this run would be answered otherwise.
        """
        status = error.status_code
        if status in REFUSED:
            return "refused"
        if status in (408, 409, 429) or status >= 500:
            return "unavailable"
        raise UserError(
            f"the server at {self.settings.url} answers {status} ({_shown(error)}): see that --endpoint ends as "
            f"its API does (often /v1), that it serves {self.settings.model!r}, and that the key is right"
        ) from error


def _read(answer: Any) -> "_Attempt":
    """Read an answer, which is not trusted to have any form."""
    choices = getattr(answer, "choices", None)
    choice = choices[0] if isinstance(choices, list) and choices else None
    text = getattr(getattr(choice, "message", None), "content", None)
    text = text.strip() if isinstance(text, str) else ""
    usage = getattr(answer, "usage", None)
    return _Attempt(
        text=text or None,
        reason=None if text else "nonsense",
        detail=None if text else "the answer holds no text",
        served_model=_string(answer, "model"),
        finish_reason=_string(choice, "finish_reason") if text else None,
        prompt_tokens=_count(usage, "prompt_tokens"),
        completion_tokens=_count(usage, "completion_tokens"),
    )


def _asked_pause(error: Any) -> float | None:
    """Return the seconds that the server asks to wait, as far as that is bearable."""
    try:
        return min(float(error.response.headers.get("Retry-After", "")), LONGEST_PAUSE_S)
    except ValueError:
        return None


def _count(usage: Any, name: str) -> int:
    value = getattr(usage, name, 0)
    return value if isinstance(value, int) and value > 0 else 0


def _string(thing: Any, name: str) -> str | None:
    value = getattr(thing, name, None)
    return value if isinstance(value, str) else None


def _shown(error: BaseException) -> str:
    return " ".join(str(error).split())[:300]
