// Fetches the viewer where there are images to look at: at once when it is open already or asked for, else when the page is there.
let viewer = null; // once it is here
const load = async () => (viewer = await import("./viewer.js"));
const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-view]");
  if (!link || viewer || !plain(event)) return; // it listens itself
  event.preventDefault();
  const found = await load().catch(() => null);
  if (found) found.open(link);
  else location.href = link.dataset.view; // its own page, or the browser's word on why not
});

// Before panel.js and htmx, which would fetch what is still here.
window.addEventListener(
  "popstate",
  (event) => {
    if (viewer) viewer.popped(event);
    else if (event.state?.viewer !== undefined) {
      event.stopImmediatePropagation();
      load().then(() => viewer.popped(event));
    }
  },
  true,
);

if (document.querySelector("#viewer[open]")) load();
else window.addEventListener("load", () => document.querySelector("[data-view]") && setTimeout(() => load().catch(() => {}), 300)); // who asks for it is told
