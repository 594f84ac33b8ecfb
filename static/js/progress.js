// How far it is with what goes on behind a closed dialog, in the toast; there is no way back before all of it is done.
import { say } from "./act.js";

const toast = () => document.getElementById("toast");
const shown = () => toast().querySelector("[data-progress]");

// A message that is there for something else stays.
export function showProgress(text) {
  if (shown()) shown().textContent = text;
  else if (!toast().firstElementChild) {
    say(text);
    toast().firstElementChild.dataset.progress = "";
  }
}

// `last` is the template of the toast that takes its place, if there is one.
export function endProgress(last) {
  shown()?.remove();
  if (!last) return;
  toast().replaceChildren(last.content.cloneNode(true));
  htmx.process(toast());
}
