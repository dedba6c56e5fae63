import { once } from 'node:events'
import type { startHeadcount } from '../cli/child.ts'

/** The status of a run that Ctrl-C ended in order. */
const INTERRUPTED = 130

/** A `headcount count` of its own, to be disturbed. */
export class ChaosProcess {
  readonly name: string
  state: 'running' | 'paused' | 'interrupted' | 'killed' | 'ended' = 'running'
  /** Its standard error. */
  said = ''
  /** Resolves when it is gone. */
  readonly ended: Promise<void>
  private readonly child: ReturnType<typeof startHeadcount>
  private status: number | null | undefined

  constructor(name: string, child: ReturnType<typeof startHeadcount>) {
    this.name = name
    this.child = child
    child.stdin.on('error', () => {}).end()
    child.stdout.resume()
    child.stderr.setEncoding('utf8').on('data', text => {
      this.said += text
    })
    this.ended = once(child, 'close').then(([status]) => {
      this.status = status
      if (this.state === 'running') this.state = 'ended'
    })
  }

  /** True when it ended in another way than it was told to. */
  get isStrange(): boolean {
    if (this.state === 'killed') return false
    return this.state !== 'interrupted' || this.status !== INTERRUPTED
  }

  kill(): void {
    if (this.status !== undefined) return
    this.state = 'killed'
    this.child.kill('SIGKILL')
  }

  interrupt(): void {
    this.state = 'interrupted'
    this.child.kill('SIGINT')
  }

  terminate(): void {
    this.state = 'interrupted'
    this.child.kill('SIGTERM')
  }

  pause(): void {
    this.state = 'paused'
    this.child.kill('SIGSTOP')
  }

  resume(): void {
    this.state = 'running'
    this.child.kill('SIGCONT')
  }
}
