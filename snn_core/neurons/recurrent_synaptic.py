"""LIF neurons that hear their own spikes of the step before through a current-based synapse."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Generator, Tensor, nn

from ..surrogate import Surrogate
from ._feedback_gradients import Given
from ._feedback_sequence import feedback_sequence
from .feedback import Recurrent, feedback
from .lif import SPIKE, lif_step
from .options import LIFOptions
from .synapse import Synaptic, synapse_step


class RecurrentSynapticState(NamedTuple):
    """Membrane after the reset v, synaptic current, and spikes z of the last step, ``[B, N]``."""

    membrane: Tensor
    synapse: Tensor
    spikes: Tensor


def recurrent_cuba_step(
    current: Tensor,
    state: RecurrentSynapticState,
    weight: Tensor | nn.Module,
    *,
    alpha: Tensor | float,
    beta: Tensor | float,
    threshold: Tensor | float = 1.0,
    reset: str = "soft",
    detach_reset: bool = True,
    spike: Callable[[Tensor], Tensor] = SPIKE,
) -> tuple[Tensor, Tensor, RecurrentSynapticState]:
    """Advance LIF neurons whose input and last spikes come through one synapse.

    ``i[t] = alpha * i[t-1] + (1 - alpha) * (I[t] + V z[t-1])`` drives the membrane.

    Args:
        current: input I[t], ``[B, N]``.
        state: v[t-1], i[t-1] and z[t-1], ``[B, N]`` each.
        weight: V, as that of `recurrent_lif_step`.
        alpha: decay of the synaptic current per step in [0, 1), a number or a tensor that
            broadcasts.
        beta, threshold, reset, detach_reset, spike: those of `lif_step`.

    Returns:
        (spikes z[t] in {0, 1}, membrane u[t], state), each ``[B, N]``.

    Reference: Neftci et al. 2019, section II (their alpha and V; the factor 1 - alpha, which their
    weights contain, is written out here).

    >>> import torch
    >>> after_a_spike = RecurrentSynapticState(*torch.zeros(2, 1, 1), torch.ones(1, 1))
    >>> options = {"alpha": 0.5, "beta": 0.5}
    >>> recurrent_cuba_step(torch.zeros(1, 1), after_a_spike, torch.tensor([0.3]), **options)[1]
    tensor([[0.1500]])
    """
    heard = current + feedback(state.spikes, weight)
    synapse = synapse_step(heard, state.synapse, alpha)
    spikes, membrane, v = lif_step(
        synapse,
        state.membrane,
        beta=beta,
        threshold=threshold,
        reset=reset,
        detach_reset=detach_reset,
        spike=spike,
    )
    return spikes.to(current), membrane, RecurrentSynapticState(v, synapse, spikes)


class RecurrentCuBaLIF(
    Recurrent[RecurrentSynapticState],
    Synaptic[RecurrentSynapticState],
):
    """LIF neurons with a current-based synapse, through which they also hear each other.

    Input ``[T, B, N]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    ``i[t] = alpha i[t-1] + (1 - alpha) (I[t] + V z[t-1])``: a spike is heard one step later, and
    for about `tau_syn`. ``alpha = 0`` is `RecurrentLIF`, weight for weight.

    Args:
        neurons: their number N, at least 1; for maps ``[C, H, W]`` that of the channels.
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        tau_syn: synaptic time constant in ms, above 0; a number or a tensor ``[N]``; 5 if neither
            it nor `alpha` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        alpha: synaptic decay per step in [0, 1), in place of `tau_syn`; 0 is the plain LIF neuron.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        recurrence: "all_to_all", as unless given, for a weight ``[N, N]``, drawn uniformly from
            ±1/√N; "one_to_one" for a weight ``[N]`` from each neuron to itself, at first 0; or a
            module that makes a current of spikes ``[B, …]``, of the same shape.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0; "delayed" subtracts one step later (`lif_step`).
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_alpha, learn_threshold: make that parameter learnable; False unless given.
        generator: draws the initial weights; PyTorch's own if None.

    Raises:
        ValueError: for values outside these ranges, an input of another shape, or a module
            whose current has another shape than the spikes.

    Reference: Neftci et al. 2019, section II.

    >>> import torch
    >>> RecurrentCuBaLIF(3)(torch.ones(4, 2, 3)).shape
    torch.Size([4, 2, 3])
    """

    def __init__(
        self,
        neurons: int,
        tau_mem: Tensor | float | None = None,
        tau_syn: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        alpha: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        recurrence: str | nn.Module = "all_to_all",
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_alpha: bool = False,
        learn_threshold: bool = False,
        generator: Generator | None = None,
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
        super().__init__(tau_mem, tau_syn, alpha=alpha, learn_alpha=learn_alpha, **options)
        self._own_recurrence(neurons, recurrence, generator)

    def initial_state(self, current: Tensor) -> RecurrentSynapticState:
        """Return membranes and synapses at rest and no spikes for `current` ``[T, B, N]``."""
        return self._at_rest(RecurrentSynapticState, current)

    def step(
        self, current: Tensor, state: RecurrentSynapticState
    ) -> tuple[Tensor, Tensor, RecurrentSynapticState]:
        """Advance by one step with `recurrent_cuba_step`."""
        alpha = self.constant("alpha", state.synapse)
        rules = self.rules(state.membrane)
        return recurrent_cuba_step(current, state, self._way_back(), alpha=alpha, **rules)

    def _sequence(
        self, current: Tensor, state: RecurrentSynapticState
    ) -> tuple[Tensor, Tensor, tuple[Tensor, ...]]:
        v, i, z = state
        alpha = self.constant("alpha", v)
        given = Given(v, **self._constants(v), z=z, weight=self.weight, i=i, alpha=alpha)
        spikes, membrane, synapse = feedback_sequence(current, given, self._reset_rules())
        return spikes, membrane, (synapse, spikes)
