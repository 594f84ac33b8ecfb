// Adding images: each becomes a card with its description, and one after another they are sent. receiving.js takes them.
import { ask, say } from "./act.js";
import { open } from "./dialog.js";
import { suggested } from "./filenames.js";
import { bind } from "./keys.js";

const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const MOST_BYTES = 10_000_000; // as the server has it
const adding = () => document.getElementById("adding");
const form = () => document.getElementById("memory-form");
const dialog = () => adding().closest("dialog");
const cards = (...states) => [...document.querySelectorAll("#cards > .card")].filter((card) => !states.length || states.includes(card.dataset.state));
const description = (card) => card.querySelector("textarea");
const images = (number) => `${number.toLocaleString("en")} ${number === 1 ? "image" : "images"}`;

// A card is "new", "waiting", "sending", "saved", "failed" (it can be tried again) or "refused" (it cannot).
const unsaved = () => cards("new", "waiting", "sending", "failed");
const ready = () => cards("new", "failed");
const isBusy = () => cards("waiting", "sending").length > 0;

// Adding

const megabytes = (bytes) => (bytes < 100_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

// What the browser itself can tell; empty for what the server has to look at.
function refusal(file, isFolder) {
  if (isFolder) return "This is a folder. Add the images in it.";
  if (file.type && !TYPES.includes(file.type)) return "Only PNG, JPEG, WebP and GIF images can be added.";
  if (!file.size) return "The file is empty.";
  return file.size > MOST_BYTES ? "This is larger than 10 MB. Choose a smaller one." : "";
}

// Draws what is in the file, as much of its middle as fits; a file that the browser cannot read keeps its placeholder.
async function preview(card, file) {
  const canvas = card.querySelector("canvas");
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return;
  canvas.classList.add("is-drawn");
  const scale = Math.max(canvas.width / picture.width, canvas.height / picture.height);
  const [width, height] = [canvas.width / scale, canvas.height / scale];
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (picture.width - width) / 2, (picture.height - height) / 2, width, height, 0, 0, canvas.width, canvas.height);
  card.querySelector(".measure").textContent += `, ${picture.width} × ${picture.height}`;
  picture.close();
}

function toCard(file, isFolder) {
  const card = document.getElementById("card").content.firstElementChild.cloneNode(true);
  const [label, field] = [card.querySelector("label"), description(card)];
  card.dataset.state = "new";
  card.querySelector(".name").textContent = file.name;
  card.querySelector(".measure").textContent = isFolder ? "" : megabytes(file.size);
  card.querySelector("[data-remove]").setAttribute("aria-label", `Remove ${file.name}`);
  const why = refusal(file, isFolder);
  if (why) {
    const said = document.createElement("div");
    said.className = "refused";
    card.querySelector("form").replaceWith(said);
    complain(card, said, why);
    card.dataset.state = "refused";
    return card;
  }
  label.textContent = `Description of ${file.name}`;
  label.htmlFor = field.id = `description-${(count += 1)}`;
  card.querySelector("progress").setAttribute("aria-label", file.name);
  const carried = new DataTransfer();
  carried.items.add(file);
  const fields = card.querySelector("form").elements;
  fields.image.files = carried.files;
  fields.suggested.value = field.value = suggested(file.name);
  return card;
}
let count = 0;

function complain(card, place, sentence) {
  const said = document.createElement("p");
  said.className = "error";
  said.setAttribute("role", "alert");
  const title = document.createElement("strong");
  title.textContent = "Not saved.";
  said.append(title, ` ${sentence}`);
  place.replaceChildren(said);
}

