// The explorer of page 00: a neuron that runs in time, and that the reader excites.

function begin({ window, dt }) {
  const rest = { arrived: 0, came: 0, spike: 0, membrane: 0, state: 0 };
  return { waiting: 0, fired: 0, steps: Array(window / dt).fill(rest) };
}

const actions = { send: (values, data, state) => { state.waiting += 1; } };

/** One step: the drive, and the spikes that have been sent since the last one. */
function advance(state, { weight, drive }, { beta, threshold }) {
  const arrived = state.waiting, came = weight * arrived, before = state.steps.at(-1).state;
  const step = lifStep(drive * (1 - beta) + came, before, { beta, threshold, reset: "soft" });
  state.steps = [...state.steps.slice(1), { arrived, came, ...step }];
  state.fired += step.spike;
  state.waiting = 0;
}

function compute(values, { window, dt }, { steps, fired, ahead = 0 }) {
  const at = steps.flatMap(({ arrived }, i) => Array(arrived).fill(i * dt)), gap = at.at(-1) - at.at(-2);
  const apart = gap >= 0 ? `; last gap ${gap} ms` : "";
  const title = `Last ${window} ms: ${at.length} in, ${countSpikes(steps)} out${apart}`;
  const times = steps.map((_, i) => i + 1 - steps.length - ahead);
  const news = fired ? `The neuron has sent ${plural(fired, "spike")}.` : "";
  return { steps, times, titles: [title], news };
}

function draw(figure, { steps, times, titles }, { weight, drive }, { window, dt, threshold }) {
  const x = [-window, 0], ms = times.map((time) => time * dt);
  const top = above([drive, ...steps.map(({ membrane }) => membrane)], 1.5 * threshold);
  const [input, membrane, output] = figure.stack([
    { height: 48, x, y: [0, 1.2], yticks: [0, 1], ylabel: "input", title: titles[0], control: "send" },
    { height: 150, x, y: [0, top], ylabel: "membrane", control: "send" },
    { height: 34, x, y: [0, 1], yticks: [], ylabel: "output", xlabel: "time (ms before now)" },
  ]);
  const came = ms.filter((_, t) => steps[t].arrived), sent = ms.filter((_, t) => steps[t].spike);
  input.line(x, [weight, weight], figure.green, [2, 3]);
  input.label("weight", -window, weight, figure.green, "left", weight > 0.6 ? "top" : "bottom");
  input.stems(came, came.map(() => weight), figure.green);
  drawMembrane(membrane, ms, steps, threshold, steps.map((step) => step.came));
  membrane.label("threshold", -window, threshold, figure.grey, "left", membrane.free(threshold, drive));
  if (drive > 0) {
    membrane.line(x, [drive, drive], figure.green, [2, 3]);
    const free = membrane.free(drive, threshold) === "top" ? threshold : drive; // the membrane settles below it
    membrane.label("drive", 0, free, figure.green, "right");
  }
  output.stems(sent, sent.map(() => 1), figure.vermilion);
}

export const explorer = { compute, draw, actions, begin, advance };
