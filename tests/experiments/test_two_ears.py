"""The experiment of two ears: a tiny run, its parts, and what its record holds."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

import experiments.two_ears as experiment
from snn_core.tasks import TwoEars
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.two_ears import (
    DIRECTIONS,
    made_up_for,
    shared_out,
    two_ears_network,
)
from snn_core.training import seed_torch


def network_with(delays):
    """Return an untrained network all of whose left and right fibres have these delays in ms."""
    task = TwoEars()
    network = two_ears_network(task)
    with torch.no_grad():
        network[0].delay.copy_(torch.tensor(delays).repeat_interleave(10)[:, None])
    return network.eval(), task


def test_a_tiny_run_adds_its_arms_to_the_record(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    for name in ("kept", "looks"):
        monkeypatch.setitem(experiment.SETTINGS, name, 1)
    monkeypatch.setitem(experiment.SETTINGS, "batch_size", 10)
    tiny = ["--epochs=2", "--samples=20", "--tests=24", "--measured=12", "--seeds", "4"]
    experiment.main([*tiny, "--arms", "jitter 0.1"])
    experiment.main([*tiny, "--arms", "no delays"])
    found = recorded("two_ears").results
    assert list(found) == ["jitter 0.1", "no delays"]
    (run,) = found["jitter 0.1"]
    assert run["seed"] == 4
    assert len(run["course"]) == 2
    assert run["accuracy"] == run["course"][-1]
    assert 0 < run["errors"]["limit"] < 3
    assert found["no delays"][0]["made up for"] == [0] * 24
    assert found["no delays"][0]["correlation"] is None


@pytest.mark.parametrize("kind", ["row", "random"])
def test_all_fibres_of_an_ear_wait_alike_and_stay(kind):
    ears = TwoEars()
    network = two_ears_network(ears, alike=kind, generator=seed_torch(0), learn=False)
    waits = network[0].delay.unflatten(1, (2, ears.fibres))
    assert torch.equal(waits, waits[:, :, :1].expand_as(waits))
    assert not any(name.endswith("delay") for name, _ in network.named_parameters())
    spread = made_up_for(network)
    if kind == "row":
        assert torch.allclose(spread, torch.linspace(-0.765, 0.765, 24), atol=0.026)
    else:
        assert spread.unique().numel() > 10


def test_a_sector_reaches_half_way_to_its_neighbours():
    direction = torch.tensor([-90.0, -75.1, -74.9, 0.1, 90.0])
    assert experiment.sector(direction).tolist() == [0, 0, 1, 6, 11]


def test_a_direction_is_shared_out_so_that_the_mean_gives_it_back():
    direction = torch.linspace(-82.5, 82.5, 200)
    shares = shared_out(direction)
    assert torch.allclose(shares.sum(1), torch.ones(200), atol=1e-5)
    assert torch.allclose(shares @ DIRECTIONS, direction, atol=1e-4)
    assert torch.equal(shared_out(DIRECTIONS), torch.eye(12))


def test_the_loss_is_least_where_the_scores_give_the_shares():
    shares = shared_out(torch.tensor([10.0, -70.0]))
    steps = (shares + 1e-9).log().expand(4, 2, 12) / 4
    least = experiment.scores_loss(steps, shares)
    assert least.item() == pytest.approx(-(shares * (shares + 1e-9).log()).sum(1).mean().item())
    assert experiment.scores_loss(1.2 * steps, shares) > least
    assert cross_entropy(steps.sum(0), shares) == least


def test_detectors_fire_most_for_the_difference_that_their_delays_make_up_for():
    """The right ear's fibres wait 0.4 ms longer: the sound comes from the right."""
    network, task = network_with([0.3, 0.7])
    assert torch.allclose(made_up_for(network), torch.tensor(0.4), atol=1e-5)
    settings = {"looked_at": 37, "looks": 4, "awake": 3.0}
    found = experiment.tuning(network, task, 0, settings)
    assert found["preferred"] == pytest.approx([0.4] * 24, abs=0.07)


