// The explorer of page 10: the field of one neuron follows the digits that it spikes for.

const SIDE = 28;

/** Numbers from 0 to 15 from a text, one hexadecimal digit each. */
export const unpacked = (text) => Array.from(text, (digit) => parseInt(digit, 16));

export function unitLength(values) {
  const length = Math.hypot(...values) || 1;
  return values.map((value) => value / length);
}

export const cosine = (first, second) => dot(unitLength(first), unitLength(second));

/** The field after a spike: a step towards the scaled traces, then length 1. */
export const moved = (field, trace, lr, scale) =>
  unitLength(field.map((weight, i) => weight + lr * (scale * trace[i] - weight)));

let read;

/** The traces of both kinds of digits, the first field, and the two means, as numbers. */
function prepared({ threes, mixed, start, means, unit }) {
  const traces = [threes, mixed].map((kind) => kind.map((text) => unpacked(text).map((level) => unit * level)));
  return { traces, start: unitLength(unpacked(start)), means: means.map(unpacked) };
}

function compute({ lr, spikes, others }, data) {
  read ??= prepared(data);
  let field = read.start, shown;
  const path = [], counted = [0, 0];
  for (let spike = 0; spike < spikes; spike++) {
    const kind = data.draws[spike] < others ? 1 : 0;
    shown = read.traces[kind][spike];
    counted[kind]++;
    field = moved(field, shown, lr, data.scale);
    path.push(read.means.map((mean) => cosine(field, mean)));
  }
  const [three, all] = path.at(-1).map((value) => value.toFixed(2));
  const titles = [`digit ${spikes}`, "its field", `${three} with the mean 3, ${all} with all`];
  return { field, shown, path, counted, titles };
}

function grey(values) {
  const most = Math.max(...values, 1e-9);
  return values.map((value) => Math.max(0, value / most));
}

function draw(figure, { field, shown, path, titles }, { spikes }, { draws }) {
  const [digit, picture, curve] = figure.panels([
    { share: 2, picture: true, x: [0, 1], y: [0, 1], title: titles[0] },
    { share: 2, picture: true, beside: true, x: [0, 1], y: [0, 1], title: titles[1] },
    { share: 5, x: [0, draws.length], y: [0, 1.02], xlabel: "spikes of the neuron", ylabel: "cosine",
      title: titles[2] },
  ]);
  digit.image(grey(shown), SIDE);
  picture.image(grey(field), SIDE);
  const at = path.map((_, i) => i + 1), [three, all] = [0, 1].map((kind) => path.map((pair) => pair[kind]));
  curve.line(at, three, figure.blue);
  curve.line(at, all, figure.vermilion);
  curve.disc(spikes, three.at(-1), figure.blue);
  curve.disc(spikes, all.at(-1), figure.vermilion);
  curve.label("with the mean 3", draws.length, 0.12, figure.blue, "right");
  curve.label("with the mean of all digits", draws.length, 0.02, figure.vermilion, "right");
}

export const explorer = { compute, draw };
