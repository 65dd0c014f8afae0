# %% [markdown]
# # 17 · Event cameras
#
# **What changes when the data are spikes already?**
#
# Needs: pages 02 (dt and τ), 04, 05, 07 (`fit`) and 16 (convolutions over time). · 60 minutes to read, without *Deeper*; one minute to run. · Introduces `EventCamera`, `EventRecordings`, `read_events` and the way through Tonic.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/17_event_cameras.ipynb)

# %% tags=["setup"]
import sys
import tempfile
from pathlib import Path

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core[events] @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

try:
    import tonic
except ModuleNotFoundError:
    raise ModuleNotFoundError("this page needs Tonic: pip install 'tonic>=1.6', then restart the kernel") from None

from snn_core import LIF, LeakyIntegrator, Surrogate
from snn_core.datasets import DataError, mnist_mini
from snn_core.events import EVENT, SENSOR_SIZE, EventCamera, EventRecordings, gaze, read_events
from snn_core.layers import OverTime
from snn_core.losses import summed_membrane_cross_entropy
from snn_core.teaching.diagrams import event_pixel
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import EventWindow
from snn_core.teaching.plotting import decorate, dots_per_seed, event_images, loss_curve, panels, use_style
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.motion import (
    counts_between,
    direction_reader,
    in_order,
    in_random_order,
    motion_shares,
    nmnist_shares,
    pixel_events,
    summed,
    turning_digits,
    turning_film,
)
from snn_core.training import evaluate, fit, one_cycle, seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
digits = mnist_mini()

# %% [markdown]
# A digit 4 passes before a camera within 90 ms. *One* of its pixels sees the grey curve, the logarithm of the brightness, and compares it with a value that it remembers, the stairs. It looks once in a ms.

# %%
places = 27 - 0.3 * np.arange(100)  # 0.3 pixels per ms
line = digits.train_images[2][14]  # of the image
light = np.interp(places, np.arange(28), line)
level = torch.tensor(0.3 + light).log()
sent = pixel_events(level, threshold=0.3)

# %% [markdown]
# Whenever what it sees and what it remembers differ by a *threshold* of 0.3 or more, the pixel sends one **event**: ON if it has become brighter, OFF if darker.
#
# > **Look first:** what happens to the memory, the stairs, at each event? And what does the pixel send while its brightness stays the same?

# %% alt="Top: the log brightness of a pixel over 100 ms rises and falls as two strokes pass. A line of stairs follows it: at each event it jumps onto the curve. Below: upward ticks, ON, where it rises, downward ticks, OFF, where it falls, nothing in between."
axes = event_pixel(level, sent, title="An event when they are 0.3 apart")

# %% [markdown]
# At each event the memory jumps to what the pixel sees, and the comparison begins anew. While nothing changes, nothing is sent.
#
# Why `0.3 + light`? Black is 0 in our images, and $\log 0 = -\infty$. But a black screen gives some light; here 0.3 of what white adds.

# %% tags=["check"]
assert (sent > 0).sum() >= 5
assert (sent < 0).sum() >= 5
assert (sent[:15] == 0).all()
assert (sent[-10:] == 0).all()
assert pixel_events(level[:1].expand(50)).abs().sum() == 0

# %% [markdown]
# ## You will
#
# - build the pixel by hand, and explore what a whole camera sends;
# - decode an event, and make pictures of events in four ways;
# - keep a membrane's 10 ms while the width of a time step changes;
# - build a task that needs order, and train a spiking network on it through Tonic.

# %% [markdown]
# ## 1 · A pixel that remembers
#
# Follow a pixel with the threshold $\theta = 0.3$ by hand:
#
# | look | sees | remembers | difference | sends |
# |---|---|---|---|---|
# | 1 | 0.0 | 0.0 | 0.0 | nothing |
# | 2 | 0.2 | 0.0 | 0.2 | nothing |
# | 3 | 0.5 | 0.0 | 0.5 | ON |
# | 4 | 0.7 | 0.5 | 0.2 | nothing |
# | 5 | 0.1 | ? | ? | ? |
#
# > **Before you run:** fill in the last row.


# %%
def pixel(levels, threshold=0.3):
    memory = levels[0]
    events = []
    for now in levels[1:]:
        event = 0
        if abs(now - memory) >= threshold:
            event = 1 if now > memory else -1
            memory = now
        events.append(event)
    return events


print(pixel([0.0, 0.2, 0.5, 0.7, 0.1]))

# %% [markdown]
# It remembers 0.5, the difference is $-0.4$, so it sends OFF ($-1$). `pixel_events` does the same for many pixels at once.
#
# > **Before you run:** the pixel sees $\log B$. The sun comes out: ten times as much light $B$ everywhere, on black and on white. Does the passing digit cause more events?

