// Takes images that are dropped or pasted anywhere on the page, or chosen. What becomes of them, adding.js knows, which is fetched for them.
import { say } from "./act.js";

const place = () => document.getElementById("adding");

async function add(found) {
  const adding = await import("./adding.js").catch(() => null);
  return adding ? adding.add(found) : say("memoryweb does not answer, so nothing was added. Add the images again when it does.");
}

document.addEventListener("click", ({ target }) => target.closest("[data-choose]") && document.getElementById("image-files").click());
document.addEventListener("change", ({ target }) => {
  if (target.id !== "image-files") return;
  add([...target.files].map((file) => [file, false]));
  target.value = "";
});

// What is dragged out of the page itself is none of it.
let isOwn = false;
document.addEventListener("dragstart", () => (isOwn = true));
document.addEventListener("dragend", () => (isOwn = false));
const carriesFiles = (event) => !isOwn && event.dataTransfer?.types.includes("Files");
const overlay = (shows) => {
  const shown = document.getElementById("drop");
  if (shown && shown.matches(":popover-open") !== shows) shown.togglePopover(shows);
};

for (const type of ["dragenter", "dragover"]) {
  document.addEventListener(type, (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // else the browser would leave the page for the file
    event.dataTransfer.dropEffect = "copy";
    overlay(Boolean(place()) && !place().dataset.refused);
  });
}
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) overlay(false);
});
document.addEventListener("drop", (event) => {
  overlay(false);
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
  add(items.map((item) => [item.getAsFile(), Boolean(item.webkitGetAsEntry()?.isDirectory)]));
});

// Copied from a document, a picture comes along with text, and the text is meant; with copied files come only their names.
document.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  const names = new Set(files.map((file) => file.name));
  const lines = event.clipboardData.getData("text/plain").split(/[\r\n]+/).filter((line) => line.trim());
  const isWritten = lines.some((line) => !names.has(line.split("/").pop()));
  if (isWritten && event.target.closest?.("input, textarea, [contenteditable]")) return;
  event.preventDefault();
  add(files.map((file) => [file, false]));
});
