"""The services of a production set-up as plain processes: PostgreSQL, Prefect's server, its process workers.

What docker-compose.yml brings up in containers, the integration test and the fault table bring up with these.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin/initdb", "/usr/local/bin/initdb", "/usr/bin/initdb")
UNPRIVILEGED = "nobody"


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(true: Callable[[], object], *, seconds: float, what: str) -> None:
    """Return once something is true. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come about in {seconds:g} s")
        time.sleep(0.5)


def clean_environment(home: Path) -> dict[str, str]:
    """Return this process's environment with a Prefect home of its own and none of its other settings."""
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "SCIMMIR_", "DASK_", "AWS_"))
    }
    own = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "200",
    }
    return {**kept, **own}


@dataclass
class Service:
    """A process that is started, killed and started again; its output goes to a file."""

    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    user: str | None = None
    cwd: Path = ROOT
    process: "subprocess.Popen[bytes] | None" = None
    is_ready: Callable[[], object] = field(default=lambda: True)

    def start(self, *, wait_s: float = 600.0) -> None:
        """Start it and wait until it is ready."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                list(self.command),
                env=dict(self.environment),
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=self.cwd,
                user=self.user,
                group=None,
                start_new_session=True,
            )
        wait_until(lambda: self._alive() and self.is_ready(), seconds=wait_s, what=self.command[0])

    def _alive(self) -> bool:
        if self.process is None or self.process.poll() is not None:
            raise RuntimeError(f"{self.command[0]} ended: {self.log.read_text(errors='replace')[-2000:]}")
        return True

    def kill(self) -> None:
        """Kill it and all that it started, without a chance to tidy up."""
        if self.process is None:
            return
        for child in self._family():
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, and kill what is left after a while."""
        if self.process is None or self.process.poll() is not None:
            return
        family = self._family()
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)
        for child in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        self.process.wait()

    def works_on(self, flow_run: str) -> bool:
        """Tell whether a flow run's process is one that this worker started."""
        for child in self._family():
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if child.environ().get("PREFECT__FLOW_RUN_ID") == flow_run:
                    return True
        return False

    def _family(self) -> list[psutil.Process]:
        try:
            own = psutil.Process(self.process.pid if self.process else 0)
            return [*own.children(recursive=True), own]
        except psutil.NoSuchProcess:
            return []


def postgres_tools() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where it is not installed."""
    found = [p for pattern in POSTGRES_FOLDERS for p in sorted(Path("/").glob(pattern.lstrip("/")))]
    return found[0].resolve().parent if found else None


@contextlib.contextmanager
def postgres() -> Iterator[tuple[Service, str]]:
    """Yield a running PostgreSQL in a folder of its own, and the address of a database for Prefect.

    It refuses to run as root; then an unprivileged user runs it.
    """
    tools = postgres_tools()
    if tools is None:
        raise RuntimeError("PostgreSQL is not installed")
    folder, port = Path(tempfile.mkdtemp(prefix="postgres-")), free_port()
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(folder)}
    making = [str(tools / "initdb"), "-D", str(folder / "data"), "-U", "prefect", "-A", "trust", "-E", "UTF8"]
    done = subprocess.run(
        making, capture_output=True, text=True, user=user, env=environment, cwd=folder, check=False
    )
    if done.returncode:
        raise RuntimeError(f"initdb: {done.stderr}")
    command = [str(tools / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
    command += ["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-k", str(folder)]
    asking = [str(tools / "pg_isready"), "-h", "127.0.0.1", "-p", str(port)]
    service = Service(
        command,
        environment,
        folder.with_suffix(".log"),
        user=user,
        cwd=folder,
        is_ready=lambda: subprocess.run(asking, capture_output=True, check=False).returncode == 0,
    )
    service.start()
    try:
        make = [str(tools / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "prefect", "prefect"]
        subprocess.run(make, check=True, capture_output=True, env=environment, cwd=folder)
        yield service, f"postgresql+asyncpg://prefect@127.0.0.1:{port}/prefect"
    finally:
        service.kill()
        shutil.rmtree(folder, ignore_errors=True)
        service.log.unlink(missing_ok=True)


@contextlib.contextmanager
def prefect_server(
    environment: Mapping[str, str], folder: Path, database: str | None = None
) -> Iterator[tuple[Service, str]]:
    """Yield Prefect's server, on SQLite unless a database is named, and the address of its API."""
    service, url = started_server(environment, folder, database)
    try:
        yield service, url
    finally:
        service.stop()


def started_server(
    environment: Mapping[str, str], folder: Path, database: str | None = None, *, services: bool = True
) -> tuple[Service, str]:
    """Return Prefect's server and the address of its API; the caller stops it.

    Without its services it answers, but starts no scheduled run and obeys no automation, at half the work.
    """
    port = free_port()
    own = {**environment, "PREFECT_SERVER_UI_ENABLED": "false"}
    own.pop("PREFECT_API_URL", None)
    if database:
        own["PREFECT_API_DATABASE_CONNECTION_URL"] = database
    url = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    command += [] if services else ["--no-services"]
    service = Service(command, own, folder / "server.log", is_ready=lambda: _answers(f"{url}/health"))
    service.start()
    return service, url


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def process_worker(environment: Mapping[str, str], folder: Path, name: str, pool: str = "scimmir") -> Service:
    """Return a started process worker of a pool."""
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", pool, "--name", name]
    worker = Service(command, environment, folder / f"{name}.log")
    worker.start()
    return worker


def prefect(environment: Mapping[str, str], *arguments: str, seconds: float = 1500) -> str:
    """Run Prefect's command in the repository and return what it prints. Raises CalledProcessError."""
    done = subprocess.run(
        [sys.executable, "-m", "prefect", *arguments],
        env=dict(environment), capture_output=True, text=True, timeout=seconds, cwd=ROOT, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"prefect {' '.join(arguments)}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout
