/** Time as an argument: a monotonic clock with timers, so that tests can move it by hand. */

export interface Clock {
  /** Monotonic milliseconds, fractional; only differences between two readings mean anything. */
  now(): number
  /** Calls `act` once, `ms` milliseconds from now, unless the returned function is called before. */
  after(ms: number, act: () => void): () => void
  /** The same for a timer that is its own handle. Where timers come by the million, nothing else is made for them. */
  start?(ms: number, timer: Timer): void
  /** Nothing happens where the timer does not wait. */
  stop?(timer: Timer): void
}

/** Something that is to happen, once each time that it is started. It waits for one moment at a time. */
export interface Timer {
  /** The clock's own. Null at first. */
  ticket: Ticket
  /** Its moment has come. */
  due(): void
}

export type Ticket = (() => void) | number | null

/** Starts a timer on any clock. */
export function startTimer(clock: Clock, ms: number, timer: Timer): void {
  if (clock.start) clock.start(ms, timer)
  else timer.ticket = clock.after(ms, () => timer.due())
}

/** Stops a timer that was started on the clock; nothing happens where it does not wait. */
export function stopTimer(clock: Clock, timer: Timer): void {
  if (clock.stop) clock.stop(timer)
  else if (typeof timer.ticket === 'function') timer.ticket()
}

/** The clock of this process. Its timers keep the process alive until they fire or are cancelled. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}

/** Resolves `ms` milliseconds from now, or when `signal` aborts, whichever comes first; it never rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  if (ms <= 0 || signal?.aborted) return Promise.resolve()
  return new Promise(resolve => {
    const end = () => {
      cancel()
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    signal?.addEventListener('abort', end)
  })
}
