// Two soft notes made by the browser itself. A browser lets a page sound only after a touch, or when the
// screen's own browser was started with --autoplay-policy=no-user-gesture-required.

let audio = null;

const NOTES = [[659.3, 0], [523.3, 0.28]]; // E, then C: rising seconds of the start

/** Sound once, if this page may. */
export function chime() {
  if (audio?.state !== "running") return;
  for (const [pitch, from] of NOTES) {
    const start = audio.currentTime + from;
    const tone = new OscillatorNode(audio, { frequency: pitch, type: "sine" });
    const loudness = new GainNode(audio, { gain: 0 });
    loudness.gain.linearRampToValueAtTime(0.35, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.001, start + 1.1);
    tone.connect(loudness).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 1.2);
  }
}

/** Show `button` while the page may not sound; its press allows it. */
export function askForSound(button) {
  audio = new AudioContext();
  const look = () => (button.hidden = audio.state === "running");
  audio.addEventListener("statechange", look);
  button.addEventListener("click", async () => {
    await audio.resume();
    chime();
  });
  look();
}
