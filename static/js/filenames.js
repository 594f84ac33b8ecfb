// What a file's name says about the picture in it: "oven-receipt_2.JPG" is "oven receipt 2", a camera's number is nothing at all.
const months = "January February March April May June July August September October November December".split(" ");
const screenshot = /^(screen[ _-]?shot|bildschirmfoto|capture d.écran|captura de pantalla|schermata|schermafbeelding)/i;
const dated = /(?<!\d)((?:19|20)\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?!\d)(?:[-_ T]*(?:at|um|à)?[-_ ]*([01]\d|2[0-3])[-._:h]?([0-5]\d))?/;
const digest = /^(?=.*\d)[0-9a-f]{12,}$/i; // also of a UUID, whose hyphens are gone by then
// Words that cameras, phones and programs put into names by themselves.
const byMachine = new Set(
  "img imag image images mvimg pxl dsc dscn dscf p gopr gp wp wa portrait cover burst mp night hdr edited edit copy photo picture pic foto bild download downloaded unnamed untitled clipboard pasted signal whatsapp telegram at am pm e t x screenshot screen shot".split(
    " ",
  ),
);

// The description to begin with; empty where the name says nothing to a person.
export function suggested(fileName) {
  const stem = fileName.normalize("NFC").replace(/\.[^.]{1,5}$/u, "").trim();
  const date = stem.match(dated);
  const day = date && `${Number(date[3])} ${months[Number(date[2]) - 1]} ${date[1]}`;
  if (screenshot.test(stem)) return `Screenshot${day ? ` of ${day}` : ""}${date?.[4] ? `, ${date[4]}:${date[5]}` : ""}`;
  if (digest.test(stem.replaceAll("-", ""))) return "";
  const words = stem.toLowerCase().match(/\p{L}+/gu) ?? [];
  if (words.every((word) => byMachine.has(word))) return day ? `Photo of ${day}` : "";
  const spaced = stem.replace(/[_+]+|%20/g, " ").replace(/(?<!\d)[-.]+|[-.]+(?!\d)/g, " ");
  return spaced.replace(/\s+/g, " ").trim().slice(0, 200);
}
