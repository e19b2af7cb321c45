// Paper questionnaires from the keyboard: a digit answers and goes on, Enter records the sheet, Z withdraws the
// last. A sheet stays on the screen until it is on disk, so that nothing entered is lost by a cut.

import { data, site, t, all, one, write, fill, element } from "../page.js";
import { on, view, follow } from "../live.js";

const form = one("[data-sheet]");
const questions = all("fieldset", form);
const feedback = one("[data-feedback]");
const clock = new Intl.DateTimeFormat(data.language, { hour: "2-digit", minute: "2-digit", timeZone: data.timezone });
const sheets = []; // {key, at, answers, withdrawn}
let current = 0;
let key = newKey();
let busy = false;

/** Random, made when a sheet is begun: sent twice after a cut, it is still one sheet. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function go(place) {
  current = Math.min(Math.max(place, 0), questions.length);
  questions.forEach((question, index) => question.toggleAttribute("data-current", index === current));
  one(".send", form).toggleAttribute("data-current", current === questions.length);
  (questions[current] ?? one(".send", form)).scrollIntoView({ block: "nearest" });
}

function answer(number) {
  const boxes = all("input", questions[current]);
  if (number > boxes.length) return tell("refused", t("paper.no_such_answer", { n: boxes.length }));
  if (number) boxes[number - 1].checked = true;
  else for (const box of boxes) box.checked = false;
  tell("", "");
  go(current + 1);
}

function tell(state, text) {
  feedback.dataset.state = state;
  write(feedback, text);
}

const ticked = () => questions.flatMap((question) => {
  const box = one("input:checked", question);
  return box ? [{ barometer: question.dataset.barometer, question: question.dataset.question, answer: Number(box.value) }] : [];
});

async function post(address, body) {
  try {
    const response = await fetch(address, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } });
    if (response.status === 401) location.reload();
    return response.status;
  } catch {
    return 0;
  }
}

async function record() {
  const answers = ticked();
  if (busy) return;
  if (!answers.length) return tell("refused", t("paper.empty"));
  busy = true;
  tell("sent", t("paper.recording"));
  const status = await post("/questionnaires", { key, answers });
  busy = false;
  if (status !== 202) return tell("lost", t(status === 400 ? "paper.outdated" : "paper.not_recorded"));
  sheets.unshift({ key, at: new Date(), answers: answers.length, withdrawn: false });
  key = newKey();
  form.reset();
  go(0);
  show();
  tell("done", t("paper.recorded", { n: answers.length }));
}

async function withdraw(sheet) {
  if (busy) return;
  if (!sheet) return tell("refused", t("paper.nothing_to_undo"));
  busy = true;
  const status = await post("/questionnaires/retrait", { key: sheet.key });
  busy = false;
  if (status !== 202) return tell("lost", t("paper.not_withdrawn"));
  sheet.withdrawn = true;
  show();
  tell("done", t("paper.withdrawn"));
}

function show() {
  write("[data-field=count]", sheets.filter((sheet) => !sheet.withdrawn).length);
  fill(one("[data-sheets]"), ...sheets.slice(0, 8).map((sheet) => element("li", { class: sheet.withdrawn ? "withdrawn" : "" },
    element("span", {}, `${clock.format(sheet.at)} · ${t("paper.answers", { n: sheet.answers })}`),
    sheet.withdrawn ? element("i", {}, t("paper.is_withdrawn"))
      : element("button", { type: "button", class: "quiet", "data-withdraw": sheet.key }, t("paper.withdraw")))));
}

function showToday() {
  const seen = Object.keys(site.barometers).map((id) => view(`view/barometer/${id}`));
  write("[data-field=today]", seen.includes(null) ? t("paper.today_unknown") : t("paper.today", { n: Math.max(0, ...seen.map((one) => one.paper)) }));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  // By the key's place: on a French keyboard the upper row gives letters without Shift.
  const digit = /^(?:Digit|Numpad)([0-6])$/.exec(event.code);
  if (digit) {
    if (current < questions.length) answer(Number(digit[1]));
  } else if (event.code === "Backspace") go(current - 1);
  else if ((event.code === "Enter" || event.code === "NumpadEnter") && !event.target.closest("button, a")) record();
  else if (event.key.toLowerCase() === "z") withdraw(sheets.find((sheet) => !sheet.withdrawn));
  else return;
  event.preventDefault();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  record();
});
form.addEventListener("change", (event) => go(questions.indexOf(event.target.closest("fieldset")) + 1));
document.addEventListener("click", (event) => {
  const asked = event.target.closest("[data-withdraw]")?.dataset.withdraw;
  if (asked) withdraw(sheets.find((sheet) => sheet.key === asked));
});
addEventListener("beforeunload", (event) => {
  if (ticked().length) event.preventDefault();
});

for (const id of Object.keys(site.barometers)) on(`view/barometer/${id}`, showToday);
go(0);
follow();
