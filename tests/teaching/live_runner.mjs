// Reads lines {source, calls: [[function, …arguments], …], data}; prints a line with what the module's functions return, or
// with what they throw. Data, if there is any, is the last argument of every call: all share it, as in a page, and it is
// read once. Each line gets a module of its own, as each page does.
import { createHash } from "node:crypto";
import { createInterface } from "node:readline";

let module, explorer;

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

/** State and values of a model that runs in time, after each of `count` steps; only it changes the values. */
function run(values, data, count) {
  const state = explorer.begin(data);
  return Array.from({ length: count }, () => {
    Object.assign(values, explorer.advance(state, values, data));
    return { ...state, ...values };
  });
}

/** Draw an explorer on a canvas of a given width that only listens, and notes what it is told if it is to. */
function draw(width, values, data, note = () => {}) {
  const heard = { calls: 0, nowhere: 0, panels: 0 };
  const listen = (name) => (...given) => {
    heard.calls++;
    heard.nowhere += given.flat().filter((value) => typeof value === "number" && !Number.isFinite(value)).length;
    note(name, ...given);
  };
  const measureText = (words) => ({ width: 6 * words.length });
  const get = (_, name) => (name === "measureText" ? measureText : listen(name));
  const context = new Proxy({}, { get, set: (_, name, value) => (note(name, value), true) });
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
  return { ...heard, panels: figure.drawn.length };
}

/** How often an explorer was told to draw, how often to nowhere, and in how many panels. */
const drawn = (width, values, data) => draw(width, values, data);

/** A fingerprint of all that a canvas was told. */
function picture(width, values, data) {
  const notes = [];
  draw(width, values, data, (...told) => notes.push(JSON.stringify(told, listed)));
  return createHash("sha256").update(notes.join("")).digest("hex");
}

const own = { moments, run, drawn, picture };
let lines = 0;

/** What the calls of a line return. */
async function answered({ source, calls, data = null }) {
  const code = Buffer.from(`${source}\n// ${lines++}`).toString("base64");
  module = await import(`data:text/javascript;base64,${code}`);
  explorer = module.explorer;
  const shared = data === null ? [] : [data], call = (name) => own[name] ?? explorer[name] ?? explorer.actions?.[name] ?? module[name];
  return calls.map(([name, ...values]) => call(name)(...values, ...shared));
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const told = await answered(JSON.parse(line)).then((results) => ({ results }), (problem) => ({ problem: problem.stack }));
  process.stdout.write(`${JSON.stringify(told, listed)}\n`);
}
