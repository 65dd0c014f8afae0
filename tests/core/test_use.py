"""The core used as a library is: saved, copied, driven with other dtypes, extended."""

import importlib
import io
import pickle
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

import snn_core
from snn_core import (
    ALL_NEURONS,
    ALL_SURROGATES,
    LIF,
    LeakyIntegrator,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    SpikingNeuron,
    StochasticLIF,
    Surrogate,
    encoding,
    losses,
)
from snn_core.diagnostics import diagnose
from snn_core.memory import graph_nodes
from snn_core.online import EProp, OnlineLIF, OnlineNetwork, OnlineRTRL
from snn_core.plasticity import PairSTDP, RewardSTDP
from snn_core.training import evaluate, fit, seed_torch

LABELS = torch.arange(20) % 3


def inputs():
    return 3 * torch.rand(8, 20, 6, generator=seed_torch(1))


class Threshold(nn.Module):
    """Somebody's own spike, without a gradient."""

    def forward(self, x):
        return (x > 0.5).float()


class Mine(SpikingNeuron):
    """Somebody's own neuron, without a decay of that name."""

    def step(self, current, state):
        membrane = 0.5 * state + current
        spikes = Surrogate()(membrane - 1)
        return spikes, membrane, membrane * (1 - spikes.detach())


class Recorded(nn.Module):
    """A layer that asks its neurons for everything they did."""

    def __init__(self):
        super().__init__()
        self.neuron = LIF()

    def forward(self, x):
        return self.neuron(x, record=True).spikes


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_a_network_can_be_saved_whole_and_loaded(name):
    network = nn.Sequential(
        nn.Linear(6, 4), LIF(surrogate=name), nn.Linear(4, 3), LeakyIntegrator()
    )
    torch.save(network, stored := io.BytesIO())
    stored.seek(0)
    loaded = torch.load(stored, weights_only=False)
    assert loaded(inputs()).equal(network(inputs()))
    loaded(inputs()).sum().backward()
    assert loaded[0].weight.grad is not None


@pytest.mark.parametrize("kind", [*ALL_NEURONS.values(), StochasticLIF])
def test_every_neuron_can_be_pickled(kind):
    neuron = kind(6) if "Recurrent" in kind.__name__ else kind()
    assert repr(pickle.loads(pickle.dumps(neuron))) == repr(neuron)


@pytest.mark.parametrize(
    "hidden",
    [
        [LIF(), Threshold()],
        [StochasticLIF()],
        [StochasticLIF(generator=seed_torch(2))],
        [Mine()],
        [Recorded()],
    ],
)
def test_diagnose_takes_what_others_build(hidden):
    torch.manual_seed(0)
    report = diagnose(
        nn.Sequential(nn.Linear(6, 8), *hidden, nn.Linear(8, 3), LIF()), inputs(), LABELS
    )
    cut = isinstance(hidden[-1], (Threshold, StochasticLIF))
    assert ("no gradient arrives" in str(report)) == cut
    assert report.memory == 0


def test_diagnose_of_a_network_that_only_chance_drives():
    torch.manual_seed(0)
    assert "no gradient arrives" in str(
        diagnose(nn.Sequential(nn.Linear(6, 3), StochasticLIF()), inputs(), LABELS)
    )


def test_diagnose_repeats_itself_and_leaves_its_input_alone():
    torch.manual_seed(0)
    network, x = nn.Sequential(LIF(), nn.Linear(6, 3), LIF()), inputs()
    found = {diagnose(network, x, LABELS).layers[0].gradient for _ in range(3)}
    assert len(found) == 1
    assert found.pop() > 0
    assert not x.requires_grad
    assert x.grad is None


