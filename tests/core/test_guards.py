"""Guards stand at the doors: what comes in is checked once, and no step inside checks it again."""

import sys
from collections import Counter
from functools import partial

import pytest
import torch
from torch import nn

import snn_core
from snn_core import (
    ALL_NEURONS,
    LIF,
    AdaptiveLIF,
    LeakyIntegrator,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    StochasticLIF,
    encoding,
    losses,
    plasticity,
)
from snn_core.online import (
    RULES,
    ChunkedBPTT,
    EProp,
    OnlineAdaptiveLIF,
    OnlineLIF,
    OnlineNetwork,
    OnlineRTRL,
)
from snn_core.tasks import CueAssociation
from snn_core.training import fit

ROOT = snn_core.__path__[0]


def calls(run):
    """Return how often each function of the library is called during `run`, by (module, name)."""
    counted = Counter()

    def count(frame, event, _):
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(ROOT):
            counted[code.co_filename.removeprefix(ROOT), code.co_name] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(before)
    return counted


def checks(run):
    """Return how many calls of `run` are checks."""
    counted = calls(run)
    return sum(number for (module, _), number in counted.items() if module.endswith("_checks.py"))


def network(penalised=False):
    generator = torch.Generator().manual_seed(0)
    values = torch.rand(64, 6, generator=generator)
    net = nn.Sequential(nn.Linear(6, 8), LIF(), nn.Linear(8, 3), LIF())
    options = {"encode": partial(encoding.rate, steps=5, generator=generator), "progress": False}
    if penalised:
        options["penalty"] = lambda spikes: losses.l1_activity(spikes[0])

    def train(batches):
        labels = torch.arange(16 * batches) % 3
        fit(net, values[: 16 * batches], labels, epochs=1, batch_size=16, **options)

    return train


def calls_of_one_batch(**options):
    train = network(**options)
    return calls(lambda: train(3)) - calls(lambda: train(2))


def test_one_batch_of_fit_checks_each_thing_once():
    """Doors: encode (3 things), two layers (input and final state), loss (3)."""
    counted = calls_of_one_batch()
    of_checks = Counter({name: n for (m, name), n in counted.items() if m.endswith("_checks.py")})
    assert of_checks["require"] == 0
    assert of_checks["labels"] == of_checks["intensity"] == of_checks["whole"] == 1
    assert of_checks["sequence"] == 3
    assert of_checks["no_nan"] == 2  # of images and scores
    assert of_checks["finite"] == 2  # of the final states
    assert of_checks.total() <= 24
    assert counted.total() <= 142


def test_one_batch_of_fit_decodes_once():
    counted = calls_of_one_batch()
    assert counted["/losses/decoders.py", "spike_count"] == 1


def test_fit_watches_spikes_only_for_a_penalty():
    hooked = ("/neurons/watching.py", "keep")
    assert calls_of_one_batch()[hooked] == 0
    assert calls_of_one_batch(penalised=True)[hooked] == 2


def spikes(steps, neurons=4):
    return (torch.rand(steps, 2, neurons, generator=torch.Generator().manual_seed(1)) > 0.5).float()


def neuron(kind):
    return kind(4) if kind.__name__.startswith("Recurrent") else kind()


def two_layers():
    return nn.Sequential(nn.Linear(4, 3), LIF(), nn.Linear(3, 2), LIF())


def rtrl(steps):
    learner = OnlineRTRL(nn.Linear(4, 3, bias=False), RecurrentLIF(3))
    learner.run(spikes(steps), torch.zeros(steps, 2, 3))


def eprop(steps):
    first = nn.Linear(4, 3, bias=False)
    readout = nn.Linear(3, 2, bias=False)
    net = nn.Sequential(first, RecurrentAdaptiveLIF(3), readout, LeakyIntegrator())
    EProp(net).run(spikes(steps), torch.zeros(steps, 2, 2))


def layer(kind, neuron):
    signals = torch.zeros(9, 2, 3)
    return lambda steps: kind(nn.Linear(4, 3), neuron()).run(spikes(steps), signals[:steps])


def reward_run(steps):
    learner = plasticity.RewardSTDP(plasticity.PairSTDP())
    pre = spikes(steps)
    learner.run(pre, pre, torch.zeros(4, 4), learner.initial_state(pre[0], pre[0]))


def online(rule):
    labels = torch.tensor([0, 1])
    return lambda steps: OnlineNetwork(two_layers(), rule, horizon=20).run(spikes(steps), labels)


def own_train(kind):
    return lambda steps: kind()(spikes(steps), spikes(steps), torch.zeros(4, 4))


RUNS = {
    **{
        name: lambda steps, kind=kind: neuron(kind)(spikes(steps))
        for name, kind in ALL_NEURONS.items()
    },
    **{f"online {rule}": online(rule) for rule in RULES},
    "StochasticLIF": lambda steps: StochasticLIF()(spikes(steps)),
    "replay": lambda steps: StochasticLIF().replay(spikes(steps), spikes(steps)),
    "LeakyIntegrator": lambda steps: LeakyIntegrator()(spikes(steps)),
    "PairSTDP": own_train(plasticity.PairSTDP),
    "TripletSTDP": own_train(plasticity.TripletSTDP),
    "RewardSTDP": reward_run,
    "CompetitiveLayer": lambda steps: plasticity.CompetitiveLayer(4, 3)(spikes(steps)),
    "spike trace": lambda steps: plasticity.spike_trace(spikes(steps), 5.0, pairing="nearest"),
    "delta": lambda steps: encoding.delta(spikes(steps)),
    "CueAssociation": lambda steps: CueAssociation().trial(
        torch.zeros(2, 3, 15), torch.tensor([0, 1]), 10 + steps
    ),
    "OnlineRTRL": rtrl,
    "EProp": eprop,
    "OnlineLIF": layer(OnlineLIF, LIF),
    "OnlineAdaptiveLIF": layer(OnlineAdaptiveLIF, AdaptiveLIF),
    "BPTT": lambda steps: ChunkedBPTT(two_layers(), 100).run(spikes(steps), torch.tensor([0, 1])),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_longer_sequence_takes_no_further_check(name):
    run = RUNS[name]
    few = checks(lambda: run(4))
    many = checks(lambda: run(9))
    assert 0 < few == many
