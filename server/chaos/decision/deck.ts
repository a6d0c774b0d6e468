/**
 * The deck: draws that are exact in every aligned 100 requests, and within one in every aligned 10, where requests have no
 * keys, or keys that end in consecutive numbers.
 */

import { hashNumber, mix, type StreamSeed } from './draw.ts'

const HAND = 10
const DECK = HAND * HAND
/** Levels of decks: the first spreads requests, the next two the fractions of a percent and of a hundredth of one. */
const LEVELS = 3
/** Shuffled decks that are kept: requests come roughly in order, so few are enough. A power of two. */
const KEPT = 16

/**
 * 100 cards as ten hands of ten with one card of each decile in each hand, shuffled anew for each block of 100 requests.
 * A card is a draw in [0, 1): `(card + v) / 100`, where v is the draw of the block in a deck one level up.
 */
export class Deck {
  readonly #stream: StreamSeed
  readonly #owners = new Float64Array(KEPT).fill(-1)
  readonly #attempts = new Int32Array(KEPT)
  readonly #draws = new Float64Array(KEPT * DECK)

  constructor(stream: StreamSeed) {
    this.#stream = stream
  }

  /**
   * The draw of request `number` (from 0) in the decks of `attempt`. Each try has decks of its own, dealt to all numbers: of
   * those that try again, the ones that failed, about as many fail as the rate says, not exactly.
   */
  draw(number: number, attempt: number): number {
    const block = Math.floor(number / DECK)
    const slot = (block + attempt) & (KEPT - 1)
    if (this.#owners[slot] !== block || this.#attempts[slot] !== attempt) this.#shuffle(slot, block, attempt)
    return this.#draws[slot * DECK + (number - block * DECK)] ?? 0
  }

  #shuffle(slot: number, block: number, attempt: number): void {
    const fraction = this.#fraction(block, attempt, 1)
    const salt = this.#salt(block, attempt, 0)
    const units = Array.from({ length: HAND }, (_, decile) => permutation(salt, decile))
    for (let hand = 0; hand < HAND; hand += 1) {
      const deciles = permutation(salt, HAND + hand)
      for (let place = 0; place < HAND; place += 1) {
        const decile = deciles[place] ?? 0
        const card = decile * HAND + (units[decile]?.[hand] ?? 0)
        this.#draws[slot * DECK + hand * HAND + place] = (card + fraction) / DECK
      }
    }
    this.#owners[slot] = block
    this.#attempts[slot] = attempt
  }

  /** The card of `number` at a level above the first, with the fraction of the levels above it. */
  #fraction(number: number, attempt: number, level: number): number {
    // The middle of the last step: never on a boundary, where rounding would decide.
    if (level === LEVELS) return 0.5
    const block = Math.floor(number / DECK)
    const index = number - block * DECK
    const hand = Math.floor(index / HAND)
    const salt = this.#salt(block, attempt, level)
    const decile = permutation(salt, HAND + hand)[index % HAND] ?? 0
    const card = decile * HAND + (permutation(salt, decile)[hand] ?? 0)
    return (card + this.#fraction(block, attempt, level + 1)) / DECK
  }

  #salt(block: number, attempt: number, level: number): number {
    return hashNumber(hashNumber(hashNumber(this.#stream, level) ^ 0x2f, attempt) ^ 0x2f, block)
  }
}

/**
 * The number by which a key is dealt its card, or -1 where it has none: the whole number that it ends in, if that can be a
 * count. Digits behind a letter that has other digits before it, and those of a UUID, are chance: dealt by them, requests
 * would fail as often as chance has it. Of more than 15 digits the last 15 count.
 */
export function trailingNumber(key: string): number {
  let value = 0
  let power = 1
  let at = key.length - 1
  for (; at >= 0; at -= 1) {
    const digit = key.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    if (power === 1e15) continue
    value += digit * power
    power *= 10
  }
  if (at === key.length - 1 || isUuid(key)) return -1
  return at >= 0 && isLetter(key.charCodeAt(at)) && hasDigit(key, at) ? -1 : value
}

function isUuid(key: string): boolean {
  return key.length === 36 && key[8] === '-' && key[13] === '-' && key[18] === '-' && key[23] === '-'
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

function hasDigit(key: string, end: number): boolean {
  for (let at = 0; at < end; at += 1) if (key.charCodeAt(at) >= 48 && key.charCodeAt(at) <= 57) return true
  return false
}

/** A permutation of 0 to 9 by Fisher and Yates, from the hash of a salt and a lane. */
function permutation(salt: number, lane: number): Uint8Array {
  const cards = Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
  let state = mix(hashNumber(salt ^ 0x2f, lane))
  for (let left = HAND - 1; left > 0; left -= 1) {
    state = mix(state + 0x9e3779b9)
    const other = Math.floor(((state >>> 0) / 0x1_0000_0000) * (left + 1))
    const card = cards[left] ?? 0
    cards[left] = cards[other] ?? 0
    cards[other] = card
  }
  return cards
}
