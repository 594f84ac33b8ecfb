// What is selected: memories by their keys, or all that the filter finds. It stays while one goes on in the same list, in this tab.
import { ask, memories, post, say } from "./act.js";
import { bind } from "./keys.js";
import { openMove } from "./move.js";
import { current, keyOf, rows } from "./rows.js";

const STORED = "selection";
const MOST = 10_000;
let ids = new Set();
let every = false;
let but = new Set(); // of all that match, those that were unticked
let images = new Set(); // of the ids, those of images
let fixed = new Set(); // of the ids, those of memories that the person may not change
let filters = ""; // the list that it belongs to
let anchor = ""; // where a range begins

const bar = () => document.getElementById("selection");
const matching = () => document.getElementById("matching")?.dataset;
const boxes = () => [...document.querySelectorAll("#memories .check")];
const total = () => (matching()?.total === undefined ? null : Number(matching().total));
const number = () => (every ? total() && total() - but.size : ids.size);
const isEmpty = () => !every && !ids.size;
const isTicked = (key) => (every ? !but.has(key) : ids.has(key));

// What is sent: the selection, or a single memory by its key.
function values(key) {
  if (key) return { ids: key, number: 1 };
  return { ids: every ? "" : [...ids].join(" "), every: every ? "on" : "", but: [...but].join(" "), filters, number: number() ?? "" };
}

function keep() {
  if (isEmpty()) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, JSON.stringify({ filters, every, ids: [...ids], but: [...but], images: [...images], fixed: [...fixed] }));
  show();
}

export function clear() {
  [ids, but, images, fixed] = [new Set(), new Set(), new Set(), new Set()];
  every = false;
  anchor = "";
  keep();
}

// All that the filter finds, as far as it is known how many these are: "All 152 that match", "All 1,000 or more that match".
function allThatMatch() {
  const least = Number(matching()?.least ?? 0);
  const said = total() === null ? (least ? `${least.toLocaleString("en")} or more ` : "") : `${total().toLocaleString("en")} `;
  return `All ${said}that match`;
}

function add(box) {
  ids.add(box.value);
  if (box.dataset.image !== undefined) images.add(box.value);
  if (box.dataset.fixed !== undefined) fixed.add(box.value);
}

// What the bar offers beyond what is selected: first the rest of the page, then the rest of what the filter finds.
function more() {
  const all = boxes();
  const takeAll = () => ([every, but] = [true, new Set()]);
  if (every) return but.size ? { text: "All of them", take: takeAll } : null;
  if (all.some((box) => !ids.has(box.value))) return { text: `All ${all.length} on this page`, take: () => all.forEach(add) };
  if (matching()?.every === undefined || (total() ?? Infinity) <= ids.size || (total() === null && !document.querySelector("#pager a"))) return null;
  if (total() > MOST) return { text: `${total().toLocaleString("en")} match: too many at once, at most ${MOST.toLocaleString("en")}` };
  return { text: allThatMatch(), take: takeAll };
}

function takeMore() {
  more()?.take?.();
  keep();
}

function show() {
  if (!bar() || (isEmpty() && bar().hidden)) return;
  for (const box of boxes()) box.checked = isTicked(box.value);
  document.documentElement.classList.toggle("is-selecting", !isEmpty());
  bar().hidden = isEmpty();
  if (isEmpty()) return;
  const said = every ? allThatMatch() + (but.size ? ` but ${but.size.toLocaleString("en")}` : "") : `${number().toLocaleString("en")} selected`;
  const label = bar().querySelector("[data-selected]");
  if (label.textContent !== said) label.textContent = said;
  const offered = more();
  const button = bar().querySelector("[data-select-more]");
  button.hidden = !offered;
  button.textContent = offered?.text ?? "";
  button.disabled = Boolean(offered && !offered.take);
  for (const [name, why] of [["merge", whyNoMerge()], ["move-selection", whyNoChange()], ["delete-selection", whyNoChange()]]) {
    const action = bar().querySelector(`[data-${name}]`);
    if (!action) continue;
    action.title = why;
    action.disabled = Boolean(why);
  }
}

// Of a selection of which some can be changed, the server says which stay.
const whyNoChange = () => (!every && ids.size && [...ids].every((key) => fixed.has(key)) ? (bar().dataset.why ?? "") : "");

function whyNoMerge() {
  if (every || ids.size < 2 || ids.size > 20) return "Two to twenty memories can be merged: select them one by one.";
  return images.size ? "An image cannot be merged: only its description would stay." : whyNoChange();
}

