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

// Each maker puts a control into the page and returns how to show another value, if it shows one.
const MAKERS = {
  range(parent, control, changed) {
    const row = element(parent, "div", { class: "live-row" }), label = element(row, "label");
    element(label, "span").innerHTML = control.caption.replace(/_(\w+)/, "<sub>$1</sub>"); // a sign and its index
    const { low: min, high: max, step } = control, named = { "aria-label": control.caption };
    const input = element(label, "input", { type: "range", min, max, step, ...named, ...QUIET });
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
  },
};

function button(parent, caption, press) {
  const made = element(parent, "button", { type: "button", ...QUIET }, caption);
  made.addEventListener("click", press);
  return made;
}

function cover(place, { box: { x: left, y: top, width, height }, figure: { zoom } }) {
  for (const [name, units] of Object.entries({ left, top, width, height })) place.style[name] = `${units * zoom}px`;
}

/** Where the pointer is on what lies over a panel, in data units; a slide is scaled as a whole. */
function pointed(place, { clientX, clientY }, { x, y }) {
  const { left, top, width, height } = place.getBoundingClientRect();
  const right = (clientX - left) / width, down = (clientY - top) / height;
  return [x[0] + right * (x[1] - x[0]), y[1] + down * (y[0] - y[1])];
}

/** What lies over a panel, so that the panel itself moves its control. */
class Handle {
  constructor(root, control, changed) {
    this.control = control;
    this.place = element(root, "div", { class: `live-handle live-${control.kind}` });
    this[control.kind](changed);
  }

  put(panel, value) {
    Object.assign(this, { panel, value, x: panel.x });
    cover(this.place, panel);
    if (this.told) this.say();
  }

  /** Where the pointer is along the axis of the panel. */
  at(event) { return pointed(this.place, event, this.panel)[0]; }

  /** Let the spot under the mouse or a tap give its `values` to the controls. */
  spots(changed) {
    const pick = (settled) => (event) =>
      changed(nearest(this.panel, this.panel.spots, ...pointed(this.place, event, this.panel)).values, settled);
    this.place.addEventListener("pointermove", pick(false));
    this.place.addEventListener("click", pick(true));
  }

  button() {
    const twin = this.control.element; // which then has the focus, so that keys go on
    this.place.addEventListener("click", () => (twin.focus({ preventScroll: true }), twin.click()));
  }

  range(changed) {
    this.drag(() => true, (event, settled) => changed(snapped(this.at(event), this.control), settled));
  }

  /** Call `move(event, settled)` while the pointer is held down, if it `grabs` anything. */
  drag(grabs, move) {
    let held = false;
    const go = (settled) => (event) => {
      if (held) move(event, settled);
      if (settled) held = false;
    };
    this.place.addEventListener("pointerdown", (event) => {
      held = grabs(event);
      if (held) this.place.setPointerCapture(event.pointerId);
      go(false)(event);
    });
    this.place.addEventListener("pointermove", go(false));
    this.place.addEventListener("pointerup", go(true));
    this.place.addEventListener("pointercancel", () => (held = false));
  }

  /** Let keys move a cursor over the panel by `steps` and act there; `told` returns place, words, and style. */
  steer(help, last, steps, move, act, told) {
    const { low = 0, caption } = this.control, label = { "aria-label": `${caption}: ${help}`, ...QUIET };
    const attributes = { role: "slider", tabindex: 0, "aria-valuemin": low, "aria-valuemax": last, ...label };
    for (const [key, value] of Object.entries(attributes)) this.place.setAttribute(key, value);
    Object.assign(this, { told, line: element(this.place, "i") });
    this.place.addEventListener("keydown", (event) => {
      const { key } = event;
      if (key === " " || key === "Enter") act();
      else if (key in steps) move(steps[key], event.shiftKey);
      else return;
      event.preventDefault();
      this.say();
    });
  }

  say() {
    const [at, words, style] = this.told();
    this.place.setAttribute("aria-valuenow", at);
    this.place.setAttribute("aria-valuetext", words);
    Object.assign(this.line.style, style);
  }

