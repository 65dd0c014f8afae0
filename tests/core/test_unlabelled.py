"""Learning without labels, batch by batch: what is shown, in what order, at what learning rate."""

import inspect
import io

import pytest
import torch

from snn_core.plasticity import (
    CompetitiveLayer,
    class_responses,
    learn_unlabelled,
    name_neurons,
    named_scores,
    responses,
    unit_intensity,
    vote_scores,
)
from snn_core.training import seed_torch

IMAGES = torch.eye(11)  # an image is known by the pixel that is lit


class Watched(CompetitiveLayer):
    """A layer that keeps what each call of `learn` was given, and what it answered."""

    def __init__(self):
        super().__init__(11, 3, threshold=0.05, generator=seed_torch(0))
        self.shown, self.given, self.answers = [], [], []

    def learn(self, spikes, **rules):
        self.shown.append(spikes[0].argmax(1).tolist())
        self.given.append(rules)
        self.answers.append(super().learn(spikes, **rules))
        return self.answers[-1]


def held(images):
    return images.expand(2, *images.shape)


def taught(epochs=3, batch_size=4, seed=0, **options):
    layer = Watched()
    options = {"epochs": epochs, "batch_size": batch_size, "progress": False} | options
    learn_unlabelled(layer, IMAGES, held, generator=seed_torch(seed), **options)
    return layer


def test_every_epoch_shows_every_image_once_in_an_order_of_its_own():
    shown = taught().shown
    assert [len(batch) for batch in shown] == [4, 4, 3] * 3
    epochs = [sum(shown[first : first + 3], []) for first in (0, 3, 6)]
    assert all(sorted(order) == list(range(11)) for order in epochs)
    assert len({tuple(order) for order in [*epochs, list(range(11))]}) == 4


def test_a_bar_counts_the_batches_unless_it_is_told_not_to(monkeypatch):
    from tqdm import tqdm

    import snn_core.plasticity.unlabelled as module

    terminal = io.StringIO()
    monkeypatch.setattr(
        module, "tqdm", lambda **options: tqdm(file=terminal, mininterval=0, **options)
    )
    taught(progress=False)
    assert terminal.getvalue() == ""
    taught(progress=True)
    assert " 9/9 [" in terminal.getvalue()  # 11 images in batches of 4, three times
    assert "batch" in terminal.getvalue()


def test_the_order_comes_from_the_generator():
    assert taught(seed=1).shown == taught(seed=1).shown
    assert taught(seed=1).shown != taught(seed=2).shown


@pytest.mark.parametrize("ends", [(0.5, 0.01), (0.2, 0.2), (0.01, 1.0)])
def test_the_learning_rate_goes_from_the_first_to_the_last_at_equal_ratios(ends):
    first, last = ends
    rates = [given["lr"] for given in taught(lr=ends).given]
    expected = [first * (last / first) ** (update / 8) for update in range(9)]
    assert rates == pytest.approx(expected, rel=1e-6)


def test_a_single_batch_learns_at_the_first_rate():
    assert taught(epochs=1, batch_size=11, lr=(0.25, 0.01)).given[0]["lr"] == pytest.approx(0.25)


def test_the_usual_settings():
    options = inspect.signature(learn_unlabelled).parameters
    usual = [options[name].default for name in ("epochs", "batch_size", "lr")]
    assert usual == [4, 32, (0.5, 0.01)]
    layer = Watched()
    learn_unlabelled(
        layer, IMAGES.repeat(3, 1), held, progress=False
    )  # 33 images: a batch of 32, one of 1
    assert [len(batch) for batch in layer.shown] == [32, 1] * 4
    assert [layer.given[i]["lr"] for i in (0, -1)] == pytest.approx([0.5, 0.01])


def test_each_batch_is_answered_and_rules_are_handed_on():
    seen = []
    layer = taught(after_batch=seen.append, target=2.0, threshold_lr=0.5, scale=0.3)
    assert len(seen) == 9
    for own, given, answer in zip(seen, layer.given, layer.answers, strict=True):
        assert own is answer
        assert {"target": 2.0, "threshold_lr": 0.5, "scale": 0.3}.items() <= given.items()
    assert sum(answer.sum() for answer in seen) > 0


@pytest.mark.parametrize(
    ("options", "sizes"), [({}, [100, 20]), ({"batch_size": 50}, [50, 50, 20])]
)
def test_responses_are_counts_in_the_order_of_the_images(options, sizes):
    images, came = torch.arange(120.0).unsqueeze(1).expand(120, 2), []

    def encode(batch):
        came.append(len(batch))
        return batch.expand(5, *batch.shape).clone().requires_grad_()

    counts = responses(lambda spikes: 2 * spikes, images, encode, **options)
    assert came == sizes
    assert not counts.requires_grad
    assert torch.equal(counts, 10 * images)


def test_ten_classes_are_usual():
    counts, labels = torch.rand(20, 3, generator=seed_torch(0)), torch.arange(20) % 10
    response = class_responses(counts, labels)
    assert response.shape == (3, 10)
    names = torch.tensor([9, 9, -1])
    scores = named_scores(counts, names)
    assert torch.equal(scores[:, :9], torch.zeros(20, 9))
    torch.testing.assert_close(scores[:, 9], (counts[:, 0] + counts[:, 1]) / 2)


def test_a_silent_neuron_has_no_name_and_no_vote():
    response = torch.tensor([[0.0, 0.0], [0.0, 1e-3], [4.0, 4.0]])
    assert name_neurons(response).tolist() == [-1, 1, 0]
    votes = vote_scores(torch.tensor([[5.0, 1.0, 2.0]]), response)
    assert votes.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int64])
def test_names_are_integers_of_any_kind(dtype):
    counts = torch.tensor([[4.0, 2.0, 1.0]])
    assert named_scores(counts, torch.tensor([0, 0, 1], dtype=dtype), 2).tolist() == [[3.0, 1.0]]


def test_a_gain_is_the_length_of_an_image_whose_pixels_stay_below_one():
    image = torch.tensor([[0.1, 0.2, 0.2], [0.0, 0.0, 0.0]])
    expected = [[0.3, 0.6, 0.6], [0.0, 0.0, 0.0]]
    torch.testing.assert_close(unit_intensity(image, 0.9), torch.tensor(expected))
    wide = torch.full((1, 10_000), 1e-3)
    assert unit_intensity(wide).norm().item() == pytest.approx(12.0, rel=1e-5)
    cut = unit_intensity(torch.tensor([[1.0, 0.0, 0.1]]), 2.0)
    assert cut[0].tolist() == pytest.approx([1.0, 0.0, 0.2 / 1.01**0.5])
