import { post } from "./act.js";
import { bind } from "./keys.js";
import { focusOn, keyOf, rowOf, rows } from "./rows.js";

// Back to a list that htmx has to fetch again: to the place one had scrolled to. Only that offset is stored, with the history. It is
// read as one scrolls: to ask for it amid a change of the page would lay that out at once, and hold up whoever types.
let offset = 0;
const keep = () => history.replaceState({ ...history.state, offset }, "");
let timer = 0;
let place = 0;

window.addEventListener(
  "scroll",
  () => {
    offset = Math.round(scrollY);
    clearTimeout(timer);
    timer = setTimeout(keep, 120);
  },
  { passive: true },
);

// htmx writes a state of its own over each entry that it leaves, replaces or restores.
document.addEventListener("htmx:beforeHistoryUpdate", keep);
document.addEventListener("htmx:replacedInHistory", keep);
window.addEventListener("popstate", (event) => (place = event.state?.offset ?? 0), true);
document.addEventListener("htmx:historyRestore", () => restore(place));

// Rows that are laid out a moment later have no heights of their own yet, and a place among them can only be found with these.
function restore(offset) {
  document.querySelectorAll("#memories .later").forEach((row) => row.classList.remove("later"));
  scrollTo(0, offset);
}
if (history.state?.offset && document.querySelector("#memories .later")) restore(history.state.offset);

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
  if (offset && event.detail.requestConfig?.elt.matches("form.search")) scrollTo(0, 0);
});

// htmx says goodbye to each element that goes, with two events, and nobody listens to those of the list. Replaced at one go it takes
// half the time, and no key waits for the rest.
htmx.defineExtension("at-once", {
  handleSwap(style, target, fragment) {
    if (style !== "innerHTML" || target.id !== "results") return false;
    const arrived = [...fragment.children];
    target.replaceChildren(...fragment.childNodes);
    return arrived;
  },
});

// The navigation, a third of what an answer brings, follows one frame after the list, so that no key waits for both. htmx knows nothing in it.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id !== "buckets") return;
  event.preventDefault();
  requestAnimationFrame(() =>
    setTimeout(() => {
      target.replaceChildren(...fragment.childNodes);
      htmx.trigger(target, "buckets-renewed");
    }),
  );
});

document.documentElement.classList.add("has-script");

// An image that does not arrive at all (memoryweb itself is gone) leaves its description in its place, not a broken square.
const shown = ":is(.shot, .pic, .stage) img";
function miss(image) {
  const said = Object.assign(document.createElement("span"), { className: "missing", role: "img", textContent: image.alt });
  said.setAttribute("aria-label", image.alt);
  const { width, height } = image.getBoundingClientRect();
  if (image.closest(".shot")) Object.assign(said.style, { width: `${width}px`, height: `${height}px` });
  image.replaceWith(said);
}
document.addEventListener("error", ({ target }) => target.matches?.(shown) && miss(target), true);
// One that has arrived may be transparent, and gets what it can be seen on; before, that would only glare.
const arrived = (image) => image.classList.add("is-here");
document.addEventListener("load", ({ target }) => target.matches?.(shown) && arrived(target), true);
window.addEventListener("load", () => {
  document.querySelectorAll(shown).forEach((image) => image.complete && image.naturalWidth && arrived(image));
  const failed = ({ complete, currentSrc, naturalWidth }) => complete && currentSrc && !naturalWidth; // before this listened
  [...document.querySelectorAll(shown)].filter(failed).forEach(miss);
});

// Something was written: the list is fetched again where it is. What stood at the top of the window stays there, and the focus stays
// with its row, or with the one that took its place. An open editor is not swept away; the list waits until it is closed.
const MOST_ROWS = 990; // as the server has it
let isOld = false;

