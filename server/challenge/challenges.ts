/** The challenges of a server: those that are on, one in a session, and the results of those that are over, which are the leaderboard. */

import type { ChaosControl } from '../chaos/control.ts'
import type { ScenarioRunner } from '../chaos/scenario/runner.ts'
import type { ChaosEvent } from '../chaos/session/events.ts'
import type { Session } from '../chaos/session/session.ts'
import { MAX_CHALLENGE_RESULTS, MAX_CHALLENGES } from '../config/limits.ts'
import { Problem } from '../http/problem.ts'
import { Challenge } from './challenge.ts'
import type { ChallengeRecord, PastChallenge } from './challenge-table.ts'
import type { ExamName } from './exams.ts'
import { GRADES } from './grade.ts'
import type { Loop } from './task.ts'

/** What is asked for with a challenge. */
export interface ChallengeWish {
  /** What stands beside the result; null for what the session is called. */
  readonly name: string | null
  readonly exams: readonly ExamName[]
  readonly loop: Loop
}

/** One that is on, or the result of one that is over, of this life of the server or an earlier one. */
export type AnyChallenge = Challenge | PastChallenge

/** Where results are kept. */
export interface ChallengeStore {
  /** The oldest first. */
  list(): readonly PastChallenge[]
  put(record: ChallengeRecord): void
  remove(id: string): void
}

export class Challenges {
  readonly #control: ChaosControl
  readonly #runner: ScenarioRunner
  readonly #wall: () => number
  readonly #store: ChallengeStore
  readonly #all = new Map<string, AnyChallenge>()
  readonly #unsubscribe: () => void

  /** @param wall milliseconds since 1970 */
  constructor(control: ChaosControl, runner: ScenarioRunner, wall: () => number, store: ChallengeStore) {
    this.#control = control
    this.#runner = runner
    this.#wall = wall
    this.#store = store
    for (const past of store.list()) this.#all.set(past.id, past)
    this.#unsubscribe = control.on(event => this.#hear(event))
  }

  /**
   * Begins a challenge in a session.
   * @throws {Problem} 409 where one is on there or a scenario is played, 429 where too many are on
   */
  start(session: Session, { name, exams, loop }: ChallengeWish): Challenge {
    const on = this.list().filter(({ isOver }) => !isOver)
    const same = on.find(each => each.session === session.id)
    if (same) {
      throw new Problem(409, `A challenge is on in this session: DELETE /challenges/${same.id} ends it`)
    }
    if (session.scenarioRun) {
      const { name: scenario, id } = session.scenarioRun
      throw new Problem(
        409,
        `The scenario ${scenario} is being played in this session: DELETE /chaos/runs/${id} stops it`,
      )
    }
    if (on.length >= MAX_CHALLENGES) {
      throw new Problem(429, `${MAX_CHALLENGES} challenges are on already: wait until one is over`, {
        headers: { 'Retry-After': '60' },
      })
    }
    const challenge = new Challenge(this.#control, this.#runner, session, {
      ...{ id: this.#freeId(), name, exams, loop, wall: this.#wall },
      changed: each => this.#emit(each),
    })
    this.#all.set(challenge.id, challenge)
    this.#makeRoom()
    challenge.start()
    return challenge
  }

  get(id: string): AnyChallenge | undefined {
    return this.#all.get(id)
  }

  /** Ends one that is on, and forgets one that is over; false where there is none. */
  remove(id: string): boolean {
    const challenge = this.#all.get(id)
    if (!challenge) return false
    if ('stop' in challenge && !challenge.isOver) challenge.stop('request')
    else {
      this.#all.delete(id)
      this.#store.remove(id)
    }
    return true
  }

  /** The best grade first, those without one last, and among equals the earlier one. */
  list(): AnyChallenge[] {
    const place = ({ grades: { overall } }: AnyChallenge) =>
      overall.grade === null ? GRADES.length : GRADES.indexOf(overall.grade)
    return [...this.#all.values()]
      .map(challenge => ({ challenge, at: place(challenge) }))
      .sort((a, b) => a.at - b.at)
      .map(({ challenge }) => challenge)
  }

  /** The attendee in whose session a challenge is or was played; null for one of the host, and for none. */
  ownerOf(id: string): string | null {
    return this.#all.get(id)?.owner ?? null
  }

  /** Hides a result or shows it again, and takes back the name beside it. */
  change(
    challenge: AnyChallenge,
    { hidden, name }: { readonly hidden?: boolean | undefined; readonly name?: null | undefined },
  ): void {
    if (hidden !== undefined) challenge.hidden = hidden
    if (name === null) challenge.forgetName()
    this.#keep(challenge)
  }

  /** Ends all that are on. */
  close(): void {
    this.#unsubscribe()
    for (const challenge of this.#all.values()) if ('stop' in challenge) challenge.stop('request')
  }

  /** What happens in the default session reaches all that inherit from it, but for what it plays itself. */
  #hear(event: ChaosEvent): void {
    if (event.type === 'challenge') return
    if (event.type === 'session') {
      if (event.change !== 'renamed') return
      for (const challenge of this.#all.values())
        if ('stop' in challenge && challenge.session === event.session) this.#keep(challenge)
      return
    }
    const everywhere = event.session === this.#control.sessions.first.id && event.type !== 'scenario'
    for (const challenge of [...this.#all.values()]) {
      if ('stop' in challenge && (everywhere || challenge.session === event.session)) challenge.hear(event)
    }
  }

  #makeRoom(): void {
    for (const [id, { isOver }] of this.#all) {
      if (this.#all.size <= MAX_CHALLENGE_RESULTS) return
      if (isOver) this.#all.delete(id)
    }
  }

  /** Ids are counted anew in every life of the server, and results of earlier ones have some. */
  #freeId(): string {
    let id = this.#control.nextId('challenge')
    while (this.#all.has(id)) id = this.#control.nextId('challenge')
    return id
  }

  /** Keeps what is over and was judged at all. */
  #keep(challenge: AnyChallenge): void {
    const { phase, results } = challenge
    if ((phase !== 'done' && phase !== 'stopped') || Object.keys(results).length === 0) return
    const { id, session, name, loop, exams, stopped, startedAt, endedAt, hidden } = challenge
    this.#store.put({ id, session, name, loop, exams, phase, stopped, startedAt, endedAt, hidden, results })
  }

  #emit(challenge: Challenge): void {
    const { session, id, phase, exam, isOver, grades } = challenge
    if (isOver) this.#keep(challenge)
    const overall = isOver ? (grades.overall.grade ?? '') : ''
    this.#control.emit({ type: 'challenge', session, id, phase, exam: exam ?? '', overall })
  }
}
