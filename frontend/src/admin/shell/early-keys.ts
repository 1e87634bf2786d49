/** A palette whose code does not arrive within this time leaves the keys to the page again. */
const MAX_WAIT_MS = 5_000;

let stop: () => string = () => '';

/** Keeps the keys typed from now on until the palette's field has the focus: its code may have to be loaded first. */
export function keepEarlyKeys(): void {
  stop();
  let typed = '';
  const since = performance.now();
  const onKey = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    if (key === 'Escape' || performance.now() - since > MAX_WAIT_MS) stop();
    else if (!ctrlKey && !metaKey && !altKey && (key.length === 1 || key === 'Backspace')) {
      typed = key === 'Backspace' ? typed.slice(0, -1) : typed + key;
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  };
  window.addEventListener('keydown', onKey, { capture: true });
  stop = () => {
    window.removeEventListener('keydown', onKey, { capture: true });
    stop = () => '';
    return typed;
  };
}

/** What was typed before the field had the focus; keys go to the field from here on. */
export const takeEarlyKeys = (): string => stop();
