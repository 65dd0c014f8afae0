"""Experiments: tiny runs of each, into a folder of their own."""

from functools import partial
from itertools import pairwise

import pytest
import torch
from torch import nn

from experiments import (
    alignment,
    charging_first,
    codes_and_losses,
    covered_digits,
    deep_local,
    digits_without_labels,
    energy,
    energy_of_pages,
    event_digits,
    fit_one_cycle,
    learning_rules,
    local_learning,
    longer_training,
    mini_digits,
    mnist_convolutional,
    mnist_full,
    pooling_orders,
    population_sizes,
    sparing_spikes,
    twelve_layers,
    unsupervised_digits,
    wanted_trains,
)
from snn_core import LIF
from snn_core.datasets import Digits, mnist_mini
from snn_core.plasticity import CompetitiveLayer
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.gradient_rules import learner_for

TINY = ["--samples", "256", "--epochs", "1", "--seeds", "3"]


@pytest.fixture(autouse=True)
def few_digits(tmp_path, monkeypatch):
    """Write records into a folder of the test, and take the bundled digits for the full MNIST."""
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    digits = mnist_mini()
    few = Digits(*(part[:400] for part in digits[:2]), *(part[:100] for part in digits[2:]))
    monkeypatch.setattr(mnist_full, "mnist", lambda: few)
    monkeypatch.setattr(mnist_full, "HELD_OUT", 100)


@pytest.mark.parametrize("module", [mnist_full, mnist_convolutional])
def test_full_mnist(module):
    module.main(TINY)
    found = recorded(module.__name__.removeprefix("experiments."))
    assert found.settings == module.SETTINGS | {"samples": 256, "epochs": 1, "seeds": [3]}
    (run,) = found.results["runs"]
    assert run["seed"] == 3
    assert len(run["train"]) == len(run["test"]) == 1
    assert 0 <= run["test"][0] <= 1


@pytest.mark.parametrize("module", [mnist_full, mnist_convolutional])
def test_validation_records_nothing(module, tmp_path, capsys):
    module.main([*TINY, "--validate"])
    assert "seed 3: last 5 epochs 0." in capsys.readouterr().out
    assert not list(tmp_path.iterdir())


def test_held_out_images_are_not_trained_on():
    images, labels, test_images, test_labels = mnist_full.flat_mnist(1000, validate=True)
    digits = mnist_mini()
    assert torch.equal(images, digits.train_images[:300].flatten(1))
    assert torch.equal(test_images, digits.train_images[300:400].flatten(1))
    assert torch.equal(torch.cat([labels, test_labels]), digits.train_labels[:400])


def test_jitter_moves_images_in_training_only():
    jitter = mnist_convolutional.Jitter(10.0, 0.1, 2.0, torch.Generator().manual_seed(0))
    images = mnist_mini().train_images[:20, None]
    moved = jitter(images)
    assert moved.shape == images.shape
    assert all((one != other).any() for one, other in zip(moved, images, strict=True))
    assert (moved.sum() / images.sum() - 1).abs() < 0.1
    assert jitter.eval()(images) is images
    still = mnist_convolutional.Jitter(0.0, 0.0, 0.0, torch.Generator())
    assert torch.allclose(still(images), images, atol=1e-5)


def test_unsupervised_digits():
    unsupervised_digits.main([*TINY, "--neurons", "20", "30", "--adaptation", "0.02", "0"])
    found = recorded("unsupervised_digits")
    layers = found.results["layers"]
    assert [(layer["neurons"], layer["adaptation"]) for layer in layers] == [(20, 0.02), (30, 0)]
    for layer in layers:
        (run,) = layer["runs"]
        assert 0 <= run["named"] <= 1
        assert 0 <= run["vote"] <= 1
        assert 0 <= run["silent"] <= layer["neurons"]


