"""A layer of neurons whose activities carry errors, in steps of time and for batches."""

from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..neurons.decays import decay
from ..surrogate import Surrogate, as_surrogate
from .bptt import surrogate_steps
from .dynamics import activity, run_steps
from .products import event_product
from .transfer import Rule, signal

GRADIENTS = ("membranes", "surrogate")


class Signals(NamedTuple):
    """What leaves a layer.

    Attributes:
        spikes: 0 or 1, ``[T, B, N]``.
        counts: spikes of each neuron, ``[B, N]``.
        activity: a after the last step, ``[B, N]``; errors come back through it.
        membrane: V after the last step, ``[B, N]``.
    """

    spikes: Tensor
    counts: Tensor
    activity: Tensor
    membrane: Tensor


class MembraneLayer(nn.Module):
    """A fully connected layer of leaky neurons that treats membrane potentials as signals.

    In a step of time the input of all synapses arrives, neurons above their threshold spike, lose
    their threshold and inhibit each other. Weights start uniform in ±sqrt(3/M), thresholds at
    alpha sqrt(3/M), for M inputs.

    Args:
        inputs, neurons: M and N, at least 1.
        alpha: above 0; from 3 to 10 in the paper.
        kappa: lateral inhibition, from -1 to 0, common to all pairs of neurons.
        efficacy: sigma, from 0 to 1, below 1 for a kappa of -1.
        tau_mem: time constant of membranes and activities, in ms.
        refractory: T_ref in ms, at least 0; weights count less for so long after an own spike. A
            time of up to one step changes nothing; "surrogate" knows no longer one.
        dt: step in ms.
        clip: keep membranes at -V_th or above.
        gradient: "membranes" is the derivative of the transfer function, by the activities alone;
            "surrogate" is backpropagation through time with a surrogate of the spike, by the spikes
            and all that is made of them.
        normalise: "membranes" only: error normalisation, g_i over its root mean square, and
            sqrt(M/m) on the way to the layer below.
        scale: "membranes" only: updates of weights times sqrt(N/m), of thresholds sqrt(N/(mM)).
        output: "membranes" only: neurons that are silent but should not be pass their error on, as
            those that fire do (our reading).
        surrogate: "surrogate" only: of the membrane in units of its threshold, less 1.
        generator: source of the weights.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Lee, Delbruck, Pfeiffer 2016, sections 2.1 to 2.3.

    >>> layer = MembraneLayer(4, 3)
    >>> layer(torch.ones(50, 2, 4)).counts.shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        inputs: int,
        neurons: int,
        *,
        alpha: float = 5.0,
        kappa: float = -0.4,
        efficacy: float = 0.5,
        tau_mem: float = 20.0,
        refractory: float = 1.0,
        dt: float = 1.0,
        clip: bool = True,
        gradient: str = "membranes",
        normalise: bool = True,
        scale: bool = True,
        output: bool = False,
        surrogate: str | Surrogate = "fast_sigmoid",
        generator: Generator | None = None,
    ):
        super().__init__()
        _checks.whole("inputs", inputs)
        _checks.whole("neurons", neurons)
        _checks.number("alpha", alpha, 0)
        _checks.number("kappa", kappa, -1, 0, open_low=False)
        _checks.number("efficacy", efficacy, 0, 1, open_low=False)
        _checks.require(efficacy * kappa > -1, "efficacy", efficacy, "below 1 for a kappa of -1")
        _checks.number("refractory", refractory, 0, open_low=False)
        _checks.choice("gradient", gradient, GRADIENTS)
        flags = {"clip": clip, "normalise": normalise, "scale": scale, "output": output}
        for name, value in flags.items():
            _checks.flag(name, value)
        _checks.generator(generator)
        known = gradient == "membranes" or refractory <= dt
        _checks.require(
            known, "refractory", refractory, f"at most one step of {dt} ms, if surrogate"
        )
        self.tau_mem = tau_mem
        self.dt = dt
        self.decay = float(decay(tau_mem, dt, "tau_mem"))
        self.inhibition = efficacy * kappa
        self.refractory = refractory
        self.clip = clip
        self.gradient = gradient
        self.surrogate = as_surrogate(surrogate)
        self.rule = Rule(self.inhibition, normalise, scale, output)
        bound = (3 / inputs) ** 0.5
        self.weight = nn.Parameter(torch.empty(neurons, inputs))
        nn.init.uniform_(self.weight, -bound, bound, generator=generator)
        self.threshold = nn.Parameter(torch.full((neurons,), alpha * bound))

    def forward(self, inputs: Tensor | Signals) -> Signals:
        """Run from rest: input spikes ``[T, B, M]``, or the signals of the layer below.

        Raises:
            ValueError: for an input of another shape, or NaN in it.
        """
        spikes = inputs.spikes if isinstance(inputs, Signals) else inputs
        _checks.sequence("inputs", spikes)
        _checks.shape("inputs", spikes, (*spikes.shape[:2], self.weight.shape[1]))
        if not isinstance(inputs, Signals):
            inputs = self._received(inputs.to(self.weight.dtype))
        return self._by_spikes(inputs) if self.gradient == "surrogate" else self._by_signals(inputs)

    def _received(self, spikes: Tensor) -> Signals:
        """Return the signals of an input that comes from no layer."""
        x = activity(spikes, self.decay)
        return Signals(spikes, spikes.sum(0), x, torch.zeros_like(x))

    def _by_signals(self, inputs: Signals) -> Signals:
        with torch.no_grad():
            drive = event_product(inputs.spikes, self.weight)
            spikes, membrane = self._run(drive)
            measured = activity(spikes, self.decay)
        a = signal(inputs.activity, self.weight, self.threshold, measured, self.rule)
        return Signals(spikes, spikes.sum(0), a, membrane)

    def _run(self, drive: Tensor) -> tuple[Tensor, Tensor]:
        return run_steps(
            drive,
            self.threshold,
            self.decay,
            self.inhibition,
            clip=self.clip,
            silence=self.refractory / self.dt,
        )

    def _by_spikes(self, inputs: Signals) -> Signals:
        drive = event_product(inputs.spikes, self.weight)
        spikes, membrane = surrogate_steps(
            drive, self.threshold, self.decay, self.inhibition, self.clip, self.surrogate
        )
        return Signals(spikes, spikes.sum(0), activity(spikes, self.decay), membrane)


def membrane_network(sizes: list[int], **options: Any) -> nn.Sequential:
    """Return layers of these sizes, input first; `options` are those of `MembraneLayer`.

    The last one is the output.

    >>> len(membrane_network([784, 800, 10], kappa=-0.3))
    2
    """
    _checks.require(len(sizes) > 1, "sizes", sizes, "two numbers at least")
    pairs = list(zip(sizes[:-1], sizes[1:], strict=True))
    hidden = [MembraneLayer(*pair, **options) for pair in pairs[:-1]]
    return nn.Sequential(*hidden, MembraneLayer(*pairs[-1], output=True, **options))


def signals_of(network: nn.Sequential, inputs: Tensor) -> list[Signals]:
    """Return the signals of every layer for input spikes ``[T, B, M]``, first layer first.

    Raises:
        ValueError: for a network of other layers.
    """
    found: list[Signals] = []
    for layer in layers_of(network):
        found.append(layer(found[-1] if found else inputs))
    return found


def layers_of(network: nn.Sequential) -> list[MembraneLayer]:
    """Return the layers of a network, which must all be `MembraneLayer`, at least one."""
    expected = "MembraneLayers in a Sequential"
    some = isinstance(network, nn.Sequential) and len(network) > 0
    _checks.require(some, "network", type(network).__name__, expected)
    layers: list[MembraneLayer] = []
    for layer in network:
        if not isinstance(layer, MembraneLayer):
            _checks.fail("network", type(layer).__name__, expected)
        layers.append(layer)
    return layers
