// What moves the live explorers: controls as Python describes them, handles on the picture, time.

const QUIET = { "data-lm-suppress-shortcuts": "true" }; // JupyterLab keeps its hands off the keys

export const decimals = (step) => (String(step).split(".")[1] ?? "").length;

/** The multiple of the control's step that is nearest to a number, within its range. */
export function snapped(number, { low, high, step }) {
  const whole = low + Math.round((number - low) / step) * step;
  return Number(Math.min(high, Math.max(low, whole)).toFixed(6));
}

/** A list with a mark more; or without the mark that was there already. */
export function toggled(marks, mark) {
  const others = marks.filter((each) => each !== mark);
  return others.length < marks.length ? others : [...marks, mark].sort((a, b) => a - b);
}

/** A list in which one mark has moved; on top of another mark it stands for both. */
export function shifted(marks, from, to) {
  return [...new Set([...marks.filter((each) => each !== from), to])].sort((a, b) => a - b);
}

// Each maker puts a control into the page and returns how to show another value.
const MAKERS = {
  range(parent, control, changed) {
    const row = element(parent, "div", { class: "live-row" }), label = element(row, "label");
    element(label, "span", {}, control.caption);
    const { low: min, high: max, step } = control;
    const input = element(label, "input", { type: "range", min, max, step, ...QUIET });
    const output = element(row, "output", { "aria-hidden": "true" });
    for (const event of ["input", "change"]) {
      input.addEventListener(event, () => changed(Number(input.value), event === "change"));
    }
    return (now) => {
      input.value = now;
      output.textContent = `${Number(now).toFixed(decimals(step))} ${control.unit}`.trim();
      input.setAttribute("aria-valuetext", output.textContent);
    };
  },

  choice(parent, control, changed) {
    const row = element(parent, "fieldset", { class: "live-row" }), group = `live-${Math.random()}`;
    element(row, "legend", {}, control.caption);
    const inputs = control.options.map((option) => {
      const label = element(row, "label");
      const input = element(label, "input", { type: "radio", name: group, value: option, ...QUIET });
      label.append(` ${option}`);
      input.addEventListener("change", () => changed(option, true));
      return input;
    });
    return (now) => inputs.forEach((input) => (input.checked = input.value === now));
  },

  button(parent, control, _, press) {
    control.element = button(parent, control.caption, press);
    return () => {};
  },

  marks: () => () => {},
};

function button(parent, caption, press) {
  const made = element(parent, "button", { type: "button", ...QUIET }, caption);
  made.addEventListener("click", press);
  return made;
}

function cover(place, { x: left, y: top, width, height }, zoom) {
  for (const [name, units] of Object.entries({ left, top, width, height })) place.style[name] = `${units * zoom}px`;
}

/** What lies over a panel, so that the panel itself moves its control. */
class Handle {
  constructor(root, control, changed) {
    this.control = control;
    this.place = element(root, "div", { class: `live-handle live-${control.kind}` });
    this[control.kind](changed);
  }

  put({ box, x, figure }, value) {
    this.x = x;
    this.value = value;
    cover(this.place, box, figure.zoom);
    if (this.control.kind === "marks") this.say();
  }

  /** Where the pointer is, in data units of the panel. */
  at(event) {
    const { left, width } = this.place.getBoundingClientRect();
    return this.x[0] + ((event.clientX - left) / width) * (this.x[1] - this.x[0]);
  }

  button() {
    const twin = this.control.element; // which then has the focus, so that keys go on
    this.place.addEventListener("click", () => (twin.focus({ preventScroll: true }), twin.click()));
  }

  range(changed) {
    const move = (settled) => (event) => this.held && changed(snapped(this.at(event), this.control), settled);
    this.place.addEventListener("pointerdown", (event) => {
      this.held = true;
      this.place.setPointerCapture(event.pointerId);
      move(false)(event);
    });
    this.place.addEventListener("pointermove", move(false));
    this.place.addEventListener("pointerup", (event) => (move(true)(event), (this.held = false)));
    this.place.addEventListener("pointercancel", () => (this.held = false));
  }

