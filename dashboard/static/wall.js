// The live page on a wall, without its chrome: what is now, then the day so far, in turn. Who wants to read
// on pauses it (WCAG 2.2.2); where the machine asks for less motion nothing turns until it is told to.

import { t, all, one, fill, icon } from "./page.js";

const TURN_MS = 20_000;

export function showOnWall() {
  const panels = all("[data-panel]"), pause = one("[data-wall=pause]");
  let shown = 0, paused = matchMedia("(prefers-reduced-motion: reduce)").matches, turnedAt = performance.now();

  const turn = (to) => {
    shown = to % panels.length;
    turnedAt = performance.now();
    panels.forEach((panel, place) => { panel.hidden = place !== shown; });
  };
  const tell = () => {
    pause.setAttribute("aria-pressed", String(paused));
    fill(pause, icon(paused ? "arrow" : "pause"), " ", t(paused ? "espace.wall_resume" : "espace.wall_pause"));
  };
  pause.addEventListener("click", () => {
    paused = !paused;
    turnedAt = performance.now();
    tell();
  });
  one("[data-wall=next]").addEventListener("click", () => turn(shown + 1));
  setInterval(() => !paused && performance.now() - turnedAt >= TURN_MS && turn(shown + 1), 500);
  tell();
  turn(0);
}
