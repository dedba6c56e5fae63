import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastErrorIn } from '../../src/broker/broker-log.ts'

test('the innermost cause of the last error is what people read', () => {
  const log = `[2026-11-22 18:33:10,507] INFO Registered (kafka.utils.Log4j)
[2026-11-22 18:33:11,000] ERROR an earlier one (kafka.Kafka$)
[2026-11-22 18:33:11,383] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)
java.lang.RuntimeException: cannot start
	at kafka.Kafka$.main(Kafka.scala:75)
Caused by: org.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:9092: Address already in use.
	at kafka.Kafka.main(Kafka.scala)
[2026-11-22 18:33:11,400] INFO shutting down (kafka.server.X)
`
  const expected =
    'KafkaException: Socket server failed to bind to 127.0.0.1:9092: Address already in use.'
  assert.equal(lastErrorIn(log), expected)
})

test('an error without an exception is told as it stands, without its time', () => {
  const line = '[2026-11-22 18:33:11,383] ERROR No meta.properties found (kafka.server.X)'
  assert.equal(lastErrorIn(line), 'No meta.properties found')
  const java = 'Error: Could not find or load main class kafka.Kafka'
  assert.equal(lastErrorIn(`${java}\n`), java)
})

test('a log without errors has none', () => {
  assert.equal(lastErrorIn('[x] INFO started (kafka)\n'), undefined)
  assert.equal(lastErrorIn(''), undefined)
})
