/** A run: a scenario being played in a session, on the session's clock, and taken back when it ends. */

import { mixOf } from '../decision/fault-picker.ts'
import type { Memory } from '../decision/rule-state.ts'
import type { Play, RunEnd } from '../session/scenario-run.ts'
import type { Session } from '../session/session.ts'
import type { Settings } from '../settings/schema.ts'
import type { Scenario } from './schema.ts'
import type { Score } from './timeline.ts'

/** What a run needs of its surroundings. */
export interface Stage {
  readonly session: Session
  readonly memory: Memory
  /** Sets what the scenario wants now; null takes everything back. */
  set(values: Partial<Settings> | null): void
  mark(text: string, atMs: number): void
  ended(run: Run, end: RunEnd): void
  /** Milliseconds of the server's clock. */
  now(): number
}

export class Run implements Play {
  readonly id: string
  readonly scenario: Scenario
  /** The moment of the session's clock at which the timeline begins. */
  readonly beginsAt: number
  readonly #score: Score
  readonly #stage: Stage
  #next = 0
  #over = false
  #cancel = () => {}

  constructor(id: string, scenario: Scenario, score: Score, stage: Stage) {
    this.id = id
    this.scenario = scenario
    this.#score = score
    this.#stage = stage
    const { session } = stage
    this.beginsAt = Math.max(0, session.time.now())
  }

  /** Milliseconds of the timeline; negative before it begins. */
  get atMs(): number {
    return this.#stage.session.time.now() - this.beginsAt
  }

  get session(): string {
    return this.#stage.session.id
  }

  /** The length of the timeline in milliseconds. */
  get lengthMs(): number {
    return this.#score.endsAt
  }

  /** Declares the outages and plays what is due. False where there are too many outages. */
  start(): boolean {
    const { session, memory } = this.#stage
    const now = this.#stage.now()
    const zero = now - this.atMs
    const declared = this.#score.outages.every(({ fromMs, toMs, faults }, index) => {
      const id = `${this.id}-${index + 1}`
      const mix = mixOf(faults, id, memory)
      return session.plugs.add({ id, fromMs: zero + fromMs, toMs: zero + toMs, mix, run: this.id }, now)
    })
    if (declared) this.advance()
    else session.plugs.clear(this.id)
    return declared
  }

  /** Plays everything that is due; requests ask for it too, so that none meets a state that should be over. */
  advance(): void {
    if (this.#over) return
    this.#cancel()
    const atMs = this.atMs
    const { frames, endsAt } = this.#score
    let due: Partial<Settings> = {}
    for (let frame = frames[this.#next]; frame && frame.atMs <= atMs; frame = frames[this.#next]) {
      due = { ...due, ...frame.values }
      for (const mark of frame.marks) this.#stage.mark(mark, frame.atMs)
      this.#next += 1
    }
    if (atMs >= endsAt) this.stop('finished')
    else {
      if (Object.keys(due).length > 0) this.#stage.set(due)
      const nextAt = Math.min(frames[this.#next]?.atMs ?? endsAt, endsAt)
      this.#cancel = this.#stage.session.timers.wait(Math.max(1, nextAt - atMs), released => {
        if (!released) this.advance()
      })
    }
  }

  /** Something is due, or the run is over. */
  isDue(): boolean {
    return this.atMs >= Math.min(this.#score.frames[this.#next]?.atMs ?? this.#score.endsAt, this.#score.endsAt)
  }

  /** Ends the run and takes everything back that it set. */
  stop(end: RunEnd): void {
    if (this.#over) return
    this.#over = true
    this.#cancel()
    this.#stage.session.run = null
    this.#stage.session.plugs.clear(this.id)
    this.#stage.set(null)
    this.#stage.ended(this, end)
  }
}
