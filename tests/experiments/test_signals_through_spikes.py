"""The experiments of page 23 on patterns and digits: what they run, and what their records say."""

import numpy as np
import pytest
import torch

from experiments import following_a_signal, generated_pattern, spiking_autoencoder
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.code_length import LinearCode
from snn_core.teaching.studies.generated_pattern import curves, explained

ARMS = generated_pattern.SETTINGS["arms"]
CODES = [spiking_autoencoder.name_of(*code) for code in spiking_autoencoder.SETTINGS["codes"]]


def patterns(arm="learnt"):
    return recorded("generated_pattern").results[arm]


def digits(code):
    return recorded("spiking_autoencoder").results[code]


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_has_every_seed(arm):
    assert [run["seed"] for run in patterns(arm)] == generated_pattern.SETTINGS["seeds"]


def test_a_generated_second_explains_nine_tenths_of_the_variance_with_each_seed():
    for run in patterns():
        assert run["explained"][0] >= 0.9


@pytest.mark.parametrize("arm", ["frozen", "none", "no adaptation", "neither"])
def test_without_learnt_recurrence_or_adaptation_less_is_explained(arm):
    for learnt, control in zip(patterns(), patterns(arm), strict=True):
        assert control["explained"][0] < learnt["explained"][0] - 0.1


def test_of_the_next_second_little_is_explained():
    assert all(run["later"][1][0] < 0.2 for run in patterns())


def test_nothing_is_drawn_without_a_cue():
    assert all(run["without a cue"][0] < 0.2 for run in patterns())


def test_the_pictures_are_drawings_of_the_curves():
    shown = patterns()[0]["pictures"]
    drawn = torch.tensor(shown["drawn"]).T
    assert explained(drawn, curves()[:, shown["cue"]]).mean() > 0.85
    steps, neurons = np.array(shown["spikes"]).T
    assert steps.max() < 210
    assert neurons.max() < generated_pattern.SETTINGS["neurons"]


def test_a_small_pattern_runs_from_end_to_end(monkeypatch):
    written = {}
    monkeypatch.setattr(
        generated_pattern, "add_run", lambda name, settings, arm, run: written.update({arm: run})
    )
    small = {"neurons": 10, "updates": 2, "tests": 4, "seeds": [0]}
    monkeypatch.setattr(generated_pattern, "SETTINGS", generated_pattern.SETTINGS | small)
    generated_pattern.main([])
    assert list(written) == list(ARMS)
    assert len(written["learnt"]["later"]) == 3
    assert "later" not in written["none"]


@pytest.mark.parametrize("code", CODES)
def test_spikes_beat_components_that_take_as_many_bits(code):
    assert [run["seed"] for run in digits(code)] == spiking_autoencoder.SETTINGS["seeds"]
    for run in digits(code):
        assert run["spikes"] <= 100
        assert run["linear"]["bits"] >= run["bits"] - 0.01
        assert run["error"] < run["linear"]["error"]
        assert run["bits"] < run["place_bits"]
        assert run["control"]["bits"] >= run["bits"] - 0.01
        assert run["control"]["error"] < run["linear"]["error"]


def test_no_digit_of_the_code_that_is_shown_takes_more_than_a_hundred_spikes():
    shown = spiking_autoencoder.name_of(*spiking_autoencoder.SETTINGS["drawn"])
    assert all(run["most"] <= 100 for run in digits(shown))


def test_the_linear_code_of_the_record_is_that_of_the_bundled_digits():
    training, _, test, _ = flat_digits()
    linear = LinearCode(training)
    steps = spiking_autoencoder.SETTINGS["linear_steps"]
    points = recorded("spiking_autoencoder").results["linear"]
    assert len(points) == len(steps)
    for place in (2, 7):
        assert np.allclose(linear.measure(test, steps[place]), points[place], atol=0.01)


