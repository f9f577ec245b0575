# Pinned by exact version; pin by digest (name@sha256:…) where you build, for the same bytes each time.
FROM python:3.11.14-slim-bookworm

SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# Ghostscript renders EPS figures; its fixes come from Debian's security archive, so its version is not pinned.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends ghostscript \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 scimmir

WORKDIR /opt/scimmir
COPY constraints/production.txt constraints/production.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r constraints/production.txt
COPY . .
RUN pip install --no-cache-dir --no-deps . \
    && mkdir -p /data/papers /data/warehouse /data/cache /data/prefect \
    && chown -R scimmir:scimmir /data

USER 10001
ENV SCIMMIR_HOME=/opt/scimmir \
    SCIMMIR_PAPERS=/data/papers \
    SCIMMIR_WAREHOUSE=/data/warehouse \
    SCIMMIR_CACHE=/data/cache \
    PREFECT_HOME=/data/prefect \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    DO_NOT_TRACK=1 \
    PYTHONUNBUFFERED=1
CMD ["scimmir", "--help"]
