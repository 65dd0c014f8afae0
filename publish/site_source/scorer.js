// The order of what a search finds: pages of the collection, and what has a word of the query in its title; then the
// syllabus and the like, then the reference.
const TITLE = 15;
var Scorer = {
  score: ([name, , , , score]) => score + (name.startsWith("api") ? -1000 : /^\d\d_/.test(name) || score >= TITLE ? 1000 : 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: TITLE,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
