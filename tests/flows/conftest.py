"""One Prefect server for all tests that bring flows of their own to one: it starts for ten seconds and more."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

SERVER = """
from scimmir.terminal import quiet_prefect
quiet_prefect()
import sys
from prefect.client.orchestration import get_client
print(get_client(sync_client=True).api_url, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="session")
def prefect_server(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """Return an environment in which flows run at a server that is up."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        yield {**environment, "PREFECT_API_URL": holder.stdout.readline().strip()}
        holder.communicate(timeout=30)  # without its input it ends, and the server with it