# %%
sunny = torch.tensor(10 * (0.3 + light)).log()
print("in the shade:", np.abs(pixel(level)).sum())
print("in the sun:  ", np.abs(pixel(sunny)).sum())

# %% [markdown]
# No. $\log 10B = \log 10 + \log B$: what the pixel sees and what it remembers are both higher by the same amount, so the difference stays. So the pixel reports *contrast*.

# %% tags=["check"]
assert pixel([0.0, 0.2, 0.5, 0.7, 0.1]) == [0, 1, 0, -1]
assert pixel(level) == sent.tolist()
assert pixel(sunny) == sent.tolist()

# %% [markdown]
# ### A whole camera
#
# N-MNIST (Orchard et al. 2015) was recorded by a real event camera before a screen with MNIST digits. What stands still sends nothing, so a motor turned the camera, in three *saccades* of about 100 ms. `EventCamera` simulates this; its settings were chosen on 1,000 training recordings. Its 34 × 34 pixels have thresholds that differ a little, are blind for 4 ms after an event, and send some noise. At an event their memory moves by *one* threshold only, so a big change sends several events.

# %%
camera = EventCamera()
generator = seed_torch(0)
(recording,) = camera.record(digits.train_images[:1], generator=generator)
print(len(recording), "events, and the first three:")
print(recording[:3])

# %% [markdown]
# A list of events $(x, y, t, p)$, sorted by time. Pixel $x$ from the left, $y$ from the top, $t$ in *microseconds*, and the polarity $p$: 1 for ON, 0 for OFF.
#
# > **Before you run:** here are events of 20 ms around three moments, ON in blue, OFF in orange. The arrow shows how the bright digit moves. On which side of a stroke do you expect ON?

# %% alt="Three pictures of events of a 5. At 40 ms an arrow points down and right, and blue ON lies below and right of the strokes, orange OFF above and left. At 95 ms there are only a few specks. At 140 ms the arrow points up and right, and ON lies above and right."
pictures = [counts_between(recording, k - 10, k + 10) for k in (40, 95, 140)]
axes = event_images(
    pictures,
    ["40 ms", "95 ms, at rest", "140 ms"],
    arrows=[(2, 5), None, (4, -6)],
)

# %% [markdown]
# In *front*, where the bright stroke arrives; OFF lies behind, where it has left. Between two saccades the digit rests, and only noise is sent.
#
# Which events come when (without noise, with equal thresholds)?

# %%
EventWindow().sliders()

# %% [markdown]
# **Try this**
#
# 1. Move the window to 245 ms, the third saccade. Which way does the digit move?
# 2. Take the threshold up to 1.5. What is left of the digit?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. To the left: ON is there.
# 2. A few pixels at the brightest strokes. From black to white the logarithm changes by 1.55 (black is 0.27 here), so only pixels that go nearly all the way still send.
#
# </details>

# %% tags=["check"]
assert recording.dtype == EVENT
assert (np.diff(recording["t"]) >= 0).all()
assert EventWindow.controls["threshold"].start == 0.3
for k, way in ((40, (2, 5)), (140, (4, -6))):
    moved = gaze(torch.tensor([k - 10.0, k + 10.0])).diff(dim=0)
    assert torch.cosine_similarity(moved, torch.tensor([way])) > 0.99
    counts = counts_between(recording, k - 10, k + 10)
    off, on = (torch.from_numpy(part).nonzero().double().mean(0) for part in counts)
    assert (on - off).flip(0) @ torch.tensor(way).double() > 0
assert counts_between(recording, 85, 105).sum() < 20
black = camera.dark
assert black == 0.27
assert round(np.log(1 + 1 / black), 2) == 1.55
assert camera.refractory == 4.0

# %% [markdown]
# ## 2 · What do forty bits say?
#
# In a file of N-MNIST each event takes five bytes: $x$, $y$, and three bytes with one bit of polarity and 23 bits of time, the highest first. Here is one event:

# %% tags=["slide-code"]
content = bytes([14, 9, 129, 17, 112])
print(" ".join(f"{byte:08b}" for byte in content))

# %% [markdown]
# > **Before you run:** find $x$, $y$ and $p$ in these bits. And how long can a recording be whose microseconds fit into 23 bits?

# %%
rest = int.from_bytes(content[2:], "big")  # 24 bits
print("x:", content[0], " y:", content[1])
print("p:", rest >> 23)
print("t:", rest % 2**23, "µs")
print(f"longest: {2**23 / 1e6:.1f} s")

# %% [markdown]
# $x = 14$, $y = 9$, and the first bit of the third byte is 1: ON. `read_events` decodes a file, and checks what it reads.
#
# (What the bit means is less sure: *Deeper*.) Here a byte is missing:

# %%
folder = tempfile.TemporaryDirectory()
path = Path(folder.name, "five.bin")
_ = path.write_bytes(content[:-1])
try:
    read_events(path)
except DataError as problem:
    print(str(problem).replace(folder.name, "…"))

# %% tags=["check"]
assert [rest >> 23, rest % 2**23] == [1, 70_000]
_ = path.write_bytes(content)
assert read_events(path).tolist() == [(14, 9, 70_000, 1)]
assert tonic.io.read_mnist_file(str(path), dtype=EVENT).tolist() == [(14, 9, 70_000, 1)]
outside = path.with_name("outside.bin")
_ = outside.write_bytes(bytes([40, 9, 0, 0, 0]))
assert len(tonic.io.read_mnist_file(str(outside), dtype=EVENT)) == 1
try:
    read_events(outside)
    refusal = ""
except DataError as problem:
    refusal = str(problem)
assert "outside.bin" in refusal

# %% [markdown]
# ## 3 · Four pictures: which keeps the order?
#
# A network that runs in steps wants an array for each. *Transforms* of the library *Tonic* make them from a recording. In four of these a pixel says
#
# - `ToFrame(time_window=…)`: how many events of each polarity within 20 ms;
# - `ToFrame(event_count=…)`: the same, but a new picture begins after every 400 events;
# - `ToVoxelGrid`: ON counts $+1$, OFF $-1$, and each event is shared by the two nearest steps;
# - `ToTimesurface`: $e^{-a/\tau}$, where $a$ is the *age* of the latest event.

# %% tags=["slide-code"]
tf = tonic.transforms  # SENSOR_SIZE: 34, 34, 2
by_count = tf.ToFrame(SENSOR_SIZE, event_count=400)

frame = tf.ToFrame(SENSOR_SIZE, time_window=20_000)(recording)[2]
grid = tf.ToVoxelGrid(SENSOR_SIZE, n_time_bins=16)(recording)[2]
surface = tf.ToTimesurface(
    SENSOR_SIZE,
    dt=20_000,
    tau=20_000,
)(recording)[2]

# %% [markdown]
# > **Before you run:** here is the lowest stroke near 50 ms, *ON only*. It moves along the arrow. In which do you see not only *where*, but also in which *order* pixels sent?

# %% alt="ON events of one stroke, which moves down and right. Frame by time: counts up to 5, low at both borders of the band. Frame by count: a thinner and fainter band. Voxel grid: like the first, more blurred. Time surface: full colour at the front below, fading out behind."
pictures = [
    frame[1] / 5,
    by_count(recording)[2][1] / 5,
    grid[0].clip(0) / 5,
    surface[1],
]
axes = event_images(
    [each[20:32, 3:24] for each in pictures],
    [
        "20 ms: 0 to 5",
        "400 events: 0 to 5",
        "voxel grid: 0 to 5",
        "surface: 0 to 1",
    ],
    arrows=[(2, 5)] * 4,
    high=1.0,
)

# %% [markdown]
# In the time surface: full at the front, fainter behind, as events grow old. None of the others tells front from back (in the voxel grid, drawn above 0, OFF has cancelled some ON). A leaky membrane fades likewise, though it adds (page 02). So a spiking network gets *frames by time*, and its membranes do the remembering.
#
# > **Before you run:** which of the two `ToFrame` gives every recording the same number of frames?

# %%
several = camera.record(digits.train_images[:20], generator=generator)
by_time = tf.ToFrame(
    SENSOR_SIZE,
    time_window=20_000,
    start_time=0,
    end_time=300_000,
)
print("time: ", {len(by_time(each)) for each in several})
print("count:", {len(by_count(each)) for each in several})

# %% [markdown]
# By time, if start and end are given: 300 ms are 15 frames. By count a recording of more events gets more frames, and a step is no longer a span of time.

# %% tags=["check"]
assert (grid[0] < 0).any()
assert {len(by_time(each)) for each in several} == {15}
assert len({len(by_count(each)) for each in several}) > 2
one = np.array([(3, 3, 0, 1), (3, 3, 15_000, 0), (3, 3, 20_000, 1)], EVENT)
assert by_time(one)[:2, :, 3, 3].tolist() == [[1, 1], [0, 1]]
aged = tf.ToTimesurface(SENSOR_SIZE, dt=18_000, tau=20_000)(one)
assert np.isclose(aged[0, 0, 3, 3], np.exp(-3 / 20))
parts = tf.ToVoxelGrid(SENSOR_SIZE, n_time_bins=2)(one)
assert np.allclose(parts[:, 0, 3, 3], [1.0, -0.5])

