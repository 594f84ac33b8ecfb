// The cards of images that are being added: what is shown of a file before it is sent, and what is wrong with it.
import { suggested } from "./filenames.js";

const TYPES = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const MOST_BYTES = 10_000_000; // as the server has it
let count = 0;

// A card is "new", "waiting", "sending", "saved", "failed" (it can be tried again) or "refused" (it cannot).
export const cards = (...states) => [...document.querySelectorAll("#cards > .card")].filter((card) => !states.length || states.includes(card.dataset.state));
export const description = (card) => card.querySelector("textarea");
export const images = (number) => `${number.toLocaleString("en")} ${number === 1 ? "image" : "images"}`;

const megabytes = (bytes) => (bytes < 100_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`);

// What the browser itself can tell; empty for what the server has to look at.
function refusal(file, isFolder) {
  if (isFolder) return "This is a folder. Add the images in it.";
  if (file.type && !TYPES.includes(file.type)) return "Only PNG, JPEG, WebP and GIF images can be added.";
  if (!file.size) return "The file is empty.";
  return file.size > MOST_BYTES ? "This is larger than 10 MB. Choose a smaller one." : "";
}

// Draws what is in the file, as much of its middle as fits; a file that the browser cannot read keeps its placeholder.
export async function preview(card, file) {
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

export function toCard(file, isFolder) {
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
    complain(said, why);
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
  fields.suggested.value = suggested(file.name);
  describe(card, fields.suggested.value);
  return card;
}

// Gives a card its description; where one that nobody has written is replaced by a model, the card says so.
export function describe(card, text) {
  if (text !== undefined) description(card).value = text;
  const given = description(card).value;
  card.querySelector("[data-automatic]")?.toggleAttribute("hidden", !given || given !== card.querySelector("[name=suggested]").value);
}

export function complain(place, sentence) {
  const said = document.createElement("p");
  said.className = "error";
  said.setAttribute("role", "alert");
  const title = document.createElement("strong");
  title.textContent = "Not saved.";
  said.append(title, ` ${sentence}`);
  place.replaceChildren(said);
}
