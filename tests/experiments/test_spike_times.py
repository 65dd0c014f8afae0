"""The experiments of page 19: tiny runs, and what their parts give."""

import pytest
import torch
from torch import nn

from experiments import exact_or_surrogate, four_ways, mnist_full, spike_times_mnist, yin_yang
from snn_core.datasets import Digits, mnist_mini
from snn_core.spike_times import earliest, first_time_cross_entropy
from snn_core.teaching import records
from snn_core.teaching.records import recorded


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    """Write records into a folder of the test, and take few samples."""
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digits = mnist_mini()
    few = Digits(*(part[:400] for part in digits[:2]), *(part[:100] for part in digits[2:]))
    monkeypatch.setattr(mnist_full, "mnist", lambda: few)
    monkeypatch.setattr(mnist_full, "HELD_OUT", 100)
    for module in (yin_yang, exact_or_surrogate):
        monkeypatch.setitem(module.SETTINGS, "samples", 300)
        monkeypatch.setitem(module.SETTINGS, "test_samples", 100)


def test_a_tiny_yin_yang_writes_a_record():
    yin_yang.main(["--epochs", "2", "--seeds", "3"])
    results = recorded("yin_yang").results
    assert list(results) == ["no leak", "leak", "ReLU"]
    for arm, (run,) in results.items():
        assert run["seed"] == 3
        assert len(run["train"]) == len(run["test"]) == 2
        assert ("decision" in run) == (arm != "ReLU")


def test_the_three_sets_of_points_differ_and_stay():
    train, test, validate = (yin_yang.points(name, 50)[0] for name in yin_yang.SETS)
    assert not torch.equal(train, test)
    assert not torch.equal(test, validate)
    assert torch.equal(train, yin_yang.points("train", 50)[0])


@pytest.mark.parametrize("module", [yin_yang, exact_or_surrogate])
def test_a_validation_of_points_records_nothing(module, tmp_path):
    module.main(["--epochs", "1", "--seeds", "3", "--validate"])
    assert not list(tmp_path.iterdir())


def test_a_tiny_comparison_writes_a_record():
    exact_or_surrogate.main(["--epochs", "2", "--seeds", "3"])
    results = recorded("exact_or_surrogate").results
    assert len(results) == 12
    for name, (run,) in results.items():
        assert len(run["test"]) == 2
        silent = run["silent"][0]
        assert silent == 1 if "silent" in name else silent < 0.2


def test_all_methods_begin_with_the_same_network():
    """The first spikes of all three, from the same seed, up to the steps of the surrogate."""
    settings = exact_or_surrogate.SETTINGS | {"dt": 0.02}
    settings["tau_loss"] = dict.fromkeys(settings["lr"], 0.5)
    values, labels = yin_yang.points("train", 20)
    first = []
    hidden = []
    losses = []
    for method in settings["lr"]:
        torch.manual_seed(1)
        way = exact_or_surrogate.way_of(method, "lively", False, settings)
        with torch.no_grad():
            out = way["network"](way["encode"](values))
            losses.append(way["loss"](out, labels).item())
            hidden.append(way["network"][0](way["encode"](values)))
        scores = way["decode"](out) * (settings["dt"] if method == "surrogate" else 1)
        first.append(-scores.clamp(min=-settings["latest"]))
    _, event, stepped = first
    assert torch.allclose(hidden[0][0], hidden[1][0], atol=1e-4)
    assert (event - stepped).abs().max() < 0.1
    assert losses[1] == pytest.approx(losses[2], abs=0.1)


def test_a_tiny_run_on_mnist_writes_a_record():
    spike_times_mnist.main(["--samples", "256", "--epochs", "1", "--seeds", "3"])
    found = recorded("spike_times_mnist").results
    (run,) = found["runs"]
    curves = [run[name] for name in ("answered", "right")]
    assert all(len(curve) == len(found["times"]) for curve in curves)
    assert all(curve == sorted(curve) for curve in curves)
    assert all(right <= answered for right, answered in zip(*curves[::-1], strict=True))
    for layer, size in (("pixels", 784), ("hidden", spike_times_mnist.SETTINGS["hidden"])):
        assert 0 < run[f"{layer} until the answer"] <= run[layer] <= size


