"""Takes other weights into an ONNX graph, smaller ones that nodes before all others make wide again."""

from collections.abc import Iterable
from typing import Any


def with_weights(model: Any, weights: Iterable[Any], widening: Iterable[Any]) -> Any:
    """Return the model with these weights and nodes in front, without the texts that its exporter left in it.

    Raises:
        onnx.checker.ValidationError: the graph is none any more.
    """
    import onnx

    for part, content in (
        (model.graph.initializer, list(weights)),
        (model.graph.node, [*widening, *model.graph.node]),
    ):
        del part[:]
        part.extend(content)
    model.graph.doc_string = ""
    for node in model.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(model)
    return model
