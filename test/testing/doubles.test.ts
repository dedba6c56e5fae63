import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { jsonlSource } from '../../src/host/jsonl-source.ts'
import { systemClock } from '../../src/host/system-clock.ts'
import { ScriptedSource } from '../../src/testing/scripted-source.ts'
import { freshFolder } from '../cli/child.ts'
import { sourceConformance } from '../conformance/source.conformance.ts'

sourceConformance('a scripted topic', 3, async partitions => {
  const source = new ScriptedSource({ partitions, batch: 70, clock: systemClock })
  return { source, slots: source.inputs.slots, close: async () => {} }
})

sourceConformance('a file', 1, async ([frames]) => {
  const folder = freshFolder()
  const path = join(folder.path, 'frames.jsonl')
  writeFileSync(path, `${frames!.join('\n')}\n`)
  const source = jsonlSource(path)
  const close = async () => folder[Symbol.dispose]()
  return { source, slots: [0], close }
})
