// The city's tables are made by the server: they are asked for again from time to time, while somebody looks.

import { one } from "../page.js";

const EVERY_MS = 30_000;

setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return; // what stands there says as of when it is
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const place of ["[data-live]", ".foot"]) {
    const shown = one(place);
    const next = one(place, fresh);
    // Not under the finger or the keyboard of somebody who reads along a table.
    if (shown && next && !shown.contains(document.activeElement)) shown.replaceWith(document.adoptNode(next));
  }
}, EVERY_MS);