def test_fit_takes_options_of_an_objective_and_objectives_of_ones_own():
    def trained(**options):
        torch.manual_seed(0)
        network, encode = nn.Sequential(nn.Linear(6, 3), LIF()), partial(encoding.direct, steps=5)
        network[0].weight.data *= 2  # so that the outputs spike
        return fit(
            network,
            inputs()[0],
            LABELS,
            encode=encode,
            epochs=2,
            generator=seed_torch(1),
            progress=False,
            **options,
        )

    def own(output, labels):
        return losses.count_cross_entropy(output, labels)

    assert trained(loss=partial(losses.count_mse, right=0.8)) == trained(loss=losses.count_mse)
    assert (
        trained(loss=partial(losses.count_mse, right=1.0)).loss
        != trained(loss=losses.count_mse).loss
    )
    assert trained(loss=own, decode=losses.spike_count) == trained(loss=losses.count_cross_entropy)
    read_otherwise = trained(loss=own, decode=lambda output: -losses.spike_count(output))
    assert read_otherwise.loss == trained(loss=own, decode=losses.spike_count).loss
    assert (
        read_otherwise.train_accuracy != trained(loss=own, decode=losses.spike_count).train_accuracy
    )


def test_fit_asks_for_a_decoder_before_it_trains():
    network = nn.Sequential(nn.Linear(6, 3), LIF())
    before = network[0].weight.clone()
    with pytest.raises(ValueError, match=r"^decode: got None, expected a decoder"):
        fit(
            network,
            inputs()[0],
            LABELS,
            encode=partial(encoding.direct, steps=5),
            loss=nn.functional.cross_entropy,
        )
    assert network[0].weight.equal(before)


def test_values_may_be_whole_numbers_if_the_encoder_takes_them():
    values = (85 * inputs()[0]).byte()
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 3), LIF())
    network[0].weight.data *= 4
    assert network(encoding.direct(values / 255, 5)).any()
    options = {"encode": lambda batch: encoding.direct(batch / 255, 5)}
    history = fit(
        network, values, LABELS, epochs=3, test=(values, LABELS), progress=False, **options
    )
    floats = evaluate(network, values / 255, LABELS, encode=partial(encoding.direct, steps=5))
    assert evaluate(network, values, LABELS, **options) == floats == history.test_accuracy[-1]


def test_evaluation_leaves_each_layer_in_the_mode_it_was_in():
    network = nn.Sequential(nn.Linear(6, 3), nn.Dropout(), LIF())
    network.train()
    network[1].eval()
    evaluate(network, inputs()[0], LABELS, encode=partial(encoding.direct, steps=2))
    assert [layer.training for layer in network] == [True, False, True]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int8, torch.int16, torch.int32])
@pytest.mark.parametrize("objective", losses.ALL_LOSSES.values())
def test_labels_may_be_any_integers(objective, dtype):
    output = torch.rand(4, 2, 6, generator=seed_torch(0))
    label = torch.tensor([0, 1])
    assert objective(output, label.to(dtype)).equal(objective(output, label))
    with pytest.raises(ValueError, match="labels"):
        objective(output[:, :0], label[:0])
    with pytest.raises(ValueError, match="labels"):
        objective(output, label.bool())


def test_numbers_of_numpy_are_numbers():
    assert encoding.rate(torch.rand(2, 3), np.int64(5)).shape == (5, 2, 3)
    assert LIF(np.float32(20.0)).beta == LIF(20.0).beta
    assert Surrogate(scale=np.float64(5.0)).scale == 5.0


@pytest.mark.parametrize("beta", [0.5, np.float64(0.5)], ids=["float", "numpy"])
def test_a_neuron_of_ones_own_may_keep_its_decay_as_a_number(beta):
    neuron = Mine()
    neuron.beta = beta
    assert torch.equal(neuron(inputs()), Mine()(inputs()))


def test_a_time_constant_that_asks_for_a_gradient_is_refused_and_not_detached():
    with pytest.raises(ValueError, match=r"^tau_mem: .*requires a gradient"):
        LIF(nn.Parameter(torch.tensor(10.0)))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_encoders_in_half_precision(dtype):
    dim = torch.full((2000,), 1e-3, dtype=dtype)
    assert encoding.rate(dim, 500, generator=seed_torch(0)).float().mean() == pytest.approx(
        1e-3, rel=0.1
    )
    spikes = encoding.latency(
        torch.rand(1000, generator=seed_torch(0)).to(dtype), 600, mode="linear"
    )
    assert spikes.dtype == dtype
    assert spikes.float().sum(0).max() == 1


