// The explorer of page 23: a curve, and the spikes of N neurons that follow it, each by itself or together.

/** The curve at a step of 1 ms: two sines between 0.2 and 1. */
export function curveAt(t, speed) {
  const phase = (2 * Math.PI * speed * t) / 1000;
  return 0.6 + 0.25 * Math.sin(2 * phase) + 0.15 * Math.sin(5 * phase + 1);
}

let draws; // a number in [0, 1) for each step and neuron

/** Who spikes in a step: as many as make the error smaller; chance decides where the row begins. */
function together(error, neurons, worth, first) {
  const count = Math.min(neurons, Math.max(0, Math.ceil(error / worth - 0.5)));
  return Array.from({ length: count }, (_, i) => (Math.floor(first * neurons) + i) % neurons);
}

/** The curve, the estimate, the spikes of each step, and whether the curve falls faster than the leak. */
export function followed({ neurons, tau, speed, kind }, data) {
  const beta = Math.exp(-1 / tau), worth = data.step / neurons;
  draws ??= uniform(data.steps * data.most, data.seed);
  let estimate = 0, before = 0;
  return Array.from({ length: data.steps }, (_, t) => {
    const wanted = curveAt(t, speed), needed = wanted - beta * before, own = draws.subarray(t * data.most);
    before = wanted;
    estimate *= beta;
    const tossed = () => Array.from({ length: neurons }, (_, i) => i).filter((i) => own[i] < needed / data.step);
    const who = kind === "balanced" ? together(wanted - estimate, neurons, worth, own[0]) : tossed();
    estimate += worth * who.length;
    return { wanted, estimate, who, falls: needed < 0 };
  });
}

function compute(values, data) {
  const course = followed(values, data), counted = course.slice(data.skipped), { neurons } = values;
  const mean = (each) => counted.reduce((sum, now) => sum + each(now), 0) / counted.length;
  const error = Math.sqrt(mean((now) => (now.estimate - now.wanted) ** 2)), falls = mean((now) => (now.falls ? 1 : 0));
  const each = course.reduce((sum, { who }) => sum + who.length, 0) / neurons;
  const leak = falls > 0 ? `${(100 * falls).toFixed(0)}% of the time the curve falls faster than the leak` : "";
  const titles = [
    `${plural(neurons, "neuron")}: error ${error.toFixed(4)}`,
    leak || "the leak is fast enough for the curve",
    `${each.toFixed(0)} spikes per neuron and second`,
  ];
  return { course, error, falls, each, titles };
}

function draw(figure, { course, titles }, { neurons }, { steps }) {
  const x = [0, steps], times = course.map((_, t) => t), wanted = course.map((now) => now.wanted);
  const estimate = course.map((now) => now.estimate), top = above(estimate, 1.2);
  const [curve, error, raster] = figure.stack([
    { height: 150, x, y: [0, top], ylabel: "curve", title: titles[0] },
    { height: 60, x, y: [-0.3, 0.3], yticks: [-0.2, 0, 0.2], ylabel: "error", title: titles[1] },
    { height: 90, x, y: [-0.5, neurons - 0.5], yticks: [0, neurons - 1], ylabel: "neuron", xlabel: "time (ms)",
      title: titles[2] },
  ]);
  curve.line(times, wanted, figure.grey);
  curve.line(times, estimate, figure.blue);
  curve.label("curve", 0, top, figure.grey, "left", "top");
  curve.label("its spikes", 0.3 * steps, top, figure.blue, "left", "top");
  error.line(x, [0, 0], figure.grey, [5, 4]);
  error.line(times, course.map((now, t) => now.estimate - wanted[t]), figure.blue);
  const spikes = course.flatMap(({ who }, t) => who.map((neuron) => [t, neuron]));
  raster.events(spikes.map(([t]) => t), spikes.map(([, neuron]) => neuron), figure.vermilion);
}

export const explorer = { compute, draw };
