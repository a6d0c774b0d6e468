/**
 * Puts messages into words: each is a code and its figures, and a table in `data/words/` says how it reads in one language. It is
 * plain JavaScript, because the page words kept results and verdicts by the same code as the command line.
 *
 * An entry is a text, or texts by the value of one figure: `{ "by": "requests", "1": "…", "other": "…" }`. In a text,
 * `{name}` is a figure as it is, and `{name:format}` is written by a format that the table is read with. Any other format is
 * an entry of the table: `count.<format>` for a number, which it calls `n`, and `<format>.<value>` for a text, or for each
 * text of a list.
 */

/** @typedef {string | number | null | (string | number)[] | Readonly<Record<string, number>>} Figure */
/** @typedef {Readonly<Record<string, Figure>>} Figures */

/**
 * The text of a code in one language. It throws a RangeError for a code that the table has not, and for a figure that the text
 * needs and is not given.
 * @typedef {{ (code: string, figures?: Figures): string, has(code: string): boolean }} Words
 */

/** Writes a figure. @typedef {(figure: Figure, words: Words) => string} Format */
/** @typedef {Readonly<Record<string, string | Readonly<Record<string, string>>>>} Table */

/**
 * The words of a table.
 * @param {Table} table
 * @param {Readonly<Record<string, Format>>} formats
 * @returns {Words}
 */
export function wordsOf(table, formats) {
  const entries = new Map(Object.entries(table))
  /** @param {string} code @param {Figures} [figures] @returns {string} */
  const say = (code, figures = {}) => {
    const entry = entries.get(code)
    const text = typeof entry === 'object' ? (entry[String(figures[entry.by ?? ''])] ?? entry.other) : entry
    if (text === undefined) throw new RangeError(`no words for ${code}`)
    return text.replace(/\{(\w+)(?::([\w-]+))?\}/g, (_, /** @type {string} */ name, /** @type {string} */ format) => {
      const figure = figures[name]
      if (figure === undefined) throw new RangeError(`no figure "${name}" for ${code}`)
      if (format === undefined) return plain(figure, words)
      const write = formats[format]
      if (write) return write(figure, words)
      if (typeof figure === 'number') return words(`count.${format}`, { n: figure })
      const each = (/** @type {unknown} */ value) => words(`${format}.${value}`, figures)
      return Array.isArray(figure) ? listed(figure.map(each), words) : each(figure)
    })
  }
  /** @type {Words} */
  const words = Object.assign(say, { has: (/** @type {string} */ code) => entries.has(code) })
  return words
}

/** @param {Figure} figure @param {Words} words */
function plain(figure, words) {
  return typeof figure === 'number' ? numeral(String(figure), words) : String(figure)
}

/** A number as English writes it, with the signs of the language. @param {string} text @param {Words} words */
export function numeral(text, words) {
  return text.replace(/[.,]/g, sign => words(sign === '.' ? 'number.decimal' : 'number.thousands'))
}

/** A format of numbers. @param {(value: number) => string} write @returns {Format} */
export function written(write) {
  return (figure, words) => (typeof figure === 'number' ? numeral(write(figure), words) : '-')
}

/** A duration in milliseconds, as `250 ms` or `1.25 s`. */
export const seconds = written(ms => (ms < 1_000 ? `${Math.round(ms)} ms` : `${Number((ms / 1_000).toFixed(2))} s`))

/** Durations in milliseconds, one after the other. @type {Format} */
export const durations = (figure, words) =>
  listed(Array.isArray(figure) ? figure.map(ms => seconds(Number(ms), words)) : [], words)

/** Names in a sentence. @param {readonly string[]} names @param {Words} words @returns {string} */
export function listed(names, words) {
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : words('list.and', { before: names.slice(0, -1).join(', '), last })
}
