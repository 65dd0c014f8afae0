# %% [markdown]
# # 07 · A first trained network
#
# **How do I train a spiking network, and what do I do when it learns nothing?**
#
# Needs: pages 01, 02, 04 and 05; how PyTorch trains a network. · 45 minutes to read, without *Deeper*; half a minute to run. · Introduces `count_cross_entropy`, `fit`, `evaluate` and `diagnose`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/07_first_trained_network.ipynb)

# %% tags=["setup"]
import math
import sys
from functools import partial

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn

from snn_core import LIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.diagnostics import diagnose
from snn_core.losses import accuracy, count_cross_entropy, spike_count
from snn_core.teaching.diagrams import before_and_after
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import StopReading
from snn_core.teaching.inputs import pulse
from snn_core.teaching.palette import BLUE, GREY
from snn_core.teaching.plotting import (
    compare_lanes,
    confusion_matrix,
    decorate,
    dots_per_seed,
    loss_curve,
    panels,
    use_style,
)
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.clinic import (
    HEALTHY,
    PATIENTS,
    WrongSign,
    examine,
    one_repair,
    sick_and_repaired,
    table,
    unseen_patient,
    untrained,
    with_memory,
)
from snn_core.teaching.studies.first_network import stopped_outputs
from snn_core.training import evaluate, fit, one_cycle, seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below

# %% [markdown]
# Here are 5,000 handwritten digits to learn from, 1,000 others to be tested on, and a network of 266 LIF neurons with random weights: 784 pixels, 256 hidden neurons, 10 output neurons, one for each digit.

# %%
digits = mnist_mini()
train_images = digits.train_images.flatten(1)
test_images = digits.test_images.flatten(1)
train_labels = digits.train_labels
test_labels = digits.test_labels


def fresh(seed):
    generator = seed_torch(seed)
    network = nn.Sequential(
        nn.Linear(784, 256),
        LIF(),
        nn.Linear(256, 10),
        LIF(),
    )
    encode = partial(encoding.rate, steps=10, generator=generator)
    return network, encode, generator


# %% [markdown]
# `encode` turns images into spikes, ten steps of them, the brighter a pixel the more often (page 01). We show the network a 7, then train it once through the 5,000 images, which takes about two seconds. Then we show it the same 7 again. (Section 2 opens `fit`.)

# %%
pixels = encoding.rate(test_images[:1], 10, generator=seed_torch(1))
network, encode, generator = fresh(0)


def layers(spikes):
    with torch.no_grad():
        hidden = network[:2](spikes)
        output = network[2:](hidden)
    return hidden[:, 0], output[:, 0]


before = layers(pixels)
history = fit(
    network,
    train_images,
    train_labels,
    encode=encode,
    optimizer=torch.optim.Adam(network.parameters(), lr=2e-3),
    epochs=1,
    batch_size=64,
    generator=generator,
)
after = layers(pixels)

# %% [markdown]
# > **Look first:** the same 7, before and after training on 5,000 digits. Which picture tells you that the network has read it?

# %% alt="Six panels. Left: a handwritten seven, and the raster of its pixels over ten steps. Top: before training, few of the 256 hidden neurons spike and no output neuron does. Bottom: after training, many hidden neurons spike, and of the outputs neuron 7 spikes at nearly every step, others now and then at most."
axes = before_and_after(
    digits.test_images[0],
    pixels[:, 0],
    before,
    after,
)

# %% [markdown]
# The last one. Before training all outputs were silent; now neuron 7 speaks at nearly every step, and the others at most whisper. The answer is the neuron with the most spikes (of equals, the lowest).
#
# This is how often it is right, on digits that the network has not seen:

# %%
after_one_epoch = evaluate(
    network,
    test_images,
    test_labels,
    encode=encode,
)
print(f"right: {after_one_epoch:.1%}")

# %% tags=["check"]
assert before[1].sum() == 0
assert after[1].sum(0).argmax() == 7
assert after[1].sum(0)[7] >= 8
assert before[0].sum() < after[0].sum() / 3
assert after[1].sum(0).sort().values[-2] <= 4
assert after_one_epoch > 0.8

# %% [markdown]
# ## You will
#
# - turn spike counts into a loss by hand, make one update and measure what it does, and write the loop;
# - train the network, test it on unseen digits, and stop it in the middle of an answer;
# - diagnose six networks that fail or hide a fault, from measurements alone, then one that nobody has seen;
# - compare with what is published on the full MNIST.

# %% [markdown]
# ## 1 · How do spikes become a loss?
#
# Take an untrained network again, and a batch of 64 digits.

# %% tags=["no-slide"]
network, encode, generator = fresh(0)
chosen = torch.randperm(5000, generator=generator)[:64]
batch = encode(train_images[chosen])
labels = train_labels[chosen]
output = network(batch)
print("in: ", list(batch.shape))
print("out:", list(output.shape))

# %% [markdown]
# Steps, digits, neurons.
#
# We want the right neuron to spike most. So the counts $n_c = \sum_t z_c[t]$ are the **scores**, and the rest is as in any classifier: a softmax makes probabilities of them, and the loss is the cross-entropy, with $y$ for the right class:
#
# $$p_c = \frac{e^{n_c}}{\sum_k e^{n_k}}, \qquad L = -\ln p_y.$$

# %% [markdown]
# With three classes, counts of 2, 0 and 1, and class 0 right:
#
# | class | count $n_c$ | $e^{n_c}$ | probability $p_c$ |
# |---|---|---|---|
# | **0** | 2 | 7.39 | **0.67** |
# | 1 | 0 | 1 | 0.09 |
# | 2 | 1 | 2.72 | 0.24 |
#
# The loss is $-\ln 0.67 = 0.41$. One more spike of neuron 0 would make it 0.17.
#
# > **Before you run:** most of our outputs are silent so far. What is the loss of a digit for which *none* of the ten output neurons spikes?

# %%
loss = count_cross_entropy(output, labels)
score = accuracy(spike_count(output), labels)
print(f"output spikes per digit: {output.sum() / 64:.2f}")
print(f"loss {loss:.2f}, accuracy {score:.0%}")
print(f"ln 10 = {math.log(10):.2f}")

# %% [markdown]
# Ten equal scores, so each class gets 1/10, and $-\ln \frac{1}{10} = \ln 10 = 2.30$. Remember this number: **a loss that stays at 2.30 is a network that says nothing, or the same of every class.** Ours says nearly nothing, and what little it says is wrong.

# %% tags=["check"]
example = torch.tensor([[[1.0, 0, 1]], [[1, 0, 0]]])
target = torch.tensor([0])
assert spike_count(example).tolist() == [[2, 0, 1]]
assert [round(p, 2) for p in torch.softmax(spike_count(example), 1)[0].tolist()] == [0.67, 0.09, 0.24]
assert round(count_cross_entropy(example, target).item(), 2) == 0.41
more = torch.cat([example, torch.tensor([[[1.0, 0, 0]]])])
assert round(count_cross_entropy(more, target).item(), 2) == 0.17
silence = count_cross_entropy(torch.zeros(10, 64, 10), labels)
assert abs(silence - math.log(10)) < 1e-6
assert abs(count_cross_entropy(torch.ones(10, 64, 10), labels) - math.log(10)) < 1e-6
assert output.sum() / 64 < 0.5
assert silence < loss < silence + 0.1
assert score < 0.15

# %% [markdown]
# ## 2 · One update, then the loop
#
# The backward pass goes from the loss through the counts, through every step of the output neurons, the weights, and every step of the hidden neurons. A spike is a jump: its slope is 0 on both sides. In its place stands a *surrogate* derivative, a bump around the threshold (page 05). The default has long tails, so that even a silent neuron passes something back. PyTorch does all this in `backward()`.

# %% tags=["no-slide"]
unseen = partial(evaluate, network, test_images, test_labels, encode=encode)
untaught = unseen()

# %% [markdown]
# > **Before you run:** we make one update, and show the network the same spikes again. No weight moves by more than 0.002. What can that do to a loss of 2.32?

# %%
optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
loss.backward()
optimizer.step()
again = network(batch)
new_loss = count_cross_entropy(again, labels)
new_score = accuracy(spike_count(again), labels)
print(f"output spikes per digit: {again.sum() / 64:.2f}")
print(f"loss {new_loss:.2f}, accuracy {new_score:.0%}")
print(f"unseen digits: accuracy {unseen():.0%}, before {untaught:.0%}")

# %% [markdown]
# A few output spikes have become 24, and 14 of the 64 digits are read instead of 2: there are 203,530 weights, and the gradient told each that it reached in which direction. Unseen digits gain less, since it was the gradient of these 64.
#
# Now do it for one batch after the other. An **epoch** is once through all images, here 79 updates:

# %%
network, encode, generator = fresh(0)
optimizer = torch.optim.Adam(network.parameters(), lr=2e-3)
losses = []
for chosen in torch.randperm(5000, generator=generator).split(64):
    spikes = encode(train_images[chosen])
    loss = count_cross_entropy(network(spikes), train_labels[chosen])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())

# %% [markdown]
# One epoch, 79 such updates, is what `fit` does, with a progress bar. From the same seed, are the losses the same?

# %% alt="Loss against update, 79 updates. It starts at 2.3, a grey dashed line marked silence, and falls to about 0.3."
print(losses == history.loss)
axis = panels()
axis.plot(range(1, 80), losses, ".-", color=BLUE)
axis.axhline(math.log(10), color=GREY, linestyle="--", label="silence: ln 10")
axis.set_ylim(0)
decorate(axis, x="update", y="loss", title="One epoch: away from silence")

# %% [markdown]
# The loop and `fit` give the same losses to the last digit. Use `fit` when the loop is routine, your own when you want to change it.

