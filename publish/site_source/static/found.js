// Below each hit of a search: a sentence that has what was asked for, or the line of code that alone has it; its link
// leads there. The sentences of all pages are in `excerpts.js`, which the build writes: a page opened from disk may not
// read the others. So are the words of the glossary: whoever asks for one gets what it means first.
const results = document.querySelector("#search-results");
const LONGEST = 260; // letters

// Of a question, such as "What is LIF?" or "LIF explained", the search takes what it asks about.
const ASKING = /^\s*(what|who|where|how)('s|\s+(is|are|was|do|does|to|can))(\s+(i|you|we|it|an?|the))*\s+|\s*\?\s*$/gi;
const TELLING = /(?<![\p{L}\p{N}-])(definitions?|defined?|meanings?|explain(s|ed|ing)?|explanations?)(\s+(of|for)(\s+(an?|the))?)?(?![\p{L}\p{N}-])/giu;
const subject = (query) => query.replace(ASKING, "").replace(TELLING, " ").trim() || query;

/** The words of a query, each with its stem, as patterns. */
function patterns(query) {
  const asked = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const end = (word) => (word.length < 4 ? `${word}s?(?![\\p{L}\\p{N}])` : word); // "LIF" lifts nothing
  const forms = (word) => [word, new Stemmer().stemWord(word)].filter(Boolean).map(end);
  return asked.filter((word) => !stopwords.has(word)).map((word) => `(?:${forms(word).join("|")})`);
}

let words, phrase;
function seek(query) {
  [words, phrase] = [patterns(query), query.toLowerCase()];
}
seek(subject(new URLSearchParams(location.search).get("q") ?? ""));

const found = (word, text) => new RegExp(`(?<![\\p{L}\\p{N}])${word}`, "iu").test(text);
const hits = (text) => words.filter((word) => found(word, text)).length;
const whole = (text) => Number(text.toLowerCase().includes(phrase)); // all words side by side

const search = Search.query;
Search.query = (query) => {
  Scorer.defining = /^\s*(what|who)\b|\b(definition|meaning)\b/i.test(query);
  search(subject(query));
};

/** Whether words differ by so many slips at most: another letter, one too many or too few, or two in the wrong order. */
function near(one, other, slips) {
  const same = [...one, ""].findIndex((letter, i) => letter !== other[i]), a = one.slice(same), b = other.slice(same);
  if (slips === 0 || a === b) return a === b;
  const swapped = a[0] === b[1] && a[1] === b[0] && near(a.slice(2), b.slice(2), slips - 1);
  return swapped || [[1, 1], [1, 0], [0, 1]].some(([i, j]) => near(a.slice(i), b.slice(j), slips - 1));
}

/** Whether two words differ by one slip at most, or long ones by two. */
const alike = (part, other = "") => near(part, other, Math.min(part.length, other.length) < 7 ? 1 : 2);

/** The name of the glossary that is meant by a name with one slip, or with two in each long word. */
function meantBy(name) {
  const names = Object.keys(TERMS).filter((each) => each.length > 4), parts = name.split(" ");
  const agree = (others) => others.length === parts.length && parts.every((part, i) => alike(part, others[i]));
  return names.find((each) => near(name, each, 1)) ?? names.find((each) => agree(each.split(" ")));
}

/** What the glossary has under a name, also in the plural: title, anchor and meaning; or `nearly` under that name. */
function term(query, nearly) {
  const name = query.toLowerCase().trim().replace(/[-–\s]+/g, " ");
  return TERMS[name] ?? TERMS[name.replace(/s$/, "")] ?? (nearly ? TERMS[meantBy(name)] : undefined);
}

/** A query with each word that no title of a page has put right, if it is like one that a title has. */
function putRight(query) {
  const titles = Search._index.titles.filter((_, page) => /^\d\d_/.test(Search._index.docnames[page]));
  const known = titles.flatMap((title) => title.toLowerCase().match(/\p{L}{5,}/gu) ?? []);
  const right = (word) => known.find((each) => near(word, each, 1)) ?? known.find((each) => alike(word, each)) ?? word;
  return query.toLowerCase().replace(/\p{L}{5,}/gu, (word) => (known.includes(word) ? word : right(word)));
}

const told = (anchor) => Object.values(TERMS).find(([, place]) => place === anchor);

const headings = (name) => Object.entries(Search._index.alltitles).flatMap(([title, places]) =>
  places.filter(([file]) => Search._index.docnames[file] === name).map(([, anchor]) => ({ title, anchor })));

/** The texts of a page by their anchors; the code behind the prose, a section named by what was asked for first. */
function textsOf(name) {
  const named = new Set(headings(name).filter(({ title }) => hits(title) === words.length).map(({ anchor }) => anchor));
  const first = ([one], [other]) => named.has(other) - named.has(one);
  return [EXCERPTS, CODE].map((texts) => Object.entries(texts[name] ?? {}).sort(first));
}

/** How often a page has what was asked for: all of it, and its words. */
function times(name) {
  const text = textsOf(name).flat().map(([, each]) => each).join("\n").toLowerCase();
  const single = words.length ? new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join("|")})`, "giu") : /$^/g;
  return text.split(phrase).length - 1 + (text.match(single) ?? []).length / 1e4;
}

const titleOf = (name) => Search._index.titles[Search._index.docnames.indexOf(name)];
const has = (title) => words.length > 0 && hits(title) === words.length;
const isName = ([name]) => name.startsWith("api"), numbered = ([name]) => Number(/^\d\d_/.test(name));

/** The rank of a page or word: the glossary's word, what has it as its title, as a heading, other pages, the rest. */
function rank([name, , place]) {
  const meant = told(place.slice(1));
  if (meant) return meant[0].toLowerCase().startsWith(phrase) ? 5 : 3;
  if (has(titleOf(name))) return 4;
  if (Object.entries(TERMS).some(([word, [, , , page]]) => page === name && word.startsWith(phrase))) return 3.5;
  return numbered([name]) && 1 + headings(name).some(({ title }) => has(title));
}

/** Pages from the last to the first: what introduces a word by its number, the others by how often they have it. */
function ranked(pages) {
  const known = new Map(pages.map((hit) => [hit, [rank(hit), hit[0], times(hit[0])]]));
  const early = (one, other) => (other[1] < one[1] ? -1 : 1);
  const order = (one, other) => one[0] - other[0] || (one[0] < 2 && one[2] - other[2]) || early(one, other);
  return pages.sort((one, other) => order(known.get(one), known.get(other)));
}

const MOST = 20, NAMES = 6, PAGES = 10; // hits that are shown; among them names of the reference; pages on what something is

/** The best of what is found, which stands last, a page once: of who asks what something is, pages in their order. */
function best(found) {
  const once = new Map(found.filter((hit) => !isName(hit)).map((hit) => {
    const meant = told(hit[2].slice(1));
    if (!meant) [hit[1], hit[2]] = [titleOf(hit[0]), ""];
    return [hit[0] + hit[2], hit];
  }));
  const pages = ranked([...once.values()]);
  const early = (one, other) => has(one[1]) - has(other[1]) || (other[1] < one[1] ? -1 : 1);
  if (Scorer.defining) return pages.sort((one, other) => numbered(one) - numbered(other) || early(one, other)).slice(-PAGES);
  const names = found.filter(isName), room = Math.max(NAMES, MOST - pages.length);
  return [...names.slice(-room), ...pages.slice(-Math.max(MOST - room, MOST - names.length))];
}

const shown = {}; // what is told below a hit, by its address

/** Let a hit lead to the section that holds what is told of it. */
function lead(hit) {
  const [name, , place] = hit, meant = told(place.slice(1));
  const [anchor, text] = meant ? [place.slice(1), `${meant[0]} – ${meant[2]}`] : passage(name, place.slice(1));
  const within = headings(name).find((each) => each.anchor === anchor);
  if (!place && told(anchor)) hit[1] = `Glossary: ${told(anchor)[0]}`;
  if (!place && within && within.title !== hit[1]) hit[1] += ` > ${within.title}`;
  if (!place && anchor) hit[2] = `#${anchor}`;
  shown[`${name}.html${hit[2]}`] = text;
  return hit;
}

