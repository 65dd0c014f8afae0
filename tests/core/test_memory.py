"""The meters of memory: what is saved, held and kept, counted by hand."""

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from snn_core import LIF, SpikingNeuron, memory
from snn_core.memory import SavedBytes, graph_nodes, kept_bytes, live_bytes
from snn_core.online import ChunkedBPTT, OnlineNetwork


@pytest.mark.parametrize("steps", [1, 7, 20])
def test_saved_bytes_of_the_core_are_membranes_a_state_and_two_numbers(steps):
    current = torch.rand(steps, 2, 5, requires_grad=True)
    with SavedBytes() as saved:
        LIF()(current)
    assert saved.bytes == (steps + 1) * 10 * 4 + 2 * 4


def test_saved_bytes_count_a_tensor_once_and_nothing_outside_the_block():
    x = torch.ones(10, requires_grad=True)
    before = x.exp()
    with SavedBytes() as saved:
        total = (before * before).sum() + (before * before).sum()
    x.exp()
    assert saved.bytes == 40
    total.backward()
    assert saved.bytes == 40
    assert torch.allclose(x.grad, 4 * before.detach() ** 2)


def test_saved_bytes_count_the_memory_that_views_share_once_and_whole():
    before = torch.ones(10, requires_grad=True).exp()  # its own memory, not that of the leaf
    with SavedBytes() as saved:
        kept = (before * before).sum() + (before.view(2, 5) * before.view(2, 5)).sum()
    assert saved.bytes == 40
    with SavedBytes() as saved:
        kept = kept + before[:3].square().sum()
    assert saved.bytes == 40


def test_the_graph_of_a_loop_grows_by_the_same_number_of_nodes_per_step_and_the_cores_does_not():
    current = torch.rand(9, 2, 5, requires_grad=True)
    loops = [
        graph_nodes(SpikingNeuron.forward(LIF(), current[:steps].detach().requires_grad_()))
        for steps in (3, 6, 9)
    ]
    assert loops[1] - loops[0] == loops[2] - loops[1] > 0
    assert graph_nodes(LIF()(current)) == graph_nodes(LIF()(current[:3].detach().requires_grad_()))


def test_live_bytes_counts_what_is_held_and_shared_memory_once():
    before = live_bytes()
    held = {"in a dict": [torch.zeros(10, 5), nn.Parameter(torch.zeros(7))]}
    view = held["in a dict"][0][:2]
    assert live_bytes() - before == 4 * (50 + 7)
    del held
    assert live_bytes() - before == 4 * 50  # the view keeps all of it alive
    del view
    assert live_bytes() == before


def test_live_bytes_counts_buffers_and_not_what_a_graph_alone_keeps():
    before = live_bytes()
    layer = nn.BatchNorm1d(3)  # two parameters, two buffers, a counter of 8 bytes
    assert live_bytes() - before == 4 * 12 + 8
    x = torch.ones(10, requires_grad=True)
    y = (2 * x).exp().sum()  # the graph keeps the result of exp
    assert y.grad_fn is not None
    assert live_bytes() - before == 4 * 12 + 8 + 4 * 10 + 4
    del layer


def test_live_bytes_passes_over_sparse_tensors():
    before = live_bytes()
    sparse = torch.eye(3).to_sparse()
    assert live_bytes() == before
    assert sparse.to_dense().trace() == 3


def test_live_bytes_passes_over_tensors_without_memory():
    """A compiler and the device "meta" keep a shape only, and a lazy layer not even that."""
    before = live_bytes()
    lazy = nn.LazyLinear(3, bias=False)
    with FakeTensorMode():
        fake = torch.zeros(1000)
    shape_only = torch.zeros(1000, device="meta")
    inside = []
    torch.func.vmap(lambda row: inside.append(live_bytes()) or row)(torch.zeros(2, 5))
    assert live_bytes() == before
    assert inside[0] - before == 40  # the rows themselves
    assert fake.shape == shape_only.shape == (1000,)
    assert lazy.out_features == 3


@pytest.mark.parametrize("window", [1, 4])
def test_windows_keep_their_own_steps_and_what_they_carry(window):
    """Input and membrane of every neuron and step, the spikes that go on; states and counts."""
    net = nn.Sequential(nn.Linear(7, 5), LIF(), nn.Linear(5, 3), LIF())
    for steps in (4 * window, 8 * window):
        kept = kept_bytes(ChunkedBPTT(net, window), 7, steps) / 4
        assert (
            0 <= kept - (window * (7 + 2 * 5 + 3) + 5 + 3 + 2 * 3) <= 2 * 8 + 8
        )  # a few numbers per neuron
    whole = [kept_bytes(ChunkedBPTT(net, steps), 7, steps) for steps in (10, 20)]
    assert whole[1] - whole[0] == 4 * 10 * (7 + 2 * 5 + 3)


