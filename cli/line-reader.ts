/** Reads what a user types, a line at a time; piped text is read in the same way. */

import type { Io } from './io.ts'

export interface LineReader {
  /** The next line without its end; null where no more comes, or the user wants to stop. */
  next(): Promise<string | null>
  /** Lets the process end. */
  close(): void
}

/** Lines of the keyboard; there is never one where the process has none. */
export function openLines({ tty, interrupted }: Pick<Io, 'tty' | 'interrupted'>): LineReader {
  const stdin = tty?.().stdin
  if (!stdin) return { next: async () => null, close() {} }
  let text = ''
  let isOver = false
  let wake = () => {}
  const onData = (more: string) => {
    text += more
    wake()
  }
  const onEnd = () => {
    isOver = true
    wake()
  }
  stdin.setEncoding('utf8')
  stdin.on('data', onData)
  stdin.on('end', onEnd)
  stdin.on('error', onEnd)
  interrupted.addEventListener('abort', onEnd, { once: true })
  const take = (): string | null | undefined => {
    if (interrupted.aborted) return null
    const end = text.indexOf('\n')
    if (end < 0) return isOver ? null : undefined
    const line = text.slice(0, end).replace(/\r$/, '')
    text = text.slice(end + 1)
    return line
  }
  return {
    async next() {
      // What a hand typed while something else went on is no answer to what is asked now.
      if (stdin.isTTY) text = ''
      stdin.resume()
      for (;;) {
        const line = take()
        if (line !== undefined) return line
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    },
    close() {
      stdin.off('data', onData)
      stdin.off('end', onEnd)
      stdin.off('error', onEnd)
      interrupted.removeEventListener('abort', onEnd)
      stdin.pause()
    },
  }
}