# %% tags=["check"]
assert losses == history.loss
assert round(losses[0], 2) == 2.32
assert new_loss < losses[0] - 0.15
assert abs(again.sum() - 24) < 3
assert abs(64 * score - 2) < 1.5
assert abs(64 * new_score - 14) < 2.5
assert sum(weights.numel() for weights in network.parameters()) == 203_530
probe = untrained(0)
start = [weights.detach().clone() for weights in probe.parameters()]
stepper = torch.optim.Adam(probe.parameters(), lr=2e-3)
test_spikes = encode(test_images)
guessed = accuracy(spike_count(probe(test_spikes)), test_labels)
count_cross_entropy(probe(batch), labels).backward()
stepper.step()
assert guessed < accuracy(spike_count(probe(test_spikes)), test_labels) < new_score
assert torch.equal(probe(batch), again)
moves = [(a - b).abs().max() for a, b in zip(probe.parameters(), start, strict=True)]
assert max(moves) < 0.00201
assert np.mean(losses[-10:]) < 0.7

# %% [markdown]
# ## 3 · Train it
#
# One epoch is not enough. Three things change:
#
# - **Eight epochs**, and a learning rate that rises to 0.005 and falls to 0: `one_cycle`.
# - **Each batch is moved** by up to one pixel: no place is learnt by heart.
# - **AdamW with `weight_decay=0.5`**, times the learning rate: at most $0.005 \cdot 0.5 = 0.25$ % of each weight decays per update.


# %%
def move(images):
    shift = torch.randint(-1, 2, (2,), generator=generator)
    square = images.view(-1, 28, 28)
    moved = square.roll(shift.tolist(), dims=(1, 2))
    return moved.flatten(1)


def moved_spikes(images):
    if network.training:  # not when it is tested
        images = move(images)
    return encode(images)


# %% [markdown]
# The network is new, and so is its optimizer:

# %% tags=["slide-code"]
network, encode, generator = fresh(0)
optimizer = torch.optim.AdamW(
    network.parameters(),
    lr=0.005,
    weight_decay=0.5,
)
schedule = one_cycle(optimizer, lr=0.005, updates=8 * 79)

# %% [markdown]
# > **Before you run:** more than 80 % were right after one epoch. What do you expect after eight?

# %% tags=["no-slide"]
history = fit(
    network,
    train_images,
    train_labels,
    encode=moved_spikes,
    optimizer=optimizer,
    after_batch=schedule.step,
    epochs=8,
    batch_size=64,
    test=(test_images, test_labels),
    generator=generator,
)

# %% alt="Left: the loss per batch falls from 2.3 to about 0.1 over eight epochs. Right: accuracy on training and test images per epoch; both rise together and end near 96 percent."
axes = loss_curve(history)
final = history.test_accuracy[-1]
decorate(axes[0], title="The loss of each batch")
decorate(axes[1], title=f"At the end {final:.1%} of the test digits")

# %% [markdown]
# At least 94 % of the test digits. Training and test end close together: moved images are hard to learn by heart. (At first training lies lower: it is counted on moved images, while the network still learns.)
#
# Is it luck? The same training was done from five seeds:

# %%
record = recorded("first_network")
print(record)
ends = [run["test"][-1] for run in record.results["runs"]]
print(f"{np.mean(ends):.1%} ± {np.std(ends, ddof=1):.1%}")
print(f"from {min(ends):.1%} to {max(ends):.1%}")

# %% [markdown]
# Our seed 0 is the best of the five: one run proves little. (The settings were ranked on 1,000 held-out *training* images. But two earlier choices were dropped for their results on the test images, so these numbers are a little optimistic.)

# %% tags=["check"]
assert len(ends) == 5
assert min(ends) >= 0.94
assert np.argmax(ends) == 0
assert final >= 0.94
assert abs(final - ends[0]) < 0.015
assert abs(history.train_accuracy[-1] - final) < 0.03
assert math.isclose(0.005 * optimizer.defaults["weight_decay"], 0.0025)

# %% [markdown]
# ## 4 · How does it decide?
#
# An accuracy is one number. Which digits does the network confuse? We show it the test images for 30 steps, three times longer than in training.
#
# > **Before you run:** which two digits would *you* confuse most easily?

# %%
shown = encoding.rate(test_images, steps=30, generator=seed_torch(5))
with torch.no_grad():
    output = network(shown)
answers = output.cumsum(0).argmax(2)  # after each step

# %% alt="Confusion matrix of ten digits: nearly all counts on the diagonal. The most frequent confusions stand in cells of a fuller blue beside it."
axis = confusion_matrix(answers[-1], test_labels)
errors = (answers[-1] != test_labels).sum()
decorate(axis, title=f"{errors} errors in 1,000")

# %% [markdown]
# Look-alikes: a 4 and a 9, a 3 and a 5 or 8, a 6 and a 0, a 7 and a 2 or 9. Most pairs are never confused at all.

