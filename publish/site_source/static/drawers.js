// The icons of the two drawers are labels of hidden boxes: here they become buttons for the keyboard. A closed drawer is
// hidden (`site.css`); an open one is closed by Escape, by a link in it, and when the focus goes on to something else.
const DRAWERS = { __navigation: [".sidebar-drawer", "Pages and search"], __toc: [".toc-drawer", "On this page"] };

for (const [id, [place, name]] of Object.entries(DRAWERS)) {
  const box = document.getElementById(id), drawer = document.querySelector(place);
  const icons = [...document.querySelectorAll(`label[for="${id}"]:not(.overlay)`)];
  const tell = () => icons.forEach((icon) => icon.setAttribute("aria-expanded", box.checked));
  const turn = (open) => ((box.checked = open), tell());

  for (const icon of icons) {
    for (const [key, value] of [["role", "button"], ["tabindex", 0], ["aria-label", name]]) icon.setAttribute(key, value);
    icon.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      turn(!box.checked);
      const seen = [...drawer.querySelectorAll("a")].find((each) => each.getClientRects().length);
      if (box.checked) seen?.focus({ preventScroll: true });
    });
  }
  box.addEventListener("change", tell);
  drawer.addEventListener("click", (event) => event.target.closest("a") && turn(false));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !box.checked) return;
    turn(false);
    icons.find((icon) => icon.getClientRects().length)?.focus();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (box.checked && ![drawer, ...icons].some((each) => each.contains(target))) turn(false);
  });
  tell();
}
