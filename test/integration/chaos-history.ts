// A disturbance comes at some moment, not after some event.
import { setTimeout as pause } from 'node:timers/promises'
import { Random } from '../../src/core/random.ts'
import type { ChaosBrokers } from './chaos-brokers.ts'
import { type Deed, drawCall, drawDeed } from './chaos-deeds.ts'
import type { ChaosProcess } from './chaos-process.ts'
import { ChaosStage, SESSION_MS } from './chaos-stage.ts'
import type { CountingPlace } from './counting.ts'

export interface HistoryOptions {
  readonly seed: number
  readonly frames: number
  /** Milliseconds during which frames come and instances are disturbed. */
  readonly lastsMs: number
  /** Where they may die, too. */
  readonly brokers?: ChaosBrokers
}

const INSTANCES_MAX = 3
const ZOMBIE_MS = SESSION_MS + 2_500
/** The broker ends a transaction after 15 s, and looks for such ones once a second. */
const TIMEOUT_MS = 17_500

/**
 * One history on a real broker: frames come while instances, and what they depend on, fail in every way
 * that we know; then one counts the rest. The seed decides what happens when, not how it ends.
 */
export class ChaosHistory {
  readonly stage: ChaosStage
  readonly deeds = new Map<string, number>()
  private readonly options: HistoryOptions
  private readonly random: Random

  constructor(place: CountingPlace, options: HistoryOptions) {
    this.options = options
    this.random = new Random(options.seed)
    this.stage = new ChaosStage(place, { ...options, partitions: 1 + this.random.below(4) })
  }

  /** Throws with the story when anything is not as it should be. */
  async run(): Promise<void> {
    const { stage } = this
    try {
      await stage.generate()
      await this.undisturbed(() => stage.open())
      await this.disturb()
      await stage.sent()
      await stage.drain()
      await this.undisturbed(async () => {
        await stage.finish()
        await stage.check()
      })
    } catch (error) {
      throw stage.told(error)
    } finally {
      await stage.close()
    }
  }

  private undisturbed(work: () => Promise<void>): Promise<void> {
    const { brokers } = this.options
    return brokers ? brokers.undisturbed(work) : work()
  }

  private async disturb(): Promise<void> {
    const { random, stage, options } = this
    await stage.start()
    await stage.start()
    const until = performance.now() + options.lastsMs
    while (performance.now() < until) {
      await pause(300 + random.below(1_500))
      const rest = until - performance.now()
      await this.disturbOnce(
        drawDeed(random, deed => {
          if (deed === 'broker') return options.brokers !== undefined
          return deed !== 'timeout' || rest > TIMEOUT_MS / 2
        })
      )
    }
  }

  private async disturbOnce(deed: Deed): Promise<void> {
    const { random, stage } = this
    const running = stage.processes.filter(({ state }) => state === 'running')
    const victim = running[random.below(INSTANCES_MAX) % Math.max(1, running.length)]
    if (deed === 'broker') return this.restartBroker()
    if (deed === 'late start' && running.length < INSTANCES_MAX) return this.startLate()
    if (!victim || deed === 'start' || deed === 'late start') {
      if (running.length >= INSTANCES_MAX) return
      this.did('start')
      await stage.start()
      return
    }
    this.disturbVictim(deed, victim)
  }

  private disturbVictim(deed: Deed, victim: ChaosProcess): void {
    const { random, stage } = this
    const { name, link } = victim
    switch (deed) {
      case 'kill':
        this.did('kill -9')
        stage.tell(`kill -9 ${name}`, () => victim.kill())
        break
      case 'SIGINT':
        this.did('SIGINT')
        stage.tell(`Ctrl-C ${name}`, () => victim.interrupt())
        break
      case 'SIGTERM':
        this.did('SIGTERM')
        stage.tell(`SIGTERM ${name}`, () => victim.terminate())
        break
      case 'pause':
        this.freeze(victim, 800, '')
        break
      case 'zombie':
        this.freeze(victim, ZOMBIE_MS, '')
        break
      case 'cut':
        this.did('cut')
        stage.tell(`the connections of ${name} are cut`, () => link?.cut())
        break
      case 'silence':
        this.silence(victim, 500 + random.below(ZOMBIE_MS))
        break
      case 'timeout':
        this.loseEnds(victim)
        break
      default:
        this.trapCall(victim)
    }
  }

  /** It stands still, and what it sent last arrives when it goes on. */
  private freeze(victim: ChaosProcess, ms: number, where: string): void {
    const { stage } = this
    const { name, link } = victim
    if (victim.state !== 'running') {
      link?.release()
      return
    }
    this.did(`${ms > SESSION_MS ? 'zombie' : 'pause'}${where}`)
    stage.tell(`${name} stands still${where} for ${ms} ms`, () => victim.pause())
    void pause(ms).then(() => {
      if (victim.state === 'paused') stage.tell(`${name} goes on`, () => victim.resume())
      else link?.release()
    })
  }

  private silence({ name, link }: ChaosProcess, ms: number): void {
    this.did('silence')
    this.stage.tell(`nothing comes through to ${name} for ${ms} ms`, () => link?.hold())
    void pause(ms).then(() => link?.release())
  }

  /** Its transactions stay open until the broker ends them. */
  private loseEnds({ name, link }: ChaosProcess): void {
    this.did('timeout')
    this.stage.tell(`no EndTxn of ${name} arrives for ${TIMEOUT_MS} ms`, () => {
      link?.lose(['EndTxn', 'InitProducerId'])
    })
    void pause(TIMEOUT_MS).then(() => link?.lose([]))
  }

  private trapCall(victim: ChaosProcess): void {
    const { stage } = this
    const { name, link } = victim
    const { call, fault, outcome } = drawCall(this.random)
    stage.tell(`a trap for ${name}: its next ${call} is ${fault}, it ${outcome}`)
    const sprung = (): void => {
      if (outcome === 'stands still') {
        this.freeze(victim, ZOMBIE_MS, ` before its ${call}`)
        return
      }
      this.did(outcome === 'dies' ? `kill -9 at ${call} ${fault}` : `${call} ${fault}`)
      stage.tell(`the ${call} of ${name} is ${fault}, it ${outcome}`, () => {
        if (outcome === 'dies') victim.kill()
      })
    }
    link?.trap({ call, fault, sprung })
  }

  /** Somebody else has its partitions when it takes them over at last. */
  private async startLate(): Promise<void> {
    await this.stage.start({
      call: 'InitProducerId',
      fault: 'held',
      naming: '-combine-',
      sprung: started => this.freeze(started, ZOMBIE_MS, ' before its InitProducerId')
    })
  }

  private restartBroker(): void {
    const downMs = 500 + this.random.below(4_000)
    const id = this.options.brokers?.restart(this.random.below(9), downMs)
    if (id === undefined) return
    this.did('broker restart')
    this.stage.tell(`kill -9 of broker ${id}, back after ${downMs} ms`)
  }

  private did(kind: string): void {
    this.deeds.set(kind, (this.deeds.get(kind) ?? 0) + 1)
  }
}

/** In a few words. */
export function deedsText(deeds: ReadonlyMap<string, number>): string {
  return [...deeds].map(([kind, times]) => (times === 1 ? kind : `${times} × ${kind}`)).join(', ')
}
