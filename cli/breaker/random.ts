/** Chance where none is handed in. */

/** A number in [0, 1) from the system's own source. */
export function systemRandom(): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
  return word / 2 ** 32
}
