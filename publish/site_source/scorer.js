// The order of what a search finds: pages of the collection, then the syllabus and the like, then the reference.
var Scorer = {
  score: ([name, , , , score]) => score + (/^\d\d_/.test(name) ? 1000 : name.startsWith("api") ? -1000 : 0),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
