// A weather alert, the same on every screen. It stays until a fresh word of the hall says that a person cleared
// it: a page that hears nothing any more does not know that the wind has dropped.

import { data, t, one, fill, write, element, icon, hour } from "./page.js";
import { on } from "./live.js";
import { press } from "./press.js";

const where = one("[data-weather]");
const SURE_MS = 6000;
let shown = [];

function show(space) {
  if (space) shown = space.weather_alerts ?? [];
  where.hidden = !shown.length;
  document.body.toggleAttribute("data-weather-alert", shown.length > 0);
  if (where.dataset.kinds === kinds()) return shown.forEach(dress);
  where.dataset.kinds = kinds();
  fill(where, ...shown.map(banner));
  shown.forEach(dress);
}

const kinds = () => shown.map(({ kind }) => kind).join(" ");

function banner({ kind }) {
  return element("article", { "data-kind": kind }, icon("todo"),
    element("p", {}, element("strong", {}, t(`weather.${kind}.title`)), " ", element("span", {}, t("weather.do")), " ", element("small")),
    "mayClear" in where.dataset ? element("button", { type: "button", "data-clear": kind }, t("weather.clear")) : null);
}

function dress({ kind, value, since_ns: since }) {
  write(one(`[data-kind=${kind}] small`, where), t(`weather.${kind}.fact`, { value: Math.round(value), time: hour(since) }));
}

/** The first press asks, the second clears: no sleeve ends an alert. */
where?.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-clear]");
  if (!button || event.detail > 1 || button.dataset.sent === "sent") return;
  if (!("sure" in button.dataset)) {
    button.dataset.sure = "";
    write(button, t("weather.sure"));
    setTimeout(() => {
      delete button.dataset.sure;
      if (!button.dataset.sent) write(button, t("weather.clear"));
    }, SURE_MS);
    return;
  }
  press(`/meteo/${button.dataset.clear}/levee`, {}, (state, text) => {
    button.dataset.sent = state;
    write(button, text);
    if (state !== "sent") setTimeout(() => delete button.dataset.sent, SURE_MS);
  }, t("weather.cleared"));
});

if (where && data.stream) on("view/space/now", show);