  marks(changed) {
    const { low, high, step, caption, start } = this.control;
    this.cursor = start[0] ?? low;
    this.line = element(this.place, "i");
    const attributes = { role: "slider", tabindex: 0, "aria-valuemin": low, "aria-valuemax": high, ...QUIET };
    for (const [key, value] of Object.entries(attributes)) this.place.setAttribute(key, value);
    this.place.setAttribute("aria-label", `${caption}: arrows move, space sets and removes`);
    const flip = () => changed(toggled(this.value, this.cursor), true);
    const hit = (at) => {
      const reach = (5 * (this.x[1] - this.x[0])) / this.place.clientWidth;
      return [...this.value].filter((mark) => Math.abs(mark - at) < reach).sort((a, b) => Math.abs(a - at) - Math.abs(b - at))[0];
    };
    this.drag(changed, hit);
    this.place.addEventListener("click", (event) => {
      if (this.moved) return;
      const at = this.at(event);
      this.cursor = hit(at) ?? snapped(at, this.control);
      flip();
    });
    const keys = { ArrowLeft: -step, ArrowRight: step, PageDown: -10 * step, PageUp: 10 * step };
    Object.assign(keys, { Home: -Infinity, End: Infinity });
    this.place.addEventListener("keydown", (event) => {
      const { key } = event;
      if (key === " " || key === "Enter") flip();
      else if (key in keys) this.cursor = snapped(this.cursor + keys[key], this.control);
      else return;
      event.preventDefault();
      this.say();
    });
  }

  /** Let the pointer move the mark that it `hit`s. */
  drag(changed, hit) {
    this.place.addEventListener("pointerdown", (event) => {
      Object.assign(this, { held: hit(this.at(event)), marksBefore: this.value, moved: false });
      if (this.held !== undefined) this.place.setPointerCapture(event.pointerId);
    });
    this.place.addEventListener("pointermove", (event) => {
      const to = snapped(this.at(event), this.control);
      if (this.held === undefined || (to === this.held && !this.moved)) return;
      Object.assign(this, { moved: true, cursor: to });
      changed(shifted(this.marksBefore, this.held, to), false);
    });
    this.place.addEventListener("pointerup", () => {
      if (this.moved) changed(shifted(this.marksBefore, this.held, this.cursor), true);
      this.held = undefined;
    });
    this.place.addEventListener("pointercancel", () => (this.held = undefined));
  }

  say() {
    const there = this.value.includes(this.cursor) ? "set" : "none";
    this.place.setAttribute("aria-valuenow", this.cursor);
    this.place.setAttribute("aria-valuetext", `${this.cursor} ${this.control.unit}: ${there}`);
    this.line.style.left = `${(100 * (this.cursor - this.x[0])) / (this.x[1] - this.x[0])}%`;
  }
}

/** The one of some spots in a panel that is nearest to a place in pixels. */
export function nearest(panel, spots, x, y) {
  const away = (spot) => Math.hypot(panel.px(spot.x) - x, panel.py(spot.y) - y);
  return spots.reduce((best, spot) => (away(spot) < away(best) ? spot : best));
}

/** What lies over a panel with `spots`: the one under the mouse or a tap gives its `values` to the controls. */
class Spots {
  constructor(root, set) {
    this.place = element(root, "div", { class: "live-handle" });
    const pick = (settled) => (event) => {
      const { left, top, width } = this.place.getBoundingClientRect(), { box, spots } = this.panel;
      const units = box.width / width; // a slide is scaled as a whole
      const x = box.x + units * (event.clientX - left), y = box.y + units * (event.clientY - top);
      const { values } = nearest(this.panel, spots, x, y);
      set(values, settled);
    };
    this.place.addEventListener("pointermove", pick(false));
    this.place.addEventListener("click", pick(true));
  }

  put(panel) {
    this.panel = panel;
    cover(this.place, panel.box, panel.figure.zoom);
  }
}

/** Call `tick(seconds)` at every frame while the figure is seen and not paused. */
class Clock {
  constructor(root, tick) {
    this.running = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.frame = (now) => {
      tick(Math.min(0.1, (now - (this.last ?? now)) / 1000));
      this.last = now;
      this.asked = requestAnimationFrame(this.frame);
    };
    this.watch = new IntersectionObserver(([{ isIntersecting }]) => {
      this.seen = isIntersecting;
      this.turn(this.running);
    });
    this.watch.observe(root);
  }

  turn(running) {
    this.running = running;
    this.last = undefined;
    cancelAnimationFrame(this.asked);
    if (running && this.seen) this.asked = requestAnimationFrame(this.frame);
  }

  stop() {
    this.turn(false);
    this.watch.disconnect();
  }
}

/** Call `redraw` when the size or the theme changes; returns how to stop. */
function follow(root, redraw) {
  const sizes = new ResizeObserver(redraw), themes = new MutationObserver(redraw);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  sizes.observe(root);
  for (const place of [document.documentElement, document.body]) themes.observe(place, { attributes: true });
  scheme.addEventListener("change", redraw);
  return () => (sizes.disconnect(), themes.disconnect(), scheme.removeEventListener("change", redraw));
}

