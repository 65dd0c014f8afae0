"""Let networks learn a delayed recall by e-prop in one stream that is never reset.

``python -m experiments.recall_stream`` writes the record that page 13 shows. The network and its
loop are those that page 13 shows too. There is one stream: no batch, no rest between trials. A
trial is answered once, by the readout summed over the steps of its recall signal, and weights
change after that. Compared are learning rates, and networks of which only the readout learns.
The rate of the page is chosen by the mean over `tuning` seeds, which the page does not show.
"""

import torch
from torch import nn
from torch.nn.functional import one_hot

from experiments import parser_for
from snn_core import LeakyIntegrator, RecurrentAdaptiveLIF
from snn_core.online import EProp
from snn_core.tasks import DelayedRecall
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "trials": 300,
    "neurons": 40,
    "rates": [0.003, 0.01, 0.03],
    "tuning": [100, 101, 102],
    "seeds": [0, 1, 2, 3, 4, 5],
}


def network_of(neurons: int, inputs: int) -> nn.Sequential:
    """Return a network for `EProp`, with weights by PyTorch's own generator."""
    network = nn.Sequential(
        nn.Linear(inputs, neurons, bias=False),
        RecurrentAdaptiveLIF(neurons, 20.0, 400.0, strength=0.2, dt=5.0),
        nn.Linear(neurons, 2, bias=False),
        LeakyIntegrator(20.0, dt=5.0),
    )
    nn.init.uniform_(network[0].weight, -0.5, 1)
    return network


def live(seed: int, lr: float, learns: bool, settings: dict) -> list[int]:
    """Return for each trial of a stream whether the answer was right, 0 or 1."""
    seed_torch(seed)
    task = DelayedRecall()
    network = network_of(settings["neurons"], len(task.group))
    network[:2].requires_grad_(learns)
    eprop = EProp(network)
    optimizer = torch.optim.Adam(eprop.parameters(), lr=lr)
    eprop.start(torch.zeros(1, len(task.group)))
    right = []
    for _ in range(settings["trials"]):
        cue = torch.randint(2, (1,))
        answer = torch.zeros(1, 2)
        for t, now in enumerate(task.inputs(cue)):
            y = eprop.step(now)
            if t >= task.answer.start:
                answer += y
                eprop.learn(y.softmax(1) - one_hot(cue, 2))
        right.append(int(answer.argmax(1) == cue))
        optimizer.step()
        optimizer.zero_grad()
    return right


def late(runs: list[list[int]]) -> float:
    """Return the mean over the last 100 trials of all runs."""
    return sum(sum(run[-100:]) for run in runs) / (100 * len(runs))


def main(arguments: list[str] | None = None) -> None:
    """Choose a rate on some seeds, live with it on others, and write the record."""
    options = ("trials", "seeds", "tuning", "rates")
    settings = SETTINGS | vars(parser_for(__doc__, SETTINGS, *options).parse_args(arguments))
    results = {"tuning": {}, "rate": {}}
    for name, learns in {"e-prop": True, "frozen": False}.items():
        tried = {
            lr: late([live(seed, lr, learns, settings) for seed in settings["tuning"]])
            for lr in settings["rates"]
        }
        best = max(tried, key=tried.get)
        results["tuning"][name] = {str(lr): round(found, 4) for lr, found in tried.items()}
        results["rate"][name] = best
        results[name] = [live(seed, best, learns, settings) for seed in settings["seeds"]]
        print(name, tried, [late([run]) for run in results[name]], flush=True)
    record("recall_stream", settings, results)


if __name__ == "__main__":
    main()
