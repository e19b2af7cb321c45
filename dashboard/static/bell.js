// One low, soft note for agents when somebody calls for help: to be noticed at a desk, not across the tent.
// A browser lets a page sound only after a touch on it; the first touch anywhere allows it.

import { one } from "./page.js";

let audio = null;

/** Sound once, if this page may. */
export function bell() {
  if (audio?.state !== "running") return;
  for (const from of [0, 0.45]) {
    const start = audio.currentTime + from;
    const tone = new OscillatorNode(audio, { frequency: 392, type: "sine" });
    const loudness = new GainNode(audio, { gain: 0 });
    loudness.gain.setValueAtTime(0.0001, start);
    loudness.gain.linearRampToValueAtTime(0.16, start + 0.04);
    loudness.gain.exponentialRampToValueAtTime(0.0005, start + 0.9);
    tone.connect(loudness).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 1);
  }
}

/** Let the first touch or key allow the sound; until then `[data-sound-note]` says that it is off. */
export function soundAfterTouch() {
  audio = new AudioContext();
  const note = one("[data-sound-note]");
  const look = () => note && (note.hidden = audio.state === "running");
  audio.addEventListener("statechange", look);
  for (const touch of ["pointerdown", "keydown"]) {
    document.addEventListener(touch, () => audio.state !== "running" && audio.resume().catch(() => {}), { capture: true });
  }
  look();
}
