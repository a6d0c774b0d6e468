/** What arms are called in the reader's language. */

/** @import { I18n } from '../i18n/words.js' */

import { armTitles } from '../model/arm-names.js'

/** @param {I18n} i18n @param {readonly string[]} names @returns {string[]} */
export function titlesOf(i18n, names) {
  return armTitles(names).map(({ kind, text }) => {
    if (kind !== 'made') return i18n.t(kind === 'with' ? 'arm.with' : 'arm.without')
    const words = text.split('+').map(word => word.replace(/^[\w-]+/, policy => i18n.maybe(`policy.${policy}`, policy)))
    const joined = words.join(' + ')
    return joined.charAt(0).toUpperCase() + joined.slice(1)
  })
}

/** The same in short, for a label: of an arm with a breaker and more, what there is more. @param {I18n} i18n @param {readonly string[]} names @returns {string[]} */
export function shortTitlesOf(i18n, names) {
  const titles = titlesOf(i18n, names)
  return armTitles(names).map(({ kind, text }, arm) => {
    if (kind !== 'made') return i18n.t(kind === 'with' ? 'arm.withShort' : 'arm.withoutShort')
    const more = text.includes('(') ? [] : text.split('+').filter(word => word !== 'breaker')
    if (more.length === 0 || more.length === text.split('+').length) return titles[arm] ?? text
    return more.map(policy => `+ ${i18n.maybe(`policy.${policy}`, policy)}`).join(' ')
  })
}
