"""What leaky neurons share: the decay, the threshold, and what both are given as."""

from torch import Tensor

from .. import _checks
from ..surrogate import Surrogate, as_surrogate
from .base import Neuron, SpikingNeuron
from .decays import parameter, time_constant
from .options import LIFRules
from .states import S

RESETS = ("soft", "hard")
ALL_RESETS = (*RESETS, "delayed")
TAU_MEM = 10.0  # ms, of a neuron that is given neither a time constant nor a decay


def reset_membrane(
    membrane: Tensor, spikes: Tensor, threshold: Tensor | float, reset: str, detach_reset: bool
) -> Tensor:
    """Return what a membrane u[t] ``[B, …]`` is after the spikes z[t] have reset it.

    Args:
        membrane, spikes, threshold: u[t], z[t], and the threshold that was compared with.
        reset: "soft" subtracts the threshold, "hard" sets the membrane to 0, "delayed" leaves it
            to the next step.
        detach_reset: if True, no gradient flows through the spike that resets.

    Raises:
        ValueError: for an unknown reset.

    >>> import torch
    >>> reset_membrane(torch.tensor([1.25]), torch.ones(1), 1.0, "soft", True)
    tensor([0.2500])
    """
    if reset == "delayed":
        return membrane
    if reset == "soft":
        drop = threshold
    elif reset == "hard":
        drop = membrane
    else:
        _checks.choice("reset", reset, ALL_RESETS)
    resetting = spikes.detach() if detach_reset else spikes
    return membrane - drop * resetting


class Leaky(Neuron[S]):
    """What every leaky neuron shares: its decay, from `tau_mem` and `dt` in ms or as `beta`.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        dt: step in ms, above 0; 1 unless given.
        learn_beta: make the decay learnable; False unless given.

    Raises:
        ValueError: for values outside these ranges, or `tau_mem` beside `beta`.

    Warns:
        UserWarning: for a time constant shorter than the step.
    """

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        dt: float = 1.0,
        learn_beta: bool = False,
    ):
        super().__init__()
        self.own_decay({"tau_mem": tau_mem, "beta": beta}, TAU_MEM, dt, learn=learn_beta)
        self.dt = float(dt)

    @property
    def beta(self) -> Tensor:
        """Decay per step in [0, 1], in float64: a scalar tensor, or one entry per neuron."""
        return self.constant("beta")

    @property
    def tau_mem(self) -> Tensor:
        """Membrane time constant in ms, in float64, also of a learnt decay: infinite for 1."""
        return time_constant(self.beta, self.dt)

    def settings(self) -> dict[str, object]:
        """Return what a checkpoint must agree in beside the constants: the step."""
        return {"dt": self.dt}


class IntegrateAndFire(Leaky[S], SpikingNeuron[S]):
    """What every LIF-like neuron shares: leak, threshold, reset and surrogate derivative.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        dt: step in ms, above 0; 1 unless given; with `beta` only what `tau_mem` is read back with.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0; "delayed" subtracts one step later (`lif_step`), for neurons whose threshold is
            always the same.
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_threshold: make that parameter learnable; False unless given.

    Raises:
        ValueError: for values outside these ranges, `tau_mem` beside `beta`, an unknown reset or
            surrogate, or an input not ``[T, B, …]``.

    Warns:
        UserWarning: for a time constant shorter than the step.
    """

    threshold: Tensor
    resets: tuple[str, ...] = RESETS  # those that this kind of neuron knows

    def __init__(
        self,
        tau_mem: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_threshold: bool = False,
    ):
        super().__init__(tau_mem, beta=beta, dt=dt, learn_beta=learn_beta)
        given = parameter("threshold", threshold)
        positive = bool((given > 0).all())
        _checks.require(positive, "threshold", given.tolist(), "a threshold above 0")
        _checks.choice("reset", reset, self.resets)
        self.own_constant("threshold", given, learn=learn_threshold)
        self.reset = reset
        flag = isinstance(detach_reset, bool)
        _checks.require(flag, "detach_reset", repr(detach_reset), "True or False")
        self.detach_reset = detach_reset
        self.surrogate = as_surrogate(surrogate)

    def rules(self, state: Tensor) -> LIFRules:
        """Return the keyword arguments of `lif_step`, for a membrane like `state` ``[B, …]``."""
        return {
            "beta": self.constant("beta", state),
            "threshold": self.constant("threshold", state),
            "reset": self.reset,
            "detach_reset": self.detach_reset,
            "spike": self.surrogate,
        }

    def settings(self) -> dict[str, object]:
        """Return what a checkpoint must agree in: the step, the reset and the surrogate."""
        own = {"reset": self.reset, "detach_reset": self.detach_reset}
        return super().settings() | own | {"surrogate": repr(self.surrogate)}

    def extra_repr(self) -> str:
        beta = self.beta
        shown = f"{beta.item():.4g}" if beta.dim() == 0 else f"{list(beta.shape)}"
        return f"beta={shown}, reset={self.reset!r}, surrogate={self.surrogate!r}"
