/** Takes out of a document what would command a terminal: a server may be anybody's, and whoever reaches one can leave a run there. */

/** Control characters but for tab and line feed, and the marks that turn the direction of text. */
const COMMANDS = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu

/** The same document with every such character of its texts, names of members included, replaced by a visible one. */
export function sanitized<T>(document: T): T {
  return cleaned(document) as T
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleaned)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [cleanText(name), cleaned(member)]))
}

function cleanText(text: string): string {
  return text.replace(COMMANDS, sign => (sign === '\n' || sign === '\t' ? sign : '\ufffd'))
}
