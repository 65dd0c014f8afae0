"""Exercises check themselves: the stub is not attempted, the solution is correct, plausible wrong answers are not."""

import ast
import re
import warnings

import numpy as np
import pytest
import torch

from snn_core.teaching.exercises import Case, check_function, check_value
from tests.pages import PAGES, code, prose, tagged

# One or more plausible wrong answers to each exercise, and what the reader is told.
WRONG = {
    "01_spike_encoding": [
        [("steps_needed = 75", "square root")],
        [
            ("def intensity_from_step(step, steps):\n    return 1 - step / steps", "T - 1 intervals"),
            ("def intensity_from_step(step, steps):\n    return step / (steps - 1)", "brightest"),
            ("def intensity_from_step(step, steps):\n    return 1 - step / 10", "number of steps that is given"),
        ],
        [
            ("def phase_code(x, steps):\n    return [int(x * 2**steps) >> k & 1 for k in range(steps)]", "worth 1/2"),
            (
                "def phase_code(x, steps):\n"
                "    return [int(b) for b in format(min(round(x * 2**steps + 0.5), 2**steps - 1), f'0{steps}b')]",
                "expected",
            ),
        ],
    ],
    "02_lif_neuron": [
        [("beta_of_paper = np.exp(-20 / 2)", "dt is on top"), ("beta_of_paper = 1 - 2 / 20", "Euler's")],
        [
            (
                "def steps_to_first_spike(drive, beta, threshold=1.0):\n"
                "    return np.log(1 - threshold / drive) / np.log(beta)",
                "first whole step",
            ),
            (
                "def steps_to_first_spike(drive, beta, threshold=1.0):\n"
                "    if drive <= threshold:\n        return np.inf\n"
                "    return np.ceil(np.log(1 - threshold / drive) / np.log(beta))",
                "at the threshold is no spike",
            ),
            (
                "def steps_to_first_spike(drive, beta, threshold=1.0):\n"
                "    if drive <= 1:\n        return np.inf\n"
                "    return int(np.floor(np.log(1 - 1 / drive) / np.log(beta))) + 1",
                "argument threshold",
            ),
            (
                "def steps_to_first_spike(drive, beta, threshold=1.0):\n"
                "    return int(np.log(1 - threshold / drive) / np.log(beta)) + 1",
                "ValueError|never gets",
            ),
        ],
        [
            (
                "def step_with_undershoot(current, state, beta):\n"
                "    u = beta * state + current\n"
                "    return (-0.5 if u > 1 else u), int(u > 1), (-0.5 if u > 1 else u)",
                "after the input|before the reset",
            ),
            (
                "def step_with_undershoot(current, state, beta):\n"
                "    u = beta * state + current\n"
                "    return u, int(u > 1), u - 1.5 * (u > 1)",
                "however high",
            ),
            (
                "def step_with_undershoot(current, state, beta):\n"
                "    u = beta * state + current\n"
                "    return u, int(u >= 1), -0.5 if u >= 1 else u",
                "Exactly at the threshold",
            ),
        ],
    ],
    "04_layers_and_readouts": [
        [("equal_at = 0.1", "both terms"), ("equal_at = 1 - np.exp(-1 / 10)", "both terms")],
        [
            ("def first_spike_winner(spikes, membrane):\n    return predict(first_spike(spikes))", "decides between"),
            ("def first_spike_winner(spikes, membrane):\n    return predict(max_membrane(membrane))", "must not count"),
            ("def first_spike_winner(spikes, membrane):\n    return predict(spike_count(spikes))", "decides between"),
            (
                "def first_spike_winner(spikes, membrane):\n"
                "    first = first_spike(spikes)\n"
                "    tied = first == first.max(1, keepdim=True).values\n"
                "    return predict(torch.where(tied, membrane.amax(0), -torch.inf))",
                "of a later step",
            ),
            (
                "def first_spike_winner(spikes, membrane):\n"
                "    step = spikes.sum((1, 2)).nonzero()[0, 0]\n"
                "    return predict(torch.where(spikes[step] > 0, membrane[step], -torch.inf))",
                "its own first step",
            ),
        ],
    ],
    "06_backprop_through_time": [
        [
            (
                "def integrator_backward(direct, beta):\n"
                "    return [own * beta ** (len(direct) - 1 - t) for t, own in enumerate(direct)]",
                "go backwards",
            ),
            (
                "def integrator_backward(direct, beta):\n"
                "    return [sum(direct) * beta ** (len(direct) - 1 - t) for t in range(len(direct))]",
                "is added",
            ),
        ],
        [
            ("def steps_of_credit(tau, dt, share):\n    return tau / dt * np.log(1 / share)", "next whole number"),
            ("def steps_of_credit(tau, dt, share):\n    return int(tau * np.log(1 / share)) + 1", "five times"),
            ("def steps_of_credit(tau, dt, share):\n    return int(tau / dt * np.log(100)) + 1", "need not be 1 %"),
        ],
    ],
    "03_neuron_models": [
        [
            (
                "def peak_delay(tau_mem, tau_syn):\n"
                "    return tau_mem * tau_syn / (tau_mem - tau_syn) * np.log10(tau_mem / tau_syn)",
                "natural",
            ),
            (
                "def peak_delay(tau_mem, tau_syn):\n"
                "    return tau_mem * tau_syn / (tau_mem - tau_syn) * np.log(tau_mem / tau_syn)",
                "ZeroDivisionError|equal time constants",
            ),
            (
                "def peak_delay(tau_mem, tau_syn):\n"
                "    return tau_mem * tau_syn / abs(tau_mem - tau_syn) * np.log(tau_mem / tau_syn)",
                "change places",
            ),
        ],
        [
            (
                "def adaptive_by_hand(current, v, a, beta=0.5, rho=0.9, strength=0.5):\n"
                "    u = beta * v + current\n"
                "    z = int(u > 1)\n"
                "    return u, z, u - z, rho * a + z",
                "threshold is 1",
            ),
            (
                "def adaptive_by_hand(current, v, a, beta=0.5, rho=0.9, strength=0.5):\n"
                "    u = beta * v + current\n"
                "    z = int(u > 1 + strength * a)\n"
                "    return u, z, u - z, rho * a + z",
                "raised threshold",
            ),
        ],
    ],
    "12_bptt_meets_stdp": [
        [
            (
                "def predicted_change(lag, tau_mem, distance, k, error):\n"
                "    return error / (1 + k * abs(distance)) ** 2 * np.exp(-abs(lag) / tau_mem)",
                "leaves no trace",
            ),
            (
                "def predicted_change(lag, tau_mem, distance, k, error):\n"
                "    return (lag >= 0) / (1 + k * abs(distance)) ** 2 * np.exp(-lag / tau_mem)",
                "gives the sign",
            ),
            (
                "def predicted_change(lag, tau_mem, distance, k, error):\n"
                "    return error * (lag >= 0) * np.exp(-lag / tau_mem)",
                "times s",
            ),
            (
                "def predicted_change(lag, tau_mem, distance, k, error):\n"
                "    return error * (lag > 0) / (1 + k * abs(distance)) ** 2 * np.exp(-lag / tau_mem)",
                "lag 0",
            ),
        ],
        [
            (
                "def resume_step_by_step(pre, actual, wanted, beta):\n"
                "    trace, change = 0.0, 0.0\n"
                "    for x, z, goal in zip(pre, actual, wanted):\n"
                "        change, trace = change + (goal - z) * trace, beta * trace + x\n"
                "    return change",
                "first, then read",
            ),
            (
                "def resume_step_by_step(pre, actual, wanted, beta):\n"
                "    trace, change = 0.0, 0.0\n"
                "    for x, z, goal in zip(pre, actual, wanted):\n"
                "        trace = beta * trace + x\n"
                "        change += goal * trace\n"
                "    return change",
                "anted minus actual",
            ),
            (
                "def resume_step_by_step(pre, actual, wanted, beta):\n"
                "    trace, change = 0.0, 0.0\n"
                "    for x, z, goal in zip(pre, actual, wanted):\n"
                "        trace = beta * trace + x\n"
                "        change += trace if goal else -z * trace\n"
                "    return change",
                "right spike changes nothing",
            ),
            (
                "def resume_step_by_step(pre, actual, wanted, beta):\n"
                "    trace, change = 0.0, 0.0\n"
                "    for x, z, goal in zip(pre, actual, wanted):\n"
                "        trace = 1 if x else beta * trace\n"
                "        change += (goal - z) * trace\n"
                "    return change",
                "every input adds 1",
            ),
        ],
    ],
    "14_local_learning": [
        [
            (
                "def one_synapse(inputs, signals, slopes, beta):\n"
                "    return sum(x * s * p for x, s, p in zip(inputs, signals, slopes))",
                "decayed twice",
            ),
            (
                "def one_synapse(inputs, signals, slopes, beta):\n    trace = gradient = 0.0\n"
                "    for x, s, p in zip(inputs, signals, slopes):\n"
                "        gradient += s * p * trace\n        trace = beta * trace + x\n    return gradient",
                "decayed twice|own step",
            ),
            (
                "def one_synapse(inputs, signals, slopes, beta):\n    trace = 0.0\n"
                "    for x, s, p in zip(inputs, signals, slopes):\n"
                "        trace = beta * trace + x\n        last = s * p * trace if s else 0\n"
                "    return s * p * trace",
                "own step|every step",
            ),
            (
                "def one_synapse(inputs, signals, slopes, beta):\n    trace = gradient = 0.0\n"
                "    for x, s, p in zip(inputs, signals, slopes):\n"
                "        trace = beta * trace + p * x\n        gradient += s * trace\n    return gradient",
                "signal times slope times trace",
            ),
        ],
        [
            (
                "def fixed_numbers(sizes, direct):\n    return sum(a * b for a, b in zip(sizes, sizes[1:]))",
                "skip the first",
            ),
            (
                "def fixed_numbers(sizes, direct):\n    return sum(a * b for a, b in zip(sizes[1:], sizes[2:]))",
                "straight from the classes",
            ),
            ("def fixed_numbers(sizes, direct):\n    return sizes[-2] * sizes[-1]", "between each two"),
        ],
    ],
    "05_surrogate_gradients": [
        [("slope_factor = 4 / 10", "area"), ("slope_factor = 10", "4/k"), ("slope_factor = 1", "area")],
        [
            ("def leaky_triangle(x, k, floor):\n    return (1 - k * x).clamp(min=floor)", "both sides"),
            ("def leaky_triangle(x, k, floor):\n    return (1 - k * x.abs()).clamp(min=0)", "floor"),
            ("def leaky_triangle(x, k, floor):\n    return (1 - k * x.abs()).clamp(min=0) + floor", "floor"),
        ],
    ],
    "07_first_trained_network": [
        [("expected_loss = 0.0", "equal"), ("expected_loss = np.log(2)", "equal")],
        [
            ("def share_silent(spikes):\n    return (spikes == 0).float().mean().item()", "never"),
            ("def share_silent(spikes):\n    return (spikes.sum(0) == 0).float().mean().item()", "any sample"),
        ],
    ],
    "10_unsupervised_digits": [
        [("turning_lag = 0.18 / 0.05", "equal to the weight"), ("turning_lag = 5 * np.log10(0.18 / 0.05)", "natural")],
        [
            (
                "def answer_of(counts, names, classes):\n"
                "    sums = [sum(n for n, name in zip(counts, names) if name == c) for c in range(classes)]\n"
                "    return sums.index(max(sums))",
                "not the sum",
            ),
            (
                "def answer_of(counts, names, classes):\n"
                "    of = [[n for n, name in zip(counts, names) if name == c and n > 0] for c in range(classes)]\n"
                "    means = [sum(m) / max(len(m), 1) for m in of]\n"
                "    return means.index(max(means))",
                "silent",
            ),
            ("def answer_of(counts, names, classes):\n    return names[counts.index(max(counts))]", "without a name"),
            (
                "def answer_of(counts, names, classes):\n"
                "    counts, names = np.array(counts), np.array(names)\n"
                "    return np.argmax([counts[names == c].sum() / (names == c).sum() for c in range(classes)])",
                "without a neuron",
            ),
        ],
    ],
    "15_one_task_every_rule": [
        [
            (
                "def steps_that_pay(inputs, hidden, outputs):\n"
                "    return -(-inputs * hidden // (inputs + hidden + outputs))",
                "2 hidden",
            ),
            (
                "def steps_that_pay(inputs, hidden, outputs):\n"
                "    return -(-inputs * hidden // (inputs + 2 * hidden + 2 * outputs))",
                "not equal",
            ),
        ],
        [
            (
                "def signal_by_signs(error, weight):\n    return (error @ weight).sign()",
                "sign of each weight",
            ),
            (
                "def signal_by_signs(error, weight):\n    return error @ weight.sign()",
                "scale the matrix",
            ),
            (
                "def signal_by_signs(error, weight):\n"
                "    signs = torch.where(weight >= 0, 1.0, -1.0)\n"
                "    return error @ signs * (weight.norm() / signs.norm())",
                "sign of 0",
            ),
        ],
    ],
    "08_codes_and_losses": [
        [("expected = (5 / 20) ** 2", "all four"), ("expected = 25 / 4", "share")],
        [
            (
                "def distances(lag, tau):\n    return 1 - np.exp(-lag / tau), 1 + np.exp(-lag / tau)",
                "times the sum",
            ),
            (
                "def distances(lag, tau):\n    alone = 1 / tau / (1 - np.exp(-2 / tau))\n"
                "    return 2 * alone * (1 - np.exp(-lag / tau)), 2 * alone",
                "overlap",
            ),
            (
                "def distances(lag, tau):\n    beta = np.exp(-1 / tau)\n    alone = 1 / tau / (1 - beta**2)\n"
                "    return (2 * alone * (1 - beta**lag)) ** 0.5, (2 * alone * (1 + beta**lag)) ** 0.5",
                "no root",
            ),
            (
                "def distances(lag, tau):\n    beta = np.exp(-1 / 10)\n    alone = 1 / 10 / (1 - beta**2)\n"
                "    return 2 * alone * (1 - beta**lag), 2 * alone * (1 + beta**lag)",
                "Use tau",
            ),
        ],
    ],
    "09_stdp": [
        [
            ("def nearest_step(spike, trace, alpha):\n    return alpha * trace + spike", "does not add"),
            ("def nearest_step(spike, trace, alpha):\n    return 1.0 if spike else trace", "decays by alpha"),
            ("def nearest_step(spike, trace, alpha):\n    return 1.0 if spike else (1 - alpha) * trace", "decays"),
        ],
        [
            ("def resting_weight(up, down, mu):\n    return up / (up + down)", "mu-th root"),
            ("def resting_weight(up, down, mu):\n    return 1 / (1 + (up / down) ** (1 / mu))", "Solve up"),
        ],
        [
            ("turning_rate = 7.1e-3 * 33.7 / (6.5e-3 * 16.8 * 114)", "ms and s"),
            ("turning_rate = 1092", "Potentiation"),
            ("turning_rate = 19.6", "its own step"),
        ],
    ],
    "11_three_factor_learning": [
        [
            (
                "def rewarded_change(lag, delay, tau_e, success):\n    return success * math.exp(-delay / tau_e)",
                "STDP window",
            ),
            (
                "def rewarded_change(lag, delay, tau_e, success):\n    return success * math.exp(-lag / 20)",
                "decays with tau_e",
            ),
            (
                "def rewarded_change(lag, delay, tau_e, success):\n"
                "    return success * math.exp(-lag / 20 - (lag + delay) / tau_e)",
                "STDP window",
            ),
        ],
        [
            ("def quietest_baseline(rewards, scores):\n    return np.mean(rewards)", "score squared"),
            (
                "def quietest_baseline(rewards, scores):\n    return np.mean(rewards * scores) / np.mean(scores)",
                "score squared",
            ),
        ],
    ],
    "13_online_learning": [
        [
            (
                "def forward_gradient(z, wanted, w, kappa):\n"
                "    y, gradient = 0.0, 0.0\n"
                "    for spike, goal in zip(z, wanted):\n"
                "        y = kappa * y + w * spike\n"
                "        gradient += (y - goal) * spike\n"
                "    return gradient",
                "decays with kappa",
            ),
            (
                "def forward_gradient(z, wanted, w, kappa):\n"
                "    y, influence = 0.0, 0.0\n"
                "    for spike, goal in zip(z, wanted):\n"
                "        y, influence = kappa * y + w * spike, kappa * influence + spike\n"
                "    return 2.5 * (y - goal) * influence",
                "Each step adds|decays with kappa",
            ),
        ],
        [
            (
                "def influence_with_reset(x, s, beta, theta):\n"
                "    course, influence = [], 0.0\n"
                "    for x_t, s_t in zip(x, s):\n"
                "        influence = beta * (1 - theta * s_t) * influence + x_t\n"
                "        course.append(influence)\n"
                "    return course",
                "next",
            ),
            (
                "def influence_with_reset(x, s, beta, theta):\n"
                "    course, influence = [], 0.0\n"
                "    for x_t in x:\n"
                "        influence = beta * influence + x_t\n"
                "        course.append(influence)\n"
                "    return course",
                "next",
            ),
            (
                "def influence_with_reset(x, s, beta, theta):\n"
                "    course, influence, before = [], 0.0, 0.0\n"
                "    for x_t, s_t in zip(x, s):\n"
                "        influence, before = beta * (1 - before) * influence + x_t, s_t\n"
                "        course.append(influence)\n"
                "    return course",
                "1 - theta s",
            ),
        ],
    ],
    "16_convolutional_networks": [
        [
            ("membranes = [16 * 28 * 28, 16 * 14 * 14]", "24 times"),
            ("membranes = [16 * 24 * 24, 16 * 24 * 12]", "halves both sides"),
        ],
        [
            (
                "def fold_norm(w, b, mean, variance, scale, shift, epsilon):\n"
                "    factor = scale / variance\n"
                "    return [w * factor, (b - mean) * factor + shift]",
                "over a root",
            ),
            (
                "def fold_norm(w, b, mean, variance, scale, shift, epsilon):\n"
                "    factor = scale / (variance + epsilon) ** 0.5\n"
                "    return [w * factor, b * factor - mean + shift]",
                "mean goes off",
            ),
            (
                "def fold_norm(w, b, mean, variance, scale, shift, epsilon):\n"
                "    factor = scale / max(variance**0.5, epsilon)\n"
                "    return [w * factor, (b - mean) * factor + shift]",
                "under the root",
            ),
            (
                "def fold_norm(w, b, mean, variance, scale, shift, epsilon):\n"
                "    root = (variance + epsilon) ** 0.5\n"
                "    return [w * scale / root, (b - mean) / root + shift]",
                "both scaled",
            ),
            (
                "def fold_norm(w, b, mean, variance, scale, shift, epsilon):\n"
                "    factor = scale / variance**0.5\n"
                "    return [w * factor, (b - mean) * factor + shift]",
                "under the root",
            ),
        ],
    ],
    "17_event_cameras": [
        [
            (
                "def five_bytes(x, y, t, p):\n    return [x, y, p << 7 | t & 127, t >> 8 & 255, t >> 16 & 255]",
                "highest byte first",
            ),
            ("def five_bytes(x, y, t, p):\n    return [x, y, t >> 16, t >> 8 & 255, t & 255]", "adds 128"),
            ("def five_bytes(x, y, t, p):\n    return [x, y, p + (t >> 16), t >> 8 & 255, t & 255]", "highest bit"),
            (
                "def five_bytes(x, y, t, p):\n    return [x, y, p << 7 | t >> 16, t >> 8 & 127, t & 127]",
                "8 bits of each",
            ),
            ("def five_bytes(x, y, t, p):\n    return [x, y, p << 7 | t >> 16, t >> 8, t]", "8 bits of each"),
        ],
        [
            ("def bin_factor(dt, tau):\n    return np.exp(dt / tau)", "averaged over its place"),
            ("def bin_factor(dt, tau):\n    return np.exp(dt / tau / 2)", "averaged over its place"),
            ("def bin_factor(dt, tau):\n    return (np.exp(dt / tau) - 1) * tau / dt", "Divide the means"),
            ("def bin_factor(dt, tau):\n    return (1 - np.exp(-dt / tau)) * tau / dt", "inverse"),
        ],
    ],
}
EXERCISES = [(name, index) for name in PAGES for index in range(len(tagged(PAGES[name], "exercise")))]


