/** What a server says when it is up: where it is, how it fails, and what to type next. */

import type { Loaded, Origin } from './config/config.ts'
import type { RunningServer } from './server.ts'

const FROM: Readonly<Record<Origin, string>> = {
  flag: 'from the command line',
  env: 'from the environment',
  file: 'from the file of variables',
  default: '',
}

/** The announcement, some lines of text. */
export function announcement(server: RunningServer, { config, origins, notes }: Loaded, seed: string): string {
  const { failRate, sampler } = server.chaos.settings()
  const lines = [
    `Flaky Catalog is at ${server.url}`,
    `  fail rate  ${failRate} %${comma(FROM[origins.FAIL_RATE])}`,
    `  sampler    ${sampler}`,
    `  seed       ${seed}${comma(origins.FAIL_SEED === 'default' ? `drawn now; --seed ${seed} repeats it` : FROM[origins.FAIL_SEED])}`,
    `  catalog    ${server.products} products in ${config.CATALOG_DB}`,
    ...doorOf(server, config.CHAOS_TOKEN !== undefined, config.OPEN_SESSIONS === '1'),
    ...notes.map(note => `  note       ${note}`),
    '',
    'Next, in another terminal:',
    `  curl ${server.url}/catalogs/155568600`,
    `  npx chaos rate 70${at(server)}`,
    `  npx chaos compare${at(server)}`,
    '',
  ]
  return lines.join('\n')
}

/** Who gets in: where attendees go, and what the host must carry. */
function doorOf({ attendees, token }: RunningServer, given: boolean, open: boolean): string[] {
  return [
    ...attendees.map((address, index) => `  ${index === 0 ? 'attendees' : '       or'}  ${address}`),
    ...(token === null
      ? []
      : [given ? LOCKED : `  token      ${token} (made now; put it into CHAOS_TOKEN before you type npx chaos)`]),
    ...(token !== null && open ? ['  sessions   open: who has no token may change sessions of his own'] : []),
  ]
}
const LOCKED = '  token      changes need the CHAOS_TOKEN that you gave'

function comma(text: string): string {
  return text && ` (${text})`
}

/** The command line finds a server at the usual place by itself. */
function at(server: RunningServer): string {
  return server.url === 'http://127.0.0.1:8000' ? '' : ` -u ${server.url}`
}
