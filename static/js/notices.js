// Where it is said what went wrong: in the form that was sent or is open in a dialog, since what is behind it cannot be reached; else
// above the list.
function place(form = document.querySelector("dialog[open] .memory-form, dialog[open] form:not(.card form, #toast form)")) {
  if (!form) return document.querySelector("#viewer[open] > .notices") ?? document.getElementById("notice");
  const said = form.querySelector(".notices");
  if (said) return said;
  form.insertAdjacentHTML("afterbegin", '<div class="notices" aria-live="polite"></div>');
  return form.firstElementChild;
}

// memoryweb itself does not answer. (What the memory service does wrong, the server says.)
function say(title, sentence, elt) {
  const banner = document.createElement("div");
  banner.className = "banner bad";
  banner.setAttribute("role", "alert");
  banner.dataset.passing = "";
  const text = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = `${title} `;
  text.append(strong, sentence);
  banner.append(text);
  place(elt?.closest(".keeps") ?? undefined)?.replaceChildren(banner);
}

const lost = (elt, verb) => (verb === "get" ? "Nothing was lost." : elt.closest(".keeps") ? "What you typed is still here." : "History tells whether it was done.");
document.addEventListener("htmx:sendError", ({ detail: { elt, requestConfig } }) =>
  say("memoryweb does not answer.", `${lost(elt, requestConfig.verb)} Check that it is running, then try again.`, elt),
);
document.addEventListener("htmx:timeout", ({ detail: { elt, requestConfig } }) => say("memoryweb takes too long.", `${lost(elt, requestConfig.verb)} Try again in a moment.`, elt));

// What said that nothing works is wrong as soon as something does.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful) document.querySelectorAll("[data-passing]").forEach((banner) => banner.remove());
});

// What was typed stays: an answer that is not the form again, though it failed, is said within the form and does not take its place.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const form = detail.requestConfig.elt.closest(".keeps");
  const isForm = detail.serverResponse.includes(`id="${form?.id}"`);
  if (form && !isForm && (detail.isError || form.matches(".memory-form"))) {
    if (detail.isError) form.querySelectorAll(".banner.good").forEach((banner) => banner.remove()); // the last one's success
    detail.target = place(form);
    detail.swapOverride = "innerHTML";
    detail.ignoreTitle = true;
  } else if (!form && detail.isError && detail.target.matches(".row")) {
    detail.target = document.getElementById("toast"); // the row stays when its editor cannot be had
    detail.swapOverride = "innerHTML";
  }
});

// On pages about accounts a form leads to a page anew, which says what came of it: whoever uses the keyboard goes on from there.
const told = document.querySelector("main:has(.tabs) #notice > .banner");
if (told && !document.querySelector("[autofocus]") && document.activeElement === document.body) {
  told.tabIndex = -1;
  told.focus({ preventScroll: true });
}
