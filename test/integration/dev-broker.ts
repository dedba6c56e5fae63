import { after } from 'node:test'
import { type BrokerOptions, type RunningBroker, startBroker } from '../../src/broker/index.ts'
import { isFailure } from '../../src/core/errors.ts'

/** What an integration test needs of a broker. */
export interface DevelopmentBroker {
  readonly bootstrap: string
}

let found: Promise<DevelopmentBroker | undefined> | undefined

/**
 * The broker for integration tests: the one that HEADCOUNT_TEST_BROKERS names (the test run sets it
 * after starting one for everybody), else one of this file's own, stopped when the file is done.
 * Undefined, with the reason printed, where there is no Java or no Kafka.
 *
 * Everybody shares it: take topic and group names of your own, with a random suffix.
 */
export function developmentBroker(): Promise<DevelopmentBroker | undefined> {
  found ??= findBroker()
  return found
}

async function findBroker(): Promise<DevelopmentBroker | undefined> {
  const named = process.env.HEADCOUNT_TEST_BROKERS
  if (named) return { bootstrap: named }
  const broker = await ownBroker({ onProgress: print })
  if (broker) after(() => broker.stop())
  return broker
}

/**
 * A broker for a test that kills it or needs it set up in its own way; the caller stops it. Undefined,
 * with the reason printed, where there is no Java or no Kafka.
 */
export async function ownBroker(
  options: Partial<BrokerOptions> = {}
): Promise<RunningBroker | undefined> {
  try {
    return await startBroker({ machine: process, ...options })
  } catch (error) {
    if (!isFailure(error, 'java-missing', 'kafka-missing')) throw error
    print(`skipped: ${error.message}; ${error.cure}`)
    return undefined
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
