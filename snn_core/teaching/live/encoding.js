// The explorer of page 01: an image in every code.

/** The first `count` numbers in [0, 1) that torch draws on a CPU for a seed (Mersenne Twister, 24 bits). */
export function uniform(count, seed) {
  const state = new Uint32Array(624), draws = new Float64Array(count);
  state[0] = seed;
  for (let i = 1; i < 624; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  for (let i = 0; i < count; i++) {
    if (i % 624 === 0) twist(state);
    let y = state[i % 624];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    draws[i] = ((y ^ (y >>> 18)) & 0xffffff) / 2 ** 24;
  }
  return draws;
}

function twist(state) {
  for (let i = 0; i < 624; i++) {
    const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
    state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
  }
}

/** Spikes `[T, N]`, flat, of intensities `[N]`: at random, from draws `[T, N]`. */
export function rate(intensity, steps, { gain, draws }) {
  const spikes = new Float64Array(steps * intensity.length);
  for (let i = 0; i < spikes.length; i++) spikes[i] = draws[i] < gain * intensity[i % intensity.length] ? 1 : 0;
  return spikes;
}

/** Spikes `[T, N]`: one per value above the threshold, the brighter the earlier. */
export function latency(intensity, steps, { tau, threshold }) {
  const spikes = new Float64Array(steps * intensity.length);
  intensity.forEach((value, pixel) => {
    const step = value > threshold ? Math.round(tau * Math.log(value / (value - threshold))) : Infinity;
    if (step < steps) spikes[step * intensity.length + pixel] = 1;
  });
  return spikes;
}

/** ON and OFF spikes `[T, N]` of a signal `[T, N]`, and the signal that a receiver knows at the end, `[N]`. */
export function delta(signal, pixels, threshold) {
  const on = new Float64Array(signal.length), off = new Float64Array(signal.length);
  const level = new Float64Array(pixels);
  signal.forEach((value, i) => {
    const pixel = i % pixels, height = value / threshold;
    const enough = 1 - Math.min(4 * Number.EPSILON * Math.abs(height), 0.25); // rounding: four units in the last place
    on[i] = height - level[pixel] >= enough ? 1 : 0;
    off[i] = level[pixel] - height >= enough ? 1 : 0;
    level[pixel] += on[i] - off[i];
  });
  return { on, off, reference: level.map((count) => threshold * count) };
}

export function fromRate(spikes, pixels, gain) {
  const counts = new Float64Array(pixels);
  spikes.forEach((spike, i) => (counts[i % pixels] += spike));
  return counts.map((count) => count / (spikes.length / pixels) / gain);
}

export function fromLatency(spikes, pixels, { tau, threshold }) {
  const values = new Float64Array(pixels);
  spikes.forEach((spike, i) => {
    if (spike) values[i % pixels] = Math.min(1, threshold / -Math.expm1(-Math.floor(i / pixels) / tau));
  });
  return values;
}

/** An image `[N]` at every step, `[T, N]`, times what `level` returns for the step. */
function overTime(image, steps, level) {
  const signal = new Float64Array(steps * image.length);
  for (let t = 0; t < steps; t++) {
    image.forEach((value, pixel) => (signal[t * image.length + pixel] = level(t) * value));
  }
  return signal;
}

const CODES = {
  direct: (image, { steps }) => ({ spikes: overTime(image, steps, () => 1), back: image }),
  rate: (image, { steps, gain }, { seed }) => {
    const spikes = rate(image, steps, { gain, draws: uniform(steps * image.length, seed) });
    return { spikes, back: fromRate(spikes, image.length, gain) };
  },
  latency: (image, { steps, tau }, { threshold }) => {
    const spikes = latency(image, steps, { tau, threshold });
    return { spikes, back: fromLatency(spikes, image.length, { tau, threshold }) };
  },
  delta: (image, { steps }, { change }) => {
    const { on, reference } = delta(overTime(image, steps, (t) => t / (steps - 1)), image.length, change);
    return { spikes: on, back: reference };
  },
};

function compute(values, data) {
  const image = Float64Array.from(data.images[values.digit], (grey) => grey / 255);
  const { spikes, back } = CODES[values.code](image, values, data);
  const count = spikes.reduce((sum, spike) => sum + (spike > 0 ? 1 : 0), 0);
  const error = Math.sqrt(image.reduce((sum, value, i) => sum + (back[i] - value) ** 2, 0) / image.length);
  const size = values.code === "direct" ? "currents, no spikes" : `${count.toLocaleString("en")} spikes`;
  return { image, spikes, back, titles: ["image", `${values.code}: ${size}`, `read back, error ${error.toFixed(3)}`] };
}

function draw(figure, { image, spikes, back, titles }) {
  const pixels = image.length, side = Math.sqrt(pixels);
  const [left, middle, right] = figure.panels([
    { share: 1, picture: true, title: titles[0] },
    { share: 2, x: [-1, 100], y: [-0.5, pixels - 0.5], xticks: [0, 25, 50, 75, 100], xlabel: "time step",
      ylabel: "pixel", title: titles[1] },
    { share: 1, picture: true, title: titles[2] },
  ]);
  const at = [];
  spikes.forEach((spike, i) => spike > 0 && at.push(i));
  left.image(image, side);
  middle.events(at.map((i) => Math.floor(i / pixels)), at.map((i) => i % pixels), figure.blue);
  right.image(back, side);
}

export const explorer = { compute, draw };
