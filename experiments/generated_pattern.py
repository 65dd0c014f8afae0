"""Teach recurrent networks to draw a curve for a second after a cue has gone, and disturb them.

``python -m experiments.generated_pattern`` writes the record that page 23 shows. The networks are
those of `snn_core.teaching.studies.generated_pattern`: two cues, each with a curve of its own. All
trials, in training and in tests, have cue spikes, first membranes and noise of their own; those of
tests are drawn from another seed. Arms: all is learnt; the recurrence keeps its first weights;
there is none; no neuron adapts; neither of both. Then, with the networks that learnt all:

- the silence goes on for two seconds more than was ever trained;
- the noise is of other sizes than in training;
- after half a second membranes jump to random places: what is explained of the rest.
"""

from itertools import product

import torch
from torch import Tensor

from experiments import add_run, on_threads, parser_for
from snn_core.teaching.studies.generated_pattern import (
    CUE_STEPS,
    DT,
    FREQUENCIES,
    NOISE,
    SECOND,
    Drawing,
    curves,
    draw_noise,
    draw_start,
    explained,
    shaken,
    steps_of,
    teach_to_draw,
)
from snn_core.training import seed_torch

SETTINGS = {
    "neurons": 200,
    "arms": {
        "learnt": {},
        "frozen": {"recurrence": "frozen"},
        "none": {"recurrence": "none"},
        "no adaptation": {"strength": 0.0},
        "neither": {"recurrence": "none", "strength": 0.0},
    },
    "frequencies": list(FREQUENCIES),
    "updates": 1500,
    "trials": 16,
    "lr": 0.003,
    "noise": NOISE,
    "tests": 200,
    "test_seed": 2000,  # of trials that nothing was chosen by
    "noises": [0.0, 0.035, 0.14, 0.28],
    "seconds": 3,
    "drawn": 3,  # trials of each cue in the record
    "heard": 50,  # neurons whose spikes are in the record
    "seeds": [0, 1, 2],
}


def share(values: Tensor) -> list[float]:
    """Return mean and minimum of what trials explain."""
    return [round(values.mean().item(), 4), round(values.min().item(), 4)]


def of_the_rest(drawn: Tensor, wanted: Tensor, after: int) -> Tensor:
    """Return 1 less the error from a step on, in units of the variance of the whole curve."""
    error = (drawn - wanted)[after:].square().mean(0)
    return 1 - error / wanted.var(0, correction=0)


@torch.no_grad()
def measure(network: Drawing, wanted: Tensor, settings: dict) -> dict:
    """Return what held-out trials explain, mean and minimum, and spikes per neuron and second."""
    generator = seed_torch(settings["test_seed"])
    start = draw_start(settings["tests"], settings["neurons"], generator)
    noise = draw_noise(start, settings["noise"], generator)
    spikes = network.fire(start, noise)
    drawn = network.read(spikes)
    silent = start._replace(inputs=torch.zeros_like(start.inputs))
    own = wanted[: len(drawn), start.cue]
    return {
        "explained": share(explained(drawn, own)),
        "without a cue": share(explained(network(silent, noise), own)),
        "rate": round(spikes[CUE_STEPS:].mean().item() * 1000 / DT, 2),
    }


@torch.no_grad()
def disturb(network: Drawing, wanted: Tensor, settings: dict) -> dict:
    """Return what is explained of later seconds, with noise, and after a shake."""
    generator = seed_torch(settings["test_seed"] + 1)
    size = settings["tests"], settings["neurons"]
    duration = settings["seconds"] * SECOND
    long = draw_start(*size, generator, duration=duration)
    noise = draw_noise(long, settings["noise"], generator)
    drawn = network(long, noise).split(steps_of(SECOND))
    target = wanted[:, long.cue].split(steps_of(SECOND))
    later = [share(explained(*each)) for each in zip(drawn, target, strict=True)]
    start = draw_start(*size, generator)
    target = wanted[: steps_of(SECOND), start.cue]
    noisy = {}
    for spread in settings["noises"]:
        noise = draw_noise(start, spread, generator)
        noisy[f"{spread:g}"] = share(explained(network(start, noise), target))
    half = steps_of(SECOND / 2)
    rest = {
        name: share(of_the_rest(shaken(network, start, half, part, generator), target, half))
        for name, part in (("nobody", 0.0), ("a tenth", 0.1), ("all", 1.0))
    }
    return {"later": later, "noisy": noisy, "shaken": rest}


@torch.no_grad()
def pictures(network: Drawing, wanted: Tensor, settings: dict) -> dict:
    """Return some drawings by cue, and spikes of the first trial as (step, neuron)."""
    generator = seed_torch(settings["test_seed"] + 2)
    start = draw_start(2 * settings["drawn"], settings["neurons"], generator)
    spikes = network.fire(start, draw_noise(start, settings["noise"], generator))
    drawn = network.read(spikes).T
    return {
        "cue": start.cue.tolist(),
        "drawn": [[round(value, 3) for value in trial] for trial in drawn.tolist()],
        "spikes": spikes[:, 0, : settings["heard"]].nonzero().tolist(),
    }


def one_run(arm: str, seed: int, settings: dict) -> dict:
    """Teach one network; return what it draws."""
    generator = seed_torch(seed)
    network = Drawing(settings["neurons"], generator, **settings["arms"][arm])
    wanted = curves(settings["seconds"] * SECOND)
    options = {name: settings[name] for name in ("updates", "trials", "lr", "noise")}
    errors = teach_to_draw(network, wanted[: steps_of(SECOND)], generator, **options)
    run = {"seed": seed} | measure(network, wanted, settings)
    run["errors"] = [round(each, 3) for each in errors[:: max(1, len(errors) // 40)]]
    if arm == "learnt":
        run |= disturb(network, wanted, settings)
        if seed == settings["seeds"][0]:
            run["pictures"] = pictures(network, wanted, settings)
    return run


def main(arguments: list[str] | None = None) -> None:
    """Teach every arm with each seed, or some of them; write each run into the record."""
    arms = list(SETTINGS["arms"])
    parser = parser_for(__doc__, SETTINGS, "updates", "seeds")
    parser.add_argument("--only", nargs="+", choices=arms, default=arms)
    told = on_threads(parser, arguments)
    settings = SETTINGS | {"updates": told["updates"]}
    for seed, arm in product(told["seeds"], told["only"]):
        run = one_run(arm, seed, settings)
        print(arm, seed, run["explained"], run["rate"], flush=True)
        add_run("generated_pattern", settings, arm, run)


if __name__ == "__main__":
    main()
