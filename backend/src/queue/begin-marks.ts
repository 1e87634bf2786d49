/** More than a runner holds, but for a few. */
const PLACES = 8_192;
/** Marks are multiples of four, and none is 0: what is added says what became of the run. */
const MARKS = 2 ** 29;

/** What is added to a mark. The heartbeat thread knows these as well. */
const BEGUN = 1;
/** Stands where no run is held. */
const NONE = 0;

/** Where it is written down what became of a run: `mark` stands there until it begins, and something else once it has gone. */
export interface BeginMark {
  place: number;
  mark: number;
}

/**
 * Which runs are held and which of them have begun, in memory shared with the heartbeat thread: while the event loop is
 * blocked, the thread hands back those that wait for it. Of the two, the one that changes a mark first has the run. A mark
 * is never used for two runs, so the thread knows by it that a run has gone, and needs no word for each.
 */
export class BeginMarks {
  readonly shared = new Int32Array(new SharedArrayBuffer(4 * PLACES));
  readonly #free = Array.from({ length: PLACES }, (_, place) => place);
  #last = 0;

  /** A mark for a run that is to begin later; without a place, where all are taken, it can't be handed back. */
  take(): BeginMark {
    this.#last = (this.#last % (MARKS - 1)) + 1;
    const mark = this.#last * 4;
    const place = this.#free.pop() ?? -1;
    if (place >= 0) Atomics.store(this.shared, place, mark);
    return { place, mark };
  }

  /** Notes that the run begins; false when it was handed back. */
  begin({ place, mark }: BeginMark): boolean {
    return place < 0 || Atomics.compareExchange(this.shared, place, mark, mark + BEGUN) === mark;
  }

  /** Says that the run has gone. */
  giveBack({ place }: BeginMark): void {
    if (place < 0) return;
    Atomics.store(this.shared, place, NONE);
    this.#free.push(place);
  }
}
