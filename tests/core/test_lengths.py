"""Samples of unequal length: each one is as if it ran alone, without padding."""

import pytest
import torch

from snn_core import ALL_NEURONS, LIF, LeakyIntegrator, SpikingNeuron

T, B, N = 12, 4, 3
LENGTHS = [3, 12, 1, 7]
KINDS = [name for name in ALL_NEURONS if name != "Izhikevich"]
FORWARDS = [(name, None) for name in KINDS] + [("LIF", SpikingNeuron.forward)]


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def build(name, **options):
    first = (N,) if name.startswith("Recurrent") else ()
    return ALL_NEURONS[name](*first, learn_beta=True, learn_threshold=True, **options).double()


def flat(state):
    return state if isinstance(state, tuple) else (state,)


def together(neuron, forward, current, padding):
    """Return spikes, membrane and state variables of all samples, run at once."""
    padded = current.clone()
    for sample, length in enumerate(LENGTHS):
        padded[length:, sample] = padding
    recording = forward(neuron, padded, lengths=torch.tensor(LENGTHS), record=True)
    return [recording.spikes, recording.membrane, *flat(recording.state)]


def alone(neuron, current):
    """Return the same from one run per sample, over its own steps only."""
    runs = []
    for sample, length in enumerate(LENGTHS):
        recording = neuron(current[:length, sample : sample + 1], record=True)
        empty = torch.zeros(T - length, 1, N, dtype=torch.float64)
        over_time = [torch.cat([output, empty]) for output in recording[:2]]
        runs.append([*over_time, *flat(recording.state)])
    kinds = zip(*runs, strict=True)
    axes = [1, 1] + [0] * (len(runs[0]) - 2)
    return [torch.cat(kind, dim=axis) for kind, axis in zip(kinds, axes, strict=True)]


@pytest.mark.parametrize(("name", "forward"), FORWARDS)
@pytest.mark.parametrize("reset", ["soft", "hard"])
@pytest.mark.parametrize("detach", [True, False])
@pytest.mark.parametrize("padding", [0.0, 5.0, float("nan")])
def test_each_sample_is_as_if_it_ran_alone(name, forward, reset, detach, padding):
    neuron = build(name, reset=reset, detach_reset=detach)
    forward = type(neuron).forward if forward is None else forward
    current = (0.3 + draw(T, B, N)).requires_grad_()
    learnt = list(neuron.parameters())
    results = []
    for outputs in (together(neuron, forward, current, padding), alone(neuron, current)):
        loss = sum((x * draw(*x.shape, seed=7)).sum() for x in outputs)
        gradients = torch.autograd.grad(loss, [current, *learnt])
        results.append([*outputs, *gradients])
    assert results[0][0].sum() > 3
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int32, torch.int64])
def test_spikes_alone_are_those_of_the_recording(dtype):
    current = 0.3 + draw(T, B, N)
    lengths = torch.tensor(LENGTHS, dtype=dtype)
    for name in KINDS:
        neuron = build(name)
        recorded = neuron(current, lengths=lengths, record=True).spikes
        assert torch.equal(neuron(current, lengths=lengths), recorded)


@pytest.mark.parametrize("shape", [(), (2,), (2, 3)])
def test_samples_of_any_rank_end(shape):
    current = torch.ones(T, B, *shape)
    spikes = LIF(beta=0.0, threshold=0.5)(current, lengths=torch.tensor(LENGTHS))
    for sample, length in enumerate(LENGTHS):
        assert spikes[:length, sample].all()
        assert not spikes[length:, sample].any()


def test_a_nan_before_the_end_is_refused():
    current = torch.zeros(T, B, N)
    current[LENGTHS[0] - 1, 0, 0] = float("nan")
    for name in KINDS:
        with pytest.raises(ValueError, match="^current: got NaN"):
            build(name)(current.double(), lengths=torch.tensor(LENGTHS))


def test_an_integrator_ends_with_its_sample():
    current = draw(T, B, N)
    whole = LeakyIntegrator(beta=0.8)(current)
    ended = LeakyIntegrator(beta=0.8)(current, lengths=torch.tensor(LENGTHS))
    for sample, length in enumerate(LENGTHS):
        assert torch.equal(ended[:length, sample], whole[:length, sample])
        assert not ended[length:, sample].any()


def test_a_piece_goes_on_from_where_each_sample_ended():
    neuron = LIF(beta=0.8)
    current = 0.3 + draw(T, B, N)
    state = neuron(current, lengths=torch.tensor(LENGTHS), record=True).state
    after = neuron(current[:2], state, record=True).membrane[1, 0]
    joined = torch.cat([current[: LENGTHS[0], :1], current[:2, :1]])
    torch.testing.assert_close(after, neuron(joined, record=True).membrane[-1, 0])


REFUSED = {
    "a list": (LENGTHS, "list"),
    "floats": (torch.tensor(LENGTHS).float(), "float32"),
    "bools": (torch.tensor(LENGTHS) > 3, "bool"),
    "one too few": (torch.tensor(LENGTHS[1:]), r"\[3\]"),
    "a column": (torch.tensor(LENGTHS)[:, None], r"\[4, 1\]"),
    "zero": (torch.tensor([0, 1, 2, 3]), "lengths from 0 to 3"),
    "too long": (torch.tensor([1, 1, 2, 13]), "lengths from 1 to 13"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("name", ["LIF", "CuBaLIF", "LeakyIntegrator"])
def test_lengths_that_do_not_fit_are_refused(case, name):
    lengths, came = REFUSED[case]
    neuron = LeakyIntegrator() if name == "LeakyIntegrator" else ALL_NEURONS[name]()
    with pytest.raises(ValueError, match=f"^lengths: got .*{came}"):
        neuron(torch.ones(T, B, N), lengths=lengths)


def test_an_input_that_is_none_is_told_before_its_lengths():
    with pytest.raises(ValueError, match="^current: got list"):
        LIF()([1.0], lengths=torch.tensor(LENGTHS))
