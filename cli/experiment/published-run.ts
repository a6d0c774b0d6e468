/** A run on the web pages of the server while it lasts: begun, followed and ended through a publisher. */

import { MAX_LIVE_CODED } from '../../server/config/limits.ts'
import type { Clock } from '../../server/lib/clock.ts'
import type { RunEnd } from '../../server/telemetry/live-schema.ts'
import type { ArmTotals, Publisher } from '../control/live-publisher.ts'
import type { RunFlow } from '../load/flow.ts'
import type { Verdict } from '../report/result.ts'
import { codedVerdict } from '../report/verdict/verdict.ts'

/** Under which name a run is published, and by what. */
export interface Publication {
  /** Names the run; no other that is being published has the same. */
  readonly id: string
  readonly title: string
  readonly publisher: Publisher
}

/** An arm, as far as it is published. */
export interface PublishedArm {
  readonly name: string
  readonly totals: ArmTotals
}

export class PublishedRun {
  readonly #publisher: Publisher
  readonly #arms: readonly PublishedArm[]
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #flow: RunFlow | null

  /**
   * @param places where each arm plays, undefined where it shares the server's own; and the session that all belongs to
   * @param load what is told of the load
   * @param flow follows single requests of it; null where nothing does
   */
  constructor(
    { id, title, publisher }: Publication,
    arms: readonly PublishedArm[],
    {
      sessions,
      session,
    }: { readonly sessions: readonly (string | undefined)[]; readonly session?: string | undefined },
    load: Readonly<Record<string, number | null>>,
    clock: Clock,
    flow: RunFlow | null = null,
  ) {
    this.#flow = flow
    this.#publisher = publisher
    this.#arms = arms
    this.#clock = clock
    this.#startedAt = clock.now()
    publisher.start({
      id,
      title,
      arms: arms.map(({ name }, index) => {
        const own = sessions[index]
        return { name, ...(own === undefined ? {} : { session: own }) }
      }),
      load: { ...load },
      ...(session === undefined ? {} : { session }),
    })
  }

  /** Publishes how far the arms are. */
  update(): void {
    this.#publisher.progress(this.#atMs, this.#totals(), atMs => this.#flow?.take(atMs) ?? null)
  }

  /** Publishes the end, what it means, and the id that it is kept under; resolves soon. */
  end(verdict?: Verdict, kept: string | null = null): Promise<void> {
    const result = { ...(verdict ? toldOf(verdict) : {}), ...(kept === null ? {} : { run: kept }) }
    return this.#publisher.end(this.#atMs, this.#totals(), result, atMs => this.#flow?.take(atMs) ?? null)
  }

  get #atMs(): number {
    return this.#clock.now() - this.#startedAt
  }

  #totals(): ArmTotals[] {
    return this.#arms.map(({ totals }) => totals)
  }
}

/** What pages are told of a verdict: its text, and the codes that they word it from in their own language. */
export function toldOf(verdict: Verdict): NonNullable<RunEnd['result']> {
  const coded = codedVerdict(verdict)
  const fits = coded !== null && JSON.stringify(coded).length <= MAX_LIVE_CODED
  return { verdict: verdict.text, ...(fits ? { coded } : {}) }
}
