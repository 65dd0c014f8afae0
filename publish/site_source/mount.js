
// On a page without a kernel this follows a live explorer's script: a model that only remembers its values.
for (const place of document.querySelectorAll("[data-live]")) {
  const state = JSON.parse(place.dataset.live);
  place.replaceChildren();
  widget.render({
    el: place,
    model: {
      get: (name) => state[name],
      set: (name, value) => (state[name] = value),
      on() {},
      off() {},
      save_changes() {},
    },
  });
}
