/** What was run, in words: its title, its load and the fail rate. */

/** @import { Words } from './words.js' */

/**
 * @typedef {object} DescribedRun
 * @property {{ requests: number, concurrency: number, everyMs: number, timeoutMs: number, schedule?: { kind: string } | undefined }} load
 * @property {string} seed
 * @property {string} target
 * @property {{ atStart: number, atEnd: number } | undefined} [failRate]
 * @property {{ seed: string } | undefined} [simulated]
 * @property {{ clients?: number | undefined } | undefined} [conditions]
 */

/** What was run, when nobody gave it a name. @param {{ command: string, arms: readonly { name: string }[] }} run @param {Words} words */
export function titleOf({ arms, command }, words) {
  const names = arms.map(arm => arm.name)
  return names.length > 1
    ? names.join(words('title.against'))
    : words('title.one', { command, arm: names[0] ?? words('title.nothing') })
}

/**
 * The schedule in words: `300 requests an arm, 10 every 100 ms, timeout 2.00 s, seed 42, at http://…`.
 * @param {DescribedRun} run
 * @param {'' | '-an-arm' | '-a-combination'} each what the requests are counted by
 * @param {Words} words
 */
export function describeRun({ load, seed, target, failRate, simulated, conditions }, each, words) {
  const { requests, timeoutMs } = load
  return [
    words(`load.requests${each}`, { requests }),
    ...(requests === 1 ? [] : [paceOf(load, words)]),
    ...(conditions?.clients === undefined ? [] : [words('load.clients', { clients: conditions.clients })]),
    words('load.timeout', { timeoutMs }),
    words('load.seed', { seed }),
    ...(failRate ? [words('load.fail-rate', { rate: describeRate(failRate, words) })] : []),
    simulated ? words('load.simulated', { seed: simulated.seed }) : words('load.target', { target }),
  ].join(', ')
}

/** When the requests leave: `10 every 100 ms`. @param {Omit<DescribedRun['load'], 'timeoutMs'>} load @param {Words} words */
export function paceOf({ requests, concurrency, everyMs, schedule = { kind: 'batches' } }, words) {
  const { kind, ...shape } = schedule
  const pace = kind === 'batches' && concurrency >= requests ? 'all-at-once' : kind
  return words(`load.${pace}`, { ...shape, concurrency, everyMs })
}

/** `70 %`, or `0 % to 70 %` where it was turned meanwhile. @param {DescribedRun['failRate']} rate @param {Words} words */
export function describeRate(rate, words) {
  if (!rate) return words('fail-rate.unknown')
  return words(rate.atStart === rate.atEnd ? 'fail-rate.steady' : 'fail-rate.changed', rate)
}
