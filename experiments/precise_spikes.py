"""Teach neurons four precise spike times by STDP, by ReSuMe and by BPTT; record how near they come.

``python -m experiments.precise_spikes`` writes the record that page 12 shows. Every rule is tuned
on some tasks, and the setting with the smallest mean distance runs once on other tasks. A distance
is that of van Rossum, as a share of the distance of a silent neuron: 0 is perfect, 1 no better than
silence. What counts is the mean of the last three looks. Additive STDP gets more: the tuning tasks
also tell it after how many trials to stop, bounds or not. It is run without its depression, too.

In these, a teacher makes the spikes that STDP sees. "STDP, minus own" subtracts from each change
the same STDP, both halves, at the neuron's own spikes: once tuned, once with the settings of STDP
without it, so that nothing else differs.

All rules that have an error are one: error × s × trace. The error is wanted minus actual, or the
same spread in time (minus the derivative of the van Rossum distance); s is 1, or the fast sigmoid.
"""

import itertools

import torch
from torch import Tensor

from experiments import on_threads, parser_for
from snn_core import LIF, Surrogate
from snn_core.plasticity import spike_trace
from snn_core.teaching.records import record
from snn_core.teaching.studies.precise_spikes import INPUTS, spread, timing_task

SETTINGS = {
    "tuned_on": [100, 24],  # first seed, number of tasks
    "tested_on": [5000, 100],
    "trials": 300,
    "longer": 1500,
    "look_every": 10,
    "tau_mem": 10.0,
    "tau_minus": 20.0,
    "tau_plus": [0.5, 1.25, 2.5, 5.0, 10.0],
    "depression": [0.01, 0.03, 0.1, 0.3, 1.0],
    "rate_additive": 0.01,
    "rate_soft": 0.1,
    "w_max": [0.05, 0.1, 0.2, 0.3, 0.5],
    "w_max_soft": [0.1, 0.15, 0.2, 0.3],
    "w_max_minus_own": [0.2, 0.5],
    "rates_minus_own": [0.005, 0.01, 0.02],
    "scales": [0.3, 1.0, 3.0, 10.0, 30.0],
    "rates": {
        "squared": [0.005, 0.01, 0.02, 0.05, 0.1, 0.2],
        "van Rossum": [0.0006, 0.00125, 0.0025, 0.005, 0.01, 0.02, 0.04],
    },
    "right_within": 2,  # steps from the wanted spikes
}
ERRORS = {"ReSuMe": ("squared", True), "BPTT": ("van Rossum", False)}
STOPPED = (
    "STDP, teacher only",
    "STDP, no bounds",
    "potentiation only",
)  # the tuning tasks say when
MIXED = {"squared, bump": ("squared", False), "van Rossum, s = 1": ("van Rossum", True)}


