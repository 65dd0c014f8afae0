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
    const shown = [...link.children].map((picture) => picture.cloneNode());
    for (const picture of shown) picture.loading = "eager";
    dialog.setAttribute("aria-label", shown[0].alt);
    dialog.lastChild.replaceChildren(...shown);
    dialog.style.setProperty("--width", link.style.getPropertyValue("--width"));
    dialog.showModal();
  });
}

function reachable() {
  for (const box of document.querySelectorAll("pre, .table-wrapper, .cell_output, .cell_output > .output, math[display=block]")) {
    if (box.scrollWidth > box.clientWidth + 1 && box.clientWidth) box.tabIndex = 0;
  }
}

reachable();
window.addEventListener("resize", reachable);
document.addEventListener("toggle", reachable, true);
