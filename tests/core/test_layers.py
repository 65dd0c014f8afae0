"""Layers over time equal the same layer in a loop over time."""

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.layers import DropoutOverTime, OverTime, Repeat, require_order
from snn_core.neurons import ALL_NEURONS, LeakyIntegrator, StochasticLIF

SEQUENCE = torch.rand(6, 2, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "layer", [nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.Flatten(), nn.BatchNorm2d(3).eval()]
)
def test_all_steps_at_once_equal_one_step_after_the_other(layer):
    expected = torch.stack([layer(step) for step in SEQUENCE])
    torch.testing.assert_close(OverTime(layer)(SEQUENCE), expected)


def test_several_layers_follow_each_other():
    convolution, pool = nn.Conv2d(3, 4, 3), nn.AvgPool2d(2)
    both = OverTime(convolution, pool)(SEQUENCE)
    assert torch.equal(both, OverTime(pool)(OverTime(convolution)(SEQUENCE)))


def test_batch_statistics_are_those_of_time_and_batch_together():
    normal = OverTime(nn.BatchNorm2d(3))(SEQUENCE)
    variance, mean = torch.var_mean(SEQUENCE, dim=(0, 1, 3, 4), correction=0)
    expected = (SEQUENCE - mean[:, None, None]) / (variance[:, None, None] + 1e-5).sqrt()
    torch.testing.assert_close(normal, expected)


def test_a_spiking_convolutional_network_is_a_sequential():
    network = nn.Sequential(
        OverTime(nn.Conv2d(3, 4, 3)),
        LIF(),
        OverTime(nn.MaxPool2d(2), nn.Flatten()),
        nn.Linear(36, 5),
    )
    network(SEQUENCE).sum().backward()
    assert all(
        parameter.grad is not None for parameter in network.parameters() if parameter.requires_grad
    )


def test_a_layer_before_repeat_gives_what_it_gives_over_time():
    convolution = nn.Conv2d(3, 4, 3)
    once, every_step = (
        Repeat(5)(convolution(SEQUENCE[0])),
        OverTime(convolution)(Repeat(5)(SEQUENCE[0])),
    )
    torch.testing.assert_close(once, every_step)
    once.sum().backward()
    gradient, convolution.weight.grad = convolution.weight.grad, None
    every_step.sum().backward()
    torch.testing.assert_close(gradient, convolution.weight.grad)


NEURONS = {name: kind for name, kind in ALL_NEURONS.items() if "Recurrent" not in name} | {
    "LeakyIntegrator": LeakyIntegrator,
    "StochasticLIF": StochasticLIF,
}


@pytest.mark.parametrize("name", NEURONS)
@pytest.mark.parametrize("depth", range(3))
def test_a_neuron_inside_is_refused_however_deep_it_lies(name, depth):
    inside = NEURONS[name]()
    for _ in range(depth):
        inside = nn.Sequential(nn.Identity(), inside)
    with pytest.raises(ValueError, match=f"layers: got {name}, "):
        OverTime(nn.Conv2d(3, 4, 3), inside)


def test_merged_samples_would_leak_into_each_other():
    current = 2 * SEQUENCE
    merged = LIF()(current.flatten(0, 1)[:, None])[:, 0].unflatten(0, current.shape[:2])
    assert (
        merged != LIF()(current)
    ).float().mean() > 0.05  # what refusing a neuron inside prevents


@pytest.mark.parametrize(
    "before", [LIF(), OverTime(nn.ReLU()), Repeat(2), nn.Sequential(nn.ReLU(), LIF())]
)
def test_repeat_right_behind_a_time_axis_is_refused(before):
    with pytest.raises(ValueError, match="network: got Repeat after"):
        require_order(nn.Sequential(nn.Sequential(nn.Linear(3, 4), before, Repeat(4), LIF())))


def test_repeat_behind_layers_of_images_or_what_may_use_up_time_is_allowed():
    require_order(
        nn.Sequential(nn.Conv2d(3, 4, 3), Repeat(4), LIF(), nn.Linear(2, 2), Repeat(4), LIF())
    )
    require_order(nn.Linear(3, 2))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("p", [0.0, 0.3, 0.9])
def test_dropout_over_time_keeps_one_mask_and_the_expectation(p):
    """A binomial count of what stays, and the scale of each value that does."""
    x = 1 + torch.rand(3, 50, 400, generator=seeded())
    y = DropoutOverTime(p, generator=seeded(1))(x)
    stays = y != 0
    assert torch.equal(stays, stays[:1].expand_as(stays))
    torch.testing.assert_close(y[stays], x[stays] / (1 - p), rtol=1e-6, atol=0)
    kept = stays[0].sum().item()
    spread = (20_000 * p * (1 - p)) ** 0.5
    assert abs(kept - 20_000 * (1 - p)) <= 4 * spread
    if p:
        assert not torch.equal(stays[0, 0], stays[0, 1])  # each sample has its own


def test_dropout_over_time_is_a_product_with_a_mask_in_the_gradient_as_well():
    x = torch.rand(4, 2, 30, dtype=torch.float64, generator=seeded(), requires_grad=True)
    y = DropoutOverTime(0.4, generator=seeded(2))(x)
    y.sum().backward()
    torch.testing.assert_close(x.grad, y.detach() / x.detach())
    assert set(x.grad.unique().tolist()) == {0.0, 1 / 0.6}