  marks(changed) {
    const { low, high, step, start, unit } = this.control;
    let mark, before, moved; // the mark that the pointer drags
    this.cursor = start[0] ?? low;
    const flip = () => changed(toggled(this.value, this.cursor), true);
    const hit = (event) => {
      const at = this.at(event), away = (mark) => Math.abs(mark - at), pixels = event.pointerType === "touch" ? 16 : 5;
      const reach = (pixels * (this.x[1] - this.x[0])) / this.place.clientWidth;
      return [...this.value].filter((mark) => away(mark) < reach).sort((a, b) => away(a) - away(b))[0];
    };
    const grabs = (event) => {
      [mark, before, moved] = [hit(event), this.value, false];
      return mark !== undefined;
    };
    this.drag(grabs, (event, settled) => {
      const to = snapped(this.at(event), this.control);
      if (!moved && (to === mark || event.type !== "pointermove")) return;
      [moved, this.cursor] = [true, to];
      changed(shifted(before, mark, to), settled);
    });
    this.place.addEventListener("click", (event) => {
      if (moved) return;
      this.cursor = hit(event) ?? snapped(this.at(event), this.control);
      flip();
    });
    const keys = { ArrowLeft: -step, ArrowRight: step, PageDown: -10 * step, PageUp: 10 * step };
    Object.assign(keys, { Home: -Infinity, End: Infinity });
    const move = (by) => (this.cursor = snapped(this.cursor + by, this.control));
    this.steer("arrows move, space sets and removes", high, keys, move, flip, () => {
      const words = `${this.cursor} ${unit}: ${this.value.includes(this.cursor) ? "set" : "none"}`;
      return [this.cursor, words, { left: `${(100 * (this.cursor - this.x[0])) / (this.x[1] - this.x[0])}%` }];
    });
  }

