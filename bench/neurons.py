"""Compare every neuron of snn_core, behind a linear layer, with what other libraries offer.

``python bench/neurons.py --rounds 15 --output bench/neurons.md``

All contestants run in one process. In every round each one takes its turn, in an order drawn anew:
a forward and a backward pass that only warm up, and one of each that count. The floor is the linear
layer alone. Ratios compare turns of the same round; the table shows their medians and quartiles,
by the clock and by the processor's time, which other programs on the machine disturb less. What is
not installed, or does not compile, is listed. Peers are compiled by `torch.compile`, each step, or
the layer where the loop lies in it. `contestants.py` says how the rules of the
libraries differ; here their synapses, adaptations and resets differ as well, so that the table
compares what a user pays for a model of that kind, not one and the same equation.
"""

import argparse
import gc
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import torch
from contestants import _compiled, _loop
from memory import growth, in_fresh_process
from report import _version
from torch import Tensor, nn
from workloads import BETA, INPUT_SCALE

STEPS, BATCH, SIZE = 100, 32, 256
FLOOR = "linear alone"
OURS = "snn_core"
Network = Callable[[Tensor], Tensor]  # inputs [T, B, N] to outputs [T, B, N]
Made = tuple[str, Network, list[nn.Module]]  # which neuron, the neurons, what has parameters
Prepare = Callable[[nn.Module], Callable]  # compiles a module, or leaves it as it is
BARS = {  # at most so many times the linear layer alone
    "CuBaLIF": 1.5,
    "Alpha": 1.7,
    "AdaptiveLIF": 1.7,
    "RecurrentLIF": 2.9,
    "RecurrentAdaptiveLIF": 3.3,
    "LeakyIntegrator": 1.14,
}


@dataclass
class Entry:
    """A library's neuron behind a linear layer, and what was measured: seconds of each round."""

    neuron: str
    library: str
    network: Network
    parameters: list[nn.Parameter]
    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    peak: float = 0.0  # MiB

    @property
    def kind(self) -> str:
        """Return the neuron's name without how it holds the linear layer."""
        return self.neuron.removesuffix(" with layer")

    def median(self, floor: "Entry") -> float:
        """Return the median of this processor time in units of the floor's."""
        pairs = zip(self.processor, floor.processor, strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)

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


def ours(prepare: Prepare) -> Iterator[Made]:
    """Yield the neurons of snn_core with their defaults."""
    import snn_core

    for name, kind in (
        *snn_core.ALL_NEURONS.items(),
        ("LeakyIntegrator", snn_core.LeakyIntegrator),
    ):
        neuron = kind(SIZE) if name.startswith("Recurrent") else kind()
        yield name, prepare(neuron), [neuron]
    yield "StochasticLIF", prepare(snn_core.StochasticLIF()), []


def snntorch(prepare: Prepare) -> Iterator[Made]:
    """Yield the neurons of snnTorch in a loop over the steps, as documented."""
    import snntorch as snn
    from snntorch import surrogate

    options = {"beta": BETA, "spike_grad": surrogate.fast_sigmoid()}
    leaky = snn.Leaky(**options)
    step = prepare(leaky)
    yield "LIF", lambda x: _loop(step, x, leaky.reset_mem()), []
    synaptic = snn.Synaptic(alpha=0.8, **options)
    synaptic_step = prepare(synaptic)
    yield "CuBaLIF", lambda x: _several(synaptic_step, x, synaptic.reset_mem()), []
    alpha = snn.Alpha(alpha=0.85, **options | {"beta": 0.8}, reset_mechanism="subtract")
    alpha_step = prepare(alpha)
    yield "Alpha", lambda x: _several(alpha_step, x, alpha.reset_mem()), []
    recurrent = snn.RLeaky(linear_features=SIZE, **options)
    recurrent_step = prepare(recurrent)
    yield "RecurrentLIF", lambda x: _again(recurrent_step, x, recurrent.reset_mem()), [recurrent]
    silent = snn.Leaky(**options, reset_mechanism="none")
    silent_step = prepare(silent)
    yield "LeakyIntegrator", lambda x: _membranes(silent_step, x, silent.reset_mem()), []


def _several(cell: Callable, currents: Tensor, state: tuple[Tensor, ...]) -> Tensor:
    spikes = []
    for current in currents:
        fired, *state = cell(current, *state)
        spikes.append(fired)
    return torch.stack(spikes)


def _again(cell: Callable, currents: Tensor, state: tuple[Tensor, Tensor]) -> Tensor:
    fired, membrane = state
    spikes = []
    for current in currents:
        fired, membrane = cell(current, fired, membrane)
        spikes.append(fired)
    return torch.stack(spikes)


def _membranes(cell: Callable, currents: Tensor, membrane: Tensor) -> Tensor:
    membranes = []
    for current in currents:
        _, membrane = cell(current, membrane)
        membranes.append(membrane)
    return torch.stack(membranes)


