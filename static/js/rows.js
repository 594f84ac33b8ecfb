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

const hasRows = () => document.querySelector("#memories .row");
const inRow = (target) => target.closest("#memories .row");
bind(["j"], "Next memory", () => walk(1), { when: hasRows });
bind(["k"], "Memory before", () => walk(-1), { when: hasRows });
bind(["ArrowDown"], "Next memory", () => walk(1), { when: inRow });
bind(["ArrowUp"], "Memory before", () => walk(-1), { when: inRow });
bind(["Enter"], "Open the memory", ({ target }) => target.querySelector("[data-panel]").click(), { when: (target) => target.matches("#memories .row:has([data-panel])") });
