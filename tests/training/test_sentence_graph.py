"""The graph by which texts get sentence vectors makes of its table of words only the rows wide that a text asks for."""

import numpy as np
import pytest

from curation.embeddings import SHIPPED
from training import sentence_graph

onnx = pytest.importorskip("onnx")


def test_rows_are_taken_before_they_are_made_wide_and_stay_the_same() -> None:
    from onnx import TensorProto, helper, numpy_helper
    from onnxruntime import InferenceSession

    dice = np.random.default_rng(0)
    table = numpy_helper.from_array(dice.integers(-127, 128, (50, 8)).astype(np.int8), "table")
    scales = numpy_helper.from_array(dice.random(50, np.float32), "scales")
    whole = helper.make_model(
        helper.make_graph(
            [
                helper.make_node("DequantizeLinear", ["table", "scales"], ["words"], axis=0),
                helper.make_node("Gather", ["words", "tokens"], ["features"]),
            ],
            "whole",
            [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["n", "length"])],
            [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", "length", 8])],
            [table, scales],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    tokens = {"tokens": dice.integers(0, 50, (3, 4))}
    expected = InferenceSession(whole.SerializeToString()).run(None, tokens)[0]
    rows = sentence_graph._rows_alone(whole)
    assert "DequantizeLinear" not in {node.op_type for node in rows.graph.node}
    found = InferenceSession(rows.SerializeToString()).run(None, tokens)[0]
    assert found.tobytes() == expected.tobytes()


def test_the_graph_that_ships_makes_no_table_wide() -> None:
    graph = onnx.load(str(SHIPPED / sentence_graph.GRAPH)).graph
    wide = {node.output[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    taken = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    assert wide and not wide & taken
