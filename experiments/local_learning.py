"""Train the network of page 07 by local learning rules, with several seeds, and record what page 14 shows.

``python -m experiments.local_learning`` writes the record of that name. It runs the page's own cells (those tagged
"definitions"). All rules start from the same weights and see the same spikes; their settings stand in the page.
"""

import argparse
import json
import time
from datetime import date

import torch

from experiments import RECORDS
from experiments.page_cells import definitions

RECORD = RECORDS / "local_learning.json"


def main() -> None:
    """Train all rules with each seed and record their accuracy on the test images after the last epoch."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4, 5])
    seeds, page, runs = parser.parse_args().seeds, definitions("14_local_learning"), []
    for seed in seeds:
        started = time.process_time()
        accuracy = dict(zip(page["TUNED"], page["lesson"](seed)[1].round(4).tolist(), strict=True))
        runs.append({"seed": seed, "processor_seconds": round(time.process_time() - started), "accuracy": accuracy})
        print(runs[-1], flush=True)
    record = {"date": date.today().isoformat(), "threads": torch.get_num_threads(), "epochs": page["EPOCHS"]}
    RECORD.write_text(json.dumps(record | {"runs": runs}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
