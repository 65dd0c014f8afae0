"""Layers that learn below a leaky layer, whose memory of past eligibilities they share."""

import torch
from torch import Tensor, nn

from .. import _checks
from ..neurons import LIF, leaky_step
from ..neurons.decays import parameter
from .layers import OnlineLIF
from .synapses import Synapses


class OnlineSmoothedLIF(OnlineLIF):
    """LIF neurons below a leaky layer: synapses remember past eligibilities as long as it does.

    The trace of `OnlineLIF` is what a synapse did to its neuron's spike of this step. The membranes
    of the layer above still hold spikes of earlier steps. With this second trace, one per synapse,
    the sum is the gradient of BPTT for two layers. The signal is dL/dI of the layer above, and
    `learn` returns it as it is.

    Args:
        linear: ``nn.Linear`` with weights ``[M, N]``.
        neuron: as in `OnlineLIF`.
        beta_above: decay per step of the layer above, one number in [0, 1].

    Raises:
        ValueError: for another decay, and where `OnlineLayer` does.

    Reference: Bellec et al. 2020 (their low-pass by the decay of the readout).
    """

    per_synapse = True

    def __init__(self, linear: nn.Module | Synapses, neuron: LIF, beta_above: Tensor | float):
        super().__init__(linear, neuron)
        decay = parameter("beta_above", beta_above)
        one = decay.dim() == 0
        _checks.require(one, "beta_above", list(decay.shape), "the same decay for all neurons")
        _checks.within("beta_above", decay, 0, 1)
        self.beta_above = decay.item()

    def extra_repr(self) -> str:
        return f"beta_above={self.beta_above:.4g}"

    def _start(self, inputs: Tensor) -> None:
        super()._start(inputs)
        self.smoothed = inputs.new_zeros(len(inputs), *self.linear.weight.shape)
        self.smoothed_bias = torch.zeros_like(self.state)

    def _step(self, inputs: Tensor) -> Tensor:
        spikes = super()._step(inputs)
        slope = self._slope()
        of_bias = slope * self.bias_trace
        self.smoothed.mul_(self.beta_above).addcmul_(slope[..., None], self.trace[:, None])
        self.smoothed_bias = leaky_step(of_bias, self.smoothed_bias, self.beta_above)
        return spikes

    def sweep(self, inputs: Tensor) -> Tensor:
        """Refuse: the traces of all synapses at all steps would not fit into a memory."""
        _checks.fail("sweep", type(self).__name__, "a layer with one trace for each input")

    def _learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a signal dL/dI from above; return it."""
        signal = signal.to(self.smoothed.dtype)
        of_bias = signal * self.smoothed_bias
        self._add(self.linear.weight, torch.einsum("bm,bmn->mn", signal, self.smoothed))
        self._add_bias(of_bias.sum(0))
        return signal