def test_shown_digits_are_those_of_the_test_and_their_trains_are_counted():
    run = digits(spiking_autoencoder.name_of(*spiking_autoencoder.SETTINGS["drawn"]))[0]
    test = flat_digits()[2][spiking_autoencoder.SETTINGS["shown"]]
    assert np.array_equal(run["images"], (255 * test).round())
    trains = np.array(run["trains"])
    assert trains.shape == (4, 8, 24)
    assert trains.sum((1, 2)).max() <= run["most"]
    errors = {
        name: np.square((np.array(run[name]) - run["images"]) / 255.0).mean()
        for name in ("copies", "linear_copies")
    }
    assert errors["copies"] < 0.05
    assert errors["linear_copies"] < 0.05
    learnt = np.array(run["control"]["copies"])
    assert np.square((learnt - run["images"]) / 255.0).mean() < errors["linear_copies"]


def test_small_codes_run_from_end_to_end(monkeypatch):
    small = {"codes": [[3, 0.05], [4, 0.05]], "drawn": [4, 0.05], "epochs": 1, "seeds": [0]}
    small |= {"control_components": 20}
    written = []
    few = [each[:60] for each in spiking_autoencoder.digits(validate=True)]
    monkeypatch.setattr(spiking_autoencoder, "SETTINGS", spiking_autoencoder.SETTINGS | small)
    monkeypatch.setattr(spiking_autoencoder, "digits", lambda validate: tuple(few))
    monkeypatch.setattr(spiking_autoencoder, "record", lambda *each: written.append(each[2]))
    spiking_autoencoder.main([])
    codes = ["3 neurons, charge 0.05", "4 neurons, charge 0.05"]
    assert list(written[0]) == ["linear", *codes]
    controls = [written[0][code][0]["control"] for code in codes]
    assert ["copies" in control for control in controls] == [False, True]


def test_the_record_of_followed_curves_has_every_arm_and_seed():
    settings = following_a_signal.SETTINGS
    results = recorded("following_a_signal").results
    arms = {"least squares", *settings["lr"]} - {"spikes"}
    groups = [results["populations"], results["spiking output"]]
    for sizes in results["decoders"].values():
        groups += sizes.values()
        assert all(set(runs) == arms for runs in sizes.values())
    for sizes in results["steepness"].values():
        groups += sizes.values()
        assert all(list(runs) == ["1", "1.5", "2", "3", "5"] for runs in sizes.values())
    for runs in (runs for group in groups for runs in group.values()):
        assert [run["seed"] for run in runs] == settings["seeds"]
    assert set(results["populations"]) == set(following_a_signal.POPULATIONS)


def test_the_first_populations_of_the_record_are_found_again():
    settings = following_a_signal.SETTINGS | {"sizes": [1, 4]}
    recorded_runs = recorded("following_a_signal").results["populations"]
    for kind in following_a_signal.POPULATIONS:
        found = following_a_signal.population_errors(kind, 0, settings)["errors"]
        assert np.allclose(found, recorded_runs[kind][0]["errors"][:2], rtol=0.05)


def test_few_curves_are_followed_from_end_to_end(monkeypatch):
    small = {"sizes": [1, 2], "neurons": [4, 5], "targets": ["square"], "curves": 2, "epochs": 1}
    small |= {"steps": [0.2], "seeds": [0]}
    written = []
    monkeypatch.setattr(following_a_signal, "SETTINGS", following_a_signal.SETTINGS | small)
    monkeypatch.setattr(following_a_signal, "record", lambda *each: written.append(each[2]))
    following_a_signal.main([])
    steep = written[0]["steepness"]["square"]["4"]
    assert steep["5"][0]["rate"] > 3 * steep["1"][0]["rate"]
    assert steep["1"] == written[0]["decoders"]["square"]["4"]["least squares"]
    assert set(written[0]["spiking output"]["0.2"][0]["solved"]) == {"sines", "walks", "pulses"}


def test_validation_looks_at_no_test_digit():
    training, held_out = spiking_autoencoder.digits(validate=True)
    assert torch.equal(torch.cat([training, held_out]), flat_digits()[0])
