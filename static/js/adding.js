// Adding images: each becomes a card with its description, and one after another they are sent. receiving.js takes them.
import { ask, say } from "./act.js";
import { open } from "./dialog.js";
import { cards, complain, describe, description, images, preview, toCard } from "./cards.js";
import { bind } from "./keys.js";
import { endProgress, showProgress } from "./progress.js";
import { miss, offerSame } from "./undescribed.js";

const adding = () => document.getElementById("adding");
const form = () => document.getElementById("memory-form");
const dialog = () => adding().closest("dialog");
const unsaved = () => cards("new", "waiting", "sending", "failed");
const ready = () => cards("new", "failed");
const isBusy = () => cards("waiting", "sending").length > 0;

// Files, or what was dropped as such, as pairs of a file and whether it is a folder.
export async function add(found) {
  const given = found.filter(([file]) => file);
  if (!given.length) return;
  if (!adding()) return lead();
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
  for (const [index, card] of made.entries()) if (card.dataset.state === "new") await preview(card, given[index][0]); // one at a time, for the memory's sake
}

// What was typed before is the description of an only image; of several it waits until they are dealt with.
let kept = "";
function takeText(made) {
  const field = form().elements.text;
  if (!made.length || !field.value.trim()) return;
  if (made.length === 1 && cards().length === 1) {
    describe(made[0], field.value);
    made[0].dataset.written = ""; // and is a text again when that is removed
  } else kept = field.value;
  setText("");
}

function giveTextBack() {
  if (!kept || cards().length) return;
  setText(kept);
  kept = "";
}

function setText(text) {
  form().elements.text.value = text;
  form().elements.text.dispatchEvent(new Event("input", { bubbles: true }));
}

function lead() {
  say("Images can be added from the list of all memories, or here:");
  const link = document.createElement("a");
  Object.assign(link, { className: "btn", href: document.getElementById("new-memory").href, textContent: "New memory" });
  document.querySelector("#toast > .toast").append(link);
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

let wayBack = null; // the toast with "Undo", for when all are there

function save(chosen) {
  const described = chosen.filter((card) => "described" in adding().dataset || description(card).value.trim());
  const blank = chosen.filter((card) => !described.includes(card));
  groups += 1;
  for (const card of chosen) card.dataset.group ??= groups; // also of one that only waits for its description
  for (const card of described) {
    card.dataset.state = "waiting";
    card.querySelector(".notices").replaceChildren();
    queue = queue.then(() => send(card));
  }
  update();
  miss(blank);
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
  wayBack = card.querySelector("[data-toast]") ?? wayBack;
  update();
}

function finish() {
  if (isBusy()) return;
  if (isChanged) htmx.trigger(document.body, "memories-changed");
  isChanged = false;
  endProgress(wayBack);
  wayBack = null;
  const wrong = cards("failed", "refused");
  const at = document.activeElement;
  document.getElementById("cards").prepend(...wrong);
  if (at !== document.activeElement) at.focus({ preventScroll: true });
  update();
  if (dialog() && !dialog().open) return unsaved().length ? open(dialog()) : clear();
  const [only, ...others] = cards();
  if (dialog() && !others.length && only?.matches("[data-state=saved]:not(:has([data-there]))")) return leave();
  if (at !== document.body && at?.checkVisibility() && !at.matches("dialog")) return;
  wrong[0]?.scrollIntoView({ block: "nearest" });
  const [first] = cards("failed");
  (first ? description(first) : form().querySelector("[data-close-dialog], footer a"))?.focus({ preventScroll: true });
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
  document.getElementById("text-kept").hidden = !kept || !all.length;
  offerSame();
  tell(standing(), all.length === number && !cards("failed").length); // then the button shows it
  if (busy && dialog() && !dialog().open) showProgress(`Adding images: ${cards("saved").length} of ${cards("saved", "waiting", "sending").length}`);
}

// How the cards stand, in a sentence.
function standing() {
  if (isBusy()) return `Saving: ${cards("saved").length} of ${cards("saved", "waiting", "sending").length} done`;
  const there = cards("saved").filter((card) => card.querySelector("[data-there]")).length;
  const saved = cards("saved").length - there;
  const [made, failed, refused] = ["new", "failed", "refused"].map((state) => cards(state).length);
  return [
    saved && `${images(saved)} saved.`,
    there && `${images(there)} already there.`,
    failed && `${images(failed)} not saved.`,
    made && `${images(made)} to add.`,
    refused && `${refused} cannot be added.`,
  ].filter(Boolean).join(" ");
}

function tell(text, isForReaders = false) {
  const said = document.getElementById("adding-said");
  if (said.textContent !== text) said.textContent = text;
  said.classList.toggle("sr", isForReaders);
}

function keepWritten(card) {
  if ("written" in card.dataset && card.dataset.state !== "saved") kept ||= description(card).value;
}

function clear() {
  cards().forEach(keepWritten);
  cards().forEach((card) => card.remove());
  giveTextBack();
  update();
}

function remove(card) {
  const next = card.nextElementSibling ?? card.previousElementSibling;
  keepWritten(card);
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
  if (!target.matches(".card textarea")) return;
  target.removeAttribute("aria-invalid");
  describe(target.closest(".card"));
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
  const closer = form().querySelector("[data-close-dialog]");
  if (isBusy()) {
    if (kept && !(await ask(closer, "Your text is not saved.", "Discard", "Go on"))) return;
    kept = "";
    stays.close(); // what is on its way goes on
    return update();
  }
  if (number) {
    const question = number === 1 ? "The image is not saved." : `${images(number)} are not saved.`;
    if (!(await ask(closer, question, "Discard", "Go on"))) return;
  }
  clear();
  if (form().elements.text.value.trim()) form().elements.text.focus(); // it is not lost with the images
  else stays?.close();
}

document.addEventListener(
  "click",
  (event) => {
    if (!adding() || !cards().length) return;
    const closes = dialog() ? event.target.closest("[data-close-dialog]")?.closest("dialog") === dialog() : kept && !unsaved().length && event.target.closest("#memory-form footer a");
    if (!closes) return;
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
  if (adding() && (kept || unsaved().length)) event.preventDefault();
});
