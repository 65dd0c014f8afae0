"""Networks that draw a curve by themselves after a cue has gone (page 23)."""

import math
from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.utils import clip_grad_norm_

from ...neurons import LeakyIntegrator, RecurrentAdaptiveLIF, RecurrentAdaptiveState
from ...surrogate import Surrogate
from ...training import one_cycle

DT = 5.0  # ms, as all times here
CUE = 50.0
SECOND = 1000.0
TAU = 20.0  # of the membranes
TAU_READOUT = 40.0
CUES = 2
LINES = 20  # inputs that one of the cues makes fire
CHANCE = 0.8  # of a spike of such a line, per step
FREQUENCIES = (1.0, 2.0, 3.0)  # Hz
CUE_STEPS = round(CUE / DT)
NOISE = 0.07  # of a current, at every step of a training
STEEPEST = 0.1  # longer gradients are shortened: a single explosion would undo all
SURROGATE = Surrogate("fast_sigmoid", scale=5.0, height=0.5)  # higher: gradients explode


class Start(NamedTuple):
    """Which cue each trial gets ``[B]``, its spikes, and the membranes it begins with ``[B, N]``.

    The inputs are ``[T, B, 40]``: the lines of one cue fire for 50 ms, then all are silent.
    """

    cue: Tensor
    inputs: Tensor
    membrane: Tensor


def steps_of(duration: float) -> int:
    """Return the number of steps of a time in ms."""
    return round(duration / DT)


def curves(duration: float = SECOND) -> Tensor:
    """Return the curves to be drawn, one for each cue: sums of three sines, with a variance of 1.

    Their amplitudes and phases were drawn once, and are always the same.

    Args:
        duration: in ms; after a second they begin anew.

    Returns:
        ``[T, 2]``, from the first step after the cue.

    >>> curves().square().mean(0).round(decimals=3)
    tensor([1., 1.])
    """
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(2, len(FREQUENCIES), CUES, generator=generator)
    amplitude = 0.5 + drawn[0] / 2
    phase = 2 * math.pi * drawn[1]
    seconds = torch.arange(steps_of(duration))[:, None, None] * DT / 1000
    frequency = torch.tensor(FREQUENCIES)[:, None]
    waves = amplitude * torch.sin(2 * math.pi * frequency * seconds + phase)
    return waves.sum(1) / (amplitude.square().sum(0) / 2).sqrt()


def draw_start(
    trials: int, neurons: int, generator: Generator, *, duration: float = SECOND
) -> Start:
    """Draw trials: cues in turn, each with spikes and first membranes of its own.

    Args:
        trials: their number B.
        neurons: number N; their membranes begin anywhere between rest and threshold.
        generator: draws both.
        duration: of the silence after the cue, in ms.

    >>> draw_start(4, 3, torch.Generator()).inputs.shape
    torch.Size([210, 4, 40])
    """
    cue = torch.arange(trials) % CUES
    spikes = torch.rand(CUE_STEPS, trials, CUES, LINES, generator=generator) < CHANCE
    own = torch.arange(CUES) == cue[:, None]
    during = (spikes & own[..., None]).float().flatten(2)
    silence = torch.zeros(steps_of(duration), *during.shape[1:])
    membrane = torch.rand(trials, neurons, generator=generator)
    return Start(cue, torch.cat([during, silence]), membrane)


def draw_noise(start: Start, size: float, generator: Generator) -> Tensor:
    """Draw a normal current ``[T, B, N]`` of this size for each neuron, trial and step."""
    steps = len(start.inputs)
    return size * torch.randn(steps, *start.membrane.shape, generator=generator)


