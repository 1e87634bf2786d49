import type { Sound } from './preferences';

const volume = { quiet: 0.05, loud: 0.25 } as const;
/** Two tones each, in hertz: falling for a failure, rising for an end, one tone twice for an incident. */
const tones = { failure: [440, 294], end: [523, 659], incident: [587, 587] } as const;
const TONE_S = 0.14;

let context: AudioContext | undefined;

/** Plays the two tones; nothing where sound is off or the browser has none. */
export function playSound(kind: keyof typeof tones, sound: Sound): void {
  if (sound === 'off' || typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  // A browser keeps it silent until the first click on the page.
  void context.resume();
  const gain = context.createGain();
  gain.connect(context.destination);
  tones[kind].forEach((frequency, index) => {
    if (context === undefined) return;
    const start = context.currentTime + index * TONE_S;
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequency;
    oscillator.connect(gain);
    // Without a slope at both ends a tone begins and ends with a click.
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(volume[sound], start + 0.01);
    gain.gain.linearRampToValueAtTime(0, start + TONE_S);
    oscillator.start(start);
    oscillator.stop(start + TONE_S);
  });
}

const SOUND_LOCK = 'job-manager: sound';
/** All tabs learn of an end within it. */
const HELD_MS = 1_500;

/** The same for what all open tabs learn at once: one of them plays it. */
export function playSoundOnce(kind: keyof typeof tones, sound: Sound): void {
  if (!navigator.locks) {
    playSound(kind, sound);
    return;
  }
  void navigator.locks.request(SOUND_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock === null) return;
    playSound(kind, sound);
    await new Promise((resolve) => setTimeout(resolve, HELD_MS));
  });
}
