// Two soft notes made by the browser itself. A browser lets a page sound only after a touch, or when the
// screen's own browser was started with --autoplay-policy=no-user-gesture-required.

let context = null;

const NOTES = [[659.3, 0], [523.3, 0.28]]; // E, then C: rising seconds of the start

/** How long the notes are loud enough to cover a voice. */
export const CHIME_S = 1.1;

/** Where this page sounds; null until it asked to. */
export const audio = () => context;

/** Sound once, if this page may. */
export function chime() {
  if (context?.state !== "running") return;
  for (const [pitch, from] of NOTES) {
    const start = context.currentTime + from;
    const tone = new OscillatorNode(context, { frequency: pitch, type: "sine" });
    const loudness = new GainNode(context, { gain: 0 });
    loudness.gain.linearRampToValueAtTime(0.35, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 1.1);
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + 1.2);
  }
}

/** Show `button` while the page may not sound; its press allows it. */
export function askForSound(button) {
  context = new AudioContext();
  const look = () => (button.hidden = context.state === "running");
  context.addEventListener("statechange", look);
  button.addEventListener("click", async () => {
    await context.resume();
    chime();
  });
  look();
}