class Drawing(nn.Module):
    """Spiking neurons that hear a cue and each other; a leaky readout draws with their spikes.

    Args:
        neurons: their number N.
        bias: current at every step; 0.2 lifts a membrane to 0.9, so that without a cue nobody fires
            before the network has learnt.
        strength: by how much a spike raises the threshold of its neuron, which falls with 400 ms.
        recurrence: "learnt"; "frozen" leaves the first weights; "none" has none.
        generator: draws the first weights.
    """

    def __init__(
        self,
        neurons: int,
        generator: Generator,
        *,
        bias: float = 0.2,
        strength: float = 0.1,
        recurrence: str = "learnt",
    ):
        super().__init__()
        self.hear = nn.Linear(CUES * LINES, neurons)
        self.neurons = RecurrentAdaptiveLIF(
            neurons,
            TAU,
            400.0,
            strength=strength,
            dt=DT,
            surrogate=SURROGATE,
            detach_reset=False,
            generator=generator,
        )
        self.draw = nn.Linear(neurons, 1)
        self.readout = LeakyIntegrator(TAU_READOUT, dt=DT)
        with torch.no_grad():
            self.hear.weight.normal_(0, LINES**-0.5, generator=generator)
            self.hear.bias.fill_(bias)
            self.draw.weight.normal_(0, neurons**-0.5, generator=generator)
            self.draw.bias.zero_()
        if recurrence == "none":
            nn.init.zeros_(self.neurons.weight)
        self.neurons.weight.requires_grad_(recurrence == "learnt")

    def fire(self, start: Start, noise: Tensor | float = 0.0) -> Tensor:
        """Return the spikes ``[T, B, N]`` of trials, maybe with a noise ``[T, B, N]`` added."""
        return self.neurons(self.hear(start.inputs) + noise, self.rest(start))

    def rest(self, start: Start) -> RecurrentAdaptiveState:
        """Return the state that trials begin in: no adaptation, and no spikes so far."""
        nothing = torch.zeros_like(start.membrane)
        return RecurrentAdaptiveState(start.membrane, nothing, nothing)

    def forward(self, start: Start, noise: Tensor | float = 0.0) -> Tensor:
        """Return what is drawn after the cue, ``[T, B]``."""
        return self.read(self.fire(start, noise))

    def read(self, spikes: Tensor) -> Tensor:
        """Return what the readout draws with spikes ``[T, B, N]`` once the cue is over."""
        gain = 1 - self.readout.beta.item()
        return self.readout(gain * self.draw(spikes))[CUE_STEPS:, :, 0]


@torch.no_grad()
def shaken(
    network: Drawing, start: Start, after: int, share: float, generator: Generator
) -> Tensor:
    """Return what is drawn ``[T, B]`` if some membranes jump to random places on the way.

    Args:
        network, start: as for a drawing.
        after: steps of the drawing before the jump.
        share: of the neurons whose membranes jump, anywhere between rest and threshold.
        generator: draws which, and where to.
    """
    current = network.hear(start.inputs)
    cut = CUE_STEPS + after
    before = network.neurons(current[:cut], network.rest(start), record=True)
    drawn = torch.rand(2, *start.membrane.shape, generator=generator)
    jumps = drawn[0] < share
    membrane = torch.where(jumps, drawn[1], before.state.membrane)
    rest = network.neurons(current[cut:], before.state._replace(membrane=membrane))
    return network.read(torch.cat([before.spikes, rest]))


def explained(drawn: Tensor, wanted: Tensor) -> Tensor:
    """Return the share of the variance over time that each drawing explains, at most 1, ``[B]``.

    It is 1 less the mean squared error over the variance of the curve: 0 for who draws its mean,
    below 0 for who does worse.

    Args:
        drawn, wanted: ``[T, B]`` each.

    >>> explained(torch.tensor([[1.0], [3.0]]), torch.tensor([[1.0], [2.0]]))
    tensor([-1.])
    """
    error = (drawn - wanted).square().mean(0)
    return 1 - error / wanted.var(0, correction=0)


def teach_to_draw(
    network: Drawing,
    wanted: Tensor,
    generator: Generator,
    *,
    updates: int,
    trials: int = 16,
    lr: float = 3e-3,
    noise: float = NOISE,
    limit: float = 40.0,
) -> list[float]:
    """Teach a network to draw curves by BPTT; return the mean squared error of each update.

    Args:
        network: to be taught.
        wanted: the curve of each cue, ``[T, 2]``.
        generator: draws cues and first membranes anew for each update.
        updates: of Adam over one cycle of the learning rate.
        trials: in each update.
        lr: the largest learning rate.
        noise: of the current of every neuron at every step.
        limit: spikes per second above which a neuron is charged for.
    """
    learnt = [each for each in network.parameters() if each.requires_grad]
    optimizer = torch.optim.Adam(learnt)
    schedule = one_cycle(optimizer, lr, updates)
    errors = []
    for _ in range(updates):
        start = draw_start(
            trials, network.neurons.weight.shape[0], generator, duration=len(wanted) * DT
        )
        spikes = network.fire(start, draw_noise(start, noise, generator))
        error = (network.read(spikes) - wanted[:, start.cue]).square().mean()
        rate = spikes.mean((0, 1)) * 1000 / DT
        charge = 5e-4 * torch.relu(rate - limit).square().mean()
        optimizer.zero_grad()
        torch.autograd.backward(error + charge)
        clip_grad_norm_(learnt, STEEPEST)
        optimizer.step()
        schedule.step()
        errors.append(error.item())
    return errors
