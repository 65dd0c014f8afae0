// The explorer of page 22: two delay lines from both ears, and the neurons between them that detect coincidences.

const SHOWN = 10, LIT = 0.5; // ms of the membrane; how long a detector stays lit after its spike

/** How much later the left ear hears, in ms. */
export const difference = (direction, { farthest }) => farthest * Math.sin((direction * Math.PI) / 180);

/** When each spike comes in at its end of the line: ear, fibre, and the time in ms. */
export function arrivals({ direction, jitter }, data) {
  const late = difference(direction, data) / 2;
  return data.spikes.map(([ear, fibre, cycle, away]) => {
    return { ear, fibre, time: (cycle + 0.4) * data.period + (ear ? -late : late) + jitter * away };
  });
}

/** How many spikes come in at each ear, step by step. */
function trains(spikes, { steps, dt }) {
  const ears = [new Float64Array(steps), new Float64Array(steps)];
  spikes.forEach(({ ear, time }) => ears[ear][Math.floor(time / dt)]++); // nothing happens outside the steps
  return ears;
}

/** The detector `place` steps from the left end: what it hears comes over both lines. */
function detector([left, right], place, { weight }, data) {
  const currents = left.map((_, t) => weight * ((left[t - place] ?? 0) + (right[t - data.line + place] ?? 0)));
  return lifSequence(currents, { ...data, reset: "soft" });
}

/** The direction that a place on the line stands for, in degrees. */
export function direction(place, { line, dt, farthest }) {
  const late = (line - 2 * place) * dt / farthest;
  return (Math.asin(Math.min(1, Math.max(-1, late))) * 180) / Math.PI;
}

function compute(values, data) {
  const spikes = arrivals(values, data), ears = trains(spikes, data);
  const row = Array.from({ length: data.line + 1 }, (_, place) => detector(ears, place, values, data));
  const fired = row.map((steps) => steps.flatMap(({ spike }, step) => (spike ? [step] : [])));
  const counts = row.map(countSpikes), most = Math.max(...counts);
  const best = counts.flatMap((count, place) => (count === most ? [place] : []));
  const meet = (data.line - difference(values.direction, data) / data.dt) / 2;
  const shown = Math.min(data.line, Math.max(0, Math.round(meet))), middle = (best[0] + best.at(-1)) / 2;
  const read = best.length === row.length ? "all fire alike" : `most spikes for ${degrees(direction(middle, data))}`;
  const titles = [
    `spikes run towards each other, at ${values.time.toFixed(2)} ms`,
    `where they meet: ${plural(counts[shown], "spike")} in ${(data.steps * data.dt).toFixed(0)} ms`,
    most === 0 ? "no detector fires" : `sound from ${degrees(values.direction)}, ${read}`,
  ];
  return { spikes, fired, counts, meet, steps: row[shown], titles };
}

const degrees = (angle) => `${signed(Math.round(angle))}°`;

function draw(figure, { spikes, fired, counts, meet, steps, titles }, { time }, { line, dt, threshold }) {
  const end = line * dt, places = counts.map((_, place) => place * dt), when = Math.floor(time / dt + 1e-6);
  const times = steps.map((_, t) => t * dt), until = Math.round(SHOWN / dt) + 1;
  const [lines, membrane, bars] = figure.stack([
    { height: 110, x: [-0.05, end + 0.05], y: [0, 1], yticks: [], title: titles[0] },
    { height: 110, x: [0, SHOWN], y: [-0.1, above(steps.map((step) => step.membrane), 1.3)], ylabel: "membrane",
      xlabel: "time (ms)", title: titles[1], control: "time" },
    { height: 100, x: [-0.05, end + 0.05], y: [0, above(counts, 10)], ylabel: "spikes", title: titles[2],
      xlabel: "way from the left ear (ms)" },
  ]);
  ["right", "left"].forEach((ear, i) => lines.text(ear, lines.box.x - 6, lines.py(0.18 + 0.64 * i), "right", "middle"));
  for (const { ear, fibre, time: came } of spikes) {
    const way = time - came, level = ear ? 0.36 - 0.03 * fibre : 0.64 + 0.03 * fibre;
    if (way >= 0 && way <= end) lines.events([ear ? end - way : way], [level], ear ? figure.green : figure.blue, 5);
  }
  places.forEach((place, i) => {
    const lit = fired[i].some((step) => step <= when && step > when - LIT / dt);
    lines.disc(place, 0.5, lit ? figure.vermilion : figure.grey, { size: 4, open: !lit });
  });
  drawMembrane(membrane, times.slice(0, until), steps.slice(0, until), threshold, steps.map(({ current }) => current));
  membrane.line([time, time], membrane.y, figure.grey, [2, 3]);
  bars.line([meet * dt, meet * dt], bars.y, figure.grey, [5, 4]);
  bars.bars([...places, end + dt].map((place) => place - dt / 2), counts, figure.vermilion);
}

export const explorer = { compute, draw };
