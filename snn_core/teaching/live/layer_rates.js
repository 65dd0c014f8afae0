// The explorer of page 04: random spikes through five layers with random weights.

let known;

/** What chance decides: the weights of each layer, `[from, to]`, and the draws of the input, `[T, N]`. */
export function chances({ layers, neurons, steps, seed }) {
  const each = (_, layer) => normal(neurons ** 2, seed + 1 + layer);
  known ??= { weights: Array.from({ length: layers }, each), draws: uniform(steps * neurons, seed) };
  return known;
}

/** The standard deviation of the membranes of layer 1 by the formula of the page. */
export const spread = (gain, p, beta) => gain * Math.sqrt((p * (1 - p)) / (1 - beta ** 2) + p ** 2 / (1 - beta) ** 2);

const mean = (values) => sum(values) / values.length;

function compute({ gain, input_rate, tau_mem }, data) {
  const { neurons, steps, threshold } = data, { weights, draws } = chances(data), beta = Math.exp(-1 / tau_mem);
  const input = (_, t) => Array.from({ length: neurons }, (_, i) => (draws[t * neurons + i] < input_rate ? 1 : 0));
  const spikes = [Array.from({ length: steps }, input)];
  for (const matrix of weights) {
    spikes.push(throughLayer(spikes.at(-1), matrix, gain / Math.sqrt(neurons), { beta, threshold, reset: "soft" }));
  }
  const rates = spikes.map((layer) => mean(layer.map(mean)));
  const silent = (layer) => mean(layer[0].map((_, i) => (layer.every((step) => !step[i]) ? 1 : 0)));
  const said = (layer) => `layer ${layer}: ${(100 * silent(spikes[layer])).toFixed(0)}% silent`;
  const first = `spread √Var(u), layer 1: ${spread(gain, input_rate, beta).toFixed(2)}`;
  return { spikes, rates, titles: [first, said(1), said(weights.length)] };
}

function draw(figure, { spikes, rates, titles }, values, { neurons, steps, layers }) {
  const raster = { share: 1, x: [0, steps], y: [0, neurons], xlabel: "time (ms)", ylabel: "neuron" };
  const [bars, first, last] = figure.panels([
    { share: 1, x: [-0.6, layers + 0.6], y: [0, 0.6], xticks: rates.map((_, i) => i), xlabel: "layer (0: input)",
      ylabel: "spikes per step", title: titles[0] },
    { ...raster, title: titles[1] },
    { ...raster, title: titles[2] },
  ]);
  rates.forEach((rate, i) => bars.bars([i - 0.4, i + 0.4], [rate], i ? figure.vermilion : figure.green));
  first.raster(spikes[1], figure.vermilion);
  last.raster(spikes[layers], figure.vermilion);
}

export const explorer = { compute, draw };
