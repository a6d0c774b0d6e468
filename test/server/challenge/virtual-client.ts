/** A client in virtual time, and a server without HTTP that its requests go to: challenges of minutes are over in a moment. */

import { type ChallengeStore, Challenges } from '../../../server/challenge/challenges.ts'
import { TASK } from '../../../server/challenge/task.ts'
import type { CompiledSettings } from '../../../server/chaos/decision/compiled-settings.ts'
import type { Decision } from '../../../server/chaos/decision/decision.ts'
import type { RequestRecord } from '../../../server/chaos/decision/request-record.ts'
import {
  type FaultPerformer,
  type InterceptedCall,
  Interceptor,
  waitThen,
} from '../../../server/chaos/intercept/interceptor.ts'
import { ScenarioRunner } from '../../../server/chaos/scenario/runner.ts'
import type { Session } from '../../../server/chaos/session/session.ts'
import type { Fault } from '../../../server/chaos/settings/faults.ts'
import { ms } from '../../../server/chaos/settings/quantity.ts'
import { chaosControl } from '../../support/chaos-control.ts'

/** One request, which is over when `end` is called. */
class VirtualCall implements InterceptedCall {
  readonly session: Session
  readonly compiled: CompiledSettings
  readonly record: RequestRecord
  readonly connection: object
  readonly client = '127.0.0.1'
  cancelWait: InterceptedCall['cancelWait'] = null
  admission: InterceptedCall['admission'] = null
  isHeld = false
  readonly #ended: (status: number, complete: boolean) => void

  constructor(
    session: Session,
    record: RequestRecord,
    connection: object,
    ended: (call: VirtualCall, status: number, complete: boolean) => void,
  ) {
    this.session = session
    this.compiled = session.compiled()
    this.record = record
    this.connection = connection
    let over = false
    this.#ended = (status, complete) => {
      if (over) return
      over = true
      ended(this, status, complete)
    }
  }

  header(): undefined {
    return undefined
  }

  forced(): null {
    return null
  }

  serve(): void {
    this.end(200, true)
  }

  end(status: number, complete: boolean): void {
    this.#ended(status, complete)
  }
}

const performer: FaultPerformer<VirtualCall> = {
  perform(call: VirtualCall, _: Decision, fault: Fault) {
    if (fault.kind === 'hang') waitThen(call, ms(fault.for), () => call.end(0, false))
    else call.end(fault.kind === 'status' ? fault.status : 500, true)
  },
  refuse: call => call.end(503, true),
  announce() {},
}

export interface ClientOptions {
  readonly session?: string
  readonly perSecond?: number
  readonly timeoutMs?: number
  /** Whether it sends the request that is due; told of every end by `done`. */
  readonly policy?: { admits(now: number): boolean; done(ok: boolean, now: number): void }
  readonly codes?: readonly string[]
}

/** A server with challenges in virtual time. */
export function virtualServer(store: ChallengeStore = { list: () => [], put() {}, remove() {} }) {
  const { clock, control, make, set } = chaosControl()
  const runner = new ScenarioRunner(control, [])
  const challenges = new Challenges(control, runner, () => clock.now(), store)
  const interceptor = new Interceptor(control, performer, 10_000)

  /** Begins to send; what is returned ends it. */
  const startClient = ({
    session: id = 'ana',
    perSecond = TASK.perSecond,
    timeoutMs = 1_000,
    policy = { admits: () => true, done() {} },
    codes = TASK.codes,
  }: ClientOptions = {}): (() => void) => {
    const connections: object[] = []
    let count = 0
    let cancel = () => {}
    const send = (code: string) => {
      const session = interceptor.session(id)
      const facts = { key: null, attempt: 0, method: 'GET', route: '/catalogs/{code}', code }
      const record = interceptor.arrive(session, session.compiled(), facts)
      const connection = connections.pop() ?? {}
      const call = new VirtualCall(session, record, connection, (each, status, complete) => {
        cancelTimeout()
        interceptor.end(each, status, complete)
        if (complete) connections.push(connection)
        policy.done(complete && status === 200, clock.now())
      })
      const cancelTimeout = clock.after(timeoutMs, () => call.end(0, false))
      interceptor.intercept(call)
    }
    const tick = () => {
      const code = codes[count % codes.length] ?? ''
      count += 1
      cancel = clock.after(1_000 / perSecond, tick)
      if (policy.admits(clock.now())) send(code)
    }
    tick()
    return () => cancel()
  }
  return { clock, control, make, set, runner, challenges, startClient }
}

/** Opens after five failures in a row for a second, then lets one request through. */
export function simpleBreaker() {
  let failures = 0
  let opensAt = Number.NEGATIVE_INFINITY
  let probing = false
  return {
    admits(now: number): boolean {
      if (failures < 5) return true
      if (now < opensAt || probing) return false
      probing = true
      return true
    },
    done(ok: boolean, now: number): void {
      probing = false
      failures = ok ? 0 : failures + 1
      if (failures >= 5) opensAt = now + 1_000
    },
  }
}
