// The day so far in small charts: made by the server, asked for again each minute while somebody looks.

import { data } from "./page.js";

const AGAIN_MS = 60_000;
const FETCH_MS = 20_000;

/** Show the charts in `where`; `unknown` is shown instead when they cannot be had. */
export function followTheDay(where, unknown) {
  let asking = false, asked = -AGAIN_MS;
  const ask = async () => {
    if (asking || document.hidden || performance.now() - asked < AGAIN_MS - 1000) return;
    asking = true;
    asked = performance.now();
    const charts = await fetched();
    asking = false;
    unknown.hidden = charts !== null;
    where.hidden = charts === null;
    if (charts !== null) replace(where, charts);
  };
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, AGAIN_MS);
  ask();
}

async function fetched() {
  try {
    const answer = await fetch(`/journee?lang=${data.language}`, { signal: AbortSignal.timeout(FETCH_MS) });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null; // what is not known is said to be so
  }
}

/** New charts, with the tables open that were, and the reader's focus where it was. */
function replace(where, charts) {
  const open = [...where.querySelectorAll("details")].map((one) => one.open);
  const focus = [...where.querySelectorAll("summary")].indexOf(document.activeElement);
  where.innerHTML = charts;
  where.querySelectorAll("details").forEach((one, place) => { one.open = open[place] ?? false; });
  if (focus >= 0) where.querySelectorAll("summary")[focus]?.focus();
}
