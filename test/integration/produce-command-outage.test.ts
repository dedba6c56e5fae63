import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { freshFolder, headcount, startHeadcount } from '../cli/child.ts'
import { ownBroker } from './dev-broker.ts'
import { Scratch } from './scratch.ts'

const FRAMES = 30_000

// These tests kill their broker: it is one of their own.
const broker = await ownBroker()

describe('produce while the broker is away', { skip: broker === undefined }, () => {
  let scratch: Scratch
  const folder = freshFolder()
  const env = { HEADCOUNT_BROKERS: broker?.bootstrap ?? '' }
  const surroundings = { folder: folder.path, env }
  const frames = Array.from({ length: FRAMES }, (_, i) => `{"number":${i},"uid":"user ${i % 97}"}`)
  before(async () => {
    scratch = await Scratch.open(broker!.bootstrap)
    writeFileSync(join(folder.path, 'frames.jsonl'), `${frames.join('\n')}\n`)
  })
  after(async () => {
    await scratch.close()
    await broker!.stop()
    folder[Symbol.dispose]()
  })

  /** Starts sending slowly, kills the broker when the first frames are stored, and waits for `sign`. */
  async function sendIntoOutage(topic: string, sign: RegExp, ...options: string[]) {
    const args = ['produce', '-t', topic, '-k', 'uid', 'frames.jsonl', '--rate', '6000', ...options]
    const child = startHeadcount(args, surroundings)
    let notes = ''
    const seen = Promise.withResolvers<void>()
    child.stderr.setEncoding('utf8').on('data', text => {
      notes += text
      if (sign.test(notes)) seen.resolve()
    })
    const closed = new Promise<number | null>(resolve => child.once('close', resolve))
    const first = await headcount(['consume', '-t', topic, '-n', '100'], surroundings)
    assert.equal(first.status, 0, first.stderr)
    await broker!.kill()
    await Promise.race([seen.promise, closed])
    return { closed, notes: () => notes }
  }

  async function storedNumbers(topic: string): Promise<number[]> {
    const { stdout, stderr, status } = await headcount(['consume', '-t', topic, '-e'], surroundings)
    assert.equal(status, 0, stderr)
    const lines = stdout.split('\n').slice(0, -1)
    return lines.map(line => (JSON.parse(line) as { number: number }).number).sort((a, b) => a - b)
  }

  it('blocks, says so, and loses and doubles nothing', async () => {
    const { name } = await scratch.topic('blocked', 2)
    const sending = await sendIntoOutage(name, /frames wait/)
    await broker!.revive()
    assert.equal(await sending.closed, 0, sending.notes())
    assert.match(sending.notes(), /no answer .*; trying for .*; frames wait\n/)
    assert.match(sending.notes(), /sending again after/)
    assert.match(sending.notes(), new RegExp(`sent ${FRAMES} frames`))
    assert.deepEqual(await storedNumbers(name), [...frames.keys()])
  })

  it('gives up with the position from which nothing is left out', async () => {
    const { name } = await scratch.topic('given-up', 2)
    const sending = await sendIntoOutage(name, /produce-gave-up/, '--give-up-after', '1500ms')
    assert.equal(await sending.closed, 1)
    const told = /: (\d+) frames are in .*, the next one is frame (\d+) \[produce-gave-up\]/
    const [, sent, position] = told.exec(sending.notes()) ?? assert.fail(sending.notes())
    assert.ok(Number(position) > 0 && Number(position) <= Number(sent) && Number(sent) < FRAMES)
    assert.match(sending.notes(), new RegExp(`resume with: --skip ${position}\n`))
    await broker!.revive()
    const again = ['produce', '-t', name, '-k', 'uid', 'frames.jsonl', '--skip', position!]
    const resumed = await headcount(again, surroundings)
    assert.equal(resumed.status, 0, resumed.stderr)
    const stored = await storedNumbers(name)
    assert.deepEqual([...new Set(stored)], [...frames.keys()])
    // What was in flight may be stored twice; what lies before the position is not.
    const before = stored.filter(number => number < Number(position))
    assert.equal(before.length, Number(position))
  })
})
