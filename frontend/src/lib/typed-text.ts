/** Fields typed into since the page was loaded. */
const typedInto = new Set<HTMLInputElement | HTMLTextAreaElement>();

const isTextField = (target: EventTarget | null): target is HTMLInputElement | HTMLTextAreaElement =>
  target instanceof HTMLTextAreaElement || (target instanceof HTMLInputElement && target.type !== 'search');

/** Notes the fields that are typed into, until the returned function is called. What only filters a list is in the address. */
export function watchTyping(): () => void {
  const onInput = ({ target }: Event) => {
    if (isTextField(target)) typedInto.add(target);
  };
  document.addEventListener('input', onInput);
  return () => document.removeEventListener('input', onInput);
}

/** Whether a field on screen holds something typed, which a reload would lose. */
export function hasTypedText(): boolean {
  for (const field of typedInto) if (!field.isConnected) typedInto.delete(field);
  return [...typedInto].some(({ value }) => value !== '');
}
