// The explorer of page 00: a small spiking network reads what is drawn, millisecond by millisecond.

const LONG = 20; // pixels of 28: the longer side of a digit of MNIST
const LARGEST = 3; // times, by which ink is made larger

/** Ink `[28 * 28]` as MNIST has it: scaled to the same longer side, the centre of mass in the middle. */
export function centred(ink) {
  const side = Math.sqrt(ink.length), mass = sum(ink) || 1, middle = (side - 1) / 2;
  const inked = ink.flatMap((value, i) => (value ? [[i % side, Math.floor(i / side), value]] : []));
  const [x, y] = [0, 1].map((axis) => sum(inked.map((pixel) => pixel[axis] * pixel[2])) / mass);
  const sizes = [0, 1].map((axis) => inked.map((pixel) => pixel[axis]));
  const zoom = Math.max(LONG / LARGEST, ...sizes.map((at) => Math.max(...at) - Math.min(...at) + 1)) / LONG;
  const from = (i) => [x + zoom * ((i % side) - middle), y + zoom * (Math.floor(i / side) - middle)];
  return ink.map((_, i) => between(ink, side, ...from(i)));
}

/** The spikes `[T][N]` of the pixels (one each, the brighter the earlier), of the hidden and of the output neurons. */
export function layersOf(pixels, { steps, faint, neuron, layers }) {
  const when = pixels.map((bright) => (bright > faint ? Math.round((steps - 1) * (1 - bright)) : -1));
  const spikes = [Array.from({ length: steps }, (_, t) => when.map((step) => (step === t ? 1 : 0)))];
  for (const { scale, weights } of layers) {
    const whole = Int8Array.from(atob(weights), (byte) => byte.charCodeAt(0));
    spikes.push(throughLayer(spikes.at(-1), whole, scale, neuron));
  }
  return spikes;
}

const begin = () => ({});

function advance(state, { drawing, time }, { steps }) {
  const other = state.drawing !== drawing || !/[^0]/.test(drawing); // time waits for a drawing
  state.drawing = drawing;
  return { time: other ? 0 : Math.min(time + 1, steps) };
}

const actions = {
  clear: ({ drawing }) => ({ drawing: drawing.replace(/./g, "0") }),
  example: ({ drawing }, { examples }) => ({ drawing: examples[(examples.indexOf(drawing) + 1) % examples.length] }),
};

let read = {};

function compute({ drawing, time }, data) {
  if (read.drawing !== drawing) {
    const ink = Array.from(drawing, (digit) => parseInt(digit, 16) / 15);
    const pixels = windows(centred(ink)).map((four) => sum(four) / 4);
    read = { drawing, ink, pixels, spikes: layersOf(pixels, data) };
  }
  const shown = read.spikes.map((spikes) => spikes.map((now, t) => (t < time ? now : [])));
  const [seen, , counts] = read.spikes.map((spikes) => counted(spikes, time)), most = Math.max(...counts);
  const [sent, hidden, output] = shown.map((spikes) => sum(spikes.flat())), all = read.pixels.length;
  const named = counts.flatMap((count, digit) => (count === most ? [`${digit === 8 ? "an" : "a"} ${digit}`] : []));
  const answer = named.length > 2 ? "no answer" : named.join(" or ");
  const said = /[^0]/.test(drawing) ? `after ${time} of ${data.steps} ms: ${answer}` : "nothing is drawn";
  const [some, last] = [hidden, output].map((count) => plural(count, "spike"));
  const titles = [said, `${sent} of ${all} pixels`, `hidden: ${some}`, `output: ${last}`];
  const news = `${said}; hidden neurons sent ${some}; ${all - sent} of ${all} pixels never sent one`;
  return { ...read, shown, seen, counts, titles, news: time === data.steps ? news : "" };
}

function draw(figure, { ink, seen, shown, counts, titles }, { time }, { steps, neurons }) {
  const side = Math.sqrt(ink.length);
  const [pad, pixels, hidden, output] = figure.panels([
    { share: 4, picture: true, x: [0, side], y: [side, 0], title: titles[0], control: "drawing" },
    { share: 2.6, picture: true, beside: true, title: titles[1] },
    { share: 3, x: [0, steps], y: [0, neurons], xlabel: "time (ms)", ylabel: "hidden neuron", title: titles[2] },
    { share: 3.4, ...votes(steps, 10), xticks: [0, 10, 20], xlabel: "time (ms)", title: titles[3] },
  ]);
  pad.image(ink, side);
  if (!sum(ink)) pad.text("draw here", pad.px(side / 2), pad.py(side / 2), "center", "middle", "white");
  pixels.image(seen, Math.sqrt(seen.length));
  hidden.raster(shown[1], figure.vermilion, 2, 1);
  drawVotes(output, shown[2], counts, time);
}

export const explorer = { compute, draw, actions, begin, advance };
