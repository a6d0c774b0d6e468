/** Polls: the host asks, each attendee votes once, and what came of it is laid over the votes. */

import { MAX_POLLS, MAX_VOTES } from '../config/limits.ts'
import type { Clock } from '../lib/clock.ts'
import { Problem, quote } from '../lib/problem.ts'

export interface Poll {
  readonly id: string
  readonly asks: string
  readonly choices: readonly string[]
  /** Votes are taken. */
  readonly open: boolean
  /** Votes for each choice. */
  readonly counts: readonly number[]
  /** The choice that came true, from 0; null where nobody has said so. */
  readonly answer: number | null
  readonly askedAt: string
  /** It was removed: only told, never listed. */
  readonly removed?: true
}

interface PollsParts {
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wall: () => number
  readonly nextId: () => string
  /** Hears of every change; of votes a few times a second at the most. */
  readonly changed: (poll: Poll) => void
}

interface Asked {
  readonly poll: Omit<Poll, 'counts'>
  /** The choice of each voter. */
  readonly votes: Map<string, number>
}

/** Between two tellings of votes, in milliseconds. */
const TELL_EVERY_MS = 250

export class Polls {
  readonly #parts: PollsParts
  readonly #all = new Map<string, Asked>()
  readonly #waiting = new Map<string, () => void>()

  constructor(parts: PollsParts) {
    this.#parts = parts
  }

  /** Opens a poll, and closes the one that is open. */
  ask(asks: string, choices: readonly string[]): Poll {
    for (const { poll } of this.#all.values()) if (poll.open) this.change(poll.id, { open: false })
    const id = this.#parts.nextId()
    const askedAt = new Date(this.#parts.wall()).toISOString()
    this.#all.set(id, { poll: { id, asks, choices, open: true, answer: null, askedAt }, votes: new Map() })
    const [oldest] = this.#all.keys()
    if (oldest !== undefined && this.#all.size > MAX_POLLS) this.remove(oldest)
    this.#tell(id)
    return this.get(id)
  }

  /** @throws {Problem} 404 */
  get(id: string): Poll {
    const { poll, votes } = this.#asked(id)
    const counts = poll.choices.map(() => 0)
    for (const choice of votes.values()) counts[choice] = (counts[choice] ?? 0) + 1
    return { ...poll, counts }
  }

  /** The newest first. */
  list(): Poll[] {
    return [...this.#all.keys()].reverse().map(id => this.get(id))
  }

  /**
   * Counts the vote of `voter`, in place of an earlier one.
   * @throws {Problem} 404, 409 for a poll that is closed, 422 for a choice that is not there, 429 where no more votes are counted
   */
  vote(id: string, voter: string, choice: number): Poll {
    const { poll, votes } = this.#asked(id)
    if (!poll.open) throw new Problem(409, 'This poll is closed: your vote was not counted')
    checkChoice(poll, 'choice', choice)
    if (votes.size >= MAX_VOTES && !votes.has(voter)) throw new Problem(429, `${MAX_VOTES} have voted, and no more can`)
    votes.set(voter, choice)
    this.#tellSoon(id)
    return this.get(id)
  }

  /**
   * Opens or closes a poll, or says which choice came true, which closes it.
   * @throws {Problem} 404, 422 for a choice that is not there
   */
  change(
    id: string,
    { open, answer }: { readonly open?: boolean | undefined; readonly answer?: number | null | undefined },
  ): Poll {
    const asked = this.#asked(id)
    if (typeof answer === 'number') checkChoice(asked.poll, 'answer', answer)
    const poll = {
      ...asked.poll,
      open: open ?? (typeof answer === 'number' ? false : asked.poll.open),
      answer: answer === undefined ? asked.poll.answer : answer,
    }
    this.#all.set(id, { ...asked, poll })
    this.#tell(id)
    return this.get(id)
  }

  /** Forgets a poll and its votes. @throws {Problem} 404 */
  remove(id: string): void {
    const poll = this.get(id)
    this.#forget(id)
    this.#all.delete(id)
    this.#parts.changed({ ...poll, open: false, removed: true })
  }

  /** Tells nothing more. */
  close(): void {
    for (const id of [...this.#waiting.keys()]) this.#forget(id)
  }

  #asked(id: string): Asked {
    const asked = this.#all.get(id)
    if (asked) return asked
    throw new Problem(404, `There is no poll ${quote(id)}: GET /polls lists them`)
  }

  #tell(id: string): void {
    this.#forget(id)
    this.#parts.changed(this.get(id))
  }

  #tellSoon(id: string): void {
    if (this.#waiting.has(id)) return
    this.#waiting.set(
      id,
      this.#parts.clock.after(TELL_EVERY_MS, () => this.#tell(id)),
    )
  }

  #forget(id: string): void {
    this.#waiting.get(id)?.()
    this.#waiting.delete(id)
  }
}

/** @throws {Problem} 422 for a choice that is not there, named by the member that it came in */
function checkChoice({ choices }: Asked['poll'], member: string, choice: number): void {
  if (choice < choices.length) return
  const detail = `must be from 0 to ${choices.length - 1}`
  throw new Problem(422, `${member} ${detail}`, { errors: [{ pointer: `/${member}`, detail }] })
}