async function renew() {
  const results = document.getElementById("results");
  if (!results || !document.getElementById("matching")) return;
  isOld = Boolean(document.getElementById("editor"));
  if (isOld) return;
  const all = rows();
  const at = all.indexOf(document.activeElement?.closest(".row"));
  const focused = keyOf(all[at]);
  const head = document.querySelector(".top").getBoundingClientRect().bottom;
  const seen = all.map((row) => [keyOf(row), row.getBoundingClientRect().top]).filter(([key, top]) => key && top >= head);
  const url = new URL(document.getElementById("matching").dataset.filters, location.href);
  const here = new URLSearchParams(location.search);
  for (const name of ["sort", "skip"]) if (here.get(name)) url.searchParams.set(name, here.get(name));
  if (here.has("rows") || all.length > Number(document.getElementById("matching").dataset.page)) url.searchParams.set("rows", Math.min(Math.max(all.length, Number(here.get("rows"))), MOST_ROWS));
  await htmx.ajax("GET", url.pathname + url.search, { source: results, target: results, swap: "innerHTML" });
  const [key, top] = seen.find(([one]) => rowOf(one)) ?? [];
  if (key) scrollBy(0, rowOf(key).getBoundingClientRect().top - top);
  if (at >= 0 && document.activeElement === document.body) {
    const row = rowOf(focused) ?? rows()[Math.min(at, rows().length - 1)];
    if (row) focusOn(row);
  }
}

// The panel tells how its memory is now; it goes when that is gone.
async function renewPanel() {
  const listUrl = document.querySelector(".panel[data-key] [data-close-panel]")?.href;
  if (!listUrl) return;
  await htmx.ajax("GET", document.querySelector(".panel").dataset.url, { source: "#panel", target: "#panel", swap: "innerHTML" });
  const closer = document.querySelector(".panel:not([data-key]) [data-close-panel]");
  if (!closer) return;
  closer.href = listUrl;
  closer.click();
}

export function renewIfOld(isSure = false) {
  if (isOld || isSure) renew();
}

function spareEditor({ detail }) {
  const asker = detail.requestConfig?.elt; // none for what comes beside the answer to a form
  if (detail.target.id !== "results" || (asker && asker.id !== "results") || !document.querySelector("#memories #editor")) return;
  detail.shouldSwap = false;
  isOld = true;
}

document.addEventListener("htmx:beforeSwap", spareEditor);
document.addEventListener("htmx:oobBeforeSwap", spareEditor);
document.addEventListener("memories-changed", renew);
document.addEventListener("memories-changed", renewPanel);

// A question takes the focus; when it is cancelled, the focus goes back to where it was.
const toast = () => document.getElementById("toast");
const question = () => toast()?.querySelector(".question");
let asker = null;
document.addEventListener("htmx:beforeSwap", ({ detail: { target } }) => {
  if (target === toast() && !target.contains(document.activeElement)) asker = document.activeElement;
});

function closeToast() {
  const hadFocus = toast().contains(document.activeElement);
  [...sent].filter((elt) => elt !== toast()).forEach(giveUp);
  toast().replaceChildren();
  if (hadFocus && asker?.isConnected) asker.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close-toast]")) return;
  event.preventDefault();
  closeToast();
});
bind(["Escape"], "Cancel", closeToast, { when: question });

// An answer for the toast is not waited for when what asked for it is going: htmx would look for its place there.
const sent = new Set();
function giveUp(elt) {
  if (sent.delete(elt)) htmx.trigger(elt, "htmx:abort");
}
document.addEventListener("htmx:beforeSend", ({ detail: { elt } }) => {
  if (elt.closest("#toast")) sent.add(elt);
});
document.addEventListener("htmx:beforeOnLoad", ({ detail: { elt } }) => sent.delete(elt));
document.addEventListener("htmx:beforeCleanupElement", ({ target }) => giveUp(target));

const undo = () => document.getElementById("undo-last");
bind(["Ctrl+z"], "Cancel", closeToast, { when: question }); // or an older action would be taken back, of which nobody thinks then
bind(["Ctrl+z"], "Undo what you did last", () => post(undo().action), { when: undo });
