import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './gate/tree.ts'

/*
 * Compiles `wasm/` and writes the module as text that any runtime can import: no file to find, no
 * request to make. With `--check` nothing is written: the module in the tree must be what the sources
 * give, byte for byte, so that nobody has to trust it.
 */
const MODULE_PATH = 'src/sketch/hash-kernel-module.ts'
const TEXT_WIDTH = 92

function compile(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'headcount-wasm-'))
  try {
    const output = join(folder, 'hash-kernel.wasm')
    const compiler = join(projectRoot, 'node_modules', 'assemblyscript', 'bin', 'asc.js')
    const args = ['--config', 'wasm/asconfig.json', '--target', 'release', '--outFile', output]
    execFileSync(process.execPath, [compiler, ...args], { cwd: projectRoot, stdio: 'inherit' })
    return readFileSync(output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function moduleText(wasm: Buffer): string {
  const base64 = wasm.toString('base64')
  const pieces = base64.match(new RegExp(`.{1,${TEXT_WIDTH}}`, 'g')) ?? []
  const lines = pieces.map(piece => `  '${piece}'`).join(' +\n')
  return `/**
 * The hash kernel, ${wasm.length} bytes of WASM in base64, compiled from \`wasm/\`.
 * Written by \`node scripts/build-wasm.ts\`; \`npm run check\` proves that the sources give it.
 */
export const hashKernelBase64 =
${lines}
`
}

const built = moduleText(compile())
const path = join(projectRoot, MODULE_PATH)
if (!process.argv.includes('--check')) {
  writeFileSync(path, built)
  console.log(`${MODULE_PATH} written`)
} else if (readFileSync(path, 'utf8') === built) {
  console.log(`wasm: ${MODULE_PATH} is what wasm/ compiles to`)
} else {
  console.log(`${MODULE_PATH} is not what wasm/ compiles to: run node scripts/build-wasm.ts`)
  process.exitCode = 1
}
