// The explorer of page 09: two neurons, the traces of their spikes, and the weight of the synapse between them.

const cut = (weight) => Math.min(1, Math.max(0, weight));

/** Decay both traces, depress by y, potentiate by x, and only then mark the post spike: one step of the pair rule. */
export function pairStep({ weight, x, y }, pre, post, { tau, a_plus, a_minus }) {
  const alpha = Math.exp(-1 / tau);
  x = alpha * x + pre;
  y = alpha * y;
  weight = cut(weight - a_minus * y * pre);
  weight = cut(weight + a_plus * x * post);
  return { weight, x, y: y + post };
}

/** Traces and weight after every step; `pre` and `post` are the times of the spikes. */
export function learn({ pre, post, ...rule }, { duration, weight }) {
  let now = { weight, x: 0, y: 0 };
  return Array.from({ length: duration }, (_, t) => {
    now = pairStep(now, pre.includes(t) ? 1 : 0, post.includes(t) ? 1 : 0, rule);
    return now;
  });
}

function compute(values, data) {
  const steps = learn(values, data), titles = [`The weight ends at ${steps.at(-1).weight.toFixed(3)}`];
  return { steps, times: steps.map((_, t) => t), titles };
}

function draw(figure, { steps, times, titles }, { pre, post }, { duration, weight }) {
  const x = [0, duration], lane = { x, y: [0, 1], yticks: [] };
  const top = above(steps.map((step) => Math.max(step.x, step.y)), 1.2);
  const [before, traces, after, course] = figure.stack([
    { height: 34, ...lane, ylabel: "pre", title: "Click: a spike more or less. Drag: move it.", control: "pre" },
    { height: 90, x, y: [0, top], ylabel: "traces", title: " " }, // room for the names of both
    { height: 34, ...lane, ylabel: "post", control: "post" },
    { height: 120, x, y: [0, 1], yticks: [0, 0.5, 1], ylabel: "weight", xlabel: "time (ms)", title: titles[0] },
  ]);
  before.stems(pre, pre.map(() => 1), figure.green);
  after.stems(post, post.map(() => 1), figure.vermilion);
  const twice = times.flatMap((t) => [t, t]); // upright jumps: the trace before a spike, and with it
  traces.line(twice, steps.flatMap((step, t) => [step.x - (pre.includes(t) ? 1 : 0), step.x]), figure.green);
  traces.line(twice, steps.flatMap((step, t) => [step.y - (post.includes(t) ? 1 : 0), step.y]), figure.vermilion);
  traces.text("x, of pre", traces.box.x, traces.box.y - 10, "left", "alphabetic", figure.green);
  traces.text("y, of post", traces.box.x + 70, traces.box.y - 10, "left", "alphabetic", figure.vermilion);
  course.line(x, [weight, weight], figure.grey, [2, 3]);
  const corners = times.flatMap((t) => [t, t + 1]); // a weight stays until the next step changes it
  course.line([0, ...corners], [weight, ...steps.flatMap((step) => [step.weight, step.weight])], figure.blue);
}

export const explorer = { compute, draw };