# %% [markdown]
# ### Stop it
#
# After every step the output with the most spikes so far is the answer, so the network can be stopped at any time. Here are two of 50 test digits, with the outputs that spike most:

# %% alt="Two panels, spikes so far against the step. Left, digit 16, ten steps: the count of neuron 9 is level with others after steps 1, 3 and 5, then stays ahead. Right, digit 37, thirty steps: neuron 9 leads from step 2 on, and neuron 4 falls further and further behind."
counts = stopped_outputs().cumsum(0)  # [step, digit, neuron]
axes = panels(2)
axes[0].plot(range(1, 11), counts[:10, 16, [9, 8, 7]], ".-", label=[9, 8, 7])
axes[1].plot(range(1, 31), counts[:, 37, [9, 4]], ".-", label=[9, 4])
decorate(axes[0], x="step", y="spikes so far", title="Digit 16 is a 9")
decorate(axes[1], x="step", title="Digit 37 is a 4")

# %% [markdown]
# The explorer holds all 50.

# %%
StopReading().sliders()

# %% [markdown]
# **Try this**
#
# 1. Digit 16: move the step from 1 to 8. How often is the answer not a 9? How large is the lead meanwhile?
# 2. Digit 37: when is the answer wrong, and would waiting help?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. Three times: after steps 1, 3 and 5, and each time there is a tie, in which the lowest digit counts. The lead is never more than one spike. From step 6 on the 9 stays ahead.
# 2. From step 2 to step 30 it is a 9, with a growing lead. The network is sure, and wrong. (At step 1 nothing has spiked.) A lead says how sure the network is, not how right.
#
# </details>

# %% [markdown]
# Now all 1,000 test digits. The network was trained with ten steps, at the dashed line.
#
# > **Before you run:** does it read more of them beyond ten steps?

# %% alt="Accuracy on 1,000 test digits against the number of steps looked at: the axis begins at 80, and a note says how few are right after one step; above 90 percent from three on, and nearly flat from six on. A dashed line at ten steps."
anytime = (answers == test_labels).float().mean(1)
axis = panels()
axis.plot(range(1, 31), 100 * anytime, ".-", color=BLUE)
axis.axvline(10, color=GREY, linestyle="--", label="steps in training")
axis.text(2.7, 80.5, f"step 1:\n{anytime[0]:.0%}")
decorate(axis, x="steps looked at", y="accuracy (%)", ylim=(80, 100))
decorate(axis, title="Nearly all is known after five steps")

# %% [markdown]
# Hardly. After five steps the answer is nearly as good as it gets, and after ten waiting adds little.

# %% tags=["check"]
places = record.results["stopped"]["places"]
recorded_answers = counts.argmax(2)
assert len(places) == 50
assert test_labels[places][[16, 37]].tolist() == [9, 4]
assert set(counts[9, 16].topk(2).indices.tolist()) <= {7, 8, 9}
assert set(counts[-1, 16].topk(3).indices.tolist()) == {7, 8, 9}
assert set(counts[-1, 37].topk(2).indices.tolist()) == {4, 9}
assert set(recorded_answers[1:, 37].tolist()) == {9}
assert counts[0, 37].sum() == 0
assert anytime[0] < 0.3
assert anytime[3] > 0.9
assert anytime[4] > anytime[29] - 0.03
assert (anytime[9:] - anytime[29]).abs().max() < 0.02
assert 25 < errors < 50
confused = torch.zeros(10, 10, dtype=int)
for label, answer in zip(test_labels, answers[-1], strict=True):
    confused[label, answer] += int(label != answer)
alike = [(4, 9), (3, 5), (3, 8), (6, 0), (7, 2), (7, 9)]
assert sum(confused[a, b] + confused[b, a] for a, b in alike) > errors / 3
assert (confused > 0).sum() < 45
leads = counts[:, 16].topk(2).values.diff().abs().flatten()
assert (recorded_answers[:, 16] != 9).nonzero().flatten().tolist() == [0, 2, 4]
assert leads[[0, 2, 4]].sum() == 0
assert leads[:8].max() == 1

# %% [markdown]
# ## 5 · The clinic: why does it not learn?
#
# When a network does not learn, guessing at the learning rate is no diagnosis. `diagnose` sends one batch through a copy of it, forward and backward, and measures.
#
# | row | measured on one batch |
# |---|---|
# | spikes/step | spikes per neuron and step |
# | silent, saturated | share of neurons that never spike, or in more than 90 % of the steps |
# | u max | highest membrane; threshold 1 |
# | drop | by how much the membrane falls at a spike |
# | gradient | norm of the gradient of the loss at the currents; 0, or far below the healthy one: the way back is blocked |
# | mixing | share of a sample's gradient that falls on *other samples* |
# | memory | share of spikes that differ when the batch is shown twice |
# | update | its size, relative to the weights |
#
# > **Before you run:** a healthy network and six patients, all *untrained*, by their hidden layers. Do the numbers tell each patient from the healthy one?

