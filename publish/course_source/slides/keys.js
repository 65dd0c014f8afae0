// A click on a control of a live figure leaves the keys with the deck. PageUp, PageDown and Space turn slides wherever the
// focus is; only a button or a box that was reached by Tab keeps Space, which presses it.
const controlled = () => document.activeElement?.closest("[data-live]") && document.activeElement;
const leave = () => controlled()?.blur();
document.addEventListener("pointerup", () => controlled()?.matches("select") || leave());
document.addEventListener("change", () => controlled()?.matches("select") && leave());
document.addEventListener(
  "keydown",
  (event) => {
    const turn = { PageUp: "prev", PageDown: "next", " ": event.shiftKey ? "prev" : "next" }[event.key];
    const pressed = event.key === " " && controlled()?.matches("button, [type=checkbox], [type=radio]");
    if (!turn || !controlled() || pressed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    leave();
    Reveal[turn]();
  },
  true,
);
