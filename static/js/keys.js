// Keys that work everywhere: "/" to the search, "n" for a new memory, Escape clears the search, Ctrl+Enter saves.
// A field that is not shown any more, in a dialog just closed, may still have the focus for a moment.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]")?.checkVisibility();

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("q");
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.target.form?.requestSubmit(event.target.form.querySelector("footer [type=submit]"));
  } else if (event.key === "Escape" && event.target === search && search.value) {
    event.preventDefault();
    search.value = "";
    search.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (!typing(event.target) && !event.ctrlKey && !event.metaKey && !event.altKey && !document.querySelector("dialog[open]")) {
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "n") {
      event.preventDefault();
      document.getElementById("new-memory")?.click();
    }
  }
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
