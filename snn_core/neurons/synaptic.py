"""Neurons with a synapse of their own: the current that a spike causes rises and fades."""

from typing import NamedTuple

from torch import Tensor

from .lif import lif_step
from .states import at_rest
from .synapse import Synaptic, synapse_step


class SynapticState(NamedTuple):
    """Membrane after the reset v, and synaptic current, each ``[B, …]``."""

    membrane: Tensor
    synapse: Tensor


class AlphaState(NamedTuple):
    """Membrane after the reset v, synaptic current, and what makes it rise, each ``[B, …]``."""

    membrane: Tensor
    synapse: Tensor
    rise: Tensor


class CuBaLIF(Synaptic[SynapticState]):
    """LIF neurons with a current-based synapse: the current outlives the spike that caused it.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    ``i[t] = alpha i[t-1] + (1 - alpha) I[t]`` drives the membrane of an LIF neuron. Without spikes
    this is the exact solution one step later, with a weight that is about ``1 + dt / (2 tau_mem)``
    times as large: so a constant drive keeps its level, and ``alpha = 0`` is the plain LIF neuron.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        tau_syn: synaptic time constant in ms, above 0; a number or a tensor ``[N]``; 5 if neither
            it nor `alpha` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        alpha: synaptic decay per step in [0, 1), in place of `tau_syn`; 0 is the plain LIF neuron.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0; "delayed" subtracts one step later (`lif_step`).
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_alpha, learn_threshold: make that parameter learnable; False unless given.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

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

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    Two synaptic filters in a row: a spike causes the current ``(1 - alpha)² (k + 1) alpha^k`` after
    k steps, the discrete form of ``t / tau_syn² · exp(-t / tau_syn)``. With ``beta=0`` the membrane
    itself has this shape.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        tau_syn: synaptic time constant in ms, above 0; a number or a tensor ``[N]``; 5 if neither
            it nor `alpha` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        alpha: synaptic decay per step in [0, 1), in place of `tau_syn`; 0 is the plain LIF neuron.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0; "delayed" subtracts one step later (`lif_step`).
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_alpha, learn_threshold: make that parameter learnable; False unless given.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

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