const perform = Search._performSearch;
Search._performSearch = (query, ...others) => {
  const all = best(perform(query, ...others));
  for (const hit of all) if (told(hit[2].slice(1))) hit[1] = `Glossary: ${told(hit[2].slice(1))[0]}`;
  const meant = term(query, !all.length), right = putRight(query);
  if (!meant && !all.length && right !== query.toLowerCase()) {
    seek(right);
    return Search._performSearch(...Search._parseQuery(right));
  }
  const [title, anchor] = meant ?? [];
  const rest = all.filter(([name, , place]) => !meant || name !== "glossary" || !["", `#${anchor}`].includes(place));
  if (meant) rest.push(["glossary", `Glossary: ${title}`, `#${anchor}`, null, 0, "", "index"]);
  const led = rest.map(lead), same = (one, other) => one[0] === other[0] && one[2] === other[2];
  return led.filter((hit, i) => !led.slice(i + 1).some((better) => same(hit, better)));
};

/** A text in a few lines; of a long one what is around the first word asked for. */
function cut(text) {
  if (text.length <= LONGEST) return text;
  const short = text.slice(0, LONGEST).replace(/\s\S*$/, "");
  if (hits(short) || !hits(text)) return `${short} …`;
  const start = text.search(new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join("|")})`, "iu"));
  return `… ${text.slice(start, start + LONGEST).replace(/\s\S*$/, "")} …`;
}

const isSentence = (text) => /^\P{Ll}.*[.?!:]\)?$| – /u.test(text);

/** Where a page, or its section with an anchor, has most of what was asked for, and what it says there. */
function passage(name, place) {
  const [prose, code] = textsOf(name), own = prose.filter(([anchor]) => anchor === place);
  const cutInto = (texts, at) => texts.flatMap(([anchor, text]) => text.split(at).map((each) => [anchor, each]));
  const pieces = cutInto(own.length ? own : prose, /\n|(?<=[.?!]\)?) (?=[\p{Lu}("“])/u);
  const sentences = pieces.filter(([, each]) => isSentence(each)), other = pieces.filter(([, each]) => !isSentence(each));
  const all = [...sentences, ...other, ...cutInto(own.length ? [] : code, "\n")];
  const rare = new Map(words.map((word) => [word, 1 / Math.max(1, all.filter(([, each]) => found(word, each)).length)]));
  const value = ([, each]) => {
    const sum = words.reduce((total, word) => total + (found(word, each) && rare.get(word)), 0);
    return sum && sum + whole(each) + (each.length <= LONGEST) / 1e4;
  };
  const most = Math.max(0, ...all.map(value));
  const [anchor, text] = all.find((each) => value(each) === most) ?? ["", ""];
  return [most ? anchor : place, cut(text)];
}

/** Put a text into an element, with the words asked for marked. */
function mark(element, text) {
  const pattern = new RegExp(`((?<![\\p{L}\\p{N}])(?:${words.join("|")})[\\p{L}\\p{N}]*)`, "iu");
  text.split(words.length ? pattern : /$^/).forEach((part, place) => {
    element.append(place % 2 ? Object.assign(document.createElement("mark"), { textContent: part }) : part);
  });
}

function complete() {
  for (const hit of results.querySelectorAll("li:not(.told)")) {
    hit.classList.add("told");
    const link = hit.querySelector("a");
    const address = link.getAttribute("href"), text = shown[decodeURIComponent(address)];
    if (!text) continue;
    mark(hit.appendChild(document.createElement("p")), text);
    if (!/^api|#term-/.test(address)) link.href = address.replace("#", `?told=${encodeURIComponent(text)}#`); // see `deeper.js`
  }
}

new MutationObserver(complete).observe(results, { childList: true, subtree: true });