# %%
cases = {"healthy": HEALTHY} | PATIENTS
reports = {name: examine(case, batch, labels) for name, case in cases.items()}
print(table(reports))

# %% [markdown]
# Yes, each differs in one row at least.
#
# 1. weights by `torch.rand`
# 2. reset with `+` for `−`
# 3. threshold 20
# 4. weights too small, surrogate that ends
# 5. axes of batch and time exchanged
# 6. state kept between batches
# 7. learning rate 1.0
# 8. learning rate 0.00001
#
# > **Before you read on:** who has what, by which row? Two are nobody's.

# %% [markdown]
# <details><summary>Who has what</summary>
#
# | patient | what tells it | cause |
# |---|---|---|
# | A | memory 97 %: the same batch, another answer | 6 · the state is kept |
# | B | saturated 100 %, membranes of hundreds | 1 · `torch.rand` |
# | C | update, more than thirty times the weights themselves | 7 · learning rate |
# | D | mixing 98 %: what one image gets depends on others | 5 · wrong axis |
# | E | silent 100 %, gradient 0 | 4 · weights divided by the inputs' number, not its root; a triangle, zero outside 0.5 to 1.5 |
# | F | drop −1: the membrane *rises* at a spike, up to ten thresholds | 2 · the `+` |
#
# Nobody has 3: with a threshold of 20 the membranes come higher than the healthy ones, and those of E stay at 0.21. Nor 8: it changes the last row only.
#
# </details>

# %% [markdown]
# Patient F once more:

# %% tags=["no-slide"]
print(diagnose(untrained(4, WrongSign), batch, labels))

# %% [markdown]
# A 6 (*memory*), B 1 (*saturated*), C 7 (*update*), D 5 (*mixing*), E 4 (*silent*, *gradient*), F 2 (*drop*).
#
# `diagnose` itself prints every layer, named by its place in `Sequential`: 1 is the hidden layer, 3 the output. (`u mean` is the mean membrane.) And it says what looks wrong.

# %% tags=["check"]
hidden = {name: report.layers[0] for name, report in reports.items()}
assert reports["healthy"].findings == []
assert str(diagnose(untrained(4, WrongSign), batch, labels).layers[0]) == str(hidden["F"])
assert all(report.findings for name, report in reports.items() if name != "healthy")
assert round(100 * reports["A"].memory) == 97
assert hidden["B"].saturated == 1
assert hidden["B"].membrane.max() > 300
assert hidden["B"].gradient < hidden["healthy"].gradient / 1000
assert reports["C"].update > 30
assert round(100 * reports["D"].mixing) == 98
assert hidden["E"].silent == 1
assert hidden["E"].gradient == 0
assert round(hidden["E"].membrane.max().item(), 2) == 0.21
deaf = diagnose(untrained(4, partial(LIF, threshold=20.0)), batch, labels).layers[0]
assert deaf.silent == 1
assert deaf.membrane.max() > hidden["healthy"].membrane.max()
slow = examine(HEALTHY._replace(lr=1e-5), batch, labels)
assert str(slow.layers[0]) == str(hidden["healthy"])
assert (slow.mixing, slow.memory) == (reports["healthy"].mixing, reports["healthy"].memory)
assert slow.update < 0.001
triangle = PATIENTS["E"].network(4)[1].surrogate
edges = torch.tensor([0.49, 0.51, 1.49, 1.51], requires_grad=True)
triangle(edges - 1).sum().backward()
assert (edges.grad > 0).tolist() == [False, True, True, False]
assert abs(hidden["F"].drop + 1) < 1e-4
assert 10 < hidden["F"].membrane.max() < 11

# %% [markdown]
# ### What the faults cost
#
# Each patient was trained for two short epochs on 2,000 images, and so was its repaired twin, from five seeds. Dashed: one answer for all digits.
#
# > **Look first:** two of the six would have passed a test that only asks whether the accuracy is well above chance. Which?

# %% alt="Test accuracy of the six patients, sick and repaired, one dot a seed. B, C, D and E lie on a dashed line at 8.5 percent when sick, A near 72 and F near 81; all repaired ones lie near 86 percent."
clinic = recorded("clinic")
print(clinic)
found = clinic.results
axis = dots_per_seed(
    sick_and_repaired(found),
    ["sick", "repaired"],
    level=(test_labels == 0).float().mean(),
    y="accuracy",
    title="Every repair works, and two faults hide well",
)
_ = axis.set_ylim(0, 1)

# %% [markdown]
# A and F. They learn *in spite* of their faults, which is why such bugs live long. B, C, D and E answer 0, whatever they see (ties go to the lowest digit): right for 85 of the 1,000 digits, at the dashed line. (Why D dies: see *Deeper*.) Repaired, A, C, D and F *are* the healthy network, so their five runs are the same.

# %% [markdown]
# ### Which of the two was the cure?
#
# B and E each had two things wrong. The weights of B are too large *and* all positive; those of E are too small, *and* its surrogate ends.
#
# > **Before you run:** repair one thing at a time. For whom is one enough?

