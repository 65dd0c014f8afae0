"""Train recurrent networks to remember a cue, by BPTT and by parts of it, and look for the memory.

``python -m experiments.delayed_recall`` writes the record that page 13 shows. All networks (arms,
learning rates, seeds) are stacked in one tensor, each with trials of its own. A step of Adam
ignores the scale of a gradient, so one Adam of rate 1 serves all: the weights of a network are its
first ones + rate × what Adam has moved. The rate of an arm is the best on validation trials; the
test is on others. E-prop is played by autograd: BPTT with a detach on the spikes that neurons hear
from each other. Where the feedback is adaptive, each update takes from W and B the share that is
the learning rate; a control has the decay without the adaptive B.

To find the memory, a trial goes on from some moment with the activity (membranes and spikes), with
the thresholds, with the rest (activity and readout), or with all of another trial. Those trials
count whose partner had the other cue.
"""

from functools import partial
from itertools import product

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn.functional import cosine_similarity, cross_entropy

from experiments import parser_for
from snn_core import LeakyIntegrator
from snn_core.neurons import AdaptiveState, adaptive_lif_step
from snn_core.tasks import DelayedRecall
from snn_core.teaching.records import record
from snn_core.teaching.studies.recall import DT, TAU_MEM, recall_weights
from snn_core.training import seed_torch

SETTINGS = {
    "updates": 60,
    "early": 20,  # the arms are also tested after so many updates
    "trials": 16,  # of an update
    "tests": 200,
    "rates": [0.01, 0.03, 0.1, 0.3],
    "rate": 0.03,  # of what is trained at one rate only
    "seeds": list(range(12)),
    "among": [0.033, 0.3, 1.0],  # largest size of a weight among the neurons at first
    "memory": [1.0],  # of these the memory is looked for
    "delays": [100.0, 200.0],  # in ms
    "swaps": [50.0, 55.0, 60.0, 75.0, 100.0, 125.0, 150.0, 175.0, 200.0, 225.0, 240.0, 250.0],
    "asked_later": 100.0,
    "later": [100.0, 200.0, 400.0, 1000.0],
    "draw": 100,
}
ARMS = {  # recurrent spikes detached?, feedback, W decays?, strength, tau_adapt in ms, V learns?
    "BPTT": (False, "symmetric", False, 0.2, 400.0, True),
    "e-prop": (True, "symmetric", False, 0.2, 400.0, True),
    "random": (True, "random", False, 0.2, 400.0, True),
    "random, W decays": (True, "random", True, 0.2, 400.0, True),
    "adaptive": (True, "adaptive", True, 0.2, 400.0, True),
    "frozen": (True, "symmetric", False, 0.2, 400.0, False),
    "LIF, BPTT": (False, "symmetric", False, 0.0, 400.0, True),
    "LIF, e-prop": (True, "symmetric", False, 0.0, 400.0, True),
    "brief, BPTT": (False, "symmetric", False, 3.5, 20.0, True),
    "brief, e-prop": (True, "symmetric", False, 3.5, 20.0, True),
    "100 ms, e-prop": (True, "symmetric", False, 0.785, 100.0, True),
}
FORGETFUL = {  # page 15: left out is what a synapse did to a threshold, or to spikes of the past
    "e-prop, no slow trace": (True, "symmetric", False, 0.2, 400.0, True),
    "e-prop, no second trace": (True, "symmetric", False, 0.2, 400.0, True),
}
READOUT = LeakyIntegrator(TAU_MEM, dt=DT)  # its decay is that of the membranes
Weights = tuple[Tensor, ...]


def per_network(arms: list[str]) -> list[Tensor]:
    """Return the settings of each network's arm as tensors that broadcast over trials, neurons."""
    columns = zip(*map((ARMS | FORGETFUL).get, arms), strict=True)
    cut, feedback, decays, eta, tau, learns = (np.array(each)[:, None, None] for each in columns)
    rho = np.exp(-DT / tau)
    settings = eta, rho, cut, feedback == "symmetric", feedback == "adaptive", decays, learns
    kinds = [torch.float, torch.float, *[torch.bool] * 5]
    return [torch.tensor(each, dtype=kind) for each, kind in zip(settings, kinds, strict=True)]


