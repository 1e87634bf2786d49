import { StringDecoder } from 'node:string_decoder';
import { escapeAllButColours } from '@job-manager/shared/terminal-text';
import type { ReportStreams } from './report.js';

type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>;

/**
 * From now on, what a job prints goes to standard error, with its control characters shown and not obeyed: it repeats what
 * others wrote. Answers the streams as they were, for the command's own lines, which draw and colour.
 */
export function separateJobOutput({
  stdout,
  stderr,
}: Record<'stdout' | 'stderr', Stream> = process): Pick<ReportStreams, 'out' | 'err'> {
  const toOut = stdout.write.bind(stdout);
  const toErr = stderr.write.bind(stderr);
  stdout.write = escapingInto(toErr);
  stderr.write = escapingInto(toErr);
  return {
    out: { write: toOut },
    err: {
      write: toErr,
      isTTY: stderr.isTTY,
      get columns() {
        return stderr.columns;
      },
    },
  };
}

/** One for each stream: a character may come in two halves. */
function escapingInto(write: Stream['write']): Stream['write'] {
  const decoder = new StringDecoder('utf8');
  return ((chunk: string | Uint8Array, ...rest: [BufferEncoding?, (() => void)?]) => {
    const text = typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk));
    const onWritten = rest.find((each) => typeof each === 'function');
    return write(escapeAllButColours(text), onWritten);
  }) as Stream['write'];
}
