"""The network of page 00 that reads drawn digits: its record, its rounding, how it is trained."""

import base64

import pytest
import torch

from experiments import drawn_digits, mnist_full
from snn_core.datasets import Digits, mnist_mini
from snn_core.losses import accuracy, spike_count
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.drawn_digits import input_spikes, reader, recorded_reader


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


def test_the_recorded_network_reads_as_the_record_says():
    """On the first thousand of the ten thousand test images, which are bundled."""
    found, digits = recorded("drawn_digits"), mnist_mini()
    spikes = input_spikes(digits.test_images, found.settings)
    outputs = recorded_reader()(spikes)
    course = [accuracy(counts, digits.test_labels) for counts in outputs.cumsum(0)]
    assert course == pytest.approx(found.results["accuracy"], abs=0.04)
    assert spikes.mean(1).sum(1).cumsum(0).tolist() == pytest.approx(
        found.results["arrived"], rel=0.05
    )


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
    network = reader({"hidden": 7, "tau_mem": 10.0, "surrogate_scale": 5.0})
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
