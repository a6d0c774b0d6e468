/** A circuit store whose admissions a test decides, and which remembers what it was told. */

import type {
  Admission,
  CircuitEvent,
  CircuitStore,
  Details,
  Permit,
  State,
  Verdict,
} from '../../../cli/breaker/circuit.ts'

export class FakeStore implements CircuitStore {
  /** What the next `acquire` answers: a permit when null. */
  admission: Admission | Promise<Admission> | null = null
  current: State = 'closed'
  closed = false
  readonly settled: { permit: Permit; verdict: Verdict; details: Details | undefined }[] = []
  readonly #listeners = new Set<(event: CircuitEvent) => void>()
  #generation = 0

  acquire(): Admission | Promise<Admission> {
    return this.admission ?? { admitted: true, generation: this.#generation, probe: 0 }
  }

  settle(permit: Permit, verdict: Verdict, details?: Details): void {
    this.settled.push({ permit, verdict, details })
  }

  state(): State {
    return this.current
  }

  listen(listener: (event: CircuitEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.closed = true
  }

  /** Refuses from now on, and tells of the change. */
  open(retryAfterMs: number, atMs = 0): void {
    this.admission = { admitted: false, state: 'open', retryAfterMs }
    this.move('open', atMs)
  }

  /** Admits from now on, and tells of the change. */
  heal(atMs = 0): void {
    this.admission = null
    this.move('closed', atMs)
  }

  move(to: State, atMs = 0): void {
    const from = this.current
    this.current = to
    this.emit({ type: 'state', atMs, from, to, generation: ++this.#generation, why: 'the test says so' })
  }

  emit(event: CircuitEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  get listeners(): number {
    return this.#listeners.size
  }
}
