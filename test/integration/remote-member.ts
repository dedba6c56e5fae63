import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { failure } from '../../src/core/errors.ts'
import type { GroupProtocol } from '../../src/kafka/group/group-protocol.ts'
import type { CommittedOffset } from '../../src/port/log.ts'
import type { Mortal } from '../conformance/membership.conformance.ts'

/** What the member's process is asked. */
export interface Asked {
  readonly id: number
  readonly call: 'join' | 'commit'
  readonly partition: number
  readonly offset: number
}

/** What it tells. */
export type Told =
  | { readonly what: 'ready' }
  | { readonly what: 'owns'; readonly partitions: readonly number[] }
  | { readonly what: 'done'; readonly id: number; readonly partitions: readonly number[] }
  | {
      readonly what: 'failed'
      readonly id: number
      readonly lost: boolean
      readonly problem: string
    }

export interface RemotePlace {
  readonly bootstrap: string
  readonly protocol: GroupProtocol
  readonly group: string
  readonly topic: string
  readonly sessionMs: number
}

/** A member in a process of its own. */
export class RemoteMember implements Mortal {
  private readonly process: ChildProcess
  private readonly ready: Promise<unknown>
  private readonly waiting = new Map<number, PromiseWithResolvers<readonly number[]>>()
  private readonly listeners: ((partitions: readonly number[]) => void)[] = []
  private calls = 0

  constructor({ bootstrap, protocol, group, topic, sessionMs }: RemotePlace) {
    const script = fileURLToPath(new URL('member-process.ts', import.meta.url))
    this.process = fork(script, [bootstrap, protocol, group, topic, String(sessionMs)])
    this.ready = once(this.process, 'message')
    this.process.on('message', (told: Told) => this.hear(told))
  }

  readonly membership = {
    join: async (): Promise<readonly number[]> => {
      await this.ready
      return this.ask('join', 0, 0)
    },
    commit: async (offsets: ReadonlyMap<number, CommittedOffset>): Promise<void> => {
      for (const [partition, { offset }] of offsets) await this.ask('commit', partition, offset)
    },
    onChange: (listener: (partitions: readonly number[]) => void): void => {
      this.listeners.push(listener)
    }
  }

  kill(): void {
    this.process.kill('SIGKILL')
  }

  pause(): void {
    this.process.kill('SIGSTOP')
  }

  resume(): void {
    this.process.kill('SIGCONT')
  }

  private ask(call: Asked['call'], partition: number, offset: number): Promise<readonly number[]> {
    const id = ++this.calls
    const answer = Promise.withResolvers<readonly number[]>()
    this.waiting.set(id, answer)
    this.process.send({ id, call, partition, offset } satisfies Asked)
    return answer.promise
  }

  private hear(told: Told): void {
    if (told.what === 'ready') return
    if (told.what === 'owns') {
      for (const listener of this.listeners) listener(told.partitions)
      return
    }
    const answer = this.waiting.get(told.id)
    this.waiting.delete(told.id)
    if (told.what === 'done') answer?.resolve(told.partitions)
    else if (told.lost) answer?.reject(failure('group-lost', { group: '', problem: told.problem }))
    else answer?.reject(new Error(told.problem))
  }
}
