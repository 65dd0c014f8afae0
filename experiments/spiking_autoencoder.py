"""Send digits through a few spikes, and through principal components with as many bits.

``python -m experiments.spiking_autoencoder`` writes the record that page 23 shows. A network of
`snn_core.teaching.studies.spiking_autoencoder` is trained for each code (neurons, and what a spike
costs) and seed, on all bundled training digits; the test digits are looked at once, at its end.
Codes, surrogate and training were chosen on held-out training digits; ``--validate`` holds out the
last 1,000 of them, to choose again. Beside each code stand principal components, rounded with the
largest step at which they take as many bits on these images, or more. Bits are those of counts,
neuron by neuron, and of steps, component by component, with frequencies from the training digits.

The control learns a decoder of the same shape from what the components are rounded to, at the bits
of one of the codes: how much is the decoder's?
"""

import torch
from torch import Tensor, nn

from experiments import told_settings
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.teaching.studies.code_length import LinearCode, step_for
from snn_core.teaching.studies.spiking_autoencoder import (
    CODE,
    HIDDEN,
    PIXELS,
    SCALE,
    STEPS,
    copy_of,
    image_error,
    spiking_autoencoder,
    teach_to_copy,
)
from snn_core.training import seed_torch

SETTINGS = {
    "codes": [[8, 0.05], [24, 0.2], [24, 0.05], [32, 0.02]],  # neurons, charge
    "control": [24, 0.05],
    "control_components": 100,
    "steps": STEPS,
    "hidden": HIDDEN,
    "scale": SCALE,
    "epochs": 15,
    "batch_size": 25,
    "lr": 2e-3,
    "linear_steps": [8.0, 5.0, 4.0, 3.5, 3.0, 2.5, 2.0, 1.75, 1.5, 1.25, 1.0],
    "shown": [2, 1, 7, 8],  # test digits, drawn in the record
    "seeds": [0, 1, 2],
}


def name_of(neurons: int, charge: float) -> str:
    """Return what a code is called in the record."""
    return f"{neurons} neurons, charge {charge:g}"


def digits(validate: bool) -> tuple[Tensor, Tensor]:
    """Return images to train and to test on ``[B, 784]``; to validate, both are of the training."""
    training, _, test, _ = flat_digits()
    return (training[:4000], training[4000:]) if validate else (training, test)


def matched(linear: LinearCode, images: Tensor, bits: float) -> tuple[float, float, float]:
    """Return the step at which components take as many bits, these bits, and the error."""
    step = step_for(bits, lambda each: linear.measure(images, each)[0])
    return step, *linear.measure(images, step)


def one_run(code: list, seed: int, settings: dict, images: tuple, linear: LinearCode) -> dict:
    """Train one autoencoder; return what it found, and the linear code beside it."""
    generator = seed_torch(seed)
    neurons, charge = code
    network = spiking_autoencoder(neurons, steps=settings["steps"], scale=settings["scale"])
    options = {name: settings[name] for name in ("epochs", "batch_size", "lr")}
    teach_to_copy(network, images[0], generator, charge=charge, **options)
    found = copy_of(network, *images)
    step, bits, error = matched(linear, images[1], found.bits)
    run = {"seed": seed} | {name: round(each, 5) for name, each in found._asdict().items()}
    run["linear"] = {"step": round(step, 4), "bits": round(bits, 2), "error": round(error, 5)}
    if seed == settings["seeds"][0] and code == settings["control"]:
        run |= shown(network, linear, images[1][settings["shown"]], step)
    return run


@torch.no_grad()
def shown(network: nn.Sequential, linear: LinearCode, images: Tensor, step: float) -> dict:
    """Return how digits are drawn from spikes and from components, as bytes, and the spikes."""
    spikes = network[:CODE](images)
    drawn = {
        "images": images,
        "copies": network[CODE:](spikes)[0],
        "linear_copies": linear.drawn(images, step),
    }
    found = {name: (255 * each).round().int().tolist() for name, each in drawn.items()}
    return found | {"trains": spikes.int().transpose(0, 1).tolist()}


def learnt_decoder(
    seed: int, settings: dict, images: tuple, linear: LinearCode, bits: float
) -> dict:
    """Return what a learnt decoder makes of rounded components that take so many bits."""
    generator = seed_torch(seed)
    step, _, error = matched(linear, images[1], bits)
    read = linear.reader(step)
    first = settings["control_components"]
    network = nn.Sequential(
        nn.Linear(first, settings["hidden"]),
        nn.ReLU(),
        nn.Linear(settings["hidden"], PIXELS),
        nn.Sigmoid(),
    )

    def rounded(values: Tensor) -> Tensor:
        return read(linear.components(values))[None, :, :first]

    options = {name: settings[name] for name in ("epochs", "batch_size", "lr")}
    teach_to_copy(network, images[0], generator, encode=rounded, **options)
    with torch.no_grad():
        learnt = image_error(network(rounded(images[1])), images[1]).item() / PIXELS
    return {"seed": seed, "bits": bits, "linear": round(error, 5), "learnt": round(learnt, 5)}


def main(arguments: list[str] | None = None) -> None:
    """Train every code and the control with each seed, and write the record."""
    settings, validate = told_settings(__doc__, SETTINGS, "epochs", "seeds", arguments=arguments)
    images = digits(validate)
    linear = LinearCode(images[0])
    points = [linear.measure(images[1], step) for step in settings["linear_steps"]]
    results = {"linear": [[round(bits, 2), round(error, 5)] for bits, error in points]}
    for seed in settings["seeds"]:
        for code in settings["codes"]:
            run = one_run(code, seed, settings, images, linear)
            print(name_of(*code), {key: run[key] for key in list(run)[:8]}, flush=True)
            results.setdefault(name_of(*code), []).append(run)
            if code == settings["control"]:
                control = learnt_decoder(seed, settings, images, linear, run["bits"])
                print("control", control, flush=True)
                results.setdefault("control", []).append(control)
        if not validate:
            record("spiking_autoencoder", settings, results)


if __name__ == "__main__":
    main()
