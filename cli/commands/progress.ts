/** A bar on the error stream for what lasts longer than a second: only on a terminal, and gone when it is done. */

import type { Io } from '../io.ts'

const WIDTH = 30
const PATIENCE_MS = 1_000
const ERASE_LINE = '\r\u001b[2K'

export interface Progress {
  /** `share` is 0 to 1. */
  show(share: number): void
  end(): void
}

/** A bar with `label` before it, drawn in ASCII where `ascii` is set. */
export function progressBar({ stderr, clock }: Io, label: string, ascii: boolean): Progress {
  const startedAt = clock.now()
  let shown = false
  return {
    show(share) {
      if (!stderr.isTTY || clock.now() - startedAt < PATIENCE_MS) return
      const full = Math.round(Math.min(1, Math.max(0, share)) * WIDTH)
      const [on, off] = ascii ? ['#', '.'] : ['█', '░']
      const percent = `${Math.floor(share * 100)}`.padStart(3)
      stderr.write(`${ERASE_LINE}${label} ${on.repeat(full)}${off.repeat(WIDTH - full)} ${percent} %`)
      shown = true
    },
    end() {
      if (shown) stderr.write(ERASE_LINE)
      shown = false
    },
  }
}
