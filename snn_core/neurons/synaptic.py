"""Neurons with a synapse of their own: the current that a spike causes rises and fades.

Each filter has gain 1: whatever the time constants and `dt` are, a weight ``w`` delivers the charge
``w`` in all. So ``tau_syn → 0`` gives the plain LIF neuron, weight for weight.
"""

from typing import NamedTuple, Unpack

from torch import Tensor

from .. import _checks
from ._filter import leaky_sequence
from .decays import time_constant
from .fused import Fused
from .leaky import ALL_RESETS
from .lif import leaky_step, lif_step
from .options import LIFOptions
from .states import S, at_rest

TAU_SYN = 5.0  # ms, of a neuron that is given neither a time constant nor a decay


class SynapticState(NamedTuple):
    """Membrane after the reset v, and synaptic current, each ``[B, …]``."""

    membrane: Tensor
    synapse: Tensor


class AlphaState(NamedTuple):
    """Membrane after the reset v, synaptic current, and what makes it rise, each ``[B, …]``."""

    membrane: Tensor
    synapse: Tensor
    rise: Tensor


def synapse_step(current: Tensor, synapse: Tensor, alpha: Tensor | float) -> Tensor:
    """Advance a synaptic current by one step: ``i[t] = alpha * i[t-1] + (1 - alpha) * I[t]``.

    Args:
        current: input I[t], ``[B, …]``, in units of the threshold.
        synapse: synaptic current i[t-1], same shape.
        alpha: decay per step in [0, 1), a number or a tensor that broadcasts.

    Returns:
        The synaptic current i[t], same shape.

    Reference: Neftci et al. 2019, section II; the factor 1 - alpha, which their weights contain, is
    written out here.

    >>> import torch
    >>> synapse_step(torch.tensor([1.0]), torch.tensor([2.0]), 0.5)
    tensor([1.5000])
    """
    current = current.to(synapse)  # before the product, which a narrow one would round
    return leaky_step((1 - alpha) * current, synapse, alpha)


class Synaptic(Fused[S]):
    """What neurons with a synapse of their own share: the decay of its current.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``; 10 if neither
            it nor `beta` is given.
        tau_syn: synaptic time constant in ms, above 0; a number or a tensor ``[N]``; 5 if neither
            it nor `alpha` is given.
        alpha: synaptic decay per step in [0, 1), in place of `tau_syn`; 0 is the plain LIF neuron.
        dt: step in ms, 1 unless given.
        learn_alpha: make the synaptic decay learnable.
        options: threshold, reset and the other options of `LIF`.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.
    """

    resets = ALL_RESETS

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        tau_syn: Tensor | float | None = None,
        *,
        alpha: Tensor | float | None = None,
        dt: float = 1.0,
        learn_alpha: bool = False,
        **options: Unpack[LIFOptions],
    ):
        super().__init__(tau_mem, dt=dt, **options)
        self.own_decay({"tau_syn": tau_syn, "alpha": alpha}, TAU_SYN, dt, learn=learn_alpha)
        open_ = bool((self.alpha < 1).all())
        came = f"a decay of {self.alpha.tolist()}"
        _checks.require(open_, self.called("alpha"), came, "one below 1: with 1 nothing comes in")

    @property
    def alpha(self) -> Tensor:
        """Decay of the synaptic current per step in [0, 1), in float64: a scalar, or per neuron."""
        return self.constant("alpha")

    @property
    def tau_syn(self) -> Tensor:
        """Synaptic time constant in ms, in float64, also of a learnt decay."""
        return time_constant(self.alpha, self.dt)

    def _filter(self, current: Tensor, synapse: Tensor) -> Tensor:
        """Return what `synapse_step` makes of a current in all steps ``[T, B, …]``, wide."""
        alpha = self.constant("alpha", synapse)
        return leaky_sequence(current, synapse, alpha, 1 - alpha)


