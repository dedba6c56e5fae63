import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const preload = new URL('./usage-report.js', import.meta.url).href

/** A process that runs beside others: told to stop, slowed down, and measured. */
export class Worker {
  /** Resolves with its exit status. */
  readonly ended: Promise<number | null>
  /** Its standard error. */
  said = ''
  private readonly child: ChildProcess
  private readonly folder = mkdtempSync(join(tmpdir(), 'headcount-bench-'))
  private readonly usageFile = join(this.folder, 'usage.json')
  private slowing: NodeJS.Timeout | undefined

  /** `flags` are node's own. */
  constructor(script: string, args: readonly string[], flags: readonly string[] = []) {
    const env = { ...process.env, HEADCOUNT_USAGE_FILE: this.usageFile }
    this.child = spawn(process.execPath, [...flags, '--import', preload, script, ...args], {
      env,
      stdio: ['ignore', 'ignore', 'pipe']
    })
    this.child.stderr!.setEncoding('utf8').on('data', text => {
      this.said += text
    })
    this.ended = new Promise(resolve => this.child.on('close', status => resolve(status)))
    void this.ended.then(() => clearInterval(this.slowing))
  }

  /** From now on it has half of the time, in turns of 50 ms. */
  slowDown(): void {
    let stopped = false
    this.slowing = setInterval(() => {
      stopped = !stopped
      this.child.kill(stopped ? 'SIGSTOP' : 'SIGCONT')
    }, 50)
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL')
    await this.ended
  }

  /** Ends it in order; its exit status. */
  stop(): Promise<number | null> {
    clearInterval(this.slowing)
    this.child.kill('SIGCONT')
    this.child.kill('SIGTERM')
    return this.ended
  }

  /** What it took, once it has ended. */
  usage(): { readonly rssMB: number; readonly cpuSeconds: number } {
    const { maxRSS, cpuSeconds } = JSON.parse(readFileSync(this.usageFile, 'utf8'))
    rmSync(this.folder, { recursive: true, force: true })
    return { rssMB: maxRSS / 1_024, cpuSeconds }
  }
}
