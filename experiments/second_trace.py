"""Train networks to remember a cue with and without two traces of e-prop.

``python -m experiments.second_trace`` writes the record that page 15 shows. Networks, trials and
the choice of the rate are those of `experiments.delayed_recall`: the rate of an arm is the best on
validation trials, the test is on others. The arms differ in what a synapse knows: BPTT has the
whole past; e-prop leaves out the way through other neurons; without the slow trace it also leaves
out what the synapse did to its neuron's threshold; without the second trace, in its place, what the
readout still holds of spikes before this step. The networks themselves are the same. "frozen"
trains the readout only.
"""

from experiments import parser_for
from experiments.delayed_recall import accuracy, cosine, first_weights, learn, percent
from snn_core.tasks import DelayedRecall
from snn_core.teaching.records import record

ARMS = ["BPTT", "e-prop", "e-prop, no second trace", "e-prop, no slow trace", "frozen"]
SETTINGS = {
    "updates": 120,
    "rates": [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
    "seeds": [0, 1, 2, 3, 4, 5],
    "among": [0.033, 0.3, 1.0],  # largest size of a weight among the neurons at first
}


def compare(settings: dict, among: float) -> dict:
    """Train all arms from first weights of one size; return rates, tests and first cosines."""
    task = DelayedRecall()
    seeds, rates = settings["seeds"], settings["rates"]
    weights, arms, *_ = learn(task, ARMS, rates, seeds, among, settings["updates"])
    shape = (len(ARMS), len(rates), len(seeds))
    validated = accuracy(task, weights, arms, 1).view(shape).mean(2)
    chosen = validated.argmax(1)
    tested = accuracy(task, weights, arms, 2).view(shape)[range(len(ARMS)), chosen]
    born = first_weights(task, seeds, among)
    return {
        "rate": dict(zip(ARMS, [rates[best] for best in chosen], strict=True)),
        "validation": dict(zip(ARMS, map(percent, validated), strict=True)),
        "test": dict(zip(ARMS, map(percent, tested), strict=True)),
        "cosine": {
            arm: [round(c, 4) for c in cosine(task, born, arm).tolist()] for arm in ARMS[1:4]
        },
    }


def main(arguments: list[str] | None = None) -> None:
    """Train from every size of the first weights, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "updates", "rates", "seeds", "among")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    results = {}
    for among in settings["among"]:
        results[str(among)] = compare(settings, among)
        print(among, results[str(among)], flush=True)
        record("second_trace", settings, results)


if __name__ == "__main__":
    main()
