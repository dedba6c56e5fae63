#!/usr/bin/env node
// Old syntax on purpose: under an old Node this file must still parse, to say what to do.
import fs from 'node:fs'
import module from 'node:module'
import url from 'node:url'

var version = process.versions.node
var parts = version.split('.').map(Number)
var source = new URL('../src/cli/main.ts', import.meta.url)
var built = new URL('../dist/cli/main.js', import.meta.url)
// A clone runs from its sources; the package has the built files only.
var entry = fs.existsSync(url.fileURLToPath(source)) ? source : built

if (parts[0] < 24 || (parts[0] === 24 && parts[1] < 6)) {
  process.stderr.write(
    `headcount: headcount needs Node 24.6 or newer, this is ${version} [node-old]\n  → install Node 24, or in a clone run it with: npm run headcount --\n`
  )
  process.exitCode = 2
} else {
  module.enableCompileCache()
  import(entry.href)
    .then(program => program.main())
    .catch(error => {
      console.error(error)
      process.exitCode = 1
    })
}
