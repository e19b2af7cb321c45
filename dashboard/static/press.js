// An agent's press on its way to the hall. What is done is the hall's answer to the press's key, never our
// own word: "not passed on" is shown after three seconds without one.

import { onEach, machine, link } from "./live.js";
import { t, has } from "./page.js";

const PATIENCE_MS = 3000;
const waiting = new Map(); // key → what to do with the answer

onEach("answer/", (answer) => {
  if (answer) waiting.get(answer.key)?.(answer);
});

/** Random, made at the press; `crypto.randomUUID` would need TLS, this does not. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/**
 * Post a press; `tell(state, text)` is called with "sent", then "done", "refused" or "lost".
 * A late answer still replaces "lost": it is what happened. While the link is down nothing is sent, so that
 * nothing can happen later.
 */
export async function press(address, values, tell, done = "") {
  if (link() !== "live") return tell("refused", t(`live.not_sent.${link()}`));
  const key = newKey();
  const body = JSON.stringify({ key, pressed_ns: machine(), ...values });
  tell("sent", t("live.passing_on"));
  const patience = setTimeout(() => tell("lost", t("live.not_passed_on")), PATIENCE_MS);
  waiting.set(key, (answer) => {
    clearTimeout(patience);
    waiting.delete(key);
    tell(answer.accepted ? "done" : "refused", answer.accepted ? done || answer.number : reason(answer.reason), answer);
  });
  try {
    const response = await fetch(address, { method: "POST", body, headers: { "Content-Type": "application/json" } });
    if (!response.ok) {
      clearTimeout(patience);
      waiting.delete(key);
      if (response.status === 401) return location.reload();
      tell("lost", t(response.status === 403 ? "live.not_yours" : "live.refused_here"));
    }
  } catch {
    // The link is cut: patience says so.
  }
}

const reason = (word) => (has(`live.reason.${word}`) ? t(`live.reason.${word}`) : t("live.reason.other", { reason: word }));
