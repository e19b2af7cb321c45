// Every fault that can be seen from here, in words with its cause and what to do: nothing stays a red dot.

import { t, one, fill, element, site } from "../page.js";
import { view, link, cannotWrite } from "../live.js";

const NEARLY_FULL = 0.8; // of an outbox: time to bring the broker back, before it must refuse presses
const LOW = 0.1; // of a disk
const card = one(".faults");
const codes = new Map(JSON.parse(card.dataset.codes));
const order = [...codes.keys()];

/** The faults of a node: of its devices, its outbox, its board, and of what it delivered. */
function ofNode(node) {
  const status = view(`status/${node}`), health = view(`health/${node}`), ledger = view(`view/ledger/${node}`);
  if (status?.state === "lost") return [{ fault: "node_lost" }];
  if (!status || !health) return [{ fault: "node_silent" }];
  const board = health.board, full = health.outbox_capacity_bytes ? health.outbox_bytes / health.outbox_capacity_bytes : 0;
  const found = health.devices.filter(({ state }) => state !== "ok")
    .map(({ id, fault, detail }) => ({ fault: fault || "device_error", device: id, detail }));
  const whole = { // what is true of the node, and how it is counted
    outbox_nearly_full: full >= NEARLY_FULL && `${Math.round(100 * full)} %`,
    outbox_set_aside: health.outboxes_set_aside,
    wrong_board: board?.wrong_board && board.model,
    under_voltage: board?.under_voltage || board?.under_voltage_since_start,
    hot: board?.throttled && board.temperature_c !== null && `${Math.round(board.temperature_c)} °C`,
    disk_low: board && board.disk_free_bytes < LOW * board.disk_bytes && `${Math.round(board.disk_free_bytes / 1e6)} MB`,
    no_clock: board && !board.clock_synchronised,
    missing: ledger?.missing, identity: ledger?.alarms, quarantined: ledger?.quarantined,
  };
  for (const [fault, count] of Object.entries(whole)) if (count) found.push({ fault, detail: counted(count) });
  return found;
}

const counted = (count) => typeof count === "string" ? count : count > 1 ? `× ${count}` : "";

/** The faults of the hall and of this dashboard. */
function ofHall(nodes) {
  const found = cannotWrite() ? [{ fault: "journal_stuck" }] : [];
  if (nodes.some((node) => view(`view/ledger/${node}`)?.stored === null)) found.push({ fault: "store_away" });
  const city = view("private/city/now");
  if (city?.fault) found.push({ fault: city.fault, detail: city.refused });
  if (card.dataset.speaks !== "true") found.push({ fault: "no_speech" });
  return found;
}

/** Everything that is wrong now. While the hall is silent nothing else can be known; cut off, nothing at all. */
function all(nodes) {
  switch (link()) {
    case "live": return [...nodes.flatMap((node) => ofNode(node).map((one) => ({ ...one, node }))), ...ofHall(nodes)];
    case "silent": return [{ fault: "hall_silent" }];
    default: return [];
  }
}

/** Show them all, in the order of the catalogue. */
export function showFaults(nodes) {
  const found = all(nodes).sort((one, other) => order.indexOf(one.fault) - order.indexOf(other.fault));
  const words = JSON.stringify([link(), found]);
  if (card.dataset.shown === words) return;
  card.dataset.shown = words;
  fill(one("[data-faults]", card), ...found.map(row));
  one("[data-no-faults]", card).hidden = found.length > 0 || link() !== "live";
}

function row({ fault, node, device, detail }) {
  const where = [node && (site.nodes[node] ?? t("technique.console")), device].filter(Boolean).join(" · ");
  return element("li", { "data-fault": fault },
    element("b", { class: "code" }, codes.get(fault)),
    element("div", {},
      element("strong", {}, t(`fault.${fault}.says`)), where ? element("span", { class: "where" }, where) : null,
      element("p", {}, `${t(`fault.${fault}.cause`)} `, element("em", {}, t(`fault.${fault}.remedy`))),
      detail ? element("small", {}, detail) : null));
}
