// Loaded before a program and before each of its threads: makes their wall clock wrong by SKEW_MS, as Date reads
// it, and by one after the other of SKEW_JUMPS_MS besides, a new one every SKEW_EVERY_MS. Timers and
// performance.now() run on the monotonic clock, which cannot be set.
const RealDate = Date;
const jumps = (process.env.SKEW_JUMPS_MS ?? '0').split(',').map(Number);
const everyMs = Number(process.env.SKEW_EVERY_MS ?? Number.POSITIVE_INFINITY);
// The machine's, so that all threads of a program jump together.
const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;
const skew = () => Number(process.env.SKEW_MS) + jumps[Math.floor(monotonicMs() / everyMs) % jumps.length];

class SkewedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + skew());
    else super(...args);
  }

  static now() {
    return RealDate.now() + skew();
  }
}

Object.defineProperty(SkewedDate, 'name', { value: 'Date' });
globalThis.Date = new Proxy(SkewedDate, { apply: () => new SkewedDate().toString() });
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + skew() });
