"""Train a network with Lightning.

A `LightningModule` says what a step is; the `Trainer` brings the loop, devices, checkpoints and
logs. Nothing of the core has to know of it: a network is a module, a loss a function.
"""

import pytorch_lightning
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from snn_core import LIF, encoding, losses
from snn_core.datasets import mnist_mini


class DigitReader(pytorch_lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(nn.Linear(784, 100), LIF(), nn.Linear(100, 10), LIF())

    def forward(self, images):
        return self.network(encoding.direct(images, steps=10))

    def training_step(self, batch):
        images, labels = batch
        return losses.count_cross_entropy(self(images), labels)

    def test_step(self, batch):
        images, labels = batch
        scores = losses.spike_count(self(images))
        self.log("accuracy", losses.accuracy(scores, labels), batch_size=len(labels))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())


torch.manual_seed(0)
images, labels, test_images, test_labels = mnist_mini()
digits = DataLoader(TensorDataset(images[:2000].flatten(1), labels[:2000]), 50, shuffle=True)
tests = DataLoader(TensorDataset(test_images.flatten(1), test_labels), 250)
silent = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
trainer = pytorch_lightning.Trainer(max_epochs=2, accelerator="cpu", **silent)
reader = DigitReader()
trainer.fit(reader, digits)
(result,) = trainer.test(reader, tests, verbose=False)
print(f"accuracy on new digits: {result['accuracy']:.1%}")
assert result["accuracy"] > 0.5
