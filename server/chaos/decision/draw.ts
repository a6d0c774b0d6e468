/** Keyed draws: chance that depends on seed, stream, key and attempt alone, so that every arm meets the same fate. */

/** Where a hash (FNV-1a, 32 bits) begins. */
export const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
/** Where the key ends and the attempt begins: above every character that an HTTP header can hold. */
const ATTEMPT_MARK = 0x100

/** What a draw decides. The streams are independent of each other: a new kind or latency never changes which keys fail. */
export type Stream = 'fail' | 'kind' | 'latency' | 'body' | 'outage' | 'deck'

/** The state of the hash after seed and stream; computed once for each settings snapshot. */
export type StreamSeed = number & { readonly streamSeed: true }

/** Prepares the draws of one stream: FNV-1a over `seed`, a separator and the name of the stream, then mixed. */
export function streamSeed(seed: string, stream: Stream): StreamSeed {
  return mix(hashText(hashText(FNV_OFFSET, seed), `/${stream}/`)) as StreamSeed
}

/** A number in [0, 1) from a key and an attempt (0 for the first try): FNV-1a with the finaliser of MurmurHash3. */
export function draw(stream: StreamSeed, key: string, attempt: number): number {
  return unit(Math.imul(hashText(stream, key) ^ (ATTEMPT_MARK + attempt), FNV_PRIME))
}

/** The same as `draw(stream, String(number), attempt)` for a whole number, without making the string. */
export function drawNumber(stream: StreamSeed, number: number, attempt: number): number {
  return unit(Math.imul(hashNumber(stream, number) ^ (ATTEMPT_MARK + attempt), FNV_PRIME))
}

/** Continues a hash (FNV-1a, 32 bits) over the UTF-16 code units of a text. */
export function hashText(state: number, text: string): number {
  let hash = state
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME)
  return hash
}

/** Continues a hash over the decimal digits of a whole number from 0 to 2^53 - 1. */
export function hashNumber(state: number, number: number): number {
  let power = 1
  while (number / power >= 10) power *= 10
  let hash = state
  for (let rest = number; power >= 1; power /= 10) {
    const digit = Math.floor(rest / power)
    rest -= digit * power
    hash = Math.imul(hash ^ (48 + digit), FNV_PRIME)
  }
  return hash
}

/** The finaliser of MurmurHash3 (fmix32): every bit of the input reaches every bit of the output. */
export function mix(state: number): number {
  let hash = state
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

function unit(state: number): number {
  return (mix(state) >>> 0) / 0x1_0000_0000
}