# %% [markdown]
# ## 4 · The bin changes, the milliseconds stay
#
# Recordings have a clock, so the step $\mathrm{d}t$ of a neuron is the width of a bin, and $\beta = e^{-\mathrm{d}t/\tau}$ follows from it (page 02). It is tempting to write $\beta = 0.9$ for all. A neuron gets the ON events of 3 × 3 pixels, each worth 1:

# %% tags=["no-slide"]
near = abs(recording["x"] - 15) <= 1
near &= abs(recording["y"] - 11) <= 1
near &= recording["p"] == 1
moments = recording["t"][near] / 1000  # ms


def course(dt, neuron):
    edges = np.arange(0, 200 + dt, dt)
    counts, _ = np.histogram(moments, edges)
    drive = torch.tensor(counts).float()
    return edges[1:], neuron(drive[:, None, None]).flatten()


# %% [markdown]
# A `LeakyIntegrator`, which never spikes, gets the events of nine pixels in bins of 1, 5 or 10 ms.
#
# > **Before you run:** with $\beta = 0.905$ and bins of 1 ms the membrane has $\tau = 10$ ms. Which $\tau$ has it with the same $\beta$ and bins of 10 ms?

# %% alt="Two panels with the membrane over 200 ms for bins of 1, 5 and 10 ms. Left, the same beta for all: the wider the bins, the higher the membrane and the slower its decay. Right, beta from dt and tau: the three curves rise and fall together."
left, right = panels(2, share=True)
for dt in (1, 5, 10):
    neuron = LeakyIntegrator(beta=0.905)
    left.plot(*course(dt, neuron), label=f"{dt} ms")
    neuron = LeakyIntegrator(tau_mem=10.0, dt=dt)
    right.plot(*course(dt, neuron), label=f"{dt} ms")
decorate(left, x="time (ms)", y="membrane", title="β = 0.905 in all bins")
decorate(right, x="time (ms)", title="β from dt, τ = 10 ms")

# %% [markdown]
# 100 ms: the membrane leaks once in a *bin*, however wide. Only on the right do all decay alike. Give `dt`, and let $\beta$ follow.
#
# Wide bins still have a price: all events count as if they came at a bin's end, so the curves for 5 and 10 ms lie too high (exercise 4). And a neuron can spike only once in a bin.


# %% tags=["check"]
def late_decay(dt, neuron):
    """Return the time constant in ms of the decay after the last event before 200 ms."""
    ends, u = course(dt, neuron)
    late = u[ends >= moments[moments < 200].max() + dt]
    return -dt / (late[1] / late[0]).log().item()


assert len(moments) > 20
assert abs(LeakyIntegrator(10.0).beta - 0.905) < 0.0005
for dt in (1, 5, 10):
    assert abs(late_decay(dt, LeakyIntegrator(beta=0.905)) / (10 * dt) - 1) < 0.02
    assert abs(late_decay(dt, LeakyIntegrator(10.0, dt=dt)) - 10) < 0.1
assert course(10, LeakyIntegrator(beta=0.905))[1].max() > 2 * course(1, LeakyIntegrator(beta=0.905))[1].max()

# %% [markdown]
# ## 5 · Does the answer need time?
#
# A spiking network reads 97 % of genuine N-MNIST. Does it *need* to know when events came?
#
# Two **controls** take that away. *Shuffled*: each recording has its frames in a random order of its own, drawn once. *Summed*: all frames added up, at one step.
#
# > **Before you run:** chance is 10 %. Where do you expect the two?

# %% alt="Test accuracy of three networks each on genuine N-MNIST: in order 97.0 to 97.4 percent; shuffled 93.8 to 99.0; summed 94.2 to 96.0. The axis goes from 90 to 100."
nmnist = recorded("event_digits")
print(nmnist)
axes = dots_per_seed(nmnist_shares(nmnist), ["a seed"])
axes.set_title("N-MNIST, in order and without")
decorate(axes, y="correct (%)", ylim=(90, 100))

# %% [markdown]
# Shuffled, no loss can be seen, though seeds differ by up to 5; from the sum still 94 to 96 % are right: the shape of a digit is in it. So N-MNIST says little about how well a network uses time (Iyer et al. 2021, with other methods).
#
# The network, trained and tested on each view: two spiking convolutions (12 and 32 maps), $\tau = 60$ ms, 12 frames of 25 ms, 1,000 recordings to train and 100 others to test. A dot is the mean of the last five epochs on these; one digit is one percentage point, and differences below about 3 cannot be seen. (The axis begins at 90.)

