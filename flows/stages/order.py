"""The stages of a build in their order: first those on each shard, then those over all of them."""

from flows.shards import BuildStage, ShardStage
from flows.stages import (
    classify,
    decontaminate,
    dedupe,
    embed,
    extract,
    images,
    look,
    ocr,
    panels,
    papers,
    typeset,
)

SHARD_STAGES: dict[str, ShardStage] = {
    stage.name: stage
    for stage in (
        extract.STAGE,
        images.STAGE,
        typeset.STAGE,
        panels.STAGE,
        ocr.STAGE,
        look.STAGE,
        classify.STAGE,
        embed.STAGE,
    )
}
LAST_READING = panels.STAGE.name  # stages after this one open no file that strangers made

BUILD_STAGES: dict[str, BuildStage] = {
    stage.name: stage for stage in (papers.STAGE, dedupe.STAGE, decontaminate.STAGE)
}
