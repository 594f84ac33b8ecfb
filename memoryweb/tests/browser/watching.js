// Watches a page, from before its own scripts, for whatever a stored text has become besides text. It tells through the console.
(() => {
  const MARK = "zq7";
  const MOST_SECONDS = 20; // for one answer
  const EVENTS = "mouseover mouseenter mousemove mousedown mouseup click dblclick auxclick contextmenu pointerover pointerenter pointerdown touchstart wheel focus focusin blur keydown input change select toggle scroll animationstart transitionend copy paste dragstart drop load error".split(" ");
  const IN_WORDS = new Set(["value", "alt", "title", "aria-label", "aria-description", "placeholder", "data-name", "data-file-name", "data-text"]);
  const ADDRESSES = new Set(["href", "src", "srcset", "action", "formaction", "poster", "hx-get", "hx-post", "hx-push-url", "data-view", "data-original", "data-filters"]);
  const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u0590-\u08ff\u07c0-\u07ff]|\ud83a[\udd00-\udd5f]/;
  const LABEL = /zq7_([a-z_]+)_(\d+)_/g;
  const tags = new Set(window.zq7tags);
  const drawn = new Set(window.zq7drawn); // of an icon
  const told = new Set();
  let times = 0;

  function tell(what, detail) {
    times += 1;
    const line = `${MARK} ${what}: ${String(detail).slice(0, 300)}`;
    if (!told.has(line)) {
      told.add(line);
      console.error(line);
    }
  }

  window[MARK] = (number) => tell("ran", number);
  for (const name of ["alert", "confirm", "prompt", "print", "open"]) {
    window[name] = (...given) => tell(name, given[0]);
  }
  for (const name of ["WebSocket", "EventSource", "Worker", "SharedWorker", "RTCPeerConnection"]) {
    window[name] = function (address) { tell(name, address); };
  }
  navigator.sendBeacon = (address) => tell("beacon", address);
  addEventListener("securitypolicyviolation", (event) => tell("stopped by the policy alone", `${event.violatedDirective} ${event.blockedURI} ${event.sample}`));

  function isOwnAddress(element, name, value) {
    if (element.closest(".text") && element.localName === "a") return name === "href" && /^(https?|mailto|):$/.test(element.protocol);
    const each = name === "srcset" ? value.split(",").map((part) => part.trim().split(" ")[0]) : [value];
    return each.every((address) => {
      const url = URL.canParse(address, location.origin) && new URL(address, location.origin);
      return url && url.origin === location.origin && !(url.pathname + url.hash).includes(MARK);
    });
  }

  function inspect(element) {
    const outer = () => element.cloneNode(false).outerHTML;
    const isOurs = tags.has(element.localName) || (drawn.has(element.localName) && element.parentElement?.matches("svg.i"));
    if (!isOurs) tell("element", outer());
    if (element.localName === "script" && !/^\/static\//.test(element.getAttribute("src"))) tell("script", outer());
    if (element.protocol === "javascript:" || element.protocol === "data:" || element.protocol === "vbscript:") tell("link", outer());
    for (const { name, value } of element.attributes) {
      if (name.startsWith("on") || name.includes(MARK)) tell("attribute", outer());
      if (!value.includes(MARK) || IN_WORDS.has(name)) continue;
      if (!ADDRESSES.has(name) || !isOwnAddress(element, name, value)) tell(`value of ${name}`, outer());
    }
  }

  const everything = (root) => (root.querySelectorAll ? [...(root.nodeType === 1 ? [root] : []), ...root.querySelectorAll("*")] : []);
  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") inspect(change.target);
      for (const node of change.addedNodes) everything(node).forEach(inspect);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true });

  // The nearest element around a text whose direction nothing outside it follows.
  function isolating(text) {
    let element = text.parentElement;
    for (; element.parentElement; element = element.parentElement) {
      const style = getComputedStyle(element);
      if (style.display !== "inline" && style.display !== "contents") break;
      if (/isolate|plaintext/.test(style.unicodeBidi)) break;
    }
    return element;
  }

  function lookForTurned(text) {
    const bare = text.data.replace(/\u2068[^\u2068\u2069]*\u2069/g, ""); // isolated by signs, within a sentence
    if (!TURNING.test(bare) || !bare.includes(MARK)) return;
    const around = isolating(text);
    if (/^(title|option|textarea|script)$/.test(around.localName) || around.closest(".text, p.said, pre")) return; // these hold somebody's text alone
    if (around.localName === "bdi" && around.childNodes.length === 1) return; // alone in an element made for it
    const rest = around.textContent.replace(/zq7_([a-z_]+)_(\d+)_[^]*?zq7_\1_\2_/g, "").trim();
    if (rest) tell("turns its neighbours", `${around.localName}.${around.className}: ${rest}`);
  }

  // Looks at all that is shown in `root`, touches what stored texts stand in, and returns the labels that were seen.
  window.zq7look = (root = document.documentElement) => {
    const seen = new Set();
    const note = (text) => { for (const found of text.matchAll(LABEL)) seen.add(`${found[1]} ${found[2]}`); };
    note(root.textContent);
    for (const element of everything(root)) {
      inspect(element);
      let holds = false;
      for (const { value } of element.attributes) if (value.includes(MARK)) { note(value); holds = true; }
      for (const node of element.childNodes) if (node.nodeType === 3 && node.data.includes(MARK)) { holds = true; lookForTurned(node); }
      if (typeof element.value === "string") note(element.value);
      const isControl = element.matches("a, button, input, select, textarea, option, label, summary, form, [hx-get], [hx-post]"); // ours would act
      if (holds && !isControl) for (const name of EVENTS) element.dispatchEvent(new Event(name, { bubbles: false, cancelable: true }));
    }
    if (/zq7ran/.test(root.textContent)) tell("reckoned", root.textContent.match(/.{0,60}zq7ran.{0,60}/s)[0]);
    if (document.cookie.includes(MARK)) tell("cookie", document.cookie);
    return [...seen];
  };

  // Lets htmx fetch fragments and swap them in, some at a time; looks at each.
  window.zq7swap = async (requests) => {
    const seen = new Set();
    const left = requests.slice();
    async function go() {
      for (let next = left.shift(); next; next = left.shift()) {
        const place = document.createElement("div");
        document.querySelector("main").append(place);
        const answer = htmx.ajax(next.values ? "POST" : "GET", next.path, { source: place, target: place, swap: "innerHTML", values: next.values });
        const tooLate = new Promise((_, fail) => setTimeout(fail, MOST_SECONDS * 1000, new Error(`nothing came of ${next.path}`)));
        await Promise.race([answer, tooLate]);
        for (const each of window.zq7look(place)) seen.add(each);
        for (const each of document.querySelectorAll("#toast, #notice")) for (const label of window.zq7look(each)) seen.add(label);
        place.remove();
      }
    }
    await Promise.all([go(), go(), go(), go()]);
    return [...seen];
  };

  // For the proof of the proof: whether anything is told of a text where it is parsed as HTML in any of these places.
  window.zq7caught = (text, places) => {
    const before = times;
    for (const place of places) everything(new DOMParser().parseFromString(place.replace("TEXT", () => text), "text/html").documentElement).forEach(inspect);
    return times > before;
  };

  // The same for a text that was escaped, beside words of ours.
  window.zq7caughtAsText = (text) => {
    const before = times;
    const place = document.createElement("p");
    place.textContent = text;
    document.body.append(place);
    window.zq7look(place);
    place.remove();
    return times > before;
  };
})();
