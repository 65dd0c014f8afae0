"""Compare gradients of a deep network's mean activity with its finite differences.

``python -m experiments.signals_gradients`` writes the record that page 18 shows. The quantity is a
fixed random combination of the output activities, in the mean over many random inputs; it changes
smoothly with a weight, though in one sample it jumps. The gradient by weights of the lowest layer
is measured by central differences, one weight after the other, and compared with that of the
transfer function and with backpropagation through time with surrogates of several widths: cosine of
the angle, and ratio of lengths. Half of the samples measure a second time: how well the differences
agree with each other bounds what any gradient can reach. Controls repeat one case without the clip
of membranes, with a finer step, and with both.

The thresholds of a layer are equal, and such that its neurons spike as often as wanted in the mean.
No silent neuron passes an error on, in the last layer neither: what lets it do so when a network
learns is not part of the transfer function. Of every layer it records how often its neurons spike,
how many do at all, and how many at more than half of the steps of 1 ms.
"""

from itertools import product

import torch
from torch import Tensor, nn

from experiments import parser_for
from snn_core import Surrogate
from snn_core.membrane_signals import MembraneLayer, signals_of
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "width": 12,
    "depths": [1, 4],  # layers of weights
    "spikes": [1.0, 3.0, 10.0],  # of a neuron in a sample, in the mean over each layer
    "kappas": [0.0, -0.4],
    "chance": 0.2,  # of an input spike in 1 ms
    "steps": 50,  # of 1 ms
    "samples": 2000,
    "change": 0.1,  # of a weight, in units of the width of the initial weights
    "weights": 60,  # of the lowest layer that are measured
    "scales": [1.0, 3.0, 10.0],  # of the fast sigmoid
    "seeds": [0, 1, 2, 3, 4, 5],
    "control": {"depth": 1, "spikes": 10.0},
    "controls": {
        "no clip": {"clip": False},
        "0.25 ms": {"dt": 0.25},
        "both": {"clip": False, "dt": 0.25},
    },
}


def network_of(depth: int, kappa: float, seed: int, thresholds=None, **options) -> nn.Sequential:
    """Return a network of equal layers; the same numbers give the same weights."""
    generator = torch.Generator().manual_seed(100 + seed)
    options |= {"normalise": False, "scale": False, "refractory": 0.0, "generator": generator}
    width = SETTINGS["width"]
    layers = [MembraneLayer(width, width, kappa=kappa, **options) for _ in range(depth)]
    for layer, threshold in zip(layers, thresholds or [], strict=thresholds is not None):
        nn.init.constant_(layer.threshold, threshold)
    return nn.Sequential(*layers)


@torch.no_grad()
def thresholds_for(network: nn.Sequential, inputs: Tensor, spikes: float) -> list[float]:
    """Set the thresholds layer by layer, for this many spikes of a neuron; return them."""
    found = []
    for layer in network:
        low, high = 0.0, 100.0
        for _ in range(30):
            middle = (low + high) / 2
            nn.init.constant_(layer.threshold, middle)
            too_many = layer(inputs).counts.mean() > spikes
            low, high = (middle, high) if too_many else (low, middle)
        inputs = layer(inputs)
        found.append(middle)
    return found


def objective(network: nn.Sequential, inputs: Tensor, push: Tensor) -> Tensor:
    """Return the combination of the mean output activities of each half of the samples, ``[2]``."""
    activity = network(inputs).activity
    return torch.stack([half.mean(0) @ push for half in activity.chunk(2)])


@torch.no_grad()
def differences(network: nn.Sequential, inputs: Tensor, push: Tensor, chosen: Tensor) -> Tensor:
    """Return central differences by the chosen weights of the lowest layer, ``[weights, 2]``."""
    weight = network[0].weight
    change = SETTINGS["change"] * (3 / weight.shape[1]) ** 0.5
    flat = weight.view(-1)
    found = []
    for place in chosen.tolist():
        kept = flat[place].item()
        ends = []
        for value in (kept + change, kept - change):
            flat[place] = value
            ends.append(objective(network, inputs, push))
        flat[place] = kept
        found.append((ends[0] - ends[1]) / (2 * change))
    return torch.stack(found)


def gradient(network: nn.Sequential, inputs: Tensor, push: Tensor, chosen: Tensor) -> Tensor:
    """Return the gradient by the chosen weights of the lowest layer, ``[weights]``."""
    objective(network, inputs, push).mean().backward()
    return network[0].weight.grad.view(-1)[chosen]


def alike(one: Tensor, other: Tensor) -> dict:
    """Return the cosine of two gradients, and the ratio of their lengths."""
    cosine = torch.cosine_similarity(one, other, dim=0).item()
    return {"cosine": round(cosine, 4), "size": round((one.norm() / other.norm()).item(), 4)}


def compare(depth: int, spikes: float, kappa: float, seed: int, **options) -> dict:
    """Return how each gradient compares with the differences; `options` are those of all layers."""
    generator = seed_torch(seed)
    dt = options.get("dt", 1.0)
    shape = (round(SETTINGS["steps"] / dt), SETTINGS["samples"], SETTINGS["width"])
    inputs = (torch.rand(shape, generator=generator) < SETTINGS["chance"] * dt).float()
    push = torch.randn(SETTINGS["width"], generator=generator)
    chosen = torch.randperm(SETTINGS["width"] ** 2, generator=generator)[: SETTINGS["weights"]]
    given = {"depth": depth, "kappa": kappa, "seed": seed}
    network = network_of(**given, **options)
    thresholds = thresholds_for(network, inputs, spikes)
    halves = differences(network, inputs, push, chosen)
    measured = halves.mean(1)
    ways = {"membranes": {}}
    for scale in SETTINGS["scales"]:
        surrogate = Surrogate("fast_sigmoid", scale)
        ways[f"surrogate {scale:g}"] = {"gradient": "surrogate", "surrogate": surrogate}
    found = {}
    for name, own in ways.items():
        other = network_of(**given, thresholds=thresholds, **options, **own)
        found[name] = alike(gradient(other, inputs, push, chosen), measured)
    found["differences"] = alike(*halves.unbind(1))
    return given | {"wanted": spikes} | found | firing(network, inputs)


@torch.no_grad()
def firing(network: nn.Sequential, inputs: Tensor) -> dict:
    """Return for every layer the spikes of a neuron, and the shares that fire and that saturate."""
    counts = [signals.counts for signals in signals_of(network, inputs)]
    half = SETTINGS["steps"] / 2
    return {
        "spikes": [round(each.mean().item(), 4) for each in counts],
        "active": [round((each > 0).float().mean().item(), 4) for each in counts],
        "saturated": [round((each > half).float().mean().item(), 4) for each in counts],
    }


def main(arguments: list[str] | None = None) -> None:
    """Compare for every depth, threshold, inhibition and seed, and write the record."""
    settings = SETTINGS | vars(parser_for(__doc__, SETTINGS, "seeds").parse_args(arguments))
    runs = []
    for depth, spikes, kappa, seed in product(
        settings["depths"], settings["spikes"], settings["kappas"], settings["seeds"]
    ):
        runs.append(compare(depth, spikes, kappa, seed))
        print(runs[-1], flush=True)
    controls = {}
    for name, options in settings["controls"].items():
        cases = product(settings["kappas"], settings["seeds"])
        own = {**settings["control"], **options}
        controls[name] = [compare(kappa=kappa, seed=seed, **own) for kappa, seed in cases]
        print(name, controls[name], flush=True)
    record("signals_gradients", settings, {"runs": runs, "controls": controls})


if __name__ == "__main__":
    main()
