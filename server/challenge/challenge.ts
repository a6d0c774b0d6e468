/** One challenge: waits until the client in a session is steady, plays the exams one after the other, and measures each. */

import type { ChaosControl } from '../chaos/control.ts'
import type { ScenarioRun } from '../chaos/scenario/run.ts'
import type { ScenarioRunner } from '../chaos/scenario/runner.ts'
import type { ChaosEvent } from '../chaos/session/events.ts'
import type { Session } from '../chaos/session/session.ts'
import { calmScenario, type Exam, type ExamName, examOf } from './exams.ts'
import { type ExamResult, type ExamResults, type Grades, grade, type Spoilt } from './grade.ts'
import { measure, measureCalm } from './measure.ts'
import { Recorder } from './recorder.ts'
import { type CalmMeasures, type Loop, TASK, type Unsteady, unsteadiness } from './task.ts'

export type Phase = 'waiting' | 'playing' | 'done' | 'stopped'

/** Why a challenge ended before its last exam. */
export type StopReason = 'request' | 'interrupted' | 'unsteady'

export interface ChallengeOptions {
  readonly id: string
  /** What stands beside the result; null for what the session is called. */
  readonly name: string | null
  readonly exams: readonly ExamName[]
  readonly loop: Loop
  /** Milliseconds since 1970. */
  readonly wall: () => number
  /** Is told of every change of the phase and of the exam. */
  readonly changed: (challenge: Challenge) => void
}

/** How long a client may take until it is steady: at first, and after an exam. The longest open time that is usual is 60 s. */
export const MAX_WAIT_MS = 600_000
export const MAX_RECOVERY_MS = 90_000
/** So long a client must have been steady, up to a moment ago: what is under way now is not over. */
const STEADY_MS = 5_000
const SETTLED_MS = 300
/** An exam whose client is no longer steady when the trouble is about to begin is put off so often. */
const MAX_DELAYS = 3
/** Between two looks at whether it is. */
const LOOK_EVERY_MS = 250

export class Challenge {
  readonly id: string
  readonly exams: readonly ExamName[]
  readonly loop: Loop
  readonly session: string
  /** The attendee in whose session it is, or null. */
  readonly owner: string | null
  readonly startedAt: string
  endedAt: string | null = null
  phase: Phase = 'waiting'
  stopped: StopReason | null = null
  /** Shown to nobody but whoever asks for what is hidden. */
  hidden = false
  readonly #control: ChaosControl
  readonly #runner: ScenarioRunner
  readonly #session: Session
  readonly #options: ChallengeOptions
  readonly #recorder = new Recorder()
  readonly #results: { [name in ExamName]?: ExamResult } = {}
  #nameless = false
  #run: ScenarioRun | null = null
  #exam: Exam | null = null
  /** When the exam or the wait began, on the server's clock. */
  #since = 0
  #spoilt: Spoilt | null = null
  /** How often the next exam was put off. */
  #delays = 0
  #cancelLook = () => {}

  constructor(control: ChaosControl, runner: ScenarioRunner, session: Session, options: ChallengeOptions) {
    this.id = options.id
    this.exams = options.exams
    this.loop = options.loop
    this.session = session.id
    this.owner = session.owner
    this.startedAt = date(options.wall)
    this.#control = control
    this.#runner = runner
    this.#session = session
    this.#options = options
  }

  /** Begins to wait for a steady client. */
  start(): void {
    this.#session.observer = this.#recorder
    this.#wait(MAX_WAIT_MS)
  }

