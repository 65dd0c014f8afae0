// Fold what a page's main way does not need: the section with the title "Deeper". A link to it, or into it, opens it.
for (const section of document.querySelectorAll("section#deeper")) {
  const folded = document.createElement("details");
  const title = document.createElement("summary");
  title.append(section.querySelector("h2"));
  folded.append(title, ...section.childNodes);
  section.append(folded);
  const follow = (hash) => (folded.open ||= section.contains(document.getElementById(hash.slice(1))));
  follow(location.hash);
  window.addEventListener("hashchange", () => follow(location.hash));
  for (const link of document.querySelectorAll('a[href="#deeper"]')) link.addEventListener("click", () => follow(link.hash));
}

// A search tells a passage: whoever comes from there sees it, in an open fold.
function arrive() {
  const told = new URLSearchParams(location.search).get("told")?.match(/[\p{L}\p{N}_]+/gu) ?? [];
  const section = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const share = (text) => told.filter((word) => text.includes(word)).length;
  const parts = told.length && section ? [...section.querySelectorAll("p, li, pre, td, dd")] : [];
  const rated = parts.map((part) => [part, share(part.textContent), part.textContent.length]);
  const [target] = rated.sort((one, other) => other[1] - one[1] || one[2] - other[2])[0] ?? [section];
  let moved = told.length > 0;
  for (let fold = target?.closest("details"); fold; fold = fold.parentElement.closest("details")) {
    moved ||= !fold.open;
    fold.open = true;
  }
  if (!moved || !target) return;
  target.style.scrollMarginTop = "5rem"; // below the header of a phone
  target.scrollIntoView({ behavior: "instant" });
}
arrive();
window.addEventListener("load", arrive); // by then, images have their heights
window.addEventListener("hashchange", arrive);

// The sidebar shows where the reader is.
const [list, here] = [".sidebar-scroll", ".sidebar-tree .current-page"].map((each) => document.querySelector(each));
if (here) list.scrollTop += here.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 2;

// What waits behind a click says what the next click does.
for (const fold of document.querySelectorAll("details.result")) {
  const words = fold.querySelector("summary");
  fold.addEventListener("toggle", () => {
    words.textContent = words.textContent.replace(/^\w+/, fold.open ? "Hide" : "Show");
  });
}