# %%
for repair, scores in one_repair(found).items():
    print(f"{repair:25} {min(scores):.0%} to {max(scores):.0%}")

# %% [markdown]
# For B neither is enough, and smaller weights alone are a lottery. For E the surrogate is the cure: with tails it reaches any membrane, however small the weights.

# %% tags=["check"]
singly = one_repair(found)
assert [round(100 * np.mean(found["patients"][name]["accuracy"])) for name in "AF"] == [72, 81]
assert max(singly["E, larger weights"]) < 0.4
assert min(singly["E, surrogate with tails"]) > 0.8
assert max(singly["B, weights of both signs"]) < 0.75
assert max(singly["B, smaller weights"]) - min(singly["B, smaller weights"]) > 0.6
loudest = np.argmax(found["patients"]["B"]["spikes"])
assert found["patients"]["B"]["spikes"][loudest] > 99
assert abs(found["patients"]["B"]["loss"][loudest] - math.log(10)) < 0.005
zeros = (test_labels == 0).float().mean().item()
assert round(1000 * zeros) == 85
assert (test_labels.bincount() == 85).sum() == 1
for name, (sick, repaired) in sick_and_repaired(found).items():
    assert min(repaired) > 0.8
    assert name[0] in "AF" or np.allclose(sick, zeros)
assert all(max(found["patients"][name]["accuracy"]) < min(found["healthy"]["accuracy"]) for name in "AF")
assert clinic.settings["epochs"] == 2
assert clinic.settings["samples"] == 2000

# %% [markdown]
# ### Patient F in slow motion
#
# Five spikes come in, to a healthy neuron and to one with the `+`:

# %% alt="Three lanes over 60 ms: five input spikes; a healthy membrane that spikes twice and falls each time; a membrane with the wrong sign, which at its first spike jumps up and then spikes at every step."
current = pulse(60, at=[10, 13, 30, 33, 36], height=0.6)
runs = {
    "minus": LIF()(current, record=True),
    "plus": WrongSign()(current, record=True),
}
axes = compare_lanes(
    current,
    runs,
    falls={"plus": -1},  # it rises
    title="With the plus the neuron cannot stop",
)

# %% [markdown]
# The healthy neuron falls by 1 at its spike. The other rises by 1, so it is above the threshold at the next step as well, and so on for ever.

# %% tags=["check"]
assert runs["minus"].spikes.sum() == 2
assert runs["plus"].spikes[13:].all()
assert runs["plus"].spikes[:13].sum() == 0
assert 9 < runs["plus"].membrane.max() < 11

# %% [markdown]
# ## 6 · How far does all of MNIST go?
#
# 5,000 images are few. With all 60,000, more neurons and other settings, a network of spiking neurons makes less than half as many errors. Training takes a quarter of an hour for each seed, so this is a record:

# %%
record = recorded("mnist_full")
print(record)
for name, value in record.settings.items():
    print(f"{name:16} {value}")

# %% [markdown]
# The task is *permutation-invariant* MNIST: no network is told which pixels are neighbours.
#
# > **Before you run:** Lee, Delbruck and Pfeiffer (2016) read 98.64 % with 800 hidden neurons. Does ours, with 1,600, read more?

# %%
last_five = [run["test"][-5:] for run in record.results["runs"]]
ours = 100 * np.mean(last_five)
print(f"ours, mean of the last five epochs: {ours:.2f} %")
published = {"784-800-10": 98.64, "two hidden layers": 98.77}
for name, percent in published.items():
    print(f"{name}: {percent} %, ours {ours - percent:+.2f} points")

# %% [markdown]
# Hardly, and it is another experiment: theirs are as published, ours is a mean over last epochs and seeds. Ours is twice as wide, and coding, readout and training differ too.

# %% tags=["check"]
assert [len(run["test"]) for run in record.results["runs"]] == [record.settings["epochs"]] * len(last_five)
assert len(last_five) == len(record.settings["seeds"])
assert record.settings["samples"] == 60_000
assert record.settings["hidden"] == 2 * 800
assert 100 - ours < (100 - 100 * np.mean(ends)) / 2
assert np.min(last_five) > 0.98
assert abs(ours - published["784-800-10"]) < 0.2
assert all(abs(ours - percent) < 0.5 for percent in published.values())

# %% [markdown]
# ## Recap
#
# You
#
# - turned spike counts into a loss, saw one update wake the outputs, and wrote the loop that `fit` repeats exactly;
# - trained 266 spiking neurons to at least 94 % on unseen digits, and stopped them at any step;
# - found six faults by measuring, and saw when one repair is enough;
# - compared with what is published on the full MNIST.
#
# When a network learns nothing: loss at $\ln C$? → output spikes → `diagnose` → first odd layer → repair.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $n_c$ | spikes of output neuron $c$, its score | `spike_count` |
# | $L$ | cross-entropy of the counts | `count_cross_entropy` |
# | | the training loop, the test | `fit`, `evaluate` |
# | | a learning rate that rises and falls | `one_cycle` |
# | | spikes, membranes, gradients by layer | `diagnose` |

