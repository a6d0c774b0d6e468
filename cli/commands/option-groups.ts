/** The options of a long command under headings, in the order in which people need them. */

import type { Command, Option } from 'commander'

/** Headings and the long names of the options below them. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'What is compared': [
    'breaker',
    'arm',
    'arms',
    'vary',
    'steps',
    'one-by-one',
    'repeat',
    'candidates',
    'worth',
    'workers',
  ],
  'Load: how much, and when': [
    ...['requests', 'concurrency', 'every', 'for', 'rate', 'poisson', 'ramp', 'closed', 'clients'],
    ...['codes', 'timeout', 'connections', 'warmup', 'seed'],
  ],
  'What goes wrong': ['fail-rate', 'outage', 'scenario', 'settings', 'round-trip', 'days'],
  'The breaker': [
    ...['threshold', 'min-calls', 'window', 'open-for', 'probes', 'max-failures', 'consecutive', 'store'],
  ],
  'The requests': [
    ...['method', 'header', 'body', 'body-file', 'headers-timeout', 'body-timeout'],
    ...['allow-redirects', 'no-keep-alive'],
  ],
  'The server': ['url', 'session', 'allow-remote'],
  'The result': ['expect', 'predict', 'json', 'format', 'output', 'lang', 'ascii', 'no-color', 'keep', 'no-keep'],
}
const NAMES = Object.values(GROUPS).flat()
/** A command with fewer options is read at a glance. */
const MIN_OPTIONS = 20

/** Puts the options of a command with many of them under headings; an option that has none stays below "Options:". */
export function groupOptions(command: Command): void {
  if (command.options.length < MIN_OPTIONS) return
  const options = command.options as Option[]
  const rank = (option: Option) => (NAMES.includes(nameOf(option)) ? NAMES.indexOf(nameOf(option)) : NAMES.length)
  options.sort((a, b) => rank(a) - rank(b))
  for (const [heading, names] of Object.entries(GROUPS)) {
    for (const option of options) if (names.includes(nameOf(option))) option.helpGroup(`${heading}:`)
  }
  command.addHelpOption(command.createOption('-h, --help', 'display help for command').helpGroup('The result:'))
}

function nameOf({ long }: Option): string {
  return long?.slice(2) ?? ''
}