def verdict(name, index, answer=None, capsys=None):
    """Run the imports of a page and one exercise, with an answer in place of the stub; return what it prints."""
    namespace = {}
    exec(code(PAGES[name])[0].source, namespace)
    tree = ast.parse(tagged(PAGES[name], "exercise")[index].source)
    if answer is not None:
        given = _defined(ast.parse(answer))
        tree.body = [node for node in tree.body if not _defined(ast.Module([node], [])) & given]
        exec(answer, namespace)
    capsys.readouterr()
    exec(compile(tree, name, "exec"), namespace)
    return capsys.readouterr().out


def _defined(tree):
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    return names


def solutions(name):
    """Return the folded solutions of a page, in order."""
    folded = re.findall(r"<details><summary>Solution \d</summary>(.*?)</details>", prose(PAGES[name]), flags=re.S)
    return [re.search(r"```python\n(.*?)```", text, flags=re.S).group(1) for text in folded]


@pytest.mark.parametrize("name", PAGES)
def test_every_exercise_has_a_solution_and_a_wrong_answer(name):
    count = len(tagged(PAGES[name], "exercise"))
    assert count >= 2
    assert len(solutions(name)) == count
    assert len(WRONG[name]) == count
    assert len(tagged(PAGES[name], "solution")) == 1
    assert 3 <= len(re.findall(r"^### \d · ", prose(PAGES[name]).split("\n## Exercises")[1], flags=re.M)) <= 5


