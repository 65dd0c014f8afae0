"""Let networks learn a delayed recall by e-prop in one stream that is never reset.

``python -m experiments.recall_stream`` writes the record that page 13 shows. There is one stream:
no batch, no rest between trials, weights change at every step at which an answer is due. Compared
are learning rates, and networks whose recurrent weights stay as drawn while the readout learns.
The rate of the page is chosen by the mean over `tuning` seeds, which the page does not show.
"""

import torch

from experiments import parser_for
from snn_core.online import EProp
from snn_core.teaching.records import record
from snn_core.teaching.studies.recall import (
    recall_network,
    step_error,
    stream_of_trials,
)
from snn_core.training import seed_torch

SETTINGS = {
    "trials": 300,
    "among": 1.0,
    "rates": [0.0003, 0.001, 0.003, 0.01],
    "tuning": [100, 101, 102],
    "seeds": [0, 1, 2, 3, 4, 5],
}


def live(seed: int, lr: float, learns: bool, settings: dict) -> list[int]:
    """Return for each trial of a stream whether the answer was right, 0 or 1."""
    network = recall_network(seed, settings["among"])
    network[1].weight.requires_grad_(learns)
    eprop = EProp(network)
    optimizer = torch.optim.Adam(eprop.parameters(), lr=lr)
    eprop.start(torch.zeros(1, network[0].in_features))
    margins = []
    for now, cue in stream_of_trials(settings["trials"], seed_torch(seed)):
        y = eprop.step(now)
        if cue is not None:
            margins.append((y[0, cue] - y[0, 1 - cue]).item())
            eprop.learn(step_error(y, cue))
            optimizer.step()
            optimizer.zero_grad()
    summed = torch.tensor(margins).view(settings["trials"], -1).sum(1)
    return (summed > 0).int().tolist()


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
