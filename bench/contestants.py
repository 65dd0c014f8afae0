"""The contestants: a linear layer and LIF neurons, as users of each library would run them.

All get the same weights, inputs, decay and threshold. The inputs ask for no gradient, as in a first
layer. The gradient of the spikes is given, so that no loss is timed. The reset is detached where
the library offers it.

The contestants differ in the rules that their libraries fix:

- snnTorch and spyx subtract the threshold one step later, so it does not decay with the membrane.
- spyx also fires one step later than the others.
- Norse, Sinabs and spyx have no detached reset.
- The surrogate of Sinabs is an exponential. The others use the derivative of a fast sigmoid.
- Sinabs and SpikingJelly fire at the threshold, the others above it.
"""

import math
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from workloads import BETA, THRESHOLD, Data

FLOOR, OURS = "linear alone", "snn_core"
TORCH, JAX = "PyTorch", "JAX"


class TorchRunner:
    """A linear layer over all steps at once, then neurons: a function of currents ``[T, B, N]``."""

    def __init__(self, data: Data, neurons: Callable[[Tensor], Tensor]):
        self.neurons = neurons
        self.linear = nn.Linear(*data.weight.shape)
        self.linear.load_state_dict(
            {"weight": torch.from_numpy(data.weight), "bias": torch.from_numpy(data.bias)}
        )
        self.inputs = torch.from_numpy(data.inputs).flatten(0, 1)
        self.cotangent = torch.from_numpy(data.cotangent)

    def forward(self) -> Tensor:
        """Return the spikes."""
        return self.neurons(self.linear(self.inputs).view_as(self.cotangent))

    def turn(self) -> tuple[float, float]:
        """Return the seconds of a forward pass, and of a forward and a backward pass."""
        self.linear.zero_grad()
        start = time.perf_counter()
        spikes = self.forward()
        middle = time.perf_counter()
        spikes.backward(self.cotangent)
        return middle - start, time.perf_counter() - start

    def probe(self) -> tuple[float, float]:
        """Return the firing rate and the norm of the weights' gradient."""
        self.linear.zero_grad()
        spikes = self.forward()
        spikes.backward(self.cotangent)
        return spikes.mean().item(), self.linear.weight.grad.norm().item()


class SpyxRunner:
    """The same network in JAX: one jitted function for the forward pass, one for both passes."""

    def __init__(self, data: Data, inside_scan: bool):
        import jax

        network, self.parameters = _spyx_network(data, inside_scan)
        self.forward = jax.jit(network)
        self.both = jax.jit(partial(_spikes_and_gradient, network))
        self.inputs, self.cotangent = (
            jax.numpy.asarray(data.inputs),
            jax.numpy.asarray(data.cotangent),
        )

    def turn(self) -> tuple[float, float]:
        """Return the seconds of a forward pass, and of a forward and a backward pass after it."""
        start = time.perf_counter()
        self.forward(self.parameters, self.inputs).block_until_ready()
        middle = time.perf_counter()
        _wait(self.both(self.parameters, self.inputs, self.cotangent))
        return middle - start, time.perf_counter() - middle

    def probe(self) -> tuple[float, float]:
        """Return the firing rate and the norm of the weights' gradient."""
        spikes, gradient = self.both(self.parameters, self.inputs, self.cotangent)
        return float(spikes.mean()), float((gradient["kernel"][...] ** 2).sum() ** 0.5)


def _wait(arrays):
    import jax

    jax.block_until_ready(arrays)


def _spyx_network(data: Data, inside_scan: bool):
    """Return the spikes as a function of parameters and inputs, and the layer's parameters."""
    from flax import nnx
    from spyx import nn as spyx_nn

    size = len(data.bias)
    linear = nnx.Linear(size, size, rngs=nnx.Rngs(0))
    linear.kernel[...], linear.bias[...] = data.weight.T, data.bias
    neurons = spyx_nn.LIF((size,), beta=BETA, threshold=THRESHOLD, rngs=nnx.Rngs(0))
    definition, parameters = nnx.split(linear)

    def network(parameters, inputs):
        layer = nnx.merge(definition, parameters)
        if inside_scan:
            return spyx_nn.run(spyx_nn.Sequential(layer, neurons), inputs)[0]
        return spyx_nn.run(neurons, layer(inputs))[0]

    return network, parameters


def _spikes_and_gradient(network, parameters, inputs, cotangent):
    import jax

    spikes, pullback = jax.vjp(lambda parameters: network(parameters, inputs), parameters)
    return spikes, pullback(cotangent)[0]


def _floor(data: Data) -> TorchRunner:
    return TorchRunner(data, lambda currents: currents)