# %% tags=["check"]
shares = {name: np.array(found[0]) for name, found in nmnist_shares(nmnist).items()}
assert shares["in order"].mean() > 96.5
assert abs(shares["in order"].mean() - shares["shuffled"].mean()) < 1
assert 5 < np.ptp(shares["shuffled"]) < 5.5
assert 94 < shares["summed"].min() < shares["summed"].max() < 96.1
assert [nmnist.settings[key] for key in ("bins", "tau_mem", "kept")] == [12, 60.0, 5]
assert {len(each) for each in shares.values()} == {3}

# %% [markdown]
# ### A task that only order can solve
#
# **Which way does it move, left or right?** `turning_film` gives the log brightness of a digit in pure black and white that moves 2 pixels in a step. What leaves at one side comes in at the other, as on a drum.

# %% tags=["no-slide"]
image = digits.train_images[3]
film = turning_film(
    image,
    "right",
    bright=True,
    start=(0, -6),  # 6 pixels left of the middle
)
bright_right = pixel_events(film)

film = turning_film(
    image,
    "left",
    bright=False,
    start=(0, 6),  # 6 steps of 2 pixels on
)
dark_left = pixel_events(film)

# %% [markdown]
# > **Before you run:** a bright digit that moves right sends ON in front. A *dark* one on a bright ground starts where the first one ends, and moves left. Where does it send ON?

# %% alt="Two rows of six pictures of events of a 1. Top, bright and moving right: ON in blue at the right of the stroke, the digit further right in each picture. Bottom, dark and moving left: the same pictures in the reverse order."
pictures = [*bright_right, *dark_left]
titles = [f"bright, right, {k}" for k in range(1, 7)]
titles += [f"dark, left, {k}" for k in range(1, 7)]
axes = event_images(
    pictures,
    titles,
    rows=2,
    high=1.0,
)

# %% [markdown]
# *Behind*: where it leaves, light returns. So ON is on the right both times, and the pictures of the lower row are those of the upper one, in the *reverse order*. No single picture can tell the way. Nor can their sum, which is the same for both.

# %% tags=["check"]
assert torch.equal(bright_right, dark_left.flip(0))
assert torch.equal(bright_right.sum(0), dark_left.sum(0))
assert bright_right.abs().sum((1, 2)).min() > 20

# %% [markdown]
# ## 6 · Train on it through Tonic
#
# `turning_digits` makes such recordings; the way, the place, and bright or dark are drawn at random. The rest takes five steps.
#
# **1. A data set with its transform.** Item $i$ of `EventRecordings` is `(transform(events), label)`, as in `tonic.datasets`. A frame takes 10 ms.

# %%
cut = tf.ToFrame(
    (28, 28, 2),
    time_window=10_000,
    start_time=0,
    end_time=60_000,
)
films, ways = turning_digits(train=True, samples=800, generator=generator)
data = EventRecordings(films, ways, transform=cut)
print(data[0][0].shape)

# %% [markdown]
# Six frames, two polarities, 28 × 28 pixels. For *genuine* digits, `data` is `snn_core.events.local_nmnist(train=True, transform=by_time)`, of your files `data/nmnist/Train/<digit>/<name>.bin`, or a download, `tonic.datasets.NMNIST("data", train=True, transform=by_time)`.
#
# (With steps of 20 ms and `nn.Linear(576, 10)` below, and without the turn of step 2.)

# %% [markdown]
# **2. A cache.** To cut events anew in every epoch is slow. `DiskCachedDataset` writes frames to a folder, and reads them the next time. A transform of its own is applied *after* reading. Ours turns the drum by a random amount: the way stays, the place is new in every epoch.
#
# > **Before you run:** the cache keeps frames on disk; the random `turn` comes after reading. What would go wrong if it came *before* the cache?

# %% tags=["slide-code"]
draw = np.random.default_rng(17)


def turn(frames):
    down_and_right = draw.integers(28, size=2)
    return np.roll(frames, down_and_right, axis=(2, 3))


cached = tonic.DiskCachedDataset(data, f"{folder.name}/train", transform=turn)
twice = [cached[0][0] for _ in range(2)]
print("the same twice:", np.array_equal(*twice))

# %% [markdown]
# The first draw would be stored, and every epoch would repeat it. (Nor does a cache notice a changed transform: same folder, old content.)
#
# **3. A loader** puts samples together, in a new order each epoch:

# %%
loader = DataLoader(cached, batch_size=32, shuffle=True, generator=generator)
batch, _ = next(iter(loader))
print(batch.shape)

# %% tags=["check"]
assert batch.shape == (32, 6, 2, 28, 28)
assert not np.array_equal(*twice)
assert twice[0].sum() == twice[1].sum() == data[0][0].sum()
frozen = tonic.DiskCachedDataset(EventRecordings(films[:1], ways[:1], lambda e: turn(cut(e))), f"{folder.name}/frozen")
assert np.array_equal(frozen[0][0], frozen[0][0])

