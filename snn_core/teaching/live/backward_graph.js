// The explorer of page 06: two neurons over three steps, whose backward pass the reader fills in, number by number.

const ROWS = ["u_a", "z_a", "u_b", "z_b"]; // from the bottom; a drives b, and the loss counts the spikes of b
const short = (number) => signed(Number(number.toFixed(3)));
const factor = (number) => (number < 0 ? `(${short(number)})` : short(number));
const product = ([one, other]) => `${short(one)} · ${factor(other)}`;
const named = ({ name, t }) => `g of ${name}${t === undefined ? "" : `[${t + 1}]`}`;

/** Values forward; backward one visit after the other: what is found, from which terms, along which arrows. */
export function backpropagate({ w_a, w_b }, { beta, threshold, target, steps }) {
  const neuron = { beta, threshold, reset: "soft" }, a = lifSequence(Array(steps).fill(w_a), neuron);
  const b = lifSequence(a.map(({ spike }) => w_b * spike), neuron);
  const missing = countSpikes(b) - target, visits = [], gradients = {};
  const visit = (name, t, terms, from = []) => {
    const value = terms.reduce((total, [one, other]) => total + one * other, 0);
    gradients[`${name}${t ?? ""}`] = value;
    visits.push({ name, t, terms, from, value });
  };
  const membrane = (name, t, arrived, run) => {
    const slope = Math.max(0, 1 - Math.abs(run[t].membrane - threshold)), spike = name.replace("u", "z");
    const later = [beta, gradients[`${name}${t + 1}`] ?? 0];
    visit(name, t, [[arrived, slope], later], [[spike, t, "s"], [name, t + 1, "β"]]);
  };
  for (let t = steps - 1; t >= 0; t--) {
    membrane("u_b", t, missing, b);
    visit("z_a", t, [[w_b, gradients[`u_b${t}`]]], [["u_b", t, "w_b"]]);
    membrane("u_a", t, gradients[`z_a${t}`], a);
  }
  visit("w_b", undefined, a.map(({ spike }, t) => [spike, gradients[`u_b${t}`]]));
  visit("w_a", undefined, a.map((_, t) => [1, gradients[`u_a${t}`]]));
  return { values: { u_a: a, z_a: a, u_b: b, z_b: b }, visits, gradients, missing, loss: missing ** 2 / 2 };
}

const actions = {
  next: ({ filled }, { steps }) => ({ filled: Math.min(filled + 1, 3 * steps + 2) }),
  descend({ w_a, w_b }, { lr, low, high, ...data }) {
    const g = backpropagate({ w_a, w_b }, data).gradients, inside = (w) => Math.min(high, Math.max(low, w));
    return { w_a: inside(w_a - lr * g.w_a), w_b: inside(w_b - lr * g.w_b), filled: 0 };
  },
};

function compute({ filled, ...weights }, data) {
  const found = backpropagate(weights, data), done = found.visits.slice(0, filled), next = found.visits[filled];
  const sum = (visit) => `${named(visit)} = ${visit.terms.map(product).join(" + ")} =`, last = done.at(-1);
  const told = last ? `${sum(last)} ${short(last.value)}` : `g of every z_b = ${short(found.missing)}`;
  const ask = next ? `${sum(next)} ?` : "Every number is filled in.";
  const count = `b spikes ${found.missing + data.target} of ${data.target} times: loss ${found.loss}`;
  return { ...found, done, next, titles: [count, told, ask] };
}

function draw(figure, { values, done, next, missing, titles }, _, { steps }) {
  const shape = { picture: true, x: [-0.5, steps - 0.5], y: [-0.5, 3.5] }, { grey, vermilion } = figure;
  const [graph, words] = figure.stack([{ ...shape, height: 280, title: titles[0] }, { ...shape, height: 44 }]);
  words.text(titles[1], 2, words.py(2.5), "left", "middle");
  words.text(titles[2], 2, words.py(0.5), "left", "middle", vermilion);
  const place = (name, t) => [graph.px(t), graph.py(ROWS.indexOf(name))];
  const line = (start, end, colour, width) => graph.polygon([start, end], colour, width);
  const each = (drawing) => ROWS.forEach((name, row) => values[name].forEach((step, t) => drawing(name, t, row, step)));
  each((name, t, row) => {
    if (row < 3) line(place(name, t), place(ROWS[row + 1], t), grey, 1);
    if (row % 2 === 0 && t + 1 < steps) line(place(name, t), place(name, t + 1), grey, 1);
  });
  for (const [from, t, word] of next?.from.filter((edge) => edge[1] < steps) ?? []) {
    const start = place(from, t), end = place(next.name, next.t);
    line(start, end, vermilion, 3);
    const [x, y] = t === next.t ? [8, 0] : [-3, -26];
    graph.text(word, (start[0] + end[0]) / 2 + x, (start[1] + end[1]) / 2 + y, "left", "middle", vermilion);
  }
  const half = Math.min(36, 0.38 * (graph.px(1) - graph.px(0)));
  each((name, t, row, { membrane, spike }) => {
    const [x, y] = place(name, t), now = next?.name === name && next.t === t;
    const known = row === 3 ? missing : done.find((visit) => visit.name === name && visit.t === t)?.value;
    const box = [x - half, y - 18, 2 * half, 36];
    graph.context.fillStyle = figure.paper;
    graph.context.fillRect(...box);
    graph.path(now ? vermilion : grey, now ? 2.5 : 1, () => graph.context.rect(...box));
    graph.text(`${name[0]} = ${short(row % 2 ? spike : membrane)}`, x, y - 8, "center", "middle");
    graph.text(known === undefined ? (now ? "?" : "") : short(known), x, y + 9, "center", "middle", vermilion);
    if (row === 0) graph.text(`step ${t + 1}`, x, y + 27, "center", "middle", grey);
    if (t === 0) graph.text(`${row % 2 ? "spike" : "membr."} ${name[2]}`, 2, y, "left", "middle", grey);
  });
}

export const explorer = { compute, draw, actions };
