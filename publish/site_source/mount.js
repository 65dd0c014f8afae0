
// On a page without a kernel this follows a live explorer's script. Its place is the first that no script has taken.
const place = document.querySelector("[data-live]:not([data-mounted])");
const state = JSON.parse(place.dataset.live);
place.dataset.mounted = "";
place.replaceChildren();
widget.render({
  el: place,
  model: {
    get: (name) => state[name], // it only remembers its values
    set: (name, value) => (state[name] = value),
    on() {},
    off() {},
    save_changes() {},
  },
});
