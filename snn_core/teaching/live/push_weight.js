// The explorer of page 05: one weight, the loss that it costs, and the direction that a surrogate gives.

/** The surrogate derivatives D(y), y = k x, all with peak 1. */
const SHAPES = {
  fast_sigmoid: (y) => fastSigmoid(y, 1),
  sigmoid: (y) => 1 / Math.cosh(y / 2) ** 2,
  triangular: (y) => Math.max(0, 1 - Math.abs(y)),
  boxcar: (y) => (Math.abs(y) < 0.5 ? 1 : 0),
};

/** The surrogate derivative at a distance x from the threshold. */
export const derivative = (x, { surrogate, scale }) => SHAPES[surrogate](scale * x);

/** What one weight does: the neuron's steps, the loss, the surrogate gradient (BPTT, reset detached). */
export function evaluate(w, shape, { spikes, target, beta, threshold }) {
  const steps = lifSequence(spikes.map((spike) => w * spike), { beta, threshold, reset: "soft" });
  const missing = countSpikes(steps) - target;
  let back = 0, gradient = 0; // by the current of each step, from the last to the first
  for (let t = spikes.length - 1; t >= 0; t--) {
    back = missing * derivative(steps[t].membrane - threshold, shape) + beta * back;
    gradient += back * spikes[t];
  }
  return { steps, loss: missing ** 2 / 2, gradient };
}

/** The weight after one step of descent. */
export const descended = ({ w, ...shape }, { low, high, lr, ...data }) =>
  Math.min(high, Math.max(low, w - lr * evaluate(w, shape, data).gradient));

const actions = {
  descend(values, data) {
    const trail = values.trail.at(-1) === values.w ? values.trail : [values.w], w = descended(values, data);
    return { w, trail: [...trail, w] };
  },
};

function compute({ w, trail, ...shape }, data) {
  const here = evaluate(w, shape, data), weights = Array.from(linspace(data.low, data.high, 301));
  const all = weights.map((weight) => evaluate(weight, shape, data));
  const gradient = signed(significant(here.gradient, 2));
  const titles = [
    `w = ${w.toFixed(2)}: ${plural(countSpikes(here.steps), "spike")}, wanted ${data.target}`,
    `Loss ${here.loss}, slope 0; arrow: the surrogate's step`,
    here.loss > 0 && here.gradient === 0
      ? "Surrogate gradient 0: nothing within its reach"
      : `True gradient 0, surrogate gradient ${gradient}`,
  ];
  const visited = trail.at(-1) === w ? trail.map((weight) => [weight, evaluate(weight, shape, data).loss]) : [];
  const curves = { losses: all.map(({ loss }) => loss), gradients: all.map(({ gradient: each }) => each) };
  return { ...here, weights, ...curves, visited, next: descended({ w, ...shape }, data), titles };
}

function draw(figure, found, { w }, { spikes, low, high, threshold }) {
  const { steps, weights, losses, gradients, titles } = found, times = steps.map((_, t) => t);
  const top = above(steps.map(({ membrane }) => membrane), 1.5), size = above(gradients.map(Math.abs), 1e-9);
  const axis = { x: [low, high], xticks: [0, 0.2, 0.4, 0.6, 0.8], control: "w" };
  const [membrane, loss, slope] = figure.stack([
    { height: 110, x: [0, times.length], y: [-0.25, top], yticks: [0, 1], ylabel: "membrane",
      xlabel: "time (ms)", title: titles[0] },
    { height: 110, ...axis, y: [0, above(losses, 1)], ylabel: "loss", xlabel: "weight w", title: titles[1] },
    { height: 80, aside: true, ...axis, y: [-size, size], ylabel: "gradient", xlabel: "weight w", title: titles[2] },
  ]);
  const came = times.filter((t) => spikes[t]);
  membrane.stems(came, came.map(() => -0.2), figure.green);
  drawMembrane(membrane, times, steps, threshold, spikes.map((spike) => w * spike));
  membrane.label("threshold", times.length, threshold, figure.grey, "right");
  loss.line(weights, losses, figure.blue);
  for (const [weight, height] of found.visited) loss.disc(weight, height, figure.blue, { size: 4, open: true });
  loss.arrow(w, found.next, found.loss, figure.vermilion);
  loss.disc(w, found.loss, figure.blue);
  slope.line(axis.x, [0, 0], figure.grey);
  slope.line(weights, gradients, figure.vermilion);
  slope.label("true: 0", high, 0, figure.grey, "right", "top");
  slope.disc(w, 0, figure.grey, { size: 4 });
  slope.disc(w, found.gradient, figure.vermilion);
}

export const explorer = { compute, draw, actions };
