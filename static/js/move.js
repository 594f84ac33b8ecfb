// The dialog that moves memories: buckets to choose from with a few letters and the arrow keys, or the name of a new one.
import { post } from "./act.js";

const dialog = () => document.getElementById("move");
const input = () => document.getElementById("move-to");
const list = () => document.getElementById("move-list");
let sent = {};
let active = 0;

// The navigation has all buckets and is renewed with every answer.
const buckets = () =>
  [...document.querySelectorAll("#bucket-list a")].map((link) => ({
    id: new URL(link.href).searchParams.get("bucket"),
    name: link.querySelector(".name").textContent,
    dot: link.querySelector(".dot").cloneNode(),
    takes: !("onlyRead" in link.dataset),
  }));

function option(content, fields, index) {
  const item = document.createElement("li");
  Object.assign(item, { id: `move-${index}`, role: "option" });
  Object.assign(item.dataset, fields);
  item.append(...content);
  return item;
}

function fill() {
  const typed = input().value.trim();
  const all = buckets();
  const found = all.filter(({ name, takes }) => takes && name.toLowerCase().includes(typed.toLowerCase()));
  const items = found.map(({ id, name, dot }, index) => option([dot, name], { bucket: id }, index));
  const isNew = typed && !all.some(({ name }) => name.toLowerCase() === typed.toLowerCase());
  const isOffered = isNew && dialog().dataset.creates !== undefined;
  const isNumber = /^\d+$/.test(typed);
  document.getElementById("move-hint").textContent = isOffered && isNumber ? "A new bucket’s name needs a letter: digits alone would look like an id." : "";
  if (isOffered && !isNumber) items.push(option([`New bucket “${typed}”`], { bucket: "new", newBucket: typed }, items.length));
  list().replaceChildren(...items);
  activate(0);
}

function activate(index) {
  const items = [...list().children];
  active = items.length ? (index + items.length) % items.length : 0;
  items.forEach((item, at) => item.setAttribute("aria-selected", String(at === active)));
  if (items[active]) {
    input().setAttribute("aria-activedescendant", items[active].id);
    items[active].scrollIntoView({ block: "nearest" });
  } else input().removeAttribute("aria-activedescendant");
}

function choose(item) {
  if (!item) return;
  dialog().close();
  post(dialog().dataset.url, { ...sent, bucket: item.dataset.bucket, new_bucket: item.dataset.newBucket ?? "" });
}

// `values` say what is moved, `said` how many they are.
export function openMove(values, said) {
  sent = values;
  document.getElementById("move-title").textContent = `Move ${said} to`;
  input().value = "";
  fill();
  dialog().showModal();
  input().focus();
}

document.addEventListener("input", (event) => {
  if (event.target.id === "move-to") fill();
});
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "move-to" || event.isComposing) return;
  if (event.key === "ArrowDown") activate(active + 1);
  else if (event.key === "ArrowUp") activate(active - 1);
  else if (event.key === "Enter") choose(list().children[active]);
  else return;
  event.preventDefault();
});
document.addEventListener("click", (event) => choose(event.target.closest("#move-list [role=option]")));