def _snn_core(data: Data) -> TorchRunner:
    from snn_core import LIF

    return TorchRunner(data, LIF(beta=BETA, threshold=THRESHOLD))


def _snntorch(data: Data, compiled: bool = False) -> TorchRunner:
    from snntorch import Leaky, surrogate

    leaky = Leaky(beta=BETA, threshold=THRESHOLD, spike_grad=surrogate.fast_sigmoid())
    step = _compiled(leaky) if compiled else leaky
    return TorchRunner(data, lambda currents: _loop(step, currents, leaky.reset_mem()))


def _spikingjelly(data: Data) -> TorchRunner:
    from spikingjelly.activation_based import functional, neuron, surrogate

    node = neuron.LIFNode(
        tau=1 / (1 - BETA),
        decay_input=False,
        v_threshold=THRESHOLD,
        v_reset=None,
        surrogate_function=surrogate.SuperSpike(),
        detach_reset=True,
        step_mode="m",
    )

    def neurons(currents):
        functional.reset_net(node)
        return node(currents)

    return TorchRunner(data, neurons)


def _norse(data: Data, compiled: bool = False) -> TorchRunner:
    """Norse scales currents by ``1 - beta``; with a threshold scaled alike the spikes are equal."""
    from norse.torch import LIFBoxCell, LIFBoxParameters
    from norse.torch.functional.reset import reset_subtract

    parameters = LIFBoxParameters(
        tau_mem_inv=torch.tensor((1 - BETA) / 1e-3),
        v_th=torch.tensor((1 - BETA) * THRESHOLD),
        reset_method=reset_subtract,
    )
    cell = LIFBoxCell(parameters, dt=1e-3)
    step = _compiled(cell) if compiled else cell
    return TorchRunner(data, lambda currents: _loop(step, currents))


def _sinabs(data: Data) -> TorchRunner:
    from sinabs.activation import SingleSpike
    from sinabs.layers import LIF

    layer = LIF(
        -1 / math.log(BETA),
        spike_threshold=torch.tensor(THRESHOLD),
        spike_fn=SingleSpike,
        norm_input=False,
    )
    layer.requires_grad_(False)

    def neurons(currents):
        layer.reset_states()
        return layer(currents.transpose(0, 1)).transpose(0, 1)

    return TorchRunner(data, neurons)


def _loop(step: Callable, currents: Tensor, state=None) -> Tensor:
    """Call `step` once for each time step, and stack the spikes."""
    spikes = []
    for current in currents:
        spike, state = step(current, state)
        spikes.append(spike)
    return torch.stack(spikes)


def _compiled(step: nn.Module) -> Callable:
    if shutil.which("g++") is None and shutil.which("clang++") is None:
        raise ImportError("torch.compile finds no C++ compiler")
    return torch.compile(step, dynamic=False)


@dataclass(frozen=True)
class Contestant:
    """A library, one line on how it is run, and a function that makes its runner from the data."""

    name: str
    package: str
    framework: str
    choice: str
    build: Callable[[Data], TorchRunner | SpyxRunner]


CONTESTANTS = (
    Contestant(FLOOR, "torch", TORCH, "`Linear` over `[T*B, N]`, no neurons", _floor),
    Contestant(OURS, "snn_core", TORCH, "`LIF` over all steps, its defaults", _snn_core),
    Contestant(
        "snnTorch", "snntorch", TORCH, "`Leaky` in a loop over the steps, as documented", _snntorch
    ),
    Contestant(
        "snnTorch, compiled",
        "snntorch",
        TORCH,
        "the same loop, `torch.compile` on `Leaky`",
        partial(_snntorch, compiled=True),
    ),
    Contestant(
        "SpikingJelly",
        "spikingjelly",
        TORCH,
        "`LIFNode`, multi-step, its CPU operator",
        _spikingjelly,
    ),
    Contestant("Norse", "norse", TORCH, "`LIFBoxCell` in a loop; faster than `Lift`", _norse),
    Contestant(
        "Norse, compiled",
        "norse",
        TORCH,
        "the same loop, `torch.compile` on `LIFBoxCell`",
        partial(_norse, compiled=True),
    ),
    Contestant(
        "Sinabs", "sinabs", TORCH, "`LIF` over all steps, `SingleSpike`, fixed decay", _sinabs
    ),
    Contestant(
        "spyx",
        "spyx",
        JAX,
        "jitted; `Linear` over all steps, then `run(LIF)`",
        partial(SpyxRunner, inside_scan=False),
    ),
    Contestant(
        "spyx, one scan",
        "spyx",
        JAX,
        "jitted; `run(Sequential(Linear, LIF))`, as documented",
        partial(SpyxRunner, inside_scan=True),
    ),
)
