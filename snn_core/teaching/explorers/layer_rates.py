"""The explorer of page 04: the rates of five layers with random weights."""

from ..live import LiveExplorer, Range


class LayerRates(LiveExplorer):
    """Random spikes run through five layers of LIF neurons with random weights: rates and rasters."""

    model = "layer_rates"
    about = "The firing rates of five layers with random weights, and the spikes of the first and the last."
    controls = {
        "gain": Range(0.1, 8.0, 0.1, 0.6, "weight gain g"),
        "input_rate": Range(0.01, 0.5, 0.01, 0.1, "input spikes per step p"),
        "tau_mem": Range(1.0, 50.0, 1.0, 10.0, "τ_mem (ms)", "ms"),
    }
    layers, neurons, steps, seed, threshold = 5, 100, 100, 0, 1.0

    def data(self) -> dict:
        """Return the sizes, the seed of weights and input, and the threshold."""
        return {name: getattr(self, name) for name in ("layers", "neurons", "steps", "seed", "threshold")}
