"""One update of a network: encode a batch, run, compare, walk back, move the weights."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor, nn
from torch.optim import Optimizer

from ..encoding import Encoder
from ..losses import Objective, predict
from ..neurons import watch_spikes

Decoder = Callable[[Tensor], Tensor]
Penalty = Callable[[list[Tensor]], Tensor]


@dataclass
class Update:
    """One update of a network on a batch; the arguments are those of `fit`."""

    network: nn.Module
    encode: Encoder
    loss: Objective
    decode: Decoder
    penalty: Penalty | None
    optimizer: Optimizer
    after_batch: Callable[[], None] | None

    def __call__(self, batch: Tensor, labels: Tensor) -> tuple[float, int]:
        """Return the loss on the batch, and how many answers were right, before the update."""
        value, scores = self._forward(batch, labels)
        self.optimizer.zero_grad()
        value.backward()
        self.optimizer.step()
        if self.after_batch is not None:
            self.after_batch()
        right = predict(scores) == labels
        return value.item(), right.sum().item()

    def _forward(self, batch: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and the scores ``[B, C]`` of a batch."""
        inputs = self.encode(batch)
        if self.penalty is None:
            return self._judge(self.network(inputs), labels)
        with watch_spikes(self.network) as spikes:
            output = self.network(inputs)
        value, scores = self._judge(output, labels)
        return value + self.penalty(spikes), scores

    def _judge(self, output: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Return the loss and the scores of an output, which an objective of `losses` shares."""
        kind = kind_of(self.loss)
        of_scores = getattr(kind, "of_scores", None)
        if of_scores is None or self.decode is not kind.decode:
            return self.loss(output, labels), self.decode(output.detach())
        options = getattr(self.loss, "keywords", {})
        scores = self.decode(output)
        return of_scores(scores, labels, len(output), **options), scores.detach()


def kind_of(loss: Objective) -> Objective:
    """Return the objective itself where `functools.partial` has given it options."""
    return getattr(loss, "func", loss)