def test_online_layers_refuse_what_they_cannot_learn():
    linear = nn.Linear(3, 4, bias=False)
    for wrong, what in [
        (lambda: OnlineRTRL(linear, RecurrentAdaptiveLIF(4)), "RecurrentLIF"),
        (lambda: OnlineRTRL(linear, LIF()), "RecurrentLIF"),
        (lambda: OnlineRTRL(linear, RecurrentLIF(5)), "as many as outputs"),
        (lambda: OnlineRTRL(linear, RecurrentLIF(4), ("foo",)), "one of leak"),
        (lambda: OnlineRTRL(linear, RecurrentLIF(4, learn_beta=True)), "fixed decays"),
        (lambda: OnlineLIF(linear, LIF(learn_threshold=True)), "fixed decays"),
        (
            lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 4), LIF(learn_beta=True))),
            "fixed decays",
        ),
    ]:
        with pytest.raises(ValueError, match=what):
            wrong()
    assert OnlineRTRL(linear, RecurrentLIF(4), "leak").terms == ("leak",)
    recurrent = RecurrentAdaptiveLIF(4, learn_beta=True)
    with pytest.raises(ValueError, match="fixed decays"):
        EProp(nn.Sequential(linear, recurrent, nn.Linear(4, 2, bias=False), LeakyIntegrator()))


def test_plasticity_records_no_graph_even_with_the_weights_of_a_linear_layer():
    weight = nn.Linear(3, 2).weight
    weight.data.abs_()
    pre, post = torch.ones(5, 1, 3), torch.ones(5, 1, 2)
    learnt = PairSTDP()(pre, post, weight)
    assert not learnt.requires_grad
    rule = RewardSTDP(PairSTDP())
    state = rule.run(pre, post, weight, rule.initial_state(pre[0], post[0]))
    assert not rule.reward(weight, state, torch.ones(1)).requires_grad
    assert graph_nodes(weight) == 0


def test_a_second_derivative_is_refused_by_the_fused_layer_and_given_by_the_step_loop():
    weight, drive = torch.ones(3, requires_grad=True), torch.rand(4, 2, 3, generator=seed_torch(0))
    lif = LIF(surrogate="gaussian", beta=0.5)
    with pytest.raises(RuntimeError, match="no second derivative"):
        torch.autograd.grad(lif(drive * weight).square().sum(), weight, create_graph=True)
    loop = SpikingNeuron.forward(lif, drive * weight, record=True).membrane.square().sum()
    (first,) = torch.autograd.grad(loop, weight, create_graph=True)
    assert torch.autograd.grad(first.sum(), weight)[0].abs().sum() > 0


def test_modules_of_the_core_are_found_by_their_name():
    assert snn_core.training.fit is fit
    with pytest.raises(AttributeError, match="nothing"):
        snn_core.nothing  # noqa: B018


def test_fixed_thresholds_are_no_parameters_and_learnt_ones_are():
    assert not list(LIF().parameters())
    assert "threshold" in LIF().state_dict()
    assert [name for name, _ in LIF(learn_threshold=True).named_parameters()] == ["threshold"]


@pytest.mark.parametrize(
    "kind", ["LIF", "CuBaLIF", "AdaptiveLIF", "StochasticLIF", "LeakyIntegrator"]
)
def test_constants_of_single_neurons_must_fit_the_neurons(kind):
    neuron = getattr(snn_core, kind)(torch.full((5,), 10.0))
    assert neuron(torch.rand(4, 2, 5)).shape == (4, 2, 5)
    for wrong in [(4, 2, 1), (4, 2, 3, 3, 5), (4, 2, 5, 8, 8)]:
        with pytest.raises(
            ValueError,
            match=r"^tau_mem: got shape \[5\], expected one number, or the axes of a sample",
        ):
            neuron(torch.rand(wrong))
    maps = getattr(snn_core, kind)(torch.full((5, 1, 1), 10.0))
    assert maps(torch.rand(4, 2, 5, 8, 8)).shape == (4, 2, 5, 8, 8)


@pytest.mark.parametrize("name", snn_core.SUBMODULES)
def test_a_module_comes_by_its_name_when_it_is_first_asked_for(name):
    assert snn_core.__getattr__(name) is importlib.import_module(f"snn_core.{name}")
