"""EasyOCR's adapter over its whole path, with weights made here: its own are not in any package.

The detector's weights are set by hand so that its text map is the ink of the page, widened; the recogniser's
so that it reads a 7 everywhere. Both are EasyOCR's own model classes, saved as it saves them.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from optional import optional
from PIL import Image, ImageDraw

from extractors import ocr
from extractors.ocr import easyocr_engine
from extractors.ocr.engine import rgb_array

optional("easyocr")
torch = optional("torch")

pytestmark = pytest.mark.torch


def zeroed(model):
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
                module.weight.zero_()
                if module.bias is not None:
                    module.bias.zero_()
    return model


def ink_detector():
    """Return CRAFT with the text map lit where the page is dark, and 8 px around to the left and right."""
    from easyocr.craft import CRAFT

    net = zeroed(CRAFT(pretrained=False))
    convolutions = [m for m in net.basenet.slice1 if isinstance(m, torch.nn.Conv2d)]
    with torch.no_grad():
        convolutions[0].weight[0, :, 1, 1] = -1 / 3
        for conv in convolutions[1:]:
            conv.weight[0, 0, 1, 1] = 1
        first, _, _, second, _, _ = net.upconv4.conv
        first.weight[0, 64, 0, 0] = 1  # channels 0 to 63 come from the coarser layers
        second.weight[0, 0, 1, :] = 1
        for layer in net.conv_cls:
            if isinstance(layer, torch.nn.Conv2d):
                layer.weight[0, 0, layer.kernel_size[0] // 2, :] = 1
    return net


def seven_reader():
    """Return the recogniser of english_g2's shape whose every frame says 7."""
    from easyocr.config import recognition_models
    from easyocr.model.vgg_model import Model

    characters = recognition_models["gen2"]["english_g2"]["characters"]
    torch.manual_seed(0)
    model = Model(input_channel=1, output_channel=256, hidden_size=256, num_class=len(characters) + 1)
    with torch.no_grad():
        model.Prediction.weight.zero_()
        model.Prediction.bias.zero_()
        model.Prediction.bias[characters.index("7") + 1] = 25.0
    return model


