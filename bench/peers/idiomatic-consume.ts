import { Consumer } from '@platformatic/kafka'
import { minutesOf } from '../answers.ts'

// The same loop on a topic with the client library that headcount has, as its own page shows it: consume(),
// JSON.parse, a Map of Sets. Stops after the given number of frames.
const [bootstrap, topic, frames] = process.argv.slice(2) as [string, string, string]
const group = `bench-${process.pid}-${Date.now()}`
const consumer = new Consumer({ clientId: group, groupId: group, bootstrapBrokers: [bootstrap] })
const stream = await consumer.consume({
  topics: [topic],
  mode: 'earliest',
  fallbackMode: 'earliest'
})
const windows = new Map<number, { users: Set<string>; frames: number }>()
let left = Number(frames)
for await (const { value } of stream) {
  const frame = JSON.parse(String(value))
  const minute = Math.floor(frame.ts / 60)
  let window = windows.get(minute)
  if (!window) {
    window = { users: new Set(), frames: 0 }
    windows.set(minute, window)
  }
  window.users.add(frame.uid)
  window.frames++
  if (--left === 0) break
}
console.log(
  minutesOf([...windows].map(([minute, { users, frames }]) => [minute, users.size, frames]))
)
await consumer.close(true)
