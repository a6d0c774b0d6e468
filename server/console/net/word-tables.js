/** The words of verdicts and reports, which the page shares with the command line: fetched once for each language. */

/** @import { Words } from '../wording/words.js' */
/** @import { Language } from '../i18n/words.js' */

import { experimentWords } from '../wording/sentences.js'

/** @param {() => void} onLoad hears when there are more words */
export function openWordTables(onLoad) {
  /** @type {Map<Language, Promise<Words>>} */
  const asked = new Map()
  /** @type {Map<Language, Words>} */
  const known = new Map()

  /** @param {Language} language @returns {Promise<Words>} */
  const load = language => {
    const loading =
      asked.get(language) ??
      fetch(`/console/words/${language}.json`).then(async answer => {
        const words = experimentWords(await answer.json())
        known.set(language, words)
        onLoad()
        return words
      })
    asked.set(language, loading)
    // It is asked for again where it did not come.
    loading.catch(() => asked.delete(language))
    return loading
  }
  return {
    load,
    /** The words of a language, or null while they are on their way. @param {Language} language */
    now(language) {
      if (!asked.has(language)) load(language).catch(() => {})
      return known.get(language) ?? null
    },
  }
}