  pad(changed) {
    const { side } = this.control, level = { ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
    const keys = { ...level, ArrowUp: [0, -1], ArrowDown: [0, 1] };
    this.cursor = [side / 2, side / 2];
    const stroke = (from, to, settled) => {
      const ink = this.value === this.drawn ? this.value : this.value.replace(/./g, "0"); // no example below it
      [this.cursor, this.value] = [to, (this.drawn = stroked(ink, from, to))];
      changed(this.value, settled);
    };
    const at = (event) => pointed(this.place, event, this.panel);
    const grabs = (event) => (this.cursor = at(event));
    this.drag(grabs, (event, settled) => stroke(this.cursor, at(event), settled));
    const move = (by, draws) => {
      const to = this.cursor.map((place, i) => snapped(place + by[i], { low: 1, high: side - 1, step: 1 }));
      if (draws) stroke(this.cursor, to, true);
      this.cursor = to;
    };
    const dot = () => stroke(this.cursor, this.cursor, true);
    this.steer("arrows move, with shift they draw, space draws a dot", side ** 2 - 1, keys, move, dot, () => {
      const [column, row] = this.cursor.map((place) => Math.min(side - 1, Math.max(0, Math.floor(place))));
      const place = row * side + column, words = this.value[place] === "0" ? "empty" : "drawn";
      const style = { left: `${(100 * column) / side}%`, top: `${(100 * row) / side}%` };
      return [place, `row ${row + 1}, column ${column + 1}: ${words}`, style];
    });
  }
}

const BRUSH = 1.9; // pixels from the middle of a stroke to where it ends

/** A square picture, one hexadecimal digit a pixel, with a soft stroke more from one place to another. */
export function stroked(ink, [x, y], [toX, toY]) {
  const side = Math.sqrt(ink.length), dx = toX - x, dy = toY - y, square = dx * dx + dy * dy || 1;
  return Array.from(ink, (digit, i) => {
    const right = (i % side) + 0.5 - x, down = Math.floor(i / side) + 0.5 - y;
    const along = Math.min(1, Math.max(0, (right * dx + down * dy) / square));
    const away = Math.hypot(right - along * dx, down - along * dy), grey = 15 * Math.min(1, Math.max(0, BRUSH - away));
    return Math.max(parseInt(digit, 16), Math.round(grey)).toString(16);
  }).join("");
}

/** The one of some spots in a panel that is, in pixels, nearest to a place. */
export function nearest(panel, spots, x, y) {
  const away = (spot) => Math.hypot(panel.px(spot.x) - panel.px(x), panel.py(spot.y) - panel.py(y));
  return spots.reduce((best, spot) => (away(spot) < away(best) ? spot : best));
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
 * `begin(data)` and `advance(state, values, data)`, if it runs in time: the state at first, and one step of it, which
 * returns the values that change. The one of a control `time`, if it has one, is where it stands.
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
      return [name, MAKERS[control.kind]?.(controls, control, this.changed(name), () => this.press(name))];
    }));
    const start = this.values;
    button(controls, "Start again", () => this.again(start));
    if (this.state) this.runInTime(controls);
    this.set(start);
  }

  changed(name) { return (value, settled) => this.set({ [name]: value }, settled); }

  put(changes = {}) {
    this.values = { ...this.values, ...changes };
    for (const name of Object.keys(changes)) this.show[name]?.(this.values[name]);
  }

  set(changes, settled) {
    this.put(changes);
    this.redraw();
    if (!settled) return;
    if (!this.state) this.status.textContent = this.explorer.compute(this.values, this.data).titles.join(". ");
    this.model.set("values", this.values);
    this.model.save_changes();
  }

  press(name) {
    const changes = this.explorer.actions[name](this.values, this.data, this.state);
    if (this.state && !changes && !this.clock.running) this.advance(1);
    this.set(changes ?? {}, changes !== undefined);
  }

  /** Go back to how it was at first: the values, or, where time runs, the state or the control of time only. */
  again(start) {
    if (this.clock && this.controls.time) return this.set({ time: this.controls.time.low }, true);
    this.state = this.explorer.begin?.(this.data);
    if (this.clock) this.advance(this.data.window ?? 0);
    this.set(this.clock ? {} : start, true);
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
      forward.hidden = this.clock.running || "time" in this.controls;
    };
    name();
    this.advance(this.data.window ?? 0); // so that the first picture is not empty
  }

  /** Let time pass; what is left of a step waits for the next call. */
  advance(steps) {
    this.state.ahead = (this.state.ahead ?? 0) + steps;
    for (; this.state.ahead >= 1; this.state.ahead--) {
      this.put(this.explorer.advance(this.state, this.values, this.data));
    }
  }

  redraw() { this.waiting ||= requestAnimationFrame(() => this.paint()); }

  paint() {
    this.waiting = 0;
    if (this.root.clientWidth === 0) return;
    const found = this.explorer.compute(this.values, this.data, this.state);
    this.figure.readTheme();
    this.explorer.draw(this.figure, found, this.values, this.data);
    this.figure.canvas.setAttribute("aria-label", found.titles.join(". "));
    if (found.news && this.status.textContent !== found.news) this.status.textContent = found.news;
    this.figure.drawn.forEach((panel, i) => {
      if (panel.control ?? panel.spots) this.handle(i, panel.control).put(panel, this.values[panel.control]);
    });
  }

  /** The handle over a panel, made when it is first drawn: of a control, or of spots that stand for several. */
  handle(i, name) {
    const changed = name ? this.changed(name) : (values, settled) => this.set(values, settled);
    return (this.handles[i] ??= new Handle(this.figure.root, this.controls[name] ?? { kind: "spots" }, changed));
  }
}

/** Return an anywidget `render` for an explorer. */
export function renderer(explorer) {
  return ({ model, el }) => {
    const live = new Live(explorer, model, el);
    const received = () => live.set(model.get("values"));
    model.on("change:values", received);
    const stop = follow(live.root, () => live.redraw());
    return () => (stop(), live.clock?.stop(), model.off("change:values", received));
  };
}