def test_digits_without_labels(monkeypatch):
    settings = digits_without_labels.SETTINGS
    monkeypatch.setitem(settings, "labels", [10, 100])
    monkeypatch.setitem(settings, "inhibited_samples", 50)
    monkeypatch.setitem(settings, "inhibited_steps", [1.0])
    monkeypatch.setitem(settings, "film_seeds", 1)
    digits_without_labels.main(
        ["--seeds", "0", "--epochs", "1", "--samples", "300", "--neurons", "9"]
    )
    results = recorded("digits_without_labels").results
    readings = results["readings"]
    assert set(readings) == {
        "STDP",
        "short trace",
        "long trace",
        "no spikes",
        "k-means",
        "stored images",
        "nearest labelled image",
    }
    for name, found in readings.items():
        ways = ["all labels"] if "labelled" in name else ["spikes", "nearest", "spread"]
        assert list(found) == ways
        assert all(len(runs) == 1 and runs[0] >= 0 for runs in found.values())
        assert all(found[way][0] <= 1 for way in ways if way != "spread")
    assert list(results["few_labels"]) == list(digits_without_labels.FEW)
    assert all(len(runs[0]) == 2 for runs in results["few_labels"].values())
    assert list(results["films"]) == [
        "in order",
        "learned shuffled",
        "long trace",
        "untrained",
        "a moving 0",
    ]
    assert list(results["inhibition"]) == ["maximum", "inhibition, 1 ms"]
    assert results["inhibition"]["maximum"]["together"] == [1.0]


def test_the_nearest_known_field_is_one_that_won_for_a_labelled_image():
    fields = torch.eye(3)
    labelled = torch.tensor([[1.0, 0.2, 0.0], [0.9, 0.0, 0.1], [0.0, 0.0, 1.0]])
    tested = torch.tensor([[0.3, 1.0, 0.2], [0.0, 1.0, 0.6]])
    wins, counts = digits_without_labels.nearest_known(fields, labelled, tested)
    assert wins.tolist() == [[1, 0], [1, 0], [0, 1]]
    assert counts.tolist() == [[1, 0], [0, 1]]


def test_neurons_that_spike_for_no_labelled_image_do_not_compete():
    layer = CompetitiveLayer(3, 3)
    layer.weight = torch.eye(3)
    labelled = torch.tensor([[9.0, 0.0, 0.0], [0.0, 0.0, 9.0]])
    tested = torch.tensor([[0.0, 5.0, 1.0]])
    encode = partial(torch.Tensor.unsqueeze, dim=0)
    counts = digits_without_labels.spikes_known(layer, (labelled, tested), encode)
    assert counts[0].tolist() == [[1, 0], [0, 1]]
    assert counts[1].tolist() == [[0, 1]]


def test_the_nearest_labelled_image_gives_its_label():
    images = torch.eye(2), torch.tensor([[3.0, 1.0], [1.0, 2.0]])
    nearest = partial(digits_without_labels.nearest_image, images, torch.tensor([4, 7]))
    assert nearest(torch.tensor([4, 7])) == 1
    assert nearest(torch.tensor([4, 4])) == 0.5


def tiny_choice(settings, monkeypatch):
    monkeypatch.setitem(settings["choice"], "samples", 50)
    monkeypatch.setitem(settings["choice"], "held_out", 50)


def test_codes_and_losses(monkeypatch):
    settings = codes_and_losses.SETTINGS
    monkeypatch.setitem(settings, "losses", ["count_mse", "membrane_mse"])
    monkeypatch.setitem(settings, "codes", ["direct", "latency"])
    tiny_choice(settings, monkeypatch)
    codes_and_losses.main(TINY)
    results = recorded("codes_and_losses").results
    assert set(results) == {"lr", "accuracy", "spikes", "steps", "seconds", "trained"}
    assert all(rate in settings["choice"]["lr"] for rate in results["lr"][0])
    assert [[len(runs) for runs in row] for row in results["accuracy"]] == [[1, 1], [1, 0]]
    assert 1 <= results["steps"][0][0][0] <= settings["steps"]
    first = results["seconds"]
    codes_and_losses.main([*TINY, "--only", "membrane_mse"])
    again = recorded("codes_and_losses").results
    assert again["seconds"][0] == first[0]
    assert again["accuracy"] == results["accuracy"]
    with pytest.raises(SystemExit, match="other settings"):
        codes_and_losses.main(["--samples", "99", "--seeds", "3", "--only", "membrane_mse"])


