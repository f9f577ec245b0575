"""What is seen in a picture, of which both its class and its vector are made; importing it costs next to nothing.

`network.py` runs the network that lies beside the classifier, `signals.py` and `texture.py` count.
"""

from curation.looks.network import (
    GRAPH,
    SHIPPED,
    VERSION,
    Look,
    LookError,
    check_network,
    network_identity,
    picture_features,
)

__all__ = [
    "GRAPH",
    "SHIPPED",
    "VERSION",
    "Look",
    "LookError",
    "check_network",
    "network_identity",
    "picture_features",
]
