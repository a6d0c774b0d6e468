/** Puts PNG pictures of one size together to one that moves (APNG), which browsers and GitHub play without a script. */

import { crc32 } from 'node:zlib'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

interface Chunk {
  readonly type: string
  readonly data: Buffer
}

/**
 * The pictures one after the other, for ever; every one stays for `frameMs` milliseconds, and the last for `lastMs`.
 * @throws {RangeError} without a picture
 */
export function animated(frames: readonly Buffer[], frameMs: number, lastMs: number): Buffer {
  const pictures = frames.map(chunksOf)
  const header = pictures[0]?.find(({ type }) => type === 'IHDR')
  if (!header) throw new RangeError('there is no picture')
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)]
  let sequence = 0
  const numbered = (data: Buffer) => Buffer.concat([uint32(sequence++), data])
  const body = pictures.flatMap((chunks, index): Chunk[] => {
    const delay = Buffer.alloc(6)
    delay.writeUInt16BE(index === pictures.length - 1 ? lastMs : frameMs, 0)
    delay.writeUInt16BE(1_000, 2)
    const control = numbered(Buffer.concat([uint32(width), uint32(height), uint32(0), uint32(0), delay]))
    const data = chunks.filter(({ type }) => type === 'IDAT')
    // The first picture is also what those show who know no APNG.
    const shown = index === 0 ? data : data.map(each => ({ type: 'fdAT', data: numbered(each.data) }))
    return [{ type: 'fcTL', data: control }, ...shown]
  })
  const all = [header, { type: 'acTL', data: Buffer.concat([uint32(frames.length), uint32(0)]) }, ...body]
  return Buffer.concat([SIGNATURE, ...[...all, { type: 'IEND', data: Buffer.alloc(0) }].map(written)])
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += length + 12
  }
  return chunks
}

function written({ type, data }: Chunk): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  return Buffer.concat([uint32(data.length), named, uint32(crc32(named))])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
