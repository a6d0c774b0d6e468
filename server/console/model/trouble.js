/** What was wrong with the catalog, and when: spells of an outage, a slow-down or a fail rate out of its conditions. */

/** @typedef {{ failRate: number, outage: boolean, slow?: number }} Conditions */
/** @typedef {'down' | 'slow' | 'rate'} TroubleKind */
/** @typedef {{ fromMs: number, toMs: number, kind: TroubleKind, value: number }} Trouble `value`: how many times slower, or percent of the calls */

/** Spells of a rate that are shorter than this, in milliseconds, are steps of one. */
const STEP_MS = 1_500

/**
 * What is in force, the worst first; null for a catalog that works.
 * @param {Conditions} conditions
 * @returns {Pick<Trouble, 'kind' | 'value'> | null}
 */
export function troubleIn({ failRate, outage, slow = 1 }) {
  if (outage || failRate >= 100) return { kind: 'down', value: 100 }
  if (slow > 1) return { kind: 'slow', value: slow }
  return failRate > 0 ? { kind: 'rate', value: failRate } : null
}

/**
 * The spells of trouble between moments at which the conditions are known, each moment standing for the time since the one before.
 * @param {readonly (Conditions & { atMs: number })[]} moments in the order of time
 * @returns {Trouble[]}
 */
export function troublesOf(moments) {
  /** @type {Trouble[]} */
  const spells = []
  let before = 0
  for (const moment of moments) {
    const now = troubleIn(moment)
    const last = spells.at(-1)
    if (now && last && last.toMs === before && last.kind === now.kind && last.value === now.value)
      last.toMs = moment.atMs
    else if (now && moment.atMs > before) spells.push({ fromMs: before, toMs: moment.atMs, ...now })
    before = moment.atMs
  }
  return joined(spells)
}

/** A rate that moves is one spell with its highest value. @param {readonly Trouble[]} spells */
function joined(spells) {
  /** @type {Trouble[]} */
  const all = []
  for (const spell of spells) {
    const last = all.at(-1)
    const brief = last !== undefined && (isBrief(last) || isBrief(spell)) && last.toMs === spell.fromMs
    if (last && brief && last.kind === 'rate' && spell.kind === 'rate') {
      last.toMs = spell.toMs
      last.value = Math.max(last.value, spell.value)
    } else all.push({ ...spell })
  }
  return all
}

/** @param {Trouble} spell */
function isBrief({ fromMs, toMs }) {
  return toMs - fromMs < STEP_MS
}

/**
 * @param {readonly Trouble[]} troubles
 * @param {number} atMs
 * @returns {Trouble | null}
 */
export function troubleAt(troubles, atMs) {
  return troubles.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs) ?? null
}
