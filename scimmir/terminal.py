"""What a command shows on the terminal: the project's own log, and not Prefect's."""

import logging
import os


def log_to_terminal() -> None:
    """Write what the project logs to the terminal, with the time of day."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("scimmir")
    logger.setLevel(logging.INFO)
    logger.addHandler(handler)
    logger.propagate = False


def quiet_prefect() -> None:
    """Keep Prefect's own log off the terminal: what matters of it comes back as this command's error."""
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    # Its own server, where none is configured, makes its database at the first start, which can take a while.
    os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")
