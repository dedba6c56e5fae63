#!/usr/bin/env node
// Old syntax on purpose: under an old Node this file must still parse, to say what to do.
import fs from 'node:fs'
import module from 'node:module'
import url from 'node:url'
import v8 from 'node:v8'

var version = process.versions.node
var parts = version.split('.').map(Number)
var source = new URL('../src/cli/main.ts', import.meta.url)
var built = new URL('../dist/cli/main.js', import.meta.url)
// A clone runs from its sources; the package has the built files only.
var entry = fs.existsSync(url.fileURLToPath(source)) ? source : built
var command = process.argv[process.argv[2] === '--debug' ? 3 : 2]

if (parts[0] < 24 || (parts[0] === 24 && parts[1] < 6)) {
  process.stderr.write(
    `headcount: headcount needs Node 24.6 or newer, this is ${version} [node-old]\n  → install Node 24, or in a clone run it with: npm run headcount --\n`
  )
  process.exitCode = 2
} else {
  // What a bench measures is a count; the rest of its bounds is said when its code is loaded.
  if (command === 'count' || command === 'bench') boundHeap()
  // A process that exits waits for V8's compiling threads, and one of them may wait for a collection that nobody
  // does any more: it hung for ever (nodejs/node issue 54918). Baseline code is compiled where it is run instead.
  v8.setFlagsFromString('--no-concurrent-sparkplug')
  module.enableCompileCache()
  import(entry.href)
    .then(program => program.main())
    .catch(error => {
      console.error(error)
      process.exitCode = 1
    })
}

/**
 * Counting may run for months and holds little of what it makes: its garbage is bounded (docs/design/0018-garbage.md).
 * The process is replaced by itself with V8's setting of the young generation; it keeps its id.
 * Whoever sets the heap himself is right.
 */
function boundHeap() {
  var given = process.execArgv.join(' ') + (process.env.NODE_OPTIONS || '')
  if (/(semi|old)[-_]space|heap[-_](size|growing)/.test(given)) return
  var young = '--max-semi-space-size=16'
  var args = [process.execPath, young].concat(process.execArgv, process.argv.slice(1))
  try {
    process.execve(process.execPath, args)
  } catch {
    // Not on Windows: there it counts with more memory.
  }
}
