// Asking before something is done, beside the button that does it, and sending it off.

// Whether the person says yes. Escape, Ctrl+Z, a click elsewhere and the other button say no; the focus goes back to where it was.
export function ask(button, question, yes, no = "Cancel") {
  document.querySelector(".ask")?.dispatchEvent(new Event("leave"));
  const before = document.activeElement;
  const box = document.createElement("div");
  box.className = "ask";
  box.setAttribute("role", "alertdialog");
  box.setAttribute("aria-label", question);
  const said = document.createElement("p");
  said.textContent = question;
  const [agree, refuse] = [document.createElement("button"), document.createElement("button")];
  Object.assign(agree, { type: "button", className: "btn danger", textContent: yes });
  Object.assign(refuse, { type: "button", className: "btn", textContent: no });
  box.append(said, agree, refuse);
  button.after(box);
  agree.focus();
  box.scrollIntoView({ block: "nearest" });
  return new Promise((resolve) => {
    const end = (answer) => {
      document.removeEventListener("pointerdown", elsewhere, true);
      const had = box.contains(document.activeElement);
      box.remove();
      if (had && before?.isConnected) before.focus({ preventScroll: true });
      resolve(answer);
    };
    const elsewhere = (event) => box.contains(event.target) || end(false);
    document.addEventListener("pointerdown", elsewhere, true);
    box.addEventListener("leave", () => end(false));
    agree.addEventListener("click", () => end(true));
    refuse.addEventListener("click", () => end(false));
    box.addEventListener("keydown", (event) => {
      event.stopPropagation(); // no key of the page means anything here
      if (event.key !== "Escape" && !(event.key === "z" && (event.ctrlKey || event.metaKey))) return;
      event.preventDefault();
      end(false);
    });
  });
}

// Send `values` to an address; what comes of it is said in the toast.
export function post(url, values = {}) {
  const csrfmiddlewaretoken = document.querySelector("[name=csrfmiddlewaretoken]").value;
  const sent = htmx.ajax("POST", url, { source: "#toast", target: "#toast", swap: "innerHTML", values: { ...values, csrfmiddlewaretoken } });
  return sent.catch(() => {}); // notices.js has said it
}

// Say something that needs no answer.
export function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", "status");
  toast.textContent = text;
  document.getElementById("toast").replaceChildren(toast);
}

export const memories = (number) => `${number.toLocaleString("en")} ${number === 1 ? "memory" : "memories"}`;
