/** Random lives of a circuit: what may happen to it, settings to live under, and a player that writes down what it did. */

import fc from 'fast-check'
import type { Admission, CircuitEvent, Override, Permit, State, Verdict } from '../../../cli/breaker/circuit.ts'
import { CircuitCore } from '../../../cli/breaker/core.ts'
import { type CircuitSettings, circuitSettings } from '../../../cli/breaker/options.ts'

/** One thing that happens. `pick` chooses among the calls on the way (or, for `again`, among those that came back). */
export type Step =
  | { do: 'wait'; ms: number }
  | { do: 'ask' }
  | { do: 'end'; pick: number; verdict: Verdict; durationMs?: number; retryAfterMs?: number }
  | { do: 'again'; pick: number; verdict: Verdict }
  | { do: 'burst'; verdicts: Verdict[]; everyMs: number; durationMs: number }
  | { do: 'override'; state: Override }

/** What can be played: the core, and the oracle of it. */
export interface Playable {
  readonly state: State
  readonly generation: number
  acquire(now: number): Admission
  settle(permit: Permit, verdict: Verdict, now: number, details?: object): void
  override(state: Override, now: number): void
}

const verdict = fc.constantFrom<Verdict[]>('ok', 'fail', 'fail', 'ignore')

/** Anything that happens by itself; `override` is a hand's and comes apart. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('ask' as const) }) },
  {
    weight: 5,
    arbitrary: fc.record(
      {
        do: fc.constant('end' as const),
        pick: fc.nat(20),
        verdict,
        durationMs: fc.integer({ min: 0, max: 200 }),
        retryAfterMs: fc.constantFrom(0, 0, 50, 900),
      },
      { requiredKeys: ['do', 'pick', 'verdict'] },
    ),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const), pick: fc.nat(20), verdict }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(3_000)) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('burst' as const),
      verdicts: fc.oneof(
        fc.array(fc.constant<Verdict>('fail'), { minLength: 2, maxLength: 8 }),
        fc.array(fc.constant<Verdict>('ok'), { minLength: 2, maxLength: 8 }),
        fc.array(verdict, { maxLength: 8 }),
      ),
      everyMs: fc.nat(30),
      durationMs: fc.constantFrom(0, 0, 0, 60, 200),
    }),
  },
)

const override: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('override' as const),
  state: fc.constantFrom<Override[]>('forced-open', 'disabled', 'closed', 'closed'),
})

/** A life of up to 150 steps that nobody interferes with. */
export const life = fc.array(step, { minLength: 30, maxLength: 150, size: 'max' })

/** A life in which a hand sets the state now and then. */
export const lifeWithHand = fc.array(fc.oneof({ weight: 20, arbitrary: step }, { weight: 1, arbitrary: override }), {
  minLength: 30,
  maxLength: 150,
  size: 'max',
})

const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { freq: 2 })

/** Settings small enough that a short life meets every state many times. */
export const settings: fc.Arbitrary<CircuitSettings> = fc
  .record({
    failurePercentage: maybe(fc.constantFrom(1, 25, 33.3, 50, 66, 100)),
    maxFailures: maybe(fc.integer({ min: 1, max: 4 })),
    consecutiveFailures: maybe(fc.integer({ min: 1, max: 4 })),
    slowCallPercentage: maybe(fc.constantFrom(30, 50, 100)),
    slowCallMs: fc.constantFrom(50, 100),
    minimumCalls: fc.integer({ min: 1, max: 4 }),
    window: fc.oneof(
      fc.record({ windowCalls: fc.integer({ min: 4, max: 12 }) }),
      fc.record({ windowMs: fc.constantFrom(100, 400, 1_000), windowBuckets: fc.integer({ min: 1, max: 5 }) }),
    ),
    openForMs: fc.constantFrom(10, 100, 250),
    openFactor: fc.constantFrom(1, 1, 2, 3),
    openMaxMs: fc.constantFrom(300, 1_000),
    jitter: fc.constantFrom(0, 0, 0.5),
    stableForMs: fc.constantFrom(200, 1_000),
    retryAfterMaxMs: fc.constantFrom(500, 5_000),
    probes: fc.integer({ min: 1, max: 5 }),
    probeLeaseMs: fc.constantFrom(50, 400),
  })
  .map(({ window, ...rest }) => {
    const { failurePercentage, maxFailures, consecutiveFailures, slowCallPercentage } = rest
    const none = (failurePercentage ?? maxFailures ?? consecutiveFailures ?? slowCallPercentage) === null
    return circuitSettings({ ...rest, ...window, ...(none ? { failurePercentage: 50 } : {}) })
  })

/** A call that a life has started. */
export interface Started {
  readonly permit: Permit
  /** Where the life's players disagree about permits, each has its own. */
  settled: boolean
}

/** Plays a life, keeping the time, the calls on the way and the calls that came back. */
export class Player {
  now: number
  readonly circuit: Playable
  readonly log: unknown[] = []
  readonly out: Permit[] = []
  readonly back: Permit[] = []
  asked = 0
  admitted = 0
  refused = 0

  constructor(circuit: Playable, now: number) {
    this.circuit = circuit
    this.now = now
  }

  play(steps: readonly Step[], before: (step: Step) => void = () => {}, after: (step: Step) => void = () => {}): this {
    for (const next of steps) {
      before(next)
      this.step(next)
      after(next)
    }
    return this
  }

  step(next: Step): void {
    if (next.do === 'wait') this.now += next.ms
    else if (next.do === 'ask') this.ask()
    else if (next.do === 'override') this.circuit.override(next.state, this.now)
    else if (next.do === 'again') this.again(next.pick, next.verdict)
    else if (next.do === 'end') this.end(next.pick, next.verdict, next)
    else {
      for (const verdict of next.verdicts) {
        if (this.ask()) this.end(this.out.length - 1, verdict, { durationMs: next.durationMs })
        this.now += next.everyMs
      }
    }
    this.log.push([this.circuit.state, this.circuit.generation])
  }

  ask(): boolean {
    const admission = this.circuit.acquire(this.now)
    this.asked += 1
    if (admission.admitted) {
      this.admitted += 1
      this.out.push(admission)
      this.log.push(['admitted', admission.generation, admission.probe])
    } else {
      this.refused += 1
      this.log.push(['refused', admission.state, admission.retryAfterMs])
    }
    return admission.admitted
  }

  end(
    pick: number,
    verdict: Verdict,
    { durationMs, retryAfterMs }: { durationMs?: number; retryAfterMs?: number },
  ): void {
    const [permit] = this.out.splice(pick % Math.max(1, this.out.length), 1)
    if (!permit) return
    this.back.push(permit)
    this.circuit.settle(permit, verdict, this.now, { durationMs, retryAfterMs })
  }

  again(pick: number, verdict: Verdict): void {
    const permit = this.back[pick % Math.max(1, this.back.length)]
    if (permit) this.circuit.settle(permit, verdict, this.now)
  }
}

/** Chance that is the same in every run: the Weyl sequence of the golden ratio. */
export function evenChance(): () => number {
  let u = 0
  return () => {
    u = (u + 0.618033988749895) % 1
    return u
  }
}

/** A core that writes its events down. */
export function recorded(settings: CircuitSettings, now: number): { core: CircuitCore; events: CircuitEvent[] } {
  const core = new CircuitCore(settings, now, evenChance())
  const events: CircuitEvent[] = []
  core.tell = event => events.push(event)
  return { core, events }
}
