import { after } from 'node:test'
import { type RunningBroker, startBroker } from '../../src/broker/index.ts'
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
  let broker: RunningBroker
  try {
    broker = await startBroker({ machine: process, onProgress: print })
  } catch (error) {
    if (!isFailure(error, 'java-missing', 'kafka-missing')) throw error
    print(`skipped: ${error.message}; ${error.cure}`)
    return undefined
  }
  after(() => broker.stop())
  return broker
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