# %% [markdown]
# **4. A network**, as on page 16: two layers of convolution, normalisation and LIF neurons, and a readout that never spikes.


# %%
def way_reader(**memory):
    bump = Surrogate(scale=2.0)
    return nn.Sequential(
        OverTime(nn.Conv2d(2, 8, 5, stride=2), nn.BatchNorm2d(8)),
        LIF(surrogate=bump, **memory),
        OverTime(nn.Conv2d(8, 16, 5, stride=2), nn.BatchNorm2d(16)),
        LIF(surrogate=bump, **memory),
        OverTime(nn.Flatten()),
        nn.Linear(256, 2),  # a readout for each way
        LeakyIntegrator(100.0, dt=10),
    )


# %% [markdown]
# **5. The training.** `fit` takes the loader. `encode` turns each batch into what the network takes: it applies a *view* (in order, shuffled or summed), and puts time before the samples. (Else the 32 samples would pass for steps, without any error.) The loss sums the readout's membranes over time (page 04); `one_cycle` takes the learning rate up to 0.02 and down again.


# %%
def learn_way(view, epochs=6):
    seed_torch(0)
    network = way_reader(tau_mem=20.0, dt=10)
    adam = torch.optim.Adam(network.parameters())
    schedule = one_cycle(adam, 0.02, epochs * len(loader))
    history = fit(
        network,
        loader,
        encode=lambda batch: view(batch.float()).transpose(0, 1),
        loss=summed_membrane_cross_entropy,
        optimizer=adam,
        epochs=epochs,
        after_batch=schedule.step,
    )
    return network, history


# %% [markdown]
# > **Before you run:** there are two ways to move. Which accuracy has a network that has learnt nothing?

# %% alt="Left: the loss of the batches falls from about 1 to nearly 0 over six epochs. Right: the training accuracy rises from about 55 to 98 percent."
network, history = learn_way(in_order)
axes = loss_curve(history)

# %% [markdown]
# Half are right by guessing; this network gets nearly all. The test has other digits:

# %% tags=["no-slide"]
films, ways = turning_digits(train=False, samples=500, generator=generator)
data = EventRecordings(films, ways, transform=cut)
tests = tonic.DiskCachedDataset(data, f"{folder.name}/test")


def share_right_in(network, view):
    return evaluate(
        network,
        DataLoader(tests, batch_size=100),
        encode=lambda batch: view(batch.float()).transpose(0, 1),
        decode=summed_membrane_cross_entropy.decode,
    )


share_in_order = share_right_in(network, in_order)
print(f"in order: {share_in_order:.1%}")

# %% [markdown]
# The two controls (new orders each epoch), each trained and tested on its own view.
#
# > **Before you run:** *shuffled*, frames come in random order; *summed*, they are added up. Which accuracy do you expect of each?

# %%
network, _ = learn_way(in_random_order)
share_shuffled = share_right_in(network, in_random_order)
print(f"shuffled: {share_shuffled:.1%}")

# %%
network, _ = learn_way(summed)
share_summed = share_right_in(network, summed)
print(f"summed: {share_summed:.1%}")

# %% [markdown]
# About half, as the two films demand. So such controls tell whether a task needs order.

# %% tags=["check"]
assert share_in_order > 0.95
assert abs(share_shuffled - 0.5) < 0.1
assert abs(share_summed - 0.5) < 0.1
assert history.train_accuracy[-1] > 0.95
assert str(way_reader(tau_mem=20.0, dt=10)) == str(direction_reader())
frames = torch.from_numpy(np.stack([by_time(each) for each in several]).astype(np.float32))
assert way_reader(tau_mem=20.0, dt=20)[:5](frames.transpose(0, 1)).shape == (15, 20, 576)

# %% [markdown]
# ### Where is the memory?
#
# *Snapshot*: one frame only. *No memory*: hidden neurons forget at once, $\beta = 0$. *Stacked, no memory*: the same, but all six frames come at *one* step, as twelve channels.
#
# > **Before you run:** which of the three can tell left from right? The readout remembers, but only adds up what single frames say, the early ones a little more.

# %% alt="Test accuracy in percent for six arms, three seeds each, chance at 50 dashed. In order 99.3 to 99.9. Shuffled, summed, snapshot and no memory between 47 and 53. Stacked, no memory: 100."
motion = recorded("direction_of_motion")
print(motion)
axes = dots_per_seed(motion_shares(motion), ["a seed"], level=50)
axes.set_title("Left or right, from six views")
decorate(axes, y="correct (%)", ylim=(0, 105))