def test_population_sizes(monkeypatch):
    settings = population_sizes.SETTINGS
    monkeypatch.setitem(settings, "steps", [1, 3])
    monkeypatch.setitem(settings, "neurons", [1, 2])
    tiny_choice(settings, monkeypatch)
    population_sizes.main(TINY)
    results = recorded("population_sizes").results
    assert list(results) == ["1", "2", "membrane"]
    for found in results.values():
        assert all(0 <= run[0] <= 1 for name in ("accuracy", "ties") for run in found[name])
        assert all(rate in settings["choice"]["lr"] for rate in found["lr"])


def test_longer_training():
    longer_training.main(TINY)
    found = recorded("longer_training")
    assert list(found.results) == found.settings["losses"]
    for runs in found.results.values():
        for name in ("accuracy", "spikes", "steps"):
            assert [len(seeds) for seeds in runs[name]] == [1, 1]  # for each learning rate
        assert 0 <= runs["accuracy"][0][0] <= 1


def test_charging_first():
    charging_first.main([*TINY, "--epochs", "3"])
    results = recorded("charging_first").results
    arms = ("first", "bounded", "after")
    assert list(results) == [f"{code}, {arm}" for code in ("rate", "direct") for arm in arms]
    for code in ("rate", "direct"):
        first, bounded, after = (results[f"{code}, {arm}"] for arm in arms)
        assert bounded["dead"][0] < first["dead"][0]
        assert first["spikes"][0] < after["spikes"][0]
        assert 0 <= first["accuracy"][0] <= 1


def test_wanted_trains():
    wanted_trains.main(["--updates", "1", "40", "--seeds", "0"])
    results = recorded("wanted_trains").results
    assert list(results) == ["step by step", "τ = 1 ms", "τ = 10 ms", "τ = 30 ms"]
    for found in results.values():
        assert len(found["spikes"][0]) == 2
        assert found["within 0"][0][1] <= found["within 3"][0][1] <= 1
    assert results["step by step"]["spikes"][0][1] < results["τ = 30 ms"]["spikes"][0][1]


def test_sparing_spikes(monkeypatch):
    monkeypatch.setitem(sparing_spikes.SETTINGS, "charges", [0.0, 30.0])
    sparing_spikes.main([*TINY, "--epochs", "3"])
    results = recorded("sparing_spikes").results
    assert list(results) == ["0", "30", "bounded"]
    for found in results.values():
        assert 0 <= found["accuracy"][0] <= 1
        assert 0 <= found["dead"][0] <= 1
    assert results["30"]["spikes"][0] < results["0"]["spikes"][0]
    assert results["30"]["dead"][0] > results["0"]["dead"][0]


def test_the_arms_of_sparing_charge_the_hidden_layer():
    arms = sparing_spikes.penalties(sparing_spikes.SETTINGS)
    spikes = [torch.ones(4, 2, 3), torch.ones(4, 2, 5)]
    assert {arm: penalty(spikes).item() for arm, penalty in arms.items()} == pytest.approx(
        {"0": 0, "0.3": 1.2, "1": 4, "3": 12, "10": 40, "bounded": 4}
    )
    silent = [torch.zeros(4, 2, 3)]
    assert arms["bounded"](silent).item() == pytest.approx(10 * 0.1**2)


def test_energy_arm_by_arm(monkeypatch):
    monkeypatch.setitem(energy.SETTINGS, "hidden", 20)
    monkeypatch.setitem(energy.SETTINGS, "ordinary", energy.SETTINGS["ordinary"] | {"sizes": [8]})
    options = [*TINY, "--held-out", "50", "--epochs", "2", "--only"]
    energy.main([*options, "events"])
    energy.main([*options, "direct", "ordinary"])
    results = recorded("energy").results
    assert list(results) == ["events", "direct", "ordinary"]
    for bits in ("32", "8", "4"):
        (events,), (direct,) = (
            [run[bits] for run in results[name]] for name in ("events", "direct")
        )
        (ordinary,) = [run["8"][bits] for run in results["ordinary"]]
        assert list(ordinary) == ["whole"]
        assert events["whole"]["operations"]["macs"] == 0
        assert direct["whole"]["operations"]["macs"] > ordinary["whole"]["operations"]["macs"] > 0
        assert 1 <= direct["stopped"]["steps"] <= direct["whole"]["steps"] == 25
        for name, done in direct["stopped"]["operations"].items():
            assert done <= direct["whole"]["operations"][name]


