// The explorer of page 11: a pair of spikes, the eligibility that it leaves, and the dopamine that comes later.

/** The eligibility at a time: nothing before the second spike, then what is asked for, decaying. */
export function eligibility(time, { post, tau }, data) {
  const age = time - Math.max(data.pre, post);
  return age < 0 ? 0 : stdpWindow(post - data.pre, data) * Math.exp(-age / tau);
}

function compute(values, data) {
  const { post, reward, success, tau } = values, second = Math.max(data.pre, post);
  const times = linspace(0, data.duration, 601), course = times.map((time) => eligibility(time, values, data));
  const left = eligibility(reward, values, data), change = success * left;
  const share = (100 * Math.exp(-(reward - second) / tau)).toFixed(0), most = Math.abs(change) < 0.3 ? 0.3 : 1.1;
  const titles = [
    `Post ${signed(post - data.pre)} ms after pre`,
    reward < second ? "The dopamine comes before the pair" : `${share} % of the eligibility is left`,
    `Weight change ${signed(change.toFixed(2))}`,
  ];
  return { times, course, weight: times.map((time) => (time < reward ? 0 : change)), left, change, most, titles };
}

function draw(figure, { times, course, weight, left, most, titles }, { post, reward }, { pre, duration }) {
  const x = [0, duration], tall = { x, y: [-0.65, 1.1], yticks: [-0.5, 0, 0.5, 1] };
  const [spikes, trace, change] = figure.stack([
    { height: 60, x, y: [0, 1.2], yticks: [], ylabel: "spikes", title: titles[0], control: "post" },
    { height: 110, ...tall, ylabel: "eligibility e", title: titles[1], control: "reward" },
    { height: 90, x, y: [-most, most], ylabel: "change of w", xlabel: "time (ms)", title: titles[2] },
  ]);
  spikes.stems([pre], [1], figure.green);
  spikes.stems([post], [0.7], figure.vermilion);
  spikes.label("green: pre, drag the orange one: post", duration, 1.2, figure.grey, "right", "top");
  trace.line(x, [0, 0], figure.grey);
  trace.line(times, course, figure.blue);
  trace.line([reward, reward], tall.y, figure.vermilion, [4, 3]);
  trace.label("dopamine", reward, 1.1, figure.vermilion, reward > duration / 2 ? "right" : "left", "top");
  trace.disc(reward, left, figure.vermilion);
  change.line(x, [0, 0], figure.grey);
  change.line(times, weight, figure.blue);
}

export const explorer = { compute, draw };
