// memoryweb itself does not answer: said once, above the list. (What the memory service does wrong, the server says.)
function say(title, sentence) {
  const banner = document.createElement("div");
  banner.className = "banner bad";
  banner.setAttribute("role", "alert");
  const text = document.createElement("p");
  const strong = document.createElement("strong");
  strong.textContent = `${title} `;
  text.append(strong, sentence);
  banner.append(text);
  const form = document.querySelector("dialog[open] form");
  if (form) form.prepend(banner);
  else document.getElementById("notice")?.replaceChildren(banner);
}

document.addEventListener("htmx:sendError", () => say("memoryweb does not answer.", "Nothing was lost. Check that it is running, then try again."));
document.addEventListener("htmx:timeout", () => say("memoryweb takes too long.", "Nothing was lost. Try again in a moment."));
