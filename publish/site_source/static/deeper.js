// Fold what a page's main way does not need: the section with the title "Deeper". A link into it opens it.
for (const section of document.querySelectorAll("section#deeper")) {
  const folded = document.createElement("details");
  const title = document.createElement("summary");
  title.append(section.querySelector("h2"));
  folded.append(title, ...section.childNodes);
  section.append(folded);
  const follow = () => (folded.open ||= folded.contains(document.getElementById(location.hash.slice(1))));
  follow();
  window.addEventListener("hashchange", follow);
}