class CuBaLIF(Synaptic[SynapticState]):
    """LIF neurons with a current-based synapse: the current outlives the spike that caused it.

    ``i[t] = alpha i[t-1] + (1 - alpha) I[t]`` drives the membrane of an LIF neuron. Without spikes
    this is the exact solution one step later, with a weight that is about ``1 + dt / (2 tau_mem)``
    times as large: so a constant drive keeps its level, and ``alpha = 0`` is the plain LIF neuron.

    Args: those of `Synaptic`.

    Raises:
        ValueError: for values outside their ranges, or an input that is not ``[T, B, …]``.

    Reference: Neftci et al. 2019, section II; Eshraghian et al. 2023, appendix (their synaptic
    neuron).

    >>> import torch
    >>> pulse = torch.tensor([1.0, 0, 0]).view(3, 1, 1)
    >>> CuBaLIF(beta=0.5, alpha=0.5)(pulse, record=True).membrane.flatten()
    tensor([0.5000, 0.5000, 0.3750])
    """

    def initial_state(self, current: Tensor) -> SynapticState:
        """Return a membrane and a synapse at rest for `current` ``[T, B, …]``."""
        return at_rest(SynapticState, current[0])

    def step(self, current: Tensor, state: SynapticState) -> tuple[Tensor, Tensor, SynapticState]:
        """Advance by one step: `synapse_step`, then `lif_step`."""
        alpha = self.constant("alpha", state.synapse)
        synapse = synapse_step(current, state.synapse, alpha)
        spikes, membrane, v = lif_step(synapse, state.membrane, **self.rules(state.membrane))
        return spikes.to(current), membrane, SynapticState(v, synapse)

    def _sequence(
        self, current: Tensor, state: SynapticState
    ) -> tuple[Tensor, Tensor, tuple[Tensor]]:
        synapse = self._filter(current, state.synapse)
        return *self._fire(synapse, state.membrane), (synapse,)


class Alpha(Synaptic[AlphaState]):
    """LIF neurons with an alpha function as synaptic current: it peaks `tau_syn` after the spike.

    Two synaptic filters in a row: a spike causes the current ``(1 - alpha)² (k + 1) alpha^k`` after
    k steps, the discrete form of ``t / tau_syn² · exp(-t / tau_syn)``. With ``beta=0`` the membrane
    itself has this shape.

    Args: those of `Synaptic`.

    Raises:
        ValueError: for values outside their ranges, or an input that is not ``[T, B, …]``.

    Reference: Rall 1967; Gerstner et al. 2014, section 3.1; Eshraghian et al. 2023, appendix (their
    alpha neuron).

    >>> import torch
    >>> pulse = torch.tensor([1.0, 0, 0]).view(3, 1, 1)
    >>> Alpha(beta=0.0, alpha=0.5)(pulse, record=True).membrane.flatten()
    tensor([0.2500, 0.2500, 0.1875])
    """

    def initial_state(self, current: Tensor) -> AlphaState:
        """Return all three variables at rest for `current` ``[T, B, …]``."""
        return at_rest(AlphaState, current[0])

    def step(self, current: Tensor, state: AlphaState) -> tuple[Tensor, Tensor, AlphaState]:
        """Advance by one step: `synapse_step` twice, then `lif_step`."""
        alpha = self.constant("alpha", state.synapse)
        rise = synapse_step(current, state.rise, alpha)
        synapse = synapse_step(rise, state.synapse, alpha)
        spikes, membrane, v = lif_step(synapse, state.membrane, **self.rules(state.membrane))
        return spikes.to(current), membrane, AlphaState(v, synapse, rise)

    def _sequence(
        self, current: Tensor, state: AlphaState
    ) -> tuple[Tensor, Tensor, tuple[Tensor, Tensor]]:
        rise = self._filter(current, state.rise)
        synapse = self._filter(rise, state.synapse)
        return *self._fire(synapse, state.membrane), (synapse, rise)
