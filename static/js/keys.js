// The keys: one registry, which `?` shows. Other modules bind theirs when they are loaded; the first one that applies has the key.
const bindings = [];
const names = { ArrowRight: "→", ArrowLeft: "←", ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

// `keys` as the browser names them, with "Ctrl+" (or ⌘) and, where it makes no other sign, "Shift+" before them; `says` what they do. `when(target)` tells whether
// they do it now, with the focus there. Only keys bound with `typing` work within a text field, and only those in an open dialog.
export const bind = (keys, says, run, { when = () => true, typing = false } = {}) => bindings.push({ keys, says, run, when, typing });

// A field that is not shown any more, in a dialog just closed, may still have the focus for a moment.
const isText = (target) => Boolean(target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")?.checkVisibility());
const isBusy = (target) => isText(target) || Boolean(document.querySelector("dialog[open]"));
const applies = (binding, target) => (binding.typing || !isBusy(target)) && binding.when(target);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || !(event.target instanceof Element)) return;
  const held = (event.ctrlKey || event.metaKey ? "Ctrl+" : "") + (event.shiftKey && event.key.length > 1 ? "Shift+" : "");
  const key = held + event.key;
  const found = bindings.find((binding) => binding.keys.includes(key) && applies(binding, event.target));
  if (!found) return;
  event.preventDefault();
  found.run(event);
});

const search = () => document.getElementById("q");
// The button that saves a form. What would overwrite or drop something is no primary button, and waits to be pressed itself.
const saver = (target) => target.form?.querySelector(":is(footer, .go) button.primary:not([type=button])");
bind(["Ctrl+Enter"], "Save", ({ target }) => target.form.requestSubmit(saver(target)), { when: saver, typing: true });
bind(
  ["Escape"],
  "Clear the search",
  () => {
    search().value = "";
    search().dispatchEvent(new Event("input", { bubbles: true }));
  },
  { when: (target) => target === search() && search().value, typing: true },
);
bind(
  ["/"],
  "Search",
  () => {
    search().focus();
    search().select();
  },
  { when: search },
);
bind(["n"], "New memory", () => document.getElementById("new-memory").click(), { when: () => document.getElementById("new-memory") });
bind(["?"], "Show these keys", () => help(document.activeElement), { when: () => document.getElementById("keys") });

const named = (part, isHeld) => names[part] ?? (isHeld ? part.toUpperCase() : /^[A-Z]$/.test(part) ? `Shift ${part}` : part);

function caps(key) {
  const parts = key.length > 1 ? key.split("+") : [key];
  return parts.flatMap((part) => {
    const cap = document.createElement("kbd");
    cap.textContent = named(part, parts.length > 1 && part.length === 1);
    return [cap, " "];
  });
}

// The dialog with what each key does here and now; `target` is what has the focus.
export function help(target) {
  const said = new Map(); // two keys may do the same
  for (const { keys, says } of bindings.filter((one) => one.says && applies(one, target))) said.set(says, [...(said.get(says) ?? []), ...keys]);
  const lines = [...said].map(([says, keys]) => {
    const [line, term, meaning] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
    term.append(...keys.flatMap(caps));
    meaning.textContent = says;
    line.append(term, meaning);
    return line;
  });
  document.querySelector("#keys dl").replaceChildren(...lines);
  document.getElementById("keys").showModal();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]")) help(document.body);
});

// A link that is called a button answers to the space bar like one.
document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches("a[role=button]")) {
    event.preventDefault();
    event.target.click();
  }
});

// The skip link moves the focus, not the address: a fragment in it would draw the focus back here with each step back.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.skip");
  if (!link) return;
  event.preventDefault();
  document.querySelector(link.hash).focus();
});
