// The LIF neuron, once for all live explorers: what it computes, and how its membrane is drawn.

/** One step: integrate, compare, emit, reset. Returns the current, the spike, the membrane u, and v after the reset. */
export function lifStep(current, state, { beta, threshold, reset }) {
  const membrane = beta * state + current;
  const spike = membrane > threshold ? 1 : 0;
  return { current, spike, membrane, state: membrane - (reset === "hard" ? membrane : threshold) * spike };
}

/** Run a neuron over its currents, at first from rest; returns what `lifStep` does, at each step. */
export const lifSequence = (currents, neuron, state = 0) =>
  lifLayer(Array.from(currents, (current) => [current]), neuron, [state]).map(([step]) => step);

/** Run a layer over its currents `[T][N]`, at first from rest; returns what `lifStep` does, `[T][N]`. */
export function lifLayer(currents, neuron, states = Array.from(currents[0] ?? [], () => 0)) {
  return currents.map((current) => {
    const steps = Array.from(current, (each, i) => lifStep(each, states[i], neuron));
    states = steps.map(({ state }) => state);
    return steps;
  });
}

/** The spikes `[T][N]` of a layer over its currents. */
export const lifSpikes = (...given) => lifLayer(...given).map((steps) => steps.map(({ spike }) => spike));

/** The spikes `[T][M]` of a layer that hears spikes `[T][N]`, each worth `factor` times a weight `[N, M]`. */
export function throughLayer(spikes, weights, factor, neuron) {
  const size = weights.length / spikes[0].length;
  const currents = spikes.map((heard) => {
    const current = new Float64Array(size);
    heard.forEach((spike, from) => {
      if (spike) for (let to = 0; to < size; to++) current[to] += factor * weights[from * size + to];
    });
    return current;
  });
  return lifSpikes(currents, neuron);
}

/** The surrogate derivative, a fast sigmoid, at a distance x from the threshold. */
export const fastSigmoid = (x, scale) => 1 / (1 + Math.abs(scale * x)) ** 2;

/** What the pair rule asks for, before bounds, for a lag t_post - t_pre in ms. */
export const stdpWindow = (lag, { a_plus, a_minus, tau_plus, tau_minus }) =>
  lag >= 0 ? a_plus * Math.exp(-lag / tau_plus) : -a_minus * Math.exp(lag / tau_minus);

export const countSpikes = (steps) => steps.reduce((sum, { spike }) => sum + spike, 0);

/** What events add up to in each step of `dt`, those at the very end in the last one. */
export function arriving(times, weight, dt, steps) {
  const currents = new Float64Array(steps);
  for (const time of times) currents[Math.min(steps - 1, Math.floor(time / dt + 1e-9))] += weight;
  return currents;
}

/** How often each neuron has spiked in the first `steps` of spikes `[T][N]`. */
export const counted = (spikes, steps) =>
  Array.from(spikes[0], (_, i) => spikes.slice(0, steps).reduce((all, now) => all + now[i], 0));

/** The class with the most spikes, the first of several. */
export const answered = (counts) => counts.indexOf(Math.max(...counts));

/** Axes for `drawVotes`, over so many steps. */
export const votes = (steps, classes) => ({ x: [0, 1.3 * steps], y: [-0.6, classes - 0.4], xlabel: "step",
  yticks: Array.from({ length: classes }, (_, i) => i), ylabel: "output neuron" });

/** The spikes of output neurons, those after a step in grey, and how many each has sent until then. */
export function drawVotes(panel, spikes, counts, step) {
  const { grey, vermilion, ink } = panel.figure, answer = answered(counts);
  panel.raster(spikes, grey, 4, 1);
  panel.raster(spikes.slice(0, step), vermilion, 4, 1);
  panel.line([step + 0.5, step + 0.5], panel.y, grey, [4, 3]);
  counts.forEach((count, i) => {
    const colour = i === answer ? vermilion : ink;
    if (count) panel.text(count, panel.px(panel.x[1]) - 4, panel.py(i), "right", "middle", colour);
  });
}

/** A membrane over time: a jump by what came in at once at each step, if `jumps` say so; what else comes charges it in
 *  between. At each spike there is an open end at u, and a drop from there to v. */
export function drawMembrane(panel, times, steps, threshold, jumps = []) {
  const { blue, vermilion, grey } = panel.figure;
  panel.line(panel.x, [threshold, threshold], grey, [5, 4]);
  const course = steps.flatMap(({ membrane, state }, i) => [membrane - (jumps[i] ?? 0), membrane, state]);
  panel.line(course.map((_, i) => times[Math.floor(i / 3)]), course, blue);
  const fired = steps.flatMap(({ spike, membrane: u, state: v }, i) => (spike ? [{ time: times[i], u, v }] : []));
  for (const { time, u, v } of fired) panel.line([time, time], [u, v], vermilion);
  panel.inside(() => fired.forEach(({ time, u }) => panel.disc(time, u, vermilion, { size: 3, open: true })));
}
