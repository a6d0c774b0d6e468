/** Time as an argument: a monotonic clock with timers, so that tests can move it by hand. */

export interface Clock {
  /** Monotonic milliseconds, fractional; only differences between two readings mean anything. */
  now(): number
  /** Calls `act` once, `ms` milliseconds from now, unless the returned function is called before. */
  after(ms: number, act: () => void): () => void
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
