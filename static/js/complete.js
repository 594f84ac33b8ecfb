// Completes filters in the search box: keys, bucket names, types, sources and dates. Everything offered stands in the page already.
const box = () => document.getElementById("q");
const list = () => document.getElementById("completions");
const options = () => [...list().children];
const isOpen = () => Boolean(list()) && !list().hidden;
const day = (ago) => {
  const then = new Date();
  then.setDate(then.getDate() - ago);
  return new Date(then.getTime() - then.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
};
const quoted = (text) => (/\s/.test(text) ? `"${text}"` : text);
let active = -1;

function dates() {
  const today = day(0);
  return [
    ["today", today],
    ["yesterday", day(1)],
    ["7d", day(7)],
    ["30d", day(30)],
    [today.slice(0, 7), "this month"],
    [today.slice(0, 4), "this year"],
  ];
}

// What may follow a key, each with a hint.
const values = {
  after: dates,
  before: dates,
  type: () => [["text", ""], ["image", ""]],
  bucket: () => [...document.querySelectorAll("#bucket-list .name")].map((name) => [quoted(name.textContent), ""]),
  source: () => [...document.querySelectorAll("#sources option")].map((option) => [quoted(option.value), ""]),
};

// The piece of the text that ends at the caret: where it begins, its key if it has one, and what is typed of the rest.
function piece() {
  const before = box().value.slice(0, box().selectionStart);
  const keyed = before.match(/(?:^|\s)(after|before|bucket|type|source): ?("[^"]*|[^\s"]*)$/i);
  if (keyed) return { start: before.length - keyed[2].length, key: keyed[1].toLowerCase(), typed: keyed[2].replace('"', "").toLowerCase() };
  const word = before.match(/(?:^|\s)(\S*)$/)?.[1] ?? "";
  return { start: before.length - word.length, key: "", typed: word.toLowerCase() };
}

function offers({ key, typed }, all) {
  if (key) {
    const found = values[key]().filter(([text]) => text.replaceAll('"', "").toLowerCase().includes(typed));
    return found.some(([text]) => text.replaceAll('"', "").toLowerCase() === typed) && found.length === 1 ? [] : found.slice(0, 50);
  }
  if (typed.length < 2 && !(all && !typed)) return [];
  const keys = [...document.querySelectorAll("#search-tips [data-key]")];
  return keys.map((row) => [row.dataset.key, row.querySelector("dd").textContent]).filter(([text]) => text.startsWith(typed));
}

function close() {
  if (!isOpen()) return;
  list().hidden = true;
  list().replaceChildren();
  activate(-1);
  document.getElementById("completions-said").textContent = "";
}

function activate(index) {
  active = index;
  options().forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
  const option = options()[index];
  if (option) {
    box().setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else box()?.removeAttribute("aria-activedescendant");
}

function open(all = false) {
  const found = document.activeElement === box() && box().selectionStart === box().selectionEnd ? offers(piece(), all) : [];
  if (!found.length) return close();
  list().replaceChildren(
    ...found.map(([text, hint], index) => {
      const option = document.createElement("li");
      const said = document.createElement("span");
      Object.assign(option, { id: `completion-${index}`, role: "option" });
      option.dataset.text = text;
      said.textContent = hint;
      option.append(text, said);
      return option;
    }),
  );
  list().hidden = false;
  activate(-1);
  document.getElementById("completions-said").textContent = `${found.length} suggestion${found.length === 1 ? "" : "s"}`;
}

function take(option) {
  const { start, key } = piece();
  const rest = box().value.slice(box().selectionStart);
  const text = option.dataset.text + (key && !/^\s/.test(rest) ? " " : "");
  box().setRangeText(text, start, box().selectionStart, "end");
  close();
  box().dispatchEvent(new Event("input", { bubbles: true })); // htmx searches as if it had been typed
}

document.addEventListener("input", (event) => {
  if (event.target === box()) open();
});

// On its way down, before Escape clears the search and Enter sends it.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.target !== box() || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = isOpen() ? options().length : 0;
    if (event.key === "ArrowDown" && !count) open(true);
    else if (event.key === "ArrowDown" && count) activate(active + 1 < count ? active + 1 : -1);
    else if (event.key === "ArrowUp" && count) activate(active < 0 ? count - 1 : active - 1);
    else if (event.key === "Enter" && count && active >= 0) take(options()[active]);
    else if (event.key === "Escape" && count) close();
    else {
      if (event.key === "Enter" || event.key === "Tab") close();
      return;
    }
    if (event.key === "ArrowDown" && !isOpen()) return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("pointerdown", (event) => {
  if (event.target.closest("#completions")) event.preventDefault(); // the box keeps the focus
  else if (event.target !== box()) close();
});
document.addEventListener("click", (event) => {
  const option = event.target.closest("#completions [role=option]");
  if (option) take(option);
});
document.addEventListener("focusout", (event) => {
  if (event.target === box()) close();
});

// When the last filter has been removed by its chip, the focus goes on to the box.
document.addEventListener("htmx:afterSettle", (event) => {
  const link = event.detail.requestConfig?.elt;
  if (link?.matches(".chip a") && document.activeElement === document.body) (document.querySelector(".chip a") ?? box()).focus();
});