# %% [markdown]
# Only the last; the others are at chance. To tell the way, frames must *meet*. With no memory each step is a snapshot. As the place is random, it says on average the same for both ways; then, with two ways and this loss, a guess is best. Stacked, they meet in the first layer. In the network above they meet in membranes, which still hold *where the edge was* when they hear *where it is*.

# %% tags=["check"]
found = {name: np.array(each[0]) for name, each in motion_shares(motion).items()}
assert found.pop("in order").min() > 99
assert found.pop("stacked, no memory").min() > 99
assert list(found) == ["shuffled", "summed", "snapshot", "no memory"]
assert all(abs(each - 50).max() < 3 for each in found.values())
assert motion.settings["test"] == motion.settings["samples"] == 1000
assert len(motion.settings["seeds"]) == 3
folder.cleanup()

# %% [markdown]
# ## Recap
#
# Data that are spikes already need no encoding: an event is a pixel's spike, sent when and where contrast changes. You choose the width of a step, and test whether the answer needs time.
#
# You
#
# - built a pixel, and saw a camera send fronts and backs;
# - decoded an event bit by bit, and made pictures of events in four ways;
# - kept a membrane's 10 ms while bins grew, by giving `dt` and not $\beta$;
# - built a task that needs order, and trained a spiking network on it through Tonic.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $\theta$ | change of log brightness for one event | `EventCamera(threshold=…)` |
# | $(x, y, t, p)$ | an event: pixel, µs, polarity | `EVENT`, `read_events` |
# | | recordings with labels, and their transform | `EventRecordings`, `local_nmnist` |
# | $\mathrm{d}t$ | width of a bin in ms | `LIF(tau_mem, dt=…)` |

# %% [markdown]
# ## Exercises
#
# Each check says how far you are, and helps more each time.

# %% [markdown]
# ### 1 · Be the pixel
#
# A pixel with $\theta = 0.3$ sees the log brightness 0.0, 0.25, 0.5, 0.1, 0.0, 0.4. At the first it only remembers. What does it send at the other five? A list of 1, $-1$ and 0.

# %% tags=["exercise"]
be_the_pixel = None

check("17.1", be_the_pixel)

# %% [markdown]
# ### 2 · Five bytes
#
# Write the other direction of section 2 for one event: the five bytes of $(x, y, t, p)$, as a list of integers. $t$ is in µs, below $2^{23}$.


# %% tags=["exercise"]
def five_bytes(x, y, t, p):
    return None  # your code here


check("17.2", five_bytes)

# %% [markdown]
# ### 3 · Four ways to move
#
# Now digits move left, right, up or down, each equally often, bright or dark. A network sees a single frame. At best, which share of its answers can be right?

# %% tags=["exercise"]
share_right = None

check("17.3", share_right)

# %% [markdown]
# ### 4 · How high a bin reads
#
# Events come at any time of a bin with equal chance, and section 4 counts them as if at its end. At the ends of bins, the membrane then reads too high: what is the ratio of the mean readings, counted to true? Write it in closed form.


# %% tags=["exercise"]
def bin_factor(dt, tau):
    return None  # your code here


check("17.4", bin_factor)

# %% [markdown]
# ### 5 · Open
#
# Give hidden neurons $\tau = 2$, 5 or 10 ms, three seeds each. When does the network lose the way? Or take data whose answer should need order (gestures: `tonic.datasets.DVSGesture`), and run both controls.

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# 0.25 is too little; at 0.5 it sends ON and remembers 0.5; at 0.1 OFF, and remembers 0.1; 0.0 is too little; at 0.4 ON.
#
# ```python
# be_the_pixel = [0, 1, -1, 0, 1]
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def five_bytes(x, y, t, p):
#     return [x, y, p << 7 | t >> 16, t >> 8 & 255, t & 255]
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# One half. ON and OFF lie left and right of the strokes, or above and below them: a single frame shows the *axis* of the motion. Which of the two ways along it, it cannot show. In the record, networks that saw one frame read 46 to 49 % of unseen digits, and those that saw all frames in order 78 to 85 % after six epochs.
#
# ```python
# share_right = 0.5
# ```
#
# </details>
#
# <details><summary>Solution 4</summary>
#
# Of an event that came $s$ before the end, $e^{-s/\tau}$ is left. The mean over the bin is $(1 - e^{-\mathrm{d}t/\tau})\,\tau/\mathrm{d}t$; the bin reads 1.
#
# ```python
# def bin_factor(dt, tau):
#     return dt / tau / (1 - np.exp(-dt / tau))
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - P. Lichtsteiner, C. Posch, T. Delbruck, *A 128 × 128 120 dB 15 µs latency asynchronous temporal contrast vision sensor*, IEEE JSSC 43, 2008: the pixel.
# - G. Orchard, A. Jayawant, G. K. Cohen, N. Thakor, *Converting static image datasets to spiking neuromorphic datasets using saccades*, Frontiers in Neuroscience 9, 2015.
# - L. R. Iyer, Y. Chua, H. Li, *Is neuromorphic MNIST neuromorphic?*, Frontiers in Neuroscience 15, 2021.
# - A. Z. Zhu et al., CVPR 2019 (voxel grids); X. Lagorce et al., IEEE PAMI 39, 2017 (time surfaces).
# - Tonic: tonic.readthedocs.io.
#
# **Next:** [18 · Membranes as signals](18_membranes_as_signals.ipynb) sends errors through spiking neurons without a surrogate. Back to [16 · Convolutional networks](16_convolutional_networks.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: traps on the way, and what simulated recordings are worth.

