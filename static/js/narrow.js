// A field that narrows a long list in the page to the names that hold what is typed. Enter opens, or ticks, the first of them.
const typed = new Map(); // by list: the navigation is renewed with each answer

const fields = () => document.querySelectorAll("[data-narrows]");
const items = (field) => [...document.getElementById(field.dataset.narrows).children];

function narrow(field) {
  const wanted = field.value.trim().toLowerCase();
  typed.set(field.dataset.narrows, field.value);
  for (const item of items(field)) item.hidden = !item.querySelector(".name").textContent.toLowerCase().includes(wanted);
  const left = items(field).filter((item) => !item.hidden).length;
  field.nextElementSibling.textContent = !wanted ? "" : left ? `${left} of ${items(field).length}` : "None has a name like this.";
}

function restore() {
  for (const field of fields()) {
    field.value = typed.get(field.dataset.narrows) ?? "";
    if (field.value) narrow(field); // else all of it is shown already, and this would be asked with each key of a search
  }
}

document.addEventListener("input", ({ target }) => target.matches("[data-narrows]") && narrow(target));
document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (!field.matches?.("[data-narrows]")) return;
  if (event.key === "Enter") {
    const first = items(field).find((item) => !item.hidden)?.querySelector("a, input, select");
    if (first?.matches("select")) return event.preventDefault(), event.stopPropagation(), first.focus();
    first?.click();
  }
  else if (event.key === "Escape" && field.value) field.value = "";
  else return;
  event.preventDefault();
  event.stopPropagation();
  narrow(field);
});
document.addEventListener("buckets-renewed", restore);
