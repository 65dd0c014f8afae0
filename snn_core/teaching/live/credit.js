// The explorer of page 06: how far back in time the credit for a membrane reaches, through spikes and resets.

const FLOOR = -4; // of the picture, in powers of ten

/** What each reset lets through: c = dv/du. */
const FACTORS = {
  soft: { detached: () => 1, attached: (u, z, s, threshold) => 1 - threshold * s },
  hard: { detached: (u, z) => 1 - z, attached: (u, z, s) => 1 - z - u * s },
};

/** How much the last membrane moves by the input of each step: a product of beta c over the steps between. */
export function creditOf(steps, { reset, gradient, scale }, { beta, threshold }) {
  const credit = new Float64Array(steps.length);
  let product = 1;
  for (let t = steps.length - 1; t >= 0; t--) {
    const { membrane, spike } = steps[t], s = fastSigmoid(membrane - threshold, scale);
    if (t < steps.length - 1) product *= beta * FACTORS[reset][gradient](membrane, spike, s, threshold);
    credit[t] = product;
  }
  return credit;
}

function compute(values, { duration, drive, weight, threshold }) {
  const beta = Math.exp(-1 / values.tau_mem), neuron = { beta, threshold, reset: values.reset };
  const currents = arriving(values.arrivals, weight, 1, duration).map((each) => each + drive);
  const steps = lifSequence(currents, neuron), credit = creditOf(steps, values, neuron);
  const reach = duration - credit.findIndex((each) => Math.abs(each) >= 0.01);
  const titles = [plural(countSpikes(steps), "spike"), `1 % of the credit reaches back over ${reach} ms`];
  return { beta, currents, steps, credit, reach, titles };
}

function draw(figure, { beta, currents, steps, credit, titles }, _, { duration, drive, threshold }) {
  const x = [0, duration], times = steps.map((__, t) => t), top = above(steps.map(({ membrane }) => membrane), 1.3);
  const [input, membrane, lower] = figure.stack([
    { height: 40, x, y: [0, 1], yticks: [0, 1], ylabel: "input", title: titles[0], control: "arrivals" },
    { height: 110, x, y: [Math.min(0, -0.1 * top), top], yticks: [0, 1], ylabel: "membrane" },
    { height: 150, x, y: [FLOOR, 0.6], yticks: [-4, -3, -2, -1, 0], ylabel: "log₁₀ |credit|", title: titles[1],
      xlabel: "time of the input (ms)" },
  ]);
  input.stems(times, currents, figure.green);
  input.label("click or tap: an input spike", duration, 1, figure.grey, "right", "top");
  drawMembrane(membrane, times, steps, threshold, currents.map((each) => each - drive));
  const last = duration - 1, level = (t) => Math.log10(beta) * (last - t);
  lower.line([0, last], [level(0), level(last)], figure.grey);
  lower.line(x, [-2, -2], figure.grey, [2, 3]);
  lower.label("1 %", 0, -2, figure.grey);
  for (const [sign, colour] of [[1, figure.blue], [-1, figure.vermilion]]) {
    const shown = times.filter((t) => sign * credit[t] > 10 ** FLOOR);
    lower.inside(() => lower.events(shown, shown.map((t) => Math.log10(Math.abs(credit[t]))), colour, 5));
  }
  lower.label("orange: negative; line: βᵐ", 0, 0.6, figure.grey, "left", "top");
}

export const explorer = { compute, draw };
