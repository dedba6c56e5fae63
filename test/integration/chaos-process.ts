import { once } from 'node:events'
import type { startHeadcount } from '../cli/child.ts'
import type { ChaosLink } from './chaos-link.ts'

/** The status of a run that Ctrl-C ended in order. */
const INTERRUPTED = 130

/** A `headcount count` of its own, to be disturbed. */
export class ChaosProcess {
  readonly name: string
  /** Its way to the brokers. */
  readonly link: ChaosLink | undefined
  state: 'running' | 'paused' | 'interrupted' | 'killed' | 'ended' = 'running'
  /** Its standard error. */
  said = ''
  /** Resolves when it is gone. */
  readonly ended: Promise<void>
  /** Its exit status, once it is gone; null after a signal. */
  status: number | null | undefined
  private readonly child: ReturnType<typeof startHeadcount>
  private onSaid: (() => void) | undefined

  constructor(name: string, child: ReturnType<typeof startHeadcount>, link?: ChaosLink) {
    this.name = name
    this.link = link
    this.child = child
    child.stdin.on('error', () => {}).end()
    child.stdout.resume()
    child.stderr.setEncoding('utf8').on('data', text => {
      this.said += text
      this.onSaid?.()
    })
    this.ended = once(child, 'close').then(([status]) => {
      this.status = status
      if (this.state === 'running') this.state = 'ended'
      this.link?.close()
      this.onSaid?.()
    })
  }

  get pid(): number {
    return this.child.pid!
  }

  /** True when it ended in another way than it was told to. */
  get isStrange(): boolean {
    if (this.state === 'killed' || this.gaveUpEarly) return false
    return this.state !== 'interrupted' || this.status !== INTERRUPTED
  }

  /**
   * True when it ended before it counted: told so before it could listen, or because brokers were out of
   * reach. It says so, and whoever starts it does so again.
   */
  get gaveUpEarly(): boolean {
    if (this.status === null) return this.state === 'interrupted' && this.said === ''
    const begun = /first start|goes on where|restored/.test(this.said)
    return this.status === 1 && !begun && /\[broker-[a-z]+]/.test(this.said)
  }

  /** Resolves when it has said this. Throws when it ends without it. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.said)) {
      if (this.status !== undefined) throw new Error(`${this.name} ended: ${this.said}`)
      await new Promise<void>(resolve => {
        this.onSaid = resolve
      })
    }
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
    if (this.state !== 'running') return
    this.state = 'paused'
    this.child.kill('SIGSTOP')
  }

  /** Goes on, and so does what it had sent. */
  resume(): void {
    if (this.state !== 'paused') return
    this.state = 'running'
    this.child.kill('SIGCONT')
    this.link?.release()
  }
}
