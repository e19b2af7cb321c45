// The history page: its parts are asked for one by one, and the charts drawn from the numbers in their tables.

import { data, t, all } from "../page.js";
import { follow } from "../live.js";
import { Drawing } from "../history/drawing.js";

const AGAIN_MS = 60_000;
const OWN_DAYS = "+";
const parts = all("[data-part]");
const drawings = new Map();

/** Ask for a part; while it is awaited, and where it does not come, what was there stays. */
async function load(part) {
  const body = part.querySelector("[data-body]");
  part.ariaBusy = "true";
  try {
    const answer = await fetch(part.dataset.source, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    body.innerHTML = await answer.text();
    delete part.dataset.failed;
  } catch {
    part.dataset.failed = "";
    if (!drawings.has(part)) say(body, t("history.failed"));
  }
  part.ariaBusy = "false";
  const drawn = body.querySelector("[data-drawn]");
  drawings.delete(part);
  if (drawn) drawings.set(part, new Drawing(body, JSON.parse(drawn.textContent), part.querySelector("h2").textContent, zoomed));
}

function say(body, text) {
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = text;
  body.replaceChildren(note);
}

/** All charts show the same stretch of time. */
function zoomed(from, to) {
  for (const drawing of drawings.values()) drawing.show(from, to);
}

parts.forEach(load);
addEventListener("resize", () => drawings.forEach((drawing) => drawing.fit()));

// Today goes on while the page is open; a reader who unfolded a table or looks closer is left in peace.
const atRest = (part) => !part.querySelector("details[open]") && !drawings.get(part)?.isZoomed && !part.contains(document.activeElement);
setInterval(() => {
  if (document.hidden) return;
  parts.filter((part) => "failed" in part.dataset || (data.now && atRest(part))).forEach(load);
}, AGAIN_MS);
data.now = document.querySelector("[data-parts]").dataset.now === "true";

// The period beside: the days before, or from a day that is chosen.
const choice = document.querySelector("[data-beside]");
const from = document.querySelector("[data-beside-from]");
choice.addEventListener("change", () => {
  const input = from.querySelector("input");
  const chosen = choice.value === OWN_DAYS;
  from.hidden = !chosen;
  input.disabled = !choice.value;
  input.required = chosen;
  input.type = chosen ? "date" : "hidden";
  input.value = chosen ? "" : choice.value;
});

follow();
