// Forms that a passkey fills in: the browser asks for finger, face or PIN, and what it answers is sent as `credential`.
function refuse(form, sentence) {
  const place = form.querySelector("[data-refused]");
  place.textContent = sentence;
  place.hidden = false;
}

// What the server asks of the browser: it stands in the page, or is fetched when it is wanted, so that it is still good.
async function wanted(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  if (answer.status === 429) throw new Error("Too many attempts. Wait a minute, then try again.");
  if (!answer.ok) throw new Error("memoryweb does not answer. Try again.");
  return (await answer.json()).request_options;
}

async function ask(form) {
  const { publicKey } = await wanted(form);
  const credential = form.dataset.passkey === "make"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
  form.elements.credential.value = JSON.stringify(credential.toJSON());
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.querySelector("[data-without]")?.remove();
  const button = form.querySelector("button");
  button.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await ask(form);
    } catch (error) {
      const sentences = {
        NotAllowedError: "Nothing came of it: it took too long, or was called off.",
        InvalidStateError: "This device has a passkey for you already.",
        SecurityError: "Passkeys do not work under this address.",
      };
      refuse(form, sentences[error.name] ?? error.message);
      button.disabled = false;
    }
  });
}
