import { enableCompileCache } from 'node:module'

// What a thread of `--threads` runs over files and pipes. To compile the same modules again costs four times as much
// as all else that a thread needs to start; what is cached is asked for before the first of them is loaded.
enableCompileCache()
await import('./extraction.ts')