# %% [markdown]
# ## Exercises
#
# Each check says how far you are, and helps more each time.

# %% [markdown]
# ### 1 · Predict one number
#
# A task has four classes. What is the loss of a network whose output neurons never spike?

# %% tags=["exercise"]
expected_loss = None

check("07.1", expected_loss)

# %% [markdown]
# ### 2 · A measurement of your own
#
# Write the function behind the column "silent". For spikes `[T, B, N]` it returns the share of the $N$ neurons that never spike, at no step and for no sample.


# %% tags=["exercise"]
def share_silent(spikes):
    return None  # your code here


check("07.2", share_silent)

# %% [markdown]
# ### 3 · The unseen patient
#
# A seventh patient has come, with three layers of neurons. It learns more slowly than it should. Run `diagnose` on it, with `batch` and `labels` of section 1.

# %%
patient = unseen_patient()

# %% [markdown]
# In which layer is the fault, 1, 3 or 5? And what is it? Choose among: `"weights too small"`, `"weights too large"`, `"threshold too high"`, `"surrogate too narrow"`, `"reset with the wrong sign"`, `"state kept"`, `"wrong axis"`. One number of the table excludes the cause that comes to mind first.

# %% tags=["exercise"]
layer_and_cause = None  # such as (5, "state kept")

check("07.3", layer_and_cause)

# %% [markdown]
# ### 4 · Stop when sure
#
# A network may stop by itself: as soon as the highest count is ahead of the second by `lead` spikes. For output spikes `[T, B, C]`, return for each sample after how many steps it stops, counted from 1, and $T$ if it never gets so far ahead. (`topk` finds the two highest.)


# %% tags=["exercise"]
def steps_until_sure(spikes, lead):
    return None  # your code here


check("07.4", steps_until_sure)

# %% [markdown]
# ### 5 · Open
#
# Invent another patient: break the network in a way that `diagnose` does *not* find. What would you have to measure?

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# Four equal scores give each class the probability 1/4, and $-\ln \frac14 = 1.39$.
#
# ```python
# expected_loss = np.log(4)
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def share_silent(spikes):
#     return (spikes.sum((0, 1)) == 0).float().mean().item()
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# ```python
# layer_and_cause = (3, "threshold too high")
# ```
#
# Layer 1 is well. Layer 3 is silent, and layer 5 only because it hears nothing. Weights too small? No: the membranes of layer 3 come to more than 4, far above 1, and still none of its neurons spikes. So its threshold is higher. It is 20: somebody gave it in millivolts (page 02). The gradient tells the same: at layer 3 it is less than a thousandth of that at layer 5, since the membranes of layer 3 are far from their threshold.
#
# ```python
# repaired = unseen_patient()
# repaired[3] = LIF()
# cured = diagnose(repaired, batch, labels)
# print(cured)
# ```
#
# </details>
#
# <details><summary>Solution 4</summary>
#
# ```python
# def steps_until_sure(spikes, lead):
#     best, second = spikes.cumsum(0).topk(2).values.unbind(-1)
#     sure = best - second >= lead
#     steps = sure.float().argmax(0) + 1  # the first step of several
#     return torch.where(sure.any(0), steps, len(spikes))
# ```
#
# On the test digits:
#
# ```python
# waits = steps_until_sure(output, lead=2)
# answered = answers[waits - 1, torch.arange(1000)]
# early = (answered == test_labels).float().mean()
# print(f"{waits.float().mean():.1f} steps on average, {early:.1%} right")
# ```
#
# With a lead of 2 it stops after about five steps on average, and reads as many digits as after all 30. Few digits need long, and only these get long.
#
# </details>
#
# <details><summary>Answer 5</summary>
#
# Anything that leaves one batch as it should be: labels exchanged in the whole data set, test images among the training images, pixels shown upside down, a learning rate that is much too *small*. `diagnose` looks at one batch; what changes over batches or lies in the data needs a measurement of its own, such as the accuracy on a handful of images that the network is trained on again and again.
#
# </details>

# %% [markdown]
# ## References
#
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019.
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023, section IV.
# - J. H. Lee, T. Delbruck, M. Pfeiffer, *Training deep spiking neural networks using backpropagation*, Frontiers in Neuroscience 10:508, 2016.
# - I. Loshchilov, F. Hutter, *Decoupled weight decay regularization*, ICLR 2019: AdamW.
#
# **Next:** [08 · Codes and losses](08_codes_and_losses.ipynb) puts every encoder and every loss through this network. Back to [06 · Backprop through time](06_backprop_through_time.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: why patient D dies, and the whole program without the package.

# %% [markdown]
# ### Why patient D dies
#
# Its neurons run along the batch of 25 images, and never sum over time. Is that what kills it? Two networks were trained with less memory or none: the healthy one, along time, and D, along the batch. At $\beta = 0$ neither sums over anything.
#
# > **Before you run:** if D dies of a lack of summing, where will its dots start, and where will they go?