@pytest.mark.parametrize(("name", "index"), EXERCISES)
def test_the_untouched_stub_is_not_attempted_yet(name, index, capsys):
    assert verdict(name, index, capsys=capsys) == "not attempted yet\n"


@pytest.mark.parametrize(("name", "index"), EXERCISES)
def test_the_solution_is_correct(name, index, capsys):
    assert verdict(name, index, solutions(name)[index], capsys=capsys) == "correct\n"


@pytest.mark.parametrize(("name", "index"), EXERCISES)
def test_wrong_answers_are_told_why(name, index, capsys):
    for answer, hint in WRONG[name][index]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # the wrong answer's own
            said = verdict(name, index, answer, capsys=capsys)
        assert said.startswith("not yet: ")
        assert re.search(hint, said), said


def test_an_answer_that_raises_is_reported_and_not_raised(capsys):
    check_function(lambda x: 1 / x, Case((0,), 1.0))
    assert capsys.readouterr().out == "not yet: for 0 it raised ZeroDivisionError: division by zero\n"


def test_a_wrong_shape_is_not_broadcast(capsys):
    check_value([1.0, 1.0], 1.0)
    assert capsys.readouterr().out.startswith("not yet")


def test_tensors_that_know_their_gradient_are_compared_too(capsys):
    weight = torch.tensor([1.0, 2.0], requires_grad=True)
    check_value(weight, [1, 2])
    check_value((weight[0], [weight[1]]), weight)
    check_function(lambda x: 2 * x, Case((weight,), [2, 4]), Case((weight[0],), 3.0, "No."))
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "correct"
    assert said[1].startswith("not yet: a value of irregular shape")
    assert said[2] == "not yet: for 1. it returned 2., expected 3. No."


def test_parts_of_different_shape_are_compared_one_by_one(capsys):
    parts = torch.tensor([1.0, 2.0]), torch.ones(2, 3)
    check_value(parts, [[1, 2], np.ones((2, 3))])
    check_value(parts, [[1, 2], np.zeros((2, 3))])
    check_value(parts, [1, 2])
    check_value(3.0, [3.0])
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said] == ["correct", "not yet", "not yet", "not yet"]


def test_numbers_too_long_for_a_float_are_wrong_and_not_raised(capsys):
    check_value([1, 1 << 20_000], [1, 2])
    check_function(lambda: 1 << 20_000, Case((), 1))
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("not yet: ")
    assert said[1].endswith("of thousands of digits, expected 1")


def test_ellipsis_counts_as_not_attempted(capsys):
    check_function(lambda: ..., Case((), 1))
    check_value(..., 1)
    assert capsys.readouterr().out == "not attempted yet\n" * 2