// The rows are others than before: those that are selected are ticked again, unless it is another list.
function renew() {
  if (!matching() || matching().filters === undefined) return;
  if (matching().filters !== filters) {
    const stored = JSON.parse(sessionStorage.getItem(STORED) ?? "{}");
    const isSame = stored.filters === matching().filters;
    filters = matching().filters;
    [ids, but, images, fixed] = ["ids", "but", "images", "fixed"].map((name) => new Set((isSame && stored[name]) || []));
    every = Boolean(isSame && stored.every);
    keep();
  } else show();
}

function tick(box, isRange) {
  const all = boxes();
  const from = isRange ? all.findIndex(({ value }) => value === anchor) : -1;
  const to = all.indexOf(box);
  const range = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of range) {
    if (every) box.checked ? but.delete(one.value) : but.add(one.value);
    else if (box.checked) add(one);
    else [ids, images, fixed].forEach((keys) => keys.delete(one.value));
  }
  anchor = box.value;
  number() === 0 ? clear() : keep();
}

const said = ({ number }) => (number === "" ? "all that match" : memories(number));

// How many they are is asked about once: here, or by the server where only that can count them.
async function remove(button, key) {
  const sent = values(key);
  if (sent.number === "" || (await ask(button, `Delete ${said(sent)}?`, "Delete"))) post(bar().dataset.deleteUrl, sent);
}

function move(key) {
  const sent = values(key);
  openMove(sent, said(sent));
}

function merge() {
  const back = filters.split("?")[1];
  location.assign(`${bar().querySelector("[data-merge]").dataset.url}?${[...ids].map((id) => `id=${id}`).join("&")}${back ? `&${back}` : ""}`);
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("#memories .check");
  if (box) return tick(box, event.shiftKey);
  const button = event.target.closest("button");
  if (!button || !bar()) return;
  const key = keyOf(button.closest("#memories .row")) ?? button.closest(".panel, .viewed")?.dataset.key;
  if (button.matches("[data-select-more]")) takeMore();
  else if (button.matches("[data-clear]")) clear();
  else if (button.matches("[data-merge]")) merge();
  else if (button.matches("[data-move-selection]")) move();
  else if (button.matches("[data-delete-selection]")) remove(button);
  else if (button.matches("[data-move]") && key) move(key);
  else if (button.matches("[data-delete]") && key) remove(button, key);
});
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.matches(".check")) event.preventDefault(); // or the text between would be selected too
});
document.addEventListener("submit", (event) => {
  if (event.target !== bar()) return;
  for (const [name, value] of Object.entries(values())) if (bar().elements[name]) bar().elements[name].value = value;
});

const box = () => current()?.querySelector(".check");
const subject = () => (isEmpty() ? keyOf(current()) : ""); // "": the selection
const remover = () => (isEmpty() ? current()?.querySelector("[data-delete], .stays") : bar()?.querySelector("[data-delete-selection]"));
bind(["x"], "Select the memory", () => box().click(), { when: box });
bind(["X"], "Select all on this page, then all that match", takeMore, { when: () => bar() && boxes().length && more()?.take });
const why = () => (isEmpty() ? current()?.querySelector("[data-fixed]") && bar()?.dataset.why : bar() && whyNoChange());
bind(["m", "Delete", "#"], "", () => say(why()), { when: why });
bind(["e"], "", () => say(bar().dataset.why), { when: () => current()?.querySelector("[data-fixed]") && bar()?.dataset.why });
bind(["m"], "Move", () => move(subject()), { when: () => document.getElementById("move") && (!isEmpty() || current()?.querySelector("[data-move]")) });
bind(["Delete", "#"], "Delete", () => (remover().matches("button") ? remove(remover(), subject()) : say(remover().textContent)), { when: remover });
bind(["M"], "Merge what is selected", () => (whyNoMerge() ? say(whyNoMerge()) : merge()), { when: () => bar()?.querySelector("[data-merge]") && !isEmpty() });
bind(["E"], "Export what is selected", () => bar().requestSubmit(), { when: () => bar() && !isEmpty() });
bind(["Escape"], "Clear the selection", clear, { when: (target) => !isEmpty() && !target.closest("#editor") && !document.querySelector(".panel, :popover-open") });

document.addEventListener("memories-changed", clear);
document.addEventListener("submit", (event) => {
  const isAction = event.target.method === "post" && event.target !== bar() && !event.target.matches(".keeps");
  if (isAction && !event.defaultPrevented) clear(); // one that htmx sends tells what has changed
});
document.addEventListener("htmx:afterSettle", renew);
document.addEventListener("htmx:historyRestore", renew);
renew();
