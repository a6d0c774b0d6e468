/** What a key means on this screen. */

import { type Model, shownRate } from './model.ts'
import type { Switch } from './reducer.ts'

export type KeyAction =
  /** Set the fail rate, in percent. */
  | { readonly type: 'rate'; readonly failRate: number }
  | { readonly type: 'switch'; readonly what: Switch; readonly on: boolean }
  | { readonly type: 'fire' | 'outage' | 'web' | 'reset' | 'quit' | 'repaint' }

/** Keys that change the rate, by how many points. */
const STEPS: Readonly<Record<string, number>> = {
  up: 1,
  right: 1,
  '+': 1,
  down: -1,
  left: -1,
  '-': -1,
  'shift-up': 10,
  'shift-right': 10,
  'page-up': 10,
  'shift-down': -10,
  'shift-left': -10,
  'page-down': -10,
}

/** The footer and the help text: the keys, what they do in one word, and in one line. */
export const KEY_HELP: readonly { readonly keys: string; readonly word: string; readonly line: string }[] = [
  { keys: '0-9 f', word: 'rate', line: 'fail rate 0 to 90 %, f for full: 100 %' },
  { keys: 'space', word: 'fire', line: 'fire one batch now' },
  { keys: 'a', word: 'auto', line: 'fire batches by themselves, on and off' },
  { keys: 'b', word: 'breaker', line: 'the breaker on and off' },
  { keys: 's', word: 'baseline', line: 'the same requests without a breaker beside it, on and off' },
  { keys: 'o', word: 'outage', line: 'pull the plug: an outage of 10 s; again to end it' },
  { keys: 'w', word: 'web', line: 'the address of the web console' },
  { keys: 'r', word: 'reset', line: 'counts to zero, server back to its boot values' },
]

/** What `key` asks for, or null for a key that means nothing here. While the help is shown, any key puts it away. */
export function actionOf(model: Model, key: string): KeyAction | null {
  if (key === 'q' || key === 'Q' || key === 'ctrl-c' || key === 'ctrl-d') return { type: 'quit' }
  if (key === 'ctrl-l') return { type: 'repaint' }
  if (model.help) return { type: 'switch', what: 'help', on: false }
  if (/^[0-9]$/.test(key)) return { type: 'rate', failRate: Number(key) * 10 }
  const step = STEPS[key]
  if (step !== undefined) return { type: 'rate', failRate: stepped(shownRate(model) ?? 0, step) }
  switch (key.toLowerCase()) {
    case 'f':
    case 'end':
      return { type: 'rate', failRate: 100 }
    case 'home':
      return { type: 'rate', failRate: 0 }
    case ' ':
      return { type: 'fire' }
    case 'a':
      return { type: 'switch', what: 'automatic', on: !model.load.automatic }
    case 'b':
      return { type: 'switch', what: 'breaker', on: !model.breaker.on }
    case 's':
      return { type: 'switch', what: 'baseline', on: !model.baselineOn }
    case '?':
    case 'h':
      return { type: 'switch', what: 'help', on: true }
    case 'o':
      return { type: 'outage' }
    case 'w':
      return { type: 'web' }
    case 'r':
      return { type: 'reset' }
    default:
      return null
  }
}

/** Hundredths survive (0.5 + 1 = 1.5), rounding noise does not. */
function stepped(rate: number, step: number): number {
  return Math.min(100, Math.max(0, Math.round((rate + step) * 100) / 100))
}
