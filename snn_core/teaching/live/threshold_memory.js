// The explorer of page 13: the eligibility of one synapse onto an adaptive neuron, while it waits for an error.

/** An adaptive neuron and two traces of the synapse that carries the cue, from rest. */
export function eligibilities(cue, recall, { beta, rho, strength }, { weight, threshold, scale }) {
  let v = 0, a = 0, ofState = 0, ofAdaptation = 0;
  return cue.map((source, t) => {
    const raised = threshold + strength * a, membrane = beta * v + weight * (source + recall[t]);
    const spike = membrane > raised ? 1 : 0, slope = fastSigmoid(membrane - raised, scale);
    const ofMembrane = beta * ofState + source, ofThreshold = strength * ofAdaptation;
    const eligibility = slope * (ofMembrane - ofThreshold);
    v = membrane - raised * spike;
    a = rho * a + spike;
    ofState = ofMembrane - spike * ofThreshold;
    ofAdaptation = rho * ofAdaptation + eligibility;
    return { membrane, threshold: raised, spike, state: v, eligibility };
  });
}

function compute({ tau_mem, tau_adapt, strength, delay }, data) {
  const { dt, part, end } = data, times = Array.from({ length: Math.round(end / dt) }, (_, t) => t * dt);
  const within = (from) => times.map((time) => (time > from - dt / 2 && time < from + part - dt / 2 ? 1 : 0));
  const cue = within(0), recall = within(part + delay);
  const decays = { beta: Math.exp(-dt / tau_mem), rho: Math.exp(-dt / tau_adapt) };
  const steps = eligibilities(cue, recall, { ...decays, strength }, data);
  const plain = eligibilities(cue, recall, { ...decays, strength: 0 }, data);
  const sum = (course, part) => course.reduce((all, { eligibility }, t) => all + part[t] * eligibility, 0);
  const left = sum(steps, recall), without = sum(plain, recall);
  const [told, plainly] = [left, without].map((value) => signed(significant(value, 2)));
  const titles = [
    `${plural(countSpikes(steps), "spike")} (grey: cue, recall)`,
    `At the recall ${told}; with η = 0 ${plainly}`,
  ];
  return { times, cue, recall, steps, plain, left, without, titles };
}

function draw(figure, { times, recall, steps, plain, titles }, { delay }, { part, end }) {
  const x = [0, end], levels = steps.flatMap(({ membrane, threshold }) => [membrane, threshold]);
  const [upper, lower] = figure.stack([
    { height: 130, x, y: [0, above(levels, 2)], ylabel: "membrane", title: titles[0] },
    { height: 150, x, y: [-0.3, 0.5], ylabel: "eligibility", xlabel: "time (ms)", title: titles[1] },
  ]);
  for (const panel of [upper, lower]) {
    panel.context.globalAlpha = 0.3;
    for (const from of [0, part + delay]) panel.bars([from, from + part], [panel.y[1]], figure.pale);
    panel.context.globalAlpha = 1;
  }
  upper.line(times, steps.map(({ membrane }) => membrane), figure.blue);
  upper.line(times, steps.map(({ threshold }) => threshold), figure.grey, [5, 4]);
  upper.label("dashed: threshold", end, upper.y[1], figure.grey, "right", "top");
  lower.line(x, [0, 0], figure.grey);
  lower.line(times, plain.map(({ eligibility }) => eligibility), figure.vermilion);
  lower.line(times, steps.map(({ eligibility }) => eligibility), figure.blue);
  lower.label("adaptive", end, 0.5, figure.blue, "right", "top");
  lower.label("the same, η = 0", end, 0, figure.vermilion, "right");
}

export const explorer = { compute, draw };
