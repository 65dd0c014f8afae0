// The explorers of page 02: one LIF neuron, with what comes in, its membrane, and its spikes.

function compute(chosen, data) {
  const values = { ...data, ...chosen }, { dt, tau_mem, drive, threshold, duration } = values;
  const beta = Math.exp(-dt / tau_mem), told = chosen.dt ? `; β = ${beta.toFixed(3)}` : "";
  const spikes = arriving(values.arrivals, values.weight, dt, Math.round(duration / dt));
  const currents = spikes.map((each) => each + drive * (1 - beta)), steps = lifSequence(currents, { beta, ...values });
  const title = `${plural(countSpikes(steps), "spike")} in ${duration} ms${told}`;
  return { drive, threshold, spikes, currents, steps, times: steps.map((_, t) => t * dt), titles: [title] };
}

function draw(figure, { drive, threshold, spikes, currents, steps, times, titles }, _, { duration }) {
  const x = [0, duration], levels = [drive, threshold, ...steps.map(({ membrane }) => membrane)];
  const [input, membrane, output] = figure.stack([
    { height: 64, x, y: [0, 1.3 * above(currents, 1)], ylabel: "input I", title: titles[0], control: "arrivals" },
    { height: 150, x, y: [0, above(levels, 1.3)], ylabel: "membrane" },
    { height: 28, x, y: [0, 1], yticks: [], ylabel: "spikes", xlabel: "time (ms)" },
  ]);
  input.stems(times, currents, figure.green);
  input.label("click or tap: an input spike", duration, input.y[1], figure.grey, "right", "top");
  if (drive > 0) {
    membrane.line(x, [drive, drive], figure.green, [2, 3]);
    membrane.label("D", duration, drive, figure.green, "right", membrane.free(drive, threshold));
  }
  drawMembrane(membrane, times, steps, threshold, spikes);
  const behind = steps.filter((_, t) => membrane.px(times[t]) < membrane.px(0) + 90); // the words at the threshold
  const high = Math.max(threshold, ...behind.map((step) => step.membrane));
  membrane.label("threshold θ", 0, high, figure.grey, "left", high > threshold ? "bottom" : membrane.free(high, drive));
  const sent = times.filter((_, t) => steps[t].spike);
  output.stems(sent, sent.map(() => 1), figure.vermilion);
  const roomy = sent.filter((time, i) => output.px(sent[i + 1] ?? duration) - output.px(time) > 28);
  for (const time of roomy) output.label(time, time, 1, figure.ink, "left", "top");
}

export const explorer = { compute, draw };
