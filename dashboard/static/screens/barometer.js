// The barometer's screen: each answer's share with its interval, over the visits that could have voted.

import { site, t, one, write, fill, element, shape, ago } from "../page.js";
import { on, onTick, view, civil, follow } from "../live.js";

const screen = one("[data-barometer]");
const id = screen.dataset.barometer;
const topic = `view/barometer/${id}`;
const { minimum, questions } = site.barometers[id];
const field = (name) => one(`[data-field=${name}]`, screen);

function show(seen) {
  const question = questions[seen?.question];
  write(field("question"), question?.text ?? t("live.none"));
  write("[data-vote-count]", seen ? seen.votes : t("live.none"));
  write(field("votes-word"), seen ? t("barometer.votes_word", { n: seen.votes }) : t("live.unknown"));
  write(field("denominator"), seen ? t("barometer.denominator", { n: seen.visits }) : "");
  const enough = seen && seen.votes >= minimum;
  write(field("how"), !seen ? "" : enough ? t("barometer.how") : t("barometer.few_votes", { n: minimum }));
  fill(one("[data-answers]"), ...(seen?.answers ?? []).map((answer) => row(answer, question?.answers[answer.answer])));
  showLastVote();
}

function row({ answer, votes, share, low, high }, about) {
  const known = share !== null;
  return element("li", { class: about?.positive ? "positive" : "" },
    element("span", { class: "pictogram", "aria-hidden": "true" }, `${about?.pictogram ?? ""}\uFE0E`),
    element("span", { class: "answer" }, about?.text ?? answer),
    bar(share ?? 0, low ?? 0, high ?? 0, known),
    element("span", { class: "share" }, known ? element("b", {}, `${Math.round(share * 100)}`) : "", known ? "\u202F%" : t("live.none")),
    element("span", { class: "votes" }, known ? t("barometer.between", { low: Math.round(low * 100), high: Math.round(high * 100) }) : "",
      element("i", {}, t("barometer.votes", { n: votes }))));
}

/** The share as a bar, its interval as a whisker over the end. */
function bar(share, low, high, known) {
  const svg = shape("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" });
  const part = (look, from, to, y, height) => svg.append(shape("rect", { class: look, x: from * 100, width: Math.max(0, (to - from) * 100), y, height }));
  part("track", 0, 1, 0, 10);
  if (known) {
    part("solid", 0, share, 0, 10);
    part("whisker", low, high, 4.2, 1.6);
    part("whisker", low, low + 0.003, 2, 6);
    part("whisker", high - 0.003, high, 2, 6);
  }
  return svg;
}

function showLastVote() {
  const seen = view(topic), time = civil();
  write(field("last-vote"), !seen || time === null || !seen.last_vote_ns ? "" : t("barometer.last_vote", { ago: ago(seen.last_vote_ns, time) }));
}

on(topic, show);
onTick(showLastVote);
follow();
