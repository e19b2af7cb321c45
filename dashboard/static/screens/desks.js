// All desks with their states, to choose one's own.

import { site, t, one, pill, element } from "../page.js";
import { onEach, follow } from "../live.js";
import { followHelp } from "../help.js";

const LEVELS = { free: "calm", called: "busy", serving: "busy", paused: "closed", closed: "closed" };

function show(seen, id) {
  const where = one(`[data-desk="${id}"] [data-field=state]`);
  if (!where) return;
  pill(where, LEVELS[seen?.state] ?? "unknown", t(`live.desk.${seen?.state ?? "unknown"}`));
  if (seen?.number) where.append(element("b", {}, ` ${seen.number}`));
}

onEach("view/desk/", show, Object.keys(site.desks));
followHelp();
follow();
