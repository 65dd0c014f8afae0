"""A small core of spiking neurons, surrogate gradients, encoders and learning rules on PyTorch.

Conventions, the same in every module and stated here:

- Tensors are time-major: ``[T, B, N]`` or ``[T, B, C, H, W]``. Spikes are 0/1 floats.
- Time, ``dt`` and every ``tau_*`` are in milliseconds. ``dt`` and ``tau_mem`` are what a user sets;
  ``beta = exp(-dt / tau_mem)`` is derived, and a neuron can be given ``beta`` directly.
- The membrane is dimensionless: rest 0, threshold 1. (Only the Izhikevich neuron is in millivolts.)
- One update order: integrate, compare, emit, reset.
  ``u[t] = beta * v[t-1] + I[t]``; ``z[t] = 1 if u[t] > threshold else 0``;
  ``v[t] = u[t] - threshold * z[t]`` (soft reset) or ``u[t] * (1 - z[t])`` (hard reset).
  The *membrane* that is recorded, plotted and given to a loss is ``u[t]``; the *state* carried on
  is ``v[t]``. (A delayed reset subtracts at the beginning of the next step: ``v[t] = u[t]``.)
- Within a step the presynaptic spike comes first: with the postsynaptic one of the same step it is
  a causal pair with a lag of 0, for every rule of plasticity.
- The reset is detached from the gradient unless a neuron is told otherwise.
- Constants are exact: decays, thresholds and strengths are computed and kept in float64, learnt
  ones in float32 or better. ``.half()`` and the like leave them so, only the device follows.
- What adds up over time (states, membranes, traces, counts) is float32, or float64 where the input
  is: `precision.wide`. Spikes come out in the dtype of the input, also under autocast.
- Randomness comes in through a keyword-only ``generator``. The device follows the input.
- Bad input raises a ``ValueError`` that names the argument, what came and what was expected. The
  step functions (`lif_step` and the others) check nothing: they are arithmetic, for tensors whose
  shapes broadcast, states that are wide already, and constants in the dtype of the state.
- Checks that read values wait for the device: `unchecked` leaves them out, as traces, exports and
  the transforms of `torch.func` do by themselves.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from . import encoding, losses, plasticity
from ._modes import unchecked
from .neurons import (
    ALL_NEURONS,
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    IntegrateAndFire,
    Izhikevich,
    LeakyIntegrator,
    Recording,
    RecurrentAdaptiveLIF,
    RecurrentCuBaLIF,
    RecurrentLIF,
    RefractoryLIF,
    ResonateAndFire,
    SpikingNeuron,
    StochasticLIF,
    leaky_step,
    lif_step,
)
from .surrogate import ALL_SURROGATES, Surrogate

if TYPE_CHECKING:  # at run time they come when they are first asked for
    from . import conversion as conversion
    from . import datasets as datasets
    from . import diagnostics as diagnostics
    from . import energy as energy
    from . import events as events
    from . import layers as layers
    from . import membrane_signals as membrane_signals
    from . import memory as memory
    from . import nir as nir
    from . import online as online
    from . import reconstruction as reconstruction
    from . import spike_times as spike_times
    from . import stream as stream
    from . import tasks as tasks
    from . import training as training

__version__ = "0.1.0"
SUBMODULES = (
    "conversion",
    "datasets",
    "diagnostics",
    "energy",
    "events",
    "layers",
    "membrane_signals",
    "memory",
    "nir",
    "online",
    "reconstruction",
    "spike_times",
    "stream",
    "tasks",
    "training",
)


def __getattr__(name: str) -> ModuleType:
    """Import a module of the core when it is first asked for by its name."""
    if name in SUBMODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return the names of the core, those of modules included that are not imported yet."""
    return sorted({*globals(), *SUBMODULES})


__all__ = [
    "ALL_NEURONS",
    "ALL_SURROGATES",
    "LIF",
    "AdaptiveLIF",
    "Alpha",
    "CuBaLIF",
    "IntegrateAndFire",
    "Izhikevich",
    "LeakyIntegrator",
    "Recording",
    "RecurrentAdaptiveLIF",
    "RecurrentCuBaLIF",
    "RecurrentLIF",
    "RefractoryLIF",
    "ResonateAndFire",
    "SpikingNeuron",
    "StochasticLIF",
    "Surrogate",
    "encoding",
    "leaky_step",
    "lif_step",
    "losses",
    "plasticity",
    "unchecked",
]