@pytest.fixture(scope="module")
def weights(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("easyocr")
    torch.save(ink_detector().state_dict(), folder / easyocr_engine.DETECTOR)
    state = {f"module.{name}": value for name, value in seven_reader().state_dict().items()}
    torch.save(state, folder / easyocr_engine.RECOGNISER)
    return folder


@pytest.fixture(scope="module")
def engine(weights) -> ocr.OcrEngine:
    with published_md5_of(weights):
        return ocr.load_engine("easyocr", ocr.OcrParameters(model_dir=str(weights)))


@contextmanager
def published_md5_of(weights: Path) -> Iterator[None]:
    """Let EasyOCR take these files for the published ones."""
    from easyocr.config import detection_models, recognition_models

    with pytest.MonkeyPatch.context() as patch:
        for name, model in (
            (easyocr_engine.DETECTOR, detection_models["craft"]),
            (easyocr_engine.RECOGNISER, recognition_models["gen2"]["english_g2"]),
        ):
            patch.setitem(model, "md5sum", hashlib.md5((weights / name).read_bytes()).hexdigest())
        yield


def page() -> bytes:
    # Sides are multiples of 32: EasyOCR fills up with black, which is ink to this detector.
    image = Image.new("RGB", (320, 192), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((30, 30, 110, 50), fill="black")
    draw.rectangle((200, 30, 280, 50), fill="black")
    draw.rectangle((30, 120, 150, 140), fill="black")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def test_detector_recogniser_and_reading_order(engine, read_row):
    row = read_row(engine, page())
    assert row.ocr_text == "7 7\n7"
    assert row.ocr_confidence == pytest.approx(1, abs=1e-3)
    assert row.ocr_engine == engine.identity
    for box, (x0, y0, x1, y1) in zip(
        row.ocr_boxes, [(30, 30, 110, 50), (200, 30, 280, 50), (30, 120, 150, 140)], strict=True
    ):
        assert (box.x0, box.y0) == (pytest.approx(x0, abs=24), pytest.approx(y0, abs=24))
        assert (box.x1, box.y1) == (pytest.approx(x1, abs=24), pytest.approx(y1, abs=24))


def test_two_reads_agree_and_a_white_page_is_empty(engine):
    assert engine.read_file(page()) == engine.read_file(page())
    assert engine.read_file(_png(Image.new("RGB", (96, 64), "white"))) == []


def test_identity_needs_no_models_in_memory(engine, weights):
    parameters = ocr.OcrParameters(model_dir=str(weights))
    assert ocr.engine_identity("easyocr", parameters) == engine.identity
    assert engine.identity.startswith("easyocr 1.")
    assert "craft_mlt_25k.pth " in engine.identity
    assert "english_g2.pth " in engine.identity


class CannedReader:
    """Answers as EasyOCR's reader does: four corners, text, confidence."""

    def readtext(self, image, **_settings):
        assert image.shape == (192, 320, 3)
        return [
            ([[10, 12], [50, 10], [52, 30], [12, 32]], "slanted", 0.8),
            ([[10, 50], [50, 50], [50, 70], [10, 70]], "unsure", 0.3),
            ([[10, 90], [50, 90], [50, 99], [10, 99]], "  ", 0.9),
        ]


@pytest.mark.parametrize(("limit", "texts"), [(0.0, ["slanted", "unsure"]), (0.5, ["slanted"])])
def test_unsure_and_empty_boxes_are_dropped(limit, texts):
    boxes = easyocr_engine._boxes(CannedReader(), rgb_array(page()), limit)
    assert [box.text for box in boxes] == texts
    assert (boxes[0].x0, boxes[0].y0, boxes[0].x1, boxes[0].y1) == (10, 10, 52, 32)


def test_missing_weights_say_which_where_and_whence(tmp_path):
    parameters = ocr.OcrParameters(model_dir=str(tmp_path))
    for call in (ocr.load_engine, ocr.engine_identity):
        with pytest.raises(ocr.OcrModelsMissing) as caught:
            call("easyocr", parameters)
        for part in ("craft_mlt_25k.pth", "english_g2.pth", str(tmp_path), "github.com/JaidedAI/EasyOCR"):
            assert part in str(caught.value)
    (tmp_path / "english_g2.pth").write_bytes(b"x")
    with pytest.raises(ocr.OcrModelsMissing, match=r"put craft_mlt_25k\.pth into"):
        ocr.engine_identity("easyocr", parameters)


def test_the_folder_is_that_of_easyocr_unless_given(tmp_path, monkeypatch):
    monkeypatch.setenv("EASYOCR_MODULE_PATH", str(tmp_path / "own"))
    with pytest.raises(ocr.OcrModelsMissing) as caught:
        ocr.engine_identity("easyocr")
    assert str(tmp_path / "own" / "model") in str(caught.value)


def test_weights_that_are_not_the_published_ones_are_refused_unloaded(tmp_path):
    for name in (easyocr_engine.DETECTOR, easyocr_engine.RECOGNISER):
        (tmp_path / name).write_bytes(b"not the published file")
    with pytest.raises(ocr.OcrModelsMissing, match="MD5"):
        ocr.load_engine("easyocr", ocr.OcrParameters(model_dir=str(tmp_path)))


def test_without_the_package_the_extra_is_named(monkeypatch):
    from importlib.metadata import PackageNotFoundError

    from extractors.ocr import engine as engine_module

    def absent(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(engine_module, "version", absent)
    for call in (ocr.load_engine, ocr.engine_identity):
        with pytest.raises(ocr.OcrModelsMissing, match=r"pip install scimmir\[easyocr\]"):
            call("easyocr")
