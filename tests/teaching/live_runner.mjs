// Reads {source, calls: [[function, …arguments], …]} and prints what the module's functions return.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const { source, calls } = JSON.parse(readFileSync(0, "utf8"));
const module = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
const { explorer } = module;

/** A typed array as a plain one, for JSON. */
function listed(_, value) {
  return ArrayBuffer.isView(value) ? Array.from(value) : value;
}

/** What a model that runs in time does at each moment, given which buttons are pressed before, and the values. */
function moments(data, course) {
  const state = explorer.begin(data);
  return course.map(([pressed, values]) => {
    for (const name of pressed) explorer.actions[name](values, data, state);
    explorer.advance(state, values, data);
    return state.steps.at(-1);
  });
}

/** The states of a model that runs in time, after each of `count` steps with the same values. */
function run(values, data, count) {
  const state = explorer.begin(data);
  return Array.from({ length: count }, () => (explorer.advance(state, values, data), { ...state }));
}

/** Draw an explorer on a canvas of a given width that only listens: how often it was told to draw, where to nowhere, and a
 *  fingerprint of all that it was told. */
function drawn(width, values, data) {
  const heard = { calls: 0, nowhere: 0, panels: 0 }, picture = createHash("sha256");
  const note = (...told) => picture.update(JSON.stringify(told, listed));
  const listen = (name) => (...given) => {
    heard.calls++;
    heard.nowhere += given.flat().filter((value) => typeof value === "number" && !Number.isFinite(value)).length;
    note(name, ...given);
  };
  const context = new Proxy({}, { get: (_, name) => listen(name), set: (_, name, value) => (note(name, value), true) });
  const make = () => ({ style: {}, setAttribute() {}, append() {}, getContext: () => context, clientWidth: width });
  globalThis.document = { createElement: make };
  globalThis.window = { devicePixelRatio: 2 };
  globalThis.getComputedStyle = () => ({ color: "rgb(0, 0, 0)", getPropertyValue: () => "" });
  globalThis.ImageData = class {
    constructor(wide, high) {
      this.data = new Uint8ClampedArray(4 * wide * high);
    }
  };
  const figure = new module.Figure(make()), state = explorer.begin?.(data);
  explorer.draw(figure, explorer.compute(values, data, state), values, data);
  return { ...heard, panels: figure.drawn.length, picture: picture.digest("hex") };
}

const own = { moments, run, drawn };
const results = calls.map(([name, ...values]) => (own[name] ?? explorer[name] ?? explorer.actions?.[name] ?? module[name])(...values));
process.stdout.write(JSON.stringify(results, listed));
