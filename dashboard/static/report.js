// The weather as it is known, and what a person measured on its way to the hall.

import { t, one, write, hour } from "./page.js";
import { press } from "./press.js";

const dialog = one("#weather");
const SEEN_MS = 1200;

/** Open the dialog on a press, and send what was filled in. */
export function askForWeather() {
  one("[data-open=weather]")?.addEventListener("click", () => {
    tell("", "");
    dialog.showModal();
  });
  one("[data-close]", dialog).addEventListener("click", () => dialog.close());
  one("[data-weather-report]").addEventListener("submit", (event) => {
    event.preventDefault();
    const told = [...new FormData(event.target)].filter(([, value]) => value !== "");
    if (!told.length) return tell("refused", t("weather.none"));
    let open = told.length;
    for (const [kind, value] of told) {
      press(`/meteo/${kind}`, { value: Number(value) }, (state, text) => {
        tell(state, text);
        if (state === "done" && !--open) setTimeout(() => (dialog.close(), event.target.reset()), SEEN_MS);
      }, t("weather.sent"));
    }
  });
}

function tell(state, text) {
  const where = one("[data-feedback]", dialog);
  where.dataset.state = state;
  write(where, text);
}

/** What the anemometer and people told last, in a few words. */
export function showWeather(space) {
  const now = space?.weather;
  write("[data-field=weather]", !now ? "" : [
    now.wind_km_h !== null ? t("weather.wind_now", { value: Math.round(now.wind_km_h) }) : now.wind_silent ? t("weather.wind_unknown") : null,
    now.snow_cm !== null ? t("weather.snow_now", { value: now.snow_cm, time: hour(now.snow_ns) }) : null,
  ].filter(Boolean).join(" · "));
}
