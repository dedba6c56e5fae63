import { styleText } from 'node:util'
import { failure } from '../core/errors.ts'
import type { StatusLine } from './status-line.ts'

type Style = Parameters<typeof styleText>[0]

/** The reader of our output has gone (`| head`): the work ends quietly. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed'
}

/** Standard output or standard error. */
export interface Terminal {
  readonly isTerminal: boolean
  /** Columns; 80 where nobody says. */
  readonly width: number
  readonly colour: boolean
  /**
   * Resolves when more may be written: await it, and a slow reader slows the work down.
   * Throws `OutputClosed` when the reader has gone, `output-failed` for anything else.
   */
  write(chunk: string | Uint8Array): Promise<void>
  /** `write` with a line end. */
  line(text: string): Promise<void>
  /** Colours where colour is on, and plain text elsewhere. */
  style(style: Style, text: string): string
  /** What is in progress right now, below everything else; silent when it is no terminal. */
  readonly status: StatusLine
  /** Resolves when everything written has left the process. */
  flush(): Promise<void>
}

const FALLBACK_WIDTH = 80

/** With `dispensable` what cannot be written is dropped: a lost note must not stop the work. */
export function terminalOf(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
  status: StatusLine,
  dispensable = false
): Terminal {
  const colour = wantsColour(stream.isTTY === true, env)
  return new StreamTerminal(stream, colour, status, dispensable)
}

/** NO_COLOR (no-color.org) wins, then FORCE_COLOR, then whether it is a terminal that can. */
export function wantsColour(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  const forced = env.FORCE_COLOR
  if (forced !== undefined) return forced !== '0' && forced !== 'false'
  return isTerminal && env.TERM !== 'dumb'
}

class StreamTerminal implements Terminal {
  readonly isTerminal: boolean
  readonly colour: boolean
  readonly status: StatusLine
  private readonly stream: NodeJS.WriteStream
  private readonly dispensable: boolean
  private problem: Error | undefined

  constructor(
    stream: NodeJS.WriteStream,
    colour: boolean,
    status: StatusLine,
    dispensable: boolean
  ) {
    this.stream = stream
    this.dispensable = dispensable
    this.isTerminal = stream.isTTY === true
    this.colour = colour
    this.status = status
    // Without a listener a closed pipe would end the process with a stack trace.
    stream.on('error', error => {
      this.problem ??= error
    })
  }

  get width(): number {
    return this.stream.columns > 0 ? this.stream.columns : FALLBACK_WIDTH
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (this.problem && this.dispensable) return
    this.check()
    if (this.isTerminal) this.status.hide()
    const more = this.stream.write(chunk)
    if (this.isTerminal) this.status.redraw()
    if (!more) await this.drained()
    this.check()
  }

  line(text: string): Promise<void> {
    return this.write(`${text}\n`)
  }

  style(style: Style, text: string): string {
    return this.colour ? styleText(style, text, { validateStream: false }) : text
  }

  async flush(): Promise<void> {
    if (this.problem) return
    await new Promise<void>(resolve => {
      this.stream.once('error', () => resolve())
      this.stream.write('', () => resolve())
    })
  }

  private drained(): Promise<void> {
    if (this.problem) return Promise.resolve()
    return new Promise(resolve => {
      const done = () => {
        this.stream.off('drain', done)
        this.stream.off('error', done)
        this.stream.off('close', done)
        resolve()
      }
      this.stream.once('drain', done)
      this.stream.once('error', done)
      this.stream.once('close', done)
    })
  }

  private check(): void {
    if (!this.problem || this.dispensable) return
    const code = (this.problem as NodeJS.ErrnoException).code
    if (code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED') throw new OutputClosed()
    throw failure(
      'output-failed',
      { path: 'the output', problem: this.problem.message },
      this.problem
    )
  }
}
