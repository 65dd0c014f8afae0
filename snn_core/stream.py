"""Run a network one step at a time, and see what each of its neurons does."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from . import _checks
from .conversion.spiking import RunningMean
from .layers import DropoutOverTime, Repeat, require_order
from .layers.delayed import Delayed
from .neurons import Neuron, Recording, detach, given_out
from .neurons.states import State, variables

Named = dict[str, Neuron[Any]]
Done = dict[str, Recording[Any]]
Given = tuple[tuple[Any, ...], dict[str, Any]]
WHOLE = (nn.RNNBase, RunningMean, Delayed)  # have a memory of their own
SETTLED = (DropoutOverTime, _BatchNorm)  # treat all steps alike in evaluation mode only


class Stream:
    """Run a network step by step: each neuron goes on from where the last step has left it.

    Steps give what the whole sequence would give. Memory does not grow, unless a gradient is to
    flow from step to step: then call `detach` at the end of every window.

    Args:
        network: maps ``[T, B, …]`` to ``[T, B, …]``, or ``[B, …]`` by a `Repeat`, which is then
            told the same input at every step. Each neuron, a registered module, runs once in it;
            all else treats every step alike. Chance is drawn step by step.

    Raises:
        ValueError: for a network without neurons, with a memory of another kind, or one that
            `require_order` refuses.

    >>> import torch
    >>> from snn_core import LIF
    >>> stream = Stream(nn.Sequential(nn.Identity(), LIF(beta=0.5)))
    >>> [stream.step(torch.full((1, 1), 0.75)).item() for _ in range(4)], list(stream.state)
    ([0.0, 1.0, 0.0, 1.0], ['1'])
    """

    def __init__(self, network: nn.Module):
        require_order(network)
        for name, part in network.named_modules():
            if isinstance(part, WHOLE):
                came = f"{type(part).__name__} at {name}"
                _checks.fail("network", came, "neurons only to remember from step to step")
        self.network = network
        self.neurons = _neurons_of(network)
        _checks.require(len(self.neurons) > 0, "network", "no neuron", "at least one")
        parts = network.named_modules()
        self._settled = {name: part for name, part in parts if isinstance(part, SETTLED)}
        self._repeats = [part for part in network.modules() if isinstance(part, Repeat)]
        self._state: dict[str, State] = {}

    @property
    def state(self) -> dict[str, State]:
        """State of every neuron by its name, ``[B, …]`` per variable; none before the first step.

        Set it to go on from there: to a copy of it, maybe with plain tuples for named ones.
        """
        return dict(self._state)

    @state.setter
    def state(self, state: Mapping[str, State]) -> None:
        expected = f"those of {list(self.neurons)}"
        named = isinstance(state, Mapping)
        _checks.require(named, "state", type(state).__name__, expected)
        fits = not state or state.keys() == self.neurons.keys()
        _checks.require(fits, "state", f"those of {list(state)}", expected)
        self._state = dict(state)

    def reset(self) -> None:
        """Begin a new sequence, maybe of another batch: all neurons are at rest."""
        self._state = {}

    def detach(self) -> None:
        """Let no gradient flow back beyond this moment."""
        self._state = {name: detach(state) for name, state in self._state.items()}

    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: input ``[B, …]`` to output ``[B, …]``.

        Raises:
            ValueError: for another batch than that of the state, a layer that treats steps alike in
                evaluation mode only (`DropoutOverTime`, batch normalisation), neurons that the
                network runs twice, not at all, or from a state of its own, an output that is not
                ``[T, B, …]``, or a state that does not fit. The state then stays as it was.
        """
        self._require_settled()
        self._require_batch(inputs)
        with _followed(self.neurons, self._state) as done, ExitStack() as hooks:
            for part in self._repeats:
                hooks.enter_context(part.register_forward_hook(_first))
            output = self.network(inputs if self._repeats else inputs[None])
        for name in self.neurons:
            _checks.require(name in done, "network", f"no run of {name}", "one in every step")
        after = _only_step(output)
        self._state = {name: done[name].state for name in self.neurons}
        return after

    def _require_settled(self) -> None:
        """Require that all layers treat this step as they would treat it among others."""
        for name, part in self._settled.items():
            alike = not part.training and getattr(part, "running_mean", part) is not None
            came = f"{type(part).__name__} at {name}, in training mode or without statistics"
            _checks.require(alike, "network", came, "evaluation mode, or another layer")

    def _require_batch(self, inputs: Tensor) -> None:
        """Require one step of as many samples as the state has."""
        is_step = isinstance(inputs, Tensor) and inputs.dim() > 0
        _checks.require(is_step, "inputs", type(inputs).__name__, "a tensor [B, …]")
        for state in self._state.values():
            batch = len(variables(state)[0])
            came = f"a batch of {len(inputs)}"
            expected = f"{batch}, as in the steps before, or `reset()`"
            _checks.require(len(inputs) == batch, "inputs", came, expected)


