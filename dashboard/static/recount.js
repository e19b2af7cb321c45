// How many people somebody counted inside, on its way to the hall.

import { t, one, write } from "./page.js";
import { press } from "./press.js";

const SEEN_MS = 1200;

/** Open the dialog on a press, and send what was counted. */
export function askForRecount() {
  const dialog = one("#recount"), feedback = one("[data-feedback]", dialog);
  const tell = (state, text) => {
    feedback.dataset.state = state;
    write(feedback, text);
  };
  const send = (people) => recount(people, (state, text) => {
    tell(state, text);
    if (state === "done") setTimeout(() => dialog.close(), SEEN_MS);
  });
  one("[data-open=recount]")?.addEventListener("click", () => {
    tell("", "");
    dialog.showModal();
  });
  one("[data-close]", dialog).addEventListener("click", () => dialog.close());
  one("[data-recount]").addEventListener("submit", (event) => {
    event.preventDefault();
    send(Number(new FormData(event.target).get("people")));
  });
  one("[data-empty]", dialog).addEventListener("click", () => send(0));
}

/** Ask the hall to go on from that count. */
export const recount = (people, tell) => press("/recompte", { people }, tell, t("espace.recount_done", { n: people }));
