"""What a user can choose in a fetch: the flow's typed parameters, and so its configuration."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.license import LicenseGroup

Versions = Literal["all", "latest"]
Source = Literal["arxiv-bulk", "arxiv-ids", "arxiv-oai", "pmc"]


class FetchOptions(BaseModel):
    """Choices of a fetch; all have defaults."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    months: Annotated[
        tuple[str, ...], Field(description="arxiv-bulk: months such as 2026-01; all when none is named.")
    ] = ()
    since: Annotated[
        str | None, Field(description="First date or month: of the ids (bulk) or of the last change (OAI).")
    ] = None
    until: Annotated[str | None, Field(description="Last date or month, included.")] = None
    items: Annotated[
        tuple[str, ...], Field(description="Ids of papers; for arxiv-bulk also names of tars.")
    ] = ()
    sets: Annotated[
        tuple[str, ...], Field(description="arxiv-oai: sets such as cs or cs:cs:CV; everything by default.")
    ] = ()
    metadata_only: Annotated[
        bool, Field(description="arxiv-oai: keep the metadata current and fetch no paper.")
    ] = False
    license_groups: Annotated[
        tuple[LicenseGroup, ...], Field(min_length=1, description="pmc: groups of licences to fetch.")
    ] = ("commercial", "noncommercial", "other")
    retracted: Annotated[bool, Field(description="pmc: fetch retracted articles, too.")] = False
    tdm_only: Annotated[
        bool, Field(description="pmc: fetch articles that may be mined but not passed on.")
    ] = True
    again: Annotated[
        bool, Field(description="pmc: ask again for articles that an earlier policy left out.")
    ] = False
    versions: Annotated[
        Versions,
        Field(
            description="Single papers and articles: latest removes earlier versions when a later one came."
        ),
    ] = "all"
    connections: Annotated[
        int, Field(ge=1, le=64, description="pmc: articles fetched at once; arXiv allows one connection.")
    ] = 4
    yes: Annotated[
        bool, Field(description="arxiv-bulk: agree to pay for what is fetched; without it nothing is.")
    ] = False
    max_bytes: Annotated[
        int | None, Field(ge=0, description="Bytes that one fetch may transfer at most, retries included.")
    ] = None
    usd_per_gb: Annotated[
        float, Field(ge=0, description="Price of transfer that the estimate uses; 0 within us-east-1.")
    ] = 0.09
    endpoint: Annotated[
        str | None,
        Field(description="Another server of the same protocol; for S3 AWS_ENDPOINT_URL does the same."),
    ] = None
    oai_endpoint: Annotated[str | None, Field(description="Another OAI-PMH server than arXiv's.")] = None
    contact: Annotated[
        str | None,
        Field(description="Your e-mail address, which every request carries; SCIMMIR_CONTACT does the same."),
    ] = None
    interval_s: Annotated[
        float | None,
        Field(ge=0, description="Seconds between requests: at arXiv 3 and never less, elsewhere none."),
    ] = None
    state: Annotated[
        str | None,
        Field(
            description="Folder in which all fetches of this machine keep the times of their last requests."
        ),
    ] = None
    attempts: Annotated[
        int, Field(ge=1, le=100, description="Attempts in a row that may fail before a file is given up.")
    ] = 5
    backoff_s: Annotated[
        float, Field(ge=0, description="Seconds to wait after a failure; doubled after each further one.")
    ] = 1.0
    timeout_s: Annotated[float, Field(gt=0, le=3600, description="Seconds that a server may be silent.")] = (
        60.0
    )
