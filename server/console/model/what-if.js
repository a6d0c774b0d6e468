/** What the sliders of "what if" stand for: an experiment to simulate, the same as a command line, and the figures of a result. */

/** @import { Run } from './types.js' */

import { hasCircuit } from './arm-names.js'
import { usefulShare } from './run.js'

/** @typedef {'threshold' | 'openFor' | 'probes' | 'retries' | 'failRate' | 'outage'} KnobId */
/** @typedef {Record<KnobId, number>} Knobs percent, milliseconds, calls, further tries, percent, milliseconds */

/** The range of each slider, and where it begins: the circuit as it is where nobody says otherwise. */
export const KNOBS = /** @type {const} */ ({
  threshold: { min: 5, max: 100, step: 5, standard: 50 },
  openFor: { min: 100, max: 5_000, step: 100, standard: 1_000 },
  probes: { min: 1, max: 10, step: 1, standard: 1 },
  retries: { min: 0, max: 5, step: 1, standard: 0 },
  failRate: { min: 0, max: 100, step: 5, standard: 0 },
  outage: { min: 0, max: 10_000, step: 500, standard: 3_000 },
})
export const KNOB_IDS = /** @type {KnobId[]} */ (Object.keys(KNOBS))

/** Requests of an arm, how many leave a second, and when the outage begins, in milliseconds. */
export const LOAD = { requests: 500, perSecond: 25, outageFromMs: 2_000 }
/** So many other days make a span that 95 % of them lie in, and take well below half a second. */
export const DAYS = 99
/** Decides which requests meet a fault: the same ones wherever the sliders stand. */
const SEED = 'what-if'

/** The arm without a breaker, and the one with it. @param {Pick<Knobs, 'retries'>} knobs */
function armsOf({ retries }) {
  return retries === 0 ? ['none', 'breaker'] : [`retry(${retries})`, `retry(${retries})+breaker`]
}

/** The experiment that is simulated. @param {Knobs} knobs */
export function specOf(knobs) {
  const { threshold, openFor, probes, failRate, outage } = knobs
  const { requests, perSecond, outageFromMs: fromMs } = LOAD
  return {
    arms: armsOf(knobs),
    circuit: { failurePercentage: threshold, openForMs: openFor, probes },
    load: { requests, schedule: { kind: 'rate', perSecond } },
    conditions: { failRate, outages: outage === 0 ? [] : [{ failRate: 100, fromMs, toMs: fromMs + outage }] },
    seed: SEED,
  }
}

/** What prints the same figures in a terminal. @param {Knobs} knobs @param {string} origin of the server */
export function commandOf(knobs, origin) {
  const { threshold, openFor, probes, failRate, outage } = knobs
  const { requests, perSecond, outageFromMs: fromMs } = LOAD
  const arms = armsOf(knobs).join(',')
  const spell = outage === 0 ? '' : ` --outage ${fromMs}ms-${fromMs + outage}ms`
  return (
    `npx chaos simulate -u ${origin} --arms ${/\(/.test(arms) ? `'${arms}'` : arms} --threshold ${threshold} --open-for ${openFor}ms` +
    ` --probes ${probes} --fail-rate ${failRate}${spell} --rate ${perSecond}/s -n ${requests} --seed ${SEED} --days ${DAYS}`
  )
}

/**
 * The figures of an arm. `wasted` is in calls of a hundred requests, so that runs of different length compare; `recoveryMs` is null
 * where there was nothing to recover from, or where it did not.
 * @typedef {{ useful: number | null, wasted: number | null, recoveryMs: number | null, recovered: boolean | null }} Figures
 */
/** @typedef {{ low: number, high: number } | null} Span */
/** @typedef {Figures & { spans: { useful: Span, wasted: Span, recoveryMs: Span } }} Simulated */

/** @typedef {{ outcomes: { success: number, failed: number, shortCircuited: number, fromCache: number }, upstream: { wasted: number }, recoveryMs: number | null, recovered: boolean | null }} ArmResult */

/** @param {ArmResult} arm @returns {Figures} */
function figuresOf({ outcomes, upstream, recoveryMs, recovered }) {
  const { success, failed, shortCircuited, fromCache } = outcomes
  const requests = success + failed + shortCircuited + fromCache
  const useful = requests === 0 ? null : (100 * (success + fromCache)) / requests
  return { useful, wasted: perHundred(upstream.wasted, requests), recoveryMs, recovered }
}

/** @param {number} calls @param {number} requests */
function perHundred(calls, requests) {
  return requests === 0 ? null : (100 * calls) / requests
}

/**
 * The arms of a simulated result, in their order.
 * @param {{ arms: ArmResult[], otherDays?: { requests?: number, arms: { useful: Span, wasted: Span, recoveryMs: Span }[] } }} result
 * @returns {Simulated[]}
 */
export function simulatedArms({ arms, otherDays }) {
  const requests = otherDays?.requests ?? LOAD.requests
  return arms.map((arm, index) => {
    const { useful = null, wasted = null, recoveryMs = null } = otherDays?.arms[index] ?? {}
    const calls = wasted && { low: (100 * wasted.low) / requests, high: (100 * wasted.high) / requests }
    return { ...figuresOf(arm), spans: { useful, wasted: calls, recoveryMs } }
  })
}

/**
 * The arms of a run that stand beside those without and with a breaker: the first of each kind, null where there is none. Only a
 * kept result knows of recovery.
 * @param {Run | null} run
 * @param {{ arms: (ArmResult & { name: string })[] } | null} kept
 * @returns {(Figures | null)[]}
 */
export function armsBeside(run, kept) {
  return [false, true].map(guarded => {
    const name = run?.names.find(each => hasCircuit(each) === guarded)
    if (!run || name === undefined) return null
    const arm = kept?.arms.find(each => each.name === name)
    if (arm) return figuresOf(arm)
    const totals = run.totals[name]
    if (!totals) return null
    const { success, failed, shortCircuited, fromCache, wasted } = totals
    const requests = success + failed + shortCircuited + fromCache
    return { useful: usefulShare(totals), wasted: perHundred(wasted, requests), recoveryMs: null, recovered: null }
  })
}
