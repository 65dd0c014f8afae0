// The explorer of page 14: what a hidden layer is told by BPTT, and by a rule that takes this step's error only.

const column = (rows, i) => rows.map((row) => row[i]), turned = (rows) => rows[0].map((_, i) => column(rows, i));

/** A layer over its currents `[T][M]`: each step's spikes, and the surrogate's slopes at its membranes. */
export function layer(currents, { beta, threshold, scale }) {
  return lifLayer(currents, { beta, threshold, reset: "soft" }).map((steps) => {
    const slopes = steps.map(({ membrane }) => fastSigmoid(membrane - threshold, scale));
    return { spikes: steps.map(({ spike }) => spike), slopes };
  });
}

/** Both signals to the hidden neurons, `[T][M]`, for one sample and its error: softmax minus right answer. */
function signals(output, label, samples, { forth, back, beta_out }) {
  const shares = output[0].spikes.map((_, c) => Math.exp(sum(output.map((step) => step.spikes[c])))), all = sum(shares);
  const error = shares.map((share, c) => (share / all - (c === label ? 1 : 0)) / samples);
  const told = output.map(({ slopes }) => slopes.map((slope, c) => slope * error[c]));
  const through = (columns, each) => columns.map((weights) => dot(each, weights));
  let later = error.map(() => 0), exact = [];
  for (let t = told.length - 1; t >= 0; t--) {
    later = later.map((each, c) => told[t][c] + beta_out * each);
    exact[t] = through(forth, later);
  }
  return { exact, local: told.map((each) => through(back, each)) };
}

/** The signals of the first sample, and both gradients of all weights, `[M][N]` in one row. */
export function credit({ steps, beta_out, symmetry }, data) {
  const { first, second, other, beta, spikes } = data, samples = spikes[0].length, inputs = first[0].length;
  const mixed = second.map((row, c) => row.map((w, m) => symmetry * w + (1 - symmetry) * other[c][m]));
  const ways = { forth: turned(second), back: turned(mixed), beta_out }, shown = [];
  const [exact, local] = [0, 0].map(() => new Float64Array(first.length * inputs)), gradients = { exact, local };
  for (let b = 0; b < samples; b++) {
    const came = column(spikes.slice(0, steps), b);
    const hidden = layer(came.map((on) => first.map((row) => sum(on.map((n) => row[n])))), data);
    const output = layer(hidden.map((step) => second.map((row) => dot(step.spikes, row))), { ...data, beta: beta_out });
    const told = signals(output, b % second.length, samples, ways);
    shown.push(told);
    const trace = Array(inputs).fill(0);
    came.forEach((on, t) => {
      trace.forEach((value, n) => (trace[n] = beta * value + (on.includes(n) ? 1 : 0)));
      for (const name in gradients) told[name][t].forEach((signal, m) => {
        const factor = signal * hidden[t].slopes[m], sums = gradients[name];
        for (let n = 0; n < inputs; n++) sums[m * inputs + n] += factor * trace[n];
      });
    });
  }
  return { ...shown[0], gradients };
}

function compute(values, data) {
  const { exact, local, gradients } = credit(values, data);
  const sizes = exact[0].map((_, m) => sum(column(exact, m).map(Math.abs)));
  const m = sizes.indexOf(Math.max(...sizes)), largest = (list) => Math.max(...list.map(Math.abs), 1e-12);
  const norm = (list) => Math.sqrt(dot(list, list)), { exact: full, local: part } = gradients;
  const cosine = dot(full, part) / Math.max(norm(full) * norm(part), 1e-300);
  const angle = (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
  const scaled = ([...lists], by) => lists.map((list) => list.map((value) => value / by));
  const courses = scaled([column(exact, m), column(local, m)], largest(column(exact, m)));
  const titles = ["What one hidden neuron is told", `Angle ${angle.toFixed(0)}°, cosine ${signed(cosine.toFixed(2))}`];
  return { courses, clouds: scaled([full, part], largest(full)), cosine, angle, titles };
}

function draw(figure, { courses, clouds, titles }, { steps }) {
  const cut = (values, high) => values.map((value) => Math.min(high, Math.max(-high, value))), square = [-1.1, 1.1];
  const local = cut(courses[1], 1.55), y = [Math.min(-0.5, ...courses[0], ...local), 1.1 * Math.max(1, ...local)];
  const times = courses[0].map((_, t) => t + 1), drawn = [[courses[0], figure.blue], [local, figure.vermilion]];
  const [left, right] = figure.panels([
    { share: 3, x: [0, 1.45 * steps], y, xlabel: "step t", ylabel: "signal", title: titles[0] },
    { share: 2, x: square, y: square, xlabel: "gradient of BPTT", ylabel: "local gradient", title: titles[1] },
  ]);
  left.line([0, steps + 0.5], [0, 0], figure.grey);
  for (const [course, colour] of drawn) (left.line(times, course, colour), left.events(times, course, colour, 4));
  left.label("BPTT", steps, courses[0].at(-1), figure.blue);
  left.label("this step only", steps, local.at(-1), figure.vermilion, "left", "top");
  right.line(right.x, right.y, figure.grey, [5, 4]);
  right.events(cut(clouds[0], 1.05), cut(clouds[1], 1.05), figure.vermilion, 3);
}

export const explorer = { compute, draw };
