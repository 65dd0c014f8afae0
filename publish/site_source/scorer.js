// The order of what a search finds: pages of the collection, and what has a word of the query in its title, with what the
// glossary says of the word behind the titles, or first if the query asks what it is; then the syllabus and the like, then the reference.
const TITLE = 15;
function order([name, , , , score, , kind]) {
  if (name.startsWith("api")) return score - 1000;
  if (kind === "index") return Scorer.defining ? 2000 : 1000 + TITLE - 1;
  return score + (/^\d\d_/.test(name) || score >= TITLE ? 1000 : 0);
}
var Scorer = {
  score: order,
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: TITLE,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
