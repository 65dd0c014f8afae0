// The explorer of page 03: the same spikes into a neuron that is plain, has a synapse, tires, or hears itself.

const FILTERS = { LIF: 0, CuBaLIF: 1, Alpha: 2, AdaptiveLIF: 0, RecurrentLIF: 0 };

/** What the spikes that arrive add to the membrane: at once, or through one or two synaptic filters in a row. */
export function synapticCurrent(arriving, filters, alpha) {
  const held = Array(filters).fill(0);
  return arriving.map((input) => held.reduce((passed, before, i) => {
    held[i] = alpha * before + (1 - alpha) * passed;
    return held[i];
  }, input));
}

/** Run a neuron from rest: what `lifStep` returns at each step, with the current that it heard and its threshold. */
export function modelSequence(arriving, { model, tau_mem, tau_syn, strength, self_weight }, { dt, tau_adapt }) {
  const beta = Math.exp(-dt / tau_mem), rho = Math.exp(-dt / tau_adapt);
  const raise = model === "AdaptiveLIF" ? strength : 0, own = model === "RecurrentLIF" ? self_weight : 0;
  let state = 0, spike = 0, adaptation = 0;
  return synapticCurrent(arriving, FILTERS[model], Math.exp(-dt / tau_syn)).map((input) => {
    const current = input + own * spike, threshold = 1 + raise * adaptation;
    const step = lifStep(current, state, { beta, threshold, reset: "soft" });
    ({ state, spike } = step);
    adaptation = rho * adaptation + spike;
    return { ...step, current, threshold };
  });
}

function compute(values, data) {
  const { weight, arrivals } = values, { dt, duration } = data;
  const came = Array.from(arriving(arrivals, weight, dt, Math.round(duration / dt)));
  const steps = modelSequence(came, values, data), times = steps.map((_, t) => t * dt);
  const last = Math.max(-1, ...arrivals), after = countSpikes(steps.filter((_, t) => times[t] > last));
  const title = `${values.model}: ${plural(countSpikes(steps), "spike")}, ${after} after the input`;
  return { came, steps, times, titles: [title] };
}

function draw(figure, { came, steps, times, titles }, { model }, { duration }) {
  const x = [0, duration], currents = steps.map(({ current }) => current);
  const levels = steps.flatMap(({ membrane, threshold }) => [membrane, threshold]);
  const low = (values) => Math.min(0, 1.08 * Math.min(...values));
  const [input, current, membrane, output] = figure.stack([
    { height: 58, x, y: [0, 1.4 * above(came, 1)], ylabel: "input", title: titles[0], control: "arrivals" },
    { height: 70, x, y: [low(currents), above(currents, 0.4)], ylabel: "current" },
    { height: 130, x, y: [low(levels), above(levels, 1.3)], ylabel: "membrane" },
    { height: 26, x, y: [0, 1], yticks: [], ylabel: "spikes", xlabel: "time (ms)" },
  ]);
  input.stems(times, came, figure.green);
  input.label("click or tap: an input spike", duration, input.y[1], figure.grey, "right", "top");
  current.line(times, currents, figure.green);
  drawMembrane(membrane, times, steps, 1, FILTERS[model] ? [] : currents);
  if (model === "AdaptiveLIF") membrane.line(times, steps.map(({ threshold }) => threshold), figure.grey);
  membrane.label("θ", 0, 1, figure.grey);
  const sent = times.filter((_, t) => steps[t].spike);
  output.stems(sent, sent.map(() => 1), figure.vermilion);
}

export const explorer = { compute, draw };
