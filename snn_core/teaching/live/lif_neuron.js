// The explorer of page 02: one LIF neuron under a constant drive.

/** Run a neuron over its currents: integrate, compare, emit, reset. */
export function lifSequence(currents, { beta, threshold, reset }) {
  const spikes = new Float64Array(currents.length), membrane = new Float64Array(currents.length);
  let state = 0;
  currents.forEach((current, t) => {
    const u = beta * state + current;
    const spike = u > threshold ? 1 : 0;
    state = u - (reset === "soft" ? threshold : u) * spike;
    [spikes[t], membrane[t]] = [spike, u];
  });
  return { spikes, membrane };
}

/** The rate of a neuron with hard reset under a constant drive, in spikes per second. */
export function firingRate(drive, tau_mem, threshold) {
  return drive > threshold ? 1000 / (tau_mem * Math.log(drive / (drive - threshold))) : 0;
}

export function compute({ drive, tau_mem, threshold, reset }, { duration, dt }) {
  const beta = Math.exp(-dt / tau_mem);
  const currents = new Float64Array(Math.round(duration / dt)).fill(drive * (1 - beta));
  const { spikes, membrane } = lifSequence(currents, { beta, threshold, reset });
  const count = spikes.reduce((sum, spike) => sum + spike, 0), rate = (1000 * count) / duration;
  const title = `${count} spikes in ${duration} ms: ${rate.toFixed(0)} per second`;
  return { spikes, membrane, rate, titles: [title, "f–I curve"] };
}

export function draw(figure, found, { drive, tau_mem, threshold }, { duration, dt }) {
  const [left, right] = figure.panels([
    { share: 3, x: [0, duration], y: [0, 3.2], xlabel: "time (ms)", ylabel: "membrane u", title: found.titles[0] },
    { share: 2, x: [0, 3], y: [0, 400], xlabel: "drive R·I", ylabel: "rate (spikes/s)", title: found.titles[1] },
  ]);
  const time = found.membrane.map((_, t) => t * dt), drives = linspace(0, 3, 301);
  left.line([0, duration], [threshold, threshold], figure.grey, [5, 4]);
  left.line(time, found.membrane, figure.blue);
  const at = time.filter((_, t) => found.spikes[t]);
  left.triangles(at, found.membrane.filter((_, t) => found.spikes[t]), figure.vermilion);
  left.legend([["spike", figure.vermilion]]);
  right.line(drives, drives.map((value) => firingRate(value, tau_mem, threshold)), figure.grey);
  right.disc(drive, Math.min(found.rate, 400), figure.vermilion);
  right.legend([["closed form, hard reset", figure.grey], ["this neuron", figure.vermilion]]);
}
