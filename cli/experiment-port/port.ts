/** What a server is handed so that a page can run experiments at it: threads that fire, and one that simulates. */

import type { ExperimentPort, SpecFlaw } from '../../server/experiments/port.ts'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import type { KeptResult, RunDiff } from '../../server/runs/diff.ts'
import { CircuitOptionsError, circuitSettings } from '../breaker/options.ts'
import { circuitOptions } from '../policy/circuit-parameters.ts'
import { ArmError, CIRCUITS, type ParsedArm, parseArm } from '../policy/parse.ts'
import type { ArmResult, Expectation, Result } from '../report/result.ts'
import { ExpectationError, holdExpectations, parseExpectation } from '../report/stats/expect.ts'
import { compareRuns } from '../report/verdict/diff.ts'
import { refusal } from '../simulate/refusal.ts'
import { SimulatorThread } from './simulator.ts'
import { type StartParts, startExperiment } from './start.ts'

/** Opens the port; no thread is started before one is needed. */
export function openExperimentPort(parts: StartParts): ExperimentPort {
  const simulator = new SimulatorThread()
  return {
    flawOf,
    start: (order, watcher) => startExperiment(order, watcher, parts),
    prepare: () => void simulator.prepare(),
    compare,
    judge,
    simulate: (order, signal) => simulator.simulate(order, signal),
    close: () => simulator.close(),
  }
}

/** Two kept runs compared, without what the table of a page does not show. */
function compare(before: KeptResult, after: KeptResult): RunDiff {
  const { couples, says } = compareRuns(before, after)
  return {
    runs: [before.name, after.name],
    arms: couples.map(({ run, ...couple }) => ({
      ...couple,
      says: [...couple.says],
      figures: run.arms.map(figuresOf),
    })),
    says: [...says],
  }
}

/** Expectations held against a result; a sentence where one cannot be read. */
function judge(result: Result, texts: readonly string[]) {
  let judged: Expectation[] = []
  const flaw = saidBy(() => {
    judged = holdExpectations(texts, result)
  })
  return flaw ?? judged
}

function figuresOf({ outcomes, upstream, latencyMs, recovered, recoveryMs }: ArmResult) {
  return { outcomes, upstream, latencyMs, recovered, recoveryMs }
}

function flawOf(spec: ExperimentSpec, simulated: boolean): SpecFlaw | null {
  const arms: ParsedArm[] = []
  for (const [index, text] of spec.arms.entries()) {
    const found = armIn(text, spec)
    if (typeof found === 'string') return { pointer: `/arms/${index}`, detail: found }
    if (arms.some(({ name }) => name === found.name)) return { pointer: `/arms/${index}`, detail: 'stands twice' }
    arms.push(found)
  }
  const names = arms.map(({ name }) => name)
  for (const [index, text] of spec.expect.entries()) {
    const detail = saidBy(() => parseExpectation(text, names))
    if (detail !== null) return { pointer: `/expect/${index}`, detail }
  }
  const why = simulated ? refusal(spec) : null
  return why === null ? null : { pointer: '', detail: why }
}

/** The arm, or what is wrong with it. */
function armIn(text: string, { circuit }: ExperimentSpec): ParsedArm | string {
  let arm: ParsedArm | null = null
  const detail = saidBy(() => {
    arm = parseArm(text)
    const word = CIRCUITS.find(name => arm?.policies.has(name))
    if (word !== undefined) circuitSettings(circuitOptions(arm.policies.get(word) ?? {}, circuit))
  })
  const parsed = arm as ParsedArm | null
  if (detail !== null || parsed === null) return detail ?? text
  return parsed.policies.has('notify') ? 'writes to an address of its own: leave notify out' : parsed
}

/** What an expression is refused with; null where it is not. */
function saidBy(read: () => void): string | null {
  try {
    read()
    return null
  } catch (error) {
    const isSentence = [ArmError, ExpectationError, CircuitOptionsError].some(kind => error instanceof kind)
    if (isSentence) return (error as Error).message
    throw error
  }
}
