// Check what a reader writes into the field of an exercise. The answer is not on the page: right is what, rounded to
// a step, has one of its hashes (`site_exercises.py`). The first wrong answer shows a hint, another one a stronger hint.
function hashed(text) {
  let value = 0x811c9dc5; // FNV-1a, 32 bits
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** The numbers in a text; a fraction such as 1/4 is one of them. Where `count` are asked for, 1,6 may be one, too. */
function numbers(text, count) {
  const [plain, commas] = [parsed(text), parsed(text.replace(/(\d),(?=\d)/g, "$1."))];
  return plain.length !== count && commas.length === count ? commas : plain;
}

function parsed(text) {
  const found = text.replace(/[−–]/g, "-").match(/[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?(\s*\/\s*\d+\.?\d*)?/gi) ?? [];
  return found.map((each) => each.split("/").map(Number).reduce((top, bottom) => top / bottom));
}

const agrees = (...asked) => rightRows(...asked).every(Boolean);

/** Of each row of an answer whether it is right; a table with rows of some width may be written by rows or by columns. */
function rightRows(text, parts, salt, width = 1) {
  const words = parts[0].step === undefined, height = parts.length / width;
  const word = text.toLowerCase().replace(/["'.]|\bthe\b|\bmatrix\b/g, "").trim(); // "The last matrix." is "last"
  const given = words ? [word] : numbers(text, parts.length);
  if (given.length !== parts.length) return [false];
  const turned = given.map((_, place) => given[(place % width) * height + Math.floor(place / width)]);
  const [found, other] = [given, turned].map((numbers) => rows(right(numbers, parts, salt, words), width));
  return width > 1 && other.filter(Boolean).length > found.filter(Boolean).length ? other : found;
}

const rows = (all, width) => all.flatMap((_, i) => (i % width ? [] : [all.slice(i, i + width).every(Boolean)]));

function right(given, parts, salt, words) {
  return parts.map(({ step, hashes }, place) => {
    const near = words ? given : [Math.round(given[place] / step)];
    return near.some((each) => hashes.includes(hashed(`${salt}:${place}:${each}`)));
  });
}

/** How many rows are right, and which is the first that is not; nothing if none is. */
function where(found, each) {
  const count = found.filter(Boolean).length;
  return count ? ` ${count} of ${found.length} right: look at ${each} ${found.indexOf(false)}.` : "";
}

/** What to say to an answer, after some other wrong ones. */
function verdict(text, { salt, parts, width, each, mistakes, hint, stronger }, wrong) {
  if (!text.trim()) return "Write an answer first.";
  if (agrees(text, parts, salt, width)) return "Correct.";
  const words = parts[0].step === undefined;
  if (!words && /[a-z]\s*\(|[*^]/i.test(text)) return "Not yet. Work it out, and write the result: 0.25, or 1/4.";
  const count = words ? 1 : numbers(text, parts.length).length;
  if (count !== parts.length) return `Not yet. Asked for: ${parts.length} ${parts.length > 1 ? "numbers" : "number"}.`;
  wrong.add(text.trim());
  const made = mistakes.find((mistake) => agrees(text, mistake.parts, salt, width));
  return `Not yet.${where(rightRows(text, parts, salt, width), each)} ${made?.hint ?? hint}${wrong.size > 1 ? ` ${stronger}` : ""}`;
}

for (const form of globalThis.document?.querySelectorAll("form.exercise") ?? []) {
  const asked = JSON.parse(form.dataset.exercise), wrong = new Set();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = form.querySelector("[role=status]"), told = verdict(form.querySelector("input").value, asked, wrong);
    said.textContent = told;
    said.dataset.verdict = told === "Correct." ? "right" : told.startsWith("Not yet.") ? "wrong" : "none";
  });
}
