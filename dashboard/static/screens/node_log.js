// The last lines of a node's log, asked of the node when a technician wants them.

import { site, t, one, write, fill, element } from "../page.js";
import { onEach } from "../live.js";

const PATIENCE_MS = 8000;
const dialog = one("#log");
let wanted = null; // the key of the command that the open dialog waits for
const early = new Map(); // an answer can be here before we know its key

/** Ask; `send(node, command)` gives the command's key. Returns it, null where it was not sent. */
export async function askForLog(node, send) {
  write(one("h2", dialog), t("technique.log.title", { name: site.nodes[node] ?? node }));
  tell(t("technique.log.asked"), []);
  if (!dialog.open) dialog.showModal();
  const key = wanted = await send(node, { action: "log" });
  if (key === null) return dialog.close(), null;
  if (early.has(key)) show(early.get(key));
  setTimeout(() => wanted === key && tell(t("technique.log.no_answer"), []), PATIENCE_MS);
  return key;
}

function show({ key, lines }) {
  if (key !== wanted) return void early.set(key, { key, lines });
  wanted = null;
  early.clear();
  tell(lines.length ? t("technique.log.lines", { n: lines.length }) : t("technique.log.none"), lines.toReversed());
}

function tell(state, lines) {
  write(one("[data-log-state]", dialog), state);
  fill(one("[data-log]", dialog), ...lines.map(({ ago_s: ago, level, text }) => element("li", { "data-level": level },
    element("small", {}, ago < 90 ? t("live.age_seconds", { n: Math.round(ago) }) : t("live.age_minutes", { n: Math.round(ago / 60) })),
    element("b", {}, level), element("span", {}, text))));
}

one("[data-log-close]", dialog).addEventListener("click", () => dialog.close());
onEach("log/", (answer) => answer && show(answer));
