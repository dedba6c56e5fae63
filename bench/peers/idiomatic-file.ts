import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { minutesOf } from '../answers.ts'

// The loop everybody writes first: readline, JSON.parse, a Map of Sets.
const windows = new Map<number, { users: Set<string>; frames: number }>()
const lines = createInterface({ input: createReadStream(process.argv[2]!), crlfDelay: Infinity })
for await (const line of lines) {
  const frame = JSON.parse(line)
  const minute = Math.floor(frame.ts / 60)
  let window = windows.get(minute)
  if (!window) {
    window = { users: new Set(), frames: 0 }
    windows.set(minute, window)
  }
  window.users.add(frame.uid)
  window.frames++
}
console.log(
  minutesOf([...windows].map(([minute, { users, frames }]) => [minute, users.size, frames]))
)
