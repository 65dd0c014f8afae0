"""The strength of an adaptation, where it is learnt."""

import pytest
import torch

from snn_core import AdaptiveLIF, RecurrentAdaptiveLIF, SpikingNeuron
from snn_core.neurons import AdaptiveState, adaptive_lif_step

T, B, N = 30, 3, 4


def build(kind, learn=True, strength=0.3):
    first = (N,) if kind is RecurrentAdaptiveLIF else ()
    neuron = kind(*first, tau_adapt=20.0, strength=strength, learn_strength=learn).double()
    if first:
        neuron.weight.data = 0.4 * drive(5)[:N, 0]
    return neuron


def drive(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 0.5 + torch.randn(T, B, N, dtype=torch.float64, generator=generator)


@pytest.mark.parametrize("kind", [AdaptiveLIF, RecurrentAdaptiveLIF])
@pytest.mark.parametrize("strength", [0.3, torch.linspace(0.1, 0.6, N)], ids=["one", "each"])
def test_a_learnt_strength_is_a_parameter_with_the_gradient_of_the_steps(kind, strength):
    neuron = build(kind, strength=strength)
    assert "strength" in dict(neuron.named_parameters())
    assert "strength" not in dict(build(kind, learn=False).named_parameters())
    gradients = []
    for forward in (kind.forward, SpikingNeuron.forward):
        spikes, membrane, state = forward(neuron, drive(), record=True)
        outputs = (spikes, membrane, *state)
        loss = sum(
            (one * drive(n)[: len(one)].view_as(one)).sum() for n, one in enumerate(outputs[:2], 1)
        )
        loss = loss + state.membrane.square().sum() + state.adaptation.square().sum()
        gradients.append(torch.autograd.grad(loss, neuron.strength)[0])
    assert gradients[0].shape == torch.as_tensor(strength).shape
    assert (gradients[0] != 0).all()
    torch.testing.assert_close(*gradients, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_a_smooth_spike_has_the_gradient_of_finite_differences(reset):
    current = drive()[:6, :1]

    def run(strength, rho):
        state = AdaptiveState(torch.zeros_like(current[0]), torch.zeros_like(current[0]))
        options = {"strength": strength, "rho": rho, "beta": 0.8, "detach_reset": False}
        done = []
        for now in current:
            spikes, membrane, state = adaptive_lif_step(
                now, state, reset=reset, spike=lambda x: torch.sigmoid(4 * x), **options
            )
            done += [spikes, membrane]
        return tuple(done)

    learnt = [torch.full((N,), value, dtype=torch.float64) for value in (0.3, 0.9)]
    assert torch.autograd.gradcheck(run, [one.requires_grad_() for one in learnt])


@pytest.mark.parametrize("kind", [AdaptiveLIF, RecurrentAdaptiveLIF])
def test_learning_finds_the_strength_that_made_a_number_of_spikes(kind):
    wanted = build(kind, strength=0.6)(drive()).sum().detach()
    neuron = build(kind, strength=0.1)
    assert neuron(drive()).sum() > wanted + 20
    optimizer = torch.optim.Adam([neuron.strength], lr=0.02)
    for _ in range(60):
        optimizer.zero_grad()
        (neuron(drive()).sum() - wanted).square().backward()
        optimizer.step()
    assert abs(neuron(drive()).sum() - wanted) < 10


@pytest.mark.parametrize("learns", [True, False])
def test_a_fixed_strength_loads_into_a_learnt_one_and_back(learns):
    saved = build(AdaptiveLIF, learn=learns, strength=0.7).state_dict()
    other = build(AdaptiveLIF, learn=not learns, strength=0.1)
    other.load_state_dict(saved)
    assert other.strength.item() == pytest.approx(0.7, rel=1e-6)
