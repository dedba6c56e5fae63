import { Kafka, logLevel } from 'kafkajs'
import { minutesOf } from '../answers.ts'

// The same loop on a topic: kafkajs, JSON.parse, a Map of Sets. Stops after the given number of frames.
const [brokers, topic, frames] = process.argv.slice(2)
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR })
const consumer = kafka.consumer({ groupId: `bench-${process.pid}-${Date.now()}` })
const windows = new Map()
let left = Number(frames)
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
const done = Promise.withResolvers()
await consumer.run({
  eachBatchAutoResolve: true,
  eachBatch: async ({ batch }) => {
    for (const { value } of batch.messages) {
      const frame = JSON.parse(String(value))
      const minute = Math.floor(frame.ts / 60)
      let window = windows.get(minute)
      if (!window) {
        window = { users: new Set(), frames: 0 }
        windows.set(minute, window)
      }
      window.users.add(frame.uid)
      window.frames++
    }
    left -= batch.messages.length
    if (left <= 0) done.resolve()
  }
})
await done.promise
console.log(
  minutesOf([...windows].map(([minute, { users, frames: count }]) => [minute, users.size, count]))
)
await consumer.disconnect()
