/** Leave to make one call, with its own memory of having been handed back. */

import type { Permit } from './circuit.ts'

export class Ticket implements Permit {
  readonly admitted = true
  readonly generation: number
  readonly probe: number
  settled = false

  constructor(generation: number, probe: number) {
    this.generation = generation
    this.probe = probe
  }
}
