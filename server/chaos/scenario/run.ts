/** A scenario run: a timeline applied to a session, on the session's clock, and taken back when it ends. */

import type { ChaosControl } from '../control.ts'
import { faultPicker } from '../decision/fault-picker.ts'
import type { ActiveScenarioRun, ScenarioRunEnd, Session } from '../session/session.ts'
import type { Settings } from '../settings/schema.ts'
import type { Timeline } from './timeline.ts'

export class ScenarioRun implements ActiveScenarioRun {
  readonly id: string
  readonly name: string
  readonly session: Session
  readonly timeline: Timeline
  /** The moment of the session's clock at which the timeline begins: its 0, or now if that has passed. */
  readonly beginsAt: number
  readonly #control: ChaosControl
  readonly #ended: () => void
  #next = 0
  #over = false
  #cancel = () => {}

  /**
   * @param name of the scenario
   * @param ended is called once, when the run has ended
   */
  constructor(control: ChaosControl, session: Session, name: string, timeline: Timeline, ended: () => void) {
    this.id = control.nextId('run')
    this.name = name
    this.session = session
    this.timeline = timeline
    this.beginsAt = Math.max(0, session.clock.now())
    this.#control = control
    this.#ended = ended
  }

  get atMs(): number {
    return this.session.clock.now() - this.beginsAt
  }

  get lengthMs(): number {
    return this.timeline.endsAt
  }

  /** Declares the outages and applies what is due. False where there are too many outages: it has stopped then. */
  start(): boolean {
    const { declaredOutages } = this.session
    this.session.scenarioRun = this
    this.#emit('started')
    const now = this.#control.clock.now()
    const zero = now - this.atMs
    const declared = this.timeline.outages.every(({ fromMs, toMs, faults }, index) => {
      const id = `${this.id}-${index + 1}`
      const pickFault = faultPicker(faults)
      return declaredOutages.add({ id, fromMs: zero + fromMs, toMs: zero + toMs, pickFault, run: this.id }, now)
    })
    if (declared) this.advance()
    else this.stop('stopped')
    return declared
  }

  /** Applies everything that is due; requests ask for it too, so that none meets a state that should be over. */
  advance(): void {
    if (this.#over) return
    this.#cancel()
    const { atMs } = this
    const { keyframes, endsAt } = this.timeline
    let due: Partial<Settings> = {}
    for (let keyframe = keyframes[this.#next]; keyframe && keyframe.atMs <= atMs; keyframe = keyframes[this.#next]) {
      due = { ...due, ...keyframe.values }
      for (const mark of keyframe.marks) this.#emit('marked', mark, keyframe.atMs)
      this.#next += 1
    }
    if (atMs >= endsAt) this.stop('finished')
    else {
      if (Object.keys(due).length > 0) this.#control.script(this.session, due)
      this.#cancel = this.session.controlTimers.after(Math.max(1, this.#nextAt() - atMs), released => {
        if (!released) this.advance()
      })
    }
  }

  isDue(): boolean {
    return this.atMs >= this.#nextAt()
  }

  stop(end: ScenarioRunEnd): void {
    if (this.#over) return
    this.#over = true
    this.#cancel()
    this.session.scenarioRun = null
    this.session.usedAt = this.#control.clock.now()
    this.session.declaredOutages.clear(this.id)
    this.#control.script(this.session, null)
    this.#ended()
    this.#emit(end)
  }

  /** When something is due again, in milliseconds of the timeline. */
  #nextAt(): number {
    const { keyframes, endsAt } = this.timeline
    return Math.min(keyframes[this.#next]?.atMs ?? endsAt, endsAt)
  }

  #emit(change: 'started' | 'marked' | ScenarioRunEnd, text = '', atMs = this.atMs): void {
    const { id: run, name, session } = this
    this.#control.emit({ type: 'scenario', session: session.id, run, name, change, text, atMs })
  }
}
