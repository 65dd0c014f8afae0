// The explorer of page 07: the recorded output spikes of a trained network, up to the step at which it is stopped.

const CLASSES = 10, DIGITS = Array.from({ length: CLASSES }, (_, i) => i);

/** The spikes `[T][C]` of a sample, from one number a step, whose bit c is the spike of class c. */
export function unpacked(masks) {
  return masks.map((mask) => DIGITS.map((c) => (mask >> c) & 1));
}

/** The spikes of each class in the first `steps` steps. */
export function counted(spikes, steps) {
  return DIGITS.map((c) => spikes.slice(0, steps).reduce((sum, now) => sum + now[c], 0));
}

/** The class with the most spikes, the first of several. */
export function answered(counts) {
  return counts.indexOf(Math.max(...counts));
}

/** How many of all samples are answered rightly after each step. */
export function rightAfter({ masks, labels }) {
  const runs = masks.map(unpacked);
  return runs[0].map((_, t) => runs.filter((run, i) => answered(counted(run, t + 1)) === labels[i]).length);
}

let course;

function compute({ digit, step }, data) {
  course ??= rightAfter(data);
  const spikes = unpacked(data.masks[digit]), counts = counted(spikes, step), answer = answered(counts);
  const [first, second] = [...counts].sort((a, b) => b - a), total = data.labels.length;
  const verdict = answer === data.labels[digit] ? "right" : "wrong";
  const said = first === second ? `tie: counts as ${answer}` : `answer ${answer}`;
  const titles = [
    `a ${data.labels[digit]}`,
    `stopped after step ${step}`,
    `${said}, ${verdict}; lead ${first - second}`,
    `${course[step - 1]} of ${total} digits right`,
  ];
  return { spikes, counts, answer, course, titles };
}

function draw(figure, { spikes, counts, answer, course, titles }, { digit, step }, { images, labels }) {
  const steps = spikes.length, total = labels.length;
  const [picture, raster, bars, right] = figure.panels([
    { share: 2, picture: true, x: [0, 1], y: [0, 1], title: titles[0] },
    { share: 4, x: [0, steps + 1], y: [-0.6, 9.6], yticks: DIGITS, xlabel: "step", ylabel: "output neuron",
      title: titles[1] },
    { share: 3, x: [-0.6, 9.6], y: [0, above(counts, 5)], xticks: DIGITS, xlabel: "digit", ylabel: "spikes so far",
      title: titles[2] },
    { share: 3, x: [0, steps + 1], y: [0, total], xlabel: "stopped after step", ylabel: "digits right",
      title: titles[3] },
  ]);
  picture.image(Array.from(images[digit], (grey) => parseInt(grey, 16) / 15), 28);
  const sent = spikes.flatMap((now, t) => DIGITS.filter((c) => now[c]).map((c) => [t + 1, c]));
  for (const [known, colour] of [[false, figure.pale], [true, figure.vermilion]]) {
    const shown = sent.filter(([t]) => t <= step === known);
    raster.events(shown.map(([t]) => t), shown.map(([, c]) => c), colour, 4);
  }
  raster.line([step + 0.5, step + 0.5], [-0.6, 9.6], figure.grey, [4, 3]);
  counts.forEach((count, c) => bars.bars([c - 0.4, c + 0.4], [count], c === answer ? figure.vermilion : figure.blue));
  right.line(course.map((_, t) => t + 1), course, figure.blue);
  right.disc(step, course[step - 1], figure.vermilion);
}

export const explorer = { compute, draw };
