// Calls made heard, one at a time: two notes, then the call said in each of the page's languages. A newer
// call waits its turn and never cuts another. Without a voice the notes sound alone.

import { chime, audio, CHIME_S } from "./chime.js";

const FETCH_MS = 6000; // a voice that comes later says what everybody has read by then
const MOST_WAITING = 8; // more would be said minutes late: the oldest gives way, and is still shown

const waiting = [];
let speaking = false;

/** Make a call heard, by its key, in these languages. Asked for at once: later it may have left the last four. */
export function announce(key, languages) {
  if (audio()?.state !== "running") return;
  waiting.push(languages.map((language) => sound(`/appels/voix/${language}/${encodeURIComponent(key)}.wav`)));
  if (waiting.length > MOST_WAITING) waiting.shift();
  if (!speaking) void speak();
}

async function speak() {
  speaking = true;
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    chime();
    document.body.dataset.announced = Number(document.body.dataset.announced ?? 0) + 1;
    await pause(CHIME_S);
    for (const sentence of next) await play(await sentence);
  }
  speaking = false;
}

async function sound(address) {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(FETCH_MS) });
    return answer.ok ? await audio().decodeAudioData(await answer.arrayBuffer()) : null;
  } catch {
    return null; // the chime and the screen have told it
  }
}

function play(buffer) {
  if (!buffer || audio().state !== "running") return null;
  return new Promise((ended) => {
    const source = new AudioBufferSourceNode(audio(), { buffer });
    source.addEventListener("ended", ended);
    source.connect(audio().destination);
    source.start();
  });
}

const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));
