"""Membrane potentials as signals: errors flow through activities, without a surrogate of the spike.

A membrane that decays by itself, is reset by subtraction and is inhibited by its neighbours' spikes
is linear in what came in and what went out. With the *activities* ``x_k`` and ``a_i``, the spikes
of input k and of neuron i that decay as the membrane does, after every event

    ``V_i = sum_k w_ik x_k - V_th,i a_i + sigma V_th,i sum_{j != i} kappa_ij a_j``.

What is left in V is small beside what has come in; without it the activity is a linear function of
the input, the *transfer function*, and has ordinary derivatives. Weights are ``[N, M]``, row = to,
column = from. The inhibition kappa is common to all pairs of neurons of a layer; ``inhibition`` is
its product with the efficacy, ``sigma kappa``.

Reference: Lee, Delbruck, Pfeiffer 2016, Training deep spiking neural networks using
backpropagation, section 2.
"""

from .dynamics import activity, refractory_gain
from .events import Moment, run_events, spike_events
from .layer import MembraneLayer, Signals, membrane_network, signals_of
from .learner import MembraneLearner, count_scores, parameter_groups, peak_error, signal_loss
from .products import event_product
from .regularisers import balance_thresholds, exponential_penalty, shrink_rows
from .transfer import Slopes, inhibited, transfer, transfer_jacobian, transfer_slopes

__all__ = [
    "MembraneLayer",
    "MembraneLearner",
    "Moment",
    "Signals",
    "Slopes",
    "activity",
    "balance_thresholds",
    "count_scores",
    "event_product",
    "exponential_penalty",
    "inhibited",
    "membrane_network",
    "parameter_groups",
    "peak_error",
    "refractory_gain",
    "run_events",
    "shrink_rows",
    "signal_loss",
    "signals_of",
    "spike_events",
    "transfer",
    "transfer_jacobian",
    "transfer_slopes",
]