def test_energy_of_pages():
    energy_of_pages.main(TINY)
    found = recorded("energy_of_pages")
    done = {name: run["operations"] for name, (run,) in found.results.items()}
    assert list(done) == list(energy_of_pages.NETWORKS)
    assert done["07"]["macs"] == done["08, rate"]["macs"] == done["08, latency"]["macs"] == 0
    assert done["08, latency"]["received"] < done["08, rate"]["received"]
    assert done["ordinary, as 16"]["additions"] == done["ordinary, as 16"]["updates"] == 0
    assert done["16"]["updates"] > 0
    assert done["16"]["parameters"] == done["ordinary, as 16"]["parameters"]


def test_digits_held_out_are_none_of_those_trained_on():
    digits, held_out, _ = energy.split({"samples": 100, "held_out": 50})
    given = mnist_mini()
    assert torch.equal(digits[0], given.train_images[:100].flatten(1))
    assert torch.equal(held_out[0], given.train_images[100:150].flatten(1))
    assert torch.equal(held_out[1], given.train_labels[100:150])


def test_a_digit_is_read_until_the_answer_leads_by_the_margin():
    outputs = torch.tensor([[[0.0, 0.1]], [[0.5, 0.0]], [[0.2, 2.0]], [[3.0, 0.0]]])
    scores = energy.highest(nn.Identity(), outputs)
    margins = (0.1, 0.4, 1.0, 9.0)
    assert [energy.steps_needed(scores, margin).item() for margin in margins] == [1, 2, 3, 4]
    labels = torch.tensor([1])
    assert [energy.right_at(scores, labels, margin) for margin in margins] == [1, 0, 1, 0]


def test_the_margin_is_the_smallest_that_loses_little():
    outputs = torch.tensor([[[0.4, 0.0], [0.0, 0.8]], [[0.0, 1.0], [0.0, 0.9]]])
    labels = torch.tensor([1, 1])
    margins = [0.3, 0.5, 2.0]
    assert energy.margin_of(outputs, labels, {"loss": 0.1, "margins": margins}) == 0.5
    assert energy.margin_of(outputs, labels, {"loss": 0.5, "margins": margins}) == 0.3
    assert energy.margin_of(outputs, labels, {"loss": 0.1, "margins": [0.3]}) == energy.WHOLE


def test_local_learning():
    local_learning.main(TINY)
    (run,) = recorded("local_learning").results["runs"]
    assert list(run["accuracy"]) == list(local_learning.SETTINGS["tuned"])
    assert max(run["accuracy"].values()) > 0.15


def test_pooling_orders(monkeypatch):
    kind = "LIF, then max, random ties"
    tiny = {
        "samples": 80,
        "epochs": 2,
        "seeds": [0],
        "kinds": {kind: pooling_orders.SETTINGS["kinds"][kind]},
    }
    for name, value in tiny.items():
        monkeypatch.setitem(pooling_orders.SETTINGS, name, value)
    pooling_orders.main([])
    (curve,) = recorded("pooling_orders").results[kind]
    assert len(curve) == 2
    assert all(0 < accuracy < 1 for accuracy in curve)


