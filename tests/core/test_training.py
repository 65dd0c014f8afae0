"""Training and evaluation: the loop equals one written out, and learns a separable task."""

import io
import math

import pytest
import torch
from torch import nn

from snn_core import LIF, encoding
from snn_core.losses import count_cross_entropy, l1_activity, predict, spike_count
from snn_core.training import evaluate, fit, one_cycle, seed_torch, watch_spikes


def network():
    """Return two layers whose neurons spike from the start, so that all weights have gradients."""
    net = nn.Sequential(nn.Linear(4, 16), LIF(), nn.Linear(16, 2), LIF())
    net[0].weight.data *= 3
    net[2].weight.data *= 3
    return net


def task(samples=200):
    """Two classes: either the first two or the last two of four inputs are bright."""
    labels = torch.arange(samples) % 2
    values = (
        0.1 + 0.8 * torch.stack([labels == 0, labels == 0, labels == 1, labels == 1], 1).float()
    )
    return values, labels


def encode(values):
    return encoding.direct(values, 8)


def test_fit_learns_a_separable_task():
    seed_torch(0)
    values, labels = task()
    net = network()
    history = fit(
        net,
        values,
        labels,
        encode=encode,
        epochs=20,
        batch_size=20,
        test=(values, labels),
        progress=False,
    )
    assert evaluate(net, values, labels, encode=encode) == 1.0
    assert history.test_accuracy[-1] == 1.0
    assert len(history.loss) == 20 * 10
    assert len(history.train_accuracy) == len(history.test_accuracy) == 20
    assert sum(history.loss[-10:]) < sum(history.loss[:10]) / 4


