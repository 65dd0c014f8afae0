// Numbers drawn by chance, the same ones in every browser.

/** Numbers in [0, 1), the same ones for the same seed (mulberry32). */
export function uniform(count, seed) {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}

/** Numbers with mean 0 and standard deviation 1 (Box and Muller). */
export function normal(count, seed) {
  const draws = uniform(2 * count, seed);
  const radius = (i) => Math.sqrt(-2 * Math.log(1 - draws[2 * i]));
  return Float64Array.from({ length: count }, (_, i) => radius(i) * Math.cos(2 * Math.PI * draws[2 * i + 1]));
}
