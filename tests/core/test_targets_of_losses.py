"""Class weights and label smoothing: what PyTorch's own cross-entropy makes of the same scores."""

from functools import partial
from inspect import signature

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from snn_core import LIF, LeakyIntegrator, losses
from snn_core.losses import ALL_LOSSES
from snn_core.training import fit

T, B, C = 9, 5, 3
LABELS = torch.tensor([0, 1, 2, 0, 1])
LENGTHS = torch.tensor([9, 2, 5, 1, 7])
WEIGHTS = torch.tensor([0.2, 1.0, 3.0])
TARGETS = {
    "neither": {},
    "weights": {"class_weights": WEIGHTS},
    "smoothing": {"label_smoothing": 0.3},
    "both": {"class_weights": WEIGHTS, "label_smoothing": 0.3},
    "evenly": {"class_weights": WEIGHTS, "label_smoothing": 1},
}
ENTROPIES = {name: loss for name, loss in ALL_LOSSES.items() if "cross_entropy" in name}
STEPWISE = ENTROPIES.pop("stepwise_membrane_cross_entropy")
ENTROPIES["population_cross_entropy"] = losses.population_cross_entropy(C)


def output_of(name="spikes", dtype=torch.float64):
    draws = torch.Generator().manual_seed(0)
    neurons = 2 * C if "population" in name else C
    if "membrane" in name:
        return torch.randn(T, B, neurons, dtype=dtype, generator=draws).requires_grad_()
    drawn = torch.rand(T, B, neurons, dtype=dtype, generator=draws) < 0.3
    return drawn.to(dtype).requires_grad_()


def as_in_torch(targets, output):
    """Return the same options under PyTorch's names, which wants weights like the scores."""
    weights = targets.get("class_weights")
    smoothing = float(targets.get("label_smoothing", 0.0))
    weights = None if weights is None else weights.to(output)
    return {"weight": weights, "label_smoothing": smoothing}


def assert_same(found, expected, output):
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)
    gradients = [torch.autograd.grad(value, output)[0] for value in (found, expected)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-14)
    assert gradients[0].any()


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "lengths"])
@pytest.mark.parametrize("case", TARGETS)
@pytest.mark.parametrize("name", ENTROPIES)
def test_it_is_the_cross_entropy_of_the_scores(name, case, lengths):
    objective, targets, output = ENTROPIES[name], TARGETS[case], output_of(name)
    found = objective(output, LABELS, lengths=lengths, **targets)
    scores = objective.decode(output, lengths=lengths)
    expected = cross_entropy(scores, LABELS, **as_in_torch(targets, output))
    assert_same(found, expected, output)


@pytest.mark.parametrize("lengths", [[T] * B, LENGTHS.tolist()], ids=["whole", "lengths"])
@pytest.mark.parametrize("case", TARGETS)
def test_at_every_step_it_is_a_double_loop(case, lengths):
    targets, output = TARGETS[case], output_of("membrane")
    options = as_in_torch(targets, output) | {"reduction": "sum"}
    weights = targets.get("class_weights", torch.ones(C)).double()
    cost = counted = 0
    for b, (label, length) in enumerate(zip(LABELS, lengths, strict=True)):
        for t in range(length):
            cost = cost + cross_entropy(output[t, [b]], label[None], **options) / length
        counted += weights[label]
    found = STEPWISE(output, LABELS, lengths=torch.tensor(lengths), **targets)
    assert_same(found, cost / counted, output)


@pytest.mark.parametrize("case", TARGETS)
def test_without_padding_every_step_is_a_sample_to_pytorch(case):
    targets, output = TARGETS[case], output_of("membrane")
    options = as_in_torch(targets, output)
    expected = cross_entropy(output.flatten(0, 1), LABELS.repeat(T), **options)
    assert_same(STEPWISE(output, LABELS, **targets), expected, output)


@pytest.mark.parametrize("name", [*ENTROPIES, "stepwise"])
def test_all_name_both_options(name):
    shown = signature((ENTROPIES | {"stepwise": STEPWISE})[name]).parameters
    assert list(shown)[2:] == ["lengths", "class_weights", "label_smoothing"]
    assert shown["class_weights"].default is None
    assert shown["label_smoothing"].default == 0


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_weights_may_have_another_precision_than_scores(dtype):
    objective = losses.count_cross_entropy
    weights = torch.tensor([0.25, 1.0, 3.0])
    output = output_of(dtype=dtype)
    narrow = objective(output, LABELS, class_weights=weights.to(dtype))
    assert narrow.dtype == torch.float32
    assert narrow == objective(output.float(), LABELS, class_weights=weights.double())


def test_fit_takes_an_objective_with_its_options():
    draws = torch.Generator().manual_seed(0)
    images = torch.rand(4, 30, 6, generator=draws)  # [T, B, …]
    labels = torch.arange(30) % C
    options = {"class_weights": WEIGHTS, "label_smoothing": 0.2}
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 8), LIF(), nn.Linear(8, C), LeakyIntegrator())
    scores = losses.max_membrane(network(images))
    expected = cross_entropy(scores, labels, weight=WEIGHTS, label_smoothing=0.2).item()
    history = fit(
        network,
        images.transpose(0, 1),
        labels,
        encode=lambda values: values.transpose(0, 1),
        loss=partial(losses.max_membrane_cross_entropy, **options),
        epochs=1,
        batch_size=30,
        progress=False,
    )
    assert history.loss == pytest.approx([expected], rel=1e-6)


BAD = {
    "list": ({"class_weights": [1.0, 1.0, 1.0]}, "class_weights: got list"),
    "integers": ({"class_weights": torch.ones(C).long()}, "class_weights: got torch.int64"),
    "number": ({"class_weights": torch.ones(2)}, "class_weights: got shape [2]"),
    "zero": ({"class_weights": torch.tensor([1.0, 0, 1])}, "class_weights: got [1.0, 0.0, 1.0]"),
    "NaN": ({"class_weights": WEIGHTS * torch.nan}, "class_weights: got NaN"),
    "infinite": ({"class_weights": WEIGHTS / 0}, "class_weights: got infinite"),
    "smoothing": ({"label_smoothing": 1.5}, "label_smoothing: got 1.5"),
    "negative": ({"label_smoothing": -0.1}, "label_smoothing: got -0.1"),
    "smoothing of what": ({"label_smoothing": "0.1"}, "label_smoothing: got '0.1'"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("name", ["count_cross_entropy", "stepwise_membrane_cross_entropy"])
def test_what_does_not_fit_is_refused_by_name(name, case):
    targets, message = BAD[case]
    with pytest.raises(ValueError, match=r"expected") as error:
        ALL_LOSSES[name](output_of(), LABELS, **targets)
    assert str(error.value).startswith(message)
