"""Asks for many pairs at once, within a budget, keeping each answer as it comes."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from enrichment.budget import Budget
from enrichment.endpoint import Endpoint, Reply
from enrichment.journal import Journal
from enrichment.prompt import Item, Prompt
from schemas.enrichment import EnrichmentRow
from schemas.errors import UserError

SILENT_IN_TURN = 8  # pairs without any answer, one after the other: then the server is down


def enrich(
    items: Iterable[Item],
    prompt: Prompt,
    endpoint: Endpoint,
    journal: Journal,
    budget: Budget,
    *,
    threads: int = 4,
    advance: Callable[[int], None] = lambda _: None,
) -> None:
    """Ask for each item that the journal has not, until the budget ends.

    Args:
        items: pairs with their pictures, read one by one as they are asked for.
        prompt: what is sent with each.
        endpoint: whom to ask.
        journal: where the answers go.
        budget: what it may cost.
        threads: requests under way at once.
        advance: is told the number of pairs done.

    Raises:
        UserError: the server answers no pair; what was answered before is kept.
    """
    run = _Run(iter(items), prompt, endpoint, journal, budget, advance)
    with ThreadPoolExecutor(threads, thread_name_prefix="enrich") as pool:
        try:
            for done in [pool.submit(run.work) for _ in range(threads)]:
                done.result()
        finally:
            run.ended = True  # also by Ctrl+C: what is under way is still kept
    if run.error is not None:
        raise run.error


class _Run:
    """What the threads share."""

    def __init__(
        self,
        items: Iterator[Item],
        prompt: Prompt,
        endpoint: Endpoint,
        journal: Journal,
        budget: Budget,
        advance: Callable[[int], None],
    ) -> None:
        self.ended = False
        self.error: UserError | None = None
        self._items, self._prompt, self._endpoint = items, prompt, endpoint
        self._journal, self._budget, self._advance = journal, budget, advance
        self._silent = 0
        self._lock = threading.Lock()

    def work(self) -> None:
        """Ask for one item after the other."""
        while not self.ended:
            with self._lock:
                item = next((item for item in self._items if not self._journal.is_done(item.pair_id)), None)
            if item is None or not self._budget.begin():
                self.ended = True
                return
            self._ask(item)

    def _ask(self, item: Item) -> None:
        reply: Reply | None = None
        try:
            reply = self._endpoint.ask(self._prompt.filled(item), item)
        except UserError as error:
            self.error, self.ended = error, True
        finally:
            self._budget.end(reply.prompt_tokens if reply else 0, reply.completion_tokens if reply else 0)
        if reply is not None:
            self._keep(item, reply)

    def _keep(self, item: Item, reply: Reply) -> None:
        self._journal.add(
            EnrichmentRow(
                pair_id=item.pair_id,
                description=reply.text,
                reason=reply.reason,
                detail=reply.detail,
                model=self._endpoint.settings.model,
                served_model=reply.served_model,
                prompt_sha256=self._prompt.sha256,
                request_sha256=reply.request_sha256,
                finish_reason=reply.finish_reason,
                prompt_tokens=reply.prompt_tokens,
                completion_tokens=reply.completion_tokens,
                seconds=reply.seconds,
                answered_at=reply.answered_at,
            )
        )
        self._advance(1)
        with self._lock:
            self._silent = self._silent + 1 if reply.reason == "unavailable" else 0
            if self._silent >= SILENT_IN_TURN and self.error is None:
                self.ended = True
                self.error = UserError(
                    f"the server gave no answer for {SILENT_IN_TURN} pairs in turn (last: {reply.detail}): see that "
                    "it runs, then call this again; what was answered is kept"
                )
