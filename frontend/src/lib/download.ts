/** Saves a value as a JSON file on the reader's machine. */
export const downloadJson = (fileName: string, value: unknown): void =>
  download(fileName, new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }));

/** Saves a text there. */
export const downloadText = (fileName: string, text: string): void =>
  download(fileName, new Blob([text], { type: 'text/plain' }));

function download(fileName: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(address);
}
