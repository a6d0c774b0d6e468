/** The theatre: the scenarios that are known, and those that are being played in some session. */

import type { ChaosControl } from '../control.ts'
import type { Session } from '../session/session.ts'
import { Run } from './run.ts'
import type { Scenario } from './schema.ts'
import { scoreOf } from './timeline.ts'

export class Theatre {
  readonly #control: ChaosControl
  readonly #scenarios: ReadonlyMap<string, Scenario>
  readonly #runs = new Map<string, Run>()

  constructor(control: ChaosControl, scenarios: readonly Scenario[]) {
    this.#control = control
    this.#scenarios = new Map(scenarios.map(scenario => [scenario.name, scenario]))
  }

  scenarios(): Scenario[] {
    return [...this.#scenarios.values()]
  }

  scenario(name: string): Scenario | undefined {
    return this.#scenarios.get(name)
  }

  /** What is being played now. */
  runs(): Run[] {
    return [...this.#runs.values()]
  }

  run(id: string): Run | undefined {
    return this.#runs.get(id)
  }

  /**
   * Plays a scenario in a session, in place of the one that is being played there. Its timeline begins at the session's
   * 0, or now if that has passed. Null where the session has too many declared outages.
   * @throws {SettingsError} where the scenario sets what is not valid; nothing is changed then.
   */
  play(scenario: Scenario, session: Session): Run | null {
    const score = scoreOf(scenario, session.layers.effective())
    session.run?.stop('interrupted')
    const run: Run = new Run(this.#control.nextId('run'), scenario, score, {
      session,
      memory: session.memory,
      now: () => this.#control.clock.now(),
      set: values => this.#control.script(session, values),
      mark: (text, atMs) => this.#emit(run, 'marked', text, atMs),
      ended: (_, end) => {
        this.#runs.delete(run.id)
        this.#emit(run, end, '', run.atMs)
      },
    })
    this.#runs.set(run.id, run)
    session.run = run
    this.#emit(run, 'started', '', run.atMs)
    if (run.start()) return run
    run.stop('stopped')
    return null
  }

  #emit(run: Run, change: 'started' | 'marked' | 'finished' | 'stopped' | 'interrupted', text: string, atMs: number) {
    this.#control.emit({
      type: 'scenario',
      session: run.session,
      run: run.id,
      name: run.scenario.name,
      change,
      text,
      atMs,
    })
  }
}
