// Images that nobody has described: of one its card says so; several can get the same description at once.
import { cards, complain, describe, description, images } from "./cards.js";

const blanks = () => cards("new").filter((card) => !description(card).value.trim());

// The field goes when nothing is left to describe.
export function offerSame() {
  document.getElementById("same-for-all").hidden ||= !blanks().length;
}

// Says so of these, and shows the field for all of them.
export function miss(blank) {
  blank.forEach((card) => description(card).setAttribute("aria-invalid", "true"));
  const same = document.getElementById("same-for-all");
  if (blank.length > 1) same.hidden = false;
  if (blank.length === 1) complain(blank[0].querySelector(".notices"), "Describe it in a few words.");
  if (blank.length > 1) {
    complain(document.getElementById("undescribed"), `Describe the ${images(blank.length)}, or give all the same description.`);
    same.scrollIntoView({ block: "nearest" });
    document.getElementById("same-description").focus();
  } else if (blank.length) description(blank[0]).focus();
}

function describeAll() {
  const field = document.getElementById("same-description");
  if (!field.value.trim()) return field.focus();
  for (const card of blanks()) {
    describe(card, field.value.trim());
    description(card).removeAttribute("aria-invalid");
    card.querySelector(".notices").replaceChildren();
  }
  field.value = "";
  offerSame();
  document.querySelector("#memory-form footer .primary").focus();
}

document.addEventListener("click", ({ target }) => target.closest("[data-same]") && describeAll());
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "same-description" || event.isComposing) return;
  event.preventDefault();
  describeAll();
});
