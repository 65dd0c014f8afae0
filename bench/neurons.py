"""Compare every neuron of snn_core, behind a linear layer, with what other libraries offer.

``python bench/neurons.py --rounds 15 --output bench/neurons.md``

All contestants run in one process. In every round each one takes its turn, in an order drawn anew:
a forward and a backward pass that only warm up, and one of each that count. The floor is the linear
layer alone. Ratios compare turns of the same round; the table shows their medians and quartiles,
by the clock and by the processor's time, which other programs on the machine disturb less. A
library that is not installed is listed as missing. `contestants.py` says how the rules of the
libraries differ; here their synapses, adaptations and resets differ as well, so that the table
compares what a user pays for a model of that kind, not one and the same equation.
"""

import argparse
import gc
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import torch
from contestants import _loop
from report import _version
from torch import Tensor, nn
from workloads import BETA, INPUT_SCALE

STEPS, BATCH, SIZE = 100, 32, 256
FLOOR = "linear alone"
OURS = "snn_core"
Network = Callable[[Tensor], Tensor]  # inputs [T, B, N] to outputs [T, B, N]


@dataclass
class Entry:
    """A library's neuron behind a linear layer, and what was measured: seconds of each round."""

    neuron: str
    library: str
    network: Network
    parameters: list[nn.Parameter]
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def turn(self, inputs: Tensor, cotangent: Tensor) -> tuple[float, float]:
        """Return the seconds of a forward and a backward pass, by the clock and the processor."""
        for parameter in self.parameters:
            parameter.grad = None
        start = time.perf_counter(), time.process_time()
        outputs = self.network(inputs)
        if outputs.requires_grad:
            outputs.backward(cotangent)
        return time.perf_counter() - start[0], time.process_time() - start[1]


def behind(linear: nn.Linear, neurons: Network) -> Network:
    """Return a network of a linear layer over all steps at once, then neurons."""
    return lambda inputs: neurons(linear(inputs))


def ours() -> Iterator[tuple[str, Network, list[nn.Module]]]:
    """Yield the neurons of snn_core with their defaults."""
    import snn_core

    for name, kind in (
        *snn_core.ALL_NEURONS.items(),
        ("LeakyIntegrator", snn_core.LeakyIntegrator),
    ):
        neuron = kind(SIZE) if name.startswith("Recurrent") else kind()
        yield name, neuron, [neuron]
    yield "StochasticLIF", snn_core.StochasticLIF(), []


def snntorch() -> Iterator[tuple[str, Network, list[nn.Module]]]:
    """Yield the neurons of snnTorch in a loop over the steps, as documented."""
    import snntorch as snn
    from snntorch import surrogate

    options = {"beta": BETA, "spike_grad": surrogate.fast_sigmoid()}
    leaky = snn.Leaky(**options)
    yield "LIF", lambda x: _loop(leaky, x, leaky.reset_mem()), []
    synaptic = snn.Synaptic(alpha=0.8, **options)
    yield "CuBaLIF", lambda x: _several(synaptic, x, synaptic.reset_mem()), []
    alpha = snn.Alpha(alpha=0.85, **options | {"beta": 0.8}, reset_mechanism="subtract")
    yield "Alpha", lambda x: _several(alpha, x, alpha.reset_mem()), []
    recurrent = snn.RLeaky(linear_features=SIZE, **options)
    yield "RecurrentLIF", lambda x: _again(recurrent, x), [recurrent]
    silent = snn.Leaky(**options, reset_mechanism="none")
    yield "LeakyIntegrator", lambda x: _membranes(silent, x), []


def _several(cell: nn.Module, currents: Tensor, state: tuple[Tensor, ...]) -> Tensor:
    spikes = []
    for current in currents:
        fired, *state = cell(current, *state)
        spikes.append(fired)
    return torch.stack(spikes)


def _again(cell: nn.Module, currents: Tensor) -> Tensor:
    fired, membrane = cell.reset_mem()
    spikes = []
    for current in currents:
        fired, membrane = cell(current, fired, membrane)
        spikes.append(fired)
    return torch.stack(spikes)


def _membranes(cell: nn.Module, currents: Tensor) -> Tensor:
    membrane = cell.reset_mem()
    membranes = []
    for current in currents:
        _, membrane = cell(current, membrane)
        membranes.append(membrane)
    return torch.stack(membranes)


def norse() -> Iterator[tuple[str, Network, list[nn.Module]]]:
    """Yield the cells of Norse in a loop; the recurrent ones hold the layer's weights as well."""
    from norse import torch as norse

    for name, kind in (
        ("LIF", norse.LIFBoxCell),
        ("CuBaLIF", norse.LIFCell),
        ("AdaptiveLIF", norse.LSNNCell),
        ("LeakyIntegrator", norse.LIBoxCell),
    ):
        cell = kind()
        yield name, lambda x, cell=cell: _loop(cell, x), []
    for name, kind in (
        ("RecurrentLIF", norse.LIFRecurrentCell),
        ("RecurrentAdaptiveLIF", norse.LSNNRecurrentCell),
    ):
        cell = kind(SIZE, SIZE)
        yield f"{name} with layer", lambda x, cell=cell: _loop(cell, x), [cell]


