"""Whether this machine can build: programs, models, disk, permissions, and the services that are configured."""

import base64
import os
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

import httpx

from curation import embeddings
from extractors import latex, ocr, typeset
from extractors.images import ghostscript_version
from extractors.ocr import choose_runtime, model_files
from runtime.devices import LIBRARIES, visible_gpus, why_no_gpu
from runtime.hashes import file_sha256
from schemas.errors import UserError
from schemas.reject import RecordError
from scimmir.doctor.packages import Check
from warehouse.place import warehouse_path

TIMEOUT_S = 5.0
GIB = 1 << 30
TABLE = "<table><tr><td>a</td><td>1.5</td></tr></table>"


def check_ghostscript() -> Check:
    """Return whether EPS figures can be rendered."""
    version = ghostscript_version()
    if version is None:
        return Check(
            "Ghostscript",
            "missing",
            "no gs in PATH: EPS figures become rejects; on Debian: apt-get install ghostscript",
        )
    return Check("Ghostscript", "ok", f"version {version}")


def check_tex() -> Check:
    """Return whether drawings in TeX can be rendered, which a build does only where it is asked to."""
    engine = latex.engine_identity()
    if engine is None:
        return Check("TeX", "optional", "no pdflatex, xelatex or tectonic: --render-drawings cannot be used")
    return Check("TeX", "ok", engine)


def check_ocr() -> Check:
    """Return whether RapidOCR's models are there and are those that its package brought."""
    try:
        files = model_files()
    except ocr.OcrModelsMissing as error:
        return Check("OCR models", "missing", str(error))
    stated = {Path(str(f)).name: f.hash.value for f in metadata.files("rapidocr") or [] if f.hash}
    for path in files:
        try:
            digest = bytes.fromhex(file_sha256(path))
        except OSError as error:
            return Check("OCR models", "missing", f"{path} cannot be read: {error.strerror}")
        wanted = stated.get(path.name)
        if wanted is None:
            return Check("OCR models", "optional", f"the package states no checksum of {path.name}")
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != wanted:
            return Check(
                "OCR models",
                "missing",
                f"{path} is damaged: its checksum is wrong (pip install --force-reinstall rapidocr)",
            )
    names = ", ".join(path.name for path in files)
    return Check("OCR models", "ok", f"{names}, checksums right, run by {choose_runtime()}")


def check_embedder(spec: str) -> Check:
    """Return whether an embedder loads and gives a vector; a table typeset for the purpose is its image."""
    try:
        image = typeset.image_row("doctor", TABLE, typeset.TypesetParameters(max_side=256)).image
    except RecordError as error:
        return Check("typesetting", "missing", f"a table of two cells cannot be typeset: {error}")
    try:
        shape = embeddings.load_embedder(spec).embed([image]).shape
    except (UserError, RecordError) as error:
        return Check("embedder", "missing", f"{spec}: {error}")
    return Check("embedder", "ok", f"{spec} gives vectors of {shape[1]} numbers")


def check_gpu() -> Check:
    """Return which GPUs there are, and what of OCR and embedders could use them."""
    gpus = visible_gpus()
    if not gpus:
        return Check("GPU", "optional", f"{why_no_gpu('torch')}; OCR and embedders run on the processor")
    refused = [problem for library in LIBRARIES if (problem := why_no_gpu(library))]
    if refused:
        return Check("GPU", "optional", f"{', '.join(gpus)}, but {'; '.join(refused)}")
    return Check("GPU", "ok", f"{', '.join(gpus)}: OCR and embedders run there, one process on each")


def check_disk(warehouse: str, min_free_gb: float) -> list[Check]:
    """Return whether there is room, and the right to write, in the warehouse and where temporary files go."""
    places = {"temporary files": Path(tempfile.gettempdir())}
    if "://" not in warehouse:
        places = {"warehouse": _nearest(warehouse_path(warehouse)), **places}
    return [_place(name, folder, min_free_gb) for name, folder in places.items()]


def _nearest(folder: Path) -> Path:
    """Return the folder, or the first of its parents that is there."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _place(name: str, folder: Path, min_free_gb: float) -> Check:
    if not folder.is_dir():
        return Check(name, "missing", f"{folder} is no folder")
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * 4096)
        free = shutil.disk_usage(folder).free / GIB
    except OSError as error:
        return Check(name, "missing", f"{folder} cannot be written to: {error.strerror}")
    if free < min_free_gb:
        return Check(name, "missing", f"{folder}: {free:.1f} GiB free, and {min_free_gb:g} are asked for")
    return Check(name, "ok", f"{folder}: {free:.1f} GiB free")


def check_s3(endpoint: str | None, warehouse: str) -> Check:
    """Return whether the S3 store that is configured answers."""
    configured = endpoint or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if configured is None and not warehouse.startswith("s3://"):
        return Check("S3", "ok", "not configured")
    address = configured or "https://s3.amazonaws.com"
    try:
        status = httpx.get(address, timeout=TIMEOUT_S, follow_redirects=False).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Check("S3", "missing", f"{_host(address)} does not answer ({type(error).__name__})")
    if status >= 500:
        return Check("S3", "missing", f"{_host(address)} answers with status {status}")
    return Check("S3", "ok", f"{_host(address)} answers")


def check_server() -> Check:
    """Return whether the Prefect server that is configured answers, and is of this version."""
    from prefect import __version__
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL

    address, auth = PREFECT_API_URL.value(), PREFECT_API_AUTH_STRING.value()
    if not address:
        return Check("Prefect server", "ok", "not configured: each build starts one of its own")
    headers = {}
    if auth:
        token = base64.b64encode(auth.encode()).decode()
        headers["Authorization"] = f"Basic {token}"
    try:
        with httpx.Client(base_url=f"{address}/", timeout=TIMEOUT_S, headers=headers) as client:
            client.get("health").raise_for_status()
            version = client.get("admin/version").raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        what = (
            f"status {error.response.status_code}"
            if isinstance(error, httpx.HTTPStatusError)
            else type(error).__name__
        )
        return Check("Prefect server", "missing", f"{_host(address)} does not answer as one ({what})")
    if version != __version__:
        sentence = f"{_host(address)} runs version {version}, and {__version__} is installed here"
        return Check("Prefect server", "optional", sentence)
    return Check("Prefect server", "ok", f"{_host(address)} runs version {version}")


def _host(address: str) -> str:
    """Return an address without user and password."""
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        return "the address"
    return str(url.copy_with(username=None, password=None))
