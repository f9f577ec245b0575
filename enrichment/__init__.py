"""Longer descriptions of pairs by a vision-language model, on demand: what is asked, of whom, at what cost.

`prompt.py` fills the user's prompt with what is known of a pair, `endpoint.py` asks a server that speaks OpenAI's
protocol, `budget.py` bounds what that costs, `journal.py` keeps each answer as it comes, and `run.py` does all of it
for many pairs.
"""

from enrichment.budget import Budget
from enrichment.endpoint import Endpoint, EndpointSettings
from enrichment.journal import Journal
from enrichment.prompt import Item, Prompt
from enrichment.run import enrich

__all__ = ["Budget", "Endpoint", "EndpointSettings", "Item", "Journal", "Prompt", "enrich"]
