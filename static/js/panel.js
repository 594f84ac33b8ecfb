import { bind } from "./keys.js";

// One memory as a panel over the list. The list stays in the page, so Back gives it as it was left.
const slot = () => document.getElementById("panel"); // looked up each time: going back, htmx replaces the whole body
const isOpen = () => Boolean(slot()?.firstElementChild);
const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
let opener = null;
let listTitle = "";
let waiting = 0;
const DOUBLE = 250; // ms within which a second click makes a double click

// The list grows narrower beside the panel; the row that was opened stays where it was.
async function show(url) {
  const row = opener?.closest(".row");
  const before = row?.getBoundingClientRect().top;
  await htmx.ajax("GET", url, { target: slot(), swap: "innerHTML" });
  if (row?.isConnected) scrollBy(0, row.getBoundingClientRect().top - before);
  slot().querySelector(".panel-body")?.focus({ preventScroll: true });
}

function mark() {
  document.querySelectorAll(".row.is-current").forEach((row) => row.classList.remove("is-current"));
  if (isOpen()) opener?.closest(".row")?.classList.add("is-current");
}

function clear() {
  slot().replaceChildren();
  if (opener && !opener.isConnected) opener = document.querySelector(`[data-panel][href="${CSS.escape(opener.getAttribute("href"))}"]`);
  mark();
  document.title = listTitle || document.title;
  opener?.focus({ preventScroll: true });
}

function close(listUrl) {
  if (history.state?.fromList) history.back();
  else if (document.getElementById("memories") && listUrl) {
    history.pushState(null, "", listUrl);
    clear();
  } else location.href = listUrl || "/";
}

document.addEventListener("click", (event) => {
  if (!slot() || !plain(event)) return;
  const closer = event.target.closest("[data-close-panel]");
  if (closer) {
    event.preventDefault();
    close(closer.href);
    return;
  }
  const link = event.target.closest("[data-panel]");
  if (link) {
    event.preventDefault();
    open(link);
    return;
  }
  clearTimeout(waiting);
  if (event.detail > 1 || event.target.closest("a, button, input, details, img, form, .acts, .is-selecting .pick") || !getSelection().isCollapsed) return;
  const inRow = event.target.closest(".row")?.querySelector("[data-panel]");
  if (!inRow) return;
  const mayBeDouble = event.target.closest(".text") && inRow.parentElement.querySelector("[data-edit]");
  if (mayBeDouble) waiting = setTimeout(open, DOUBLE, inRow); // a second click edits instead
  else open(inRow);
});

function open(link) {
  if (history.state?.panel) history.replaceState(history.state, "", link.href);
  else history.pushState({ panel: true, fromList: true }, "", link.href);
  opener = link;
  if (!isOpen()) listTitle = document.title;
  mark();
  show(link.href);
}

bind(["Escape"], "Close the memory", () => close(slot().querySelector("[data-close-panel]")?.href), {
  when: (target) => slot() && isOpen() && !target.closest("#editor") && !document.querySelector("dialog[open], :popover-open, .question"),
  typing: true,
});

// A search is about the list: the panel goes, and the address is the list's again.
document.addEventListener("input", (event) => {
  if (event.target.id !== "q" || !isOpen()) return;
  history.replaceState(null, "", slot().querySelector("[data-close-panel]").href);
  slot().replaceChildren();
  mark();
});

// Before htmx's own listener, which would fetch the whole page for what is still here.
window.addEventListener(
  "popstate",
  (event) => {
    if (event.state?.panel) {
      event.stopImmediatePropagation();
      show(location.href);
    } else if (isOpen() && document.getElementById("memories")) {
      event.stopImmediatePropagation();
      clear();
    }
  },
  true,
);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-link]");
  if (!button) return;
  const text = button.dataset.copyLink ? new URL(button.dataset.copyLink, location.href).href : document.querySelector(button.dataset.copy).value;
  const label = button.querySelector("span");
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copied";
  } catch {
    label.textContent = "Not allowed here";
  }
});

// Copying needs this script, so the buttons appear with it.
const reveal = () => document.querySelectorAll("[data-copy], [data-copy-link]").forEach((button) => (button.hidden = false));
document.addEventListener("htmx:afterSettle", () => {
  reveal();
  mark();
});
reveal();
// A page that shows a memory by its own address; Back to it shows the memory again.
if (isOpen()) history.replaceState({ ...history.state, panel: true }, "");
