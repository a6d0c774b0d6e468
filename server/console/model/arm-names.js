/** What arms are called for people: the one without a breaker and the one with it, or what they are made of. */

/** The policies that hold a circuit. */
const CIRCUITS = ['breaker', 'opossum', 'cockatiel']

/**
 * The policies of an arm such as `retry(2)+breaker(threshold=15)`, without what stands in parentheses.
 * @param {string} name
 */
export function policiesOf(name) {
  return name
    .replace(/\([^()]*\)/g, '')
    .split('+')
    .map(word => word.trim())
}

/** @param {string} name */
export function hasCircuit(name) {
  return policiesOf(name).some(word => CIRCUITS.includes(word))
}

/** @typedef {{ kind: 'without' | 'with', text: '' } | { kind: 'made', text: string }} ArmTitle `made`: of these policies, in the arm's own words */

/**
 * How each of some arms is called. Of two arms of which one has a circuit, that is what differs; else the bare arm and the one that
 * is a breaker and nothing else have names, and others are called by what they are made of. No two are called alike.
 * @param {readonly string[]} names
 * @returns {ArmTitle[]}
 */
export function armTitles(names) {
  const guarded = names.map(hasCircuit)
  if (names.length === 2 && guarded[0] !== guarded[1]) {
    return guarded.map(has => ({ kind: has ? 'with' : 'without', text: '' }))
  }
  const bare = names.map(name => policiesOf(name).join('+'))
  return names.map((name, index) => {
    const alone = bare.filter(other => other === bare[index]).length === 1
    if (alone && bare[index] === 'none') return { kind: 'without', text: '' }
    if (alone && bare[index] === 'breaker') return { kind: 'with', text: '' }
    return { kind: 'made', text: alone ? (bare[index] ?? name) : name }
  })
}
