/** Reads the scenarios of a folder, each checked whole before it is offered. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { check, SettingsError } from '../settings/patch.ts'
import { defaultSettings } from '../settings/schema.ts'
import { type Scenario, scenarioSchema } from './schema.ts'
import { compileTimeline } from './timeline.ts'

/** A scenario that cannot be played; the message says which file, where in it and why. */
export class ScenarioError extends Error {
  override name = 'ScenarioError'
}

/**
 * The scenarios of the `*.json` files in `folder`, by name; none where there is no such folder.
 * @throws {ScenarioError} for a file that is no JSON, or no valid scenario.
 */
export function readScenarios(folder: string): Scenario[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter(name => name.endsWith('.json'))
  return files.sort().map(file => readScenario(join(folder, file)))
}

/** One scenario from a file. @throws {ScenarioError} */
export function readScenario(path: string): Scenario {
  try {
    return parseScenario(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof SettingsError || error instanceof SyntaxError) {
      throw new ScenarioError(`${path} is not a scenario: ${error.message}`)
    }
    throw error
  }
}

/** A scenario from JSON; what it sets must be valid on top of the defaults. @throws {SettingsError} */
export function parseScenario(document: unknown): Scenario {
  const scenario = check(scenarioSchema, document)
  compileTimeline(scenario, defaultSettings('check'))
  return scenario
}