// Files, or what was dropped as such, as pairs of a file and whether it is a folder.
export async function add(found) {
  const given = found.filter(([file]) => file);
  if (!given.length) return;
  if (!adding()) return say("Images can be added from the list of all memories.");
  if (adding().dataset.refused) return refuse(adding().dataset.refused);
  if (!unsaved().length) cards().forEach((card) => card.remove());
  const made = given.map(([file, isFolder]) => toCard(file, isFolder));
  document.getElementById("cards").append(...made);
  made.forEach((card) => htmx.process(card));
  takeText(made.filter((card) => card.dataset.state === "new"));
  if (dialog() && !dialog().open) open(dialog());
  update();
  const first = made.find((card) => card.dataset.state === "new") ?? made[0];
  first.scrollIntoView({ block: "nearest" });
  (description(first) ?? first.querySelector("[data-remove]")).focus({ preventScroll: true });
  tell(`${images(made.length)} to add.`, true); // which the button shows
  for (const [index, card] of made.entries()) if (card.dataset.state === "new") await preview(card, given[index][0]); // one at a time, for the memory's sake
}

// What was typed before is the description of an only image; of several it waits until they are saved.
let kept = "";
function takeText(made) {
  const field = form().elements.text;
  if (!field.value.trim()) return;
  if (made.length === 1 && cards().length === 1) description(made[0]).value = field.value;
  else kept = field.value;
  field.value = "";
}

function giveTextBack() {
  if (!kept || cards().length) return;
  form().elements.text.value = kept;
  kept = "";
}

function refuse(sentence) {
  if (dialog()?.open) return tell(sentence);
  const banner = document.createElement("div");
  banner.className = "banner";
  banner.setAttribute("role", "alert");
  banner.dataset.passing = "";
  const text = document.createElement("p");
  text.textContent = sentence;
  banner.append(text);
  document.getElementById("notice").replaceChildren(banner);
  banner.scrollIntoView({ block: "nearest" });
}

// Saving: one request after another, since the server decodes one picture at a time. What is saved together is one action in the
// history: the first answer names it, and the others name it in turn.

let queue = Promise.resolve();
let groups = 0;
let isChanged = false; // whether the list behind has to be renewed
const tokens = new Map();

function save(chosen) {
  const described = chosen.filter((card) => "described" in adding().dataset || description(card).value.trim());
  const blank = chosen.filter((card) => !described.includes(card));
  for (const card of blank) {
    complain(card, card.querySelector(".notices"), "Describe it in a few words.");
    description(card).setAttribute("aria-invalid", "true");
  }
  groups += 1;
  for (const card of chosen) card.dataset.group ??= groups; // also of one that only waits for its description
  for (const card of described) {
    card.dataset.state = "waiting";
    card.querySelector(".notices").replaceChildren();
    queue = queue.then(() => send(card));
  }
  update();
  if (blank.length) description(blank[0]).focus();
  if (described.length) queue = queue.then(finish);
}

async function send(card) {
  if (card.dataset.state !== "waiting" || !card.isConnected) return;
  card.dataset.state = "sending";
  update();
  const place = card.querySelector("form");
  place.elements.batch.value = tokens.get(card.dataset.group) ?? "";
  card.querySelector("progress").value = 0;
  const answered = new Promise((done) => card.addEventListener("htmx:afterRequest", done, { once: true }));
  place.requestSubmit();
  await answered;
  const token = card.querySelector("[data-batch]")?.dataset.batch;
  if (token) tokens.set(card.dataset.group, token);
  card.dataset.state = card.querySelector(".saved") ? "saved" : "failed";
  isChanged ||= card.dataset.state === "saved";
  update();
}

function finish() {
  if (isBusy()) return;
  if (isChanged) htmx.trigger(document.body, "memories-changed");
  isChanged = false;
  const there = cards("saved").filter((card) => card.querySelector("[data-there]")).length;
  const [saved, left] = [cards("saved").length - there, cards("failed", "refused").length];
  tell([saved && `${images(saved)} saved.`, there && `${images(there)} already there.`, left && `${images(left)} not saved.`].filter(Boolean).join(" "));
  if (dialog() && !dialog().open) return cards("failed").length ? open(dialog()) : clear();
  const at = document.activeElement;
  if (at !== document.body && at?.checkVisibility() && !at.matches("dialog")) return;
  const wrong = cards("failed")[0];
  (wrong ? description(wrong) : form().querySelector("[data-close-dialog], footer a"))?.focus({ preventScroll: true });
}

