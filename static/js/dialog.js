// The dialog for a new memory. Without it the same links lead to a page with the same form.
const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
const headDate = /^\s*(\d{4})-(\d{2})-(\d{2})(?![\d-])/;

function localDay() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}

// Whether the calendar has it; Date would make 2 March of 30 February.
const isDay = (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);

// Says which day the memory will carry: the text's own date, else the one chosen above it.
function showDay(form) {
  const field = form.elements.date;
  if (!field) return;
  const head = form.elements.text.value.match(headDate)?.[0].trim();
  const own = head && isDay(head) ? head : "";
  const day = own || field.value.trim();
  const none = day || field.dataset.today ? "is no day; write one like 2025-03-04" : "No date";
  const name = isDay(day) ? new Date(`${day}T12:00:00`).toLocaleDateString("en", { weekday: "long" }) : none;
  form.querySelector("[data-day-name]").textContent = own ? `The text has its own date: ${day}` : name + (day === localDay() ? ", today" : "");
  field.classList.toggle("is-overruled", Boolean(own));
}

// Opened anew, the form offers today: a page left open past midnight would offer yesterday, and one just used, the last one's day.
function renewToday(form) {
  const field = form.elements.date;
  if (field.value === field.dataset.today || !form.elements.text.value.trim()) field.value = localDay();
  field.dataset.today = localDay();
}

// Opens the dialog of a form, ready to write in; what was typed before is still there.
export function open(dialog) {
  const form = dialog.querySelector(".memory-form");
  if (!dialog.open) {
    renewToday(form);
    showDay(form);
    dialog.showModal();
  }
  const field = form.elements.text;
  (field.checkVisibility() ? field : dialog.querySelector(".card textarea"))?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && plain(event)) {
    event.preventDefault();
    open(dialog);
  } else if (event.target.closest("[data-close-dialog]")) {
    event.target.closest("dialog").close();
  }
});

document.addEventListener("input", (event) => {
  if (event.target.form?.matches(".keeps")) showDay(event.target.form);
});

document.addEventListener("htmx:afterSettle", (event) => {
  const form = event.target.matches(".keeps") ? event.target : event.target.matches(".row.is-editing") && event.target.querySelector(".keeps");
  if (form) showDay(form); // not with each result: naming a weekday takes a millisecond
});
document.querySelectorAll(".keeps").forEach(showDay);

// While it is on its way the text stands still, since the answer takes the form's place.
const hold = (still) => (event) => {
  const form = event.detail.elt.closest(".keeps");
  if (form && event.detail.elt.matches(".keeps, button")) form.elements.text.readOnly = still;
};
document.addEventListener("htmx:beforeRequest", hold(true));
document.addEventListener("htmx:afterRequest", hold(false));

// What was typed is not lost by a click on a link or a closed tab: unless the service has it, or it is on its way.
let stored = "";
let sending = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.requestConfig.elt.matches(".memory-form") && !detail.isError) stored = document.getElementById("memory-text").value;
});
document.addEventListener("submit", (event) => {
  sending = event.target.matches(".memory-form") && !event.defaultPrevented; // htmx prevents it, and stays on the page
});
window.addEventListener("beforeunload", (event) => {
  const text = document.getElementById("memory-text")?.value ?? "";
  if (!sending && text.trim() && text !== stored) event.preventDefault();
});
