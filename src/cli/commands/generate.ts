import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { failure } from '../../core/errors.ts'
import { formatBytes, formatCount, formatDuration } from '../../core/units.ts'
import { openOutput } from '../../host/output-file.ts'
import { refuseSameFile } from '../../host/same-file.ts'
import {
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  type FrameOptions,
  START_MS_MIN
} from '../../testing/frame-options.ts'
import type { Command, CommandContext } from '../command.ts'
import { Progress } from '../progress.ts'

export const generateCommand: Command = {
  name: 'generate',
  summary: 'make frames for trying things out, with the true counts on request',
  options: [
    'frames',
    'users',
    'seed',
    'start',
    'event-rate',
    'shape',
    'frame-bytes',
    'time-unit',
    'groups',
    'late-share',
    'late-max',
    'bitflip-share',
    'broken-share',
    'output',
    'truth'
  ],
  examples: [
    'headcount generate --frames 1M --users 50k --output frames.jsonl --truth truth.json',
    'headcount generate --late-share 0.01 --broken-share 0.001 | headcount count --key uid --time ts',
    'headcount generate --shape challenge | headcount produce --topic events --key uid'
  ],
  run: generate
}

async function generate(context: CommandContext): Promise<number> {
  const { options, stdout, stderr, signal, clock } = context
  const { FrameGenerator } = await import('../../testing/frame-generator.ts')
  const generator = new FrameGenerator(frameOptions(context))
  const path = options.get('output')
  const truthPath = options.get('truth')
  if (path !== undefined && truthPath !== undefined) {
    refuseSameFile(resolve(context.folder, truthPath), [resolve(context.folder, path)])
  }
  const output =
    path === undefined || path === '-'
      ? { write: (bytes: Uint8Array) => stdout.write(bytes), close: async () => {} }
      : await openOutput(resolve(context.folder, path))
  const progress = new Progress(stderr.status, clock, 'generate')
  const started = clock.now()
  let bytes = 0
  try {
    for (const chunk of generator) {
      // The generator writes into the same memory again: what was handed over must be out by then.
      await output.write(chunk)
      bytes += chunk.length
      progress.update({ frames: generator.lines, bytes, note: ofTotal(generator.options.frames) })
      if (signal.aborted) throw signal.reason
    }
  } finally {
    progress.end()
    await output.close()
  }
  if (truthPath !== undefined)
    await writeTruth(resolve(context.folder, truthPath), generator.truth())
  if (path !== undefined || stderr.isTerminal) {
    const ms = clock.now() - started
    const amount = `${formatCount(generator.lines)} frames, ${formatBytes(bytes)}`
    await stderr.line(`generated ${amount} in ${formatDuration(ms)}`)
  }
  return 0
}

function frameOptions({ options }: CommandContext): FrameOptions {
  const frameBytes = options.get('frame-bytes')
  if (frameBytes !== undefined && (frameBytes < FRAME_BYTES_MIN || frameBytes > FRAME_BYTES_MAX)) {
    throw failure('option-value', {
      option: '--size',
      value: frameBytes,
      expected: `a size from ${FRAME_BYTES_MIN} B to ${FRAME_BYTES_MAX} B`,
      example: '2kB'
    })
  }
  const start = options.get('start')
  const startMs = Date.parse(start)
  if (!(startMs >= START_MS_MIN)) {
    const expected = 'an ISO time from 1980 on'
    throw failure('option-value', {
      option: '--start',
      value: start,
      expected,
      example: '2024-02-29T00:00:00Z'
    })
  }
  return {
    frames: options.get('frames'),
    users: options.get('users'),
    seed: options.get('seed'),
    startMs,
    framesPerSecond: options.get('event-rate'),
    timeUnit: options.get('time-unit'),
    shape: options.get('shape'),
    ...(frameBytes !== undefined && { frameBytes: Math.floor(frameBytes) }),
    groups: options.get('groups'),
    lateShare: options.get('late-share'),
    lateMaxMs: options.get('late-max'),
    bitflipShare: options.get('bitflip-share'),
    brokenShare: options.get('broken-share'),
    truth: options.given('truth')
  }
}

function ofTotal(frames: number): string {
  return `of ${formatCount(frames)}`
}

async function writeTruth(path: string, truth: unknown): Promise<void> {
  try {
    await writeFile(path, `${JSON.stringify(truth, null, 1)}\n`)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw failure('output-failed', { path, problem }, error)
  }
}
