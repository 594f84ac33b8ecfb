// One image, large, over the list. The list stays in the page underneath; it says which image is next, and Back only closes the viewer.
import { ask, post } from "./act.js";
import { copyImage } from "./copying.js";
import { begin, isDirty } from "./edit.js";
import { bind, help } from "./keys.js";
import { renewIfOld } from "./list.js";
import { rowOf } from "./rows.js";
import { isZoomed, onSwipe, pan, reset, watch, zoomIn, zoomOut } from "./zoom.js";

const viewer = () => document.getElementById("viewer"); // looked up each time: going back, htmx replaces the whole body
const body = () => document.getElementById("viewer-body");
const viewed = () => body()?.querySelector(".viewed");
const editor = () => viewer()?.querySelector("#editor");
const isOpen = () => Boolean(viewer()?.open);
const links = () => [...document.querySelectorAll("#memories [data-view]")];
const path = (url) => new URL(url, location.href).pathname;
const isShown = (link) => path(link.dataset.view) === path(shown);
const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const MOST_PREPARED = 12;
const prepared = new Map(); // by address, what is next and the one before, so that they are there at once
const watched = new WeakSet();
let shown = location.href;
let place = -1; // in the list
let opener = null;
let titleBefore = "";
let isClosing = false; // until the history has gone back
let renewal = null; // the answer that renewed the list last

// Going from image to image

// Show what is at `url`; `enter` writes the address, once it is there.
async function show(url, enter = () => {}) {
  const before = shown;
  shown = url;
  const html = prepared.get(url);
  try {
    if (html) htmx.swap(body(), html, { swapStyle: "innerHTML" });
    else await htmx.ajax("GET", url, { target: body(), swap: "innerHTML" });
  } catch {
    if (shown === url) shown = before; // notices.js has said it
    return;
  }
  if (shown !== url) return;
  enter();
  present();
}

function present() {
  if (!viewer().matches(":modal")) {
    viewer().removeAttribute("open"); // as the server opens it
    titleBefore = document.title;
    viewer().showModal();
    viewer().append(document.getElementById("toast")); // what is outside cannot be reached
    viewer().focus();
  }
  if (!watched.has(viewer())) {
    watched.add(viewer());
    watch(viewer());
  }
  reset();
  keepFocus();
  document.title = "Image · memoryweb";
  const original = viewer().querySelector("[data-original]");
  original.hidden = !viewed();
  if (viewed()) original.href = viewed().dataset.original;
  tellPlace();
  tellSelected();
}

// What had the focus may be gone, with the image before or a dialog above; the keys go on meaning the viewer.
function keepFocus() {
  if (isOpen() && document.activeElement === document.body) viewer().focus();
}

function tellPlace() {
  const all = links();
  place = all.findIndex(isShown);
  const more = document.querySelector("#pager a[hx-get]");
  const skipped = Number(new URLSearchParams(location.search).get("skip") ?? 0);
  const total = document.querySelector("#memories.gallery") && document.getElementById("matching").dataset.total;
  const said = place < 0 ? "" : `${skipped + place + 1} of ${total ?? `${skipped + all.length}${more ? "+" : ""}`}`;
  viewer().querySelector("[data-position]").textContent = said;
  const [before, behind] = viewer().querySelectorAll("[data-step]");
  [before.hidden, behind.hidden] = [place < 0, place < 0];
  before.setAttribute("aria-disabled", String(place === 0));
  behind.setAttribute("aria-disabled", String(place === all.length - 1 && !more));
  if (place < 0) return;
  prepare(all[place + 1]);
  prepare(all[place - 1]);
  if (place >= all.length - 3 && more) loadMore().then(() => isOpen() && links().length > all.length && tellPlace());
}

