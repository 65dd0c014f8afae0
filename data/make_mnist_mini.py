"""Make ``mnist_mini.npz`` from the original MNIST files, verified by their hashes.

Run ``python data/make_mnist_mini.py``: it takes the files from ``$SNN_CORE_DATA/mnist`` or
downloads them. The result is the same to the byte each time; its SHA-256 stands in
``data/README.md`` and in ``snn_core/datasets.py``.
"""

import hashlib
from pathlib import Path

import numpy as np

from snn_core.datasets import MNIST_SHA256, mnist_file, read_idx

TRAIN, TEST = 5_000, 1_000


def main() -> None:
    """Write the first images and labels of each set, and print the file's size and hash."""
    train_images, train_labels, test_images, test_labels = (
        read_idx(mnist_file(name), name) for name in MNIST_SHA256
    )
    path = Path(__file__).with_name("mnist_mini.npz")
    np.savez_compressed(
        path,
        train_images=train_images[:TRAIN],
        train_labels=train_labels[:TRAIN],
        test_images=test_images[:TEST],
        test_labels=test_labels[:TEST],
    )
    content = path.read_bytes()
    print(f"{path.name}: {len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