def norse(prepare: Prepare) -> Iterator[Made]:
    """Yield the cells of Norse in a loop; the recurrent ones hold the layer's weights as well."""
    from norse import torch as norse

    for name, kind in (
        ("LIF", norse.LIFBoxCell),
        ("CuBaLIF", norse.LIFCell),
        ("AdaptiveLIF", norse.LSNNCell),
        ("LeakyIntegrator", norse.LIBoxCell),
    ):
        step = prepare(kind())
        yield name, lambda x, step=step: _loop(step, x), []
    for name, kind in (
        ("RecurrentLIF", norse.LIFRecurrentCell),
        ("RecurrentAdaptiveLIF", norse.LSNNRecurrentCell),
    ):
        cell = kind(SIZE, SIZE)
        step = prepare(cell)
        yield f"{name} with layer", lambda x, step=step: _loop(step, x), [cell]


def spikingjelly(prepare: Prepare) -> Iterator[Made]:
    """Yield the multi-step node of SpikingJelly; it has no fast one of another kind."""
    from spikingjelly.activation_based import functional, neuron, surrogate

    spike = {"surrogate_function": surrogate.SuperSpike(), "detach_reset": True}
    lif = neuron.LIFNode(tau=10.0, decay_input=False, v_reset=None, step_mode="m", **spike)

    whole = prepare(lif)

    def run(currents: Tensor) -> Tensor:
        functional.reset_net(lif)
        return whole(currents)

    yield "LIF", run, []


def sinabs(prepare: Prepare) -> Iterator[Made]:
    """Yield the layers of Sinabs over all steps, with fixed decays."""
    from sinabs import layers
    from sinabs.activation import SingleSpike

    def whole(layer: nn.Module) -> Network:
        layer.requires_grad_(requires_grad=False)
        prepared = prepare(layer)

        def run(currents: Tensor) -> Tensor:
            layer.reset_states()
            return prepared(currents.transpose(0, 1)).transpose(0, 1)

        return run

    spike = {"spike_fn": SingleSpike, "norm_input": False}
    yield "LIF", whole(layers.LIF(10.0, **spike)), []
    yield "CuBaLIF", whole(layers.LIF(10.0, tau_syn=5.0, **spike)), []
    yield "AdaptiveLIF", whole(layers.ALIF(10.0, 100.0, **spike)), []
    yield "LeakyIntegrator", whole(layers.ExpLeak(10.0)), []


def as_it_is(module: nn.Module) -> nn.Module:
    """Return the module."""
    return module


LIBRARIES = {
    OURS: (ours, as_it_is),
    "snnTorch": (snntorch, as_it_is),
    "snnTorch, compiled": (snntorch, _compiled),
    "Norse": (norse, as_it_is),
    "Norse, compiled": (norse, _compiled),
    "SpikingJelly": (spikingjelly, as_it_is),
    "SpikingJelly, compiled": (spikingjelly, _compiled),
    "Sinabs": (sinabs, as_it_is),
    "Sinabs, compiled": (sinabs, _compiled),
}


def entries(library: str) -> list[Entry]:
    """Return the floor and the neurons of one library behind its layer."""
    torch.manual_seed(0)
    linear = nn.Linear(SIZE, SIZE)
    found = [Entry(FLOOR, "torch", linear, list(linear.parameters()))]
    neurons, prepare = LIBRARIES[library]
    for name, network, modules in neurons(prepare):
        whole = network if name.endswith("with layer") else behind(linear, network)
        learnt = [p for module in (linear, *modules) for p in module.parameters()]
        found.append(Entry(name, library, whole, learnt))
    return found


def contest(failed: dict[str, str]) -> list[Entry]:
    """Return the floor and all that run; note in `failed` why a library or a neuron does not."""
    inputs, cotangent = data()
    found: list[Entry] = []
    for library in LIBRARIES:
        try:
            floor, *neurons = entries(library)
        except ImportError as error:
            failed[library] = str(error)
            continue
        found += neurons if found else [floor, *neurons]
    for entry in found[1:]:
        print(f"{entry.neuron}, {entry.library}", file=sys.stderr, flush=True)
        try:
            entry.turn(inputs, cotangent)
        except Exception as error:  # whatever a compiler raises
            failed[f"{entry.neuron} of {entry.library}"] = type(error).__name__
    return [one for one in found if f"{one.neuron} of {one.library}" not in failed]


def data() -> tuple[Tensor, Tensor]:
    """Return inputs and the gradient of the outputs, ``[T, B, N]`` each."""
    generator = torch.Generator().manual_seed(0)
    inputs = INPUT_SCALE * torch.randn(STEPS, BATCH, SIZE, generator=generator)
    return inputs, torch.randn(STEPS, BATCH, SIZE, generator=generator)


def peak(library: str, neuron: str) -> float:
    """Return by how many MiB a forward and a backward pass make this process grow."""
    (entry,) = (one for one in entries(library)[1:] if one.neuron == neuron)
    inputs, cotangent = data()
    return growth(lambda: entry.turn(inputs, cotangent))


