// The explorer of page 20: an integrate-and-fire neuron under a constant current, and its rate beside a ReLU.

/** The steps of a neuron without a leak, whose membrane starts at a part of the threshold. */
export function integrate(current, { steps, start, threshold }) {
  return lifSequence(Array(steps).fill(current), { beta: 1, threshold, reset: "soft" }, start * threshold);
}

/** What its spikes say: their number per step, times the threshold. */
export const said = (current, neuron) => (neuron.threshold * countSpikes(integrate(current, neuron))) / neuron.steps;

function compute({ current, ...neuron }, { low, high }) {
  const steps = integrate(current, neuron), currents = Array.from(linspace(low, high, 801));
  const rates = currents.map((each) => said(each, neuron));
  const relu = Math.max(0, current), rate = said(current, neuron), left = steps.at(-1).state;
  const error = signed((rate - relu).toFixed(2));
  const titles = [
    `${plural(countSpikes(steps), "spike")} in ${neuron.steps} steps; left in the membrane: ${signed(left.toFixed(2))}`,
    `It says ${rate.toFixed(2)}, the ReLU ${relu.toFixed(2)}: error ${error}`,
  ];
  return { steps, currents, rates, rate, relu, left, titles };
}

function draw(figure, found, { current, threshold }, { low, high }) {
  const { steps, currents, rates, rate, relu, titles } = found, times = steps.map((_, t) => t + 1);
  const reached = steps.flatMap(({ membrane, state }) => [membrane, state]);
  const bottom = Math.min(-0.2, ...reached), top = Math.max(1.3 * threshold, ...reached);
  const [course, stairs] = figure.stack([
    { height: 120, x: [0.5, times.length + 0.5], y: [bottom, 1.05 * top], ylabel: "membrane", xlabel: "step",
      title: titles[0] },
    { height: 190, x: [low, high], y: [-0.1, high], ylabel: "said", xlabel: "current I", title: titles[1],
      control: "current" },
  ]);
  drawMembrane(course, times, steps, threshold);
  course.label("threshold", times.length + 0.5, threshold, figure.grey, "right");
  stairs.line([low, 0, high], [0, 0, high], figure.grey);
  stairs.label("ReLU", high, high, figure.grey, "right", "top");
  stairs.line(currents, rates, figure.blue);
  stairs.line([current, current], [rate, relu], figure.vermilion);
  stairs.disc(current, relu, figure.grey, { size: 4, open: true });
  stairs.disc(current, rate, figure.vermilion);
}

export const explorer = { compute, draw };