def run(
    task: DelayedRecall,
    weights: Weights,
    arms: list[str],
    cue: Tensor,
    generator: Generator,
    swap: tuple[str, int] | None = None,
    asked: bool = True,
) -> Tensor:
    """Run the networks on cues ``[network, B]``; return readouts ``[t, network, B, 2]``.

    Args:
        swap: which part of the state comes from another trial, and from which step on.
        asked: whether the inputs of the recall signal fire when the answer is due, or are silent.
    """
    inwards, V, W, B = weights
    eta, rho, cut, symmetric, *_ = per_network(arms)
    x = task.inputs(cue.flatten(), generator=generator)
    if not asked:
        x[task.answer, :, task.group == task.cues] = 0
    x = x.view(task.steps, *cue.shape, -1)
    current = x @ inwards.mT.contiguous()
    among = V.mT.contiguous()
    z = v = a = torch.zeros_like(current[0])
    no_slow, no_second = (
        torch.tensor([arm == name for arm in arms])[:, None, None] for name in FORGETFUL
    )
    course = []
    for t, now in enumerate(current):
        if swap and t == swap[1]:
            z, v, a = swapped(swap[0], z, v, a)
            if swap[0] in ("rest", "all"):
                course = [sent.flip(1) for sent in course]  # what the readout has heard
        heard = torch.where(cut, z.detach(), z) @ among
        options = {"beta": READOUT.beta, "rho": rho, "strength": eta}
        state = AdaptiveState(v, torch.where(no_slow, a.detach(), a))
        z, _, (v, a) = adaptive_lif_step(now + heard, state, **options)
        course.append(z)
    z = torch.stack(course)
    back = torch.where(symmetric, W, B).detach()
    told = (z - z.detach()) @ back.mT  # is 0, but sends the error back through B
    heard = z.detach() @ W.mT + told * ~no_second
    return READOUT(heard.flatten(1, 2)).view(*z.shape[:3], 2) + told * no_second