// Fetch what a link of the list shows, and its image.
async function prepare(link) {
  const url = link?.dataset.view;
  if (!url || prepared.has(url)) return;
  if (prepared.size >= MOST_PREPARED) prepared.clear();
  prepared.set(url, "");
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  const html = answer?.ok ? await answer.text() : "";
  const image = new DOMParser().parseFromString(html, "text/html").querySelector(".stage img");
  if (!image) return prepared.delete(url); // asked for again, it says why
  prepared.set(url, html);
  const { sizes, srcset, src } = image;
  Object.assign(new Image(), { sizes, srcset, src });
}

// The next part of the list, when it has one.
function loadMore() {
  const link = document.querySelector("#pager a[hx-get]");
  return new Promise((done) => {
    if (!link) return done();
    const settled = ({ detail }) => {
      if (!["memories", "pager"].includes(detail.target?.id)) return;
      document.removeEventListener("htmx:afterSettle", settled);
      done();
    };
    document.addEventListener("htmx:afterSettle", settled);
    link.click();
  });
}

const goTo = (link) => show(link.dataset.view, () => history.replaceState(history.state, "", link.dataset.view));

async function step(by) {
  if (place < 0 || !(await leave())) return;
  const at = links().findIndex(isShown); // the list may have been renewed since
  const next = (at < 0 ? place : at) + by;
  if (next >= links().length) await loadMore();
  if (links()[next]) goTo(links()[next]);
}

async function goToEnd(link) {
  if (place >= 0 && (await leave())) goTo(link);
}

// Opening and closing

export function open(link) {
  if (!isOpen()) opener = link;
  show(link.dataset.view, () => history.pushState({ viewer: (history.state?.viewer ?? 0) + 1 }, "", link.dataset.view));
}

// Whether what is written in it may go; the editor is then closed.
async function leave() {
  if (!editor()) return true;
  if (isDirty() && !(await ask(editor().querySelector("[data-close-editor]"), "Leave without saving?", "Leave", "Go on writing"))) return false;
  await show(shown);
  renewIfOld();
  return true;
}

async function close() {
  if (isClosing || !(await leave()) || isClosing) return;
  isClosing = Boolean(history.state?.viewer);
  if (isClosing) return history.go(-history.state.viewer);
  history.pushState(null, "", viewer().querySelector("[data-close-viewer]").href);
  hide();
}

function hide() {
  const ends = [opener, ...links()].filter((link) => link?.isConnected);
  const back = ends.find(isShown) ?? ends[0];
  document.body.append(document.getElementById("toast"));
  viewer().close();
  body().replaceChildren();
  document.title = titleBefore;
  isClosing = false;
  back?.focus({ preventScroll: true });
  const reveal = () => back?.closest(".row")?.scrollIntoView({ block: "nearest" });
  reveal();
  requestAnimationFrame(reveal); // going back, the browser scrolls to where the list was, just after this
}

// Steps in the history that concern the viewer; looking.js hands them over.
export function popped(event) {
  if (event.state?.viewer !== undefined) {
    event.stopImmediatePropagation();
    isClosing = false;
    show(location.href);
  } else if (isOpen() && editor() && isDirty()) {
    event.stopImmediatePropagation();
    history.pushState({ viewer: 1 }, "", shown);
    close();
  } else if (isOpen()) {
    const isPanelThere = Boolean(document.querySelector("#panel > *"));
    if (isPanelThere === Boolean(event.state?.panel)) event.stopImmediatePropagation();
    hide();
  }
}

// A phone's own way back, or Escape where no key was bound to it.
document.addEventListener(
  "cancel",
  (event) => {
    if (event.target !== viewer()) return;
    event.preventDefault();
    close();
  },
  true,
);

document.addEventListener("close", () => setTimeout(keepFocus), true); // of a dialog above it

