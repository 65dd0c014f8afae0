// The explorer of page 08: what every code gave with every loss. One pair is picked; its row and column light up.

function compute(values, { pairs }) {
  const here = pairs.find(({ loss, code }) => loss === values.loss && code === values.code);
  const others = pairs.filter((pair) => pair !== here && (pair.loss === values.loss || pair.code === values.code));
  if (!here) return { pairs, others, titles: [`${values.loss}, ${values.code}: not trained`, "no answer"] };
  const { accuracy, spikes, steps } = here;
  const titles = [
    `${here.loss}, ${here.code}: ${accuracy.mean.toFixed(1)} %, ${spikes.mean.toFixed(0)} spikes`,
    `answer settled after ${steps.mean.toFixed(1)} of 16 steps`,
  ];
  return { pairs, here, others, titles };
}

function mark(panel, pair, quantity, colour, size) {
  const x = pair[quantity], y = pair.accuracy;
  panel.line([x.low, x.high], [y.mean, y.mean], colour);
  panel.line([x.mean, x.mean], [y.low, y.high], colour);
  panel.disc(x.mean, y.mean, colour, { size });
}

function drawMap(panel, quantity, { pairs, here, others }, { loss }) {
  const { grey, blue, vermilion, green } = panel.figure;
  for (const pair of pairs) mark(panel, pair, quantity, grey, 4);
  for (const pair of others) mark(panel, pair, quantity, pair.loss === loss ? blue : green, 5);
  if (here) mark(panel, here, quantity, vermilion, 7);
}

function draw(figure, found, values) {
  const { pairs, titles } = found, ys = pairs.map(({ accuracy }) => accuracy.low);
  const y = [Math.floor(Math.min(...ys)), Math.ceil(above(pairs.map(({ accuracy }) => accuracy.high / 1.08), 0))];
  const spots = (quantity) => pairs.map(({ loss, code, accuracy, [quantity]: { mean } }) => {
    return { x: mean, y: accuracy.mean, values: { loss, code } };
  });
  const end = (quantity) => above(pairs.map((pair) => pair[quantity].high), 0);
  const [left, right] = figure.panels([
    { share: 3, x: [0, end("spikes")], y, xlabel: "hidden + output spikes per image", ylabel: "accuracy (%)",
      title: titles[0], spots: spots("spikes") },
    { share: 2, x: [0, end("steps")], y, xlabel: "steps until the answer is settled", ylabel: "accuracy (%)",
      title: titles[1], spots: spots("steps") },
  ]);
  drawMap(left, "spikes", found, values);
  drawMap(right, "steps", found, values);
  left.label(`all of ${values.loss}`, left.x[1], y[0] + 0.2 * (y[1] - y[0]), figure.blue, "right");
  left.label(`all of ${values.code}`, left.x[1], y[0] + 0.08 * (y[1] - y[0]), figure.green, "right");
}

export const explorer = { compute, draw };