def test_dropout_over_time_comes_from_the_generator_and_anew_for_each_sequence():
    x = torch.ones(2, 3, 50)
    layer = DropoutOverTime(generator=seeded(3))
    first, second = layer(x), layer(x)
    assert torch.equal(first, DropoutOverTime(generator=seeded(3))(x))
    assert not torch.equal(first, second)
    torch.manual_seed(0)
    own = DropoutOverTime()(x)
    torch.manual_seed(0)
    assert torch.equal(own, DropoutOverTime()(x))
    assert own.unique().tolist() == [0.0, 2.0]


def test_dropout_over_time_does_nothing_in_evaluation():
    layer = DropoutOverTime(generator=seeded())
    before = layer.generator.get_state()
    assert layer.eval()(SEQUENCE) is SEQUENCE
    assert torch.equal(layer.generator.get_state(), before)
    assert "p=0.5" in repr(layer)


def test_dropout_over_time_lets_nothing_of_a_dropped_value_through():
    x = torch.full((2, 1, 100), torch.inf)
    assert DropoutOverTime(generator=seeded())(x).unique().tolist() == [0.0, torch.inf]


DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


@pytest.mark.parametrize("dtype", DTYPES)
def test_layers_over_time_keep_the_dtype(dtype):
    x = (SEQUENCE > 0.5).to(dtype)
    assert Repeat(2)(x).dtype == OverTime(nn.MaxPool2d(2))(x).dtype == dtype
    dropped = DropoutOverTime(0.625, generator=seeded())(x)
    assert dropped.dtype == dtype
    # One rounding of the exact value, whatever the precision.
    assert set(dropped.unique().tolist()) == {
        0.0,
        torch.tensor(1 / 0.375, dtype=torch.float64).to(dtype).item(),
    }
    assert OverTime(nn.Conv2d(3, 2, 3).to(dtype))(x).dtype == dtype


def ragged(layout):
    return torch.nested.nested_tensor([torch.ones(2, 3), torch.ones(4, 3)], layout=layout)


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta state")
@pytest.mark.parametrize("layer", [OverTime(nn.ReLU()), Repeat(2), DropoutOverTime()])
@pytest.mark.parametrize(
    ("make", "came"),
    [
        (lambda: ragged(torch.strided), "a nested tensor"),
        (lambda: ragged(torch.jagged), "a nested tensor"),
        (lambda: torch.ones(2, 3, 4).to_sparse(), "a sparse tensor"),
        (lambda: torch.ones(3, 4).to_sparse_csr(), "a sparse tensor"),
        (lambda: [1.0], "list"),
    ],
)
def test_sequences_that_are_not_dense_are_named(layer, make, came):
    with pytest.raises(ValueError, match=f"^(inputs|current): got {came}, expected a"):
        layer(make())


def test_a_layer_that_does_not_fit_says_what_came_before_time_and_batch_were_merged():
    layer = OverTime(nn.Conv2d(3, 4, 3))
    with pytest.raises(
        ValueError,
        match=r"inputs: got torch.float32 of shape \[6, 2, 2, 8, 8\], expected what Conv2d",
    ):
        layer(SEQUENCE[:, :, :2])
    with pytest.raises(ValueError, match="inputs: got torch.float64 of shape"):
        layer(SEQUENCE.double())


def test_a_lack_of_memory_is_not_taken_for_a_wrong_shape():
    class Full(nn.Module):
        def forward(self, x):
            raise torch.OutOfMemoryError("no memory")

    with pytest.raises(torch.OutOfMemoryError):
        OverTime(Full())(SEQUENCE)


def test_layers_over_time_compile_and_differentiate_as_functions():
    layer = OverTime(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4).eval())
    torch.testing.assert_close(
        torch.compile(layer, fullgraph=True, backend="eager")(SEQUENCE), layer(SEQUENCE)
    )
    linear = OverTime(nn.Linear(3, 2, bias=False))
    x = torch.rand(2, 1, 3)
    jacobian = torch.func.jacrev(linear)(x)
    expected = torch.zeros(2, 1, 2, 2, 1, 3)
    for step in range(2):
        expected[step, 0, :, step, 0] = linear.layer.weight.detach()
    torch.testing.assert_close(jacobian.detach(), expected)


@pytest.mark.parametrize("inside", [Repeat(2), DropoutOverTime(), nn.LSTM(3, 3)])
def test_what_handles_time_itself_stands_outside(inside):
    with pytest.raises(ValueError, match=f"layers: got {type(inside).__name__}, "):
        OverTime(nn.Sequential(nn.Identity(), inside))


@pytest.mark.parametrize(
    ("arguments", "argument"),
    [
        ({"p": 1.0}, "p"),
        ({"p": -0.1}, "p"),
        ({"p": torch.nan}, "p"),
        ({"p": "half"}, "p"),
        ({"generator": 3}, "generator"),
        ({"generator": torch}, "generator"),
    ],
)
def test_bad_settings_of_dropout_over_time_are_named(arguments, argument):
    with pytest.raises(ValueError, match=f"^{argument}: got "):
        DropoutOverTime(**arguments)


def test_dropout_over_time_takes_sequences_only():
    with pytest.raises(ValueError, match=r"inputs: got shape \[3\]"):
        DropoutOverTime()(torch.ones(3))
    with pytest.raises(ValueError, match="inputs: got torch.int64"):
        DropoutOverTime()(torch.ones(3, 2, 2).long())