document.addEventListener("click", (event) => {
  if (!viewer() || !plain(event)) return;
  const link = event.target.closest("[data-view]");
  const button = event.target.closest("#viewer :is(button, a)");
  if (link) {
    event.preventDefault();
    open(link);
  } else if (!button) return;
  else if (button.matches("[data-close-viewer]")) {
    event.preventDefault();
    close();
  } else if (button.matches("[data-close-editor]")) {
    event.preventDefault();
    button.matches("[data-theirs]") ? show(shown).then(() => renewIfOld(true)) : leave();
  } else if (button.matches("[data-panel]")) hide(); // panel.js opens it
  else if (button.matches("[data-step]")) step(Number(button.dataset.step));
  else if (button.matches("[data-zoom]")) button.dataset.zoom === "in" ? zoomIn() : zoomOut();
  else if (button.matches("[data-copy-image]")) copyImage(viewed().dataset.original);
  else if (button.matches("[data-select]")) select();
});

// What can be done

const box = () => rowOf(viewed()?.dataset.key)?.querySelector(".check");

function tellSelected() {
  const button = viewer().querySelector("[data-select]");
  button.hidden = !box();
  button.setAttribute("aria-pressed", String(Boolean(box()?.checked)));
}

function select() {
  box().click();
  tellSelected();
}

// Something was written, and the list has been fetched again: what is gone from it makes room for the next one.
document.addEventListener("memories-changed", () => prepared.clear());
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!isOpen()) return;
  keepFocus();
  if (detail.target?.id === "results" && !editor()) {
    if (detail.xhr === renewal) return; // told once for each part of the list
    renewal = detail.xhr;
    const all = links();
    if (place < 0 || all.some(isShown)) show(shown);
    else if (all.length) goTo(all[Math.min(place, all.length - 1)]);
    else close();
  } else if (detail.target?.id === "viewer-about" && editor()) {
    begin();
    editor().elements.text.dispatchEvent(new Event("input", { bubbles: true })); // so that the weekday is named
  } else if (detail.target?.id === "viewer-body") tellSelected();
});

const inViewer = (target) => isOpen() && !document.querySelector("dialog[open]:not(#viewer), .ask") && !target.closest("#editor");
const offered = (selector) => (target) => inViewer(target) && viewed()?.querySelector(selector);
const press = (selector) => () => viewed().querySelector(selector).click();
const key = (keys, says, run, when = inViewer) => bind(keys, says, run, { when, typing: true });
const inWhole = (target) => inViewer(target) && !isZoomed();
const inPart = (target) => inViewer(target) && isZoomed();
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const look = ({ key }) => pan(...arrows[key]);
key(["ArrowRight"], "Next image", () => step(1), inWhole);
key(["ArrowLeft"], "Previous image", () => step(-1), inWhole);
key(Object.keys(arrows), "Move about in the image", look, inPart);
key(Object.keys(arrows).map((name) => `Shift+${name}`), "", look, inPart);
key(["Home"], "First image", () => goToEnd(links()[0]));
key(["End"], "Last image that is loaded", () => goToEnd(links().at(-1)));
key(["+", "="], "Zoom in, as the wheel does; the arrow keys then move the image", zoomIn);
key(["-"], "Zoom out", zoomOut);
key(["0"], "Whole image", reset);
key(["e"], "Edit the description", press("[data-edit-here]"), offered("[data-edit-here]"));
key(["m"], "Move", press("[data-move]"), offered("[data-move]"));
key(["x"], "Select the image", select, (target) => inViewer(target) && box());
key(["Delete", "#"], "Delete", press("[data-delete]"), offered("[data-delete]"));
key(["Ctrl+z"], "Undo what you did last", () => post(document.getElementById("undo-last").action));
key(["?"], "Show these keys", () => help(document.activeElement));
key(
  ["Escape"],
  "Close the image",
  () => (editor() ? leave() : close()),
  () => isOpen() && !document.querySelector("dialog[open]:not(#viewer), .ask"),
);

onSwipe(step);
if (isOpen()) {
  history.replaceState({ ...history.state, viewer: 0 }, "");
  present();
}
