/** One bit for each request of a run: which of them were useful, so that two arms can be compared request by request. */

export class Bits {
  readonly #bytes: Uint8Array

  constructor(size: number) {
    this.#bytes = new Uint8Array(Math.ceil(size / 8))
  }

  set(index: number): void {
    const byte = index >>> 3
    this.#bytes[byte] = (this.#bytes[byte] ?? 0) | (1 << (index & 7))
  }

  has(index: number): boolean {
    return ((this.#bytes[index >>> 3] ?? 0) & (1 << (index & 7))) !== 0
  }
}

/** How many of the first `size` bits are set in both, in one alone, and in neither. */
export function crossTable(a: Bits, b: Bits, size: number) {
  const table = { both: 0, onlyA: 0, onlyB: 0, neither: 0 }
  for (let index = 0; index < size; index++) {
    const inA = a.has(index)
    const inB = b.has(index)
    if (inA && inB) table.both++
    else if (inA) table.onlyA++
    else if (inB) table.onlyB++
    else table.neither++
  }
  return table
}
