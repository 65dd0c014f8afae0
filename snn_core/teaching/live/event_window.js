// The explorer of page 17: what the pixels of an event camera send while a digit moves before them.

const SIDE = 34; // pixels of the sensor
const BIN = 5; // ms, of the rates
const views = new WeakMap(); // what a recording does not change

/** The log brightness of every pixel at each time, `[T][N]`: the moved image, between its four nearest pixels. */
export function levelsOf({ image, places, dark, gamma }) {
  const bright = image.map((grey) => (grey / 255) ** gamma);
  return places.map(([right, down]) => {
    const light = (_, i) => between(bright, 28, (i % SIDE) - right, Math.floor(i / SIDE) - down);
    return Float64Array.from({ length: SIDE * SIDE }, light).map((value) => Math.log(dark + value));
  });
}

/** All events, `{ pixel, time, on }`, of pixels that start with memories off by `draws` thresholds. If brightness is
 *  at rest and a memory still behind, the next event comes as soon as the pixel is not blind. */
export function eventsOf({ threshold, refractory }, data) {
  if (!views.has(data)) views.set(data, levelsOf(data));
  const levels = views.get(data), memory = levels[0].map((level, i) => level + threshold * data.draws[i]);
  const last = memory.map(() => -Infinity), events = [];
  for (let t = 1; t < levels.length; t++) {
    for (let i = 0; i < memory.length; i++) {
      const now = levels[t][i], away = now - memory[i];
      if (Math.abs(away) < threshold) continue;
      const change = Math.sign(away) * threshold, beyond = (away - change) / (now - levels[t - 1][i]);
      const late = Math.abs(beyond) === Infinity ? 1 : Math.min(1, Math.max(0, beyond || 0));
      const time = Math.max((t - late) * data.step, last[i] + refractory);
      if (time > t * data.step) continue;
      memory[i] += change;
      last[i] = time;
      events.push({ pixel: i, time, on: change > 0 });
    }
  }
  return events;
}

/** How many ON and how many OFF events each bin of time has, per millisecond. */
function ratesOf(events, bins) {
  const times = (on) => events.filter((event) => event.on === on).map(({ time }) => time);
  return [false, true].map((on) => arriving(times(on), 1 / BIN, BIN, bins));
}

function compute({ start, width, ...camera }, data) {
  const events = eventsOf(camera, data), inside = events.filter(({ time }) => time >= start && time < start + width);
  const rates = ratesOf(events, Math.ceil(data.duration / BIN)), on = inside.filter((event) => event.on);
  const titles = [
    `${on.length} ON, ${inside.length - on.length} OFF in the window`,
    `${events.length} events in all`,
  ];
  return { inside, rates, titles };
}

function draw(figure, { inside, rates, titles }, { start, width }, { duration }) {
  const top = above([...rates[0], ...rates[1]], 5), low = -0.5, high = SIDE - 0.5;
  const [sensor, course] = figure.panels([
    { share: 1, picture: true, x: [low, high], y: [high, low], title: titles[0] },
    { share: 1.5, x: [0, duration], y: [0, top], xlabel: "time (ms)", ylabel: "events per ms", title: titles[1],
      control: "start" },
  ]);
  sensor.square();
  sensor.line([low, high, high, low, low], [low, low, high, high, low], figure.grey);
  course.bars([start, start + width], [top], figure.pale);
  for (const [on, name, colour] of [[false, "OFF", figure.vermilion], [true, "ON", figure.blue]]) {
    const pixels = inside.filter((event) => event.on === on).map(({ pixel }) => pixel), rate = rates[on ? 1 : 0];
    const size = sensor.box.width / SIDE;
    sensor.events(pixels.map((i) => i % SIDE), pixels.map((i) => Math.floor(i / SIDE)), colour, size);
    course.line(Array.from(rate, (_, i) => (i + 0.5) * BIN), Array.from(rate), colour);
    course.label(name, on ? 0.8 * duration : 0.9 * duration, top, colour, "left", "top");
  }
}

export const explorer = { compute, draw };
