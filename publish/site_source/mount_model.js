
// On the site: show a model at each of its places. A place keeps its own state; nothing is told to a kernel.
function mountModel(name, explorer) {
  const render = renderer(explorer);
  for (const el of document.querySelectorAll(`[data-model="${name}"]:not([data-mounted])`)) {
    const state = JSON.parse(el.dataset.live);
    el.dataset.mounted = "";
    el.replaceChildren();
    const set = (key, value) => (state[key] = value), none = () => {};
    render({ el, model: { get: (key) => state[key], set, on: none, off: none, save_changes: none } });
  }
}
