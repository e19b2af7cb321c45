// The barometer's screen: each answer's share as what is nearly sure and what is still possible, over the visits
// that could have voted; then what was well liked by the hall's waits and by the hour, where enough voted.

import { site, t, one, write, fill, element, shape, pictogram, ago } from "../page.js";
import { on, onTick, view, civil, follow } from "../live.js";

const screen = one("[data-barometer]");
const id = screen.dataset.barometer;
const topic = `view/barometer/${id}`;
const { minimum, questions } = site.barometers[id];
const field = (name) => one(`[data-field=${name}]`, screen);
const percent = (share) => Math.round(share * 100);

function show(seen) {
  const question = questions[seen?.question];
  write(field("question"), question?.text ?? (seen ? t("barometer.no_question") : t("live.none")));
  write(field("other"), question?.other ?? "");
  write("[data-vote-count]", seen ? seen.votes : t("live.none"));
  write(field("votes-word"), seen ? t("barometer.votes_word", { n: seen.votes }) : t("live.unknown"));
  write(field("denominator"), seen ? t("barometer.denominator", { n: seen.visits }) : "");
  write(field("too-fast"), seen?.too_fast ? t("barometer.too_fast", { n: seen.too_fast }) : "");
  write(field("paper"), seen?.paper ? t("barometer.paper", { n: seen.paper }) : "");
  const enough = seen && seen.votes >= minimum;
  write(field("how"), !seen ? "" : enough ? t("barometer.how") : t("barometer.few_votes", { n: minimum }));
  fill(one("[data-answers]", screen), ...(seen?.answers ?? []).map((answer) => row(answer, question?.answers[answer.answer])));
  showParts("waits", seen?.waits ?? [], waitRow);
  showParts("hours", seen?.hours ?? [], hourColumn);
  showLastVote();
}

function row({ answer, votes, share, low, high }, about) {
  const known = share !== null;
  return element("li", { class: about?.positive ? "positive" : "" },
    element("span", { class: "pictogram" }, about ? pictogram(about.pictogram) : ""),
    element("span", { class: "answer" }, about?.text ?? answer, element("small", { lang: t("nav.other_language_code") }, about?.other ?? "")),
    bar(share, low, high),
    element("span", { class: "share" }, known ? element("b", {}, `${percent(share)}`) : "", known ? "\u202F%" : t("live.none")),
    element("span", { class: "votes" }, known ? t("barometer.between", { low: percent(low), high: percent(high) }) : "",
      element("i", {}, t("barometer.votes", { n: votes }))));
}

/** What is nearly sure in full colour, what is possible in light, and a line at the share; empty without one. */
function bar(share, low, high, upright = false) {
  const svg = shape("svg", { class: "bar", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
  const part = (look, from, to) => svg.append(shape("rect", upright
    ? { class: look, x: 0, width: 100, y: 100 - to * 100, height: Math.max(0, to - from) * 100 }
    : { class: look, x: from * 100, width: Math.max(0, to - from) * 100, y: 0, height: 100 }));
  part("track", 0, 1);
  if (share !== null) {
    part("solid", 0, low);
    part("maybe", low, high);
    const half = upright ? 0.02 : 0.004; // as thick either way
    part("at", Math.max(0, share - half), share + half);
  }
  return svg;
}

/** A part of the screen is there once one of its rows has enough votes; before, nothing would be said in it. */
function showParts(name, parts, made) {
  const where = one(`[data-part=${name}]`, screen);
  where.hidden = !parts.some((part) => part.share !== null);
  fill(one("ol", where), ...(where.hidden ? [] : parts.map(made)));
}

function waitRow({ from_s, to_s, votes, share, low, high }) {
  const label = to_s === null ? t("barometer.wait_over", { n: from_s / 60 })
    : from_s === 0 ? t("barometer.wait_under", { n: to_s / 60 }) : t("barometer.wait_between", { from: from_s / 60, n: to_s / 60 });
  return element("li", { class: "positive" }, element("span", { class: "label" }, label), bar(share, low, high),
    element("b", {}, share === null ? t("live.none") : `${percent(share)}\u202F%`),
    element("i", {}, share === null ? fewOf(votes) : t("barometer.votes", { n: votes })));
}

function hourColumn({ hour, votes, share, low, high }) {
  return element("li", { class: "positive" }, element("b", {}, share === null ? t("live.none") : `${percent(share)}\u202F%`),
    bar(share, low, high, true), element("span", { class: "label" }, t("live.hour_whole", { h: hour })),
    element("i", {}, t("barometer.votes", { n: votes })));
}

const fewOf = (votes) => t("barometer.few_here", { votes, n: minimum });

function showLastVote() {
  const seen = view(topic), time = civil();
  write(field("last-vote"), !seen || time === null || !seen.last_vote_ns ? "" : t("barometer.last_vote", { ago: ago(seen.last_vote_ns, time) }));
}

on(topic, show);
onTick(showLastVote);
follow();
