// The explorer of page 19: where a membrane crosses its threshold, and where the crossing goes when a weight moves.

/** The membrane that one spike of weight 1 causes, `age` ms after it, and its slope. */
export function response(age, { tau_mem, tau_syn }) {
  if (age <= 0) return { height: 0, slope: 0 };
  const gain = tau_mem / (tau_mem - tau_syn), slow = Math.exp(-age / tau_mem), fast = Math.exp(-age / tau_syn);
  return { height: gain * (slow - fast), slope: gain * (fast / tau_syn - slow / tau_mem) };
}

/** The membrane at a moment, and its slope: a sum over the input spikes. */
export function membrane(moment, w, data) {
  const parts = data.arrivals.map((arrival) => response(moment - arrival, data)), weights = [w, ...data.others];
  const sum = (name) => parts.reduce((total, part, i) => total + weights[i] * part[name], 0);
  return { height: sum("height"), slope: sum("slope") };
}

/** When the neuron spikes first, null if never: after each arrival a quadratic equation (tau_mem = 2 tau_syn). */
export function spikeTime(w, { arrivals, others, tau_mem, threshold }) {
  let a = 0, b = 0;
  for (const [i, weight] of [w, ...others].entries()) {
    const grown = Math.exp(arrivals[i] / tau_mem), end = arrivals[i + 1] ?? Infinity;
    a += weight * grown;
    b += weight * grown ** 2;
    const root = a * a - 2 * b * threshold, time = -tau_mem * Math.log((a + Math.sqrt(root)) / (2 * b));
    if (root >= 0 && time >= arrivals[i] && time < end) return time;
  }
  return null;
}

/** How the spike moves with the first weight, in ms per weight; null for a neuron that is silent. */
export function gradient(w, data) {
  const time = spikeTime(w, data);
  return time === null ? null : -response(time - data.arrivals[0], data).height / membrane(time, w, data).slope;
}

function compute({ w, nudge }, data) {
  const before = spikeTime(w, data), after = spikeTime(w + nudge, data), by = gradient(w, data);
  const course = (weight) => Array.from(data.times, (time) => membrane(time, weight, data).height);
  const weights = Array.from(linspace(data.low, data.high, 1201)), spikes = weights.map((one) => spikeTime(one, data));
  const found = { before, after, by, weights, spikes, courses: [course(w), course(w + nudge)] };
  const word = (time) => (time === null ? "no spike" : `spike at ${time.toFixed(2)} ms`);
  const first = `${word(before)}, with Δw ${word(after)}`, text = (value) => signed(value.toFixed(2));
  if (before === null) return { ...found, titles: [first, "no crossing, so no slope", "no gradient"] };
  const { slope } = membrane(before, w, data), rise = -by * slope * nudge, run = by * nudge;
  const ratio = `rise ${text(rise)}, slope ${slope.toFixed(3)}: run ${text(run)} ms`;
  const real = after === null ? "but it vanishes" : `it moves by ${text(after - before)} ms`;
  return { ...found, rise, run, titles: [first, ratio, `tangent ${text(run)} ms, ${real}`] };
}

function draw(figure, found, { w, nudge }, { times, duration, threshold, arrivals, low, high }) {
  const { before, after, by, rise, run, courses, weights, spikes, titles } = found, at = before ?? duration / 2;
  const [whole, close, curve] = figure.stack([
    { height: 110, x: [0, duration], y: [-0.2, 1.3], yticks: [0, 1], ylabel: "membrane", xlabel: "time (ms)",
      title: titles[0] },
    { height: 120, x: [at - 2.5, at + 2.5], y: [0.75, 1.25], yticks: [0.8, 1, 1.2], ylabel: "close up",
      xlabel: "time (ms)", title: titles[1] },
    { height: 120, x: [low, high], y: [0, 26], ylabel: "spike (ms)", xlabel: "weight w", title: titles[2],
      control: "w" },
  ]);
  whole.stems(arrivals, arrivals.map(() => -0.15), figure.green);
  for (const panel of [whole, close]) {
    panel.line(panel.x, [threshold, threshold], figure.grey, [5, 4]);
    panel.line(times, courses[1], figure.vermilion);
    panel.line(times, courses[0], figure.blue);
    panel.inside(() => {
      if (after !== null) panel.disc(after, threshold, figure.vermilion, { size: 4 });
      if (before !== null) panel.disc(before, threshold, figure.blue, { size: 4 });
    });
  }
  const spiked = spikes.flatMap((time, i) => (time === null ? [] : [i])), inside = (list) => spiked.map((i) => list[i]);
  curve.events(inside(weights), inside(spikes), figure.blue);
  if (after !== null) curve.inside(() => curve.disc(w + nudge, after, figure.vermilion));
  if (before === null) return;
  close.line([before, before, before + run, before], [threshold, threshold + rise, threshold, threshold], figure.ink);
  const side = rise < 0 ? "bottom" : "top"; // of the threshold, away from the triangle
  if (Math.abs(run) < 2.5) close.label("run", before + run / 2, threshold, figure.ink, "left", side);
  close.label("rise", before, threshold + rise / 2, figure.ink, run < 0 ? "left" : "right");
  curve.line([w - 1, w + 1], [before - by, before + by], figure.ink, [2, 3]);
  curve.disc(w, before, figure.blue);
}

export const explorer = { compute, draw };
