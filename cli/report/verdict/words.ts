/** The words of the sentences about an experiment, as the page of the server has them too. */

import { experimentWords } from '../../../server/console/wording/sentences.js'
import type { Words } from '../../../server/console/wording/words.js'
import { type Language, readTable } from '../../../server/wording/wording.ts'

export { describeRate, describeRun, titleOf } from '../../../server/console/wording/run.js'
export {
  byWhom,
  eventLines,
  experimentWords,
  inWords,
  recoveryText,
  sentences,
  troubleName,
  unplannedEvents,
} from '../../../server/console/wording/sentences.js'
export { numeral, type Words } from '../../../server/console/wording/words.js'
export { LANGUAGES, type Language } from '../../../server/wording/wording.ts'

/** The words of a language, read from the package. */
export function wordsIn(language: Language): Words {
  return experimentWords(readTable(`${language}.json`))
}

/** What people read where nobody asked for another language. */
export const english: Words = wordsIn('en')
