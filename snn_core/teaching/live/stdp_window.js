// The explorer of page 09: the window of the pair rule, and where it sends the weights.

const FINE = 50; // points of the density per bin

/** What the bound, given by its exponents, makes of potentiation and depression at a weight in [0, 1]. */
export const factors = (weight, [mu_plus, mu_minus]) => [(1 - weight) ** mu_plus, weight ** mu_minus];

/** By how much a spike and a spike in every step of the other side potentiate and depress, before bounds. */
export function chanceChange({ a_plus, a_minus, tau_plus, tau_minus }) {
  const alpha_plus = Math.exp(-1 / tau_plus), alpha_minus = Math.exp(-1 / tau_minus);
  return [a_plus / (1 - alpha_plus), (a_minus * alpha_minus) / (1 - alpha_minus)];
}

/** Drift and diffusion per step of a weight in [0, 1]; `chance` is the probability of a spike per step. */
export function randomWalk(rule, exponents, weight, { chance, influence }) {
  const [up, down] = factors(weight, exponents), [gain, loss] = chanceChange(rule);
  const caused = chance * (1 - chance) * influence * weight, post = chance + chance * influence * weight;
  const plus = rule.a_plus * up, minus = rule.a_minus * down, area = up * gain - down * loss;
  const earlier = minus * Math.exp(-1 / rule.tau_minus);
  const square =
    plus ** 2 / (1 - Math.exp(-2 / rule.tau_plus)) + earlier ** 2 / (1 - Math.exp(-2 / rule.tau_minus));
  const pairs = chance * post;
  return [pairs * area + caused * plus, pairs * square + pairs * (chance + post) * area ** 2 + caused * plus ** 2];
}

/** The stationary distribution of a weight, as the share in equal bins from 0 to 1 (Fokker-Planck). */
export function weightDensity(rule, exponents, { bins, chance, influence }) {
  const log = new Float64Array(FINE * bins), share = new Float64Array(bins);
  let potential = 0;
  for (let i = 0; i < log.length; i++) {
    const [drift, diffusion] = randomWalk(rule, exponents, (i + 0.5) / log.length, { chance, influence });
    const force = (2 * drift) / diffusion;
    potential += force;
    log[i] = (potential - force / 2) / log.length - Math.log(diffusion);
  }
  const highest = log.reduce((most, value) => Math.max(most, value));
  log.forEach((value, i) => (share[Math.floor(i / FINE)] += Math.exp(value - highest)));
  const total = sum(share);
  return share.map((value) => value / total);
}

function compute({ bound, ...rule }, { bounds, ...walk }) {
  const exponents = bounds[bound], [up, down] = factors(0.5, exponents), [gain, loss] = chanceChange(rule);
  const lags = linspace(-80, 80, 321);
  const window = lags.map((lag) => (lag < 0 ? down : up) * stdpWindow(lag, rule));
  const share = weightDensity(rule, exponents, walk);
  const mean = share.reduce((sum, part, i) => sum + (part * (i + 0.5)) / walk.bins, 0);
  const ratio = (down * loss) / (up * gain);
  const titles = [
    `Chance pairs: depression ${ratio.toFixed(2)} × potentiation`,
    `Mean weight ${mean.toFixed(2)} (dot)`,
  ];
  return { lags, window, share, mean, titles };
}

function draw(figure, { lags, window, share, mean, titles }) {
  const [left, right] = figure.panels([
    { share: 1, x: [-80, 80], y: [-0.055, 0.055], xlabel: "lag: t_post − t_pre (ms)", ylabel: "change at half weight",
      yticks: [-0.04, -0.02, 0, 0.02, 0.04], title: titles[0] },
    { share: 1, x: [0, 1], y: [0, 1], xlabel: "weight / w_max", ylabel: "share of the synapses", title: titles[1] },
  ]);
  left.line([-80, 80], [0, 0], figure.grey);
  left.line(lags, window, figure.blue);
  right.bars(linspace(0, 1, share.length + 1), share, figure.blue);
  right.disc(mean, 0.97, figure.vermilion);
}

export const explorer = { compute, draw };
