// The explorer of page 18: what came into a neuron, what went out, what a neighbour took, and the rest, the membrane.

/** After each step: the three sums of decaying jumps, the membrane, and the spike; the membrane is run on its own. */
export function summed({ weight, threshold, rate, taken }, { numbers, neighbour, decay }) {
  let x = 0, a = 0, others = 0, rest = 0;
  return numbers.map((number, t) => {
    const input = number < rate ? 1 : 0;
    const current = weight * input - taken * threshold * neighbour[t];
    const { spike, state: membrane } = lifStep(current, rest, { beta: decay, threshold, reset: "soft" });
    rest = membrane;
    x = decay * x + input;
    a = decay * a + spike;
    others = decay * others + neighbour[t];
    return { input, spike, membrane, came: weight * x, went: threshold * a, lost: taken * threshold * others };
  });
}

function compute(values, data) {
  const course = summed(values, data), last = course.at(-1), spikes = countSpikes(course);
  const [came, went, lost] = [last.came, last.went, last.lost].map((sum) => sum.toFixed(1));
  const minus = values.taken > 0 ? ` − ${lost} taken` : "";
  const titles = [
    `${plural(course.reduce((sum, { input }) => sum + input, 0), "spike")} came in, ${spikes} went out`,
    `At the end: ${came} in − ${went} out${minus} = ${signed(last.membrane.toFixed(1))}`,
  ];
  return { course, titles };
}

/** The edges of a sum of decaying jumps: at each step it decays to before its jump, then jumps. */
const jagged = (values, decay) => values.flatMap((value, t) => [t > 0 ? decay * values[t - 1] : 0, value]);

function draw(figure, { course, titles }, { threshold, taken }, { decay }) {
  const steps = course.length, x = [0, steps], twice = course.flatMap((_, t) => [t, t]);
  const [came, went, lost, membrane] = ["came", "went", "lost", "membrane"].map((key) => course.map((now) => now[key]));
  const top = 1.3 * above([...came, ...went, ...lost, threshold], 3), bottom = 1.1 * Math.min(-0.5, ...membrane);
  const at = (key) => course.flatMap((now, t) => (now[key] ? [t] : []));
  const [trains, sums] = figure.stack([
    { height: 56, x, y: [-1.1, 1.1], yticks: [], ylabel: "spikes", title: titles[0] },
    { height: 230, x, y: [bottom, top], ylabel: "sums", xlabel: "time (ms)", title: titles[1] },
  ]);
  trains.stems(at("input"), at("input").map(() => 1), figure.green);
  trains.stems(at("spike"), at("spike").map(() => -1), figure.vermilion);
  sums.line(x, [threshold, threshold], figure.grey, [5, 4]);
  sums.label("threshold", steps, threshold, figure.grey, "right");
  sums.line(twice, jagged(came, decay), figure.green);
  sums.line(twice, jagged(went, decay), figure.vermilion);
  sums.line(twice, jagged(membrane, decay), figure.blue);
  const names = [["came in", figure.green], ["went out", figure.vermilion], ["membrane", figure.blue]];
  if (taken > 0) {
    sums.line(twice, jagged(lost, decay), figure.grey, [2, 3]);
    names.push(["taken", figure.grey]);
  }
  names.forEach(([name, colour], i) => sums.label(name, (i * steps) / 4, top, colour, "left", "top"));
}

export const explorer = { compute, draw };
