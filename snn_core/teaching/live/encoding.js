// The explorer of page 01: an image in four codes, millisecond by millisecond.

/** Spikes `[T, N]`, flat, of intensities `[N]`: where `rule(intensity, step, place)` says so. */
function spikesBy(rule, image, steps) {
  const size = image.length, length = steps * size;
  return Float64Array.from({ length }, (_, i) => (rule(image[i % size], Math.floor(i / size), i) ? 1 : 0));
}

/** At random, from draws `[T, N]`. */
export const rate = (image, T, draws) => spikesBy((x, _, i) => draws[i] < x, image, T);

const passed = (sum) => Math.floor(sum + 1e-9); // whole numbers, but for rounding

/** Whenever what has come in passes a whole number. */
export const regular = (image, T) => spikesBy((x, t) => passed((t + 1) * x) > passed(t * x), image, T);

/** Once, the brighter the earlier. */
export const latency = (image, T) => spikesBy((x, t) => x > 0 && t === Math.round((T - 1) * (1 - x)), image, T);

/** Each a T-th more: the image is switched on at the first step, and the receiver catches up. */
export const delta = (image, T) => spikesBy((x, t) => t < passed(x * T), image, T);

const HIGHEST = 0.5; // error of the axis

const CODES = {
  "random rate": { encode: (image, T, seed) => rate(image, T, uniform(T * image.length, seed)), scale: (t) => t + 1 },
  "regular rate": { encode: regular, scale: (t) => t + 1 },
  latency: { encode: latency, worth: (t, T) => 1 - t / (T - 1) },
  delta: { encode: delta, scale: (_, T) => T },
};

/** Spikes, what a receiver knows after each step, and the error of that; `gain` acts on rates. */
export function course(image, { code, steps, gain: asked }, seed) {
  const { encode, scale = () => 1, worth = () => 1 } = CODES[code], gain = code.endsWith("rate") ? asked : 1;
  const spikes = encode(image.map((value) => gain * value), steps, seed), heard = new Float64Array(image.length);
  const backs = [new Float64Array(image.length)], counts = [0];
  for (let t = 0; t < steps; t++) {
    const now = spikes.subarray(t * image.length, (t + 1) * image.length);
    now.forEach((spike, pixel) => (heard[pixel] += spike * worth(t, steps)));
    counts.push(now.reduce((sum, spike) => sum + spike, 0));
    backs.push(heard.map((sum) => sum / scale(t, steps) / gain));
  }
  const rms = (back) => Math.hypot(...image.map((value, pixel) => back[pixel] - value)) / Math.sqrt(image.length);
  return { spikes, counts, backs, errors: backs.map(rms) };
}

const begin = () => ({ rested: 0, shown: 0 });

function advance(state, { time, steps }, { hold }) {
  if (time < steps) return { time: time + 1 };
  state.rested = (state.rested + 1) % hold;
  if (state.rested) return {};
  state.shown += 1;
  return { time: 0 };
}

function compute(values, data, state) {
  const image = Float64Array.from(data.images[values.digit], (grey) => grey / 255), pixels = image.length;
  const { time, ...kept } = values, key = JSON.stringify([kept, state.shown]), t = Math.min(time, values.steps);
  if (state.key !== key) Object.assign(state, { key, course: course(image, values, state.shown) });
  const { spikes, counts, backs, errors } = state.course, frame = spikes.slice((t - 1) * pixels, t * pixels);
  const all = plural(sum(counts.slice(0, t + 1)), "spike"), error = errors[t].toFixed(3);
  const titles = ["image", `${t} ms: ${plural(counts[t], "spike")}`, `all: ${all}`, `error ${error}`];
  const news = t === values.steps ? `After ${t} ms and ${all} the error is ${error}.` : "";
  return { image, frame: t ? frame : backs[0], back: backs[t], errors: errors.slice(0, t + 1), titles, news };
}

function draw(figure, { image, frame, back, errors, titles }, { steps }) {
  const picture = (i) => ({ share: 1, picture: true, beside: i > 0, title: titles[i] });
  const axes = { share: 1.4, x: [0, steps], y: [0, HIGHEST], xlabel: "time (ms)", ylabel: "error", title: titles[3] };
  const [left, now, known, course] = figure.panels([picture(0), picture(1), picture(2), axes]);
  [left, now, known].forEach((panel, i) => panel.image([image, frame, back][i], Math.sqrt(image.length)));
  course.line(errors.map((_, t) => t), errors, figure.blue);
  course.disc(errors.length - 1, Math.min(HIGHEST, errors.at(-1)), figure.blue);
}

export const explorer = { compute, draw, begin, advance };
