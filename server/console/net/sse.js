/** Reads the lines of an event stream: feed it text as it comes, it calls back with whole events. */

/** @param {(event: { type: string, id: string, data: string }) => void} onEvent @returns {(text: string) => void} */
export function eventParser(onEvent) {
  let rest = ''
  let type = ''
  let id = ''
  /** @type {string[]} */
  let data = []

  /** @param {string} line */
  const take = line => {
    if (line === '') {
      if (data.length > 0) onEvent({ type: type || 'message', id, data: data.join('\n') })
      type = ''
      data = []
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'event') type = value
    else if (field === 'id') id = value
    else if (field === 'data') data.push(value)
  }

  return text => {
    rest += text
    for (;;) {
      const end = rest.search(/[\r\n]/)
      if (end < 0) return
      // A lone CR at the very end may be half of a CR LF: wait for what follows.
      if (rest[end] === '\r' && end === rest.length - 1) return
      const next = rest[end] === '\r' && rest[end + 1] === '\n' ? end + 2 : end + 1
      take(rest.slice(0, end))
      rest = rest.slice(next)
    }
  }
}
