// @ts-check
// The heartbeat thread reads it too, so plain JavaScript.

/** What is added to a mark. */
const BEGUN = 1;
const RETURNED = 2;
/** Marks are multiples of it, and none is 0, which stands where no run is held. */
const STEP = 4;
const MARKS = 2 ** 29;

const TOKEN_CHARS = 36;
const BYTES_PER_PLACE = 2 * Float64Array.BYTES_PER_ELEMENT + Int32Array.BYTES_PER_ELEMENT + TOKEN_CHARS;

/** @typedef {{ place: number, mark: number }} HeldPlace A held run: a place is used again by another run, a mark is not. */
/** @typedef {HeldPlace & { id: string, leaseToken: string, heldAt: number }} HeldLease */

/** Milliseconds by a clock that all threads of a process share. */
export function sharedNow() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/**
 * The leases that a runner holds and which of their runs have begun, in memory shared with its heartbeat thread, so
 * that no message is sent for a run. While the event loop is blocked, the thread releases runs that wait for it: the
 * one of the two that changes the mark of a run first decides.
 */
export class LeaseTable {
  /** @type {number[]} */
  #free;
  #lastMark = 0;
  #ids;
  #heldAt;
  #marks;
  #tokens;

  /** @param {SharedArrayBuffer} shared Of `LeaseTable.memoryFor`; zeros for a table without runs. */
  constructor(shared) {
    const places = shared.byteLength / BYTES_PER_PLACE;
    this.shared = shared;
    this.places = places;
    this.#ids = new Float64Array(shared, 0, places);
    this.#heldAt = new Float64Array(shared, 8 * places, places);
    this.#marks = new Int32Array(shared, 16 * places, places);
    this.#tokens = Buffer.from(shared, 20 * places);
    this.#free = Array.from({ length: places }, (_, place) => places - 1 - place);
  }

  /** @param {number} places */
  static memoryFor(places) {
    return new SharedArrayBuffer(BYTES_PER_PLACE * places);
  }

  /**
   * Takes a lease in and returns its place. Throws RangeError when all places are taken.
   * @param {{ id: string, leaseToken: string }} lease
   * @param {number} heldAt From `sharedNow`.
   */
  add({ id, leaseToken }, heldAt) {
    const place = this.#free.pop();
    if (place === undefined) throw new RangeError(`A runner holds no more than ${this.places} runs`);
    this.#ids[place] = Number(id);
    this.#heldAt[place] = heldAt;
    this.#tokens.write(leaseToken, TOKEN_CHARS * place, 'latin1');
    this.#lastMark = (this.#lastMark % (MARKS - 1)) + 1;
    // Last: a thread that sees the mark sees the rest as well.
    Atomics.store(this.#marks, place, this.#lastMark * STEP);
    return place;
  }

  /**
   * Notes that a run begins; false when the thread has released it.
   * @param {number} place
   */
  begin(place) {
    const mark = this.markAt(place);
    return Atomics.compareExchange(this.#marks, place, mark, mark + BEGUN) === mark;
  }

  /** @param {number} place */
  remove(place) {
    Atomics.store(this.#marks, place, 0);
    this.#free.push(place);
  }

  /**
   * The mark of the run that has this place; 0 for none.
   * @param {number} place
   */
  markAt(place) {
    const mark = Atomics.load(this.#marks, place);
    return mark - (mark % STEP);
  }

  /**
   * Whether the runner still has a run, begun or not.
   * @param {HeldPlace} held
   */
  has({ place, mark }) {
    const now = Atomics.load(this.#marks, place);
    return now === mark || now === mark + BEGUN;
  }

  /**
   * Reclaims a run before it begins; false when it has begun, or is no longer held.
   * @param {HeldPlace} held
   */
  reclaim({ place, mark }) {
    return Atomics.compareExchange(this.#marks, place, mark, mark + RETURNED) === mark;
  }

  /**
   * All held leases. One that is removed meanwhile may be mixed with its successor: `has` and `reclaim` return false
   * for both.
   */
  held() {
    /** @type {HeldLease[]} */
    const leases = [];
    for (let place = 0; place < this.places; place++) {
      const mark = this.markAt(place);
      if (mark === 0 || !this.has({ place, mark })) continue;
      const leaseToken = this.#tokens.toString('latin1', TOKEN_CHARS * place, TOKEN_CHARS * (place + 1));
      const id = String(this.#ids[place]);
      leases.push({ place, mark, id, leaseToken, heldAt: this.#heldAt[place] ?? 0 });
    }
    return leases;
  }
}
