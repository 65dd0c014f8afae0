// A click on a figure shows it large, in a dialog that Escape, its button or a click closes; without this script the
// link opens the picture alone. What scrolls sideways can be reached by the keyboard.
const dialog = document.createElement("dialog");
dialog.className = "large";
dialog.innerHTML = '<button type="button">Close</button><div tabindex="0"></div>';
dialog.addEventListener("click", () => dialog.close());
document.body.append(dialog);

for (const link of document.querySelectorAll("a.plot")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const shown = [...link.querySelectorAll(".whole img")].map((picture) => picture.cloneNode());
    for (const picture of shown) picture.loading = "eager";
    dialog.setAttribute("aria-label", shown[0].alt);
    dialog.lastChild.replaceChildren(...shown);
    dialog.style.setProperty("--width", link.style.getPropertyValue("--width"));
    dialog.showModal();
  });
}

// On a small screen the panels of a figure stand one below the other: windows on the same picture, in one scale.
// The text says where they stand in the whole picture, and so does a small word beside each.
const small = matchMedia("(max-width: 540px)");
const SIDES = { 2: ["left", "right"], 3: ["left", "middle", "right"] };

function stack(link) {
  const pictures = [...link.querySelectorAll(".whole img")], height = pictures[0].getAttribute("height");
  const panels = JSON.parse(link.dataset.pieces), all = document.createElement("span");
  const widths = panels.map((windows) => windows.reduce((sum, [, width]) => sum + width, 0));
  all.className = "pieces";
  panels.forEach((windows, place) => {
    const panel = all.appendChild(document.createElement("span"));
    panel.style.cssText = `width: ${(100 * widths[place]) / Math.max(...widths)}%; max-width: ${widths[place]}px`;
    if (SIDES[panels.length]) panel.dataset.side = SIDES[panels.length][place];
    windows.forEach(([left, width], part) => {
      const piece = panel.appendChild(document.createElement("span"));
      piece.style.cssText = `flex: ${width} 1 0; aspect-ratio: ${width} / ${height}`;
      for (const picture of pictures) {
        const copy = piece.appendChild(picture.cloneNode());
        if (place + part) copy.alt = "";
        copy.style.cssText = `width: ${(100 * copy.getAttribute("width")) / width}%; margin-left: ${(-100 * left) / width}%`;
      }
    });
  });
  link.append(all);
}

function stackAll() {
  if (small.matches) document.querySelectorAll("a.plot[data-pieces]:not(:has(.pieces))").forEach(stack);
}

stackAll();
small.addEventListener("change", stackAll);

function reachable() {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .cell_output, .cell_output > .output, .formula")) {
    if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth) box.tabIndex = 0;
  }
}

reachable();
window.addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