# %% [markdown]
# ### Recordings that go wrong without a word
#
# With version 1.7 of Tonic. `Compose` chains transforms. `Denoise` drops an event if none of its four neighbours sent one shortly before, which empties a recording of a single event.

# %%
single = np.array([(9, 9, 120_000, 1)], EVENT)
empty = single[:0]
chain = tf.Compose([tf.Denoise(10_000), by_time])
loose = tf.ToFrame(SENSOR_SIZE, n_time_bins=15)
print("Compose, one event:    ", chain(single).shape)
print("ToFrame, no event:     ", by_time(empty).shape)
print("n_time_bins, one event:", loose(single).sum(), "events in", len(loose(single)))

# %% [markdown]
# `Compose` stops where nothing is left and returns an array of no events, not frames. `ToFrame` makes *one* frame of nothing, where all others have 15. With `n_time_bins` the one event is in none of them. A function of three lines that returns zeros for an empty recording closes the gap.

# %%
np.random.seed(4)  # noqa: NPY002 - what Tonic draws from
shaken = [tf.TimeJitter(20_000)(events) for events in several]
differ = [np.abs(by_time(each).astype(int) - by_time(np.sort(each, order="t"))).sum() / 2 for each in shaken]
misplaced = sum(differ) / sum(map(len, several))
moved = [tf.SpatialJitter(SENSOR_SIZE)(each)["x"].mean() - each["x"].mean() for each in several]
print(f"TimeJitter: {misplaced:.0%} of the events in a wrong frame")
print(f"SpatialJitter moves x by {np.mean(moved):.2f} on average")

# %% [markdown]
# `TimeJitter` leaves events unsorted unless told otherwise (`sort_timestamps=True`), and `ToFrame`, which searches for the borders of its windows, puts some into wrong frames. `SpatialJitter` cuts off decimals, which moves all events by half a pixel. Both draw from NumPy's global state, which a `torch.Generator` does not touch.
#
# Recordings of unequal numbers of frames are padded with zeros by `tonic.collation.PadTensors(batch_first=False)`. Membranes that are still above threshold spike on into the padding. So a spike count needs the lengths (`fit` takes them), which `PadTensors` does not return.

# %% tags=["check"]
assert chain(single).shape == (0,)
assert by_time(empty).shape[0] == 1
assert loose(single).sum() == 0
assert 0.05 < misplaced < 1
assert abs(np.mean(moved) + 0.5) < 0.1

# %% [markdown]
# ### Simulated and genuine
#
# The record of section 5 also trains on simulated recordings of the same digits, and tests on genuine ones; and the reverse. Mean of three seeds:

# %%
for trained in ("genuine", "simulated"):
    for tested in ("genuine", "simulated"):
        runs = nmnist.results[trained]
        right = np.mean([run["test"][tested] for run in runs])
        print(f"trained on {trained:9}, tested on {tested:9} {right:.1%}")

# %% [markdown]
# To train on the other kind makes no difference that 100 digits can show. By its description, bit 1 of a file of N-MNIST means ON. But events with this bit lie (not shown here) *behind* the moving strokes, where a white digit sends OFF. Either the screen showed the digits dark, or the bit means the opposite; the files cannot tell. The record exchanges the simulated polarity. Exchanged in the tests alone, it costs genuine networks 2 to 9 points.


# %% tags=["check"]
def nmnist_read(trained, tested):
    return 100 * np.mean([run["test"][tested] for run in nmnist.results[trained]])


assert 0 < nmnist_read("genuine", "genuine") - nmnist_read("simulated", "genuine") < 2
assert 0 < nmnist_read("simulated", "simulated") - nmnist_read("genuine", "simulated") < 2
runs = nmnist.results["genuine"]
costs = [100 * np.mean(run["test"]["genuine"]) - 100 * np.mean(run["test"]["exchanged"]) for run in runs]
assert 2 < min(costs) < max(costs) < 9
