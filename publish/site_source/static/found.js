// Below each hit of a search: the question of a page whose title has all the words asked for; else the sentence that
// has most of them, or the first one. The sentences of all pages are in `excerpts.js`, which the build writes: a page opened from disk may not read the others. So are the
// words of the glossary: whoever asks for one gets what it means first, or behind the page that has it in its title.
const results = document.querySelector("#search-results");
const LONGEST = 260; // letters

// Of a question, such as "What is LIF?" or "LIF explained", the search takes what it asks about.
const ASKING = /^\s*(what|who|where|how)('s|\s+(is|are|was|do|does|to|can))(\s+(i|you|we|it|an?|the))*\s+|\s*\?\s*$/gi;
const TELLING = /(?<![\p{L}\p{N}-])(definitions?|defined?|meanings?|explain(s|ed|ing)?|explanations?)(\s+(of|for)(\s+(an?|the))?)?(?![\p{L}\p{N}-])/giu;
const subject = (query) => query.replace(ASKING, "").replace(TELLING, " ").trim() || query;

/** The words of a query, and their stems, as patterns. */
function patterns(query) {
  const asked = query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const stems = asked.filter((word) => !stopwords.has(word)).flatMap((word) => [word, new Stemmer().stemWord(word)]);
  return stems.filter(Boolean).map((word) => (word.length < 4 ? `${word}s?(?![\\p{L}\\p{N}])` : word)); // "LIF" lifts nothing
}

let words = patterns(subject(new URLSearchParams(location.search).get("q") ?? ""));

const hits = (sentence) => words.filter((word) => new RegExp(`(?<![\\p{L}\\p{N}])${word}`, "iu").test(sentence)).length;

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

const MOST = 20, NAMES = 6, PAGES = 10; // hits that are shown; among them names of the reference; pages on what something is

/** The best of what is found, which stands last: of who asks what something is, pages in their order. */
function best(found) {
  const isName = ([name]) => name.startsWith("api"), pages = found.filter((hit) => !isName(hit));
  const titled = (hit) => Number(hits(hit[1].split(" > ")[0]) === words.length);
  const early = (one, other) => titled(one) - titled(other) || (other[1] < one[1] ? -1 : 1);
  const numbered = ([name]) => Number(/^\d\d_/.test(name));
  if (Scorer.defining) return pages.sort((one, other) => numbered(one) - numbered(other) || early(one, other)).slice(-PAGES);
  const names = found.filter(isName), room = Math.max(NAMES, MOST - pages.length);
  return [...names.slice(-room), ...pages.slice(-Math.max(MOST - room, MOST - names.length))];
}

const perform = Search._performSearch;
Search._performSearch = (query, ...others) => {
  const found = best(perform(query, ...others));
  for (const hit of found) if (told(hit[2].slice(1))) hit[1] = `Glossary: ${told(hit[2].slice(1))[0]}`;
  const meant = term(query, !found.length), right = putRight(query);
  if (!meant && !found.length && right !== query.toLowerCase()) {
    words = patterns(right);
    return Search._performSearch(...Search._parseQuery(right));
  }
  if (!meant) return found;
  const [title, anchor] = meant;
  const rest = found.filter(([name, , place]) => name !== "glossary" || !["", `#${anchor}`].includes(place));
  const titled = !Scorer.defining && rest.at(-1)?.[1].toLowerCase().includes(query.toLowerCase().trim());
  rest.splice(titled ? -1 : rest.length, 0, ["glossary", `Glossary: ${title}`, `#${anchor}`, null, 0, "", "index"]);
  return rest;
};

const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/\s\S*$/, "")} …` : text);

/** The sentences of some texts; what is none, such as a cell of a table or an item of a list, is left out. */
function sentencesOf(texts) {
  const pieces = texts.flatMap((text) => text.split(/\n|(?<=[.?!]\)?) (?=[\p{Lu}("“])/u));
  return pieces.filter((each) => /^\P{Ll}.*[.?!:]\)?$| – /u.test(each));
}

/** What stands at an address, such as `page.html#section`: the best sentence, or the first of the page, cut to a few lines. */
function excerpt(address, title) {
  const [file, anchor] = address.split("#"), sections = EXCERPTS[file.replace(/\.html$/, "")] ?? {};
  if (told(anchor)) return told(anchor)[2];
  const all = Object.values(sections), question = all[0]?.split("\n")[0];
  if (!anchor && question?.endsWith("?") && hits(title) === words.length) return question;
  const named = ([name]) => hits(name.replaceAll("-", " ")); // a section that has the words in its name goes first
  const sorted = Object.entries(sections).sort((one, other) => named(other) - named(one)).map(([, text]) => text);
  const own = sentencesOf(anchor ? [sections[anchor] ?? ""] : sorted);
  const sentences = own.length ? own : sentencesOf(all);
  const most = Math.max(...sentences.map(hits));
  return cut(sentences.find((each) => hits(each) === most) ?? all.join(" "));
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
    const text = excerpt(decodeURIComponent(link.getAttribute("href")), link.textContent);
    if (text) mark(hit.appendChild(document.createElement("p")), text);
  }
}

new MutationObserver(complete).observe(results, { childList: true, subtree: true });
