"""Train deep networks with an Adam that divides out the size of even the smallest gradient.

``python -m experiments.size_divided_out`` writes the record that page 16 shows. Adam divides each
gradient by its own recent size plus a small number epsilon. With PyTorch's 1e-8 that is all of the
size for most gradients; with 1e-14 it is for all of them here. Everything else is the recipe of
`experiments.convolutional_choices`, whose record has the same networks with 1e-8.
"""

from functools import partial

from experiments import convolutional_choices, parser_for
from snn_core.teaching.records import record
from snn_core.teaching.studies.convolutional import KINDS, deep_network

NAME = "size_divided_out"
SETTINGS = {
    "epsilon": 1e-14,
    "layers": 12,
    "kinds": ["batch norm", "wide surrogate", "add to stream"],
    "seeds": [0, 1, 2],
}


def curves(name: str) -> list[list[float]]:
    """Return the held-out accuracy of one kind of network after every epoch, one list per seed."""
    make = partial(deep_network, depth=SETTINGS["layers"], **KINDS[name])
    recipe, epsilon = convolutional_choices.SETTINGS, SETTINGS["epsilon"]
    found = []
    for seed in SETTINGS["seeds"]:
        found.append(convolutional_choices.train(make, seed, "depth", recipe, epsilon))
        print(name, seed, found[-1], flush=True)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Train all networks and record them."""
    parser_for(__doc__, SETTINGS).parse_args(arguments)
    record(NAME, SETTINGS, {name: curves(name) for name in SETTINGS["kinds"]})


if __name__ == "__main__":
    main()
