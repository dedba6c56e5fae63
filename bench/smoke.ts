import { file } from './cases/file.ts'
import { sketch } from './cases/sketch.ts'

// Small enough for every test run: the benchmark still works and its answers are still equal.
await file(2_000, 1)
await sketch(20_000, 1, false)
