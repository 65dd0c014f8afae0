// A click on a figure shows it large, in a dialog that Escape, its button or a click closes; without this script the
// link opens the picture alone. What scrolls sideways can be reached by the keyboard, and says that there is more.
const dialog = document.createElement("dialog");
dialog.className = "large";
dialog.innerHTML = '<button type="button">Close</button><div tabindex="0"></div>';
dialog.addEventListener("click", () => dialog.close());
document.body.append(dialog);
const box = dialog.lastChild;

for (const link of document.querySelectorAll("a.plot")) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const shown = [...link.querySelectorAll(".whole picture")].map((each) => each.cloneNode(true));
    const first = shown[0].querySelector("img"), frame = document.createElement("span");
    for (const each of shown) each.querySelector("img").loading = "eager";
    dialog.setAttribute("aria-label", first.alt);
    const ratio = first.getAttribute("width") / first.getAttribute("height");
    frame.className = "frame";
    frame.append(...shown);
    box.replaceChildren(frame);
    dialog.style.setProperty("--width", link.style.getPropertyValue("--width"));
    dialog.style.setProperty("--ratio", ratio);
    dialog.classList.toggle("drawn", link.matches(".phone"));
    dialog.classList.toggle("lying", ratio > 1 && !link.matches(".phone, [data-pieces]"));
    dialog.showModal();
    dialog.querySelector(".more")?.remove();
    cue(box, box.scrollWidth <= box.clientWidth + 1);
  });
}

// On a small screen the panels of a figure stand one below the other: windows on the same picture, in one scale.
// The text says where they stand in the whole picture; a few small words number them.
const small = matchMedia("(max-width: 540px)");

function stack(link) {
  const pictures = [...link.querySelectorAll(".whole img")], height = pictures[0].getAttribute("height");
  const panels = JSON.parse(link.dataset.pieces), all = document.createElement("span");
  const widths = panels.map((windows) => windows.reduce((sum, [, width]) => sum + width, 0));
  all.className = "pieces";
  panels.forEach((windows, place) => {
    const panel = all.appendChild(document.createElement("span"));
    panel.style.cssText = `width: ${(100 * widths[place]) / Math.max(...widths)}%; max-width: ${widths[place]}px`;
    panel.dataset.place = `panel ${place + 1} of ${panels.length}`;
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

/** Say behind a box that there is more to see in it, as long as there is, and only where it scrolls. */
function cue(box, down = false) {
  const more = down ? box.scrollHeight - box.clientHeight : box.scrollWidth - box.clientWidth;
  let said = box.nextElementSibling?.matches(".more") ? box.nextElementSibling : null;
  box.classList.toggle("cut", more > 1);
  if (!said && more <= 1) return;
  if (!said) {
    box.after((said = document.createElement("span")));
    said.className = "more";
    said.ariaHidden = "true";
    box.addEventListener("scroll", () => cue(box, down), { passive: true });
  }
  const ahead = more - (down ? box.scrollTop : box.scrollLeft) > 1;
  said.hidden = more <= 1;
  said.textContent = down ? (ahead ? "more ↓" : "↑ more") : ahead ? "swipe: more →" : "← more";
}

const CUED = ".highlight pre, .table-wrapper, .cell_output > .output:has(> table), .formula, a.plot.wide .whole";

function reachable() {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .cell_output, .cell_output > .output, .formula")) {
    if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth) box.tabIndex = 0;
  }
  document.querySelectorAll(CUED).forEach((each) => cue(each));
}

reachable();
window.addEventListener("resize", reachable);
window.addEventListener("load", reachable);
document.addEventListener("toggle", reachable, true);
