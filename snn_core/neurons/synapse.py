"""The current-based synapse: the current that a spike causes outlives it.

The filter has gain 1: whatever the time constant and `dt` are, a weight ``w`` delivers the charge
``w`` in all. So ``tau_syn → 0`` gives the plain LIF neuron, weight for weight.
"""

from torch import Tensor

from .. import _checks
from ..surrogate import Surrogate
from ._filter import leaky_sequence
from .decays import time_constant
from .fused import Fused
from .leaky import ALL_RESETS
from .lif import leaky_step
from .options import LIFOptions
from .states import S

TAU_SYN = 5.0  # ms, of a neuron that is given neither a time constant nor a decay


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
    """What neurons with a synapse of their own share: the decay of its current."""

    resets = ALL_RESETS

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        tau_syn: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        alpha: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_alpha: bool = False,
        learn_threshold: bool = False,
    ):
        options: LIFOptions = {
            "beta": beta,
            "threshold": threshold,
            "dt": dt,
            "reset": reset,
            "detach_reset": detach_reset,
            "surrogate": surrogate,
            "learn_beta": learn_beta,
            "learn_threshold": learn_threshold,
        }
        super().__init__(tau_mem, **options)
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