def test_alignment():
    alignment.main(["--samples", "64", "--probed", "10", "--seeds", "0"])
    found = recorded("alignment").results
    assert list(found) == list(alignment.SETTINGS["arms"])
    counts = {name: len(run["angles"]) for name, (run,) in found.items()}
    assert counts == {name: int(name != "last only") for name in found}  # one update: before it
    fits = {name: [len(each) for each in run["fits"]] for name, (run,) in found.items()}
    assert fits == {name: [2, 2] if "FA" in name.replace("DFA", "") else [0, 0] for name in found}
    assert found["FA"][0]["angles"] == found["FA, drawn anew"][0]["angles"]
    assert found["OTTT"][0]["angles"][0] < 60 < found["FA"][0]["angles"][0]


def test_deep_local():
    sizes = ["--samples", "40", "--held-out", "10", "--epochs", "1", "--depth", "2"]
    rates = ["--rates", "0.003", "--rates-of-frozen", "0.01", "--scales", "10", "--seeds", "0"]
    deep_local.main(sizes + rates)
    found = recorded("deep_local").results
    assert {name: len(runs[0]) for name, runs in found["accuracy"].items()} == {
        "local 2": 2,
        "local + readouts 2": 2,
        "together 2": 2,
        "together + readouts 2": 2,
        "frozen 2": 2,
        "BPTT 1": 1,
        "BPTT + readouts 1": 1,
        "BPTT 2": 2,
        "BPTT + readouts 2": 2,
    }
    assert all(len(tried) == 1 for tried in found["tuning"].values())


@pytest.mark.parametrize(
    ("arm", "learns"),
    [
        ("BPTT", (True, False)),
        ("local", (True, False)),
        ("local + readouts", (True, True)),
        ("together", (True, False)),
        ("frozen", (False, True)),
    ],
)
def test_what_learns_in_an_arm(arm, learns):
    network = deep_local.stack_for(arm, 2, 10.0, deep_local.SETTINGS, torch.Generator())
    asked = {name: each.requires_grad for name, each in network.named_parameters()}
    assert {asked[name] for name in asked if name.startswith("layers")} == {learns[0]}
    assert {asked[name] for name in asked if name.startswith("readouts")} == {learns[1]}


def test_twelve_layers(monkeypatch):
    arms = {"one layer, wide": 1, "to stream, wide": 12}
    for name, value in {"samples": 80, "epochs": 1, "seeds": [0], "arms": arms}.items():
        monkeypatch.setitem(twelve_layers.SETTINGS, name, value)
    streams = {name: kind for name, kind in twelve_layers.KINDS.items() if "to stream" in name}
    monkeypatch.setattr(twelve_layers, "KINDS", streams)
    twelve_layers.main([])
    found = recorded("twelve_layers").results
    (shares,) = found["untrained"]["to stream"]
    assert len(shares) == 12
    assert min(shares) > 0.5
    for name, depth in arms.items():
        (run,) = found["trained"][name]
        assert len(run["accuracy"]) == 1
        assert len(run["layers"]) == depth


def test_covered_digits(monkeypatch):
    monkeypatch.setitem(covered_digits.SETTINGS, "dense_epochs", 1)
    covered_digits.main(["--samples", "320", "--epochs", "1", "--digits", "4", "--seeds", "0"])
    results = recorded("covered_digits").results
    assert set(map(len, results["broken"].values())) == {1}
    best = max(shares for name, (shares,) in results["broken"].items() if name != "any")
    assert results["broken"]["any"][0] >= best
    assert len(results["dense"]) == len(results["accuracy"]) == 1


def test_a_cover_hides_its_square_and_no_more():
    image = torch.rand(1, 28, 28) + 0.1
    hidden = (covered_digits.covered(image) == 0).float()
    assert hidden.sum((1, 2, 3)).tolist() == [49] * 64
    assert hidden[0, 0, :7, :7].all()
    assert hidden[63, 0, 21:, 21:].all()
    gone = image - covered_digits.covered(image)
    sums = covered_digits.in_squares(image[None])[0]
    torch.testing.assert_close(gone.sum((1, 2, 3)), sums)


