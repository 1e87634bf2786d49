const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:,]|[^\s{}[\]:,"]+/g;

interface Open {
  isObject: boolean;
  /** The key or the place that comes next or is being read. */
  key: string;
  index: number;
}

/** Where the value at a path stands in a JSON text, as offsets; null where it doesn't. The text must be JSON. */
export function findOffsets(text: string, path: readonly string[]): { start: number; end: number } | null {
  const wanted = path.join('\n');
  const open: Open[] = [];
  let start: number | null = null;
  let startDepth = 0;
  const isHere = () => open.map(({ isObject, key, index }) => (isObject ? key : String(index))).join('\n') === wanted;
  for (const { 0: token, index: at } of text.matchAll(TOKEN)) {
    const inner = open.at(-1);
    const isEnd = token === '}' || token === ']';
    if (isEnd) open.pop();
    if (isEnd && start !== null && open.length === startDepth) return { start, end: at + token.length };
    if (isEnd) continue;
    if (token === ',') {
      if (inner) Object.assign(inner, { key: '', index: inner.index + 1 });
      continue;
    }
    if (token === ':') continue;
    const isKey =
      inner?.isObject &&
      text
        .slice(at + token.length)
        .trimStart()
        .startsWith(':');
    if (inner && isKey) {
      inner.key = String(JSON.parse(token));
      continue;
    }
    const isContainer = token === '{' || token === '[';
    if (start === null && isHere()) {
      if (!isContainer) return { start: at, end: at + token.length };
      start = at;
      startDepth = open.length;
    }
    if (isContainer) open.push({ isObject: token === '{', key: '', index: 0 });
  }
  return null;
}