def measure(contestants: list[Entry], rounds: int) -> None:
    """Let all take their turns, in every round in another order."""
    inputs, cotangent = data()
    for index in range(rounds):
        for entry in random.Random(index).sample(contestants, len(contestants)):
            gc.collect()
            entry.turn(inputs, cotangent)
            clock, processor = entry.turn(inputs, cotangent)
            entry.clock.append(clock)
            entry.processor.append(processor)


def report(contestants: list[Entry], failed: dict[str, str], rounds: int) -> str:
    """Return the verdict and the table in Markdown, neuron by neuron."""
    floor, *others = contestants
    order = list(dict.fromkeys(entry.kind for entry in others))
    others.sort(key=lambda entry: order.index(entry.kind))
    milliseconds = 1e3 * statistics.median(floor.clock)
    rows = "\n".join(_row(entry, floor) for entry in others)
    lines = [
        "# Every neuron behind a linear layer, on a CPU",
        f"{date.today()}, written by `python bench/neurons.py --rounds {rounds}`.",
        f"{os.cpu_count()} cores, PyTorch runs {torch.get_num_threads()} threads, "
        f"load {os.getloadavg()[0]:.1f} at the end. Inputs [T={STEPS}, B={BATCH}, N={SIZE}], "
        f"float32; the linear layer alone takes {milliseconds:.1f} ms, forward and backward.",
        "## Verdict\n\n" + "\n".join(verdict(floor, others)),
        "## Table",
        "Times are those of layer and neurons, forward and backward, in units of the linear layer "
        "alone: medians over the rounds (quartiles). StochasticLIF has no gradient: forward only. "
        "'With layer' computes the layer inside its own loop. Peak memory is what both passes add, "
        "in a process of its own.",
        "| neuron | library | by the clock | by the processor | peak memory, MiB |\n"
        f"| --- | --- | ---: | ---: | ---: |\n{rows}",
        "Versions: " + ", ".join(_versions()) + ".",
        *(f"Does not run: {name} ({reason})." for name, reason in failed.items()),
    ]
    return "\n\n".join(lines) + "\n"


def verdict(floor: Entry, others: list[Entry]) -> Iterator[str]:
    """Yield for each neuron how it does against bar and peers, by the processor's time."""
    yield "By the processor's time, since other programs shared the machine."
    yield ""
    for own in (entry for entry in others if entry.library == OURS):
        text = f"{own.median(floor):.2f} times the layer alone"
        if bar := BARS.get(own.kind):
            held = "holds" if own.median(floor) <= bar else "does not hold"
            text += f"; the bar of {bar} {held}"
        rivals = [one for one in others if one.kind == own.kind and one.library != OURS]
        yield f"- {own.kind}: {text}. {_beside(own, rivals, floor)}"


def _beside(own: Entry, rivals: list[Entry], floor: Entry) -> str:
    """Say how a neuron does beside the fastest and the thriftiest of its peers."""
    if not rivals:
        return f"It needs {own.peak:.0f} MiB; no peer here."
    fastest = min(rivals, key=lambda one: one.median(floor))
    ahead = "ahead of" if own.median(floor) < fastest.median(floor) else "behind"
    thrifty = min(rivals, key=lambda one: one.peak)
    return (
        f"It is {ahead} the fastest peer, {fastest.library} ({fastest.median(floor):.2f}). "
        f"It needs {own.peak:.0f} MiB, the thriftiest peer {thrifty.peak:.0f} ({thrifty.library})."
    )


def _versions() -> list[str]:
    packages = ("torch", "snntorch", "norse", "spikingjelly", "sinabs")
    return [f"{name} {_version(name)}" for name in packages]


def _row(entry: Entry, floor: Entry) -> str:
    pairs = ((entry.clock, floor.clock), (entry.processor, floor.processor))
    cells = [_ratios(mine, theirs) for mine, theirs in pairs]
    return f"| {entry.neuron} | {entry.library} | {' | '.join(cells)} | {entry.peak:.0f} |"


def _ratios(mine: list[float], theirs: list[float]) -> str:
    ratios = [one / other for one, other in zip(mine, theirs, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.2f} ({low:.2f} - {high:.2f})"


def main() -> None:
    """Run all neurons and write the report, or print the peak memory of one."""
    parser = argparse.ArgumentParser(description="Compare every neuron with its peers.")
    parser.add_argument("--rounds", type=int, default=15, help="15 unless told")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("neurons.md"))
    parser.add_argument("--peak", nargs=2, metavar=("LIBRARY", "NEURON"), help="of one, in MiB")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch._dynamo.config.cache_size_limit = 64  # one code object serves neurons of several kinds
    if arguments.peak:
        print(peak(*arguments.peak))
        return
    failed: dict[str, str] = {}
    contestants = contest(failed)
    measure(contestants, arguments.rounds)
    for entry in contestants[1:]:
        entry.peak = in_fresh_process(__file__, "--peak", entry.library, entry.neuron)
    arguments.output.write_text(report(contestants, failed, arguments.rounds), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
