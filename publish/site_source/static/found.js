// Below each hit of a search: the sentence that has most of the words asked for, or the first one. The sentences of
// all pages are in `excerpts.js`, which the build writes: a page opened from disk may not read the others.
const results = document.querySelector("#search-results");
const asked = (new URLSearchParams(location.search).get("q") ?? "").toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
const stems = asked.filter((word) => !stopwords.has(word)).flatMap((word) => [word, new Stemmer().stemWord(word)]);
const words = stems.filter(Boolean).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
const LONGEST = 260; // letters

const hits = (sentence) => words.filter((word) => new RegExp(`(?<![\\p{L}\\p{N}])${word}`, "iu").test(sentence)).length;

// Of a question, such as "What is LIF?", the search takes what it asks about.
const ASKING = /^\s*(what|who|where|how)('s|\s+(is|are|was|do|does|to|can))(\s+(i|you|we|it|an?|the))*\s+|\s*\?\s*$/gi;
const search = Search.query;
Search.query = (query) => {
  Scorer.defining = /^\s*(what|who)\b/i.test(query);
  search(query.replace(ASKING, "") || query);
};

const cut = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/\s\S*$/, "")} …` : text);

/** What stands at an address, such as `page.html#section`: the best sentence, cut to a few lines. */
function excerpt(address) {
  const [file, anchor] = address.split("#"), sections = EXCERPTS[file.replace(/\.html$/, "")] ?? {};
  const texts = anchor ? [sections[anchor] ?? ""] : Object.values(sections);
  if (anchor?.startsWith("term-")) return cut(texts[0]);
  const sentences = texts.flatMap((text) => text.split(/\n|(?<=[.?!:]) (?=\P{Ll})/u)).filter(Boolean);
  const most = Math.max(...sentences.map(hits)), best = sentences.find((each) => hits(each) === most) ?? "";
  return cut(best);
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
    const text = excerpt(decodeURIComponent(hit.querySelector("a").getAttribute("href")));
    if (text) mark(hit.appendChild(document.createElement("p")), text);
  }
}

new MutationObserver(complete).observe(results, { childList: true, subtree: true });