  /** What stands beside the result; a name that the host hid is hidden here too. */
  get name(): string {
    if (this.#nameless) return this.session
    return this.#options.name ?? this.#session.shownName ?? this.session
  }

  get isOver(): boolean {
    return this.phase === 'done' || this.phase === 'stopped'
  }

  /** The exam that is being played. */
  get exam(): ExamName | null {
    return this.#exam?.name ?? null
  }

  /** Milliseconds of the exam, or of the wait, that have passed and that there are. */
  get progress(): { readonly atMs: number; readonly lengthMs: number } | null {
    if (this.isOver || !this.#run) return null
    return { atMs: Math.max(0, this.#control.clock.now() - this.#since), lengthMs: this.#run.lengthMs }
  }

  /** What the client does while all is well, and the first thing for which it is not steady; null while no wait goes on. */
  get calm(): (CalmMeasures & { readonly unsteady: Unsteady | null }) | null {
    if (this.phase !== 'waiting') return null
    const toMs = this.#control.clock.now() - this.#since - SETTLED_MS
    const fromMs = toMs - STEADY_MS
    const calm = this.#calmBetween(fromMs, toMs)
    return { ...calm, unsteady: fromMs < 0 ? (unsteadiness(calm, TASK) ?? 'pace') : unsteadiness(calm, TASK) }
  }

  get results(): ExamResults {
    return this.#results
  }

  get grades(): Grades {
    return grade(this.#results, this.loop)
  }

  /** Takes back what stands beside the result: the id of the session stands there. */
  forgetName(): void {
    this.#nameless = true
  }

  /** Ends it, and takes back what it set. */
  stop(reason: StopReason): void {
    if (this.isOver) return
    this.stopped = reason
    this.#end(Object.keys(this.#results).length > 0 && reason === 'unsteady' ? 'done' : 'stopped')
  }

  /** To be told of everything that happens in its session, and in the one that it inherits from. */
  hear(event: ChaosEvent): void {
    if (this.isOver) return
    if (event.type === 'scenario') this.#onScenario(event.run, event.change)
    else if (event.type === 'settings' && event.source !== 'scenario') this.#spoilt = 'disturbed'
    else if (event.type === 'outage' && (event.change === 'declared' || event.change === 'cleared')) {
      this.#spoilt = 'disturbed'
    }
  }

  #onScenario(run: string, change: Extract<ChaosEvent, { type: 'scenario' }>['change']): void {
    if (run !== this.#run?.id) return
    if (change === 'interrupted' || change === 'stopped') this.stop('interrupted')
    else if (change === 'finished') {
      if (this.#exam) this.#examined(this.#exam)
      else this.stop('unsteady')
    }
  }

  #wait(maxMs: number): void {
    this.#exam = null
    this.#play(calmScenario(maxMs))
    this.phase = 'waiting'
    this.#options.changed(this)
    this.#lookLater()
  }

  #lookLater(): void {
    this.#cancelLook = this.#control.clock.after(LOOK_EVERY_MS, () => this.#look())
  }

  /** Begins the next exam where the client is steady. */
  #look(): void {
    // Nobody needs what came before that.
    this.#recorder.forgetBefore(this.#control.clock.now() - 2 * STEADY_MS)
    const next = this.exams.find(name => this.#results[name] === undefined)
    if (!next || this.calm?.unsteady !== null) {
      this.#lookLater()
      return
    }
    this.#exam = examOf(next)
    this.#play(this.#exam.scenario)
    if (this.isOver) return
    this.phase = 'playing'
    this.#options.changed(this)
    const { fromMs } = this.#exam.trouble
    this.#cancelLook = this.#control.clock.after(fromMs - SETTLED_MS, () => this.#lookAgain(fromMs - 2 * SETTLED_MS))
  }

  /** The last moment to put an exam off: the trouble is about to begin. */
  #lookAgain(toMs: number): void {
    if (this.#delays >= MAX_DELAYS || unsteadiness(this.#calmBetween(-STEADY_MS, toMs), TASK) === null) return
    this.#delays += 1
    this.#wait(MAX_RECOVERY_MS)
  }

  /** What the client did between two moments, in milliseconds since the exam or the wait began. */
  #calmBetween(fromMs: number, toMs: number): CalmMeasures {
    const requests = this.#recorder.since(this.#since, this.#control.clock.now())
    return measureCalm(requests, fromMs, toMs, TASK)
  }

  /** Plays a scenario in place of the one before, which is not the end of the challenge. */
  #play(scenario: Exam['scenario']): void {
    const before = this.#run
    this.#run = null
    before?.stop('stopped')
    const run = this.#runner.start(scenario, this.#session)
    this.#run = run
    this.#spoilt = null
    if (!run) this.stop('interrupted')
    this.#since = this.#control.clock.now() - (run?.atMs ?? 0)
    this.#recorder.forgetBefore(this.#since - STEADY_MS)
  }

  #examined({ name, trouble }: Exam): void {
    const spoilt = this.#recorder.truncated ? 'truncated' : this.#spoilt
    const requests = this.#recorder.since(this.#since, this.#control.clock.now())
    this.#results[name] = spoilt ? { spoilt } : measure(requests, trouble, TASK, -STEADY_MS)
    this.#run = null
    this.#delays = 0
    if (this.exams.some(each => this.#results[each] === undefined)) this.#wait(MAX_RECOVERY_MS)
    else this.#end('done')
  }

  #end(phase: 'done' | 'stopped'): void {
    this.#cancelLook()
    this.phase = phase
    this.#exam = null
    this.endedAt = date(this.#options.wall)
    if (this.#session.observer === this.#recorder) this.#session.observer = null
    const run = this.#run
    this.#run = null
    run?.stop('stopped')
    this.#recorder.forgetBefore(Number.POSITIVE_INFINITY)
    this.#options.changed(this)
  }
}

function date(wall: () => number): string {
  return new Date(wall()).toISOString()
}
