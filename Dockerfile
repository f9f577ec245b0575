FROM python:3.11-slim-bookworm

# Ghostscript renders EPS figures.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ghostscript \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 scimmir

WORKDIR /opt/scimmir
COPY constraints/core.txt constraints/core.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r constraints/core.txt
COPY . .
RUN pip install --no-cache-dir --no-deps . && mkdir -p /data/papers /data/warehouse \
    && chown -R scimmir:scimmir /data /opt/scimmir

USER scimmir
ENV SCIMMIR_HOME=/opt/scimmir \
    SCIMMIR_PAPERS=/data/papers \
    SCIMMIR_WAREHOUSE=/data/warehouse \
    PREFECT_SERVER_ANALYTICS_ENABLED=false \
    DO_NOT_TRACK=1
CMD ["scimmir", "--help"]