def test_delays_become_narrow_by_the_last_third():
    network = two_ears_network(TwoEars())
    settings = {"epochs": 3, "samples": 100, "batch_size": 10, "widths": [0.2, 0.05]}
    narrow = experiment.Narrowing(network, settings)
    widths = [network[0].width]
    for _ in range(30):
        narrow()
        widths.append(network[0].width)
    assert widths[0] == 0.2
    assert widths[10] == pytest.approx(0.1)
    assert widths[20:] == pytest.approx([0.05] * 11)


def test_another_right_ear_tells_no_direction():
    """A network that reads the direction from two detectors is at chance when an ear is swapped."""
    network, task = network_with([0.5, 0.5])
    direction, labels = experiment.trials(24)
    assert labels.bincount().tolist() == [2] * 12
    assert direction.unique().tolist() == pytest.approx(DIRECTIONS.tolist())
    before = task.inputs(direction, generator=seed_torch(1))
    mixed = experiment.with_another_right_ear(before, task, seed_torch(2))
    assert torch.equal(mixed[..., :10], before[..., :10])
    assert not torch.equal(mixed[..., 10:], before[..., 10:])
    assert mixed[..., 10:].sum() == before[..., 10:].sum()


def test_a_correlation_is_that_of_numpy_and_none_without_a_spread():
    first, second = torch.randn(2, 30, generator=seed_torch(0))
    expected = np.corrcoef(first.numpy(), second.numpy())[0, 1]
    assert experiment.correlation(first, second) == pytest.approx(expected, abs=1e-5)
    assert experiment.correlation(first, torch.ones(30)) is None
    assert experiment.correlation(first[:1], second[:1]) is None


def over_seeds(arm, *names):
    """Return a value of every run of an arm of the record."""
    runs = recorded("two_ears").results[arm]
    assert [run["seed"] for run in runs] == experiment.SETTINGS["seeds"]
    for name in names:
        runs = [run[name] for run in runs]
    return runs


def test_the_record_reaches_its_bars_and_the_controls_do_not():
    assert min(over_seeds("jitter 0.1", "accuracy")) > 0.9
    assert min(over_seeds("jitter 0.1", "correlation")) > 0.98
    for arm in ("no delays", "random delays"):
        assert max(over_seeds(arm, "accuracy")) < 0.25
    louder = over_seeds("random delays, louder", "accuracy")  # the detectors fire again
    assert 0.6 < min(louder) < max(louder) < 0.85
    for arm in ("random ears", "row by hand"):  # here the fibres of an ear wait alike
        assert min(over_seeds(arm, "accuracy")) > 0.85
    for arm in recorded("two_ears").results:
        assert max(over_seeds(arm, "one ear shuffled")) < 0.1
        for run in over_seeds(arm):
            last = run["course"][-experiment.SETTINGS["kept"] :]
            assert run["accuracy"] == pytest.approx(sum(last) / len(last), abs=1e-4)


def test_in_the_record_only_the_likeliest_direction_is_near_the_limit():
    for arm in recorded("two_ears").results:
        for errors in over_seeds(arm, "errors"):
            assert 0.97 < errors["likeliest"] / errors["limit"] < 1.1
            assert errors["network"] > 1.5 * errors["limit"]


def test_the_limit_of_the_record_is_the_mean_square_over_directions_written_out():
    """1/cos² has the mean tan(60°) / 60° over directions up to 60 degrees."""
    mean = np.tan(np.pi / 3) / (np.pi / 3)
    for limit in (errors["limit"] for errors in over_seeds("jitter 0.2", "errors")):
        ahead = np.rad2deg(0.2 * np.sqrt(2 / 160) / (3 * 87.5 / 343))
        assert limit == pytest.approx(ahead * np.sqrt(mean), rel=0.03)
