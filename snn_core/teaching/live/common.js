// What the live explorers draw with: panels on a canvas, in the colours of the page's theme.

// COLOURS, light and dark, and PEN, the letters and lines, come from palette.py.
const ROOM = 20; // pixels that a line of words takes above a level
const NARROW = 520; // below this width in pixels the panels stand one above the other
// Heights in pixels: of one row of panels, one of two, and one of more, also of pictures; of all narrow lanes together.
const TALL = 230, FLAT = 200, LOW = 160, SMALL = 145, AXES = 280;
const MARGIN = { left: 64, right: 19, top: 30, bottom: 42 }, TIGHT = 6; // less above and below where height is short
const GAP = 12; // pixels between a lane and the next

export const linspace = (low, high, count) =>
  Float64Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

/** The upper end of an axis: a little above all values, and not below `least`. */
export const above = (values, least) => values.reduce((high, value) => Math.max(high, 1.08 * value), least);

export const sum = (values) => values.reduce((all, value) => all + value, 0);

export const dot = (one, other) => one.reduce((all, value, i) => all + value * other[i], 0);

/** The four values in each window of 2 x 2 of a picture. */
export function windows(values) {
  const side = Math.sqrt(values.length), half = side / 2;
  return Array.from({ length: half * half }, (_, i) => {
    const first = 2 * side * Math.floor(i / half) + 2 * (i % half);
    return [first, first + 1, first + side, first + side + 1].map((place) => values[place]);
  });
}

/** A picture's value between its pixels, from the four nearest; beyond the border it is 0. */
export function between(pixels, side, x, y) {
  const column = Math.floor(x), row = Math.floor(y), a = x - column, b = y - row;
  const at = (i, j) => (i >= 0 && i < side ? pixels[j * side + i] ?? 0 : 0);
  const line = (j) => at(column, j) * (1 - a) + at(column + 1, j) * a;
  return line(row) * (1 - b) + line(row + 1) * b;
}

export const significant = (value, digits) => String(Number(value.toPrecision(digits)));

