"""A layer of neurons that compete for the input, and learn from what they win."""

from collections.abc import Callable
from typing import Self

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..neurons import lif_step
from ..precision import wide
from . import _doors
from .bounds import LARGEST
from .inhibition import compete
from .prototypes import adapt_thresholds, trace_stdp
from .traces import decay_per_step, spike_trace

SETTINGS = ("tau_mem", "tau_trace", "dt", "compete")


class CompetitiveLayer(nn.Module):
    """Spiking neurons that share out their inputs among themselves; no gradient, no label.

    Every call shows whole samples: membranes begin at rest, and traces empty.

    `weight`, `threshold` and the decay `beta` are buffers, so they are saved and moved with the
    layer; they stay in float32 or wider, whatever the layer is cast to. A checkpoint of a layer
    with other settings is refused.

    Args:
        inputs, neurons: numbers N and M.
        tau_mem, tau_trace: time constants of the membrane and of the presynaptic trace in ms, above
            0.
        dt: step in ms.
        threshold: of every neuron at the start.
        compete: if False, every neuron above its threshold spikes and resets only itself.
        generator: draws the weights, uniform in [0, 1) before each row is given length 1.

    Raises:
        ValueError: for values outside these ranges, an input that is not ``[T, B, N]``, or the
            checkpoint of a layer with another `tau_mem`, `tau_trace`, `dt` or `compete`.

    Reference: after Diehl, Cook 2015, much simplified.

    >>> layer = CompetitiveLayer(3, 2, generator=torch.Generator().manual_seed(0))
    >>> layer(torch.ones(4, 1, 3)).sum(2).flatten().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """

    weight: Tensor
    threshold: Tensor
    beta: Tensor

    def __init__(
        self,
        inputs: int,
        neurons: int,
        *,
        tau_mem: float = 20.0,
        tau_trace: float = 5.0,
        dt: float = 1.0,
        threshold: float = 0.1,
        compete: bool = True,
        generator: Generator | None = None,
    ):
        super().__init__()
        _checks.whole("inputs", inputs)
        _checks.whole("neurons", neurons)
        _checks.number("threshold", threshold, 0, LARGEST)
        _checks.require(isinstance(compete, bool), "compete", repr(compete), "True or False")
        weight = torch.rand(neurons, inputs, generator=generator)
        self.register_buffer("weight", nn.functional.normalize(weight, dim=1))
        self.register_buffer("threshold", torch.full((neurons,), float(threshold)))
        beta = decay_per_step(tau_mem, dt, "tau_mem")
        self.register_buffer("beta", torch.tensor(beta, dtype=torch.float64))
        _checks.number("tau_trace", tau_trace, 0)
        self.tau_mem = float(tau_mem)
        self.tau_trace = float(tau_trace)
        self.dt = float(dt)
        self.compete = compete

    def forward(self, spikes: Tensor, inhibition: float = 1.0) -> Tensor:
        """Run over spikes ``[T, B, N]`` → ``[T, B, M]``; `inhibition` as in `competition_step`."""
        _doors.finite_floats("spikes", spikes, "[T, B, N]")
        _checks.shape("spikes", spikes, [*spikes.shape[:2], self.weight.shape[1]])
        _checks.number("inhibition", inhibition, 0, 1, open_low=False)
        current = self._current(spikes)
        state = torch.zeros_like(current[0])
        output = []
        for now in current:
            fired, state = self._step(now, state, inhibition)
            output.append(fired)
        return torch.stack(output).to(spikes.dtype)

    def _current(self, spikes: Tensor) -> Tensor:
        """Return the input of all neurons ``[T, B, M]``, in float32 or wider: one product."""
        dtype = _doors.widest(spikes, self.weight)
        with _doors.exactly(spikes):
            merged = spikes.flatten(0, 1).to(dtype) @ self.weight.to(dtype).T
        return torch.unflatten(merged, 0, spikes.shape[:2])

    def _step(self, current: Tensor, state: Tensor, inhibition: float) -> tuple[Tensor, Tensor]:
        """Return the spikes of one step and the state after it."""
        beta = self.beta
        threshold = self.threshold
        if self.compete:
            spikes, _, state = compete(current, state, beta, threshold, inhibition)
        else:
            spikes, _, state = lif_step(
                current, state, beta=beta, threshold=threshold, reset="hard"
            )
        return spikes, state

    @torch.no_grad()
    def learn(
        self,
        spikes: Tensor,
        *,
        lr: float,
        target: float = 3.0,
        threshold_lr: float = 0.02,
        scale: float = 0.18,
        normalise: bool = True,
    ) -> Tensor:
        """Run over one batch ``[T, B, N]``, then update the weights and the thresholds.

        Args:
            spikes: input, ``[T, B, N]``.
            lr: learning rate of the weights, in (0, 1].
            target, threshold_lr: `target` and `lr` of `adapt_thresholds`.
            scale, normalise: those of `trace_stdp`.

        Returns:
            The output spikes ``[T, B, M]``, from before the update.

        Raises:
            ValueError: for spikes that are not ``[T, B, N]``, NaN, or a number out of range.
        """
        _checks.number("threshold_lr", threshold_lr, 0, LARGEST, open_low=False)
        output: Tensor = self(spikes)
        trace = spike_trace(spikes, self.tau_trace, dt=self.dt)
        options = {"lr": lr, "scale": scale}
        weight = trace_stdp(self.weight, trace, output, normalise=normalise, **options)
        threshold = adapt_thresholds(self.threshold, output, target=target, lr=threshold_lr)
        self.weight = weight.to(self.weight.dtype)
        self.threshold = threshold.to(self.threshold.dtype)
        return output

    def extra_repr(self) -> str:
        neurons, inputs = self.weight.shape
        settings = ", ".join(f"{name}={value}" for name, value in self.get_extra_state().items())
        return f"{inputs}, {neurons}, {settings}"

    def get_extra_state(self) -> dict[str, object]:
        """Return the settings, which a checkpoint holds beside the buffers."""
        return {name: getattr(self, name) for name in SETTINGS}

    def set_extra_state(self, state: dict[str, object]) -> None:
        """Require the settings of a checkpoint to be those of this layer."""
        for name, value in self.get_extra_state().items():
            _checks.require(
                state[name] == value, name, f"{state[name]} from a checkpoint", f"{value}"
            )

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Move the layer; what it learns stays in float32 or wider, and the decay as it is."""
        before = dict(self.named_buffers(recurse=False))
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        for name, buffer in before.items():
            moved: Tensor = getattr(self, name)
            dtype = buffer.dtype if name == "beta" else wide(moved)
            if moved.dtype != dtype:
                self._buffers[name] = buffer.to(moved.device, dtype)
        return self
