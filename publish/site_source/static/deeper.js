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