/** A number of things in words. */
export const plural = (count, thing) => `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;

/** A number as text, its thousands apart, with a minus sign in place of a hyphen. */
export const signed = (number) => number.toLocaleString("en", { maximumFractionDigits: 12 }).replace("-", "−");

export function ticks(low, high) {
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Those of some ticks whose numbers, `at` heights in pixels, do not touch. */
export const apart = (marks, at) =>
  marks.reduce((kept, mark) => (Math.abs(at(mark) - at(kept.at(-1))) <= 11 ? kept : [...kept, mark]), []);

/** One pair of axes: `x` and `y` are ranges in data units. */
class Panel {
  constructor(figure, box, spec) {
    Object.assign(this, { figure, box, ...spec, context: figure.context });
    this.frame();
  }

  px(x) { return this.box.x + ((x - this.x[0]) / (this.x[1] - this.x[0])) * this.box.width; }

  py(y) { return this.box.y + this.box.height * (1 - (y - this.y[0]) / (this.y[1] - this.y[0])); }

  /** Words; no wider than `room` pixels, and with a `halo` of some pixels that keeps off what they cross. */
  text(label, x, y, align, baseline, colour = this.figure.ink, { room = Infinity, halo = 0 } = {}) {
    Object.assign(this.context, { fillStyle: colour, textAlign: align, textBaseline: baseline });
    if (halo) this.path(this.figure.paper, halo, () => this.context.strokeText(label, x, y));
    this.context.fillText(label, x, y, ...(room < Infinity ? [room] : []));
  }

  frame() {
    const { x, y, width, height } = this.box;
    this.context.font = PEN.font;
    this.text(this.title ?? "", x, y - 10, "left", "alphabetic", undefined, { room: this.figure.width - x });
    if (this.picture) return;
    this.polygon([[x, y], [x, y + height], [x + width, y + height]], this.figure.ink, PEN.axis);
    const below = this.xlabel === undefined ? [] : this.xticks ?? ticks(...this.x);
    for (const tick of below) this.text(signed(tick), this.px(tick), y + height + 5, "center", "top");
    const name = this.ylabel ?? "", low = this.context.measureText(name).width > height + GAP; // a low lane
    for (const tick of apart(low ? [] : this.yticks ?? ticks(...this.y), (tick) => this.py(tick))) {
      this.text(signed(tick), x - 6, this.py(tick), "right", "middle");
    }
    this.below(this.xlabel ?? "", x + width / 2, y + height + 22);
    const lines = low ? name.split(/ (.+)/, 2) : [], room = { room: MARGIN.left - 2 }; // one or two
    const line = (i) => y + height / 2 + 13 * (i + 0.5 - lines.length / 2);
    lines.forEach((words, i) => this.text(words, x - MARGIN.left, line(i), "left", "middle", this.figure.ink, room));
    if (!low) this.upright(name, x - MARGIN.left + 9, y + height / 2);
  }

  /** A name in the middle below the axes; what follows a "_" in it is a subscript. */
  below(name, x, y) {
    const parts = name.split(/_(\w+)/), fonts = [PEN.font, PEN.font.replace(/[\d.]+/, "10")];
    const wide = (words, i) => Object.assign(this.context, { font: fonts[i % 2] }).measureText(words).width;
    parts.reduce((left, words, i) => {
      const width = wide(words, i); // in the type of these words
      this.text(words, left, y + 5 * (i % 2), "left", "top");
      return left + width;
    }, x - sum(parts.map(wide)) / 2);
  }

  upright(label, x, y) {
    this.context.save();
    this.context.translate(x, y);
    this.context.rotate(-Math.PI / 2);
    this.text(label, 0, 0, "center", "middle");
    this.context.restore();
  }

  path(colour, width, trace, dash = []) {
    Object.assign(this.context, { strokeStyle: colour, lineWidth: width, lineJoin: "round" });
    this.context.setLineDash(dash);
    this.context.beginPath();
    trace();
    this.context.stroke();
  }

  /** A line through places in pixels. */
  polygon(places, colour, width, dash) {
    this.path(colour, width, () => places.forEach((place) => this.context.lineTo(...place)), dash);
  }

  /** Draw within the axes only. */
  inside(drawing) {
    const { x, y, width, height } = this.box;
    this.context.save();
    this.context.beginPath();
    this.context.rect(x, y - 1, width + 1, height + 1);
    this.context.clip();
    drawing();
    this.context.restore();
  }

  line(xs, ys, colour, dash = []) {
    const places = Array.from(xs, (x, i) => [this.px(x), this.py(ys[i])]);
    this.inside(() => this.polygon(places, colour, dash.length ? PEN.level : PEN.line, dash));
  }

  bars(edges, heights, colour) {
    this.context.fillStyle = colour;
    const bottom = this.box.y + this.box.height;
    this.inside(() => heights.forEach((height, i) => {
      const left = this.px(edges[i]), top = this.py(height);
      this.context.fillRect(left, top, this.px(edges[i + 1]) - left, bottom - top);
    }));
  }

  /** Small squares, one per event. */
  events(xs, ys, colour, size = 2) {
    this.context.fillStyle = colour;
    xs.forEach((x, i) => this.context.fillRect(this.px(x) - size / 2, this.py(ys[i]) - size / 2, size, size));
  }

  /** The spikes of some neurons `[T][N]`, a square each. */
  raster(spikes, colour, size = 2, first = 0) {
    spikes.forEach((step, t) => {
      const sent = Array.from(step.keys()).filter((i) => step[i]);
      this.events(sent.map(() => first + t), sent, colour, size);
    });
  }

  /** A round mark of `size` pixels, filled or, if `open`, in outline. */
  disc(x, y, colour, { size = 5, open = false } = {}) {
    Object.assign(this.context, { fillStyle: open ? this.figure.paper : colour, strokeStyle: colour, lineWidth: 1.4 });
    this.context.setLineDash([]);
    this.context.beginPath();
    this.context.arc(this.px(x), this.py(y), size, 0, 2 * Math.PI);
    this.context.fill();
    if (open) this.context.stroke();
  }

  /** Upright lines from 0 to `heights`, one per event. */
  stems(xs, heights, colour) {
    this.inside(() => this.path(colour, PEN.line, () => xs.forEach((x, i) => {
      this.context.moveTo(this.px(x), this.py(0));
      this.context.lineTo(this.px(x), this.py(heights[i]));
    })));
  }

  /** A level arrow from (x, y) to (toX, y). */
  arrow(x, toX, y, colour) {
    const from = this.px(x), to = this.px(toX), level = this.py(y);
    const head = Math.sign(to - from) * Math.min(8, Math.abs(to - from));
    const tip = [to, level], barbs = [level - 0.6 * head, level + 0.6 * head].map((y) => [to - head, y]);
    this.polygon([[from, level], tip, barbs[0], tip, barbs[1]], colour, 3);
  }

  /** A word above a line and the marks on it or, with the `side` "top", below it. */
  label(words, x, y, colour, align = "left", side = "bottom") {
    const aside = align === "left" ? 8 : -8, above = side === "bottom" ? -6 : 3;
    this.text(words, this.px(x) + aside, this.py(y) + above, align, side, colour, { halo: 4 });
  }

  /** The side of a level that has room for words beside another level: "bottom" is above it. */
  free(y, other) { return this.py(y) > this.py(other) && this.py(y) < this.py(other) + ROOM ? "top" : "bottom"; }

  square() { this.box.width = this.box.height = Math.min(this.box.width, this.box.height); }

  /** A square picture of grey values from 0 (black) to 1, as large as the box allows. */
  image(values, side) {
    const pixels = new ImageData(side, side);
    values.forEach((value, i) => pixels.data.fill(255 * value, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4));
    const small = Object.assign(document.createElement("canvas"), { width: side, height: side });
    small.getContext("2d").putImageData(pixels, 0, 0);
    this.context.imageSmoothingEnabled = false;
    this.square();
    this.context.drawImage(small, this.box.x, this.box.y, this.box.width, this.box.height);
    this.path(this.figure.grey, 1, () => this.context.rect(...Object.values(this.box)));
  }
}

/**
 * A canvas as wide as its container, in the colours of the page's theme. Two variables of CSS are for slides:
 * `--live-zoom`, how much larger all is drawn, and `--live-fill`: 1 to be as high as the container, too.
 */
export class Figure {
  constructor(root) {
    this.root = element(root, "div", { class: "live-picture" });
    this.canvas = element(this.root, "canvas", { role: "img" });
    this.context = this.canvas.getContext("2d");
  }

  /** Return one panel per description, side by side, where that fits; its `share` is its part of the width. */
  panels(specs) {
    const width = this.measure(), rows = width < NARROW ? inRows(specs) : [specs];
    const alone = this.room || Math.min(310, Math.max(TALL, 0.42 * width));
    const heights = rows.length > 1 ? rows.map((row) => high(row, width, rows.length)) : [alone];
    this.clear(width, sum(heights));
    return this.fill(specs, rows.flatMap((row, i) => layout(row, width, heights[i], sum(heights.slice(0, i)))));
  }

  /**
   * Return one panel per description, one above the other; its `height` is that of its axes in pixels.
   * On slides, where height is short, a last one that may stand `aside` is as high as all others.
   */
  stack(all) {
    const whole = this.measure(), specs = this.room ? all.filter(({ aside }) => !aside) : all;
    const part = specs.length < all.length ? whole / 2 : whole, width = part - MARGIN.left - MARGIN.right;
    const less = this.room ? TIGHT : 0, over = ({ title }) => (title ? MARGIN.top - less : 8);
    const under = ({ xlabel }) => (xlabel ? MARGIN.bottom - less : 6);
    const axes = sum(specs.map(({ height }) => height)), rest = sum([...specs.map(over), ...specs.map(under)]);
    const stretch = this.room ? (this.room - rest) / axes : whole < NARROW ? Math.min(1, AXES / axes) : 1;
    let y = 0;
    const boxes = specs.map((spec) => {
      const box = { x: MARGIN.left, y: y + over(spec), width, height: stretch * spec.height };
      y = box.y + box.height + under(spec);
      return box;
    });
    const top = MARGIN.top - less, height = this.room - top - MARGIN.bottom + less;
    if (part < whole) boxes.push({ x: part + MARGIN.left, y: top, width, height });
    this.clear(whole, y);
    return this.fill(all, boxes);
  }

  /** Return the width, in units of which `zoom` pixels are one, and note the `room` in height, 0 for any. */
  measure() {
    const style = getComputedStyle(this.root);
    this.zoom = Number(style.getPropertyValue("--live-zoom")) || 1;
    this.room = Number(style.getPropertyValue("--live-fill")) ? this.root.clientHeight / this.zoom : 0;
    return this.root.clientWidth / this.zoom;
  }

  fill(specs, boxes) { return (this.drawn = boxes.map((box, i) => new Panel(this, box, specs[i]))); }

  clear(width, height) {
    const scale = (window.devicePixelRatio || 1) * this.zoom;
    const wanted = [Math.round(width * scale), Math.round(height * scale)];
    Object.assign(this, { width, height });
    if (this.canvas.width !== wanted[0] || this.canvas.height !== wanted[1]) {
      [this.canvas.width, this.canvas.height] = wanted;
      this.canvas.style.height = `${height * this.zoom}px`;
    }
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.context.clearRect(0, 0, width, height);
  }

  readTheme() {
    this.ink = getComputedStyle(this.root).color;
    const [red, green, blue] = this.ink.match(/[\d.]+/g).map(Number);
    const theme = 0.3 * red + 0.6 * green + 0.1 * blue > 127 ? "dark" : "light";
    Object.assign(this, COLOURS[theme], { paper: theme === "dark" ? "#111111" : "#ffffff" });
  }
}

/** One description below the other; one that is `beside` joins the row of the one before it. */
const inRows = (specs) => specs.reduce((rows, spec) => {
  return spec.beside ? [...rows.slice(0, -1), [...rows.at(-1), spec]] : [...rows, [spec]];
}, []);

/** How high a row above or below others is: the lower the more rows there are, but with room for ticks that are given. */
function high(specs, width, rows) {
  const [{ picture, control, yticks, share }] = specs, part = (width * share) / sum(specs.map((each) => each.share));
  if (!picture) return rows > 2 && !yticks ? LOW : FLAT;
  return Math.min(control ? TALL : rows > 2 ? SMALL : FLAT, part - MARGIN.right + MARGIN.top);
}

function layout(specs, width, height, top) {
  const total = sum(specs.map(({ share }) => share)), y = top + MARGIN.top;
  let start = 0;
  return specs.map(({ share, picture }) => {
    const [left, bottom] = picture ? [MARGIN.right, MARGIN.right] : [MARGIN.left, MARGIN.bottom];
    const x = start + left, part = (width * share) / total;
    start += part;
    return { x, y, width: part - left - MARGIN.right, height: height - MARGIN.top - bottom };
  });
}

function element(parent, name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  parent.append(made);
  return made;
}
