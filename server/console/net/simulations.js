/** Asks for simulations while sliders are dragged: one answer is awaited at a time, and then the newest wish has its turn. */

/** How long to wait where the simulator is at work for others, in milliseconds, and how often. */
const AGAIN_MS = 400
const MAX_TRIES = 8

/** Refusals that say that somebody else had the turn. */
const BUSY = [409, 429]

/** @typedef {Record<string, unknown>} Spec an experiment */
/** @typedef {(spec: Spec, days: number | null, signal: AbortSignal) => Promise<any>} Simulate with so many other days */
/**
 * @typedef {object} Listeners
 * @property {(result: any) => void} onResult hears of every wish that was answered, and of the last one a second time, with its days
 * @property {(error: unknown) => void} onProblem
 * @property {number} days
 * @property {(ms: number) => Promise<unknown>} [wait]
 */

/** @param {Simulate} simulate @param {Listeners} listeners */
export function createSimulations(simulate, { onResult, onProblem, days, wait = pause }) {
  /** @type {Spec | null} */
  let wanted = null
  let working = false
  /** Of what is to be given up as soon as there is a newer wish. */
  let distribution = new AbortController()

  /** @param {Spec} spec @param {number | null} count @param {AbortSignal} signal */
  const ask = async (spec, count, signal) => {
    for (let tries = 1; ; tries += 1) {
      try {
        const result = await simulate(spec, count, signal)
        if (!signal.aborted) onResult(result)
        return true
      } catch (error) {
        if (signal.aborted) return false
        const { status = 0 } = /** @type {{ status?: number }} */ (error)
        if (!BUSY.includes(status) || tries === MAX_TRIES) {
          onProblem(error)
          return false
        }
        await wait(AGAIN_MS)
        if (signal.aborted || (count === null && wanted !== null)) return false
      }
    }
  }

  const work = async () => {
    working = true
    while (wanted !== null) {
      const spec = wanted
      wanted = null
      distribution = new AbortController()
      const answered = await ask(spec, null, new AbortController().signal)
      if (answered && wanted === null) await ask(spec, days, distribution.signal)
    }
    working = false
  }

  return {
    /** Takes the place of whatever was wanted before. @param {Spec} spec */
    ask(spec) {
      wanted = spec
      distribution.abort()
      if (!working) work()
    },
    /** What is under way is not wanted any more. */
    stop() {
      wanted = null
      distribution.abort()
    },
  }
}

/** @param {number} ms */
function pause(ms) {
  return new Promise(resolve => setTimeout(resolve, ms))
}