document.addEventListener("htmx:beforeSend", ({ detail: { elt, xhr } }) => {
  const bar = elt.closest?.(".card")?.querySelector("progress");
  xhr.upload.addEventListener("progress", ({ loaded, total }) => {
    if (bar && loaded < total) bar.value = loaded / total;
    else bar?.removeAttribute("value"); // all is sent; the server is looking at it
  });
});

// What the cards and the form say of how things stand.

function update() {
  const [all, number, busy] = [cards(), ready().length, isBusy()];
  const place = form();
  const button = place.querySelector("footer .primary");
  const closer = place.querySelector("[data-close-dialog], footer a");
  button.dataset.label ??= button.textContent;
  closer.dataset.label ??= closer.textContent;
  button.textContent = all.length ? `Save ${images(number)}` : button.dataset.label;
  button.hidden = all.length > 0 && !number;
  closer.textContent = busy && dialog() ? "Close" : all.length && !unsaved().length ? "Done" : closer.dataset.label;
  adding().parentElement.classList.toggle("is-adding", all.length > 0);
  const chooser = document.querySelector(".attach");
  if (all.length) adding().append(chooser);
  else place.querySelector(".field").after(chooser);
  for (const field of place.querySelectorAll(":scope > .field")) field.inert = busy;
  for (const card of all) {
    const state = card.dataset.state;
    card.querySelector("progress")?.toggleAttribute("hidden", !["waiting", "sending"].includes(state));
    card.querySelector("[data-again]")?.toggleAttribute("hidden", state !== "failed");
    card.querySelector("[data-remove]").hidden = ["waiting", "sending", "saved"].includes(state);
    if (description(card)) description(card).readOnly = ["waiting", "sending"].includes(state);
  }
  if (busy) tell(`Saving: ${cards("saved").length} of ${cards("saved", "waiting", "sending").length} done`);
  if (!all.length) tell("");
}

function tell(text, isForReaders = false) {
  const said = document.getElementById("adding-said");
  said.textContent = text;
  said.classList.toggle("sr", isForReaders);
}

function clear() {
  cards().forEach((card) => card.remove());
  giveTextBack();
  update();
}

function remove(card) {
  const next = card.nextElementSibling ?? card.previousElementSibling;
  card.remove();
  giveTextBack();
  update();
  if (next) next.querySelector("[data-remove]:not([hidden]), a")?.focus();
  else form().elements.text.focus();
}

document.addEventListener("click", (event) => {
  const card = event.target.closest(".card");
  if (card && event.target.closest("[data-remove]")) remove(card);
  else if (card && event.target.closest("[data-again]")) save([card]);
});

document.addEventListener("input", ({ target }) => {
  if (target.matches(".card textarea")) target.removeAttribute("aria-invalid");
});

// The form's own button saves the images while there are any.
document.addEventListener(
  "submit",
  (event) => {
    if (event.target !== form() || !adding() || !cards().length) return;
    event.preventDefault();
    event.stopPropagation();
    if (ready().length) save(ready());
  },
  true,
);
bind(["Ctrl+Enter"], "Save the images", () => form().requestSubmit(), { when: (target) => target.closest("#cards"), typing: true });

// What is not saved is not lost unasked.

async function leave() {
  const number = unsaved().length;
  const stays = dialog();
  if (number && !isBusy()) {
    const closer = form().querySelector("[data-close-dialog]");
    const question = number === 1 ? "The image is not saved." : `${images(number)} are not saved.`;
    if (!(await ask(closer, question, "Discard", "Go on"))) return;
  }
  if (!isBusy()) clear();
  stays.close(); // what is on its way goes on
}

document.addEventListener(
  "click",
  (event) => {
    if (!adding() || !cards().length || !event.target.closest("[data-close-dialog]") || event.target.closest("dialog") !== dialog()) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  },
  true,
);
document.addEventListener(
  "cancel",
  (event) => {
    if (!adding() || event.target !== dialog() || !cards().length) return;
    event.preventDefault();
    leave();
  },
  true,
);
window.addEventListener("beforeunload", (event) => {
  if (adding() && unsaved().length) event.preventDefault();
});
