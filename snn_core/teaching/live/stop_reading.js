// The explorer of page 07: the recorded output spikes of a trained network, up to the step at which it is stopped.

const CLASSES = 10;

/** The spikes `[T][C]` of a sample, from one number a step, whose bit c is the spike of class c. */
export const unpacked = (masks) => masks.map((mask) => Array.from({ length: CLASSES }, (_, c) => (mask >> c) & 1));

function compute({ digit, step }, data) {
  const spikes = unpacked(data.masks[digit]), counts = counted(spikes, step), answer = answered(counts);
  const [first, second] = [...counts].sort((a, b) => b - a), total = data.labels.length;
  const verdict = answer === data.labels[digit] ? "right" : "wrong", lead = first - second;
  const said = lead ? `${answer}, ${verdict}, ahead by ${lead}` : `tie, counts as ${answer}, ${verdict}`;
  const titles = [`a ${data.labels[digit]}`, `after ${step}: ${said}`, `${data.right[step - 1]} of ${total} right`];
  return { spikes, counts, answer, titles };
}

function draw(figure, { spikes, counts, titles }, { digit, step }, { images, labels, right: course }) {
  const steps = spikes.length, total = labels.length, xticks = [1, 10, 20, 30];
  const [picture, raster, right] = figure.panels([
    { share: 3, picture: true, x: [0, 1], y: [0, 1], title: titles[0] },
    { share: 6, ...votes(steps, CLASSES), xticks, title: titles[1] },
    { share: 4, x: [0, steps + 1], y: [0, total], xticks, xlabel: "stopped after step",
      ylabel: "digits right", title: titles[2] },
  ]);
  picture.image(Array.from(images[digit], (grey) => parseInt(grey, 16) / 15), 28);
  drawVotes(raster, spikes, counts, step);
  right.line(course.map((_, t) => t + 1), course, figure.blue);
  right.disc(step, course[step - 1], figure.vermilion);
}

export const explorer = { compute, draw };
