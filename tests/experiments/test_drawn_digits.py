"""The network of page 00 that reads drawn digits: its record, its rounding, how it is trained."""

import base64
import os
from pathlib import Path

import pytest
import torch

from experiments import drawn_digits, mnist_full
from snn_core.datasets import Digits, mnist, mnist_mini
from snn_core.losses import accuracy, spike_count
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.drawn_digits import drawing_reader, input_spikes, recorded_reader

IMAGES = Path(os.environ.get("SNN_CORE_DATA", "")) / "mnist" / "t10k-images-idx3-ubyte.gz"
needs_mnist = pytest.mark.skipif(not IMAGES.exists(), reason="SNN_CORE_DATA holds no full MNIST")


def test_the_record_holds_small_rounded_weights():
    found = recorded("drawn_digits")
    sizes = [196 * found.settings["hidden"], found.settings["hidden"] * 10]
    texts = [layer["weights"] for layer in found.results["layers"]]
    assert [len(base64.b64decode(text)) for text in texts] == sizes
    assert sum(map(len, texts)) <= 40_000
    for layer, weight in zip(found.results["layers"], recorded_reader().parameters(), strict=True):
        whole = weight / layer["scale"]
        assert torch.allclose(whole, whole.round(), atol=1e-4)
        assert whole.abs().max().item() == pytest.approx(drawn_digits.LEVELS)


def outputs_for(images):
    """Return the output spikes ``[T, B, 10]`` of the recorded network."""
    settings, network = recorded("drawn_digits").settings, recorded_reader()
    return torch.cat([network(input_spikes(part, settings)) for part in images.split(1000)], 1)


def test_the_recorded_network_reads_the_bundled_test_digits():
    digits = mnist_mini()
    right = accuracy(spike_count(outputs_for(digits.test_images)), digits.test_labels)
    assert right == pytest.approx(recorded("drawn_digits").results["accuracy"][-1], abs=0.02)


@needs_mnist
def test_the_recorded_network_reads_the_test_images_as_the_record_says():
    digits, results = mnist(), recorded("drawn_digits").results
    course = [
        accuracy(sums, digits.test_labels) for sums in outputs_for(digits.test_images).cumsum(0)
    ]
    assert course == pytest.approx(results["accuracy"], abs=5e-4)
    spikes = input_spikes(digits.test_images, recorded("drawn_digits").settings)
    assert spikes.mean(1).sum(1).cumsum(0).tolist() == pytest.approx(results["arrived"], rel=1e-4)


def test_the_record_is_of_all_steps_and_rounding_costs_next_to_nothing():
    found = recorded("drawn_digits")
    results, steps = found.results, found.settings["steps"]
    assert len(results["accuracy"]) == len(results["arrived"]) == steps
    assert results["accuracy"][-1] == pytest.approx(results["before_rounding"], abs=0.003)
    assert results["arrived"][-1] == pytest.approx(results["spikes"]["pixels"], rel=1e-4)


def test_a_pixel_that_sends_is_the_mean_of_four_and_a_faint_one_sends_none():
    image = torch.zeros(1, 28, 28)
    image[0, 2:4, 4:6] = 1
    image[0, 6, 8] = 0.2
    settings = {"steps": 5, "faint": 0.1}
    spikes = input_spikes(image, settings)
    assert spikes.nonzero().tolist() == [[0, 0, 1 * 14 + 2]]
    image[0, 7, 8:10] = 1
    assert input_spikes(image, settings)[2, 0, 3 * 14 + 4] == 1


def test_strokes_get_thicker_and_thinner_in_training_only():
    images = mnist_mini().train_images[:50, None]
    change = drawn_digits.Thickness(0.7, torch.Generator().manual_seed(0))
    ratio = change(images).sum((1, 2, 3)) / images.sum((1, 2, 3))
    assert ratio.min() < 0.9 < 1.1 < ratio.max()
    assert change.eval()(images) is images


def test_weights_are_rounded_in_place_to_what_is_stored():
    torch.manual_seed(0)
    network = drawing_reader({"hidden": 7, "tau_mem": 10.0, "surrogate_scale": 5.0})
    exact = [weight.detach().clone() for weight in network.parameters()]
    stored = drawn_digits.round_weights(network)
    for layer, weight, before in zip(stored, network.parameters(), exact, strict=True):
        assert (weight - before).abs().max() <= layer["scale"] / 2 + 1e-7
        whole = torch.frombuffer(bytearray(base64.b64decode(layer["weights"])), dtype=torch.int8)
        assert torch.allclose(layer["scale"] * whole.view(weight.T.shape).T.float(), weight)


def test_nonsense_has_the_pixels_of_the_digit():
    images = mnist_mini().test_images[:5].flatten(1)
    mixed = drawn_digits.shuffled(images, torch.Generator().manual_seed(0))
    settings = recorded("drawn_digits").settings
    counts = [
        spike_count(input_spikes(each.view(-1, 28, 28), settings)).sum(1)
        for each in (images, mixed)
    ]
    assert counts[0].tolist() == counts[1].tolist()
    assert not torch.equal(images, mixed)


def test_a_tiny_run_writes_a_record(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digits = mnist_mini()
    few = Digits(*(part[:400] for part in digits[:2]), *(part[:100] for part in digits[2:]))
    monkeypatch.setattr(mnist_full, "mnist", lambda: few)
    monkeypatch.setattr(mnist_full, "HELD_OUT", 100)
    told = ["--samples", "256", "--epochs", "1", "--hidden", "10"]
    drawn_digits.main([*told, "--validate"])
    assert not list(tmp_path.iterdir())
    assert "rounded" in capsys.readouterr().out
    drawn_digits.main(told)
    assert recorded("drawn_digits").settings == drawn_digits.SETTINGS | {
        "samples": 256,
        "epochs": 1,
        "hidden": 10,
    }
    assert recorded_reader()[0].weight.shape == (10, 196)
