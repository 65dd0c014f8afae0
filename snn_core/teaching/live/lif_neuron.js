// The explorer of page 02: one LIF neuron, with what comes in, its membrane, and its spikes.

function compute(values, { duration }) {
  const { dt, tau_mem, drive } = values, beta = Math.exp(-dt / tau_mem);
  const spikes = arriving(values.arrivals, values.weight, dt, Math.round(duration / dt));
  const currents = spikes.map((each) => each + drive * (1 - beta)), steps = lifSequence(currents, { beta, ...values });
  const count = countSpikes(steps), rate = ((1000 * count) / duration).toFixed(0);
  const counted = `${plural(count, "spike")} in ${duration} ms: ${rate} per second`;
  const times = steps.map((_, t) => t * dt);
  return { currents, steps, times, titles: [`${counted}; β = ${beta.toFixed(3)}`] };
}

function draw(figure, { currents, steps, times, titles }, { drive, threshold }, { duration }) {
  const x = [0, duration], levels = [drive, threshold, ...steps.map(({ membrane }) => membrane)];
  const [input, membrane, output] = figure.stack([
    { height: 64, x, y: [0, above(currents, 1)], ylabel: "input I", title: titles[0], control: "arrivals" },
    { height: 150, x, y: [0, above(levels, 1.3)], ylabel: "membrane" },
    { height: 28, x, y: [0, 1], yticks: [], ylabel: "spikes", xlabel: "time (ms)" },
  ]);
  input.stems(times, currents, figure.green);
  input.label("click: an input spike", duration, input.y[1], figure.grey, "right", "top");
  if (drive > 0) {
    membrane.line(x, [drive, drive], figure.green, [2, 3]);
    membrane.label("D", duration, drive, figure.green, "right", membrane.free(drive, threshold));
  }
  membrane.label("θ", 0, threshold, figure.grey, "left", membrane.free(threshold, drive));
  drawMembrane(membrane, times, steps, threshold);
  const sent = times.filter((_, t) => steps[t].spike);
  output.stems(sent, sent.map(() => 1), figure.vermilion);
}

export const explorer = { compute, draw };