def test_fit_equals_the_loop_written_out():
    values, labels = task()

    def start():
        generator = seed_torch(3)
        net = network()
        return net, torch.optim.SGD(net.parameters(), lr=0.1), generator

    net, optimizer, generator = start()
    history = fit(
        net,
        values,
        labels,
        encode=encode,
        optimizer=optimizer,
        epochs=2,
        batch_size=30,
        generator=generator,
        progress=False,
    )
    trained = net
    net, optimizer, generator = start()
    by_hand = []
    for _ in range(2):
        for batch in torch.randperm(200, generator=generator).split(30):
            loss = count_cross_entropy(net(encode(values[batch])), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            by_hand.append(loss.item())
    assert history.loss == by_hand
    assert history.batches_per_epoch == 7
    weights = list(net.parameters())
    assert all(map(torch.equal, trained.parameters(), weights))
    assert all(weight.grad.any() for weight in weights)


def test_every_update_starts_from_gradients_of_zero():
    """The gradients after a training are those of its last batch alone."""
    values, labels = task(60)
    seed_torch(3)
    net = network()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    before = []

    def keep():
        before.append([weight.detach().clone() for weight in net.parameters()])

    options = {"encode": encode, "optimizer": optimizer, "batch_size": 20, "progress": False}
    fit(net, values, labels, epochs=1, generator=seed_torch(3), after_batch=keep, **options)
    moved = [(a - b) / 0.1 for a, b in zip(before[-2], before[-1], strict=True)]
    for weight, value in zip(net.parameters(), before[-2], strict=True):
        weight.data = value
    last = torch.randperm(60, generator=seed_torch(3))[-20:]
    loss = count_cross_entropy(net(encode(values[last])), labels[last])
    expected = torch.autograd.grad(loss, list(net.parameters()))
    torch.testing.assert_close(moved, list(expected), rtol=1e-3, atol=1e-6)
    assert all(gradient.any() for gradient in expected)


def test_an_evaluation_shows_the_network_the_values():
    """A network that counts each input answers right only if it sees the very samples."""
    values, labels = task(40)
    net = nn.Sequential(nn.Linear(4, 2, bias=False), LIF(tau_mem=100.0))
    net[0].weight.data = torch.tensor([[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]])
    assert evaluate(net, values, labels, encode=encode, batch_size=7) == 1.0
    assert evaluate(net, values, 1 - labels, encode=encode, batch_size=7) == 0.0
    assert evaluate(net, 0 * values, labels, encode=encode, batch_size=7) == 0.5
    mixed = labels.clone()
    mixed[:10] = 1 - mixed[:10]
    assert evaluate(net, values, mixed, encode=encode, batch_size=7) == 0.75


def test_evaluate_equals_counting_and_changes_nothing():
    values, labels = task(37)
    seed_torch(1)
    net = network().train()
    before = [parameter.clone() for parameter in net.parameters()]
    expected = (predict(spike_count(net(encode(values)))) == labels).float().mean().item()
    assert evaluate(net, values, labels, encode=encode, batch_size=10) == pytest.approx(expected)
    assert net(encode(values)).any()
    assert net.training
    assert all(torch.equal(a, b) for a, b in zip(before, net.parameters(), strict=True))


def test_every_sample_is_seen_once_per_epoch():
    values = torch.arange(10, dtype=torch.float32).view(-1, 1) / 10
    seen = []

    def watching(batch):
        seen.append(batch)
        return encoding.direct(batch.expand(-1, 4), 3)

    fit(
        network(),
        values,
        torch.zeros(10, dtype=torch.long),
        encode=watching,
        epochs=1,
        batch_size=4,
        progress=False,
    )
    assert [len(batch) for batch in seen] == [4, 4, 2]
    assert torch.equal(torch.cat(seen).sort(0).values, values)


def test_after_batch_is_called_after_every_update():
    values, labels = task(30)
    calls = []
    fit(
        network(),
        values,
        labels,
        encode=encode,
        epochs=2,
        batch_size=10,
        after_batch=lambda: calls.append(1),
        progress=False,
    )
    assert len(calls) == 6


def test_progress_bar_shows_in_a_terminal(monkeypatch):
    from tqdm import tqdm

    import snn_core.training.loop as loop

    terminal = io.StringIO()
    monkeypatch.setattr(loop, "tqdm", lambda **options: tqdm(file=terminal, **options))
    fit(network(), *task(20), encode=encode, epochs=2)
    assert "/2 [" in terminal.getvalue()
    assert "loss=" in terminal.getvalue()


def test_seeded_repeats_weights_and_draws():
    first = (torch.rand(2, generator=seed_torch(4)), nn.Linear(2, 2).weight)
    second = (torch.rand(2, generator=seed_torch(4)), nn.Linear(2, 2).weight)
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_seeded_gives_weights_and_draws_streams_of_their_own():
    starts = set()
    for seed in range(100):
        drawn = torch.rand(4, generator=seed_torch(seed))
        starts |= {tuple(torch.rand(4).tolist()), tuple(drawn.tolist())}
    assert len(starts) == 200


def small_task():
    generator = seed_torch(0)
    network = nn.Sequential(nn.Linear(6, 8), LIF(), nn.Linear(8, 3), LIF())
    return network, torch.rand(60, 6, generator=generator), torch.arange(60) % 3


def test_watched_spikes_are_those_of_the_layers_and_only_inside_the_block():
    network, values, _ = small_task()
    inputs = encoding.direct(values, 5) * 3
    with watch_spikes(network) as spikes:
        output = network(inputs)
    network(inputs)
    assert len(spikes) == 2
    assert torch.equal(spikes[0], network[:2](inputs))
    assert torch.equal(spikes[1], output)


def test_a_penalty_is_added_to_the_loss_and_lowers_the_activity():
    encode, counts = (lambda v: encoding.direct(v, 5) * 3), {}
    for weight in (0.0, 1.0):
        network, values, labels = small_task()
        seen = []

        def penalty(spikes, weight=weight, seen=seen):
            seen.append(len(spikes))
            return weight * l1_activity(spikes[0])

        options = {
            "encode": encode,
            "epochs": 5,
            "batch_size": 20,
            "progress": False,
            "generator": seed_torch(1),
        }
        fit(
            network,
            values,
            labels,
            penalty=penalty,
            optimizer=torch.optim.Adam(network.parameters(), 1e-2),
            **options,
        )
        with watch_spikes(network) as spikes:
            network(encode(values))
        counts[weight] = spikes[0].sum()
        assert set(seen) == {2}
    assert counts[1.0] < counts[0.0] / 2


def cosine(start, end, share):
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


def test_one_cycle_rises_to_the_learning_rate_and_falls_to_nearly_zero():
    """The course over 20 updates, written out: up to the sixth, down to the last."""
    optimizer = torch.optim.AdamW([nn.Parameter(torch.zeros(1))], lr=7.0)
    schedule, seen = one_cycle(optimizer, 0.5, updates=20), []
    for _ in range(20):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    up = [cosine(0.5 / 25, 0.5, update / 5) for update in range(5)]
    down = [cosine(0.5, 0.5 / 250_000, (update - 5) / 14) for update in range(5, 20)]
    assert seen == pytest.approx(up + down)
    assert max(seen) == 0.5


def test_one_cycle_lasts_for_as_many_updates_of_fit_as_it_was_made_for():
    values, labels = task(30)
    net = network()
    optimizer = torch.optim.Adam(net.parameters())
    schedule = one_cycle(optimizer, 0.1, updates=6)
    options = {"encode": encode, "optimizer": optimizer, "batch_size": 10, "progress": False}
    fit(net, values, labels, epochs=2, after_batch=schedule.step, **options)
    with pytest.raises(ValueError, match="step"):
        fit(net, values, labels, epochs=1, after_batch=schedule.step, **options)
