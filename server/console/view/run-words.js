/** What a run is called, and what it came to, in the language of the page. */

/** @import { Run } from '../model/types.js' */

import { titleOf } from '../wording/run.js'
import { inWords } from '../wording/sentences.js'

/**
 * What a run is called: by its arms in the language of the page, unless somebody gave it a name.
 * @param {import('./page.js').Context} context
 * @param {{ title: string, names: readonly string[] }} run
 */
export function runTitle(context, { title, names }) {
  const words = context.words()
  const command = title.split(' ', 1)[0] ?? ''
  const isNamed = title !== `${command} ${names.join(', ')}`
  return isNamed || !words ? title : titleOf({ command, arms: names.map(name => ({ name })) }, words)
}

/**
 * The verdict of a run that ended: worded from its codes; of a run without codes only what its author said is known, in English.
 * @param {import('./page.js').Context} context
 * @param {Run | null} run
 * @returns {{ text: string, lang: 'en' | null }} `lang` is null for the language of the page
 */
export function runVerdict(context, run) {
  const words = context.words()
  if (run?.coded && words) return { text: inWords(run.coded, words).text, lang: null }
  return { text: run?.verdict ?? '', lang: 'en' }
}
