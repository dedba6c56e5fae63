import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../src/host/system-clock.ts'
import type { Cluster } from '../src/kafka/connection/cluster.ts'
import { Producer } from '../src/kafka/produce/producer.ts'
import { FrameGenerator } from '../src/testing/frame-generator.ts'

const TICK_MS = 10
const NEWLINE = 10
const USERS = 50_000

export interface Feed {
  readonly topic: string
  readonly framesPerSecond: number
  readonly seconds: number
}

/**
 * Small frames into all partitions in turn, live: each is sent when its event time is the present, or as soon as
 * the machine gets there. How many were sent.
 */
export async function feedLive(cluster: Cluster, feed: Feed): Promise<number> {
  const { topic, framesPerSecond, seconds } = feed
  const frames = Math.round(framesPerSecond * seconds)
  const random = Math.random
  const producer = await Producer.open(cluster, { topic, clock: systemClock, random, codec: 'lz4' })
  const startMs = systemClock.now()
  const shape = 'small' as const
  const generator = new FrameGenerator({ frames, shape, users: USERS, framesPerSecond, startMs })
  let sent = 0
  try {
    for (const chunk of generator) {
      for (let at = 0; at < chunk.length; sent++) {
        // The frames of a tick leave together.
        while (systemClock.now() < startMs + (sent * 1_000) / framesPerSecond) await sleep(TICK_MS)
        if (producer.full) await producer.ready()
        const end = chunk.indexOf(NEWLINE, at)
        const value = chunk.subarray(at, end)
        producer.send(sent % producer.partitions, null, value, systemClock.now())
        at = end + 1
      }
    }
    await producer.flush()
  } finally {
    producer.close()
  }
  return sent
}