class Tasks:
    """Several tasks at once: input spikes ``[T, task, N]``, wanted spikes ``[T, 1, task]``."""

    def __init__(self, first: int, count: int):
        pairs = [timing_task(seed) for seed in range(first, first + count)]
        self.inputs = torch.cat([inputs for inputs, _ in pairs], 1)
        self.wanted = torch.cat([wanted for _, wanted in pairs], 2)
        self.trace = spike_trace(self.inputs, SETTINGS["tau_mem"])
        self.neuron = LIF(torch.tensor(SETTINGS["tau_mem"], dtype=torch.float64))

    def respond(self, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Return spikes and membranes ``[T, arm, task]`` for weights ``[arm, task, N]``."""
        current = torch.einsum("tbn,abn->tab", self.inputs, weights)
        spikes, membrane, _ = self.neuron(current, record=True)
        return spikes, membrane

    def distance(self, weights: Tensor) -> Tensor:
        """Return the distance as a share of that of silence, ``[arm, task]``."""
        missing = self.wanted - self.respond(weights)[0]
        apart, silence = ((each * spread(each)).sum(0) for each in (missing, self.wanted))
        return apart / silence

    def right(self, weights: Tensor) -> Tensor:
        """Return who spikes as often as wanted, and near each wanted time, ``[arm, task]``."""
        spikes = self.respond(weights)[0]
        wanted = self.wanted.expand_as(spikes)
        enough = spikes.sum(0) == wanted.sum(0)
        ahead, behind = spikes.cumsum(0), wanted.cumsum(0)
        late = SETTINGS["right_within"]
        near = (ahead[late:] >= behind[:-late]) & (behind[late:] >= ahead[:-late])
        return enough & near.all(0)


def with_error(tasks: Tasks, options: list):
    """Return one trial of error × s × trace; an option is error, scale (None: s is 1), rate."""
    far = torch.tensor([error != "squared" for error, _, _ in options])[:, None]
    scale = torch.tensor([scale or 0.0 for _, scale, _ in options]).double()[:, None]
    rate = torch.tensor([rate for _, _, rate in options]).double()[:, None, None]

    def trial(weights: Tensor) -> Tensor:
        spikes, membrane = tasks.respond(weights)
        missing = tasks.wanted - spikes
        error = torch.where(far, spread(missing), missing)
        s = Surrogate(scale=1.0).derivative(scale * (membrane - 1))
        return weights + rate * torch.einsum("tab,tbn->abn", error * s, tasks.trace)

    return trial


def forced(tasks: Tasks, options: list, bound: str):
    """Return one trial of STDP with spikes forced at the wanted times; `bound` is a rule's name.

    An option is tau_plus, depression, w_max. Pairs are the same in every trial, and are applied at
    once: additive changes are cut at the bounds, soft ones shrink on the way to them.
    """
    wanted = tasks.wanted[:, 0, :, None]
    own = spike_trace(wanted, SETTINGS["tau_minus"]) - wanted  # without the newest spike
    down = (own * tasks.inputs).sum(0)
    up = {tau: (wanted * spike_trace(tasks.inputs, tau)).sum(0) for tau in SETTINGS["tau_plus"]}
    up = torch.stack([up[tau] for tau, _, _ in options])
    down = torch.stack([ratio * down for _, ratio, _ in options])
    w_max = torch.tensor([top for _, _, top in options]).double()[:, None, None]
    rate = SETTINGS["rate_soft" if bound == "STDP, soft bounds" else "rate_additive"]

    def trial(weights: Tensor) -> Tensor:
        if bound == "STDP, soft bounds":
            share = weights / w_max
            moved = weights + rate * w_max * (up * (1 - share) - down * share)
            return moved.clamp(min=0).minimum(w_max)
        moved = weights + rate * w_max * (up - down)
        return moved if bound == "STDP, no bounds" else moved.clamp(min=0).minimum(w_max)

    return trial


def minus_own(tasks: Tasks, options: list):
    """Return one trial of STDP at the wanted spikes minus the same at the neuron's own.

    An option is tau_plus, depression, w_max, rate.
    """
    taus = torch.tensor([tau for tau, _, _, _ in options])
    columns = torch.tensor([rest for _, *rest in options]).double()
    ratio, w_max, rate = columns.T[..., None, None]
    traces = {tau: spike_trace(tasks.inputs, tau) for tau in set(taus.tolist())}

    def trial(weights: Tensor) -> Tensor:
        missing = tasks.wanted - tasks.respond(weights)[0]
        up = torch.empty_like(weights)
        for tau, trace in traces.items():
            up[taus == tau] = torch.einsum("tab,tbn->abn", missing[:, taus == tau], trace)
        before = spike_trace(missing, SETTINGS["tau_minus"]) - missing
        down = torch.einsum("tab,tbn->abn", before, tasks.inputs)
        return (weights + rate * (up - ratio * down)).clamp(min=0).minimum(w_max)

    return trial


def families() -> dict[str, list]:
    """Return every option of every rule."""
    times = itertools.product
    taus, ratios = SETTINGS["tau_plus"], SETTINGS["depression"]
    found = {
        "STDP, teacher only": list(times(taus, ratios, SETTINGS["w_max"])),
        "STDP, no bounds": list(times(taus, ratios, SETTINGS["w_max"])),
        "STDP, soft bounds": list(times(taus, ratios, SETTINGS["w_max_soft"])),
    }
    found["potentiation only"] = list(times(taus, [0.0], SETTINGS["w_max"]))
    tops, rates = SETTINGS["w_max_minus_own"], SETTINGS["rates_minus_own"]
    found["STDP, minus own"] = list(times(taus, ratios, tops, rates))
    for name, (error, flat) in (ERRORS | MIXED).items():
        scales = [None] if flat else SETTINGS["scales"]
        found[name] = list(times([error], scales, SETTINGS["rates"][error]))
    return found


def trial_of(name: str, tasks: Tasks, options: list):
    """Return one trial of a rule: a function from weights to weights."""
    known = ERRORS | MIXED
    if name == "STDP, minus own":
        return minus_own(tasks, options)
    return with_error(tasks, options) if name in known else forced(tasks, options, name)


def practise(trial, weights: Tensor, trials: int) -> list[Tensor]:
    """Return the weights at the start and at every look."""
    kept = [weights]
    for number in range(1, trials + 1):
        weights = trial(weights)
        if number % SETTINGS["look_every"] == 0:
            kept.append(weights)
    return kept


def course(name: str, tasks: Tasks, options: list, trials: int) -> tuple[Tensor, list[Tensor]]:
    """Return distances ``[look, arm, task]`` and weights of a rule that begins at weights of 0."""
    start = torch.zeros(len(options), tasks.inputs.shape[1], INPUTS, dtype=torch.float64)
    kept = practise(trial_of(name, tasks, options), start, trials)
    return torch.stack([tasks.distance(weights) for weights in kept]), kept


def tuned(name: str, options: list) -> tuple[int, int]:
    """Return the best option of a rule on the tuning tasks, and the look at which it ends."""
    distances, _ = course(name, Tasks(*SETTINGS["tuned_on"]), options, SETTINGS["trials"])
    mean = distances.mean(2)  # [look, arm]
    if name in STOPPED:
        look, arm = divmod(mean.argmin().item(), mean.shape[1])
        return arm, look
    return mean[-3:].mean(0).argmin().item(), len(mean) - 1


def tested(name: str, option: list, look: int) -> dict:
    """Return what the best option of a rule does on the test tasks."""
    tasks = Tasks(*SETTINGS["tested_on"])
    distances, kept = course(name, tasks, [option], SETTINGS["trials"])
    last = distances[look] if name in STOPPED else distances[-3:].mean(0)
    others = SETTINGS["longer"] - SETTINGS["trials"]
    more = practise(trial_of(name, tasks, [option]), kept[-1], others)
    return {
        "option": list(option),
        "trials": look * SETTINGS["look_every"],
        "distances": rounded(last[0]),
        "course": rounded(distances[:, 0].mean(1)),
        "right": int(tasks.right(kept[look]).sum()),
        "longer": rounded(tasks.distance(more[-1])[0]),
    }


def rounded(values: Tensor) -> list[float]:
    """Return values as JSON keeps them."""
    return [round(value, 4) for value in values.tolist()]


def main(arguments: list[str] | None = None) -> None:
    """Tune and test every rule, and write the record."""
    on_threads(parser_for(__doc__, SETTINGS), arguments)
    results = {}

    def report(name: str, run: dict) -> None:
        results[name] = run
        mean = torch.tensor(run["distances"]).mean().item()
        print(name, run["option"], run["trials"], f"{mean:.3f}", run["right"], flush=True)

    for name, options in families().items():
        arm, look = tuned(name, options)
        report(name, tested(name, options[arm], look))
    tau_plus, depression, w_max = results["STDP, teacher only"]["option"]
    same = (tau_plus, depression, w_max, SETTINGS["rate_additive"] * w_max)
    last = SETTINGS["trials"] // SETTINGS["look_every"]
    report("STDP, minus own, not tuned", tested("STDP, minus own", same, last))
    record("precise_spikes", SETTINGS, results)


if __name__ == "__main__":
    main()
