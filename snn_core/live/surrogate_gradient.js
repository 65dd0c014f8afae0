// The explorer of page 05: how much gradient reaches each layer of a deep spiking network.

/** The area under each derivative with steepness 1; the derivatives D(y), y = k x, all with peak 1. */
export const AREAS = {
  fast_sigmoid: 2, arctan: 2, sigmoid: 4, triangular: 1, boxcar: 1, gaussian: Math.sqrt(2 * Math.PI),
  straight_through: Infinity,
};
const SHAPES = {
  fast_sigmoid: (y) => (1 + Math.abs(y)) ** -2,
  arctan: (y) => 1 / (1 + ((y * Math.PI) / 2) ** 2),
  sigmoid: (y) => {
    const tail = 1 / (1 + Math.exp(Math.abs(y)));
    return 4 * tail * (1 - tail);
  },
  triangular: (y) => Math.max(0, 1 - Math.abs(y)),
  boxcar: (y) => (Math.abs(y) < 0.5 ? 1 : 0),
  gaussian: (y) => Math.exp(-(y * y) / 2),
  straight_through: () => 1,
};

/** The surrogate derivative at a distance x from the threshold. */
export function derivative(x, { surrogate, scale }) {
  return SHAPES[surrogate](scale * x);
}

/** Multiply `[rows, N]` by `[N, N]`, or by its transpose; all matrices are flat, the product is of the type of `values`. */
function multiply(values, matrix, size, transposed) {
  const product = new values.constructor(values.length);
  for (let row = 0; row < values.length; row += size) {
    for (let n = 0; n < size; n++) {
      const value = values[row + n];
      if (value === 0) continue;
      for (let m = 0; m < size; m++) product[row + m] += value * matrix[transposed ? m * size + n : n * size + m];
    }
  }
  return product;
}

/** Run LIF neurons (soft reset) over currents `[T, width]`. */
export function layerForward(currents, width, { beta, threshold }) {
  const spikes = new Float64Array(currents.length), membrane = new Float64Array(currents.length);
  const state = new Float64Array(width);
  for (let i = 0; i < currents.length; i++) {
    const u = beta * state[i % width] + currents[i];
    spikes[i] = u > threshold ? 1 : 0;
    state[i % width] = u - threshold * spikes[i];
    membrane[i] = u;
  }
  return { spikes, membrane };
}

/**
 * From the gradient by the spikes to that by the currents: backpropagation through time, reset detached.
 * Gradients are kept with single precision, as in training: what is too small for it is exactly 0.
 */
export function layerBackward(gradient, membrane, width, spike, { beta, threshold }) {
  const back = new Float32Array(gradient.length), later = new Float32Array(width);
  for (let i = gradient.length - 1; i >= 0; i--) {
    back[i] = gradient[i] * derivative(membrane[i] - threshold, spike) + beta * later[i % width];
    later[i % width] = back[i];
  }
  return back;
}

/** The norm of the gradient of all output spikes by the current into each layer, and the layers' spikes and membranes. */
export function gradientByLayer(weights, spike, { input, width, neurons, beta, threshold }) {
  let spikes = Float64Array.from(input);
  const layers = weights.map((weight) => {
    const layer = layerForward(multiply(spikes, weight, neurons, false), width, { beta, threshold });
    spikes = layer.spikes;
    return layer;
  });
  let gradient = spikes.map(() => 1);
  const norms = layers.map(() => 0);
  for (let i = layers.length - 1; i >= 0; i--) {
    const back = layerBackward(gradient, layers[i].membrane, width, spike, { beta, threshold });
    norms[i] = Math.sqrt(back.reduce((sum, value) => sum + value * value, 0));
    gradient = multiply(back, weights[i], neurons, true);
  }
  return { norms, layers };
}

/** Counts in equal bins from `low` to `high`, whose last bin includes its upper edge; the highest is 1. */
export function histogram(values, low, high, bins) {
  const counts = new Float64Array(bins);
  for (const value of values) {
    if (value >= low && value <= high) counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]++;
  }
  const most = counts.reduce((highest, count) => Math.max(highest, count), 1);
  return counts.map((count) => count / most);
}

export function compute({ surrogate, log_scale, gain }, data) {
  const spike = { surrogate, scale: 10 ** log_scale };
  const weights = data.weights.map((weight) => weight.map((value) => gain * value));
  const { norms, layers } = gradientByLayer(weights, spike, data);
  const heights = histogram(layers[0].membrane.map((u) => u - data.threshold), -2, 2, 40);
  const last = norms[norms.length - 1], share = last > 0 ? norms[0] / last : 0;
  const verdict = share ? `layer 1 : layer ${norms.length} = ${significant(share, 2)}` : "nothing reaches layer 1";
  const area = AREAS[surrogate] / spike.scale;
  const size = Number.isFinite(area) ? significant(area, 2) : "infinite";
  return { spike, norms, heights, titles: [`k = ${significant(spike.scale, 3)}: area ${size}`, verdict] };
}

export function draw(figure, { spike, norms, heights, titles }, values, { floor }) {
  const layers = norms.map((_, i) => i + 1), distance = linspace(-2, 2, 401);
  const [left, right] = figure.panels([
    { share: 1, x: [-2, 2], y: [0, 1.45], xlabel: "distance to threshold u − θ", ylabel: "derivative", title: titles[0] },
    { share: 1, x: [0.4, layers.length + 0.6], y: [Math.log10(floor), 10], log: true, xticks: layers,
      yticks: [-8, -5, -2, 1, 4, 7, 10], xlabel: "layer", ylabel: "norm of the gradient", title: titles[1] },
  ]);
  left.bars(linspace(-2, 2, heights.length + 1), heights, figure.pale);
  left.line(distance, distance.map((x) => derivative(x, spike)), figure.blue);
  left.legend([["membranes of layer 1", figure.pale], ["surrogate derivative", figure.blue]]);
  right.bars([...layers, layers.length + 1].map((layer) => layer - 0.5), norms, figure.vermilion, 5);
}
