// A colleague's or a visitor's call for help: on every console within the second, with a quiet sound, and
// "j'y vais".

import { t, one, write } from "./page.js";
import { on, onTick, view, civil } from "./live.js";
import { isEscalated, isHelp, showAlerts } from "./alerts.js";
import { press } from "./press.js";
import { bell, soundAfterTouch } from "./bell.js";

const TOPIC = "private/alerts/now";
let rung = new Set(); // the calls that sounded already

const SAID_MS = 5000;
const AGAIN_MS = 10_000;
const TITLE = document.title;
let rangAgain = 0;

/** A call that nobody answered in time sounds again and again, and the page's title tells it. */
export function ringAgain(calls) {
  const escalated = calls.some(isEscalated);
  document.title = escalated ? `❗ ${TITLE}` : TITLE;
  if (!escalated || performance.now() - rangAgain < AGAIN_MS) return;
  rangAgain = performance.now();
  bell();
}

/** Hear presses on "j'y vais" anywhere on the page; the button tells what becomes of it. */
export function answerHelp() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-help]");
    if (!button || button.dataset.sent === "sent") return;
    press(`/aide/${button.dataset.help}`, {}, (state, text) => {
      button.dataset.sent = state;
      if (state === "done") return delete button.dataset.sent;
      write(button, text);
      if (state !== "sent") setTimeout(() => delete button.dataset.sent, SAID_MS);
    }, t("alert.go"));
  });
}

/** Show calls for help above the page, and sound once for each, and once more when one escalates. */
export function followHelp() {
  const where = one("[data-help-calls]");
  const show = () => {
    const seen = view(TOPIC);
    const calls = (seen?.alerts ?? []).filter(isHelp);
    showAlerts(where, calls, civil());
    if (seen === null) return;
    const open = calls.filter((call) => !call.acknowledged);
    document.body.dataset.ringing = String(open.length > 0);
    const ringing = new Set(open.map((call) => `${call.id} ${call.kind} ${call.since_ns}`));
    if ([...ringing].some((call) => !rung.has(call))) bell();
    rung = ringing;
    ringAgain(open);
  };
  on(TOPIC, show);
  onTick(show);
  soundAfterTouch();
  answerHelp();
}
