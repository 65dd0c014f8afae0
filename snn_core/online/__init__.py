"""Online learning: gradients computed forward in time, step by step, without a stored past.

Every rule here has the same form. A synapse keeps a trace of what it did to its neuron (the
*eligibility*), a *learning signal* says how the loss would change with the neuron's spike at this
step, and the gradient is the sum over time of their product. The rules differ in what the
eligibility leaves out and in where the signal comes from. Weights are ``[M, N]``, row = to, column
= from, or those of a convolution. Nothing here walks back through time, except `ChunkedBPTT`, which
the others are compared with. Through a convolution or pooling, autograd finds the gradient of a
single step.

All learners follow one protocol. They are modules (`OnlineLearner`): `parameters` are what learns,
`state_dict` is a checkpoint, and gradients add up in ``.grad`` for any optimiser.

- ``start(inputs)`` rests all neurons and forgets all traces, for inputs like these, ``[B, N]``.
- ``step(inputs)`` advances by one step and returns the output. A learner of signals (`OnlineLIF`,
  `OnlineAdaptiveLIF`, `OnlineSmoothedLIF`, `OnlineRTRL`, `EProp`) learns when ``learn(signal)``
  follows, with the derivative of the loss by that output. A learner of labels (`OnlineNetwork`,
  `ChunkedBPTT`) learns by ``step(inputs, labels)``. Without signal or labels nothing is learnt:
  that is how a trained learner serves.
- ``run(inputs, signals)`` or ``run(inputs, labels)`` is a start and all steps of ``[T, B, N]``.
- Some can do many steps at once: ``OnlineLIF.sweep(inputs)`` for one ``learn`` of them all,
  ``OnlineNetwork.sweep(inputs, labels)``, and ``ChunkedBPTT.advance(inputs, labels)``.

`training.fit` trains a network by a learner of labels: ``fit(network, …, learner=learner)``.
"""

from .adaptive import AdaptiveTraces, OnlineAdaptiveLIF, adaptive_traces_step
from .backwards import ChunkedBPTT
from .eprop import FEEDBACKS, EProp
from .errors import count_error
from .labelled import LabelLearner
from .layers import OnlineLayer, OnlineLIF
from .learner import OnlineLearner, SignalLearner
from .network import OnlineNetwork
from .rtrl import TERMS, OnlineRTRL, influence_step, membrane_jacobian
from .signals import RULES
from .smoothed import OnlineSmoothedLIF

__all__ = [
    "FEEDBACKS",
    "RULES",
    "TERMS",
    "AdaptiveTraces",
    "ChunkedBPTT",
    "EProp",
    "LabelLearner",
    "OnlineAdaptiveLIF",
    "OnlineLIF",
    "OnlineLayer",
    "OnlineLearner",
    "OnlineNetwork",
    "OnlineRTRL",
    "OnlineSmoothedLIF",
    "SignalLearner",
    "adaptive_traces_step",
    "count_error",
    "influence_step",
    "membrane_jacobian",
]
