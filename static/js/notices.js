// Where it is said what went wrong: above the list, or in the form of the open dialog, since nothing behind it can be reached.
function place() {
  const form = document.querySelector("dialog[open] form");
  if (!form) return document.getElementById("notice");
  const said = form.querySelector(".notices");
  if (said) return said;
  form.insertAdjacentHTML("afterbegin", '<div class="notices" aria-live="polite"></div>');
  return form.firstElementChild;
}

// memoryweb itself does not answer. (What the memory service does wrong, the server says.)
function say(title, sentence) {
  const banner = document.createElement("div");
  banner.className = "banner bad";
  banner.setAttribute("role", "alert");
  const text = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = `${title} `;
  text.append(strong, sentence);
  banner.append(text);
  place()?.replaceChildren(banner);
}

document.addEventListener("htmx:sendError", () => say("memoryweb does not answer.", "Nothing was lost. Check that it is running, then try again."));
document.addEventListener("htmx:timeout", () => say("memoryweb takes too long.", "Nothing was lost. Try again in a moment."));

// What was typed stays: an answer that is no form is said within the form and does not take its place.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const isForm = detail.target.matches(".memory-form") && detail.serverResponse.includes('id="memory-form"');
  if (isForm || !detail.requestConfig.elt.closest(".memory-form")) return;
  detail.target = place();
  detail.swapOverride = "innerHTML";
  detail.ignoreTitle = true;
});
