// The explorer of page 08: a wanted spike train, the same one shifted, and how far apart the two are.

/** The squared van Rossum distance of two lists of spike times in whole ms: a sum over all pairs of spikes. */
export function distance(one, other, tau) {
  const events = [...one.map((time) => [time, 1]), ...other.map((time) => [time, -1])];
  let sum = 0;
  for (const [s, p] of events) for (const [t, q] of events) sum += p * q * Math.exp(-Math.abs(s - t) / tau);
  return sum / (tau * (1 - Math.exp(-2 / tau)));
}

/** The trace of a spike train: each spike adds 1, and what is there decays with tau. */
export function spikeTrace(times, tau, steps) {
  const trace = new Float64Array(steps);
  for (let t = 0; t < steps; t++) trace[t] = (t ? trace[t - 1] * Math.exp(-1 / tau) : 0) + (times.includes(t) ? 1 : 0);
  return trace;
}

function compute({ shift, tau }, { wanted, steps, reach }) {
  const moved = wanted.map((time) => time + shift), shifts = linspace(-reach, reach, 2 * reach + 1);
  const at = (k) => distance(wanted, wanted.map((time) => time + k), tau);
  const here = at(shift), silence = distance(wanted, [], tau);
  const verdict = here < silence ? "nearer than no spike" : "no nearer than no spike";
  return {
    moved, shifts, here, silence,
    traces: [spikeTrace(wanted, tau, steps), spikeTrace(moved, tau, steps)],
    curve: shifts.map(at),
    titles: [`Shifted by ${signed(shift)} ms, traces of ${tau} ms`, `D² = ${here.toFixed(2)}: ${verdict}`],
  };
}

function draw(figure, { moved, shifts, here, silence, traces, curve, titles }, { shift }, { wanted, steps, reach }) {
  const top = 1.2 * above([...traces[0], ...traces[1]], 2), times = linspace(0, steps - 1, steps);
  const [train, against] = figure.panels([
    { share: 3, x: [0, steps], y: [-0.4, top], yticks: [0, 1, 2], xlabel: "time (ms)", ylabel: "trace",
      title: titles[0] },
    { share: 2, x: [-reach, reach], y: [0, above(curve, 1.25 * silence)], xlabel: "shift (ms)",
      ylabel: "distance D²", title: titles[1], control: "shift" },
  ]);
  train.line(times, traces[0], figure.blue);
  train.line(times, traces[1], figure.vermilion);
  train.stems(wanted, wanted.map(() => -0.17), figure.blue);
  train.stems(moved, moved.map(() => -0.34), figure.vermilion);
  train.label("wanted", 0, top, figure.blue, "left", "top");
  train.label("shifted", 0.3 * steps, top, figure.vermilion, "left", "top");
  against.line([-reach, reach], [silence, silence], figure.grey, [5, 4]);
  against.line(shifts, curve, figure.vermilion);
  against.label("no spike", reach, silence, figure.grey, "right", curve.at(-1) > silence ? "top" : "bottom");
  against.disc(shift, here, figure.vermilion);
}

export const explorer = { compute, draw };
