/** Adds the server to a command that somebody is told to type, where it is not the one that is asked without being named. */

import { isLoopback } from './address.ts'
import type { Result } from './report/result.ts'

/** Commands that ask the usual server unless another is named. `sweep` and `demo` start one of their own. */
const ASKING = /npx chaos (?:burst|compare|rate|live|reset|scenario)\b.*$/
const STARTING = /npx chaos serve$/

/** ` -u http://…`, or nothing where `url` is the `usual` one. */
export function urlOption(url: string, usual: URL): string {
  const typed = url.replace(/\/+$/, '')
  return typed === usual.href.replace(/\/+$/, '') ? '' : ` -u ${typed}`
}

/** A sentence whose command, if one ends it, goes to `url` as the command did that printed it. */
export function addressed(sentence: string, url: string, usual: URL): string {
  if (ASKING.test(sentence)) return sentence + urlOption(url, usual)
  if (!STARTING.test(sentence) || !URL.canParse(url)) return sentence
  const { hostname, port } = new URL(url)
  return isLoopback(hostname) && port !== '' && port !== usual.port ? `${sentence} --port ${port}` : sentence
}

/** The result with a hint that leads to the server that it was fired at. */
export function withAddress(result: Result, usual: URL): Result {
  const { verdict, target } = result
  const { advice } = verdict
  const there = (text: string) => addressed(text, target, usual)
  const command = advice?.figures.command
  const leading =
    advice && typeof command === 'string'
      ? { advice: { ...advice, figures: { ...advice.figures, command: there(command) } } }
      : {}
  return { ...result, verdict: { ...verdict, hint: there(verdict.hint), ...leading } }
}
