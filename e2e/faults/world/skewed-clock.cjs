// Loaded before a program and before each of its threads: makes their wall clock wrong by SKEW_MS, as Date tells
// it. Timers and performance.now() run on the monotonic clock, which nobody can set.
const skewMs = Number(process.env.SKEW_MS);
const RealDate = Date;

class SkewedDate extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + skewMs);
    else super(...args);
  }

  static now() {
    return RealDate.now() + skewMs;
  }
}

Object.defineProperty(SkewedDate, 'name', { value: 'Date' });
globalThis.Date = new Proxy(SkewedDate, { apply: () => new SkewedDate().toString() });
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + skewMs });