def swapped(part: str, z: Tensor, v: Tensor, a: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Give every trial the thresholds of another one, its activity, or both."""
    if part in ("thresholds", "all"):
        a = a.flip(1)
    if part != "thresholds":
        z, v = z.flip(1), v.flip(1)
    return z, v, a


def gradients(
    task: DelayedRecall, weights: Weights, arms: list[str], generator: Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Run some trials; return each network's accuracy, and the gradients by V and W."""
    V, W, B = (w.detach().requires_grad_() for w in weights[1:])
    cue = torch.randint(0, 2, (len(arms), SETTINGS["trials"]), generator=generator)
    y = run(task, (weights[0], V, W, B), arms, cue, generator)[task.answer]
    labels = cue.expand(len(y), -1, -1).flatten()
    loss = cross_entropy(y.flatten(0, 2), labels, reduction="sum")
    right = (y.detach().mean(0).argmax(-1) == cue).float().mean(1)
    return right, *torch.autograd.grad(loss, [V, W])


@torch.no_grad()
def accuracy(
    task: DelayedRecall,
    weights: Weights,
    arms: list[str],
    seed: int,
    swap: tuple[str, float] | None = None,
    asked: bool = True,
) -> Tensor:
    """Return how many trials are answered by their own cue; after a swap, of those that count."""
    generator = seed_torch(seed)
    cue = torch.randint(0, 2, (len(arms), SETTINGS["tests"]), generator=generator)
    moment = swap and (swap[0], round(swap[1] / DT))
    y = run(task, weights, arms, cue, generator, moment, asked)[task.answer]
    counts = cue >= 0 if swap is None else cue != cue.flip(1)
    right = (y.mean(0).argmax(-1) == cue) & counts
    return right.sum(1) / counts.sum(1)


def first_weights(task: DelayedRecall, seeds: list[int], among: float) -> list[Tensor]:
    """Return the first weights of networks, stacked."""
    each = [recall_weights(seed, task.group, among) for seed in seeds]
    return [torch.stack(kind) for kind in zip(*each, strict=True)]


def learn(
    task: DelayedRecall,
    names: list[str],
    rates: list[float],
    seeds: list[int],
    among: float,
    updates: int,
) -> tuple[Weights, list[str], Tensor, Weights]:
    """Train a network for each arm, rate and seed.

    Returns the weights, the arms, the accuracies by update, and the weights before the early test.
    """
    arms, rate, own = zip(*product(names, rates, seeds), strict=True)
    *_, adaptive, decays, learns = per_network(arms)
    rate = torch.tensor(rate)[:, None, None]
    generator = seed_torch(SETTINGS["draw"])
    inwards, *born = first_weights(task, own, among)
    moved = [torch.zeros_like(w, requires_grad=True) for w in born]  # of V, W, B
    optimizer = torch.optim.Adam(moved, lr=1.0)
    course = []
    for update in range(updates):
        V, W, B = ((w + rate * m).detach() for w, m in zip(born, moved, strict=True))
        if update <= SETTINGS["early"]:
            early = inwards, V, W, B
        right, for_V, for_W = gradients(task, (inwards, V, W, B), arms, generator)
        moved[0].grad, moved[1].grad, moved[2].grad = for_V * learns, for_W, for_W * adaptive
        optimizer.step()
        moved[1].data -= W * decays
        moved[2].data -= B * adaptive
        course.append(right)
    final = [(w + rate * m).detach() for w, m in zip(born, moved, strict=True)]
    return (inwards, *final), list(arms), torch.stack(course), early


def cosine(task: DelayedRecall, weights: Weights, arm: str, reference: str = "BPTT") -> Tensor:
    """Return each network's cosine of an arm's gradient by V to that of BPTT."""
    networks = len(weights[0])
    both = [
        gradients(task, weights, [name] * networks, seed_torch(50))[1] for name in (arm, reference)
    ]
    return cosine_similarity(*(each.flatten(1) for each in both))


def percent(shares: Tensor) -> list:
    """Return shares as percent with one decimal."""
    return [round(100 * each, 1) for each in shares.tolist()]


def compare(settings: dict) -> dict:
    """Train all arms at all sizes of the first weights; return what they reach, and the cosines."""
    task = DelayedRecall()
    found = {}
    for among in settings["among"]:
        seeds, rates = settings["seeds"], settings["rates"]
        weights, arms, course, early = learn(
            task, list(ARMS), rates, seeds, among, settings["updates"]
        )
        shape = (len(ARMS), len(rates), len(seeds))
        found[str(among)] = {
            **at_best_rate(task, weights, arms, rates),
            "early": at_best_rate(task, early, arms, rates),
            "training": dict(
                zip(ARMS, map(percent, course.mean((0,)).view(shape).mean(2)), strict=True)
            ),
            "cosines": cosines(task, settings, weights, arms, among),
        }
        print(among, found[str(among)], flush=True)
    return found


def at_best_rate(
    task: DelayedRecall, weights: Weights, arms: list[str], rates: list[float]
) -> dict[str, dict]:
    """Return each arm's best rate on validation trials, and its networks' answers on others."""
    shape = (len(ARMS), len(rates), -1)
    chosen = accuracy(task, weights, arms, 1).view(shape).mean(2).argmax(1)
    tested = accuracy(task, weights, arms, 2).view(shape)[range(len(ARMS)), chosen]
    return {
        "rate": dict(zip(ARMS, [rates[best] for best in chosen], strict=True)),
        "test": dict(zip(ARMS, map(percent, tested), strict=True)),
    }


def cosines(
    task: DelayedRecall, settings: dict, weights: Weights, arms: list[str], among: float
) -> dict:
    """Return the cosines to BPTT at first and, of the arms at one rate, after training."""
    born = first_weights(task, settings["seeds"], among)
    names = ["e-prop", "random", "random, W decays", "adaptive"]
    seeds = len(settings["seeds"])
    rate = settings["rates"].index(settings["rate"])
    found = {"first": {}, "trained": {}}
    for name in names:
        start = arms.index(name) + rate * seeds
        own = [w[start : start + seeds] for w in weights]
        found["first"][name] = [round(each, 4) for each in cosine(task, born, name).tolist()]
        found["trained"][name] = [round(each, 4) for each in cosine(task, own, name).tolist()]
    return found


def look_for_memory(settings: dict, among: float) -> dict:
    """Teach some arms some delays; return what they answer, with and without parts swapped."""
    names = ["BPTT", "e-prop", "LIF, e-prop"]
    seeds = settings["seeds"]
    found = {"plain": {}, "unasked": {}, "swapped": {}, "later": {}}
    for delay in settings["delays"]:
        task = DelayedRecall(delay=delay)
        taught = learn(task, names, [settings["rate"]], seeds, among, settings["updates"])[:2]
        answers = partial(answers_of, names, *taught)
        key = f"{delay:g}"
        found["plain"][key] = answers(task)
        found["unasked"][key] = answers(task, asked=False)
        moments = [at for at in settings["swaps"] if at <= 50 + delay]
        found["swapped"][key] = {
            part: {f"{at:g}": answers(task, swap=(part, at)) for at in moments}
            for part in ("activity", "thresholds", "rest", "all")
        }
        if delay == settings["asked_later"]:
            found["later"] = {
                f"{each:g}": answers(DelayedRecall(delay=each), seed=4)
                for each in settings["later"]
            }
        print(delay, found, flush=True)
    return found


def answers_of(
    names: list[str],
    weights: Weights,
    arms: list[str],
    task: DelayedRecall,
    seed: int = 3,
    swap: tuple[str, float] | None = None,
    asked: bool = True,
) -> dict[str, list]:
    """Return the accuracies in percent, one list of seeds for each of the arms."""
    shares = accuracy(task, weights, arms, seed, swap, asked).view(len(names), -1)
    return dict(zip(names, map(percent, shares), strict=True))


def main(arguments: list[str] | None = None) -> None:
    """Train, look for the memory, and write the record."""
    options = ("updates", "seeds", "rates", "among")
    settings = SETTINGS | vars(parser_for(__doc__, SETTINGS, *options).parse_args(arguments))
    results = {"arms": compare(settings)}
    results["memory"] = {
        str(among): look_for_memory(settings, among) for among in settings["memory"]
    }
    record("delayed_recall", settings, results)


if __name__ == "__main__":
    main()
