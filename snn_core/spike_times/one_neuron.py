"""One neuron by hand: its membrane and current at any moment, and how a weight moves its spike."""

import torch
from torch import Tensor

from .. import _checks
from .arrivals import arrive, require_times
from .event_prop import all_spikes
from .first import first_spikes
from .neuron import Dynamics


def membrane_at(moment: Tensor, times: Tensor, weights: Tensor, neuron: Dynamics) -> Tensor:
    """Return the membrane of a neuron that does not spike: a sum of potentials.

    Args:
        moment: when, in ms, of any shape.
        times: of the input spikes in ms, ``[N]``; infinite for none.
        weights: ``[N]``.
        neuron: its constants.

    Returns:
        V, in the shape of `moment`.

    Raises:
        ValueError: for times and weights that do not fit.

    >>> when = torch.tensor([0.0, 3.466, 6.931])
    >>> membrane_at(when, torch.zeros(1), torch.ones(1), Dynamics()).round(decimals=2)
    tensor([0.0000, 0.4100, 0.5000])
    """
    _require_inputs(times, weights)
    return neuron.potential(moment.unsqueeze(-1) - times) @ weights


def membrane_slope(moment: Tensor, times: Tensor, weights: Tensor, neuron: Dynamics) -> Tensor:
    """Return the derivative of `membrane_at` by time, per ms.

    >>> when = torch.tensor([2.0, 6.931])  # the second moment is that of the peak
    >>> membrane_slope(when, torch.zeros(1), torch.ones(1), Dynamics()).round(decimals=2).abs()
    tensor([0.1000, 0.0000])
    """
    _require_inputs(times, weights)
    return neuron.rise(moment.unsqueeze(-1) - times) @ weights


def current_at(moment: Tensor, times: Tensor, weights: Tensor, neuron: Dynamics) -> Tensor:
    """Return the synaptic current just before some moments, per ms; own spikes do not change it.

    Args: those of `membrane_at`.

    >>> when = torch.tensor([0.0, 3.466])
    >>> current_at(when, torch.zeros(1), torch.ones(1), Dynamics()).round(decimals=2)
    tensor([0.0000, 0.1000])
    """
    _require_inputs(times, weights)
    age = moment.unsqueeze(-1) - times
    left = torch.exp(-age.clamp(min=0) / neuron.tau_syn) / neuron.tau_syn
    return (left * (age > 0)) @ weights


def spike_time(times: Tensor, weights: Tensor, neuron: Dynamics) -> Tensor:
    """Return when one neuron spikes first, a scalar in ms with a gradient; infinite if never.

    Args: those of `membrane_at`; any time constants.

    >>> spike_time(torch.zeros(1), torch.tensor([4.0]), Dynamics()).round(decimals=2)
    tensor(1.5800)
    """
    _require_inputs(times, weights)
    require_times("times", times.unsqueeze(0), neuron.tau_syn, len(times))
    if neuron.ratio in (0, 0.5):
        return first_spikes(arrive(times[None], weights[None]), neuron)[0, 0]
    return all_spikes(times[None], weights[None], neuron)[0, 0, 0]


def spike_time_gradient(times: Tensor, weights: Tensor, neuron: Dynamics) -> tuple[Tensor, Tensor]:
    """Return how the first spike moves with each weight and with each input time.

    At the spike, V(t, w) = threshold; so ``dt/dw = -(dV/dw) / (dV/dt)``. It is infinite where the
    membrane only touches the threshold, and 0 for a neuron that is silent: nothing moves.

    Args: those of `membrane_at`; any time constants.

    Returns:
        ``dt/dw`` in ms per weight and ``dt/dt_i``, both ``[N]``.

    Reference: Bohte, Kok, La Poutré 2002 (SpikeProp).

    >>> by_weight, by_time = spike_time_gradient(torch.zeros(1), torch.tensor([4.0]), Dynamics())
    >>> by_weight.round(decimals=3), by_time.round(decimals=3)
    (tensor([-0.5180]), tensor([1.]))
    """
    with torch.no_grad():
        moment = spike_time(times, weights, neuron)
        if moment.isinf():
            return torch.zeros_like(weights), torch.zeros_like(times)
        age = moment - times
        by_time = weights * neuron.rise(age)
        slope = by_time.sum()
        return -neuron.potential(age) / slope, by_time / slope


def _require_inputs(times: Tensor, weights: Tensor) -> None:
    """Require times and weights ``[N]``."""
    _checks.floats("times", times)
    _checks.floats("weights", weights)
    _checks.shape("times", times, [times.numel()])
    _checks.shape("weights", weights, times.shape)
