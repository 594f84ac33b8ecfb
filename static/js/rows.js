// Walking through the list with the keys. The row that has the focus, or something in it, is the one that keys are about.
import { bind } from "./keys.js";

export const rows = () => [...document.querySelectorAll("#memories .row")];
export const current = () => document.activeElement?.closest("#memories .row") ?? document.querySelector("#memories .row.is-current");
export const rowOf = (key) => document.querySelector(`#memories .check[value="${CSS.escape(key)}"]`)?.closest(".row");
export const keyOf = (row) => row?.querySelector(".check")?.value;

export function focusOn(row) {
  row.tabIndex = -1;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

function walk(step) {
  const all = rows();
  const at = all.indexOf(current());
  const head = document.querySelector(".top").getBoundingClientRect().bottom;
  const next = at < 0 ? all.find((row) => row.getBoundingClientRect().top >= head) ?? all.at(-1) : all[at + step];
  if (next) focusOn(next);
}

// In a gallery: to the image that stands under this one, or over it.
function cross(step) {
  const boxes = rows().map((row) => ({ row, box: row.getBoundingClientRect() }));
  const here = current().getBoundingClientRect();
  const [middle, beyond] = [({ left, right }) => (left + right) / 2, boxes.filter(({ box }) => (box.top - here.top) * step > 1)];
  const line = beyond.at(step > 0 ? 0 : -1)?.box.top;
  const [next] = beyond.filter(({ box }) => box.top === line).sort((one, other) => Math.abs(middle(one.box) - middle(here)) - Math.abs(middle(other.box) - middle(here)));
  if (next) focusOn(next.row);
}

const hasRows = () => document.querySelector("#memories .row");
const inRow = (target) => target.closest("#memories .row");
bind(["j"], "Next memory", () => walk(1), { when: hasRows });
bind(["k"], "Memory before", () => walk(-1), { when: hasRows });
const inGallery = (target) => target.closest("#memories.gallery .row");
bind(["ArrowRight"], "Next memory", () => walk(1), { when: inGallery });
bind(["ArrowLeft"], "Memory before", () => walk(-1), { when: inGallery });
bind(["ArrowDown"], "Memory below", () => cross(1), { when: inGallery });
bind(["ArrowUp"], "Memory above", () => cross(-1), { when: inGallery });
bind(["ArrowDown"], "Next memory", () => walk(1), { when: inRow });
bind(["ArrowUp"], "Memory before", () => walk(-1), { when: inRow });
bind(["Enter"], "Open the image", ({ target }) => target.querySelector("[data-view]").click(), { when: (target) => target.matches("#memories.gallery .row:has([data-view])") });
bind(["Enter"], "Open the memory", ({ target }) => target.querySelector("[data-panel]").click(), { when: (target) => target.matches("#memories .row:has([data-panel])") });
bind(["o"], "Open the memory", () => current().querySelector("[data-panel]").click(), { when: () => current()?.querySelector("[data-panel]") });