def test_learning_rules_choose_first(monkeypatch):
    choice = learning_rules.SETTINGS["choice"]
    monkeypatch.setitem(choice, "held_out", 100)
    monkeypatch.setitem(choice["tried"], "ottt", [{"lr": 1e-6}, {"lr": 3e-3}])
    options = [*TINY, "--hidden", "20", "--rules"]
    with pytest.raises(SystemExit):
        learning_rules.main([*options, "ottt"])
    learning_rules.main([*options, "ottt", "--validate"])
    learning_rules.main([*options, "ottt", "untrained"])
    rules = recorded("learning_rules").results["rules"]
    chosen = rules["ottt"]["held_out"].index(max(rules["ottt"]["held_out"]))
    assert rules["ottt"]["settings"] == choice["tried"]["ottt"][chosen]
    assert len(rules["ottt"]["accuracy"]) == len(rules["untrained"]["accuracy"]) == 1
    assert -1 <= rules["ottt"]["before"][0] <= 1


def test_slow_digits_leave_the_rules_as_they_are(monkeypatch):
    slow = {"samples": 64, "hidden": 10, "epochs": 2, "seeds": [0]}
    monkeypatch.setitem(learning_rules.SETTINGS, "slow", learning_rules.SETTINGS["slow"] | slow)
    learning_rules.main(["--rules", "untrained"])
    learning_rules.main(["--slow"])
    results = recorded("learning_rules").results
    assert list(results["rules"]) == ["untrained"]
    assert set(results["slow"]["ottt"]) == {"10", "30"}


@pytest.mark.parametrize("rule", ["rtrl", "eprop"])
def test_early_errors_are_the_gradients_of_the_traces(rule):
    generator = torch.Generator().manual_seed(0)
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(20, 15), LIF(), nn.Linear(15, 4), LIF()).double()
    nn.init.uniform_(network[2].weight, 0.0, 0.5)  # so that the outputs spike
    inputs = (torch.rand(10, 6, 20, generator=generator) < 0.5).double()
    labels = torch.arange(6) % 4
    found = []
    for make in (learner_for, learning_rules.quick_learner):
        network.zero_grad()
        make(rule, network).run(inputs, labels)
        found.append(network[0].weight.grad.clone())
    assert found[0].abs().max() > 1e-3
    assert torch.allclose(*found, rtol=0, atol=1e-10)


def test_event_digits_run_by_run(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    counts = torch.randint(0, 3, (40, 12, 2, 34, 34), generator=generator).half()
    data = {"genuine": (counts, torch.arange(40) % 10)}
    monkeypatch.setattr(event_digits, "load", lambda fold: (data, data))
    runs = [
        event_digits.run_of(["genuine", 2]),
        event_digits.run_of(["genuine", 1], view="summed once"),
    ]
    monkeypatch.setitem(event_digits.SETTINGS, "runs", runs)
    monkeypatch.setitem(event_digits.SETTINGS, "kept", 1)
    event_digits.main(["--only", "genuine", "--seeds", "1"])
    event_digits.main(["--seeds", "0", "1"])
    results = recorded("event_digits").results
    assert {name: [run["seed"] for run in kept] for name, kept in results.items()} == {
        "genuine": [0, 1],
        "genuine, summed once": [0, 1],
    }
    run = results["genuine"][0]
    assert len(run["train"]) == 1
    assert set(run["test"]) == {"genuine", "exchanged", "shuffled"}


def test_the_learning_rate_goes_through_one_cycle_whatever_else_follows_an_update():
    data = mini_digits(100)
    network = nn.Sequential(nn.Linear(784, 10), LIF())
    seen = []
    settings = {"epochs": 2, "batch_size": 40, "lr": 0.5}
    history = fit_one_cycle(
        network,
        (*data[0], *data[1]),
        settings,
        torch.Generator().manual_seed(0),
        lr=0.01,
        also=lambda: seen.append(network[0].weight.detach().clone()),
        encode=lambda images: images.expand(3, -1, -1),
        progress=False,
    )
    assert len(history.test_accuracy) == 2
    assert len(seen) == 2 * 3  # updates
    steps = [(after - before).abs().max() for before, after in pairwise(seen)]
    assert max(steps) < 0.02  # Adam moves a weight by about the rate
    assert steps[-1] < 0.1 * max(steps)