def record_layers(network: nn.Module, inputs: Tensor) -> Done:
    """Run a network once; return what each of its neurons did.

    Args:
        network: any, with or without neurons; each is to run once.
        inputs: what the network takes, ``[T, B, …]`` or ``[B, …]``.

    Returns:
        A `Recording` of each neuron by its name in the network, in the order in which they ran:
        spikes (0 of a neuron that never spikes), membranes and the final state, with gradients.

    Raises:
        ValueError: for no module, or a neuron that runs twice.

    >>> import torch
    >>> from snn_core import LIF
    >>> done = record_layers(nn.Sequential(nn.Linear(3, 2), LIF()), torch.ones(5, 1, 3))
    >>> {name: list(recording.membrane.shape) for name, recording in done.items()}
    {'1': [5, 1, 2]}
    """
    _checks.module("network", network)
    with _followed(_neurons_of(network), None) as done:
        network(inputs)
    return done


@dataclass
class _Follower:
    """Hooks around the run of a neuron: they hand it its state, and keep what it did.

    Args:
        states: those to go on from; None to leave states to the network.
    """

    name: str
    states: Mapping[str, State] | None
    done: Done
    asked: bool = False

    def before(self, _: nn.Module, given: tuple[Any, ...], options: dict[str, Any]) -> Given:
        _checks.require(self.name not in self.done, "network", f"{self.name} twice", "one run each")
        self.asked = options.get("record", False)
        told: dict[str, Any] = {"record": True}
        if self.states is not None:
            free = len(given) < 2 and options.get("state") is None
            _checks.require(free, "network", f"a state of its own at {self.name}", "none")
            told["state"] = self.states.get(self.name)
        return given, options | told

    def after(self, neuron: Neuron[Any], _: object, output: Recording[Any]) -> object:
        self.done[self.name] = output
        return output if self.asked else given_out(neuron, output)


@contextmanager
def _followed(neurons: Named, states: Mapping[str, State] | None) -> Iterator[Done]:
    """Collect what these neurons do inside the block, where each goes on from its state."""
    done: Done = {}
    with ExitStack() as hooks:
        for name, neuron in neurons.items():
            follower = _Follower(name, states, done)
            hooks.enter_context(neuron.register_forward_pre_hook(follower.before, with_kwargs=True))
            hooks.enter_context(neuron.register_forward_hook(follower.after))
        yield done


def _neurons_of(network: nn.Module) -> Named:
    """Return the neurons of a network by their names; a neuron alone has that of its class."""
    parts = network.named_modules()
    return {name or type(part).__name__: part for name, part in parts if isinstance(part, Neuron)}


def _only_step(output: object) -> Tensor:
    """Return an output without its axis of time, which has to be one step long, ``[1, B, …]``."""
    if not isinstance(output, Tensor):
        _checks.fail("network", f"a result of type {type(output).__name__}", "a tensor [T, B, …]")
    one = output.dim() > 1 and len(output) == 1
    came = f"a result of shape {list(output.shape)} for one step"
    _checks.require(one, "network", came, "[1, B, …]")
    return output[0]


def _first(_: nn.Module, __: object, output: Tensor) -> Tensor:
    """Return the first of several steps that are all the same."""
    return output[:1]
