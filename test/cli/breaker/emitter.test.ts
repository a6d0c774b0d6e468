/** Events reach listeners in order, one after the other, whatever a listener does. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { CircuitEvent } from '../../../cli/breaker/circuit.ts'
import { Emitter } from '../../../cli/breaker/emitter.ts'
import { loaderOf, moduleFile } from '../../support/project.ts'

const event = (atMs: number): CircuitEvent => ({ type: 'store-recovered', atMs })

test('events wait until they are delivered', () => {
  const emitter = new Emitter()
  const heard: number[] = []
  assert.equal(emitter.hasListeners, false)
  emitter.listen(({ atMs }) => heard.push(atMs))
  assert.equal(emitter.hasListeners, true)
  emitter.queue(event(1))
  emitter.queue(event(2))
  assert.deepEqual([heard.length, emitter.pending], [0, 2])
  emitter.deliver()
  assert.deepEqual([heard, emitter.pending], [[1, 2], 0])
})

test('what is noted during delivery comes after, for every listener', () => {
  const emitter = new Emitter()
  const [first, second]: [number[], number[]] = [[], []]
  emitter.listen(({ atMs }) => {
    first.push(atMs)
    if (atMs > 2) return
    emitter.queue(event(atMs + 10))
    emitter.deliver()
  })
  emitter.listen(({ atMs }) => second.push(atMs))
  emitter.queue(event(1))
  emitter.queue(event(2))
  emitter.deliver()
  assert.deepEqual(
    [first, second],
    [
      [1, 2, 11, 12],
      [1, 2, 11, 12],
    ],
  )
})

test('one function may listen twice and leave once', () => {
  const emitter = new Emitter()
  let heard = 0
  const listener = (): void => {
    heard += 1
  }
  const leave = emitter.listen(listener)
  const leaveToo = emitter.listen(listener)
  emitter.queue(event(1))
  emitter.deliver()
  leave()
  leave()
  emitter.queue(event(2))
  emitter.deliver()
  assert.equal(heard, 3)
  leaveToo()
  assert.equal(emitter.hasListeners, false)
})

test('a listener that leaves in the middle is not called for the next event; one that comes is', () => {
  const emitter = new Emitter()
  const heard: string[] = []
  const leave = emitter.listen(({ atMs }) => {
    heard.push(`a${atMs}`)
    leave()
    emitter.listen(({ atMs: at }) => heard.push(`b${at}`))
  })
  emitter.queue(event(1))
  emitter.queue(event(2))
  emitter.deliver()
  assert.deepEqual(heard, ['a1', 'b2'])
})

test('what a listener throws goes to the error listener, and the others hear the event', () => {
  const errors: unknown[] = []
  const emitter = new Emitter((error, { atMs }) => errors.push([error, atMs]))
  let heard = 0
  emitter.listen(() => {
    throw undefined
  })
  emitter.listen(() => {
    heard += 1
  })
  emitter.queue(event(7))
  emitter.deliver()
  emitter.queue(event(8))
  emitter.deliver()
  assert.deepEqual(
    [errors, heard],
    [
      [
        [undefined, 7],
        [undefined, 8],
      ],
      2,
    ],
  )
})

test('without an error listener, or with one that throws, the error is an uncaught exception after the event', async () => {
  const emitter = moduleFile('cli/breaker/emitter')
  for (const onError of ['undefined', '() => { throw new Error("worse") }']) {
    const worker = new Worker(
      `import { parentPort } from 'node:worker_threads'
       const { Emitter } = await import(${JSON.stringify(emitter)})
       process.on('uncaughtException', error => parentPort.postMessage(error.message))
       const emitter = new Emitter(${onError})
       emitter.listen(() => { throw new Error('mine') })
       emitter.listen(() => parentPort.postMessage('heard'))
       emitter.queue({ type: 'store-recovered', atMs: 1 })
       emitter.deliver()
       parentPort.postMessage('delivered')`,
      { eval: true, execArgv: [...loaderOf(emitter), '--input-type=module'] },
    )
    const messages: unknown[] = []
    worker.on('message', message => messages.push(message))
    await once(worker, 'exit')
    assert.deepEqual(messages, ['heard', 'delivered', onError === 'undefined' ? 'mine' : 'worse'])
  }
})
