"""Licences of real articles: what each publisher's way of stating one comes to."""

import tarfile
from pathlib import Path

import pytest

from curation.licenses.terms import facets
from extractors.extract import ExtractParameters, extract
from schemas.paper import Paper

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpus"

# article -> address stated, code
GOLDEN = {
    "jats_xml/00003.nxml": ("http://creativecommons.org/licenses/by/3.0/", "CC BY 3.0"),
    "jats_xml/1471-2180-11-174.nxml": ("http://creativecommons.org/licenses/by/2.0", "CC BY 2.0"),
    "jats_xml/247835.nxml": (None, "CC BY"),
    "jats_xml/copernicus-1.nxml": ("http://creativecommons.org/licenses/by/3.0/", "CC BY 3.0"),
    "jats_xml/elife-02833-v2.nxml": ("http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    "jats_xml/fulltext-tagged.nxml": (None, "CC0 1.0"),
    "jats_xml/hindawi-1.nxml": ("http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    "jats_xml/journal-pone-0046041.nxml": (None, "CC BY"),
    "jats_xml/journal-pone-0113556.nxml": (None, "CC0 1.0"),
    "jats_xml/pensoft-1.nxml": ("http://creativecommons.org/licenses/by/4.0", "CC BY 4.0"),
    "jats_xml/peerj-1.nxml": ("http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    "jats_xml/pmc5536252.nxml": ("http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    "jats_xml/summary.nxml": ("https://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    "jats_xml/tabelas.nxml": ("https://creativecommons.org/licenses/by/4.0/deed.en", "CC BY 4.0"),
    "pmc_oa/PMC9900002.tar.gz": ("http://creativecommons.org/licenses/by/4.0/", "CC BY 4.0"),
    "pmc_oa/PMC9900018.tar.gz": ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0 1.0"),
    "pmc_oa/PMC9900027.tar.gz": (None, "CC BY"),
    "pmc_oa/PMC9900032.tar.gz": ("http://creativecommons.org/licenses/by/3.0", "CC BY 3.0"),
}


def article(name: str) -> Paper:
    path = CORPUS / name
    if not path.is_file():
        pytest.skip("the corpus of real articles is not beside the repository")
    if path.suffix == ".nxml":
        return Paper(f"pmc:{path.stem}", {path.name: path.read_bytes()})
    with tarfile.open(path) as tar:
        (member,) = [m for m in tar.getmembers() if m.name.endswith(".nxml")]
        handle = tar.extractfile(member)
        assert handle is not None
        return Paper(f"pmc:{path.name.split('.')[0]}", {member.name: handle.read()})


@pytest.mark.parametrize("name", list(GOLDEN))
def test_licence_of_a_real_article(name: str) -> None:
    header = extract(article(name), "pmc", ExtractParameters()).header
    found = facets(header.license_url, header.license_text, "pmc")
    assert (header.license_url, found.license_code) == GOLDEN[name]
    assert (found.license_group, found.allows_redistribution) == ("commercial", True)
    assert (found.allows_derivatives, found.share_alike) == (True, False)
