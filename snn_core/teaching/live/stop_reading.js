// The explorer of page 07: the recorded output spikes of a trained network, up to the step at which it is stopped.

const CLASSES = 10, DIGITS = Array.from({ length: CLASSES }, (_, i) => i);

/** The spikes `[T][C]` of a sample, from one number a step, whose bit c is the spike of class c. */
export const unpacked = (masks) => masks.map((mask) => DIGITS.map((c) => (mask >> c) & 1));

/** The spikes of each class in the first `steps` steps. */
export function counted(spikes, steps) {
  return DIGITS.map((c) => spikes.slice(0, steps).reduce((sum, now) => sum + now[c], 0));
}

/** The class with the most spikes, the first of several. */
export const answered = (counts) => counts.indexOf(Math.max(...counts));

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
  const verdict = answer === data.labels[digit] ? "right" : "wrong", lead = first - second;
  const said = lead ? `${answer}, ${verdict}, ahead by ${lead}` : `tie, counts as ${answer}, ${verdict}`;
  const titles = [`a ${data.labels[digit]}`, `after ${step}: ${said}`, `${course[step - 1]} of ${total} right`];
  return { spikes, counts, answer, course, titles };
}

function draw(figure, { spikes, counts, answer, course, titles }, { digit, step }, { images, labels }) {
  const steps = spikes.length, total = labels.length, rows = [-0.6, 9.6];
  const [picture, raster, right] = figure.panels([
    { share: 3, picture: true, x: [0, 1], y: [0, 1], title: titles[0] },
    { share: 6, x: [0, steps + 6], y: rows, xticks: [1, 10, 20, 30], yticks: DIGITS, xlabel: "step",
      ylabel: "output neuron", title: titles[1] },
    { share: 4, x: [0, steps + 1], y: [0, total], xticks: [1, 10, 20, 30], xlabel: "stopped after step",
      ylabel: "digits right", title: titles[2] },
  ]);
  picture.image(Array.from(images[digit], (grey) => parseInt(grey, 16) / 15), 28);
  const sent = spikes.flatMap((now, t) => DIGITS.filter((c) => now[c]).map((c) => [t + 1, c]));
  for (const [known, colour] of [[false, figure.grey], [true, figure.vermilion]]) {
    const shown = sent.filter(([t]) => t <= step === known);
    raster.events(shown.map(([t]) => t), shown.map(([, c]) => c), colour, 4);
  }
  raster.line([step + 0.5, step + 0.5], rows, figure.grey, [4, 3]);
  counts.forEach((count, c) => {
    const colour = c === answer ? figure.vermilion : figure.ink;
    if (count) raster.text(count, raster.px(steps + 5), raster.py(c), "right", "middle", colour);
  });
  right.line(course.map((_, t) => t + 1), course, figure.blue);
  right.disc(step, course[step - 1], figure.vermilion);
}

export const explorer = { compute, draw };
