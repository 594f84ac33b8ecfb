// Zooming into the image of the viewer, moving it about, and swiping from one to the next.
const STEP = 1.5;
const TWICE = 2.5; // what two taps do
const PART = 0.2; // of the stage, that a key moves the image by
const [NEAR, FAR, TAP, SWIPE] = [30, 8, 300, 50]; // px between two taps, px that a tap may move, ms between two, px of a swipe
const stage = () => document.querySelector("#viewer .stage");
const image = () => stage()?.querySelector("img");
const pointers = new Map();
let [scale, x, y] = [1, 0, 0]; // x and y: how far the image is from the middle
let moved = 0;
let tapped = { time: 0, x: 0, y: 0 };
let swiped = () => {};

// `turn(step)` goes to the image that many steps on.
export const onSwipe = (turn) => (swiped = turn);
export const isZoomed = () => scale > 1;

// How large the whole is drawn; `real`: how many times closer its own size is, `filling`: until it fills the stage both ways.
function drawn() {
  const { width: wide, height: tall } = getComputedStyle(image()); // as laid out, before it is zoomed
  const [width, height] = [wide, tall].map(parseFloat);
  const real = (Number(image().getAttribute("width")) || image().naturalWidth) / width || 1;
  return { width, height, real, filling: Math.max(stage().clientWidth / width, stage().clientHeight / height) };
}

function draw() {
  if (!image()) return;
  const { width, height } = drawn();
  const [side, up] = [width * scale - stage().clientWidth, height * scale - stage().clientHeight].map((over) => Math.max(0, over / 2));
  if (isZoomed()) [x, y] = [Math.min(Math.max(x, -side), side), Math.min(Math.max(y, -up), up)];
  image().style.transform = scale === 1 && !x && !y ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
  stage().classList.toggle("is-zoomed", isZoomed());
  if (image().srcset && isZoomed()) image().sizes = `${Math.round(width * scale)}px`; // one that is sharp at this size
}

export function reset() {
  [scale, x, y] = [1, 0, 0];
  pointers.clear();
  draw();
}

// Zoom so many times closer; what is at this place of the window stays there, by default the middle.
export function zoom(factor, at) {
  if (!image()?.naturalWidth) return; // not there yet
  const box = stage().getBoundingClientRect();
  const [left, top] = at ? [at.x - box.x - box.width / 2, at.y - box.y - box.height / 2] : [0, 0];
  const next = Math.min(Math.max(scale * factor, 1), Math.max(4, 2 * drawn().real));
  [x, y] = next === 1 ? [0, 0] : [left - ((left - x) * next) / scale, top - ((top - y) * next) / scale];
  scale = next;
  draw();
}

export const zoomIn = () => zoom(STEP);
export const zoomOut = () => zoom(1 / STEP);

// Look further to the right (1) or left (-1), further down or up.
export function pan(right, down) {
  [x, y] = [x - right * PART * stage().clientWidth, y - down * PART * stage().clientHeight];
  draw();
}

// What was too small to be read is large enough then: a long strip fills the stage, or has its own size; a tall one from its top on.
function zoomTwice(at) {
  const { width, height, real, filling } = drawn();
  const factor = Math.max(TWICE, Math.min(real, filling));
  zoom(factor, at);
  if (factor === TWICE || width > height) return;
  y = Infinity;
  draw();
}

const place = ({ clientX, clientY }) => ({ x: clientX, y: clientY });
const middle = ([one, other]) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
const apart = ([one, other]) => Math.hypot(one.x - other.x, one.y - other.y);

function down(event) {
  if (event.button || !event.target.closest(".stage")) return;
  if (!pointers.size) moved = 0;
  pointers.set(event.pointerId, place(event));
  event.target.setPointerCapture(event.pointerId);
}

function move(event) {
  const before = pointers.get(event.pointerId);
  if (!before) return;
  const two = [...pointers.values()];
  const now = place(event);
  pointers.set(event.pointerId, now);
  moved = Math.max(moved, pointers.size > 1 ? FAR + 1 : moved + Math.hypot(now.x - before.x, now.y - before.y));
  if (pointers.size === 2) {
    const here = [...pointers.values()];
    const [from, to] = [middle(two), middle(here)];
    [x, y] = isZoomed() ? [x + to.x - from.x, y + to.y - from.y] : [0, 0];
    zoom(apart(here) / apart(two), to);
  } else if (isZoomed()) {
    [x, y] = [x + now.x - before.x, y + now.y - before.y];
    draw();
  } else if (event.pointerType !== "mouse") {
    x += now.x - before.x;
    draw();
  }
}

function up(event) {
  if (!pointers.delete(event.pointerId) || pointers.size) return;
  if (!isZoomed() && x) {
    const by = event.type === "pointerup" && Math.abs(x) > SWIPE ? -Math.sign(x) : 0;
    x = 0;
    draw();
    if (by) swiped(by);
  } else if (event.type === "pointerup" && moved <= FAR) tap(event);
}

// Twice in the same place zooms in there, and out again.
function tap(event) {
  const now = { time: event.timeStamp, ...place(event) };
  const isSecond = now.time - tapped.time < TAP && apart([now, tapped]) < NEAR;
  tapped = isSecond ? { time: 0, x: 0, y: 0 } : now;
  if (isSecond && image()?.naturalWidth) isZoomed() ? reset() : zoomTwice(now);
}

function wheel(event) {
  if (!event.target.closest(".stage")) return;
  const isScroll = event.currentTarget.scrollHeight > event.currentTarget.clientHeight;
  if (isScroll && !event.ctrlKey && !isZoomed()) return;
  if (event.shiftKey && isZoomed()) {
    x -= event.deltaX || event.deltaY;
    draw();
  } else zoom(Math.exp(-event.deltaY / (event.ctrlKey ? 200 : 400)), place(event));
  event.preventDefault(); // neither the page's own zoom nor the list behind
}

// Listens to what fingers and mouse do in this viewer.
export function watch(viewer) {
  viewer.addEventListener("pointerdown", down);
  viewer.addEventListener("pointermove", move);
  viewer.addEventListener("pointerup", up);
  viewer.addEventListener("pointercancel", up);
  viewer.addEventListener("wheel", wheel, { passive: false });
}
