// Puts an image into the clipboard, as the PNG that every program takes.
import { say } from "./act.js";

async function asPng(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error("not there");
  const blob = await answer.blob();
  if (blob.type === "image/png") return blob;
  const bitmap = await createImageBitmap(blob);
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

// Copy the image at `url`, and say what came of it.
export async function copyImage(url) {
  if (!navigator.clipboard?.write || !window.ClipboardItem) return say("Not copied: browsers allow that over https and on this machine alone.");
  let lacks = false;
  const png = asPng(url).catch((error) => {
    lacks = true;
    throw error;
  });
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
    say("The image is copied.");
  } catch {
    say(lacks ? "Not copied: the image cannot be had." : "Not copied: this browser does not allow it.");
  }
}
