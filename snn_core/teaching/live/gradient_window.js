// The explorer of page 12: a gradient walks back in time, to the spike whose weight it changes.

const LAGS = [-20, 40]; // that the last panel shows
const short = (number) => signed(significant(number, 3));

/** The neuron, for an input spike at `pre`; what others add lifts the membrane at the target alone. */
export function simulate(pre, { weight, level, tau_mem }, { steps, target, threshold }) {
  const currents = Array.from({ length: steps }, (_, t) => weight * (t === pre) + level * (t === target));
  return lifSequence(currents, { beta: Math.exp(-1 / tau_mem), threshold, reset: "soft" });
}

/** The downhill gradient g at the target: error times surrogate. */
export function gradientAt(run, { wanted }, { target, threshold, scale }) {
  const { spike, membrane } = run[target], error = (wanted === "a spike" ? 1 : 0) - spike;
  const slope = fastSigmoid(membrane - threshold, scale);
  return { error, slope, start: error * slope };
}

/** What one step downhill does to the weight of a spike at `pre`; 0 if that comes after the target. */
export function change(pre, values, data) {
  const { start } = gradientAt(simulate(pre, values, data), values, data);
  return pre > data.target ? 0 : start * Math.exp((pre - data.target) / values.tau_mem);
}

const actions = { walk: ({ back }, { most }) => ({ back: Math.min(back + 1, most) }) };

function compute(values, data) {
  const { pre, back, tau_mem, wanted } = values, { target, stdp } = data, beta = Math.exp(-1 / tau_mem);
  const run = simulate(pre, values, data), { error, slope, start } = gradientAt(run, values, data);
  const walked = Array.from({ length: back + 1 }, (_, k) => start * beta ** k);
  const here = change(pre, values, data), late = pre > target, there = late || target - pre <= back;
  const lags = Array.from(linspace(...LAGS, LAGS[1] - LAGS[0] + 1));
  const window = lags.map((lag) => change(target - lag, values, data));
  const size = above(window.map(Math.abs), 1e-9) / 1.08;
  const pairs = lags.map((lag) => size * (lag >= 0 ? 1 : -stdp.ratio) * Math.exp(-Math.abs(lag) / stdp.tau));
  const g = (k) => `g[${target - k}]`, factor = short(beta), asked = wanted === "a spike" ? "1 spike" : "no spike";
  const sum = back ? `${g(back)} = β · ${g(back - 1)} = ${factor} · ${short(walked[back - 1])} =` : "";
  const met = late ? "It never meets the input: weight change 0" : `It has met the input: weight change ${short(here)}`;
  const far = `Not at the input yet: ${target - pre - back} more steps back`;
  const titles = [
    `Wanted ${asked}, came ${run[target].spike}: error ${signed(error)}, s = ${short(slope)}`,
    back ? `${sum} ${short(walked[back])}` : `${g(0)} = error · s = ${short(start)}`,
    there ? met : far,
  ];
  return { run, walked, here, there, lags, window, pairs, titles };
}

function draw(figure, found, { pre, back }, { steps, target, threshold }) {
  const { run, walked, here, there, lags, window, pairs, titles } = found;
  const times = run.map((_, t) => t), x = [0, steps - 1], gone = walked.map((_, k) => target - k);
  const size = above([...walked, ...window].map(Math.abs), 0.01), y = [-size, size], top = 1.5 * threshold;
  const membranes = run.map((step) => step.membrane), peak = above(membranes, top), lowest = Math.min(0, ...membranes);
  const last = { height: 110, aside: true };
  const [input, membrane, gradient, change] = figure.stack([
    { height: 24, x, y: [0, 1.2], yticks: [], ylabel: "input", title: titles[0], control: "pre" },
    { height: 90, x, y: [lowest, peak], ylabel: "membrane", control: "pre" },
    { height: 90, x, y, ylabel: "gradient g", xlabel: "time (ms)", title: titles[1], control: "pre" },
    { ...last, x: LAGS, y, ylabel: "weight change", xlabel: "lag: t_post − t_pre (ms)", title: titles[2] },
  ]);
  for (const lane of [input, membrane, gradient]) lane.line([target, target], lane.y, figure.grey, [2, 3]);
  input.label("wanted here", target, 1.2, figure.grey, target > 0.7 * steps ? "right" : "left", "top");
  input.stems([pre], [1], figure.green);
  drawMembrane(membrane, times, run, threshold, run.map(({ current }) => current));
  for (const panel of [gradient, change]) panel.line(panel.x, [0, 0], figure.grey);
  gradient.line([pre, pre], gradient.y, figure.green, [2, 3]);
  gradient.stems(gone, walked, figure.vermilion);
  gradient.disc(target - back, walked[back], figure.vermilion, { size: 4 });
  change.events(lags, pairs, figure.grey, 3);
  change.label("STDP, in shape", LAGS[0], -0.6 * size, figure.grey, "left", "top");
  change.line(lags, window, figure.blue);
  change.disc(target - pre, here, figure.green, { open: !there });
}

export const explorer = { compute, draw, actions };
