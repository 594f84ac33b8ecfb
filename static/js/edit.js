// Editing a memory in its row. Without this, the same links lead to a page with the same form.
import { ask } from "./act.js";
import { bind } from "./keys.js";
import { renewIfOld } from "./list.js";
import { current, focusOn, keyOf, rowOf, rows } from "./rows.js";

const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const editor = () => document.getElementById("editor");
const inList = () => document.querySelector("#memories #editor");
const stamp = (form) => JSON.stringify(["text", "date", "bucket", "new_bucket"].map((name) => form?.elements[name]?.value ?? ""));
let before = null; // the row that the editor stands for
let initial = ""; // what the editor said at first
let saving = null; // where it stood, and whether to go on

export const isDirty = () => Boolean(editor()) && stamp(editor()) !== initial;

// An image stays in sight while it is described.
function keepImage() {
  const image = before?.querySelector("figure img");
  if (!image || editor().parentElement.querySelector("figure")) return;
  const figure = Object.assign(document.createElement("figure"), { className: "shot" });
  figure.append(image.cloneNode());
  editor().before(figure);
}

export function begin() {
  initial = stamp(editor());
  const text = editor().elements.text;
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
}

async function open(row) {
  const link = row.querySelector("[data-edit]");
  if (!link || !(await leave())) return;
  before = row.cloneNode(true);
  await htmx.ajax("GET", link.href, { target: row, swap: "outerHTML" });
  if (!inList()) return;
  keepImage();
  begin();
  editor().closest(".row").scrollIntoView({ block: "nearest" });
}

// Whether the editor is closed; asks if something was changed.
async function leave() {
  if (!inList()) return true;
  if (isDirty() && !(await ask(editor().querySelector("[data-close-editor]"), "Leave without saving?", "Leave", "Go on writing"))) return false;
  close();
  return true;
}

function close() {
  editor().closest(".row").replaceWith(before);
  htmx.process(before);
  focusOn(before);
  renewIfOld();
}

// The row behind this one that can be edited; fetches more of the list at its end.
async function following(row) {
  const behind = () => rows().slice(rows().indexOf(row) + 1).find((one) => one.querySelector("[data-edit]"));
  const more = document.querySelector("#pager a[hx-get]");
  if (!behind() && more) {
    await new Promise((done) => {
      document.addEventListener("htmx:afterSettle", done, { once: true });
      more.click();
    });
  }
  return behind();
}

document.addEventListener("click", async (event) => {
  if (!plain(event)) return;
  const closer = event.target.closest("[data-close-editor]");
  if (closer && inList()) {
    event.preventDefault();
    if (closer.matches("[data-theirs]")) {
      close();
      renewIfOld(true);
    } else leave();
    return;
  }
  const link = event.target.closest("[data-edit]");
  const row = link && (link.closest("#memories .row") ?? rowOf(link.dataset.edit));
  if (!row) return;
  event.preventDefault();
  if (link.closest(".panel")) document.querySelector(".panel [data-close-panel]").click();
  open(row);
});

document.addEventListener("dblclick", (event) => {
  const row = event.target.closest("#memories .row .text") && event.target.closest(".row");
  if (!row?.querySelector("[data-edit]") || event.target.closest("a, button, img")) return;
  getSelection().removeAllRanges();
  open(row);
});

document.addEventListener("submit", (event) => {
  if (event.target.id === "editor") saving = { item: event.target.closest("li"), goesOn: Boolean(event.submitter?.matches("[data-next]")) };
});

// The answer has taken the editor's place: the row as it is now, or the editor again with what is wrong.
document.addEventListener("htmx:afterSettle", async ({ detail }) => {
  if (detail.requestConfig?.elt.id !== "editor" || !saving) return;
  const { item, goesOn } = saving;
  saving = null;
  const row = item?.querySelector(".row");
  if (inList()) keepImage();
  if (!row || editor()) return editor()?.querySelector("[autofocus]")?.focus();
  const next = goesOn && (await following(row));
  if (next) return open(next);
  focusOn(row);
  renewIfOld();
});

// A search would sweep the editor away.
document.addEventListener("htmx:beforeRequest", async (event) => {
  if (event.detail.target?.id !== "results" || !inList() || !isDirty()) return;
  event.preventDefault();
  const isSearch = event.detail.elt.matches("form.search");
  if ((await leave()) && isSearch) htmx.trigger(event.detail.elt, "submit");
});

const inEditor = (target) => inList() && target.closest("#editor");
bind(["Escape"], "Leave the editor", leave, { when: inEditor, typing: true });
bind(["Ctrl+Shift+Enter"], "Save, and edit the next memory", () => editor().requestSubmit(editor().querySelector("[data-next]")), {
  when: (target) => inEditor(target) && editor().querySelector("[data-next]"),
  typing: true,
});
bind(["e"], "Edit the memory", () => open(current()), { when: () => current()?.querySelector("[data-edit]") });

// What was typed is not lost by a click on a link or a closed tab: unless the service has it, or it is on its way.
let sending = false;
const merging = () => document.getElementById("merge");
const unmerged = stamp(merging());
document.addEventListener("submit", (event) => {
  sending = event.target.matches("#editor, #merge") && !event.defaultPrevented; // htmx prevents it, and stays on the page
});
document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
  if (detail.xhr.getResponseHeader("HX-Redirect") && detail.xhr.status < 300) sending = true;
});
window.addEventListener("beforeunload", (event) => {
  if (!sending && (isDirty() || (merging() && stamp(merging()) !== unmerged))) event.preventDefault();
});
if (editor()) begin();
