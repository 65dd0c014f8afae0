// The explorer of page 05: how much gradient reaches each layer of a deep spiking network.

/** The area under each derivative with steepness 1; the derivatives D(y), y = k x, all with peak 1. */
export const AREAS = {
  fast_sigmoid: 2, arctan: 2, sigmoid: 4, triangular: 1, boxcar: 1, gaussian: Math.sqrt(2 * Math.PI),
  straight_through: Infinity,
};
const SHAPES = {
  fast_sigmoid: (y) => 1 / ((1 + Math.abs(y)) * (1 + Math.abs(y))),
  arctan: (y) => 1 / (1 + y * y * (Math.PI / 2) ** 2),
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

/** Multiply `[rows, N]` by `[N, N]`; both are flat. */
function multiply(values, matrix, size) {
  const product = new Float64Array(values.length);
  for (let row = 0; row < values.length; row += size) {
    for (let n = 0; n < size; n++) {
      const value = values[row + n];
      if (value === 0) continue;
      for (let m = 0; m < size; m++) product[row + m] += value * matrix[n * size + m];
    }
  }
  return product;
}

function transposed(matrix, size) {
  return matrix.map((_, i) => matrix[(i % size) * size + Math.floor(i / size)]);
}

/** Run LIF neurons (soft reset) over currents `[T, width]`. */
export function layerForward(currents, width, { beta, threshold }) {
  const spikes = new Float64Array(currents.length), membrane = new Float64Array(currents.length);
  for (let i = 0; i < currents.length; i++) {
    const state = i < width ? 0 : membrane[i - width] - threshold * spikes[i - width];
    membrane[i] = beta * state + currents[i];
    spikes[i] = membrane[i] > threshold ? 1 : 0;
  }
  return { spikes, membrane };
}

/**
 * From the gradient by the spikes to that by the currents: backpropagation through time, reset detached.
 * Gradients are rounded to single precision, as in training: what is too small for it is exactly 0.
 */
export function layerBackward(gradient, membrane, width, spike, { beta, threshold }) {
  const back = new Float64Array(gradient.length), shape = SHAPES[spike.surrogate];
  for (let i = gradient.length - 1; i >= 0; i--) {
    const later = i + width < gradient.length ? back[i + width] : 0;
    back[i] = Math.fround(gradient[i] * shape(spike.scale * (membrane[i] - threshold)) + beta * later);
  }
  return back;
}

/** The norm of the gradient of all output spikes by the current into each layer, and the layers' spikes and membranes. */
export function gradientByLayer(weights, spike, { input, width, neurons, beta, threshold }) {
  let spikes = Float64Array.from(input);
  const layers = weights.map((weight) => {
    const layer = layerForward(multiply(spikes, weight, neurons), width, { beta, threshold });
    spikes = layer.spikes;
    return layer;
  });
  let gradient = spikes.map(() => 1);
  const norms = layers.map(() => 0);
  for (let i = layers.length - 1; i >= 0; i--) {
    const back = layerBackward(gradient, layers[i].membrane, width, spike, { beta, threshold });
    norms[i] = Math.sqrt(back.reduce((sum, value) => sum + value * value, 0));
    gradient = multiply(back, transposed(weights[i], neurons), neurons);
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
  const weights = data.weights.map((weight) => Float64Array.from(weight, (value) => gain * value));
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
