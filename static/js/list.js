// Back to a list that htmx has to fetch again: to the place one had scrolled to. Only that offset is stored, with the history.
const keep = () => history.replaceState({ ...history.state, offset: Math.round(scrollY) }, "");
let timer = 0;
let place = 0;

window.addEventListener(
  "scroll",
  () => {
    clearTimeout(timer);
    timer = setTimeout(keep, 120);
  },
  { passive: true },
);

// htmx writes a state of its own over each entry that it leaves, replaces or restores.
document.addEventListener("htmx:beforeHistoryUpdate", keep);
document.addEventListener("htmx:replacedInHistory", keep);
window.addEventListener("popstate", (event) => (place = event.state?.offset ?? 0), true);
document.addEventListener("htmx:historyRestore", () => scrollTo(0, place));

// Enter settles a search: what is typed next is a step of its own in the history.
let settled = "";
document.addEventListener("htmx:configRequest", ({ detail: { elt, headers, triggeringEvent } }) => {
  if (!elt.matches("form.search")) return;
  const asked = document.getElementById("q").value.trim();
  if (triggeringEvent?.type === "submit") settled = asked;
  else if (asked !== settled && settled === new URLSearchParams(location.search).get("q")) headers["Settled-Search"] = "true";
});

// Results of a search are read from the first one on.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.elt.matches("form.search")) scrollTo(0, 0);
});

document.documentElement.classList.add("has-script");

// An image that does not arrive at all (memoryweb itself is gone) leaves its description, not a broken square.
document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.(".shot img")) event.target.classList.add("is-missing");
  },
  true,
);
