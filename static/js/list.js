// Back to a list that htmx has to fetch again: to the place one had scrolled to. Only that offset is stored, with the history.
let timer = 0;

window.addEventListener(
  "scroll",
  () => {
    clearTimeout(timer);
    timer = setTimeout(() => history.replaceState({ ...history.state, offset: Math.round(scrollY) }, ""), 120);
  },
  { passive: true },
);

document.documentElement.classList.add("has-script");
document.addEventListener("htmx:historyRestore", () => scrollTo(0, history.state?.offset ?? 0));

// An image that does not arrive at all (memoryweb itself is gone) leaves its description, not a broken square.
document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.(".shot img")) event.target.classList.add("is-missing");
  },
  true,
);