/**
 * One explorer on a page. Its file states, as `explorer`,
 * `compute(values, data, state)`: what is drawn, with `titles`, the finding first;
 * `draw(figure, found, values, data)`, where a panel with a `control` is a handle of it, and one with `spots`,
 * places `x`, `y` that stand for `values`, lets the pointer pick one;
 * `actions`, if it has buttons: for each, from (values, data, state) to the values that change;
 * `begin(data)` and `advance(state, values, data)`, if it runs in time: the state at first, and one step of it.
 */
class Live {
  constructor(explorer, model, el) {
    Object.assign(this, { explorer, model, data: model.get("data"), values: { ...model.get("values") } });
    this.root = element(el, "div", { class: "live-explorer", role: "group", "aria-label": model.get("about") });
    this.root.addEventListener("keydown", (event) => event.stopPropagation()); // which would turn a page of slides
    this.state = explorer.begin?.(this.data);
    const controls = element(this.root, "div", { class: "live-controls" });
    this.figure = new Figure(this.root);
    this.status = element(this.root, "p", { role: "status", class: "live-status" });
    this.controls = Object.fromEntries(model.get("controls").map((control) => [control.name, control]));
    this.handles = [];
    this.show = Object.fromEntries(Object.entries(this.controls).map(([name, control]) => {
      return [name, MAKERS[control.kind](controls, control, this.changed(name), () => this.press(name))];
    }));
    const start = this.values;
    button(controls, "Start again", () => this.again(start));
    if (this.state) this.runInTime(controls);
    this.showAll();
  }

  changed(name) { return (value, settled) => this.set({ [name]: value }, settled); }

  set(changes, settled) {
    this.values = { ...this.values, ...changes };
    for (const name of Object.keys(changes)) this.show[name](this.values[name]);
    this.redraw();
    if (!settled) return;
    if (!this.state) this.status.textContent = this.explorer.compute(this.values, this.data).titles.join(". ");
    this.model.set("values", this.values);
    this.model.save_changes();
  }

  press(name) {
    const changes = this.explorer.actions[name](this.values, this.data, this.state);
    if (this.state && !this.clock.running) this.advance(1);
    this.set(changes ?? {}, changes !== undefined);
  }

  /** Go back to how it was at first: its values and, if it runs in time, its state. */
  again(start) {
    Object.assign(this, { values: start, state: this.explorer.begin?.(this.data) });
    if (this.clock) this.fill();
    this.set(start, true);
  }

  runInTime(parent) {
    this.clock = new Clock(this.root, (seconds) => {
      this.advance(this.data.pace * seconds);
      this.paint();
    });
    const pause = button(parent, "", () => (this.clock.turn(!this.clock.running), name()));
    const forward = button(parent, `${10 * this.data.dt} ms on`, () => (this.advance(10), this.redraw()));
    const name = () => {
      pause.textContent = this.clock.running ? "Pause" : "Run";
      forward.hidden = this.clock.running;
    };
    name();
    this.fill();
  }

  /** Let time pass before a picture that stands, so that it is not empty. */
  fill() { if (!this.clock.running) this.advance(this.data.window ?? 0); }

  /** Let time pass; what is left of a step waits for the next call. */
  advance(steps) {
    this.state.ahead = (this.state.ahead ?? 0) + steps;
    for (; this.state.ahead >= 1; this.state.ahead--) this.explorer.advance(this.state, this.values, this.data);
  }

  redraw() { this.waiting ||= requestAnimationFrame(() => this.paint()); }

  paint() {
    this.waiting = 0;
    if (this.root.clientWidth === 0) return;
    const found = this.explorer.compute(this.values, this.data, this.state);
    this.explorer.draw(this.figure, found, this.values, this.data);
    this.figure.canvas.setAttribute("aria-label", found.titles.join(". "));
    if (found.news && this.status.textContent !== found.news) this.status.textContent = found.news;
    this.figure.drawn.forEach((panel, i) => {
      if (panel.control) this.handle(i, panel.control).put(panel, this.values[panel.control]);
      if (panel.spots) (this.handles[i] ??= new Spots(this.figure.root, (...told) => this.set(...told))).put(panel);
    });
  }

  /** The handle over a panel, made when it is first drawn. */
  handle(i, name) {
    return (this.handles[i] ??= new Handle(this.figure.root, this.controls[name], this.changed(name)));
  }

  showAll() {
    for (const name of Object.keys(this.values)) this.show[name](this.values[name]);
    this.redraw();
  }
}

/** Return an anywidget `render` for an explorer. */
export function renderer(explorer) {
  return ({ model, el }) => {
    const live = new Live(explorer, model, el);
    const received = () => ((live.values = { ...model.get("values") }), live.showAll());
    model.on("change:values", received);
    const stop = follow(live.root, () => live.redraw());
    return () => (stop(), live.clock?.stop(), model.off("change:values", received));
  };
}