def test_a_validation_on_mnist_records_nothing(tmp_path, capsys):
    spike_times_mnist.main(["--samples", "256", "--epochs", "1", "--seeds", "3", "--validate"])
    assert "seed 3: last 5 epochs 0." in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_the_decision_of_one_image_is_counted_by_hand():
    settings = spike_times_mnist.SETTINGS
    torch.manual_seed(0)
    network = spike_times_mnist.network_of(settings, torch.Generator().manual_seed(0))
    images = mnist_mini().test_images[:1].flatten(1)
    times = spike_times_mnist.as_times(settings, images)
    hidden = network[1](times)[0, 0]
    out = network.eval()(times)[0, 0]
    answer = int(earliest(out[None]).argmax())
    found = spike_times_mnist.decisions(settings, network, images, torch.tensor([answer]))
    first = out[answer].item()
    assert found["decision"] == pytest.approx(first, abs=1e-3)
    curve = [float(first <= moment) for moment in spike_times_mnist.CURVE]
    assert found["answered"] == found["right"] == curve
    assert found["hidden"] == (hidden < torch.inf).sum()
    assert found["hidden until the answer"] == (hidden <= first).sum()
    assert found["pixels"] == (images > settings["dark"]).sum()


def test_spikes_are_lost_in_training_only():
    lose = spike_times_mnist.LoseSpikes(0.3, torch.Generator().manual_seed(0))
    times = torch.rand(100, 200, generator=torch.Generator().manual_seed(1))
    left = lose(times)
    assert left.isinf().float().mean().item() == pytest.approx(0.3, abs=0.02)
    assert torch.equal(left[left < torch.inf], times[left < torch.inf])
    assert torch.equal(lose.eval()(times), times)


def test_the_loss_of_both_kinds_of_output_is_the_same_formula():
    settings = exact_or_surrogate.SETTINGS
    way = exact_or_surrogate.way_of("surrogate", "lively", False, settings)
    steps = round(settings["latest"] / settings["dt"])
    spikes = torch.zeros(steps, 1, 3)
    spikes[[4, 10], 0, [0, 1]] = 1
    times = torch.tensor([[2.0, 5.0, torch.inf]])
    options = {"tau": settings["tau_loss"]["surrogate"], "latest": settings["latest"]}
    for label in range(3):
        expected = first_time_cross_entropy(times, torch.tensor([label]), **options)
        assert way["loss"](spikes, torch.tensor([label])).item() == pytest.approx(expected.item())


def test_tiny_runs_of_all_four_ways_write_a_record(monkeypatch):
    monkeypatch.setattr(four_ways, "mini_digits", lambda samples: few_mini(samples))
    four_ways.main(["--samples", "200", "--epochs", "1", "--seeds", "3", "--hidden", "20"])
    results = recorded("four_ways").results
    assert list(results) == ["shadow", "spike times", "surrogate", "membranes"]
    for (run,) in results.values():
        assert run["seed"] == 3
        assert len(run["test"]) == 1
        assert run["spikes"] > 0


def few_mini(samples):
    """Return the first digits to train and 50 to test."""
    digits = mnist_mini()
    train = digits.train_images[:samples].flatten(1), digits.train_labels[:samples]
    return train, (digits.test_images[:50].flatten(1), digits.test_labels[:50])


def test_a_validation_of_four_ways_holds_out_training_digits():
    *_, images, labels = four_ways.digits(four_ways.SETTINGS, validate=True)
    known = mnist_mini()
    assert torch.equal(images, known.train_images[-1000:].flatten(1))
    assert torch.equal(labels, known.train_labels[-1000:])


def test_a_spiking_copy_counts_what_rectified_units_return():
    """Below the threshold the spikes of T steps are T activations, up to one spike."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 8, bias=False), nn.ReLU(), nn.Linear(8, 3, bias=False))
    images = torch.rand(20, 6)
    with torch.no_grad():
        steps = 1000
        copy = four_ways.spiking_copy(network, images, {"steps": steps, "percentile": 0.999})
        wanted = network[:2](images)
        rates = copy[:3](images).mean(0) * wanted.max()
        assert torch.allclose(rates, wanted, atol=1.5 * wanted.max().item() / steps)
        sums = copy(images)[-1] * wanted.max() / steps
        assert torch.allclose(sums, network(images), atol=0.01)
