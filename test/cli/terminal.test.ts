import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { Progress, progressLine } from '../../src/cli/progress.ts'
import { StatusLine } from '../../src/cli/status-line.ts'
import { OutputClosed, terminalOf, wantsColour } from '../../src/cli/terminal.ts'
import { HeadcountError } from '../../src/core/errors.ts'

/** Stands for the other end of standard output: takes chunks one at a time, when it is told to. */
class Screen extends Writable {
  readonly isTTY: boolean
  readonly columns = 20
  readonly rows = 10
  text = ''
  private waiting: (() => void) | undefined
  private readonly slow: boolean

  constructor(isTTY: boolean, slow = false) {
    super({ highWaterMark: 4 })
    this.isTTY = isTTY
    this.slow = slow
  }

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString()
    if (this.slow) this.waiting = done
    else done()
  }

  take(): void {
    const done = this.waiting
    this.waiting = undefined
    done?.()
  }
}

const streamOf = (screen: Writable) => screen as unknown as NodeJS.WriteStream

function terminal(screen: Screen, env: NodeJS.ProcessEnv = {}) {
  const stream = streamOf(screen)
  return terminalOf(stream, env, new StatusLine(stream))
}

test('a slow reader holds the writer back', async () => {
  const screen = new Screen(false, true)
  let written = false
  const writing = terminal(screen)
    .line('more than fits')
    .then(() => {
      written = true
    })
  await new Promise(setImmediate)
  assert.equal(written, false)
  screen.take()
  await writing
  assert.equal(screen.text, 'more than fits\n')
})

test('a writer that waits learns that the reader has gone', async () => {
  const screen = new Screen(false, true)
  const output = terminal(screen)
  const writing = output.line('more than fits')
  screen.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await assert.rejects(writing, OutputClosed)
  await assert.rejects(output.line('again'), OutputClosed)
  await output.flush()
})

test('a full disk is an error with a name, not a closed pipe', async () => {
  const screen = new Screen(false, true)
  const writing = terminal(screen).line('more than fits')
  screen.destroy(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }))
  await assert.rejects(
    writing,
    error => error instanceof HeadcountError && error.code === 'output-failed'
  )
})

test('what is dispensable is dropped when nobody reads it, and the work goes on', async () => {
  const screen = new Screen(false, true)
  const stream = streamOf(screen)
  const notes = terminalOf(stream, {}, new StatusLine(stream), true)
  const writing = notes.line('more than fits')
  screen.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await writing
  await notes.line('again')
})

test('colour: NO_COLOR, then FORCE_COLOR, then whether it is a terminal', () => {
  assert.equal(wantsColour(true, {}), true)
  assert.equal(wantsColour(true, { TERM: 'dumb' }), false)
  assert.equal(wantsColour(true, { NO_COLOR: '1', FORCE_COLOR: '1' }), false)
  assert.equal(wantsColour(false, {}), false)
  assert.equal(wantsColour(false, { FORCE_COLOR: '1' }), true)
  const screen = new Screen(false)
  assert.equal(terminal(screen).style('bold', 'x'), 'x')
  assert.match(terminal(screen, { FORCE_COLOR: '1' }).style('bold', 'x'), /\[1mx/)
})

test('the status stays below what is written, cut to the width', async () => {
  const screen = new Screen(true)
  const output = terminal(screen)
  output.status.show('a status that is wider than the screen', 'two')
  await output.line('result')
  output.status.clear()
  const drawn = 'a status that is wiESC[0m\ntwo\rESC[1AESC[0J'
  assert.equal(screen.text.replaceAll('\u001b', 'ESC'), `${drawn}result\n${drawn}`)
})

test('without a terminal there is no status', () => {
  const screen = new Screen(false)
  const { status } = terminal(screen)
  status.show('busy')
  assert.equal(status.visible, false)
  assert.equal(screen.text, '')
})

test('progress draws ten times a second at most', () => {
  const screen = new Screen(true)
  let now = 0
  const clock = { now: () => now, sleep: async () => {} }
  const progress = new Progress(new StatusLine(streamOf(screen)), clock, 'x')
  for (; now < 1_000; now += 10) progress.update({ frames: now })
  assert.equal(screen.text.match(/frames/g)?.length, 10)
})

test('the line of progress says how much, how fast and how long still', () => {
  assert.equal(
    progressLine('produce', { frames: 1_200_000, bytes: 3e8, totalBytes: 6e8 }, 10_000),
    'produce  1.2 M frames · 50% · 120 k/s · 30 MB/s · 10s left'
  )
  assert.equal(
    progressLine('count', { frames: 10, note: 'late 2' }, 1_000),
    'count  10 frames · 10/s · late 2'
  )
})
