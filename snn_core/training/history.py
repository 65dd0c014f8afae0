"""What happened during a training."""

from dataclasses import dataclass, field


@dataclass
class History:
    """What happened during `fit`.

    Attributes:
        loss: of every batch.
        train_accuracy, test_accuracy: of every epoch, in [0, 1], where there is one.
        test_loss: of every epoch, the mean over the test samples, where accuracy is not measured.
        batches_per_epoch: how many losses belong to an epoch.
    """

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    batches_per_epoch: int = 1
    test_loss: list[float] = field(default_factory=list)

    def last(self) -> str:
        """Say the last loss, and the last accuracy or test loss if there is one, in one line."""
        rates = [f", train={rate:.1%}" for rate in self.train_accuracy[-1:]]
        losses = [f", test={loss:.3f}" for loss in self.test_loss[-1:]]
        told = "".join(rates + losses)
        return f"loss={self.loss[-1]:.3f}" + told
