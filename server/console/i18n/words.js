/** Words and figures in the reader's language. */

import { en } from './en.js'
import { ptBr } from './pt-br.js'

/** @typedef {import('./en.js').Word} Word */
/** @typedef {'en' | 'pt-BR'} Language */

/** @type {Record<Language, Record<Word, string>>} */
export const LANGUAGES = { en, 'pt-BR': ptBr }

/**
 * The language to begin with: the one chosen before, else the browser's first that is spoken here.
 * @param {string | null} chosen
 * @param {readonly string[]} preferred
 * @returns {Language}
 */
export function pickLanguage(chosen, preferred) {
  if (chosen === 'en' || chosen === 'pt-BR') return chosen
  for (const tag of preferred) {
    if (/^pt\b/i.test(tag)) return 'pt-BR'
    if (/^en\b/i.test(tag)) return 'en'
  }
  return 'en'
}

/** @param {Language} language */
export function createI18n(language) {
  const words = LANGUAGES[language]
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 })
  const tenth = new Intl.NumberFormat(language, { maximumFractionDigits: 1 })
  const tenths = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  const exact = new Intl.NumberFormat(language, { maximumFractionDigits: 3 })
  const clock = new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  })
  const date = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })

  /** @param {Word} word @param {Record<string, string | number>} [values] */
  const t = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))

  return {
    language,
    t,
    /** A word that may not exist, such as one for a name out of the server's answers. @param {string} word @param {string} otherwise */
    maybe: (word, otherwise) => (word in words ? words[/** @type {Word} */ (word)] : otherwise),
    /** A scenario's title, translated where it is one that comes with the server. @param {string} name @param {string} title */
    titleOf: (name, title) => {
      const word = /** @type {Word} */ (`scenario.named.${name}`)
      return LANGUAGES.en[word] === title ? words[word] : title
    },
    /** @param {number} value */
    count: value => whole.format(value),
    /** @param {number | null} value */
    percent: value =>
      value === null ? t('unit.none') : t('unit.percent', { value: shortPercent(value, tenth, whole) }),
    /** A percentage without its sign. @param {number} value */
    share: value => shortPercent(value, tenth, whole),
    /** To a tenth. @param {number} value */
    tenth: value => tenths.format(value),
    /** @param {number} value */
    rate: value => t('unit.percent', { value: exact.format(value) }),
    /** @param {number} value */
    factor: value => exact.format(value),
    /** @param {number | null} value milliseconds */
    ms: value =>
      value === null ? t('unit.none') : t('unit.ms', { value: (value < 10 ? tenth : whole).format(value) }),
    /** Seconds from one on, so that it stays short. @param {number} value milliseconds */
    axisMs: value =>
      value < 1000 ? t('unit.ms', { value: tenth.format(value) }) : t('unit.s', { value: tenth.format(value / 1000) }),
    /** To a tenth. @param {number} value milliseconds */
    seconds: value => t('unit.s', { value: tenths.format(value / 1000) }),
    /** @param {number} seconds of the wall clock */
    time: seconds => clock.format(seconds * 1000),
    /** @param {string} iso */
    date: iso => date.format(new Date(iso)),
  }
}

/** @typedef {ReturnType<typeof createI18n>} I18n */

/**
 * Whole percents, but never 100 or 0 for what is only nearly so.
 * @param {number} value
 * @param {Intl.NumberFormat} tenth
 * @param {Intl.NumberFormat} whole
 */
function shortPercent(value, tenth, whole) {
  const nearly = (value > 99 && value < 100) || (value > 0 && value < 1)
  if (!nearly) return whole.format(value)
  return tenth.format(value > 50 ? Math.floor(value * 10) / 10 : Math.ceil(value * 10) / 10)
}
