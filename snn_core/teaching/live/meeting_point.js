// The explorer of page 21: a spiking layer and an ordinary one, their bills for one image, and where they meet.

const HIGHEST = 2; // spikes per input on the axis

/** The bill of the spiking layer in pJ: arithmetic, weights, states, messages. */
export function spikingBill({ spikes, steps, memory, message }, price, size) {
  const met = spikes * size ** 2, updates = steps * size;
  return [price.add * met + price.decay * updates, 10 ** memory * price.read * met,
    10 ** memory * price.state * updates, message * spikes * size];
}

/** The bill of the ordinary layer, which skips what is 0. */
export function ordinaryBill({ active, memory, message }, price, size) {
  const values = (active / 100) * size;
  return [price.mac * values * size, 10 ** memory * price.read * values * size, 0, message * values];
}

/** The spikes per input at which both cost the same; below 0 if the states alone cost more. */
export function meeting(values, price, size) {
  const silent = sum(spikingBill({ ...values, spikes: 0 }, price, size));
  const one = sum(spikingBill({ ...values, spikes: 1 }, price, size));
  return (sum(ordinaryBill(values, price, size)) - silent) / (one - silent);
}

function compute(values, { size, prices }) {
  const price = prices[values.table][values.bits];
  const bills = [spikingBill(values, price, size), ordinaryBill(values, price, size)];
  const [spiking, ordinary] = bills.map((bill) => sum(bill) / 1000), meet = meeting(values, price, size);
  const ends = [0, HIGHEST].map((spikes) => sum(spikingBill({ ...values, spikes }, price, size)) / 1000);
  const winner = spiking < ordinary ? "spiking" : "ordinary";
  const titles = [
    `${significant(spiking, 3)} and ${significant(ordinary, 3)} nJ: ${winner} wins`,
    meet > 0 ? `they meet at ${meet.toFixed(2)} spikes per input` : "they never meet: its states alone cost more",
  ];
  return { bills, spiking, ordinary, meet, ends, titles };
}

/** Stacked bars, from the whole down to the first part. */
function stacked(panel, place, bill, colours) {
  for (let last = bill.length; last > 0; last--) {
    panel.bars([place - 0.35, place + 0.35], [sum(bill.slice(0, last)) / 1000], colours[last - 1]);
  }
}

function draw(figure, { bills, spiking, ordinary, meet, ends, titles }, { spikes }) {
  const [left, right] = figure.panels([
    { share: 2, x: [-0.6, 3.2], y: [0, above([spiking, ordinary], 0.01)], xticks: [], xlabel: "",
      ylabel: "energy (nJ)", title: titles[0] },
    { share: 3, x: [0, HIGHEST], y: [0, above([ordinary, ends[1]], 0.01)], xlabel: "spikes per input and image",
      ylabel: "energy (nJ)", title: titles[1], control: "spikes" },
  ]);
  const colours = [figure.blue, figure.grey, figure.green, figure.vermilion];
  bills.forEach((bill, place) => stacked(left, place, bill, colours));
  const below = left.box.y + left.box.height + 5;
  left.text("spiking", left.px(0.35), below, "right", "top");
  left.text("ordinary", left.px(0.65), below, "left", "top");
  ["arithmetic", "weights", "states", "messages"].forEach((kind, i) => {
    left.text(kind, left.px(1.5), left.box.y + 12 + 16 * (3 - i), "left", "middle", colours[i]);
  });
  right.line([0, HIGHEST], [ordinary, ordinary], figure.blue);
  right.label("ordinary", HIGHEST, ordinary, figure.blue, "right");
  right.line([0, HIGHEST], ends, figure.vermilion);
  right.label("spiking", HIGHEST, ends[1], figure.vermilion, "right");
  if (meet > 0) right.line([meet, meet], [0, ordinary], figure.grey, [4, 3]);
  right.disc(spikes, spiking, figure.vermilion);
}

export const explorer = { compute, draw };