def test_what_a_window_begins_with_is_counted(monkeypatch):
    """States and the counts so far, whether autograd needs them or not."""
    noted, begun = [], []

    class Noting(SavedBytes):
        def note(self, tensor):
            noted.append(tensor)
            return super().note(tensor)

    monkeypatch.setattr(memory, "SavedBytes", Noting)
    learner = ChunkedBPTT(nn.Sequential(nn.Linear(7, 5), LIF(), nn.Linear(5, 3), LIF()), 2)
    advance = learner.advance

    def watched(*arguments):
        begun.extend(one for one in (learner.counts, *learner.states) if one is not None)
        return advance(*arguments)

    learner.advance = watched
    kept_bytes(learner, 7, 6)
    assert len(begun) >= 2 * 3 + 1
    assert {id(tensor) for tensor in begun} <= {id(tensor) for tensor in noted}


def test_online_rules_keep_states_traces_and_matrices():
    net = nn.Sequential(nn.Linear(7, 5), LIF(), nn.Linear(5, 3), LIF())
    ottt = (
        7 + 2 * 5 + 1 + 5 + 2 * 3 + 1 + 3
    )  # trace, state and membrane, bias trace of each layer; counts
    more = {
        "ottt": 0,
        "rtrl": 7 * 5 + 5,
        "eprop": 7 * 5 + 5,
        "feedback_alignment": 15,
        "decolle": 15 + 3,
    }
    more |= {"direct_feedback_alignment": 15, "last_layer": -7 - 5 - 1}
    for rule, extra in more.items():
        assert [kept_bytes(OnlineNetwork(net, rule), 7, steps) for steps in (1, 9)] == [
            4 * (ottt + extra)
        ] * 2


def test_a_learner_whose_bytes_are_counted_has_gone_all_steps_and_learnt():
    net = nn.Sequential(nn.Linear(7, 5), LIF(), nn.Linear(5, 3), LIF())
    learner = OnlineNetwork(net)
    kept_bytes(learner, 7, 4)
    assert learner.steps == 4
    assert net[2].weight.grad is not None


LEARNERS = {
    "online": lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF()), horizon=9),
    "windows": lambda: ChunkedBPTT(nn.Sequential(nn.Linear(3, 2), LIF()), 2),
}


@pytest.mark.parametrize("learner", LEARNERS)
@pytest.mark.parametrize(
    ("changed", "argument", "came"),
    [
        ({"steps": 0}, "steps", "0"),
        ({"steps": -1}, "steps", "-1"),
        ({"steps": 2.0}, "steps", "2.0"),
        ({"steps": torch.tensor(3)}, "steps", "tensor"),
        ({"inputs": 0}, "inputs", "0"),
        ({"inputs": 4}, "inputs", "4"),
        ({"inputs": True}, "inputs", "True"),
        ({"learner": nn.Linear(3, 2)}, "learner", "Linear"),
        ({"learner": None}, "learner", "NoneType"),
    ],
)
def test_kept_bytes_names_what_does_not_fit(learner, changed, argument, came):
    arguments = {"learner": LEARNERS[learner](), "inputs": 3, "steps": 4}
    assert kept_bytes(**arguments) > 0
    with pytest.raises(ValueError, match=f"^{argument}: got {came}.*, expected "):
        kept_bytes(**arguments | changed)


def test_kept_bytes_goes_to_the_horizon_and_not_beyond():
    learner = LEARNERS["online"]()
    assert kept_bytes(learner, 3, 9) == kept_bytes(learner, 3, 1)
    with pytest.raises(
        ValueError, match="steps: got 10, expected at most 9, the learner's horizon"
    ):
        kept_bytes(learner, 3, 10)


@pytest.mark.parametrize("output", [None, "loss", [1.0], 3.0])
def test_a_graph_is_that_of_a_tensor(output):
    with pytest.raises(ValueError, match=f"output: got {type(output).__name__}, expected a torch"):
        graph_nodes(output)


def test_graph_nodes_are_counted_once_however_many_ways_lead_to_them():
    x = torch.ones(3, requires_grad=True)
    y = x.exp()
    assert graph_nodes(x) == 0  # a leaf has no operation behind it
    assert graph_nodes(y) == 2
    assert graph_nodes(y * y + y) == 4
    assert graph_nodes(y.detach()) == 0
