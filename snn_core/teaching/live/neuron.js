// The LIF neuron, once for all live explorers: what it computes, and how its membrane is drawn.

/** One step: integrate, compare, emit, reset. Returns the spike, the membrane u, and v after the reset. */
export function lifStep(current, state, { beta, threshold, reset }) {
  const membrane = beta * state + current;
  const spike = membrane > threshold ? 1 : 0;
  return { spike, membrane, state: membrane - (reset === "hard" ? membrane : threshold) * spike };
}

/** Run a neuron from rest over its currents; returns what `lifStep` does, at each step. */
export function lifSequence(currents, neuron) {
  let state = 0;
  return Array.from(currents, (current) => {
    const step = lifStep(current, state, neuron);
    ({ state } = step);
    return step;
  });
}

export const countSpikes = (steps) => steps.reduce((sum, { spike }) => sum + spike, 0);

/** A membrane over time: at each spike an open end at u, and a drop from there to v. */
export function drawMembrane(panel, times, steps, threshold) {
  const { blue, vermilion, grey } = panel.figure;
  panel.line(panel.x, [threshold, threshold], grey, [5, 4]);
  let xs = [], ys = [];
  steps.forEach(({ spike, membrane, state }, i) => {
    xs.push(times[i]);
    ys.push(membrane);
    if (!spike) return;
    panel.line(xs, ys, blue);
    panel.line([times[i], times[i]], [membrane, state], vermilion);
    [xs, ys] = [[times[i]], [state]];
  });
  panel.line(xs, ys, blue);
  panel.inside(() => steps.forEach(({ spike, membrane }, i) => {
    if (spike) panel.disc(times[i], membrane, vermilion, { size: 3, open: true });
  }));
}
