// The explorer of page 16: one map of spiking neurons that sees a digit through a filter for edges.

/** A filter for edges, `[size, size]`, flat; its magnitudes sum to 2. At 0 degrees: dark left, bright right. */
export function edgeFilter(degrees, size) {
  const angle = (degrees * Math.PI) / 180, middle = (size - 1) / 2;
  const weights = Array.from({ length: size * size }, (_, i) => {
    const x = (i % size) - middle, y = Math.floor(i / size) - middle;
    return (Math.cos(angle) * x + Math.sin(angle) * y) * Math.exp(-(x * x + y * y) / 2);
  });
  const whole = sum(weights.map(Math.abs));
  return weights.map((weight) => (2 * weight) / whole);
}

/** The sum of filter times image around every pixel; beyond the border there is nothing. */
export function convolve(image, filter) {
  const side = Math.sqrt(image.length), size = Math.sqrt(filter.length), half = (size - 1) / 2;
  const found = new Float64Array(image.length);
  image.forEach((value, i) => {
    if (value === 0) return;
    const x = i % side, y = Math.floor(i / side);
    filter.forEach((weight, k) => {
      const toX = x + half - (k % size), toY = y + half - Math.floor(k / size);
      if (toX >= 0 && toX < side && toY >= 0 && toY < side) found[toY * side + toX] += weight * value;
    });
  });
  return found;
}

/** The largest of each window of 2 x 2. */
export const largest = (values) => Float64Array.from(windows(values), (four) => Math.max(...four));

/** What the map says with each place of the pooling; `frames` are the steps of the input, `[T][N]`. */
export function mapsOf(frames, filter, tau) {
  const once = new Map(Array.from(new Set(frames), (frame) => [frame, convolve(frame, filter)]));
  const currents = frames.map((frame) => once.get(frame)), pooled = currents.map(largest);
  const neuron = { beta: Math.exp(-1 / tau), threshold: 1, reset: "soft" }, spikes = lifSpikes(currents, neuron);
  return { none: [currents, spikes], "LIF, then max": [currents, spikes.map(largest)],
    "max, then LIF": [pooled, lifSpikes(pooled, neuron)] };
}

function compute({ input, orientation, gain, tau_mem: tau, pooling, step }, { image, random, size }) {
  const still = image.map((grey) => grey / 255), filter = edgeFilter(orientation, size);
  const frames = random.map((places) => (input === "constant" ? still : spread(places, still.length)));
  const maps = mapsOf(frames, filter.map((weight) => gain * weight), tau), [currents, spikes] = maps[pooling];
  const either = maps["LIF, then max"][1], alone = maps["max, then LIF"][1];
  const extra = sum(alone.map((now, t) => sum(now.map((spike, i) => (spike > either[t][i] ? 1 : 0)))));
  const counts = spikes.map(sum), other = pooling === "max, then LIF" ? `, ${extra} extra` : "";
  const titles = ["input", "filter", "current", plural(counts[step - 1], "spike"), `${sum(counts)} in all${other}`];
  const pictures = [frames[step - 1], grey(filter), grey(currents[step - 1]), spikes[step - 1]];
  return { pictures, spikes, counts, extra, titles };
}

const spread = (places, length) => Array.from({ length }, (_, i) => (places.includes(i) ? 1 : 0));
const grey = (values) => Array.from(values, (value) => 0.5 + value / (2 * Math.max(...values.map(Math.abs), 1e-9)));

function draw(figure, { pictures, counts, titles }, { step }) {
  const picture = (i) => ({ share: 1, picture: true, beside: i % 2 === 1, title: titles[i] });
  const axes = { share: 1.5, x: [0.5, counts.length + 0.5], y: [0, above(counts, 10)], xlabel: "step", ylabel: "spikes",
    title: titles[4], control: "step" };
  const [course, ...rest] = figure.panels([0, 1, 2, 3].map(picture).concat(axes)).reverse();
  rest.reverse().forEach((panel, i) => panel.image(pictures[i], Math.sqrt(pictures[i].length)));
  course.stems(counts.map((_, t) => t + 1), counts, figure.vermilion);
  course.disc(step, counts[step - 1], figure.blue);
}

export const explorer = { compute, draw };
