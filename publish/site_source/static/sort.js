// Tables of the class "sortable": a click or Enter on a heading sorts by its column, again the other way round.
// Numbers go by size, texts by the alphabet; empty cells stay below.
const value = (row, place) => row.cells[place].textContent.trim().replace("−", "-");

function compare(one, other) {
  if (!one || !other) return one ? -1 : other ? 1 : 0;
  const [first, second] = [parseFloat(one), parseFloat(other)];
  return isNaN(first - second) ? one.localeCompare(other) : first - second;
}

function sort(table, heading) {
  const upwards = heading.getAttribute("aria-sort") === "descending";
  const place = heading.cellIndex;
  const [filled, empty] = [[], []];
  for (const row of table.tBodies[0].rows) (value(row, place) ? filled : empty).push(row);
  filled.sort((one, other) => (upwards ? 1 : -1) * compare(value(one, place), value(other, place)));
  table.tBodies[0].append(...filled, ...empty);
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", upwards ? "ascending" : "descending");
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const heading of table.tHead.rows[0].cells) {
    Object.assign(heading, { tabIndex: 0, title: "Sort by this column" });
    heading.style.cursor = "pointer";
    heading.addEventListener("click", () => sort(table, heading));
    heading.addEventListener("keydown", (event) => event.key === "Enter" && sort(table, heading));
  }
}