# %% alt="Accuracy for five values of beta, one dot a seed. Along time: near 78 percent at 0, rising to 86 at 0.905. Along the batch: the same at 0, then falling to chance at 0.8."
axis = dots_per_seed(
    with_memory(found),
    ["along time", "along the batch"],
    y="accuracy",
    title="Along the batch, memory kills",
)
_ = axis.set_ylim(0, 1)

# %% [markdown]
# Without memory both learn alike, so D does not die of a lack of summing. The more its neurons remember, the less it learns. At $\beta = 0.905$ the images before it in the batch weigh up to nine times as much in a membrane as the image itself, and have labels of their own. An answer about such a mixture is little better than a guess.
#
# A guess does not pay. If one of ten silent outputs spikes once, its class gets the probability $e/(9+e) = 0.23$, each other class $1/(9+e) = 0.09$. From $\ln 10$ the loss falls by 0.84 if the spike is right, and rises by 0.16 if it is wrong. So it must be right in 16 % of the cases, and a guess is in 10 %. Training teaches silence: D ends with a loss of 2.30, and no output spikes.
#
# > **Before you run:** what if all images of a batch have the *same* label?

# %%
for name, arm in found["one label"].items():
    scores = arm["accuracy"]
    print(f"{name:16} {min(scores):.0%} to {max(scores):.0%}")

# %% [markdown]
# Then the images that are mixed agree, and the wrong axis learns. So it is the contradiction that silences D. (Tested on such batches too, where neighbours help to read a digit. They are a poor order to learn in, so both had eight epochs.)

# %% tags=["check"]
memory = {name: [np.mean(arm["accuracy"]) for arm in arms.values()] for name, arms in found["memory"].items()}
assert abs(memory["along time"][0] - memory["along the batch"][0]) < 0.03
assert memory["along the batch"] == sorted(memory["along the batch"], reverse=True)
assert memory["along time"][0] < memory["along time"][2] < memory["along time"][4]
assert max(memory["along the batch"][3:]) < 0.1
assert clinic.settings["batch_size"] == 25
assert round(sum(0.905**k for k in range(1, clinic.settings["batch_size"]))) == 9
spoken = torch.eye(10)[:1, None]
paid = [count_cross_entropy(spoken, torch.tensor([label])) - silence for label in (1, 0)]
assert [round(each.item(), 2) for each in paid] == [0.16, -0.84]
chances = torch.softmax(spike_count(spoken), 1)[0]
assert [round(chance.item(), 2) for chance in chances[:2]] == [0.23, 0.09]
assert abs(0.16 * paid[1] + 0.84 * paid[0]) < 0.01
assert np.allclose(found["patients"]["D"]["loss"], math.log(10), atol=0.01)
assert max(found["patients"]["D"]["spikes"]) < 0.01
assert min(found["one label"]["along the batch"]["accuracy"]) > 0.5
assert np.mean(found["one label"]["along time"]["accuracy"]) < 0.9
assert clinic.settings["epochs_of_one_label"] == 8

# %% [markdown]
# ### The same in plain PyTorch
#
# A surrogate, a network with its time loop, nothing of `snn_core`. Take it away as a start of your own.


# %%
class Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).float()

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + 10 * x.abs()) ** 2


class PlainReader(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 256)
        self.output = nn.Linear(256, 10)
        self.beta = math.exp(-1 / 10)  # 10 ms

    def forward(self, spikes):
        """Return the counts [B, 10] for spikes [T, B, 784]."""
        v1 = v2 = counts = 0
        for x in spikes:
            u1 = self.beta * v1 + self.hidden(x)
            z1 = Spike.apply(u1 - 1)
            v1 = u1 - z1.detach()
            u2 = self.beta * v2 + self.output(z1)
            z2 = Spike.apply(u2 - 1)
            v2 = u2 - z2.detach()
            counts = counts + z2
        return counts


# %% [markdown]
# Its counts are the scores for PyTorch's own cross-entropy. From the weights of the `Sequential`, the same counts and the same gradients:

# %%
plain = PlainReader()
network, encode, generator = fresh(0)
for ours, theirs in zip(plain.parameters(), network.parameters(), strict=True):
    ours.data.copy_(theirs.data)

loud = torch.cat([batch, batch, batch])
nn.functional.cross_entropy(plain(loud), labels).backward()
count_cross_entropy(network(loud), labels).backward()
print("counts equal:", torch.equal(plain(loud), spike_count(network(loud))))

# %% tags=["check"]
assert spike_count(network(loud)).sum() > 50
assert torch.equal(plain(loud), spike_count(network(loud)))
pairs = zip(plain.parameters(), network.parameters(), strict=True)
assert all(torch.allclose(a.grad, b.grad, rtol=1e-4, atol=1e-6) for a, b in pairs)
assert plain.hidden.weight.grad.abs().max() > 0
