"""A reset that is delayed: the threshold is taken away one step later, undecayed."""

import pytest
import torch

from snn_core import (
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    StochasticLIF,
    Surrogate,
    lif_step,
)

T, B, N = 40, 3, 4
BETA, ALPHA, THRESHOLD = 0.8, 0.6, 0.7
OPTIONS = {"beta": BETA, "threshold": THRESHOLD, "reset": "delayed"}
SPIKE = Surrogate()


def drive(seed=0):
    draws = torch.Generator().manual_seed(seed)
    return torch.rand(T, B, N, dtype=torch.float64, generator=draws) - 0.1


def one_neuron(currents, heard=0.0, synaptic=None):
    """Return spikes and membranes of one neuron, in Python's own numbers."""
    membrane = synapse = z = 0.0
    fired = []
    membranes = []
    for current in currents:
        synapse = current if synaptic is None else synaptic * synapse + (1 - synaptic) * current
        membrane = BETA * membrane + (synapse + heard * z) - THRESHOLD * z
        z = float(membrane > THRESHOLD)
        fired.append(z)
        membranes.append(membrane)
    return fired, membranes


def recurrent():
    neuron = RecurrentLIF(N, recurrence="one_to_one", **OPTIONS).double()
    neuron.weight.data.fill_(0.3)
    return neuron


KINDS = {
    "LIF": (lambda: LIF(**OPTIONS), {}),
    "CuBaLIF": (lambda: CuBaLIF(alpha=ALPHA, **OPTIONS), {"synaptic": ALPHA}),
    "RecurrentLIF": (recurrent, {"heard": 0.3}),
}


@pytest.mark.parametrize("name", KINDS)
def test_it_is_the_loop_over_single_neurons(name):
    build, how = KINDS[name]
    current = drive()
    recording = build()(current, record=True)
    assert 0.1 < recording.spikes.mean() < 0.9
    for sample in range(B):
        for n in range(N):
            fired, membranes = one_neuron(current[:, sample, n].tolist(), **how)
            assert recording.spikes[:, sample, n].tolist() == fired
            got = recording.membrane[:, sample, n]
            torch.testing.assert_close(got, torch.tensor(membranes).to(got), rtol=1e-6, atol=1e-6)


def test_it_takes_away_what_a_soft_reset_by_threshold_over_beta_does():
    current = drive()
    v = torch.zeros(B, N, dtype=torch.float64)
    fired = []
    for now in current:
        u = BETA * v + now
        z = (u > THRESHOLD).double()
        v = u - z * THRESHOLD / BETA
        fired.append(z)
    assert torch.equal(LIF(**OPTIONS)(current), torch.stack(fired))
    soft = LIF(**OPTIONS | {"reset": "soft"})(current)
    assert (soft != torch.stack(fired)).double().mean() > 0.05


def literal(current, start, beta, threshold, detach):
    fired = []
    u = start
    z = SPIKE(u - threshold)
    for now in current:
        u = beta * u + now - threshold * (z.detach() if detach else z)
        z = SPIKE(u - threshold)
        fired.append(torch.stack([z, u]))
    return torch.stack(fired)


@pytest.mark.parametrize("detach", [True, False])
def test_all_gradients_are_those_of_the_literal_loop(detach):
    learnt = {"learn_beta": True, "learn_threshold": True, "detach_reset": detach}
    neuron = LIF(**OPTIONS, **learnt).double()
    weight = drive(seed=1)[:, None]
    gradients = []
    for literally in (False, True):
        current = drive().requires_grad_()
        start = (2 * drive(seed=2)[0]).requires_grad_()
        if literally:
            both = literal(current, start, neuron.beta, neuron.threshold, detach)
        else:
            both = torch.stack(neuron(current, start, record=True)[:2], 1)
        inputs = (current, start, *neuron.parameters())
        gradients.append(torch.autograd.grad((both * weight).sum(), inputs))
    for one, other in zip(*gradients, strict=True):
        assert other.any()
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("build", [LIF, CuBaLIF, Alpha])
def test_pieces_and_padded_samples_go_on_where_they_end(build):
    neuron = build(**OPTIONS)
    current = 3 * drive()
    whole = neuron(current, record=True)
    first = neuron(current[:7], record=True)
    rest = neuron(current[7:], first.state)
    assert torch.equal(torch.cat([first.spikes, rest]), whole.spikes)
    lengths = torch.tensor([7, T, 7])
    padded = neuron(current, lengths=lengths, record=True).state
    one, other = (state if build is LIF else state.membrane for state in (padded, first.state))
    assert torch.equal(one[0], other[0])
    assert first.spikes.any()


def test_the_state_is_the_membrane_which_the_next_step_resets():
    start = torch.tensor([2.0])
    _, u, v = lif_step(torch.zeros(1), start, beta=0.5, reset="delayed")
    assert u.item() == v.item() == 0.0


@pytest.mark.parametrize(
    "build", [AdaptiveLIF, StochasticLIF, lambda **o: RecurrentAdaptiveLIF(2, **o)]
)
def test_neurons_whose_spikes_the_next_step_could_not_tell_refuse_it(build):
    with pytest.raises(ValueError, match="reset: got 'delayed', expected one of soft, hard"):
        build(reset="delayed")