def spikingjelly() -> Iterator[tuple[str, Network, list[nn.Module]]]:
    """Yield the multi-step node of SpikingJelly; it has no fast one of another kind."""
    from spikingjelly.activation_based import functional, neuron, surrogate

    spike = {"surrogate_function": surrogate.SuperSpike(), "detach_reset": True}
    lif = neuron.LIFNode(tau=10.0, decay_input=False, v_reset=None, step_mode="m", **spike)

    def run(currents: Tensor) -> Tensor:
        functional.reset_net(lif)
        return lif(currents)

    yield "LIF", run, []


def sinabs() -> Iterator[tuple[str, Network, list[nn.Module]]]:
    """Yield the layers of Sinabs over all steps, with fixed decays."""
    from sinabs import layers
    from sinabs.activation import SingleSpike

    def whole(layer: nn.Module) -> Network:
        layer.requires_grad_(requires_grad=False)

        def run(currents: Tensor) -> Tensor:
            layer.reset_states()
            return layer(currents.transpose(0, 1)).transpose(0, 1)

        return run

    spike = {"spike_fn": SingleSpike, "norm_input": False}
    yield "LIF", whole(layers.LIF(10.0, **spike)), []
    yield "CuBaLIF", whole(layers.LIF(10.0, tau_syn=5.0, **spike)), []
    yield "AdaptiveLIF", whole(layers.ALIF(10.0, 100.0, **spike)), []
    yield "LeakyIntegrator", whole(layers.ExpLeak(10.0)), []


LIBRARIES = {
    OURS: ours,
    "snnTorch": snntorch,
    "Norse": norse,
    "SpikingJelly": spikingjelly,
    "Sinabs": sinabs,
}


def entries(missing: dict[str, str]) -> list[Entry]:
    """Return the floor and all contestants; note in `missing` why a library is not among them."""
    linear = nn.Linear(SIZE, SIZE)
    found = [Entry(FLOOR, "torch", linear, list(linear.parameters()))]
    for library, neurons in LIBRARIES.items():
        try:
            for name, network, modules in neurons():
                whole = network if name.endswith("with layer") else behind(linear, network)
                learnt = [p for module in (linear, *modules) for p in module.parameters()]
                found.append(Entry(name, library, whole, learnt))
        except ImportError as error:
            missing[library] = str(error)
    return found


def measure(contestants: list[Entry], rounds: int) -> None:
    """Let all take their turns, in every round in another order."""
    generator = torch.Generator().manual_seed(0)
    inputs = INPUT_SCALE * torch.randn(STEPS, BATCH, SIZE, generator=generator)
    cotangent = torch.randn(STEPS, BATCH, SIZE, generator=generator)
    for index in range(rounds):
        for entry in random.Random(index).sample(contestants, len(contestants)):
            gc.collect()
            entry.turn(inputs, cotangent)
            clock, processor = entry.turn(inputs, cotangent)
            entry.clock.append(clock)
            entry.processor.append(processor)


def report(contestants: list[Entry], missing: dict[str, str], rounds: int) -> str:
    """Return the table in Markdown, neuron by neuron."""
    floor, *others = contestants
    order = list(dict.fromkeys(entry.neuron.removesuffix(" with layer") for entry in others))
    others.sort(key=lambda entry: order.index(entry.neuron.removesuffix(" with layer")))
    milliseconds = 1e3 * statistics.median(floor.clock)
    packages = ("torch", "snntorch", "norse", "spikingjelly", "sinabs")
    absent = {name.lower() for name in missing}
    versions = [
        f"{name} {_version(name)}".replace("not installed", "of unknown version")
        for name in packages
        if name not in absent
    ]
    lines = [
        "# Every neuron behind a linear layer, on a CPU",
        f"{date.today()}, written by `python bench/neurons.py --rounds {rounds}`.",
        f"{os.cpu_count()} cores, PyTorch runs {torch.get_num_threads()} threads, "
        f"load {os.getloadavg()[0]:.1f} at the end. Inputs [T={STEPS}, B={BATCH}, N={SIZE}], "
        f"float32; the linear layer alone takes {milliseconds:.1f} ms, forward and backward.",
        "Times are those of layer and neurons, forward and backward, in units of the linear layer "
        "alone: medians over the rounds (quartiles). StochasticLIF has no gradient: forward only. "
        "'With layer' computes the layer inside its own loop.",
        "| neuron | library | by the clock | by the processor |\n| --- | --- | ---: | ---: |\n"
        + "\n".join(_row(entry, floor) for entry in others),
        "Versions: " + ", ".join(versions) + ".",
        *([f"Missing: {', '.join(missing)}."] if missing else []),
    ]
    return "\n\n".join(lines) + "\n"


def _row(entry: Entry, floor: Entry) -> str:
    pairs = ((entry.clock, floor.clock), (entry.processor, floor.processor))
    cells = [_ratios(mine, theirs) for mine, theirs in pairs]
    return f"| {entry.neuron} | {entry.library} | {' | '.join(cells)} |"


def _ratios(mine: list[float], theirs: list[float]) -> str:
    ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.2f} ({low:.2f} - {high:.2f})"


def main() -> None:
    """Run all neurons and write the report."""
    parser = argparse.ArgumentParser(description="Compare every neuron with its peers.")
    parser.add_argument("--rounds", type=int, default=15, help="15 unless told")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("neurons.md"))
    arguments = parser.parse_args()
    torch.manual_seed(0)
    missing: dict[str, str] = {}
    contestants = entries(missing)
    measure(contestants, arguments.rounds)
    arguments.output.write_text(report(contestants, missing, arguments.rounds), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
